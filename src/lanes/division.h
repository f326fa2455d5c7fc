#pragma once

#include "lanes/lane.h"
#include "lanes/rounding.h"

namespace talweg {
namespace {

/// What `/` means on integers: toward zero; a zero divisor counts as 1, the lowest value / -1 wraps.
template <class T>
TALWEG_INLINE Lane<T> divide_integers(Lane<T> a, Lane<T> b) {
  b = where(b == 0, 1, b);
  if constexpr (sizeof(T) == 4) {
    // Exact: a quotient of 32-bit integers that is not an integer differs from one by more than double's
    // rounding. The one overflow, 2^31, is taken out beforehand.
    const Mask<T> negate = b == -1;
    const Wide<double> x = widen_to<double>(a), y = widen_to<double>(where(negate, 1, b));
    const Lane<T> quotient = narrow_to<T>(Wide<double>{x.low / y.low, x.high / y.high});
    return where(negate, -quotient, quotient);
  } else {
    T x[Lane<T>::count], y[Lane<T>::count];
    a.store(x), b.store(y);
    for (int i = 0; i < Lane<T>::count; ++i) x[i] = y[i] == -1 ? -x[i] : x[i] / y[i];
    return Lane<T>::load(x);
  }
}

/// fmod of floats by the C library, element by element: for quotients that a float can't hold exactly. The
/// result replaces `a`; through memory, because a Lane passed by address would never be in registers.
template <class T>
__attribute__((noinline)) void fmod_by_element(T* a, const T* b) {
  for (int i = 0; i < Lane<T>::count; ++i) {
    if constexpr (sizeof(T) == 4) {
      a[i] = __builtin_fmodf(a[i], b[i]);
    } else {
      a[i] = __builtin_fmod(a[i], b[i]);
    }
  }
}

/// C's fmod, exact: a - trunc(a / b) * b without rounding, the sign of a. Integers: C's %, 0 for a zero
/// divisor.
template <class T>
TALWEG_INLINE Lane<T> fmod(Lane<T> a, Lane<T> b) {
  if constexpr (!Lane<T>::is_float) {
    return a - divide_integers(a, b) * where(b == 0, 1, b);
  } else {
    // Where |a / b| < 2^p, its rounding is at most one integer too high, and fma gives the remainder exactly.
    const Lane<T> x = abs(a), y = abs(b);
    const Lane<T> quotient = x / y;
    const Lane<T> limit = sizeof(T) == 4 ? 0x1p23 : 0x1p52;
    const Mask<T> defined = isfinite(a) & !isnan(b) & (y != 0);
    if (any(defined & (quotient >= limit))) {
      T in_out[Lane<T>::count], divisor[Lane<T>::count];
      a.store(in_out), b.store(divisor);
      fmod_by_element(in_out, divisor);
      return Lane<T>::load(in_out);
    }
    const Lane<T> first = fma(-trunc(quotient), y, x);
    const Lane<T> rest = where(first < 0, first + y, first);
    const Lane<T> result = copysign(where(y == Lane<T>(__builtin_inf()), x, rest), a);
    return where(defined, result, Lane<T>(__builtin_nan("")));
  }
}

/// Python's %: the sign of the divisor. Floats: fmod, plus b where the signs differ, as PyTorch computes it.
template <class T>
TALWEG_INLINE Lane<T> remainder(Lane<T> a, Lane<T> b) {
  const Lane<T> rest = fmod(a, b);
  return where((rest != 0) & ((rest < 0) ^ (b < 0)), rest + b, rest);
}

/// PyTorch's div(a, b, rounding_mode='floor'): floats as c10's div_floor_floating, a / b where b is 0.
template <class T>
TALWEG_INLINE Lane<T> div_floor(Lane<T> a, Lane<T> b) {
  const Lane<T> rest = fmod(a, b);
  const Mask<T> below = (rest != 0) & ((rest < 0) ^ (b < 0));
  if constexpr (Lane<T>::is_float) {
    const Lane<T> exact = (a - rest) / b;
    const Lane<T> quotient = where(below, exact - 1, exact);
    const Lane<T> low = floor(quotient);
    const Lane<T> nearest = where(quotient - low > 0.5, low + 1, low);
    const Lane<T> plain = a / b;
    return where(b == 0, plain, where(quotient == 0, copysign(Lane<T>(0), plain), nearest));
  } else {
    const Lane<T> quotient = a / b;
    return where(below, quotient - 1, quotient);
  }
}

/// PyTorch's div(a, b, rounding_mode='trunc').
template <class T>
TALWEG_INLINE Lane<T> div_trunc(Lane<T> a, Lane<T> b) {
  return trunc(a / b);
}

} // namespace
} // namespace talweg
