// The negative log likelihood of classes. Log-probabilities are (samples, classes, places), targets (samples,
// places) of int64, weights (classes); all row-major, floats of one dtype. Targets were checked.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

enum class LossReduction : uint8_t { none, mean, sum };

struct NllCall {
  int64_t samples, classes, places;
  int64_t ignore_index;
  LossReduction reduction;
};

/// buffers: loss (samples, places) or one number, sum of the weights used, log-probabilities, targets[,
/// weights].
extern const Kernel nll_kernel;
/// buffers: gradient of the log-probabilities, gradient of the loss, sum of the weights used, targets[,
/// weights].
extern const Kernel nll_backward_kernel;

/// Squared differences of row-major floats of one dtype and equal sizes.
struct SquaresCall {
  bool mean;
};
/// buffers: one number, x, y.
extern const Kernel squares_kernel;
struct DifferencesCall {
  double scale;
};
/// buffers: result, x, y, one number g. The result is scale * (x - y) * g.
extern const Kernel differences_kernel;

} // namespace talweg
