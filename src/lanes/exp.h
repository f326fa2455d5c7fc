#pragma once

// exp and what is made of it. e^x = 2^n e^r with n = round(x / ln 2) and |r| <= ln(2) / 2; ln 2 stands in two
// parts, the first so short that its multiples by n are exact. The polynomials are minimax fits of our own
// (Remez exchange in 200 bits, coefficients then rounded to T).

#include "lanes/pieces.h"
#include "lanes/polynomial.h"

namespace talweg {
namespace {

// (e^r - 1 - r) / r^2, minimax in the relative error of e^r - 1: 2^-26 (float, `brief`), 2^-31, 2^-61
// (double).
template <class T>
struct ExpTail;
template <>
struct ExpTail<float> {
  static constexpr float c[] = {0x1p-1f,        0x1.555556p-3f, 0x1.55546ep-5f,
                                0x1.1110aap-7f, 0x1.6da9cp-10f, 0x1.a1801ap-13f};
};
template <>
struct ExpTail<double> {
  static constexpr double c[] = {0x1p-1,
                                 0x1.5555555555559p-3,
                                 0x1.555555555553ep-5,
                                 0x1.111111110f63dp-7,
                                 0x1.6c16c16c1f388p-10,
                                 0x1.a01a01b01a48p-13,
                                 0x1.a01a017b263f5p-16,
                                 0x1.71ddf7bab31b1p-19,
                                 0x1.27e536d5feeddp-22,
                                 0x1.af5fe883de2b1p-26,
                                 0x1.1ee88788adb5p-29};
};
template <class T>
struct ExpTailBrief : ExpTail<T> {};
template <>
struct ExpTailBrief<float> {
  static constexpr float c[] = {0x1.fffffep-2f, 0x1.5554aep-3f, 0x1.555676p-5f, 0x1.122912p-7f,
                                0x1.6bebb8p-10f};
};

template <class T>
struct Ln2;
template <>
struct Ln2<float> {
  static constexpr float high = 0x1.62e4p-1f, low = 0x1.7f7d1cp-20f, reciprocal = 0x1.715476p0f;
};
template <>
struct Ln2<double> {
  static constexpr double high = 0x1.62e42fefa3p-1, low = 0x1.3de6af278ece6p-42,
                          reciprocal = 0x1.71547652b82fep0;
};

/// x = n ln 2 + r.
template <class T>
struct ExpParts {
  Rounded<T> n;
  Lane<T> r;
};
template <class T>
TALWEG_FUNCTION ExpParts<T> exp_parts(Lane<T> x) {
  const Rounded<T> n = round_product<T>(x, Ln2<T>::reciprocal);
  const Lane<T> r = fma(n.value, -Ln2<T>::low, fma(n.value, -Ln2<T>::high, x));
  return {n, r};
}

/// e^r - 1 for |r| <= ln(2) / 2, about 0.6 ulp.
template <class T>
TALWEG_FUNCTION Lane<T> expm1_reduced(Lane<T> r) {
  return fma(r * r, estrin<ExpTail<T>>(r), r);
}

/// Arguments beyond which exp is 0 or infinite; NaN stays NaN.
template <class T>
TALWEG_FUNCTION Lane<T> clamp_exp_argument(Lane<T> x) {
  const Lane<T> lowest = sizeof(T) == 4 ? -104 : -746, highest = sizeof(T) == 4 ? 89 : 710;
  return lesser(highest, greater(lowest, x));
}

/// e^x, at most 1 ulp (subnormal results included).
template <class T>
TALWEG_FUNCTION Lane<T> exp(Lane<T> x) {
  const auto [n, r] = exp_parts(clamp_exp_argument(x));
  return scale(fma(fma(horner<ExpTailBrief<T>>(r), r, 1), r, 1), n);
}

/// e^(high + low) for a low part below an ulp.
template <class T>
TALWEG_FUNCTION Lane<T> exp_of_sum(Lane<T> high, Lane<T> low) {
  const auto [n, r] = exp_parts(clamp_exp_argument(high));
  // Beyond the ends `low` means nothing, and may be NaN.
  const Lane<T> all = r + where(abs(high) < 746, low, 0);
  return scale(fma(fma(horner<ExpTail<T>>(all), all, 1), all, 1), n);
}

// (2^r - 1) / r for |r| <= 1/2: 2^-28 relative to 2^r (float), 2^-63 (double).
template <class T>
struct Exp2Tail;
template <>
struct Exp2Tail<float> {
  static constexpr float c[] = {0x1.62e432p-1f, 0x1.ebfbep-3f,   0x1.c6ae2ap-5f,
                                0x1.3b29e2p-7f, 0x1.5f8a06p-10f, 0x1.446d34p-13f};
};
template <>
struct Exp2Tail<double> {
  static constexpr double c[] = {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c58fp-3,  0x1.c6b08d704a0dbp-5,
                                 0x1.3b2ab6fba4e7dp-7,  0x1.5d87fe78a04bfp-10, 0x1.430912f86a08cp-13,
                                 0x1.ffcbfc7e79304p-17, 0x1.62c0224961aa8p-20, 0x1.b524ca2b2197cp-24,
                                 0x1.e4cef638c2fa7p-28, 0x1.ea1d13a160afap-32, 0x1.c4c957cc8dc8dp-36};
};

/// 2^x, at most 1 ulp (subnormal results included).
template <class T>
TALWEG_FUNCTION Lane<T> exp2(Lane<T> x) {
  const Lane<T> lowest = sizeof(T) == 4 ? -151 : -1076, highest = sizeof(T) == 4 ? 129 : 1025;
  const Lane<T> clamped = lesser(highest, greater(lowest, x));
  const Rounded<T> n = round_product<T>(clamped, 1);
  const Lane<T> r = clamped - n.value;
  return scale(fma(horner<Exp2Tail<T>>(r), r, 1), n);
}

/// e^x - 1, at most 1.6 ulp in float, 2 in double, -0 for -0.
template <class T>
TALWEG_FUNCTION Lane<T> expm1(Lane<T> x) {
  // 2^n - 1 + 2^n p, halved so that the largest n stays a normal number's exponent.
  const auto [n, r] = exp_parts(clamp_exp_argument(greater(Lane<T>(sizeof(T) == 4 ? -20 : -40), x)));
  const Lane<T> half = power_of_two<T>(n.integer - 1);
  const Lane<T> p = expm1_reduced(r);
  const Lane<T> sum = fma(half, p, half - T(0.5));
  return where(n.integer == 0, copysign(p, x), sum + sum);
}

/// (p + p_low) / (q + q_low) for low parts below an ulp, within 0.51 ulp where q, the quotient and their
/// product are far from the ends of the range.
template <class T>
TALWEG_FUNCTION Lane<T> divide_corrected(Lane<T> p, Lane<T> p_low, Lane<T> q, Lane<T> q_low) {
  const Lane<T> reciprocal = 1 / q;
  const Lane<T> first = p * reciprocal;
  const Lane<T> rest = fma(-first, q, p) + fma(-first, q_low, p_low);
  return fma(rest, reciprocal, first);
}

/// tanh, at most 1.5 ulp.
template <class T>
TALWEG_FUNCTION Lane<T> tanh_by_exp(Lane<T> x) {
  // (1 - t) / (1 + t) with t = e^(-2|x|) = s + s p, both sums with the part that their rounding lost.
  const Lane<T> magnitude = lesser(Lane<T>(20), abs(x));
  const auto [n, r] = exp_parts(magnitude * -2);
  const Lane<T> s = power_of_two<T>(n.integer), sp = s * expm1_reduced(r);
  const Lane<T> below = 1 - s;
  const Lane<T> p = below - sp, q = (1 + s) + sp;
  const Lane<T> p_low = (below - p) - sp, q_low = (s - (q - 1)) + sp;
  return copysign(divide_corrected(p, p_low, q, q_low), x);
}

/// tanh, at most 0.75 ulp in float, 1.5 in double.
template <class T>
TALWEG_FUNCTION Lane<T> tanh(Lane<T> x) {
  if constexpr (sizeof(T) == 4) {
    return odd_by_pieces<TanhPieces>(x);
  } else {
    return tanh_by_exp(x);
  }
}

/// 1 / (1 + e^-x), at most 1.6 ulp, stable on both sides.
template <class T>
TALWEG_FUNCTION Lane<T> sigmoid(Lane<T> x) {
  const Lane<T> t = exp(-abs(x));
  const Lane<T> q = 1 + t;
  return divide_corrected(where(x < 0, t, 1), Lane<T>(0), q, t - (q - 1));
}

} // namespace
} // namespace talweg
