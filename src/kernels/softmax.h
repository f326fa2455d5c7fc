// Softmax along the last dimension of row-major tensors of float32 or float64.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

struct SoftmaxCall {
  int64_t size;   // of the last dimension
  bool logarithm; // log_softmax
};

/// buffers: result, input.
extern const Kernel softmax_kernel;
/// buffers: gradient of the input, gradient of the result, result.
extern const Kernel softmax_backward_kernel;

} // namespace talweg
