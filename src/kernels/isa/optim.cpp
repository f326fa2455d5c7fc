// The loops of optimizers for one instruction set. Where PyTorch's kernels fuse a product and a sum, so does
// this.
#include "kernels/optim.h"
#include "lanes/lane.h"
#include "lanes/math.h"

namespace talweg::kernels::TALWEG_ISA {

namespace {

template <class T>
T* at(void* data, int64_t i) {
  return static_cast<T*>(data) + i * Lane<T>::count;
}

template <class T>
__attribute__((flatten)) void sgd(void* const* data, int64_t lanes, const SgdStep& step) {
  const Lane<T> descent(-step.lr), decay(step.weight_decay), momentum(step.momentum),
      share(1 - step.dampening);
  if (step.momentum == 0 && step.weight_decay == 0 && !step.maximize) {
    for (int64_t i = 0; i < lanes; ++i) {
      T* p = at<T>(data[0], i);
      fma(descent, Lane<T>::load(at<T>(data[1], i)), Lane<T>::load(p)).store(p);
    }
    return;
  }
  for (int64_t i = 0; i < lanes; ++i) {
    T* p = at<T>(data[0], i);
    Lane<T> x = Lane<T>::load(p), g = Lane<T>::load(at<T>(data[1], i));
    if (step.maximize) g = -g;
    if (step.weight_decay != 0) g = fma(decay, x, g);
    if (step.momentum != 0) {
      T* b = at<T>(data[2], i);
      Lane<T> kept = step.first ? g : fma(share, g, Lane<T>::load(b) * momentum);
      kept.store(b);
      g = step.nesterov ? fma(momentum, kept, g) : kept;
    }
    fma(descent, g, x).store(p);
  }
}

template <class T>
__attribute__((flatten)) void adam(void* const* data, int64_t lanes, const AdamStep& step) {
  const double w = 1 - step.beta1;
  const Lane<T> decay(step.weight_decay), shrink(step.shrink), weight(w), rest(1 - static_cast<T>(w)),
      beta2(step.beta2), fresh(1 - step.beta2), root(step.correction2_root), eps(step.eps),
      descent(-step.step_size);
  const bool near_start = static_cast<T>(w) < T(0.5);
  for (int64_t i = 0; i < lanes; ++i) {
    T *p = at<T>(data[0], i), *m = at<T>(data[2], i), *v = at<T>(data[3], i);
    Lane<T> x = Lane<T>::load(p), g = Lane<T>::load(at<T>(data[1], i)), mean = Lane<T>::load(m);
    if (step.maximize) g = -g;
    if (step.weight_decay != 0) {
      if (step.decoupled)
        x = x * shrink;
      else
        g = fma(decay, x, g);
    }
    Lane<T> change = g - mean;
    mean = near_start ? fma(weight, change, mean) : fma(-rest, change, g);
    mean.store(m);
    Lane<T> square = fma(fresh * g, g, Lane<T>::load(v) * beta2);
    square.store(v);
    if (data[4]) {
      T* most = at<T>(data[4], i);
      square = maximum(Lane<T>::load(most), square);
      square.store(most);
    }
    (x + (descent * mean) / (sqrt(square) / root + eps)).store(p);
  }
}

} // namespace

extern const OptimLoops optim_loops;
const OptimLoops optim_loops{{&sgd<float>, &sgd<double>}, {&adam<float>, &adam<double>}};

} // namespace talweg::kernels::TALWEG_ISA
