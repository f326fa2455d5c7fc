// Sums, products, powers and what belongs to them. All broadcast and promote as PyTorch does.
#pragma once

#include <string_view>

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// self + alpha * other, the product fused into the sum. alpha must be integral where the result is.
Tensor add(const Tensor& self, const Tensor& other, Scalar alpha = 1);
Tensor add(const Tensor& self, Scalar other, Scalar alpha = 1);
const Tensor& add_(const Tensor& self, const Tensor& other, Scalar alpha = 1);
const Tensor& add_(const Tensor& self, Scalar other, Scalar alpha = 1);
/// self - alpha * other. Not defined for bool: use logical_xor.
Tensor sub(const Tensor& self, const Tensor& other, Scalar alpha = 1);
Tensor sub(const Tensor& self, Scalar other, Scalar alpha = 1);
const Tensor& sub_(const Tensor& self, const Tensor& other, Scalar alpha = 1);
const Tensor& sub_(const Tensor& self, Scalar other, Scalar alpha = 1);
/// other - alpha * input.
Tensor rsub(const Tensor& input, const Tensor& other, Scalar alpha = 1);
Tensor rsub(const Tensor& input, Scalar other, Scalar alpha = 1);
/// self * other.
Tensor mul(const Tensor& self, const Tensor& other);
Tensor mul(const Tensor& self, Scalar other);
const Tensor& mul_(const Tensor& self, const Tensor& other);
const Tensor& mul_(const Tensor& self, Scalar other);
/// self / other. `rounding_mode` is "" (true division: integers give the default dtype), "trunc" (toward
/// zero) or "floor" (as Python's //). Integers divided by zero under a rounding mode throw ValueError.
Tensor div(const Tensor& self, const Tensor& other, std::string_view rounding_mode = {});
Tensor div(const Tensor& self, Scalar other, std::string_view rounding_mode = {});
const Tensor& div_(const Tensor& self, const Tensor& other, std::string_view rounding_mode = {});
const Tensor& div_(const Tensor& self, Scalar other, std::string_view rounding_mode = {});
/// The remainder with the sign of the divisor, as Python's %. Integer division by zero throws ValueError.
Tensor remainder(const Tensor& self, const Tensor& other);
Tensor remainder(const Tensor& self, Scalar other);
Tensor remainder(Scalar self, const Tensor& other);
const Tensor& remainder_(const Tensor& self, const Tensor& other);
const Tensor& remainder_(const Tensor& self, Scalar other);
/// self ^ exponent. Integers to a negative integer power throw ValueError.
Tensor pow(const Tensor& self, const Tensor& exponent);
Tensor pow(const Tensor& self, Scalar exponent);
Tensor pow(Scalar self, const Tensor& exponent);
const Tensor& pow_(const Tensor& self, const Tensor& exponent);
const Tensor& pow_(const Tensor& self, Scalar exponent);
/// -self. Not defined for bool.
Tensor neg(const Tensor& self);
const Tensor& neg_(const Tensor& self);

} // namespace talweg
