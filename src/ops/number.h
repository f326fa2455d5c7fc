// A number on its way into a tensor's dtype.
#pragma once

#include <string_view>

#include "talweg/dtype.h"
#include "talweg/scalar.h"

namespace talweg {

/// `s` as an element of `dtype`, rounded or truncated. Throws ValueError where the dtype's range doesn't
/// reach; unsigned types take negative integers modulo their range, as PyTorch does.
Scalar checked_number(Scalar s, Dtype dtype, std::string_view op);

/// The largest finite number of a floating-point dtype.
double largest_finite(Dtype dtype);

/// `s` if it may be written into elements of `dtype`, out of line where that isn't plain to see.
inline Scalar number_for(Scalar s, Dtype dtype, std::string_view op) {
  if (s.is_floating_point()) {
    const double v = s.to<double>();
    if (dtype == float64 || (dtype == float32 && v >= -0x1p127 && v <= 0x1p127)) return s;
  } else if (const auto v = s.to<int64_t>(); v >= 0 && v <= 127) {
    return s;
  }
  return checked_number(s, dtype, op);
}

} // namespace talweg
