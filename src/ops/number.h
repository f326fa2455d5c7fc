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

} // namespace talweg
