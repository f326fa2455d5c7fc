// What the files of random fills share: a loop over a Destination and the casts of what was drawn.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cast.h"
#include "kernels/draw_order.h"
#include "kernels/random.h"

namespace talweg::kernels {

/// The type that a fill of T computes in.
template <class T>
using Computed = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// A drawn number as T, as PyTorch's serial loops convert it: like `cast`, but uint8 goes by way of int32 as
/// the other small integers do, so that what doesn't fit there is 0.
template <class T>
T stored(double value) {
  if constexpr (std::is_same_v<T, uint8_t>)
    return static_cast<uint8_t>(cast<int32_t>(value));
  else
    return cast<T>(value);
}
template <class T>
T stored(int64_t value) {
  return cast<T>(value);
}

/// Stores draw() in every element, in DrawOrder.
template <class T, class Draw>
void fill(const Destination& out, Draw&& draw) {
  T* data = static_cast<T*>(out.data);
  if (out.contiguous) {
    for (int64_t i = 0; i < out.numel; ++i) data[i] = draw();
  } else {
    DrawOrder(out.sizes, out.strides).for_each([&](int64_t i, int64_t) { data[i] = draw(); });
  }
}

/// Stores draw(x) in every element, x the element of a Source of type X.
template <class T, class X, class Draw>
void fill(const Destination& out, const Source& source, Draw&& draw) {
  T* data = static_cast<T*>(out.data);
  const X* from = static_cast<const X*>(source.data);
  if (source.strides.empty()) {
    for (int64_t i = 0; i < out.numel; ++i) data[i] = draw(from[i]);
  } else {
    DrawOrder(out.sizes, out.strides, source.strides).for_each([&](int64_t i, int64_t j) {
      data[i] = draw(from[j]);
    });
  }
}

} // namespace talweg::kernels
