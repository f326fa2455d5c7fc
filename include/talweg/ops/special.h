// Functions of torch.special and their kin, element by element; integers give the default dtype.
#pragma once

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// log |gamma(self)|.
Tensor lgamma(const Tensor& self);
const Tensor& lgamma_(const Tensor& self);
/// The derivative of lgamma.
Tensor digamma(const Tensor& self);
const Tensor& digamma_(const Tensor& self);
/// The n-th derivative of digamma, n >= 0.
Tensor polygamma(int64_t n, const Tensor& input);
/// The modified Bessel function of order 0.
Tensor i0(const Tensor& self);
const Tensor& i0_(const Tensor& self);
/// e^-|input| i0(input).
Tensor special_i0e(const Tensor& input);
/// The modified Bessel function of order 1.
Tensor special_i1(const Tensor& input);
/// e^-|input| i1(input).
Tensor special_i1e(const Tensor& input);
/// -input * log(input), 0 at 0, -infinity below.
Tensor special_entr(const Tensor& input);
/// e^(input^2) erfc(input).
Tensor special_erfcx(const Tensor& input);
/// P(X <= input) for normal X.
Tensor special_ndtr(const Tensor& input);
/// log(ndtr(input)) without its cancellation.
Tensor special_log_ndtr(const Tensor& input);
/// The inverse of ndtr.
Tensor special_ndtri(const Tensor& input);
/// input * log(1 + other), 0 where input is 0 unless other is NaN.
Tensor special_xlog1py(const Tensor& input, const Tensor& other);
/// The zeta function of Hurwitz: the sum of (k + other)^-input over k >= 0.
Tensor special_zeta(const Tensor& input, const Tensor& other);

} // namespace talweg
