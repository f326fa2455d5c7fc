#pragma once

// x^y = exp(y log x), the logarithm carried to more than T's digits: in double for float, in two doubles for
// double. The polynomials are minimax fits of our own (Remez exchange in 200 bits, coefficients then
// rounded).

#include "lanes/log.h"

namespace talweg {
namespace {

/// A sum of two parts, the second below an ulp of the first.
struct Twofold {
  Lane<double> high, low;
};

/// a + b exactly, for |a| >= |b| or a = 0.
TALWEG_FUNCTION Twofold add_exactly(Lane<double> a, Lane<double> b) {
  const Lane<double> sum = a + b;
  return {sum, b - (sum - a)};
}

/// a * b to twice the digits of a double.
TALWEG_FUNCTION Twofold multiply(Twofold a, Twofold b) {
  const Lane<double> high = a.high * b.high;
  return {high, fma(a.high, b.low, fma(a.low, b.high, fma(a.high, b.high, -high)))};
}

// Q in log(1 + f) = 2 s + s z Q(z) with s = f / (2 + f), z = s^2: 2^-44, for float.
struct PowTailFloat {
  static constexpr double c[] = {0x1.55555555f34e9p-1, 0x1.999996d21508ap-2, 0x1.2494156b85d01p-2,
                                 0x1.c6254d215539dp-3, 0x1.9198ab4afaa59p-3};
};
// (Q(z) - 2/3) / z: 2^-72 relative to the logarithm.
struct PowTailDouble {
  static constexpr double c[] = {0x1.9999999999999p-2, 0x1.249249249279fp-2, 0x1.c71c71c6785bbp-3,
                                 0x1.745d17c2da39p-3,  0x1.3b137e5d353a8p-3, 0x1.111cdb93d980dp-3,
                                 0x1.dec40b843c4b3p-4, 0x1.e6b890f45a2f8p-4};
};
// (2^r - 1) / r: 2^-34 relative to 2^r, for float.
struct Exp2TailFloat {
  static constexpr double c[] = {0x1.62e42ff0e40b3p-1, 0x1.ebfbe07849b72p-3,  0x1.c6b08abc68f6p-5,
                                 0x1.3b29f2d62977p-7,  0x1.5d8a887b3b869p-10, 0x1.445d310dd2896p-13,
                                 0x1.fde51e22fa016p-17};
};

/// log of a positive normal double, within 2^-66 of itself.
TALWEG_FUNCTION Twofold log_twofold(LogParts<double> parts) {
  const Lane<double> f = parts.m - 1, sum = 2 + f, sum_low = f - (sum - 2);
  const Lane<double> reciprocal = 1 / sum;
  const Lane<double> s_high = f * reciprocal;
  const Lane<double> s_low = (fma(-s_high, sum, f) - s_high * sum_low) * reciprocal;
  const Twofold s = {s_high, s_low};
  const Twofold z = multiply(s, s);
  // 2/3 + z (...), then times s z.
  Twofold q = add_exactly(0x1.5555555555555p-1, z.high * horner<PowTailDouble>(z.high));
  q.low += 0x1.5555555555555p-55;
  const Twofold tail = multiply(multiply(s, z), q);
  const Lane<double> n = parts.n;
  const Twofold first = add_exactly(n * Ln2<double>::high, s_high + s_high);
  const Twofold second = add_exactly(first.high, tail.high);
  return add_exactly(second.high,
                     second.low + (first.low + (fma(n, Ln2<double>::low, tail.low) + (s_low + s_low))));
}

/// x^y for positive normal x by log, or 0 or infinity, with x^y's overflow and underflow.
TALWEG_FUNCTION Lane<double> pow_positive(Lane<double> x, Lane<double> y) {
  const Lane<double> infinity = __builtin_inf();
  const Twofold log = log_twofold(log_parts_of_any(x));
  const Lane<double> log_high = where(x == 0, -infinity, where(x == infinity, infinity, log.high));
  const Lane<double> product = y * log_high;
  const Lane<double> low = fma(y, log.low, fma(y, log.high, -product));
  return exp_of_sum(product, low);
}

/// The same through double: the relative error stays below 2^-32 before the one rounding to float.
TALWEG_FUNCTION Lane<float> pow_positive(Lane<float> x, Lane<float> y) {
  const auto wide = [](Lane<double> a, Lane<double> b) __attribute__((always_inline)) {
    // Every float is a normal double. Zero and infinity come out as -1023 and 1024 and what belongs to them;
    // the caller mends them.
    const auto [n, m] = log_parts(a);
    const Lane<double> f = m - 1, s = f / (2 + f), z = s * s;
    const Lane<double> log_m = fma(s * z, horner<PowTailFloat>(z), s + s);
    const Lane<double> exponent = b * fma(log_m, 0x1.71547652b82fep0, n);
    const Lane<double> clamped = lesser(Lane<double>(300), greater(Lane<double>(-300), exponent));
    const Rounded<double> whole = round_product<double>(clamped, 1);
    const Lane<double> r = clamped - whole.value;
    return fma(horner<Exp2TailFloat>(r), r, 1) * power_of_two<double>(whole.integer);
  };
  const Wide<double> a = widen(x), b = widen(y);
  return narrow(Wide<double>{wide(a.low, b.low), wide(a.high, b.high)});
}

/// x^y with C's special cases; at most 0.51 ulp in float, 1.1 in double.
template <class T>
TALWEG_FUNCTION Lane<T> pow(Lane<T> x, Lane<T> y) {
  const Lane<T> infinity = __builtin_inf(), nan = __builtin_nan("");
  const Lane<T> magnitude = abs(x);
  Lane<T> result = pow_positive(magnitude, y);
  const Mask<T> plain = (x > 0) & (x < infinity) & (abs(y) < infinity);
  if (__builtin_expect(all(plain), 1)) return result;

  const Mask<T> end = (magnitude == 0) | (magnitude == infinity);
  result = where(end, where((magnitude == 0) ^ (y < 0), Lane<T>(0), infinity), result);
  const Mask<T> grows = (magnitude > 1) ^ (y < 0);
  result = where(isinf(y), where(magnitude == 1, Lane<T>(1), where(grows, infinity, Lane<T>(0))), result);
  const Lane<T> half = y * T(0.5);
  const Mask<T> whole = trunc(y) == y, odd = whole & (trunc(half) != half) & !isinf(y);
  result = where(signbit(x) & odd, -result, result);
  result = where((x < 0) & (x > -infinity) & !whole, nan, result);
  result = where(isnan(x) | isnan(y), x + y, result);
  return where((y == 0) | (x == 1), 1, result);
}
template <class T, class N>
requires std::is_arithmetic_v<N> TALWEG_FUNCTION Lane<T> pow(Lane<T> x, N y) { return pow(x, Lane<T>(y)); }
template <class T, class N>
requires std::is_arithmetic_v<N> TALWEG_FUNCTION Lane<T> pow(N x, Lane<T> y) { return pow(Lane<T>(x), y); }

} // namespace
} // namespace talweg
