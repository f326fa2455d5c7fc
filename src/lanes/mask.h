#pragma once

#include "lanes/isa.h"

namespace talweg {
namespace {

/// One truth value per element of a Lane<T>: a mask register on AVX-512, elsewhere all-ones or all-zeros
/// integers.
template <class T>
struct Mask {
  static constexpr int count = lane_bytes / static_cast<int>(sizeof(T));

#if TALWEG_ISA_AVX512
  using Storage = std::conditional_t<sizeof(T) == 4, __mmask16, __mmask8>;
  Storage bits;

  TALWEG_INLINE Mask() = default;
  TALWEG_INLINE Mask(bool value) : bits(value ? static_cast<Storage>(-1) : Storage(0)) {}
#else
  Register<IntOf<T> > r[registers_per_lane];

  TALWEG_INLINE Mask() = default;
  TALWEG_INLINE Mask(bool value) {
    TALWEG_EACH_REGISTER(r[k] = -static_cast<IntOf<T> >(value) - Register<IntOf<T> >{});
  }
#endif

  /// The same truth values for elements of another type of the same width.
  template <class U>
  TALWEG_INLINE Mask<U> as() const {
    static_assert(sizeof(U) == sizeof(T), "masks convert between types of one width");
    return __builtin_bit_cast(Mask<U>, *this);
  }
};

/// Element-wise logic; the operands may belong to different types of one width, the result is of the left
/// one's.
template <class T, class U>
TALWEG_INLINE Mask<T> operator&(Mask<T> a, Mask<U> b) {
  const Mask<T> c = b.template as<T>();
  Mask<T> out;
#if TALWEG_ISA_AVX512
  if constexpr (sizeof(T) == 4) {
    out.bits = _kand_mask16(a.bits, c.bits);
  } else {
    out.bits = _kand_mask8(a.bits, c.bits);
  }
#else
  TALWEG_EACH_REGISTER(out.r[k] = a.r[k] & c.r[k]);
#endif
  return out;
}

template <class T, class U>
TALWEG_INLINE Mask<T> operator|(Mask<T> a, Mask<U> b) {
  const Mask<T> c = b.template as<T>();
  Mask<T> out;
#if TALWEG_ISA_AVX512
  if constexpr (sizeof(T) == 4) {
    out.bits = _kor_mask16(a.bits, c.bits);
  } else {
    out.bits = _kor_mask8(a.bits, c.bits);
  }
#else
  TALWEG_EACH_REGISTER(out.r[k] = a.r[k] | c.r[k]);
#endif
  return out;
}

template <class T, class U>
TALWEG_INLINE Mask<T> operator^(Mask<T> a, Mask<U> b) {
  const Mask<T> c = b.template as<T>();
  Mask<T> out;
#if TALWEG_ISA_AVX512
  if constexpr (sizeof(T) == 4) {
    out.bits = _kxor_mask16(a.bits, c.bits);
  } else {
    out.bits = _kxor_mask8(a.bits, c.bits);
  }
#else
  TALWEG_EACH_REGISTER(out.r[k] = a.r[k] ^ c.r[k]);
#endif
  return out;
}

template <class T>
TALWEG_INLINE Mask<T> operator~(Mask<T> a) {
  Mask<T> out;
#if TALWEG_ISA_AVX512
  if constexpr (sizeof(T) == 4) {
    out.bits = _knot_mask16(a.bits);
  } else {
    out.bits = _knot_mask8(a.bits);
  }
#else
  TALWEG_EACH_REGISTER(out.r[k] = ~a.r[k]);
#endif
  return out;
}

template <class T>
TALWEG_INLINE Mask<T> operator!(Mask<T> a) {
  return ~a;
}

/// One bit per element, element 0 lowest.
template <class T>
TALWEG_INLINE unsigned to_bits(Mask<T> m) {
#if TALWEG_ISA_AVX512
  return m.bits;
#elif TALWEG_ISA_AVX2
  unsigned bits = 0;
  TALWEG_EACH_REGISTER(
      if constexpr (sizeof(T) == 4) {
        bits |= static_cast<unsigned>(_mm256_movemask_ps((__m256)m.r[k])) << (8 * k);
      } else { bits |= static_cast<unsigned>(_mm256_movemask_pd((__m256d)m.r[k])) << (4 * k); });
  return bits;
#elif defined(__x86_64__)
  unsigned bits = 0;
  TALWEG_EACH_REGISTER(
      if constexpr (sizeof(T) == 4) {
        bits |= static_cast<unsigned>(_mm_movemask_ps((__m128)m.r[k])) << (4 * k);
      } else { bits |= static_cast<unsigned>(_mm_movemask_pd((__m128d)m.r[k])) << (2 * k); });
  return bits;
#else
  unsigned bits = 0;
  for (int i = 0; i < Mask<T>::count; ++i) {
    constexpr int per_register = register_bytes / static_cast<int>(sizeof(T));
    bits |= static_cast<unsigned>(m.r[i / per_register][i % per_register] & 1) << i;
  }
  return bits;
#endif
}

/// Whether any element is true.
template <class T>
TALWEG_INLINE bool any(Mask<T> m) {
  return to_bits(m) != 0;
}

/// Whether every element is true.
template <class T>
TALWEG_INLINE bool all(Mask<T> m) {
  return to_bits(m) == (1u << Mask<T>::count) - 1;
}

/// Writes `count` bytes, 1 for true and 0 for false.
template <class T>
TALWEG_INLINE void store_mask(Mask<T> m, uint8_t* out) {
#if TALWEG_ISA_AVX512
  const __m128i bytes = _mm_maskz_set1_epi8(m.bits, 1);
  __builtin_memcpy(out, &bytes, Mask<T>::count);
#elif defined(__x86_64__)
  // Four registers of 16 bytes, whatever the set; signed saturation keeps 0 and -1 through every narrowing.
  __m128i q[4];
  __builtin_memcpy(q, m.r, lane_bytes);
  __m128i bytes;
  if constexpr (sizeof(T) == 4) {
    bytes = _mm_packs_epi16(_mm_packs_epi32(q[0], q[1]), _mm_packs_epi32(q[2], q[3]));
  } else {
    const __m128i low = _mm_packs_epi32(q[0], q[1]), high = _mm_packs_epi32(q[2], q[3]);
    const __m128i words = _mm_packs_epi16(low, high); // every byte pair belongs to one element
    bytes = _mm_packs_epi16(words, words);
  }
  bytes = _mm_and_si128(bytes, _mm_set1_epi8(1));
  __builtin_memcpy(out, &bytes, Mask<T>::count);
#else
  for (int i = 0; i < Mask<T>::count; ++i) out[i] = static_cast<uint8_t>(to_bits(m) >> i & 1);
#endif
}

/// Reads `count` bytes; any byte but 0 is true.
template <class T>
TALWEG_INLINE Mask<T> load_mask(const uint8_t* in) {
  Mask<T> out;
#if TALWEG_ISA_AVX512
  __m128i bytes = _mm_setzero_si128();
  __builtin_memcpy(&bytes, in, Mask<T>::count);
  out.bits = static_cast<typename Mask<T>::Storage>(_mm_test_epi8_mask(bytes, bytes));
#elif defined(__x86_64__)
  __m128i bytes = _mm_setzero_si128();
  __builtin_memcpy(&bytes, in, Mask<T>::count);
  const __m128i is_zero = _mm_cmpeq_epi8(bytes, _mm_setzero_si128());
  const __m128i truth = _mm_xor_si128(is_zero, _mm_set1_epi8(-1));
  __m128i q[4];
  const __m128i low = _mm_unpacklo_epi8(truth, truth);
  if constexpr (sizeof(T) == 4) {
    const __m128i high = _mm_unpackhi_epi8(truth, truth);
    q[0] = _mm_unpacklo_epi16(low, low), q[1] = _mm_unpackhi_epi16(low, low);
    q[2] = _mm_unpacklo_epi16(high, high), q[3] = _mm_unpackhi_epi16(high, high);
  } else {
    const __m128i first = _mm_unpacklo_epi16(low, low), second = _mm_unpackhi_epi16(low, low);
    q[0] = _mm_unpacklo_epi32(first, first), q[1] = _mm_unpackhi_epi32(first, first);
    q[2] = _mm_unpacklo_epi32(second, second), q[3] = _mm_unpackhi_epi32(second, second);
  }
  __builtin_memcpy(out.r, q, lane_bytes);
#else
  IntOf<T> truth[Mask<T>::count];
  for (int i = 0; i < Mask<T>::count; ++i) truth[i] = -static_cast<IntOf<T> >(in[i] != 0);
  __builtin_memcpy(out.r, truth, lane_bytes);
#endif
  return out;
}

} // namespace
} // namespace talweg
