// Conversion of one element, by PyTorch's rules, without undefined behaviour.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "talweg/dtype.h"

namespace talweg {

template <class T>
inline constexpr bool is_short_float = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

/// bool is "not zero". A float that its integer type can't hold gives the type's smallest value, as x86 does;
/// integers wrap.
template <class To, class From>
inline To cast(From v) {
  if constexpr (std::is_same_v<To, From>)
    return v;
  else if constexpr (is_short_float<From>)
    return cast<To>(static_cast<float>(v));
  else if constexpr (std::is_same_v<To, bool>)
    return v != From(0);
  else if constexpr (is_short_float<To>)
    return To(static_cast<float>(v));
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    using Wide = std::conditional_t<sizeof(To) == 8 || std::is_unsigned_v<To>, int64_t, int32_t>;
    constexpr From limit = static_cast<From>(Wide{1} << (8 * sizeof(Wide) - 2)) * From(2);
    Wide wide = v >= -limit && v < limit ? static_cast<Wide>(v) : std::numeric_limits<Wide>::min();
    return static_cast<To>(wide);
  } else {
    return static_cast<To>(v);
  }
}

/// Calls f with a null pointer to the C++ type of `dtype`.
template <class F>
decltype(auto) with_type(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::bool_:
      return f(static_cast<bool*>(nullptr));
    case Dtype::uint8:
      return f(static_cast<uint8_t*>(nullptr));
    case Dtype::int8:
      return f(static_cast<int8_t*>(nullptr));
    case Dtype::int16:
      return f(static_cast<int16_t*>(nullptr));
    case Dtype::int32:
      return f(static_cast<int32_t*>(nullptr));
    case Dtype::int64:
      return f(static_cast<int64_t*>(nullptr));
    case Dtype::float16:
      return f(static_cast<Half*>(nullptr));
    case Dtype::bfloat16:
      return f(static_cast<BFloat16*>(nullptr));
    case Dtype::float32:
      return f(static_cast<float*>(nullptr));
    case Dtype::float64:
      break;
  }
  return f(static_cast<double*>(nullptr));
}
/// The same for floating-point dtypes; does nothing for others.
template <class F>
void with_floating_type(Dtype dtype, F&& f) {
  with_type(dtype, [&]<class T>(T* type) {
    if constexpr (std::is_floating_point_v<T> || is_short_float<T>) f(type);
  });
}

} // namespace talweg
