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
/// Along dimensions: Welford's steps. buffers[2], if given, takes the means.
extern const Kernel var_kernel;

struct ExtremeCall {
  bool smallest;
};
/// The largest or smallest element, of any dtype; NaN wins. The input isn't empty along what is reduced.
extern const Kernel extreme_kernel;
/// One dimension is reduced. buffers[0]: int64, where that element stands (the first of equals, the first
/// NaN); buffers[2], if given: the element.
extern const Kernel where_extreme_kernel;

struct TruthCall {
  bool all;
};
/// bool or uint8 from any dtype: whether all or any are not zero.
extern const Kernel truth_kernel;

} // namespace talweg
