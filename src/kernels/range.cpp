#include "kernels/range.h"

#include <cmath>

#include "kernels/cast.h"

namespace talweg {

namespace {

// The type in which PyTorch counts elements of T.
template <class T>
using Counted =
    std::conditional_t<std::is_integral_v<T>, int64_t, std::conditional_t<is_short_float<T>, float, double>>;

template <class A>
A multiply_add(A a, int64_t n, A b) {
  if constexpr (std::is_integral_v<A>)
    return b + a * n;
  else
    return std::fma(a, static_cast<A>(n), b);
}

// start + i * step. As in PyTorch, elements come in pairs of 32-byte vectors, whose own first element is
// rounded before the others are counted from it; the rest come one by one.
template <class T>
void count_up(T* out, int64_t count, Counted<T> start, Counted<T> step) {
  constexpr int64_t lanes = 32 / static_cast<int64_t>(sizeof(T));
  int64_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes)
    for (int64_t first = i; first < i + 2 * lanes; first += lanes) {
      auto base = cast<Counted<T>>(cast<T>(multiply_add(step, first, start)));
      for (int64_t k = 0; k < lanes; ++k) out[first + k] = cast<T>(multiply_add(step, k, base));
    }
  for (; i < count; ++i) out[i] = cast<T>(multiply_add(step, i, start));
}

// The two halves are counted from the two ends. Each operation rounds to S: the dtype, or double for
// integers.
template <class T, class S>
void divide_range(T* out, int64_t steps, S first, S last) {
  if constexpr (is_short_float<S>) {
    auto rounded = [](float v) { return static_cast<float>(S(v)); };
    float a = first, b = last, step = rounded(rounded(b - a) / rounded(static_cast<float>(steps - 1)));
    for (int64_t i = 0; i < steps; ++i) {
      bool from_start = i < steps / 2;
      float way = rounded(step * rounded(static_cast<float>(from_start ? i : steps - 1 - i)));
      out[i] = T(from_start ? a + way : b - way);
    }
  } else {
    S step = (last - first) / static_cast<S>(steps - 1);
    for (int64_t i = 0; i < steps; ++i)
      out[i] = cast<T>(i < steps / 2 ? std::fma(step, static_cast<S>(i), first)
                                     : std::fma(-step, static_cast<S>(steps - 1 - i), last));
  }
}

void run_arange(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer& out = buffers[0];
  const auto& range = *static_cast<const Range*>(attributes);
  with_type(out.dtype, [&]<class T>(T*) {
    count_up(out.as<T>(), out.numel, range.first.to<Counted<T>>(), range.second.to<Counted<T>>());
  });
}

void run_linspace(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer& out = buffers[0];
  const auto& range = *static_cast<const Range*>(attributes);
  with_type(out.dtype, [&]<class T>(T*) {
    using S = std::conditional_t<std::is_integral_v<T>, double, T>;
    divide_range<T, S>(out.as<T>(), out.numel, cast<S>(range.first.to<T>()), cast<S>(range.second.to<T>()));
  });
}

} // namespace

const Kernel arange_kernel{"arange", run_arange};
const Kernel linspace_kernel{"linspace", run_linspace};

} // namespace talweg
