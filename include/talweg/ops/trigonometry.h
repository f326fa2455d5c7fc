// Functions of angles (in radians), hyperbolic functions and their inverses, element by element. Integers
// give the default dtype.
#pragma once

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// The sine, at most 1 ulp for every finite number.
Tensor sin(const Tensor& self);
const Tensor& sin_(const Tensor& self);
/// The cosine, at most 1 ulp for every finite number.
Tensor cos(const Tensor& self);
const Tensor& cos_(const Tensor& self);
/// The tangent.
Tensor tan(const Tensor& self);
const Tensor& tan_(const Tensor& self);
/// The arc sine; NaN beyond 1.
Tensor asin(const Tensor& self);
const Tensor& asin_(const Tensor& self);
/// The arc cosine; NaN beyond 1.
Tensor acos(const Tensor& self);
const Tensor& acos_(const Tensor& self);
/// The arc tangent.
Tensor atan(const Tensor& self);
const Tensor& atan_(const Tensor& self);
/// The angle of the point (other, self), in (-pi, pi].
Tensor atan2(const Tensor& self, const Tensor& other);
const Tensor& atan2_(const Tensor& self, const Tensor& other);
/// The hyperbolic sine.
Tensor sinh(const Tensor& self);
const Tensor& sinh_(const Tensor& self);
/// The hyperbolic cosine.
Tensor cosh(const Tensor& self);
const Tensor& cosh_(const Tensor& self);
/// The inverse of sinh.
Tensor asinh(const Tensor& self);
const Tensor& asinh_(const Tensor& self);
/// The inverse of cosh; NaN below 1.
Tensor acosh(const Tensor& self);
const Tensor& acosh_(const Tensor& self);
/// The inverse of tanh; infinite at 1, NaN beyond.
Tensor atanh(const Tensor& self);
const Tensor& atanh_(const Tensor& self);
/// sqrt(self^2 + other^2) without overflow on the way. Floating dtypes.
Tensor hypot(const Tensor& self, const Tensor& other);
const Tensor& hypot_(const Tensor& self, const Tensor& other);
/// Degrees as radians.
Tensor deg2rad(const Tensor& self);
const Tensor& deg2rad_(const Tensor& self);
/// Radians as degrees.
Tensor rad2deg(const Tensor& self);
const Tensor& rad2deg_(const Tensor& self);
/// sin(pi self) / (pi self), 1 at 0.
Tensor sinc(const Tensor& self);
const Tensor& sinc_(const Tensor& self);

} // namespace talweg
