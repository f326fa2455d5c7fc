// In which order the elements of a tensor are drawn.
#pragma once

#include <cstdint>
#include <span>

namespace talweg::kernels {

/// The order in which PyTorch's serial loops visit the elements of one or two operands of equal sizes, which
/// is the order in which they draw. The rule, for any layout:
/// * dimensions are sorted by the first operand's strides, the smallest innermost, so that dense tensors are
/// visited in
///   memory order however they are permuted;
/// * where it has two equal strides, or a stride of 0, the second operand's decide, then nothing: the
/// dimensions stay in
///   their order, the last one innermost; of dimensions with equal strides in an operand, the larger one goes
///   outwards;
/// * the sort is by insertion from the last dimension on, which matters where those rules contradict each
/// other.
class DrawOrder {
 public:
  static constexpr int max_rank = 64;

  DrawOrder(std::span<const int64_t> sizes, std::span<const int64_t> first,
            std::span<const int64_t> second = {});

  /// Whether the order is that of memory without gaps, in the first operand.
  bool is_dense() const { return rank_ == 0 || (rank_ == 1 && strides_[0][0] == 1); }

  /// Calls visit(i, j) with the offsets, in elements, of both operands (j is 0 without a second).
  template <class F>
  void for_each(F&& visit) const {
    if (empty_) return;
    int64_t at[max_rank] = {};
    int64_t i = 0, j = 0;
    if (rank_ == 0) return static_cast<void>(visit(i, j));
    for (;;) {
      for (int64_t k = 0; k < sizes_[0]; ++k) visit(i + k * strides_[0][0], j + k * strides_[1][0]);
      int d = 1;
      for (; d < rank_; ++d) {
        i += strides_[0][d];
        j += strides_[1][d];
        if (++at[d] < sizes_[d]) break;
        i -= at[d] * strides_[0][d];
        j -= at[d] * strides_[1][d];
        at[d] = 0;
      }
      if (d >= rank_) return;
    }
  }

 private:
  int rank_ = 0;
  bool empty_ = false;
  // Innermost first, joined where both operands allow it.
  int64_t sizes_[max_rank];
  int64_t strides_[2][max_rank];
};

} // namespace talweg::kernels
