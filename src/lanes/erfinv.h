#pragma once

// The inverse of erf by Wichura's rational functions (Algorithm AS 241, 1988), which give a normal quantile
// to 2^-52; float by way of double.

#include "lanes/erf.h"
#include "lanes/log.h"

namespace talweg {
namespace {

struct QuantileNear {
  static constexpr double over[] = {
      3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
      4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr double under[] = {1.0,
                                     4.2313330701600911252e+1,
                                     6.8718700749205790830e+2,
                                     5.3941960214247511077e+3,
                                     2.1213794301586595867e+4,
                                     3.9307895800092710610e+4,
                                     2.8729085735721942674e+4,
                                     5.2264952788528545610e+3};
};
struct QuantileMiddle {
  static constexpr double over[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                    5.76949722146069140550e0,  3.64784832476320460504e0,
                                    1.27045825245236838258e0,  2.41780725177450611770e-1,
                                    2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double under[] = {1.0,
                                     2.05319162663775882187e0,
                                     1.67638483018380384940e0,
                                     6.89767334985100004550e-1,
                                     1.48103976427480074590e-1,
                                     1.51986665636164571966e-2,
                                     5.47593808499534494600e-4,
                                     1.05075007164441684324e-9};
};
struct QuantileFar {
  static constexpr double over[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                    1.78482653991729133580e0,  2.96560571828504891230e-1,
                                    2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                    2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double under[] = {1.0,
                                     5.99832206555887937690e-1,
                                     1.36929880922735805310e-1,
                                     1.48753612908506148525e-2,
                                     7.86869131145613259100e-4,
                                     1.84631831751005468180e-5,
                                     1.42151175831644588870e-7,
                                     2.04426310338993978564e-15};
};

template <class Q>
struct Over {
  static constexpr const double (&c)[8] = Q::over;
};
template <class Q>
struct Under {
  static constexpr const double (&c)[8] = Q::under;
};
template <class Q>
TALWEG_FUNCTION Lane<double> quantile_ratio(Lane<double> r) {
  return horner<Over<Q>>(r) / horner<Under<Q>>(r);
}

/// The normal quantile at 1/2 + q; `tail` is the smaller of the probabilities on both sides.
TALWEG_FUNCTION Lane<double> quantile(Lane<double> q, Lane<double> tail) {
  const Lane<double> central = q * quantile_ratio<QuantileNear>(fma(-q, q, 0.180625));
  const Lane<double> r = sqrt(-log(tail));
  const Lane<double> outer =
      where(r <= 5, quantile_ratio<QuantileMiddle>(r - 1.6), quantile_ratio<QuantileFar>(r - 5));
  const Lane<double> all = where(abs(q) <= 0.425, central, copysign(outer, q));
  return where(tail == 0, copysign(Lane<double>(__builtin_inf()), q), all);
}
struct ErfInverse {
  TALWEG_FUNCTION static Lane<double> of(Lane<double> x) {
    return quantile(x * 0.5, (1 - abs(x)) * 0.5) * 0x1.6a09e667f3bcdp-1;
  }
};
struct NormalQuantile {
  TALWEG_FUNCTION static Lane<double> of(Lane<double> p) {
    return quantile(p - 0.5, where(p < 0.5, p, 1 - p));
  }
};
template <class F, class T>
TALWEG_FUNCTION Lane<T> by_double(Lane<T> x) {
  if constexpr (sizeof(T) == 4) {
    const Wide<double> wide = widen(x);
    return narrow(Wide<double>{F::of(wide.low), F::of(wide.high)});
  } else {
    return F::of(x);
  }
}

/// The inverse of erf, 4 ulp in double, below 1 in float; infinite at 1 and -1, NaN beyond.
template <class T>
TALWEG_FUNCTION Lane<T> erfinv(Lane<T> x) {
  return by_double<ErfInverse>(x);
}
/// The inverse of the normal distribution's cumulative function.
template <class T>
TALWEG_FUNCTION Lane<T> ndtri(Lane<T> x) {
  return by_double<NormalQuantile>(x);
}

/// The logarithm of the normal distribution's cumulative function.
template <class T>
TALWEG_FUNCTION Lane<T> log_ndtr(Lane<T> x) {
  const Lane<T> t = x * T(0.70710678118654752440);
  const Lane<T> far = log(erfcx(-t) * T(0.5)) - t * t;
  return where(x < -1, far, log1p(erfc(t) * T(-0.5)));
}

} // namespace
} // namespace talweg
