// One step of an optimizer over one parameter, in place.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

/// g: the gradient (negated to maximise), plus weight_decay * p; b = momentum * b + (1 - dampening) * g, at
/// the first step b = g; g = b, or g + momentum * b with nesterov; p -= lr * g.
struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize, first;
};
/// buffers: parameter, gradient and, with momentum, b.
extern const Kernel sgd_kernel;

/// Kingma and Ba, "Adam", 2015, with amsgrad and decoupled weight decay; the corrections of step t are worked
/// out before.
struct AdamStep {
  double beta1, beta2, eps, weight_decay;
  double shrink;           // 1 - lr * weight_decay, where decoupled
  double step_size;        // lr / (1 - beta1^t)
  double correction2_root; // sqrt(1 - beta2^t)
  bool maximize, decoupled;
};
/// buffers: parameter, gradient, exp_avg, exp_avg_sq and, for amsgrad, max_exp_avg_sq.
extern const Kernel adam_kernel;

// All buffers of a step are contiguous and hold float32, or all float64.

/// The loops over whole lanes for one instruction set, for float32 and float64.
struct OptimLoops {
  void (*sgd[2])(void* const* data, int64_t lanes, const SgdStep& step);
  void (*adam[2])(void* const* data, int64_t lanes, const AdamStep& step);
};

} // namespace talweg
