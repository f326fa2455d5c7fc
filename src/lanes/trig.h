#pragma once

// sin, cos, tan. x = n pi/2 + r with |r| <= pi/4 and r in two parts: by pi/2 in three parts where n is small,
// bit by bit (Payne and Hanek, 1983) where it isn't. The polynomials are minimax fits of our own (Remez
// exchange in 200 bits).

#include "lanes/exp.h"
#include "lanes/polynomial.h"

namespace talweg {
namespace {

// (sin r - r) / r^3 in z = r^2: 2^-27 relative to sin r (float), 2^-67 (double).
template <class T>
struct SinTail;
template <>
struct SinTail<float> {
  static constexpr float c[] = {-0x1.555544p-3f, 0x1.1105e2p-7f, -0x1.98be8cp-13f};
};
template <>
struct SinTail<double> {
  static constexpr double c[] = {-0x1.5555555555555p-3, 0x1.111111111110bp-7,   -0x1.a01a01a018828p-13,
                                 0x1.71de3a52e63a1p-19, -0x1.ae645214fa0abp-26, 0x1.61203553480f5p-33,
                                 -0x1.aa73c82237de6p-41};
};
// (cos r - 1 + z / 2) / z^2: 2^-31 (float), 2^-62 (double).
template <class T>
struct CosTail;
template <>
struct CosTail<float> {
  static constexpr float c[] = {0x1.55554ep-5f, -0x1.6c0dcap-10f, 0x1.9a352ep-16f};
};
template <>
struct CosTail<double> {
  static constexpr double c[] = {0x1.5555555555553p-5,   -0x1.6c16c16c15ed2p-10, 0x1.a01a019dcf157p-16,
                                 -0x1.27e4f8b50ffe3p-22, 0x1.1eea49c90e982p-29,  -0x1.8fd4a4878275dp-37};
};

// pi/2 in three parts, 2/pi, and how far the parts reach.
template <class T>
struct HalfPi;
template <>
struct HalfPi<float> {
  static constexpr float high = 0x1.921fb6p0f, middle = -0x1.777a5cp-25f, low = -0x1.ee59dap-50f;
  static constexpr float reciprocal = 0x1.45f306p-1f, reach = 0x1p15f;
};
template <>
struct HalfPi<double> {
  static constexpr double high = 0x1.921fb54442d18p0, middle = 0x1.1a62633145c07p-54,
                          low = -0x1.f1976b7ed8fbcp-110;
  static constexpr double reciprocal = 0x1.45f306dc9c883p-1, reach = 0x1p30;
};

/// x = n pi/2 + r + r_low; of n the lowest two bits count.
template <class T>
struct Quadrant {
  Lane<IntOf<T>> n;
  Lane<T> r, r_low;
};

struct ScalarQuadrant {
  int64_t n;
  double r, r_low;
};

/// The same for one finite x of 2^10 or more, of any size, r to 2^-70 of itself at worst.
inline __attribute__((noinline)) ScalarQuadrant reduce_large(double x) {
  // 2/pi, first bit 2^-1.
  static constexpr uint64_t two_over_pi[] = {0,
                                             0xa2f9836e4e441529,
                                             0xfc2757d1f534ddc0,
                                             0xdb6295993c439041,
                                             0xfe5163abdebbc561,
                                             0xb7246e3a424dd2e0,
                                             0x06492eea09d1921c,
                                             0xfe1deb1cb129a73e,
                                             0xe88235f52ebb4484,
                                             0xe99c7026b45f7e41,
                                             0x3991d639835339f4,
                                             0x9c845f8bbdf9283b,
                                             0x1ff897ffde05980f,
                                             0xef2f118b5a0a6d1f,
                                             0x6d367ecf27cb09b7,
                                             0x4f463f669e5fea2d,
                                             0x7527bac7ebe5f17b,
                                             0x3d0739f78a5292ea,
                                             0x6bfb5fb11f8d5d08,
                                             0x56033046fc7b6bab,
                                             0xf0cfbc209af4361d};
  __extension__ typedef unsigned __int128 Double64;
  const uint64_t bits = __builtin_bit_cast(uint64_t, x);
  const uint64_t fraction = (bits & ((uint64_t(1) << 52) - 1)) | uint64_t(1) << 52;
  const int exponent = static_cast<int>(bits >> 52 & 2047) - 1023 - 52; // |x| = fraction 2^exponent
  // A window of 256 bits of 2/pi whose first bit has weight 2^(1 - exponent): what stands before makes
  // multiples of 4.
  const int start = exponent - 2 + 64; // the first bit's place in the table, of which 64 zeros come first
  uint64_t window[4];
  for (int i = 0; i < 4; ++i) {
    const int word = start / 64 + i, shift = start % 64;
    window[i] = two_over_pi[word] << shift | (shift ? two_over_pi[word + 1] >> (64 - shift) : 0);
  }
  // fraction * window modulo 2^256, first two bits: n modulo 4.
  uint64_t product[4];
  Double64 carry = 0;
  for (int i = 3; i >= 0; --i) {
    carry += static_cast<Double64>(fraction) * window[i];
    product[i] = static_cast<uint64_t>(carry);
    carry >>= 64;
  }
  int64_t n = static_cast<int64_t>(product[0] >> 62);
  uint64_t part[3];
  for (int i = 0; i < 3; ++i) part[i] = product[i] << 2 | product[i + 1] >> 62;
  const bool above_half = part[0] >> 63;
  if (above_half) { // to the next multiple, from above
    n += 1;
    part[2] = ~part[2] + 1;
    part[1] = ~part[1] + (part[2] == 0);
    part[0] = ~part[0] + (part[1] == 0 && part[2] == 0);
  }
  // The first bits that aren't zero, as two doubles; then times pi/2.
  int scale = -64;
  while (part[0] >> 63 == 0 && scale > -190) {
    part[0] = part[0] << 1 | part[1] >> 63;
    part[1] = part[1] << 1 | part[2] >> 63;
    part[2] <<= 1;
    scale -= 1;
  }
  const double unit = __builtin_bit_cast(double, static_cast<uint64_t>(scale + 1023) << 52);
  const double a = static_cast<double>(part[0] >> 12 << 12) * unit;
  const uint64_t rest = part[0] << 52 | part[1] >> 12;
  const double b = static_cast<double>(rest >> 1) * 2 * unit * 0x1p-52;
  const double high = HalfPi<double>::high, middle = HalfPi<double>::middle;
  // a * high exactly, in halves of 26 bits.
  const auto head = [](double v) {
    return __builtin_bit_cast(double, __builtin_bit_cast(uint64_t, v) & ~((uint64_t(1) << 27) - 1));
  };
  const double a1 = head(a), a2 = a - a1, h1 = head(high), h2 = high - h1;
  const double first = a * high;
  const double lost = ((a1 * h1 - first) + a1 * h2 + a2 * h1) + a2 * h2;
  const double second = lost + (a * middle + b * high);
  const double r = first + second, r_low = second - (r - first);
  const bool negative = (bits >> 63 != 0) != above_half;
  return {bits >> 63 ? -n : n, negative ? -r : r, negative ? -r_low : r_low};
}

/// A Quadrant in memory, with the arguments: a Lane passed by address would never be in registers.
template <class T>
struct QuadrantElements {
  T x[Lane<T>::count], r[Lane<T>::count], r_low[Lane<T>::count];
  IntOf<T> n[Lane<T>::count];
};

/// Replaces what the elements beyond the parts' reach have; r is NaN for infinities and NaN.
template <class T>
__attribute__((noinline)) void reduce_large_elements(QuadrantElements<T>& q) {
  for (int i = 0; i < Lane<T>::count; ++i) {
    const T v = q.x[i], magnitude = v < 0 ? -v : v;
    if (magnitude <= HalfPi<T>::reach) continue;
    if (!(magnitude < static_cast<T>(__builtin_inf()))) {
      q.r[i] = static_cast<T>(__builtin_nan("")), q.r_low[i] = 0;
      continue;
    }
    const ScalarQuadrant one = reduce_large(v);
    q.n[i] = static_cast<IntOf<T>>(one.n);
    q.r[i] = static_cast<T>(one.r);
    q.r_low[i] = static_cast<T>(one.r - q.r[i] + one.r_low);
  }
}

template <class T>
TALWEG_FUNCTION Quadrant<T> reduce_quadrant(Lane<T> x) {
  const Rounded<T> n = round_product<T>(x, HalfPi<T>::reciprocal);
  const Lane<T> first = fma(n.value, -HalfPi<T>::high, x); // exact
  // The second part with everything that its product and the sum lose: near a multiple of pi/2 the two
  // cancel.
  const Lane<T> second = n.value * -HalfPi<T>::middle, r = first + second, share = r - first;
  const Lane<T> lost = (first - (r - share)) + (second - share);
  const Lane<T> product_lost = fma(n.value, -HalfPi<T>::middle, -second);
  const Lane<T> r_low = fma(n.value, -HalfPi<T>::low, lost + product_lost);
  if (__builtin_expect(all(abs(x) <= HalfPi<T>::reach), 1)) return {n.integer, r, r_low};
  QuadrantElements<T> q;
  x.store(q.x), n.integer.store(q.n), r.store(q.r), r_low.store(q.r_low);
  reduce_large_elements(q);
  return {Lane<IntOf<T>>::load(q.n), Lane<T>::load(q.r), Lane<T>::load(q.r_low)};
}

/// A value and what its last rounding lost.
template <class T>
struct Rest {
  Lane<T> high, low;
};

/// sin(r + r_low), |r| <= pi/4.
template <class T>
TALWEG_FUNCTION Rest<T> sin_reduced(Lane<T> r, Lane<T> r_low) {
  const Lane<T> z = r * r, tail = fma(r * z, horner<SinTail<T>>(z), r_low), sum = r + tail;
  return {sum, tail - (sum - r)};
}

/// cos(r + r_low), |r| <= pi/4.
template <class T>
TALWEG_FUNCTION Rest<T> cos_reduced(Lane<T> r, Lane<T> r_low) {
  const Lane<T> z = r * r, half = T(0.5) * z, near = 1 - half;
  const Lane<T> tail = ((1 - near) - half) + fma(z * z, horner<CosTail<T>>(z), -(r * r_low)),
                sum = near + tail;
  return {sum, tail - (sum - near)};
}

/// sin x or cos x, from which quadrant on: 0 or 1.
template <class T>
TALWEG_FUNCTION Lane<T> sin_from(Lane<T> x, int quadrant) {
  const Quadrant<T> q = reduce_quadrant(x);
  const Lane<IntOf<T>> n = q.n + quadrant;
  const Lane<T> value = where((n & 1) == 0, sin_reduced(q.r, q.r_low).high, cos_reduced(q.r, q.r_low).high);
  constexpr int to_sign = 8 * static_cast<int>(sizeof(T)) - 2;
  return from_bits(bits(value) ^ ((n & 2) << to_sign));
}

/// The sine, at most 1 ulp for every finite x; -0 for -0.
template <class T>
TALWEG_FUNCTION Lane<T> sin(Lane<T> x) {
  return where(x == 0, x, sin_from(x, 0));
}

/// The cosine, at most 1 ulp for every finite x.
template <class T>
TALWEG_FUNCTION Lane<T> cos(Lane<T> x) {
  return sin_from(x, 1);
}

/// The tangent, at most 1.25 ulp for every finite x; -0 for -0.
template <class T>
TALWEG_FUNCTION Lane<T> tan(Lane<T> x) {
  const Quadrant<T> q = reduce_quadrant(x);
  const Rest<T> s = sin_reduced(q.r, q.r_low), c = cos_reduced(q.r, q.r_low);
  const Mask<T> even = ((q.n & 1) == 0).template as<T>();
  const Lane<T> result = divide_corrected(where(even, s.high, -c.high), where(even, s.low, -c.low),
                                          where(even, c.high, s.high), where(even, c.low, s.low));
  return where(x == 0, x, result);
}

} // namespace
} // namespace talweg
