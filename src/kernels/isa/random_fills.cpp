#include "kernels/random_fills.h"

#include "lanes/lane.h"

namespace talweg::kernels {

namespace {

using F = Lane<float>;
using I = Lane<int32_t>;

// Stephen Moshier's Cephes polynomials for float32, evaluated in the order of avx_mathfun (Giovanni
// Garberoglio, after Julien Pommier's sse_mathfun; zlib licence), and fused where PyTorch's compiler fuses
// them.

// ln x for normal x > 0.
TALWEG_INLINE F natural_log(F x) {
  const I b = bits(x);
  F e = convert<float>(shift_right_logical(b, 23) - 126);
  const F m = from_bits((b & 0x007fffff) | 0x3f000000); // in [0.5, 1)
  const auto small = m < 0.707106781186547524f;
  e = where(small, e - 1, e);
  x = where(small, (m - 1) + m, m - 1);
  const F z = x * x;
  F y = 7.0376836292e-2f;
  y = fma(y, x, F(-1.1514610310e-1f));
  y = fma(y, x, F(1.1676998740e-1f));
  y = fma(y, x, F(-1.2420140846e-1f));
  y = fma(y, x, F(1.4249322787e-1f));
  y = fma(y, x, F(-1.6668057665e-1f));
  y = fma(y, x, F(2.0000714765e-1f));
  y = fma(y, x, F(-2.4999993993e-1f));
  y = fma(y, x, F(3.3333331174e-1f));
  y = fma(y * x, z, e * -2.12194440e-4f);
  y = y - z * 0.5f;
  return fma(e, F(0.693359375f), x + y);
}

// For 0 <= x < 8192.
TALWEG_INLINE void sine_cosine(F x, F& sine, F& cosine) {
  // The octant, made even upward: x is then within pi/4 of a multiple of pi/2.
  const I j = (convert<int32_t>(x * 1.27323954473516f) + 1) & ~1;
  const F y = convert<float>(j);
  x = fma(y, F(-0.78515625f), x);
  x = fma(y, F(-2.4187564849853515625e-4f), x);
  x = fma(y, F(-3.77489497744594108e-8f), x);
  const F z = x * x;
  F c = fma(F(2.443315711809948e-5f), z, F(-1.388731625493765e-3f));
  c = fma(c, z, F(4.166664568298827e-2f));
  c = fma(c * z, z, -(z * 0.5f)) + 1;
  F s = fma(F(-1.9515295891e-4f), z, F(8.3321608736e-3f));
  s = fma(s, z, F(-1.6666654611e-1f));
  s = fma(s * z, x, x);
  const auto straight = ((j & 2) == 0).template as<float>();
  const I sine_sign = (j & 4) << 29, cosine_sign = (~(j - 2) & 4) << 29;
  sine = from_bits(bits(where(straight, s, c)) ^ sine_sign);
  cosine = from_bits(bits(where(straight, c, s)) ^ cosine_sign);
}

TALWEG_INLINE void normals_of_pairs(F& u1, F& u2, F mean, F std) {
  const F radius = sqrt(natural_log(1 - u1) * -2.0f);
  F sine, cosine;
  sine_cosine(u2 * 6.28318530717958647692f, sine, cosine);
  u1 = fma(radius * cosine, std, mean);
  u2 = fma(radius * sine, std, mean);
}

// A lane holds the halves of two blocks; a last single one stands in both places.
void normals(float* data, int64_t blocks, float mean, float std) {
  constexpr int half = normal_block / 2;
  constexpr size_t half_bytes = half * sizeof(float);
  alignas(lane_bytes) float u1[normal_block], u2[normal_block];
  for (int64_t b = 0; b < blocks; b += 2) {
    float* first = data + b * normal_block;
    float* second = b + 1 < blocks ? first + normal_block : first;
    __builtin_memcpy(u1, first, half_bytes);
    __builtin_memcpy(u1 + half, second, half_bytes);
    __builtin_memcpy(u2, first + half, half_bytes);
    __builtin_memcpy(u2 + half, second + half, half_bytes);
    F x = F::load(u1), y = F::load(u2);
    normals_of_pairs(x, y, mean, std);
    x.store(u1);
    y.store(u2);
    __builtin_memcpy(first, u1, half_bytes);
    __builtin_memcpy(second, u1 + half, half_bytes);
    __builtin_memcpy(first + half, u2, half_bytes);
    __builtin_memcpy(second + half, u2 + half, half_bytes);
  }
}

template <bool unit>
TALWEG_INLINE F scaled(I words, const UniformFloats& scale) {
  F x = convert<float>(words & 0xffffff) * 0x1p-24f;
  if constexpr (unit) return x;
  x = fma(x, F(scale.width), F(scale.from));
  return where(x == scale.high, scale.low, x);
}

template <bool unit>
TALWEG_INLINE void fill_uniforms(float* out, const uint32_t* words, int64_t count,
                                 const UniformFloats& scale) {
  int64_t i = 0;
  for (; i + F::count <= count; i += F::count) scaled<unit>(I::load(words + i), scale).store(out + i);
  if (i == count) return;
  alignas(lane_bytes) float last[F::count] = {};
  const auto bytes = static_cast<size_t>(count - i) * sizeof(float);
  __builtin_memcpy(last, words + i, bytes);
  scaled<unit>(I::load(last), scale).store(last);
  __builtin_memcpy(out + i, last, bytes);
}

void uniforms(float* out, const uint32_t* words, int64_t count, const UniformFloats& scale) {
  // In [0, 1) the fused multiply-add changes nothing, and nothing rounds to 1.
  if (scale.from == 0 && scale.width == 1)
    fill_uniforms<true>(out, words, count, scale);
  else
    fill_uniforms<false>(out, words, count, scale);
}

} // namespace

namespace TALWEG_ISA {
extern const RandomFills random_fills_of_set;
const RandomFills random_fills_of_set = {&uniforms, &normals};
} // namespace TALWEG_ISA

} // namespace talweg::kernels
