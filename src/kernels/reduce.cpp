#include "kernels/reduce.h"

#include <limits>

#include "kernels/reduce_plan.h"

namespace talweg {

namespace {

template <class T>
T times(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  else
    return a * b;
}

// Blocks of 32 in 4 by 8 running products (double: 16 in 4 by 4), as PyTorch's vectors have them; what is
// left, one by one.
template <class T>
T prod_contiguous(T start, const T* in, int64_t size) {
  constexpr int64_t width = 32 / sizeof(T), block = 4 * width;
  const int64_t blocks = size / block;
  if (blocks > 0) {
    T p[block];
    for (int64_t k = 0; k < block; ++k) p[k] = in[k];
    for (int64_t i = 1; i < blocks; ++i)
      for (int64_t k = 0; k < block; ++k) p[k] = times(p[k], in[i * block + k]);
    for (int64_t k = 0; k < width; ++k)
      p[k] = times(times(p[k], p[k + width]), times(p[k + 2 * width], p[k + 3 * width]));
    for (int64_t k = 1; k < width; ++k) p[0] = times(p[0], p[k]);
    start = times(start, p[0]);
  }
  for (int64_t i = blocks * block; i < size; ++i) start = times(start, in[i]);
  return start;
}

template <class T>
void prod_plane(const ReducePlan& p, T* out, const T* in) {
  constexpr int64_t block = 128 / sizeof(T);
  if (p.out[0] == 0 && p.in[0] == 1) {
    for (int64_t j = 0; j < p.sizes[1]; ++j)
      out[j * p.out[1]] = prod_contiguous(out[j * p.out[1]], in + j * p.in[1], p.sizes[0]);
    return;
  }
  int64_t j = 0;
  if (p.out[0] == 0 && p.out[1] == 1 && p.in[1] == 1) {
    for (; j + block <= p.sizes[1]; j += block) {
      T product[block];
      for (int64_t k = 0; k < block; ++k) product[k] = in[j + k];
      for (int64_t i = 1; i < p.sizes[0]; ++i)
        for (int64_t k = 0; k < block; ++k) product[k] = times(product[k], in[i * p.in[0] + j + k]);
      for (int64_t k = 0; k < block; ++k) out[j + k] = times(product[k], out[j + k]);
    }
  }
  for (; j < p.sizes[1]; ++j)
    for (int64_t i = 0; i < p.sizes[0]; ++i) {
      T& target = out[i * p.out[0] + j * p.out[1]];
      target = times(target, in[i * p.in[0] + j * p.in[1]]);
    }
}

template <class T>
void prod(const Buffer& out, const Buffer& in) {
  for (int64_t i = 0, n = kept_elements(out); i < n; ++i) out.as<T>()[i] = T(1);
  if (in.numel == 0) return;
  ReducePlan plan(out, in);
  plan.planes([&](int64_t to, int64_t from) { prod_plane(plan, out.as<T>() + to, in.as<T>() + from); });
}

void run_prod(std::span<const Buffer> buffers, const void*) {
  const Buffer &out = buffers[0], &in = buffers[1];
  if (in.dtype == float32)
    prod<float>(out, in);
  else if (in.dtype == float64)
    prod<double>(out, in);
  else
    prod<int64_t>(out, in);
}

double variance(double squares, double count, double correction) {
  double divisor = count - correction;
  return squares / (divisor > 0 ? divisor : 0);
}

template <class T>
void fill_nan(const Buffer& out) {
  for (int64_t i = 0, n = kept_elements(out); i < n; ++i)
    out.as<T>()[i] = std::numeric_limits<T>::quiet_NaN();
}

template <class T>
void var_total(const Buffer& out, const Buffer& in, double mean, double correction) {
  if (in.numel == 0) return fill_nan<T>(out);
  ReducePlan plan(out, in);
  double squares = 0;
  plan.planes([&](int64_t, int64_t from) {
    double part = 0;
    for (int64_t j = 0; j < plan.sizes[1]; ++j)
      for (int64_t i = 0; i < plan.sizes[0]; ++i) {
        double d = static_cast<double>(in.as<T>()[from + j * plan.in[1] + i * plan.in[0]]) - mean;
        part += d * d;
      }
    squares += part;
  });
  *out.as<T>() = static_cast<T>(variance(squares, static_cast<double>(in.numel), correction));
}

void run_var_total(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &out = buffers[0], &in = buffers[1], &mean = buffers[2];
  double correction = static_cast<const VarCall*>(attributes)->correction;
  if (in.dtype == float32)
    var_total<float>(out, in, static_cast<double>(*mean.as<float>()), correction);
  else
    var_total<double>(out, in, *mean.as<double>(), correction);
}

struct Welford {
  double mean = 0, squares = 0;
  int64_t count = 0;
};

template <class T>
void var(const Buffer& out, const Buffer& in, const Buffer* mean, double correction) {
  if (in.numel == 0) {
    if (mean) fill_nan<T>(*mean);
    return fill_nan<T>(out);
  }
  reduce_each<T>(
      out, in, [] { return Welford(); },
      [](Welford& w, T x) {
        double d = static_cast<double>(x) - w.mean;
        w.mean += d / static_cast<double>(++w.count);
        w.squares += d * (static_cast<double>(x) - w.mean);
      },
      [&](const Welford& w, int64_t to) {
        out.as<T>()[to] = static_cast<T>(variance(w.squares, static_cast<double>(w.count), correction));
        if (mean) mean->as<T>()[to] = static_cast<T>(w.mean);
      });
}

void run_var(std::span<const Buffer> buffers, const void* attributes) {
  double correction = static_cast<const VarCall*>(attributes)->correction;
  const Buffer* mean = buffers.size() > 2 ? &buffers[2] : nullptr;
  if (buffers[1].dtype == float32)
    var<float>(buffers[0], buffers[1], mean, correction);
  else
    var<double>(buffers[0], buffers[1], mean, correction);
}

} // namespace

const Kernel prod_kernel{"prod", &run_prod};
const Kernel var_total_kernel{"var_total", &run_var_total};
const Kernel var_kernel{"var", &run_var};

} // namespace talweg
