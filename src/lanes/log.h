#pragma once

// log and its kin. x = 2^n (1 + f) with 1 + f between sqrt(1/2) and sqrt(2). The polynomials are minimax fits
// of our own (Remez exchange in 200 bits, coefficients then rounded to T).

#include "lanes/exp.h"

namespace talweg {
namespace {

template <class T>
struct LogParts {
  Lane<T> n, m;
};

/// x = 2^n m for positive normal x.
template <class T>
TALWEG_FUNCTION LogParts<T> log_parts(Lane<T> x) {
  constexpr int fraction = Format<T>::fraction_bits, bias = Format<T>::bias + 1;
  // With sqrt(1/2) taken off the bits, the exponent turns over where m has to. Logical: there is no
  // arithmetic shift of 64 bits on AVX2; the magic number turns a small integer into a float.
  const Lane<IntOf<T>> root = bits(Lane<T>(0.70710678118654752440));
  const Lane<IntOf<T>> offset = bits(x) - root + (IntOf<T>(bias) << fraction);
  const Lane<T> magic = Format<T>::round_magic;
  const Lane<T> n = from_bits(shift_right_logical(offset, fraction) + bits(magic)) - (magic + bias);
  return {n, from_bits((offset & ((IntOf<T>(1) << fraction) - 1)) + root)};
}

/// Whether every element is positive, normal and finite: then the ends need no care.
template <class T>
TALWEG_FUNCTION bool all_plain(Lane<T> x) {
  return all((x >= Format<T>::smallest_normal) & (x < Lane<T>(__builtin_inf())));
}

/// x = 2^n m for positive finite x, subnormals included.
template <class T>
TALWEG_FUNCTION LogParts<T> log_parts_of_any(Lane<T> x) {
  const Mask<T> subnormal = x < Format<T>::smallest_normal;
  const auto [n, m] = log_parts(where(subnormal, x * (sizeof(T) == 4 ? 0x1p24 : 0x1p54), x));
  return {where(subnormal, n - (sizeof(T) == 4 ? 24 : 54), n), m};
}

// Float: (log(1 + f) - f) / f^2, 2^-28 relative to log(1 + f).
// Double: log(1 + f) = 2 s + s z Q(z), s = f / (2 + f), z = s^2; Q, 2^-58.
template <class T>
struct LogTail;
template <>
struct LogTail<float> {
  static constexpr float c[] = {-0x1.fffff8p-2f, 0x1.55555p-2f,   -0x1.000426p-2f,
                                0x1.99a3f4p-3f,  -0x1.54276ep-3f, 0x1.22719ap-3f,
                                -0x1.0f376p-3f,  0x1.08486ep-3f,  -0x1.383052p-4f};
};
template <>
struct LogTail<double> {
  static constexpr double c[] = {0x1.555555555557cp-1, 0x1.999999998478p-2,  0x1.2492493fb46bap-2,
                                 0x1.c71c52b7fc93bp-3, 0x1.746649520a64fp-3, 0x1.399d014da9d3fp-3,
                                 0x1.2f529aa72ae6bp-3};
};

/// log(1 + f) - f for 1 + f between sqrt(1/2) and sqrt(2), or a little beyond.
template <class T>
TALWEG_FUNCTION Lane<T> log1p_tail(Lane<T> f) {
  if constexpr (sizeof(T) == 4) {
    return f * f * horner<LogTail<T>>(f);
  } else {
    // 2 s = f - s f, so log(1 + f) = f - f^2/2 + s (f^2/2 + z Q), of which f^2/2 - s f^2/2 needs no
    // cancellation.
    const Lane<T> s = f / (2 + f), z = s * s, half_square = T(0.5) * f * f;
    return fma(s, fma(z, horner<LogTail<T>>(z), half_square), -half_square);
  }
}

/// n ln 2 + log(1 + f).
template <class T>
TALWEG_FUNCTION Lane<T> log_sum(Lane<T> n, Lane<T> f) {
  const Lane<T> low = fma(n, Ln2<T>::low, log1p_tail(f));
  return fma(n, Ln2<T>::high, f + low);
}

/// What logarithms give at the ends: -infinity at zero, infinity at infinity, NaN below zero and for NaN.
template <class T>
TALWEG_FUNCTION Lane<T> log_ends(Lane<T> result, Lane<T> x) {
  const Lane<T> infinity = __builtin_inf();
  result = where(x < infinity, result, x);
  return where(x < 0, Lane<T>(__builtin_nan("")), where(x == 0, -infinity, result));
}

/// Calls a function out of line on the elements in memory; a Lane passed by address would never be in
/// registers.
template <class T>
TALWEG_FUNCTION Lane<T> in_memory(Lane<T> x, void (*in_place)(T*)) {
  T elements[Lane<T>::count];
  x.store(elements);
  in_place(elements);
  return Lane<T>::load(elements);
}

/// log for any arguments, in place; out of line and through memory, so that the plain case keeps its
/// registers.
template <class T>
__attribute__((noinline)) void log_of_any(T* elements) {
  const Lane<T> x = Lane<T>::load(elements);
  const auto [n, m] = log_parts_of_any(x);
  log_ends(log_sum(n, m - 1), x).store(elements);
}

/// The natural logarithm, at most 1 ulp.
template <class T>
TALWEG_FUNCTION Lane<T> log(Lane<T> x) {
  if (__builtin_expect(!all_plain(x), 0)) return in_memory(x, log_of_any<T>);
  const auto [n, m] = log_parts(x);
  return log_sum(n, m - 1);
}

/// log(1 + x), at most 1.6 ulp, -0 for -0.
template <class T>
TALWEG_FUNCTION Lane<T> log1p(Lane<T> x) {
  const Lane<T> sum = 1 + x;
  const auto [n, m] = log_parts(sum);
  // f = 2^-n (1 + x) - 1 from x itself, not from the rounded sum: exact for n = 0. Large sums have x's bits
  // anyway, and their 2^-n may be no normal number.
  const Lane<T> unit = power_of_two<T>(round_product<T>(n, -1).integer);
  const Lane<T> f = where(n > 60, m - 1, fma(x, unit, unit - 1));
  const Lane<T> result = where(x == 0, x, log_sum(n, f));
  if (__builtin_expect(all_plain(sum), 1)) return result;
  return log_ends(result, sum);
}

// log_b(2) in two parts, the first so short that its multiples by n are exact, and 1 / ln b in two parts.
template <class T>
struct Base2 {
  static constexpr T high = 1, low = 0;
  static constexpr T scale = sizeof(T) == 4 ? T(0x1.715476p0) : T(0x1.71547652b82fep0);
  static constexpr T scale_low = sizeof(T) == 4 ? T(0x1.4ae0cp-26) : T(0x1.777d0ffda0d24p-56);
};
template <class T>
struct Base10 {
  static constexpr T high = sizeof(T) == 4 ? T(0x1.344p-2) : T(0x1.34413509f6p-2);
  static constexpr T low = sizeof(T) == 4 ? T(0x1.3509f8p-18) : T(0x1.9fef311f12b36p-42);
  static constexpr T scale = sizeof(T) == 4 ? T(0x1.bcb7b2p-2) : T(0x1.bcb7b1526e50ep-2);
  static constexpr T scale_low = sizeof(T) == 4 ? T(-0x1.5b235ep-27) : T(0x1.95355baaafad3p-57);
};

/// n log_b(2) + log_b(m).
template <class Base, class T>
TALWEG_FUNCTION Lane<T> log_in_base(LogParts<T> parts) {
  const Lane<T> f = parts.m - 1, first = parts.n * Base::high;
  const Lane<T> scaled = f * Base::scale, lost = fma(f, Base::scale, -scaled);
  const Lane<T> low = fma(log1p_tail(f), Base::scale, fma(f, Base::scale_low, fma(parts.n, Base::low, lost)));
  // n = 0, or |first| is the larger one: the sum's rounding error is exact.
  const Lane<T> sum = first + scaled;
  return sum + ((scaled - (sum - first)) + low);
}
template <class Base, class T>
__attribute__((noinline)) void log_in_base_of_any(T* elements) {
  const Lane<T> x = Lane<T>::load(elements);
  log_ends(log_in_base<Base>(log_parts_of_any(x)), x).store(elements);
}

/// The logarithm to base 2, at most 1.2 ulp.
template <class T>
TALWEG_FUNCTION Lane<T> log2(Lane<T> x) {
  if (__builtin_expect(!all_plain(x), 0)) return in_memory(x, log_in_base_of_any<Base2<T>, T>);
  return log_in_base<Base2<T>>(log_parts(x));
}

/// The logarithm to base 10, at most 1.2 ulp.
template <class T>
TALWEG_FUNCTION Lane<T> log10(Lane<T> x) {
  if (__builtin_expect(!all_plain(x), 0)) return in_memory(x, log_in_base_of_any<Base10<T>, T>);
  return log_in_base<Base10<T>>(log_parts(x));
}

} // namespace
} // namespace talweg
