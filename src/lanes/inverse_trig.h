#pragma once

// asin, acos, atan, atan2. The polynomials are fits of our own at Chebyshev's nodes (in 220 bits,
// coefficients then rounded to T).

#include "lanes/exp.h"
#include "lanes/polynomial.h"

namespace talweg {
namespace {

// (atan(t) / t - 1) / z in z = t^2 for |t| <= 1: 2^-26 (float), 2^-54 (double).
template <class T>
struct AtanTail;
template <>
struct AtanTail<float> {
  static constexpr float c[] = {-0x1.555556p-2f, 0x1.999956p-3f, -0x1.248952p-3f, 0x1.c62cdap-4f,
                                -0x1.6dd8fep-4f, 0x1.2006f8p-4f, -0x1.9115a4p-5f, 0x1.aefb2cp-6f,
                                -0x1.2ba6b6p-7f, 0x1.86406cp-10f};
};
template <>
struct AtanTail<double> {
  static constexpr double c[] = {-0x1.5555555555555p-2,  0x1.99999999998f9p-3,  -0x1.249249248c7dap-3,
                                 0x1.c71c71c472843p-4,   -0x1.745d16f26d0a3p-4, 0x1.3b13aaf4aba4ap-4,
                                 -0x1.1110bfea8ed5ep-4,  0x1.e1dc0d7679adcp-5,  -0x1.af00bd568a3d2p-5,
                                 0x1.854a7b99af61dp-5,   -0x1.60ebd1489b946p-5, 0x1.3d3f26d5ea7ffp-5,
                                 -0x1.147b2825d82f6p-5,  0x1.c3ac54a572735p-6,  -0x1.4b974a27ac39fp-6,
                                 0x1.a1fe88baf72d4p-7,   -0x1.aef1a8e977bf8p-8, 0x1.57cc888719aap-9,
                                 -0x1.8a2f3ae537bb1p-11, 0x1.1f0adb240a1fbp-13, -0x1.8d087295ab9f4p-17};
};

// (asin(t) / t - 1) / z in z = t^2 for |t| <= 1/2: 2^-28 (float), 2^-57 (double).
template <class T>
struct AsinTail;
template <>
struct AsinTail<float> {
  static constexpr float c[] = {0x1.555554p-3f, 0x1.33343p-4f,  0x1.6d5bbap-5f,
                                0x1.fd8da2p-6f, 0x1.18f91ep-6f, 0x1.13fed4p-5f};
};
template <>
struct AsinTail<double> {
  static constexpr double c[] = {0x1.5555555555556p-3, 0x1.3333333332ecap-4, 0x1.6db6db6e31f13p-5,
                                 0x1.f1c71c1db0623p-6, 0x1.6e8bb1c8209a2p-6, 0x1.1c4d35cf95421p-6,
                                 0x1.c9cf07674736ap-7, 0x1.782651caa6547p-7, 0x1.52420b04b37bep-7,
                                 0x1.65a9c4dfcf8b2p-8, 0x1.1d189408314eep-6, -0x1.e6aaa8a0a04ccp-7,
                                 0x1.d72b2bc8155f8p-6};
};

// pi/2 in two parts.
template <class T>
struct RightAngle {
  static constexpr T high = sizeof(T) == 4 ? T(0x1.921fb6p0) : T(0x1.921fb54442d18p0);
  static constexpr T low = sizeof(T) == 4 ? T(-0x1.777a5cp-25) : T(0x1.1a62633145c07p-54);
};

/// atan(t) - t for |t| <= 1.
template <class T>
TALWEG_FUNCTION Lane<T> atan_tail(Lane<T> t) {
  const Lane<T> z = t * t;
  return t * z * horner<AtanTail<T>>(z);
}

/// The arc tangent, at most 1.3 ulp, -0 for -0.
template <class T>
TALWEG_FUNCTION Lane<T> atan(Lane<T> x) {
  const Lane<T> magnitude = abs(x);
  const Mask<T> steep = magnitude > 1;
  const Lane<T> t = where(steep, -1 / magnitude, magnitude);
  const Lane<T> start = where(steep, Lane<T>(RightAngle<T>::high), 0);
  const Lane<T> low = where(steep, Lane<T>(RightAngle<T>::low), 0);
  const Lane<T> tail = atan_tail(t) + low, sum = start + t;
  return copysign(sum + ((t - (sum - start)) + tail), x);
}

/// The angle of the point (x, y), at most 2 ulp; C's special cases.
template <class T>
TALWEG_FUNCTION Lane<T> atan2(Lane<T> y, Lane<T> x) {
  const Lane<T> infinity = __builtin_inf();
  const Lane<T> across = abs(x), up = abs(y);
  const Mask<T> steep = up > across;
  const Lane<T> p = where(steep, across, up), q = where(steep, up, across);
  const Lane<T> quotient = p / q;
  // 0 / 0 and infinity / infinity.
  const Lane<T> t = where(q == 0, 0, where(p == infinity, Lane<T>(1), quotient));
  // atan of the smaller over the larger, then from which of 0, pi/2, pi and in which direction.
  const Mask<T> back = signbit(x);
  const Lane<T> turns = where(steep, Lane<T>(1), where(back, Lane<T>(2), 0));
  const Lane<T> u = where(steep ^ back, -t, t);
  const Lane<T> start = turns * RightAngle<T>::high;
  const Lane<T> tail = fma(turns, RightAngle<T>::low, atan_tail(u)), sum = start + u;
  const Lane<T> angle = sum + ((u - (sum - start)) + tail);
  return where(isnan(x) | isnan(y), x + y, copysign(angle, y));
}

/// For |x| > 1/2: s = sqrt((1 - |x|) / 2) and asin(s) - s with what the root lost.
template <class T>
struct HalfAngle {
  Lane<T> s, rest;
};
template <class T>
TALWEG_FUNCTION HalfAngle<T> half_angle(Lane<T> magnitude) {
  const Lane<T> z = fma(magnitude, T(-0.5), T(0.5)), s = sqrt(z);
  const Lane<T> lost = where(z == 0, 0, fma(-s, s, z) / (s + s));
  return {s, fma(s * z, horner<AsinTail<T>>(z), lost)};
}

/// The arc sine, at most 1.2 ulp; NaN beyond 1.
template <class T>
TALWEG_FUNCTION Lane<T> asin(Lane<T> x) {
  const Lane<T> magnitude = abs(x), z = x * x;
  const Lane<T> small = fma(x * z, horner<AsinTail<T>>(z), x);
  const auto [s, rest] = half_angle(magnitude);
  const Lane<T> start = RightAngle<T>::high, twice = s + s, sum = start - twice;
  const Lane<T> low = ((start - sum) - twice) + (RightAngle<T>::low - (rest + rest));
  return where(magnitude <= T(0.5), small, copysign(sum + low, x));
}

/// The arc cosine, at most 1.2 ulp; NaN beyond 1.
template <class T>
TALWEG_FUNCTION Lane<T> acos(Lane<T> x) {
  const Lane<T> magnitude = abs(x), z = x * x;
  const Lane<T> start = RightAngle<T>::high, tail = x * z * horner<AsinTail<T>>(z), sum = start - x;
  const Lane<T> small = sum + (((start - sum) - x) + (RightAngle<T>::low - tail));
  const auto [s, rest] = half_angle(magnitude);
  const Lane<T> twice = s + s, near = twice + (rest + rest);
  const Lane<T> straight = start + start, far = straight - twice;
  const Lane<T> low = ((straight - far) - twice) + (2 * RightAngle<T>::low - (rest + rest));
  return where(magnitude <= T(0.5), small, where(x < 0, far + low, near));
}

} // namespace
} // namespace talweg
