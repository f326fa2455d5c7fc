// Signs, integer parts, remainders, interpolation and what replaces NaN, element by element.
#pragma once

#include <optional>

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// -1, 0 or 1; 0 for NaN.
Tensor sign(const Tensor& self);
const Tensor& sign_(const Tensor& self);
/// sign, by the name that complex numbers have it under.
Tensor sgn(const Tensor& self);
const Tensor& sgn_(const Tensor& self);
/// Whether the sign bit is set, as truth values: -0 too.
Tensor signbit(const Tensor& self);
/// |self| with the sign of other.
Tensor copysign(const Tensor& self, const Tensor& other);
const Tensor& copysign_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor copysign(const Tensor& self, Scalar other);
const Tensor& copysign_(const Tensor& self, Scalar other);
/// The largest integer that is not above self; integers stay. Not for bool, nor are the next four.
Tensor floor(const Tensor& self);
const Tensor& floor_(const Tensor& self);
/// The smallest integer that is not below self.
Tensor ceil(const Tensor& self);
const Tensor& ceil_(const Tensor& self);
/// The nearest integer, halves to even; with `decimals` to so many places behind the decimal point.
Tensor round(const Tensor& self, int64_t decimals = 0);
const Tensor& round_(const Tensor& self, int64_t decimals = 0);
/// The integer next to self on the side of zero.
Tensor trunc(const Tensor& self);
const Tensor& trunc_(const Tensor& self);
/// trunc.
Tensor fix(const Tensor& self);
const Tensor& fix_(const Tensor& self);
/// self - trunc(self). Floating dtypes.
Tensor frac(const Tensor& self);
const Tensor& frac_(const Tensor& self);
/// The remainder with the sign of self, as C's fmod. Integer division by zero throws ValueError.
Tensor fmod(const Tensor& self, const Tensor& other);
const Tensor& fmod_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor fmod(const Tensor& self, Scalar other);
const Tensor& fmod_(const Tensor& self, Scalar other);
/// floor(self / other), as Python's //. There is no derivative.
Tensor floor_divide(const Tensor& self, const Tensor& other);
const Tensor& floor_divide_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor floor_divide(const Tensor& self, Scalar other);
const Tensor& floor_divide_(const Tensor& self, Scalar other);
/// The same with a number first.
Tensor floor_divide(Scalar self, const Tensor& other);
/// div without rounding mode.
Tensor true_divide(const Tensor& self, const Tensor& other);
const Tensor& true_divide_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor true_divide(const Tensor& self, Scalar other);
const Tensor& true_divide_(const Tensor& self, Scalar other);
/// 0, other or 1 where self is below, at or above 0. One dtype. There is no derivative.
Tensor heaviside(const Tensor& self, const Tensor& values);
const Tensor& heaviside_(const Tensor& self, const Tensor& values);
/// max(self, min).
Tensor clamp_min(const Tensor& self, const Tensor& min);
const Tensor& clamp_min_(const Tensor& self, const Tensor& min);
/// The same with a number.
Tensor clamp_min(const Tensor& self, Scalar min);
const Tensor& clamp_min_(const Tensor& self, Scalar min);
/// min(self, max).
Tensor clamp_max(const Tensor& self, const Tensor& max);
const Tensor& clamp_max_(const Tensor& self, const Tensor& max);
/// The same with a number.
Tensor clamp_max(const Tensor& self, Scalar max);
const Tensor& clamp_max_(const Tensor& self, Scalar max);
/// The larger of two; of a number and NaN the number.
Tensor fmax(const Tensor& self, const Tensor& other);
/// The smaller of two; of a number and NaN the number.
Tensor fmin(const Tensor& self, const Tensor& other);
/// self with NaN, infinity and -infinity replaced: by 0, the largest and the lowest number of the dtype if
/// nothing is said.
Tensor nan_to_num(const Tensor& self, std::optional<Scalar> nan = {}, std::optional<Scalar> posinf = {},
                  std::optional<Scalar> neginf = {});
const Tensor& nan_to_num_(const Tensor& self, std::optional<Scalar> nan = {},
                          std::optional<Scalar> posinf = {}, std::optional<Scalar> neginf = {});
/// self + weight * (end - self). Floating, of one dtype.
Tensor lerp(const Tensor& self, const Tensor& end, const Tensor& weight);
const Tensor& lerp_(const Tensor& self, const Tensor& end, const Tensor& weight);
/// The same with a number.
Tensor lerp(const Tensor& self, const Tensor& end, Scalar weight);
const Tensor& lerp_(const Tensor& self, const Tensor& end, Scalar weight);
/// self + value * tensor1 * tensor2.
Tensor addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, Scalar value = 1);
const Tensor& addcmul_(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, Scalar value = 1);
/// self + value * tensor1 / tensor2. Floating dtypes.
Tensor addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, Scalar value = 1);
const Tensor& addcdiv_(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, Scalar value = 1);

} // namespace talweg
