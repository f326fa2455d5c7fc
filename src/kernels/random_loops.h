// What the files of random fills share: a loop over a Destination and the casts of what was drawn.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/draw_order.h"
#include "kernels/random.h"

namespace talweg::kernels {

template <class T>
inline constexpr bool is_short_float = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

/// The type that a fill of T computes in.
template <class T>
using Computed = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// A drawn number as T. Integers take what x86's conversion gives: out of range is the smallest int64 or
/// int32, of which narrower types keep the low bits.
template <class T>
T stored(double value) {
  if constexpr (is_short_float<T>) {
    return T(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else {
    using Wide = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
    constexpr double limit = -static_cast<double>(std::numeric_limits<Wide>::min());
    bool fits = value >= -limit && value < limit;
    return static_cast<T>(fits ? static_cast<Wide>(value) : std::numeric_limits<Wide>::min());
  }
}
template <class T>
T stored(int64_t value) {
  if constexpr (is_short_float<T>)
    return T(static_cast<float>(value));
  else
    return static_cast<T>(value);
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

/// A null pointer that names a type.
template <class T>
inline constexpr T* type_tag = nullptr;

/// Calls f with type_tag of the dtype's C++ type; other dtypes do nothing.
template <class F>
void with_floating_type(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::float16:
      return f(type_tag<Half>);
    case Dtype::bfloat16:
      return f(type_tag<BFloat16>);
    case Dtype::float32:
      return f(type_tag<float>);
    case Dtype::float64:
      return f(type_tag<double>);
    default:
      return;
  }
}
template <class F>
void with_any_type(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::bool_:
      return f(type_tag<bool>);
    case Dtype::uint8:
      return f(type_tag<uint8_t>);
    case Dtype::int8:
      return f(type_tag<int8_t>);
    case Dtype::int16:
      return f(type_tag<int16_t>);
    case Dtype::int32:
      return f(type_tag<int32_t>);
    case Dtype::int64:
      return f(type_tag<int64_t>);
    default:
      return with_floating_type(dtype, f);
  }
}

} // namespace talweg::kernels
