// Numbers at equal distances.
#pragma once

#include "kernels/buffer.h"
#include "talweg/scalar.h"

namespace talweg {

/// For arange the first number and the step, for linspace the first and the last, each of which the dtype
/// holds.
struct Range {
  Scalar first, second;
};

/// first + i * second into the contiguous buffers[0], with PyTorch's bits.
extern const Kernel arange_kernel;
/// From first to second into the contiguous buffers[0] of two elements or more, with PyTorch's bits.
extern const Kernel linspace_kernel;

} // namespace talweg
