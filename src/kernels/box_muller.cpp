#include "kernels/box_muller.h"

#include <bit>
#include <cmath>
#include <initializer_list>

namespace talweg::kernels {

namespace {

// ln x for normal x > 0.
float natural_log(float x) {
  auto bits = std::bit_cast<uint32_t>(x);
  float e = static_cast<float>(static_cast<int32_t>(bits >> 23) - 126);
  x = std::bit_cast<float>((bits & 0x007fffffu) | 0x3f000000u); // in [0.5, 1)
  if (x < 0.707106781186547524f) {
    e -= 1;
    x = (x - 1) + x;
  } else {
    x -= 1;
  }
  float z = x * x;
  float y = 7.0376836292e-2f;
  for (float c : {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f,
                  2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f})
    y = std::fma(y, x, c);
  y *= x;
  y = std::fma(y, z, e * -2.12194440e-4f);
  y -= z * 0.5f;
  return std::fma(e, 0.693359375f, x + y);
}

struct SineCosine {
  float sine, cosine;
};

// For 0 <= x < 8192.
SineCosine sine_cosine(float x) {
  // The octant, made even upward: x is then within pi/4 of a multiple of pi/2.
  int32_t j = (static_cast<int32_t>(x * 1.27323954473516f) + 1) & ~1;
  auto y = static_cast<float>(j);
  x = std::fma(y, -0.78515625f, x);
  x = std::fma(y, -2.4187564849853515625e-4f, x);
  x = std::fma(y, -3.77489497744594108e-8f, x);
  float z = x * x;
  float c = std::fma(2.443315711809948e-5f, z, -1.388731625493765e-3f);
  c = std::fma(c, z, 4.166664568298827e-2f);
  c = std::fma(c * z, z, -(z * 0.5f)) + 1;
  float s = std::fma(-1.9515295891e-4f, z, 8.3321608736e-3f);
  s = std::fma(s, z, -1.6666654611e-1f);
  s = std::fma(s * z, x, x);
  bool swapped = (j & 2) != 0;
  float sine = swapped ? c : s, cosine = swapped ? s : c;
  return {(j & 4) != 0 ? -sine : sine, ((j - 2) & 4) == 0 ? -cosine : cosine};
}

} // namespace

void box_muller(float* data, int64_t blocks, float mean, float std) {
  constexpr float two_pi = 6.28318530717958647692f;
  for (float* d = data; d != data + blocks * box_muller_block; d += box_muller_block) {
    for (int j = 0; j < 8; ++j) {
      float radius = std::sqrt(-2.0f * natural_log(1 - d[j]));
      auto [sine, cosine] = sine_cosine(two_pi * d[j + 8]);
      d[j] = std::fma(radius * cosine, std, mean);
      d[j + 8] = std::fma(radius * sine, std, mean);
    }
  }
}

void box_muller(double* data, int64_t blocks, double mean, double std) {
  constexpr double two_pi = 6.28318530717958647692;
  for (double* d = data; d != data + blocks * box_muller_block; d += box_muller_block) {
    for (int j = 0; j < 8; ++j) {
      double radius = std::sqrt(-2 * std::log(1 - d[j]));
      double theta = two_pi * d[j + 8];
      d[j] = std::fma(radius * std::cos(theta), std, mean);
      d[j + 8] = std::fma(radius * std::sin(theta), std, mean);
    }
  }
}

} // namespace talweg::kernels
