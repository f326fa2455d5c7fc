// Reductions of any layout. buffers[0] is the result, row-major, with strides of 0 where it is reduced,
// buffers[1] the input; both have the input's sizes.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

struct SumCall {
  double divisor; // 0 of an empty mean included
  bool divides;   // a mean
};

/// float32 and float64 into themselves, integers and bool into int64. Attributes: SumCall.
extern const Kernel sum_kernel;
/// The sum of at most 16 numbers that lie side by side, by the same rule.
float sum_few(const float* in, int64_t count);

/// float32, float64 and int64 into themselves.
extern const Kernel prod_kernel;

struct VarCall {
  double correction;
};
/// float32 and float64. Of everything: buffers[2] holds the mean, and squares are added in memory order.
extern const Kernel var_total_kernel;
/// Along dimensions: Welford's steps.
extern const Kernel var_kernel;

/// The largest element, of any dtype; NaN wins. The input isn't empty along what is reduced.
extern const Kernel amax_kernel;
/// One dimension is reduced. buffers[0]: int64, where the largest element stands (the first of equals, the
/// first NaN); buffers[2], if given: that element.
extern const Kernel argmax_kernel;

struct TruthCall {
  bool all;
};
/// bool or uint8 from any dtype: whether all or any are not zero.
extern const Kernel truth_kernel;

} // namespace talweg
