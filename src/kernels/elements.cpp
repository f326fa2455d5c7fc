#include "kernels/elements.h"

#include <cstring>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "kernels/cast.h"

namespace talweg {

Loop::Loop(std::span<const Buffer> buffers, bool reorder) : operands(static_cast<int>(buffers.size())) {
  const Buffer& first = buffers[0];
  numel = first.numel;
  int order[max_rank];
  int n = 0;
  for (int d = 0; d < first.rank; ++d)
    if (first.sizes[d] != 1) order[n++] = d;
  if (reorder) {
    // Insertion sort by falling stride; equal ones keep their order.
    for (int i = 1; i < n; ++i)
      for (int j = i; j > 0 && first.strides[order[j - 1]] < first.strides[order[j]]; --j)
        std::swap(order[j - 1], order[j]);
  }
  for (int i = 0; i < n; ++i) {
    int d = order[i];
    bool joins = rank > 0;
    for (int k = 0; joins && k < operands; ++k)
      joins = strides[k][rank - 1] == buffers[static_cast<size_t>(k)].strides[d] * first.sizes[d];
    if (!joins) sizes[rank++] = 1;
    sizes[rank - 1] *= first.sizes[d];
    for (int k = 0; k < operands; ++k) strides[k][rank - 1] = buffers[static_cast<size_t>(k)].strides[d];
  }
}

namespace {

#if defined(__x86_64__)
// Sixteen bytes, which compilers widen one by one.
template <class To>
void widen_bytes(To* to, const void* from) {
  const __m128i zero = _mm_setzero_si128(), bytes = _mm_loadu_si128(static_cast<const __m128i*>(from));
  const __m128i low = _mm_unpacklo_epi8(bytes, zero), high = _mm_unpackhi_epi8(bytes, zero);
  const __m128i words[] = {_mm_unpacklo_epi16(low, zero), _mm_unpackhi_epi16(low, zero),
                           _mm_unpacklo_epi16(high, zero), _mm_unpackhi_epi16(high, zero)};
  for (int k = 0; k < 4; ++k) {
    if constexpr (std::is_same_v<To, float>)
      _mm_store_ps(to + 4 * k, _mm_cvtepi32_ps(words[k]));
    else
      _mm_store_si128(reinterpret_cast<__m128i*>(to + 4 * k), words[k]);
  }
}
#endif

template <class To, class From>
void convert(void* out, int64_t out_stride, const void* in, int64_t in_stride, int64_t count) {
  auto* to = static_cast<To*>(out);
  auto* from = static_cast<const From*>(in);
  if constexpr (std::is_same_v<To, From>) {
    if (out_stride == 1 && in_stride == 1) {
      std::memcpy(to, from, static_cast<size_t>(count) * sizeof(To));
      return;
    }
  }
  if (in_stride == 0) {
    To value = cast<To>(*from);
    for (int64_t i = 0; i < count; ++i) to[i * out_stride] = value;
  } else if (out_stride == 1 && in_stride == 1) {
    // Blocks of a known size are turned into vector instructions.
    int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
      alignas(16) To block[16];
#if defined(__x86_64__)
      if constexpr (sizeof(From) == 1 && !std::is_signed_v<From> &&
                    (std::is_same_v<To, float> || std::is_same_v<To, int32_t>)) {
        widen_bytes(block, from + i);
        std::memcpy(to + i, block, sizeof block);
        continue;
      }
#endif
      for (int j = 0; j < 16; ++j) block[j] = cast<To>(from[i + j]);
      std::memcpy(to + i, block, sizeof block);
    }
    for (; i < count; ++i) to[i] = cast<To>(from[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) to[i * out_stride] = cast<To>(from[i * in_stride]);
  }
}

template <class To, class... From>
constexpr std::array<Convert, dtype_count> convert_row() {
  return {&convert<To, From>...};
}
template <class... T>
constexpr std::array<std::array<Convert, dtype_count>, dtype_count> convert_table() {
  return {convert_row<T, T...>()...};
}
constexpr auto table =
    convert_table<bool, uint8_t, int8_t, int16_t, int32_t, int64_t, Half, BFloat16, float, double>();

} // namespace

Convert converter(Dtype to, Dtype from) { return table[static_cast<size_t>(to)][static_cast<size_t>(from)]; }

} // namespace talweg
