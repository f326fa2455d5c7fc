#include "kernels/draw_order.h"

#include <cstddef>
#include <utility>

namespace talweg::kernels {

namespace {

// 1 if dimension `a`, now inside `b`, belongs outside it; -1 if it is right where it is; 0 if nothing
// decides.
int compare(std::span<const int64_t> sizes, std::span<const int64_t> const (&operands)[2], size_t a,
            size_t b) {
  for (std::span<const int64_t> strides : operands) {
    if (strides.empty() || strides[a] == 0 || strides[b] == 0) continue;
    if (strides[a] != strides[b]) return strides[a] < strides[b] ? -1 : 1;
    if (sizes[a] > sizes[b]) return 1;
  }
  return 0;
}

} // namespace

DrawOrder::DrawOrder(std::span<const int64_t> sizes, std::span<const int64_t> first,
                     std::span<const int64_t> second) {
  const int dims = static_cast<int>(sizes.size());
  std::span<const int64_t> const operands[2] = {first, second};
  size_t order[max_rank];
  for (int i = 0; i < dims; ++i) order[i] = static_cast<size_t>(dims - 1 - i);
  for (int i = 1; i < dims; ++i) {
    int outer = i;
    for (int inner = i - 1; inner >= 0; --inner) {
      int decision = compare(sizes, operands, order[inner], order[outer]);
      if (decision < 0) break;
      if (decision > 0) {
        std::swap(order[inner], order[outer]);
        outer = inner;
      }
    }
  }
  for (int i = 0; i < dims; ++i) {
    size_t d = order[i];
    int64_t stride0 = first[d], stride1 = second.empty() ? 0 : second[d];
    if (sizes[d] == 0) empty_ = true;
    if (sizes[d] == 1) continue;
    if (rank_ > 0) {
      int64_t inside = sizes_[rank_ - 1];
      if (inside * strides_[0][rank_ - 1] == stride0 && inside * strides_[1][rank_ - 1] == stride1) {
        sizes_[rank_ - 1] *= sizes[d];
        continue;
      }
    }
    sizes_[rank_] = sizes[d];
    strides_[0][rank_] = stride0;
    strides_[1][rank_] = stride1;
    ++rank_;
  }
}

} // namespace talweg::kernels
