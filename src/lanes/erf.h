#pragma once

// erf and erfc. The polynomials are minimax fits of our own (Remez exchange in 200 bits, coefficients then
// rounded).

#include "lanes/exp.h"
#include "lanes/pieces.h"

namespace talweg {
namespace {

// erf(x) / x - 1 in x^2, for |x| <= 1: 2^-62.
struct ErfSmall {
  static constexpr double c[] = {0x1.06eba8214db69p-3,  -0x1.812746b0379e6p-2, 0x1.ce2f21a042b2p-4,
                                 -0x1.b82ce3128499dp-6, 0x1.565bcd0db02ffp-8,  -0x1.c02db3d8ed74fp-11,
                                 0x1.f9a321a1274eap-14, -0x1.f4d1df3a05c3p-17, 0x1.b9def1a770688p-20,
                                 -0x1.5f1d3713aa3dp-23, 0x1.f7a415a1f7a43p-27, -0x1.386acb84c6486p-30,
                                 0x1.0579c7f956d52p-34};
};

// e^(x^2) erfc(x) (1 + 2 x) in t = (x - a) / (x + a), for x >= 1/2: 2^-28 with a = 3 (float), 2^-60 with a =
// 4 (double).
template <class T>
struct ErfcTail;
template <>
struct ErfcTail<float> {
  static constexpr float centre = 3, end = 10.5f;
  static constexpr float c[] = {0x1.40c522p0f,   -0x1.15c07cp-3f, -0x1.85a164p-5f, 0x1.09821p-3f,
                                -0x1.e88ba6p-4f, 0x1.17e9a8p-4f,  -0x1.8554c2p-6f, 0x1.39677ep-9f,
                                0x1.e0ea8p-10f,  -0x1.157604p-11f};
};
template <>
struct ErfcTail<double> {
  static constexpr double centre = 4, end = 28;
  static constexpr double c[] = {
      0x1.3ba5916e9fd7fp0,    -0x1.1df1ad154a28ep-3,  0x1.f7f5df66fd75ep-7,   0x1.16ecefcfa52c4p-4,
      -0x1.9ddb23c3e8d81p-4,  0x1.7fee004e14a09p-4,   -0x1.0fb06dfe4f2c4p-4,  0x1.3079edf62355bp-5,
      -0x1.09623883bfab2p-6,  0x1.49c672a88b978p-8,   -0x1.8d4a9b45d438p-11,  -0x1.a1df43b904841p-13,
      0x1.3be0590ea76d6p-13,  -0x1.9954fbf50513fp-16, -0x1.788a3c5a99befp-17, 0x1.7ef600ed0cba7p-18,
      0x1.3af7f5c5e53bep-22,  -0x1.b805bca9a9d9ep-21, 0x1.42b340aa25a8cp-24,  0x1.bbd0fb42cd0d8p-24,
      -0x1.38c695686b8c2p-26, -0x1.4c8e090986007p-27, 0x1.0625548b3a68ep-29};
};

/// erfc(x) for x >= 1/2.
template <class T>
TALWEG_INLINE Lane<T> erfc_tail(Lane<T> x) {
  x = lesser(Lane<T>(ErfcTail<T>::end), x);
  const Lane<T> square = x * x, square_low = fma(x, x, -square);
  // e^(-x^2) = 2^n (power + power_low), and the factor in two parts: each sum with what its rounding lost.
  const auto [n, r] = exp_parts(-square);
  const Lane<T> all = r - square_low;
  const Lane<T> grown = fma(all * all, horner<ExpTail<T>>(all), all), power = 1 + grown;
  const Lane<T> power_low = grown - (power - 1);
  const Lane<T> t = (x - ErfcTail<T>::centre) / (x + ErfcTail<T>::centre);
  const Lane<T> first = ErfcTail<T>::c[0], more = t * horner<ErfcTail<T>, 1>(t), factor = first + more;
  const Lane<T> factor_low = more - (factor - first);
  const Lane<T> p = power * factor, twice = x + x, q = 1 + twice;
  const Lane<T> p_low = fma(power, factor, -p) + fma(power, factor_low, power_low * factor);
  return scale(divide_corrected(p, p_low, q, 1 - (q - twice)), n);
}

/// The error function 2 / sqrt(pi) int_0^x e^(-t^2) dt, at most 1 ulp.
template <class T>
TALWEG_INLINE Lane<T> erf(Lane<T> x) {
  if constexpr (sizeof(T) == 4) {
    return odd_by_pieces<ErfPieces>(x);
  } else {
    const Lane<T> magnitude = abs(x);
    const Lane<T> small = fma(magnitude, horner<ErfSmall>(magnitude * magnitude), magnitude);
    return copysign(where(magnitude < 1, small, 1 - erfc_tail(magnitude)), x);
  }
}

/// 1 - erf(x) without its cancellation, at most 2 ulp.
template <class T>
TALWEG_INLINE Lane<T> erfc(Lane<T> x) {
  const Lane<T> magnitude = abs(x);
  const Lane<T> tail = erfc_tail(greater(Lane<T>(0.5), magnitude));
  Lane<T> small;
  if constexpr (sizeof(T) == 4) {
    small = odd_by_pieces<ErfPieces>(x);
  } else {
    small = fma(x, horner<ErfSmall>(x * x), x);
  }
  return where(magnitude < T(0.5), 1 - small, where(x < 0, 2 - tail, tail));
}

/// e^(x^2) erfc(x), at most 4 ulp: the tail without its power, far out 1 / (x sqrt(pi)) and two terms.
template <class T>
TALWEG_INLINE Lane<T> erfcx(Lane<T> x) {
  const Lane<T> square = x * x, square_low = fma(x, x, -square);
  const Lane<T> near = exp_of_sum(square, square_low) * erfc(x);
  const Lane<T> inside = lesser(Lane<T>(ErfcTail<T>::end), greater(Lane<T>(0.5), x));
  const Lane<T> t = (inside - ErfcTail<T>::centre) / (inside + ErfcTail<T>::centre);
  const Lane<T> tail = horner<ErfcTail<T>>(t) / (1 + (inside + inside));
  const Lane<T> over = T(0.5) / square;
  const Lane<T> series = fma(over, fma(over, fma(over, fma(over, 105, -15), 3), -1), 1);
  const Lane<T> far = T(0.56418958354775628695) / x * series;
  const Lane<T> result = where(x < T(0.5), near, where(x > ErfcTail<T>::end, far, tail));
  return where(isnan(x), x, result);
}

} // namespace
} // namespace talweg
