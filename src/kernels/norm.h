// Lengths of vectors.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

struct NormCall {
  int64_t n;
};
/// The 2-norm of each row of n > 0 numbers, added in PyTorch's order. Buffers: out, in, both contiguous,
/// float32 or float64.
extern const Kernel row_norm_kernel;

} // namespace talweg
