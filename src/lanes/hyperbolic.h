#pragma once

// sinh, cosh and the inverses of the hyperbolic functions, and the root of a sum of squares.

#include "lanes/log.h"

namespace talweg {
namespace {

// (sinh(x) / x - 1) / z in z = x^2 for |x| <= 1, fits at Chebyshev's nodes: 2^-28 (float), 2^-57 (double).
template <class T>
struct SinhTail;
template <>
struct SinhTail<float> {
  static constexpr float c[] = {0x1.555556p-3f, 0x1.11111ep-7f, 0x1.a009p-13f, 0x1.78a70ep-19f};
};
template <>
struct SinhTail<double> {
  static constexpr double c[] = {0x1.5555555555555p-3,  0x1.1111111111111p-7,  0x1.a01a01a01a001p-13,
                                 0x1.71de3a556f96cp-19, 0x1.ae6456792a77fp-26, 0x1.612467ccb226p-33,
                                 0x1.ae777c36fd5b6p-41, 0x1.99f0806c2628dp-49};
};

/// e^x / 2, also where e^x is beyond the range.
template <class T>
TALWEG_INLINE Lane<T> half_exp(Lane<T> x) {
  const auto [n, r] = exp_parts(lesser(Lane<T>(sizeof(T) == 4 ? 90 : 711), x));
  return scale(fma(fma(horner<ExpTail<T>>(r), r, 1), r, 1), Rounded<T>{n.value - 1, n.integer - 1});
}

/// The hyperbolic sine, at most 1.8 ulp, -0 for -0.
template <class T>
TALWEG_INLINE Lane<T> sinh(Lane<T> x) {
  const Lane<T> magnitude = abs(x), z = magnitude * magnitude;
  const Lane<T> small = fma(magnitude * z, horner<SinhTail<T>>(z), magnitude);
  const Lane<T> half = half_exp(magnitude);
  return where(isnan(x), x, copysign(where(magnitude < 1, small, half - T(0.25) / half), x));
}

/// The hyperbolic cosine, at most 1.8 ulp.
template <class T>
TALWEG_INLINE Lane<T> cosh(Lane<T> x) {
  const Lane<T> half = half_exp(abs(x));
  return where(isnan(x), x, half + T(0.25) / half);
}

/// log(1 + high + low), for a low part below an ulp.
template <class T>
TALWEG_INLINE Lane<T> log1p_of_sum(Lane<T> high, Lane<T> low) {
  return log1p(high) + low / (1 + high);
}
/// The root of high + low, and what it lost.
template <class T>
TALWEG_INLINE Lane<T> root_lost(Lane<T> root, Lane<T> high, Lane<T> low) {
  return where(root == 0, 0, (fma(-root, root, high) + low) / (root + root));
}

/// The inverse of sinh, at most 2 ulp, -0 for -0.
template <class T>
TALWEG_INLINE Lane<T> asinh(Lane<T> x) {
  const Lane<T> magnitude = abs(x), far = sizeof(T) == 4 ? 0x1p13 : 0x1p28;
  // log(1 + x + x^2 / (1 + sqrt(1 + x^2))), far out log(2 x).
  const Lane<T> m = lesser(far, magnitude), z = m * m, below = 1 + sqrt(1 + z);
  const Lane<T> part = z / below, sum = m + part;
  const Lane<T> near = log1p_of_sum(sum, part - (sum - m));
  const Lane<T> beyond = log(magnitude) + T(0.69314718055994530942);
  return where(magnitude == 0, x, copysign(where(magnitude < far, near, beyond), x));
}

/// The inverse of cosh, at most 2 ulp; NaN below 1.
template <class T>
TALWEG_INLINE Lane<T> acosh(Lane<T> x) {
  const Lane<T> far = sizeof(T) == 4 ? 0x1p13 : 0x1p28;
  // log(1 + t + sqrt(t (t + 2))) with t = x - 1, far out log(2 x).
  const Lane<T> t = lesser(far, x) - 1, next = t + 2, square = t * next;
  const Lane<T> square_low = fma(t, next, -square) + t * (t - (next - 2));
  const Lane<T> root = sqrt(square), sum = root + t;
  const Lane<T> low = (t - (sum - root)) + root_lost(root, square, square_low);
  const Lane<T> near = log1p_of_sum(sum, low);
  const Lane<T> result = where(x < far, near, log(x) + T(0.69314718055994530942));
  return where(x < 1, Lane<T>(__builtin_nan("")), result);
}

/// The inverse of tanh, at most 2 ulp, infinite at 1, NaN beyond; -0 for -0.
template <class T>
TALWEG_INLINE Lane<T> atanh(Lane<T> x) {
  const Lane<T> magnitude = abs(x), twice = magnitude + magnitude, below = 1 - magnitude;
  const Lane<T> quotient = twice / below;
  const Lane<T> below_low = (1 - below) - magnitude;
  const Lane<T> low = (fma(-quotient, below, twice) - quotient * below_low) / below;
  const Lane<T> half = T(0.5) * log1p_of_sum(quotient, low);
  const Lane<T> result = where(magnitude == 1, Lane<T>(__builtin_inf()), half);
  return where(magnitude < (sizeof(T) == 4 ? T(0x1p-13) : T(0x1p-27)), x, copysign(result, x));
}

/// sqrt(x^2 + y^2), at most 1 ulp; infinite if either is.
template <class T>
TALWEG_INLINE Lane<T> hypot(Lane<T> x, Lane<T> y) {
  const Lane<T> infinity = __builtin_inf();
  const Lane<T> a = abs(x), b = abs(y), large = where(b > a, b, a), small = where(b > a, a, b);
  // Both divided by the larger one's power of two.
  constexpr int fraction = Format<T>::fraction_bits, bias = Format<T>::bias;
  const Lane<IntOf<T>> unit = IntOf<T>(1) << fraction;
  const Lane<IntOf<T>> exponent = bits(large) & bits(infinity);
  const Lane<IntOf<T>> e = lesser(unit * (2 * bias - 1), greater(unit, exponent));
  const Lane<T> up = from_bits(e), down = from_bits(unit * (2 * bias) - e);
  const Lane<T> p = large * down, q = small * down, square = p * p;
  const Lane<T> sum = fma(q, q, square), lost = fma(p, p, -square);
  const Lane<T> root = sqrt(sum);
  const Lane<T> all = fma(q, q, (square - sum)) + lost;
  const Lane<T> result = (root + root_lost(root, sum, all)) * up;
  const Lane<T> ends = where(isinf(x) | isinf(y), infinity, x + y);
  return where((large < infinity) & (small < infinity), result, ends);
}

} // namespace
} // namespace talweg
