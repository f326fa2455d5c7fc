// Reading and writing the elements of any layout and dtype in order, a stretch at a time.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "formulas/formula.h"
#include "kernels/buffer.h"

namespace talweg {

/// The loops over dimensions that several operands share, with as few dimensions as their strides allow.
struct Loop {
  static constexpr int most_operands = most_inputs + 3;
  int rank = 0;
  int operands = 0;
  int64_t numel = 1;
  int64_t sizes[max_rank];
  int64_t strides[most_operands][max_rank]; // in elements; 0 where an operand repeats

  /// Joins dimensions of buffers of equal sizes. With `reorder`, dimensions are visited in the memory order
  /// of the first.
  Loop(std::span<const Buffer> buffers, bool reorder);
};

/// Where one operand stands in a Loop.
class Walk {
 public:
  Walk(const Loop& loop, int operand) : loop_(&loop), strides_(loop.strides[operand]) {}
  /// The offset of the next `count` elements if they lie side by side, passing over them; -1 if they don't.
  int64_t next_adjacent(int64_t count) {
    int last = loop_->rank - 1;
    if (last < 0 || strides_[last] != 1 || loop_->sizes[last] - at_[last] < count) return -1;
    int64_t offset = 0;
    next(count, [&](int64_t start, int64_t, int64_t) { offset = start; });
    return offset;
  }
  /// Calls f(offset, stride, count) for each stretch of the last dimension that makes up the next `count`
  /// elements.
  template <class F>
  void next(int64_t count, F&& f) {
    int last = loop_->rank - 1;
    while (count > 0) {
      int64_t step = loop_->rank == 0 ? 1 : loop_->sizes[last] - at_[last];
      if (step > count) step = count;
      f(offset_, loop_->rank == 0 ? 0 : strides_[last], step);
      count -= step;
      if (loop_->rank == 0) return;
      at_[last] += step;
      offset_ += step * strides_[last];
      for (int d = last; at_[d] == loop_->sizes[d];) {
        offset_ -= at_[d] * strides_[d];
        at_[d] = 0;
        if (d-- == 0) return;
        ++at_[d];
        offset_ += strides_[d];
      }
    }
  }

 private:
  const Loop* loop_;
  const int64_t* strides_;
  int64_t offset_ = 0;
  std::array<int64_t, max_rank> at_{};
};

/// The element type that loops use for a dtype: bool and small integers as int32, short floats as float32.
constexpr Compute compute_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::float64:
      return compute_float64;
    case Dtype::float32:
    case Dtype::float16:
    case Dtype::bfloat16:
      return compute_float32;
    case Dtype::int64:
      return compute_int64;
    default:
      return compute_int32;
  }
}
constexpr Dtype dtype_of_compute(Compute compute) {
  constexpr Dtype dtypes[] = {int32, int64, float32, float64};
  return dtypes[compute];
}

/// Converts `count` elements, from one stride to another (in elements).
using Convert = void (*)(void* out, int64_t out_stride, const void* in, int64_t in_stride, int64_t count);
Convert converter(Dtype to, Dtype from);

} // namespace talweg
