#pragma once

#include "lanes/lane.h"

namespace talweg {
namespace {

/// c[0] + c[1] x + c[2] x^2 ... with C::c the array of coefficients, by Horner's rule with fused steps.
template <class C, int i = 0, class T>
TALWEG_INLINE Lane<T> horner(Lane<T> x) {
  constexpr int last = static_cast<int>(sizeof(C::c) / sizeof(C::c[0])) - 1;
  if constexpr (i == last) {
    return C::c[i];
  } else {
    return fma(horner<C, i + 1>(x), x, C::c[i]);
  }
}

/// The same polynomial, split in two at every level: a shorter chain of dependent steps for two or three more
/// of them. `powers[j]` is x^(2^j).
template <class C, int begin, int size, class T>
TALWEG_INLINE Lane<T> estrin_part(const Lane<T>* powers) {
  if constexpr (size == 1) {
    return C::c[begin];
  } else if constexpr (size == 2) {
    return fma(powers[0], C::c[begin + 1], C::c[begin]);
  } else {
    constexpr int level = size > 8 ? 3 : size > 4 ? 2 : 1, low = 1 << level;
    return fma(estrin_part<C, begin + low, size - low>(powers), powers[level],
               estrin_part<C, begin, low>(powers));
  }
}
template <class C, class T>
TALWEG_INLINE Lane<T> estrin(Lane<T> x) {
  const Lane<T> squared = x * x, fourth = squared * squared;
  const Lane<T> powers[] = {x, squared, fourth, fourth * fourth};
  constexpr int size = static_cast<int>(sizeof(C::c) / sizeof(C::c[0]));
  static_assert(size <= 16);
  return estrin_part<C, 0, size>(powers);
}

/// How T's bits are made up.
template <class T>
struct Format;
template <>
struct Format<float> {
  static constexpr int fraction_bits = 23, bias = 127;
  static constexpr float smallest_normal = 0x1p-126f;
  // Added to a small number, this leaves it rounded to an integer in the lowest bits.
  static constexpr float round_magic = 0x1.8p23f;
};
template <>
struct Format<double> {
  static constexpr int fraction_bits = 52, bias = 1023;
  static constexpr double smallest_normal = 0x1p-1022;
  static constexpr double round_magic = 0x1.8p52;
};

/// An integer-valued float and the same number as an integer.
template <class T>
struct Rounded {
  Lane<T> value;
  Lane<IntOf<T>> integer;
};

/// a * b rounded to the nearest integer, for |a * b| < 2^21 (2^50).
template <class T>
TALWEG_INLINE Rounded<T> round_product(Lane<T> a, Lane<T> b) {
  const Lane<T> magic = Format<T>::round_magic;
  const Lane<T> shifted = fma(a, b, magic);
  return {shifted - magic, bits(shifted) - bits(magic)};
}

/// 2^n for the exponents of normal numbers.
template <class T>
TALWEG_INLINE Lane<T> power_of_two(Lane<IntOf<T>> n) {
  return from_bits((n + Format<T>::bias) << Format<T>::fraction_bits);
}

/// x * 2^n with one rounding, x near 1, |n| below twice the range of exponents.
template <class T>
TALWEG_INLINE Lane<T> scale(Lane<T> x, Rounded<T> n) {
#if TALWEG_ISA_AVX512
  if constexpr (sizeof(T) == 4) {
    x.r[0] = _mm512_mask_scalef_ps(x.r[0], static_cast<__mmask16>(-1), x.r[0], n.value.r[0]);
  } else {
    x.r[0] = _mm512_mask_scalef_pd(x.r[0], static_cast<__mmask8>(-1), x.r[0], n.value.r[0]);
  }
  return x;
#else
  // Two steps, of which only the second can leave the normal numbers; there is no arithmetic shift of 64 bits
  // on AVX2.
  const Lane<IntOf<T>> half = shift_right_logical(n.integer + 8192, 1) - 4096;
  return x * power_of_two<T>(half) * power_of_two<T>(n.integer - half);
#endif
}

} // namespace
} // namespace talweg
