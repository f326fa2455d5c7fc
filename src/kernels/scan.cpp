#include "kernels/scan.h"

#include <type_traits>

namespace talweg {

namespace {

// Calls f(offset of the first element, step to the next) for each line.
template <class F>
void each_line(const Buffer& b, int64_t n, int64_t inner, bool reverse, F f) {
  if (b.numel == 0) return;
  const int64_t outer = b.numel / (n * inner);
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      int64_t first = o * n * inner + i;
      f(reverse ? first + (n - 1) * inner : first, reverse ? -inner : inner);
    }
}

template <class T, class Acc, bool product>
void run_lines(const Buffer& out, const Buffer& in, const ScanCall& call) {
  each_line(in, call.n, call.inner, call.reverse, [&](int64_t at, int64_t step) {
    Acc total = product ? 1 : 0;
    for (int64_t i = 0; i < call.n; ++i, at += step) {
      Acc x = static_cast<Acc>(in.as<T>()[at]);
      if constexpr (product)
        total *= x;
      else
        total += x;
      out.as<T>()[at] = static_cast<T>(total);
    }
  });
}

template <bool product>
void run_scan(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const ScanCall*>(attributes);
  const Buffer &out = buffers[0], &in = buffers[1];
  if (in.dtype == float64)
    run_lines<double, double, product>(out, in, call);
  else if (in.dtype == int64)
    run_lines<uint64_t, uint64_t, product>(out, in, call);
  else if (call.narrow)
    run_lines<float, float, product>(out, in, call);
  else
    run_lines<float, double, product>(out, in, call);
}

template <class T>
void linear(const Buffer& out, const Buffer& factor, const Buffer& in, const ScanCall& call) {
  each_line(in, call.n, call.inner, call.reverse, [&](int64_t at, int64_t step) {
    double total = 0;
    for (int64_t i = 0; i < call.n; ++i, at += step) {
      total = static_cast<double>(in.as<T>()[at]) +
              (i == 0 ? 0 : static_cast<double>(factor.as<T>()[at]) * total);
      out.as<T>()[at] = static_cast<T>(total);
    }
  });
}

void run_linear(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const ScanCall*>(attributes);
  if (buffers[2].dtype == float64)
    linear<double>(buffers[0], buffers[1], buffers[2], call);
  else
    linear<float>(buffers[0], buffers[1], buffers[2], call);
}

template <class T>
void extremes(const Buffer& in, const Buffer& values, const Buffer& indices, const ExtremeScanCall& call) {
  each_line(in, call.n, call.inner, false, [&](int64_t at, int64_t step) {
    T best = in.as<T>()[at];
    int64_t where = 0;
    for (int64_t i = 0; i < call.n; ++i, at += step) {
      T x = in.as<T>()[at];
      if (x != x || (best == best && (call.smallest ? x <= best : x >= best))) {
        best = x;
        where = i;
      }
      values.as<T>()[at] = best;
      indices.as<int64_t>()[at] = where;
    }
  });
}

void run_extremes(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const ExtremeScanCall*>(attributes);
  if (buffers[0].dtype == float64)
    extremes<double>(buffers[0], buffers[1], buffers[2], call);
  else if (buffers[0].dtype == int64)
    extremes<int64_t>(buffers[0], buffers[1], buffers[2], call);
  else
    extremes<float>(buffers[0], buffers[1], buffers[2], call);
}

} // namespace

const Kernel cumsum_kernel{"cumsum", &run_scan<false>};
const Kernel cumprod_kernel{"cumprod", &run_scan<true>};
const Kernel linear_scan_kernel{"linear_scan", &run_linear};
const Kernel extreme_scan_kernel{"extreme_scan", &run_extremes};

} // namespace talweg
