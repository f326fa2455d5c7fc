#include "ops/number.h"
#include "core/raise.h"

#include <cmath>
#include <limits>
#include <string>

#include "kernels/cast.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

[[noreturn, gnu::cold]] void refuse(Dtype dtype, std::string_view op) {
  raise<ValueError>({"[", op, "] value cannot be converted to type ", name(dtype), " without overflow"});
}

} // namespace

double largest_finite(Dtype dtype) {
  switch (dtype) {
    case Dtype::float16:
      return 65504.0;
    case Dtype::bfloat16:
      return 0x1.fep127;
    case Dtype::float32:
      return std::numeric_limits<float>::max();
    default:
      return std::numeric_limits<double>::max();
  }
}

Scalar checked_number(Scalar s, Dtype dtype, std::string_view op) {
  if (dtype == bool_) return s.to<bool>();
  if (is_floating_point(dtype)) {
    double v = s.to<double>();
    if (std::isfinite(v) && std::abs(v) > largest_finite(dtype)) refuse(dtype, op);
    return with_type(dtype, [&]<class T>(T*) { return Scalar(cast<double>(cast<T>(v))); });
  }
  return with_type(dtype, [&]<class T>(T*) {
    if constexpr (std::is_integral_v<T>) {
      constexpr int64_t most = static_cast<int64_t>(std::numeric_limits<T>::max());
      constexpr int64_t least = static_cast<int64_t>(std::numeric_limits<T>::min());
      if (s.is_floating_point()) {
        double v = s.to<double>();
        if (!(v >= static_cast<double>(least) && v <= static_cast<double>(most) && v < 0x1p63))
          refuse(dtype, op);
      } else if (int64_t v = s.to<int64_t>(); v < (std::is_signed_v<T> ? least : -most) || v > most) {
        refuse(dtype, op);
      }
      return Scalar(static_cast<T>(s.to<int64_t>()));
    } else {
      return s;
    }
  });
}

} // namespace talweg
