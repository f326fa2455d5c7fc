// Reductions of any layout. buffers[0] is the result, with strides of 0 where it is reduced, buffers[1] the input; both
// have the input's sizes.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

struct SumCall {
  double divisor;  // 0 of an empty mean included
  bool divides;    // a mean
};

/// float32 and float64 into themselves, integers and bool into int64. Attributes: SumCall.
extern const Kernel sum_kernel;

/// The sum of at most 16 numbers that lie side by side, by the same rule.
float sum_few(const float* in, int64_t count);

}  // namespace talweg
