// Powers of two and e, logarithms, roots, the error function and what is made of them, element by element.
// Integers give the default dtype.
#pragma once

#include <optional>

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// 1 / sqrt(self).
Tensor rsqrt(const Tensor& self);
const Tensor& rsqrt_(const Tensor& self);
/// self ^ 2; integers stay integers.
Tensor square(const Tensor& self);
const Tensor& square_(const Tensor& self);
/// 1 / self.
Tensor reciprocal(const Tensor& self);
const Tensor& reciprocal_(const Tensor& self);
/// 2 ^ self.
Tensor exp2(const Tensor& self);
const Tensor& exp2_(const Tensor& self);
/// e ^ self - 1 without its cancellation.
Tensor expm1(const Tensor& self);
const Tensor& expm1_(const Tensor& self);
/// The logarithm to base 2.
Tensor log2(const Tensor& self);
const Tensor& log2_(const Tensor& self);
/// The logarithm to base 10.
Tensor log10(const Tensor& self);
const Tensor& log10_(const Tensor& self);
/// log(1 + self) without its cancellation.
Tensor log1p(const Tensor& self);
const Tensor& log1p_(const Tensor& self);
/// The error function.
Tensor erf(const Tensor& self);
const Tensor& erf_(const Tensor& self);
/// 1 - erf(self) without its cancellation.
Tensor erfc(const Tensor& self);
const Tensor& erfc_(const Tensor& self);
/// The inverse of erf.
Tensor erfinv(const Tensor& self);
const Tensor& erfinv_(const Tensor& self);
/// log(self / (1 - self)); with `eps`, self is limited to [eps, 1 - eps] first.
Tensor logit(const Tensor& self, std::optional<Scalar> eps = {});
const Tensor& logit_(const Tensor& self, std::optional<Scalar> eps = {});
/// self * log(other), 0 where self is 0 unless other is NaN.
Tensor xlogy(const Tensor& self, const Tensor& other);
const Tensor& xlogy_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor xlogy(const Tensor& self, Scalar other);
const Tensor& xlogy_(const Tensor& self, Scalar other);
/// The same with a number first.
Tensor xlogy(Scalar self, const Tensor& other);
/// log(e^self + e^other) without overflow on the way. Floating dtypes.
Tensor logaddexp(const Tensor& self, const Tensor& other);
/// log2(2^self + 2^other) without overflow on the way. Floating dtypes.
Tensor logaddexp2(const Tensor& self, const Tensor& other);
/// self * 2^other.
Tensor ldexp(const Tensor& self, const Tensor& other);
const Tensor& ldexp_(const Tensor& self, const Tensor& other);
/// self ^ exponent in float64.
Tensor float_power(const Tensor& self, const Tensor& exponent);
const Tensor& float_power_(const Tensor& self, const Tensor& exponent);
/// The same with a number.
Tensor float_power(const Tensor& self, Scalar exponent);
const Tensor& float_power_(const Tensor& self, Scalar exponent);
/// The same with a number first.
Tensor float_power(Scalar self, const Tensor& exponent);
/// self; not for bool.
Tensor positive(const Tensor& self);

} // namespace talweg
