#pragma once

#include "lanes/lane.h"

namespace talweg {
namespace {

/// Whether the sign bit is set (-0 and negative NaNs included).
template <class T>
TALWEG_INLINE Mask<T> signbit(Lane<T> x) {
  return (bits(x) < 0).template as<T>();
}

/// True for NaN; integers never are.
template <class T>
TALWEG_INLINE Mask<T> isnan(Lane<T> x) {
  if constexpr (Lane<T>::is_float) {
    return x != x;
  } else {
    return false;
  }
}

/// |x|; the lowest integer stays as it is.
template <class T>
TALWEG_INLINE Lane<T> abs(Lane<T> x) {
  if constexpr (Lane<T>::is_float) {
    return from_bits(bits(x) & ~bits(Lane<T>(-T(0))));
  } else {
    return where(x < 0, -x, x);
  }
}

/// True for both infinities.
template <class T>
TALWEG_INLINE Mask<T> isinf(Lane<T> x) {
  if constexpr (Lane<T>::is_float) {
    return abs(x) == Lane<T>(__builtin_inf());
  } else {
    return false;
  }
}

/// True for all but NaN and the infinities.
template <class T>
TALWEG_INLINE Mask<T> isfinite(Lane<T> x) {
  if constexpr (Lane<T>::is_float) {
    return abs(x) < Lane<T>(__builtin_inf());
  } else {
    return true;
  }
}

/// -1, 0 or 1; 0 for zeros of either sign and for NaN, as PyTorch has it.
template <class T>
TALWEG_INLINE Lane<T> sign(Lane<T> x) {
  return where(x > 0, 1, where(x < 0, Lane<T>(-1), 0));
}

template <class T>
TALWEG_INLINE Register<T> sqrt_register(Register<T> x) {
#if TALWEG_ISA_AVX512
  if constexpr (sizeof(T) == 4) {
    return _mm512_mask_sqrt_ps(x, static_cast<__mmask16>(-1), x);
  } else {
    return _mm512_mask_sqrt_pd(x, static_cast<__mmask8>(-1), x);
  }
#elif TALWEG_ISA_AVX2
  if constexpr (sizeof(T) == 4) {
    return _mm256_sqrt_ps(x);
  } else {
    return _mm256_sqrt_pd(x);
  }
#elif defined(__x86_64__)
  if constexpr (sizeof(T) == 4) {
    return _mm_sqrt_ps(x);
  } else {
    return _mm_sqrt_pd(x);
  }
#else
  for (int i = 0; i < register_bytes / static_cast<int>(sizeof(T)); ++i) {
    if constexpr (sizeof(T) == 4) {
      x[i] = __builtin_sqrtf(x[i]);
    } else {
      x[i] = __builtin_sqrt(x[i]);
    }
  }
  return x;
#endif
}

/// The square root, correctly rounded; NaN below zero, -0 for -0.
template <class T>
TALWEG_INLINE Lane<T> sqrt(Lane<T> x) {
  static_assert(Lane<T>::is_float);
  TALWEG_EACH_REGISTER(x.r[k] = sqrt_register<T>(x.r[k]));
  return x;
}

#if !TALWEG_ISA_BASE
/// Rounds in the direction that the instruction set's code says.
template <int direction, class T>
TALWEG_INLINE Lane<T> round_as(Lane<T> x) {
#if TALWEG_ISA_AVX512
  if constexpr (sizeof(T) == 4) {
    x.r[0] = _mm512_mask_roundscale_ps(x.r[0], static_cast<__mmask16>(-1), x.r[0], direction);
  } else {
    x.r[0] = _mm512_mask_roundscale_pd(x.r[0], static_cast<__mmask8>(-1), x.r[0], direction);
  }
#else
  if constexpr (sizeof(T) == 4) {
    TALWEG_EACH_REGISTER(x.r[k] = _mm256_round_ps(x.r[k], direction));
  } else {
    TALWEG_EACH_REGISTER(x.r[k] = _mm256_round_pd(x.r[k], direction));
  }
#endif
  return x;
}
#endif

/// The nearest integer, halves to even; the sign of x stays, also on a zero.
template <class T>
TALWEG_INLINE Lane<T> round(Lane<T> x) {
  if constexpr (Lane<T>::is_float) {
#if TALWEG_ISA_BASE
    // Beyond 2^23 (2^52) every float is an integer; below, adding and taking it off again rounds.
    const Lane<T> big = sizeof(T) == 4 ? 0x1p23 : 0x1p52;
    const Lane<T> magnitude = abs(x);
    return copysign(where(magnitude < big, (magnitude + big) - big, magnitude), x);
#else
    return round_as<_MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC>(x);
#endif
  } else {
    return x;
  }
}

/// The largest integer that is not above x; integers stay.
template <class T>
TALWEG_INLINE Lane<T> floor(Lane<T> x) {
  if constexpr (Lane<T>::is_float) {
#if TALWEG_ISA_BASE
    const Lane<T> near = round(x);
    return copysign(where(near > x, near - 1, near), x);
#else
    return round_as<_MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC>(x);
#endif
  } else {
    return x;
  }
}

/// The smallest integer that is not below x; integers stay.
template <class T>
TALWEG_INLINE Lane<T> ceil(Lane<T> x) {
  if constexpr (Lane<T>::is_float) {
#if TALWEG_ISA_BASE
    const Lane<T> near = round(x);
    return copysign(where(near < x, near + 1, near), x);
#else
    return round_as<_MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC>(x);
#endif
  } else {
    return x;
  }
}

/// The integer next to x on the side of zero; integers stay.
template <class T>
TALWEG_INLINE Lane<T> trunc(Lane<T> x) {
  if constexpr (Lane<T>::is_float) {
#if TALWEG_ISA_BASE
    return copysign(floor(abs(x)), x);
#else
    return round_as<_MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC>(x);
#endif
  } else {
    return x;
  }
}

} // namespace
} // namespace talweg
