#pragma once

#include "lanes/isa.h"
#include "lanes/mask.h"

namespace talweg {
namespace {

/// 64 bytes of T, the number type that formulas run on: 1, 2 or 4 registers, the same count of elements on
/// every instruction set. Arithmetic is IEEE, element by element, with the same bits on every set; nothing is
/// contracted, `fma` fuses by name. Integers wrap. Any arithmetic value converts to a Lane, so `1 / (1 +
/// exp(-x))` works.
template <class T>
struct Lane {
  using Element = T;
  static constexpr int count = lane_bytes / static_cast<int>(sizeof(T));
  static constexpr bool is_float = std::is_floating_point_v<T>;

  Register<T> r[registers_per_lane];

  TALWEG_INLINE Lane() = default;

  /// Every element is `value`, converted to T first.
  template <class N>
  requires std::is_arithmetic_v<N> TALWEG_INLINE Lane(N value) {
    // x - 0 is x for every x, -0 included; x + 0 is not.
    TALWEG_EACH_REGISTER(r[k] = static_cast<T>(value) - Register<T>{});
  }

  /// Reads 64 bytes at any address.
  TALWEG_INLINE static Lane load(const void* from) {
    Lane out;
    TALWEG_EACH_REGISTER(
        __builtin_memcpy(&out.r[k], static_cast<const char*>(from) + k * register_bytes, register_bytes));
    return out;
  }

  /// Writes 64 bytes at any address.
  TALWEG_INLINE void store(void* to) const {
    TALWEG_EACH_REGISTER(
        __builtin_memcpy(static_cast<char*>(to) + k * register_bytes, &r[k], register_bytes));
  }

  TALWEG_INLINE friend Lane operator+(Lane a, Lane b) {
    TALWEG_EACH_REGISTER(a.r[k] += b.r[k]);
    return a;
  }
  TALWEG_INLINE friend Lane operator-(Lane a, Lane b) {
    TALWEG_EACH_REGISTER(a.r[k] -= b.r[k]);
    return a;
  }
  TALWEG_INLINE friend Lane operator*(Lane a, Lane b) {
    TALWEG_EACH_REGISTER(a.r[k] *= b.r[k]);
    return a;
  }
  /// Integers: toward zero; x / 0 is x (callers raise before) and the lowest value / -1 wraps, so that no
  /// lane traps.
  TALWEG_INLINE friend Lane operator/(Lane a, Lane b) {
    if constexpr (is_float) {
      TALWEG_EACH_REGISTER(a.r[k] /= b.r[k]);
      return a;
    } else {
      return divide_integers(a, b);
    }
  }
  TALWEG_INLINE friend Lane operator-(Lane a) {
    TALWEG_EACH_REGISTER(a.r[k] = -a.r[k]);
    return a;
  }
  TALWEG_INLINE friend Lane operator+(Lane a) { return a; }

  TALWEG_INLINE Lane& operator+=(Lane b) { return *this = *this + b; }
  TALWEG_INLINE Lane& operator-=(Lane b) { return *this = *this - b; }
  TALWEG_INLINE Lane& operator*=(Lane b) { return *this = *this * b; }
  TALWEG_INLINE Lane& operator/=(Lane b) { return *this = *this / b; }

  TALWEG_INLINE friend Lane operator&(Lane a, Lane b) {
    TALWEG_EACH_REGISTER(a.r[k] &= b.r[k]);
    return a;
  }
  TALWEG_INLINE friend Lane operator|(Lane a, Lane b) {
    TALWEG_EACH_REGISTER(a.r[k] |= b.r[k]);
    return a;
  }
  TALWEG_INLINE friend Lane operator^(Lane a, Lane b) {
    TALWEG_EACH_REGISTER(a.r[k] ^= b.r[k]);
    return a;
  }
  TALWEG_INLINE friend Lane operator~(Lane a) {
    TALWEG_EACH_REGISTER(a.r[k] = ~a.r[k]);
    return a;
  }
  /// Shifts by one amount for all elements, 0 <= n < bits of T; `>>` copies the sign, shift_right_logical
  /// zeros.
  TALWEG_INLINE friend Lane operator<<(Lane a, int n) {
    TALWEG_EACH_REGISTER(a.r[k] <<= n);
    return a;
  }
  TALWEG_INLINE friend Lane operator>>(Lane a, int n) {
    TALWEG_EACH_REGISTER(a.r[k] >>= n);
    return a;
  }
  TALWEG_INLINE friend Lane shift_right_logical(Lane a, int n) {
    using U = std::make_unsigned_t<T>;
    TALWEG_EACH_REGISTER(a.r[k] = (Register<T>)((Register<U>)a.r[k] >> n));
    return a;
  }
  /// Shifts by an amount of each element's own, 0 <= n < bits of T.
  TALWEG_INLINE friend Lane shift_left(Lane a, Lane n) {
    TALWEG_EACH_REGISTER(a.r[k] <<= n.r[k]);
    return a;
  }
  TALWEG_INLINE friend Lane shift_right(Lane a, Lane n) {
    TALWEG_EACH_REGISTER(a.r[k] >>= n.r[k]);
    return a;
  }

  TALWEG_INLINE friend Mask<T> operator<(Lane a, Lane b) { return compare<Relation::less>(a, b); }
  TALWEG_INLINE friend Mask<T> operator<=(Lane a, Lane b) { return compare<Relation::less_equal>(a, b); }
  TALWEG_INLINE friend Mask<T> operator>(Lane a, Lane b) { return compare<Relation::less>(b, a); }
  TALWEG_INLINE friend Mask<T> operator>=(Lane a, Lane b) { return compare<Relation::less_equal>(b, a); }
  TALWEG_INLINE friend Mask<T> operator==(Lane a, Lane b) { return compare<Relation::equal>(a, b); }
  /// True where either is NaN, as everywhere in IEEE.
  TALWEG_INLINE friend Mask<T> operator!=(Lane a, Lane b) { return compare<Relation::not_equal>(a, b); }

  /// a * b + c with one rounding; integers wrap.
  TALWEG_INLINE friend Lane fma(Lane a, Lane b, Lane c) {
    if constexpr (is_float) {
      TALWEG_EACH_REGISTER(a.r[k] = fma_register<T>(a.r[k], b.r[k], c.r[k]));
      return a;
    } else {
      return a * b + c;
    }
  }

  /// a < b ? a : b, the processor's own minimum: b where the two don't compare.
  TALWEG_INLINE friend Lane lesser(Lane a, Lane b) {
    TALWEG_EACH_REGISTER(b.r[k] = lesser_register(a.r[k], b.r[k]));
    return b;
  }
  /// a > b ? a : b, the processor's own maximum: b where the two don't compare.
  TALWEG_INLINE friend Lane greater(Lane a, Lane b) {
    TALWEG_EACH_REGISTER(b.r[k] = greater_register(a.r[k], b.r[k]));
    return b;
  }
  /// PyTorch's rule: NaN if either is NaN.
  TALWEG_INLINE friend Lane minimum(Lane a, Lane b) { return where(isnan(a), a, lesser(a, b)); }
  /// PyTorch's rule: NaN if either is NaN.
  TALWEG_INLINE friend Lane maximum(Lane a, Lane b) { return where(isnan(a), a, greater(a, b)); }

  /// The magnitude of `a` with the sign of `b`; integers: |a| or -|a|.
  TALWEG_INLINE friend Lane copysign(Lane a, Lane b) {
    if constexpr (is_float) {
      const auto sign = bits(Lane(-T(0)));
      return from_bits((bits(a) & ~sign) | (bits(b) & sign));
    } else {
      const Lane magnitude = abs(a);
      return where(b < 0, -magnitude, magnitude);
    }
  }

 private:
  enum class Relation { equal, not_equal, less, less_equal };

  template <Relation relation>
  TALWEG_INLINE static Mask<T> compare(Lane a, Lane b) {
    Mask<T> out;
#if TALWEG_ISA_AVX512
    if constexpr (is_float) {
      constexpr int code = relation == Relation::equal       ? _CMP_EQ_OQ
                           : relation == Relation::not_equal ? _CMP_NEQ_UQ
                           : relation == Relation::less      ? _CMP_LT_OQ
                                                             : _CMP_LE_OQ;
      if constexpr (sizeof(T) == 4) {
        out.bits = _mm512_cmp_ps_mask(a.r[0], b.r[0], code);
      } else {
        out.bits = _mm512_cmp_pd_mask(a.r[0], b.r[0], code);
      }
    } else {
      constexpr auto code = relation == Relation::equal       ? _MM_CMPINT_EQ
                            : relation == Relation::not_equal ? _MM_CMPINT_NE
                            : relation == Relation::less      ? _MM_CMPINT_LT
                                                              : _MM_CMPINT_LE;
      if constexpr (sizeof(T) == 4) {
        out.bits = _mm512_cmp_epi32_mask((__m512i)a.r[0], (__m512i)b.r[0], code);
      } else {
        out.bits = _mm512_cmp_epi64_mask((__m512i)a.r[0], (__m512i)b.r[0], code);
      }
    }
#else
    if constexpr (relation == Relation::equal) {
      TALWEG_EACH_REGISTER(out.r[k] = (Register<IntOf<T>>)(a.r[k] == b.r[k]));
    } else if constexpr (relation == Relation::not_equal) {
      TALWEG_EACH_REGISTER(out.r[k] = (Register<IntOf<T>>)(a.r[k] != b.r[k]));
    } else if constexpr (relation == Relation::less) {
      TALWEG_EACH_REGISTER(out.r[k] = (Register<IntOf<T>>)(a.r[k] < b.r[k]));
    } else {
      TALWEG_EACH_REGISTER(out.r[k] = (Register<IntOf<T>>)(a.r[k] <= b.r[k]));
    }
#endif
    return out;
  }

  // By name: g++ compares and blends where the two meanings are the same.
  TALWEG_INLINE static Register<T> lesser_register(Register<T> a, Register<T> b) {
#if TALWEG_ISA_AVX512
    if constexpr (std::is_same_v<T, float>) return _mm512_mask_min_ps(b, static_cast<__mmask16>(-1), a, b);
    if constexpr (std::is_same_v<T, double>) return _mm512_mask_min_pd(b, static_cast<__mmask8>(-1), a, b);
#elif TALWEG_ISA_AVX2
    if constexpr (std::is_same_v<T, float>) return _mm256_min_ps(a, b);
    if constexpr (std::is_same_v<T, double>) return _mm256_min_pd(a, b);
#elif defined(__x86_64__)
    if constexpr (std::is_same_v<T, float>) return _mm_min_ps(a, b);
    if constexpr (std::is_same_v<T, double>) return _mm_min_pd(a, b);
#endif
    return a < b ? a : b;
  }
  TALWEG_INLINE static Register<T> greater_register(Register<T> a, Register<T> b) {
#if TALWEG_ISA_AVX512
    if constexpr (std::is_same_v<T, float>) return _mm512_mask_max_ps(b, static_cast<__mmask16>(-1), a, b);
    if constexpr (std::is_same_v<T, double>) return _mm512_mask_max_pd(b, static_cast<__mmask8>(-1), a, b);
#elif TALWEG_ISA_AVX2
    if constexpr (std::is_same_v<T, float>) return _mm256_max_ps(a, b);
    if constexpr (std::is_same_v<T, double>) return _mm256_max_pd(a, b);
#elif defined(__x86_64__)
    if constexpr (std::is_same_v<T, float>) return _mm_max_ps(a, b);
    if constexpr (std::is_same_v<T, double>) return _mm_max_pd(a, b);
#endif
    return a > b ? a : b;
  }

  template <class F>
  TALWEG_INLINE static Register<F> fma_register(Register<F> a, Register<F> b, Register<F> c) {
#if TALWEG_ISA_AVX512
    if constexpr (sizeof(F) == 4) {
      return _mm512_fmadd_ps(a, b, c);
    } else {
      return _mm512_fmadd_pd(a, b, c);
    }
#elif TALWEG_ISA_AVX2
    if constexpr (sizeof(F) == 4) {
      return _mm256_fmadd_ps(a, b, c);
    } else {
      return _mm256_fmadd_pd(a, b, c);
    }
#else
    return fma_by_library<F>(a, b, c);
#endif
  }

#if TALWEG_ISA_BASE
  // The C library's fma, element by element. Out of line: a polynomial would unroll into hundreds of calls.
  template <class F>
  __attribute__((noinline)) static Register<F> fma_by_library(Register<F> a, Register<F> b, Register<F> c) {
    for (int i = 0; i < register_bytes / static_cast<int>(sizeof(F)); ++i) {
      if constexpr (sizeof(F) == 4) {
        a[i] = __builtin_fmaf(a[i], b[i], c[i]);
      } else {
        a[i] = __builtin_fma(a[i], b[i], c[i]);
      }
    }
    return a;
  }
#endif
};

template <class X>
struct IsLane : std::false_type {};
template <class T>
struct IsLane<Lane<T>> : std::true_type {};

/// The Lane that `where` gives: of whichever side is a Lane, else (two numbers) of the mask's type.
template <class M, class A, class B>
using Chosen = std::conditional_t<IsLane<A>::value, A, std::conditional_t<IsLane<B>::value, B, Lane<M>>>;

/// `a` where the mask is true, else `b`; either side may be a number.
template <class M, class A, class B>
TALWEG_INLINE Chosen<M, A, B> where(Mask<M> mask, A a, B b) {
  using Out = Chosen<M, A, B>;
  using T = typename Out::Element;
  static_assert(sizeof(T) == sizeof(M), "where needs a mask of the elements' width");
  const Out x = a, y = b;
  Out out;
#if TALWEG_ISA_AVX512
  if constexpr (sizeof(T) == 4) {
    out.r[0] = (Register<T>)_mm512_mask_blend_ps(mask.bits, (__m512)y.r[0], (__m512)x.r[0]);
  } else {
    out.r[0] = (Register<T>)_mm512_mask_blend_pd(mask.bits, (__m512d)y.r[0], (__m512d)x.r[0]);
  }
#elif TALWEG_ISA_AVX2
  if constexpr (sizeof(T) == 4) {
    TALWEG_EACH_REGISTER(
        out.r[k] = (Register<T>)_mm256_blendv_ps((__m256)y.r[k], (__m256)x.r[k], (__m256)mask.r[k]));
  } else {
    TALWEG_EACH_REGISTER(
        out.r[k] = (Register<T>)_mm256_blendv_pd((__m256d)y.r[k], (__m256d)x.r[k], (__m256d)mask.r[k]));
  }
#else
  using I = Register<IntOf<T>>;
  TALWEG_EACH_REGISTER(out.r[k] = (Register<T>)(((I)x.r[k] & mask.r[k]) | ((I)y.r[k] & ~mask.r[k])));
#endif
  return out;
}

/// The bits of every element as a signed integer of the same width.
template <class T>
TALWEG_INLINE Lane<IntOf<T>> bits(Lane<T> x) {
  return __builtin_bit_cast(Lane<IntOf<T>>, x);
}
/// The floats that have these bits.
TALWEG_INLINE Lane<float> from_bits(Lane<int32_t> x) { return __builtin_bit_cast(Lane<float>, x); }
TALWEG_INLINE Lane<double> from_bits(Lane<int64_t> x) { return __builtin_bit_cast(Lane<double>, x); }

/// Integers -1 for true and 0 for false.
template <class T>
TALWEG_INLINE Lane<IntOf<T>> to_lane(Mask<T> mask) {
#if TALWEG_ISA_AVX512
  return where(mask, Lane<IntOf<T>>(-1), Lane<IntOf<T>>(0));
#else
  return __builtin_bit_cast(Lane<IntOf<T>>, mask);
#endif
}

/// Element-wise conversion between types of one width; float to integer truncates and is unspecified out of
/// range.
template <class To, class T>
TALWEG_INLINE Lane<To> convert(Lane<T> x) {
  static_assert(sizeof(To) == sizeof(T), "convert keeps the width; see widen and narrow");
  Lane<To> out;
  TALWEG_EACH_REGISTER(out.r[k] = __builtin_convertvector(x.r[k], Register<To>));
  return out;
}

/// Twice as many bytes as a Lane<float> or Lane<int32_t>: its elements, in order, in the type of twice the
/// width.
template <class T>
struct Wide {
  Lane<T> low, high;
};

/// Each element of a 4-byte type, converted to an 8-byte type.
template <class W, class T>
TALWEG_INLINE Wide<W> widen_to(Lane<T> x) {
  static_assert(sizeof(T) == 4 && sizeof(W) == 8);
  typedef typename RegisterOf<T>::half Half;
  Half half[2 * registers_per_lane];
  __builtin_memcpy(half, x.r, lane_bytes);
  Wide<W> out;
  constexpr int n = registers_per_lane;
  TALWEG_EACH_REGISTER(out.low.r[k] = __builtin_convertvector(half[k], Register<W>));
  TALWEG_EACH_REGISTER(out.high.r[k] = __builtin_convertvector(half[n + k], Register<W>));
  return out;
}

/// Each element exactly, as double (or as int64_t for integers).
template <class T>
TALWEG_INLINE auto widen(Lane<T> x) {
  using W = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
  return widen_to<W>(x);
}

/// Each element rounded to a 4-byte type: to nearest for floats, modulo 2^32 from integers, toward zero from
/// double to int32_t.
template <class N, class W>
TALWEG_INLINE Lane<N> narrow_to(Wide<W> x) {
  static_assert(sizeof(N) == 4 && sizeof(W) == 8);
  typedef typename RegisterOf<N>::half Half;
  Half half[2 * registers_per_lane];
  constexpr int n = registers_per_lane;
  TALWEG_EACH_REGISTER(half[k] = __builtin_convertvector(x.low.r[k], Half));
  TALWEG_EACH_REGISTER(half[n + k] = __builtin_convertvector(x.high.r[k], Half));
  Lane<N> out;
  __builtin_memcpy(out.r, half, lane_bytes);
  return out;
}

/// narrow_to<float> for doubles, narrow_to<int32_t> for integers.
template <class W>
TALWEG_INLINE auto narrow(Wide<W> x) {
  return narrow_to<std::conditional_t<std::is_floating_point_v<W>, float, int32_t>>(x);
}

} // namespace
} // namespace talweg

#include "lanes/division.h"
#include "lanes/rounding.h"
