#include "kernels/losses.h"

#include <cstring>

#include "kernels/sum_loops.h"

namespace talweg {

namespace {

// Calls f(sample, place, class) for each target that counts. Forward has refused classes that don't exist;
// one written since then is left out.
template <class F>
void each_target(const NllCall& call, const int64_t* target, F f) {
  for (int64_t n = 0; n < call.samples; ++n)
    for (int64_t p = 0; p < call.places; ++p) {
      int64_t c = target[n * call.places + p];
      if (c != call.ignore_index && c >= 0 && c < call.classes) f(n, p, c);
    }
}

template <class T>
void nll(const NllCall& call, std::span<const Buffer> buffers) {
  T* loss = buffers[0].as<T>();
  const T* in = buffers[2].as<T>();
  const T* weights = buffers.size() > 4 ? buffers[4].as<T>() : nullptr;
  if (call.reduction == LossReduction::none)
    std::memset(loss, 0, static_cast<size_t>(buffers[0].numel) * sizeof(T));
  double total = 0, used = 0;
  each_target(call, buffers[3].as<int64_t>(), [&](int64_t n, int64_t p, int64_t c) {
    T weight = weights ? weights[c] : T(1);
    T value = -in[(n * call.classes + c) * call.places + p] * weight;
    if (call.reduction == LossReduction::none) loss[n * call.places + p] = value;
    total += static_cast<double>(value);
    used += static_cast<double>(weight);
  });
  *buffers[1].as<T>() = static_cast<T>(used);
  if (call.reduction == LossReduction::sum) *loss = static_cast<T>(total);
  if (call.reduction == LossReduction::mean) *loss = static_cast<T>(total / used);
}

template <class T>
void nll_backward(const NllCall& call, std::span<const Buffer> buffers) {
  T* out = buffers[0].as<T>();
  const T* grad = buffers[1].as<T>();
  const T* weights = buffers.size() > 4 ? buffers[4].as<T>() : nullptr;
  std::memset(out, 0, static_cast<size_t>(buffers[0].numel) * sizeof(T));
  const bool each = call.reduction == LossReduction::none;
  T shared = 0;
  if (!each) shared = call.reduction == LossReduction::mean ? -(*grad / *buffers[2].as<T>()) : -*grad;
  each_target(call, buffers[3].as<int64_t>(), [&](int64_t n, int64_t p, int64_t c) {
    T g = each ? -grad[n * call.places + p] : shared;
    out[(n * call.classes + c) * call.places + p] = weights ? weights[c] * g : g;
  });
}

void run_nll(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const NllCall*>(attributes);
  if (buffers[0].dtype == float32)
    nll<float>(call, buffers);
  else
    nll<double>(call, buffers);
}
void run_nll_backward(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const NllCall*>(attributes);
  if (buffers[0].dtype == float32)
    nll_backward<float>(call, buffers);
  else
    nll_backward<double>(call, buffers);
}

template <class T>
void squares(const SumLoopsOf<T>& loops, std::span<const Buffer> buffers, bool mean) {
  T sum = loops.squared_differences(buffers[1].as<T>(), buffers[2].as<T>(), buffers[1].numel);
  *buffers[0].as<T>() = mean ? sum / static_cast<T>(buffers[1].numel) : sum;
}
void run_squares(std::span<const Buffer> buffers, const void* attributes) {
  bool mean = static_cast<const SquaresCall*>(attributes)->mean;
  if (buffers[0].dtype == float32)
    squares(sum_loops().float32, buffers, mean);
  else
    squares(sum_loops().float64, buffers, mean);
}

template <class T>
void differences(const SumLoopsOf<T>& loops, std::span<const Buffer> b, double scale) {
  loops.scaled_differences(b[0].as<T>(), b[1].as<T>(), b[2].as<T>(), static_cast<T>(scale), *b[3].as<T>(),
                           b[0].numel);
}
void run_differences(std::span<const Buffer> buffers, const void* attributes) {
  double scale = static_cast<const DifferencesCall*>(attributes)->scale;
  if (buffers[0].dtype == float32)
    differences(sum_loops().float32, buffers, scale);
  else
    differences(sum_loops().float64, buffers, scale);
}

} // namespace

const Kernel nll_kernel{"nll", &run_nll};
const Kernel nll_backward_kernel{"nll_backward", &run_nll_backward};

const Kernel squares_kernel{"squares", &run_squares};
const Kernel differences_kernel{"differences", &run_differences};

} // namespace talweg
