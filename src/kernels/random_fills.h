// The float32 parts of random fills, which exist once per instruction set with the same bits.
#pragma once

#include <cstdint>

namespace talweg::kernels {

/// Uniforms per block of Box and Muller's transform.
inline constexpr int normal_block = 16;

struct UniformFloats {
  float from, width; // x * width + from, fused
  float low, high;   // a result equal to high becomes low
};

struct RandomFills {
  /// Makes of each word its low 24 bits times 2^-24, scaled.
  void (*uniforms)(float* out, const uint32_t* words, int64_t count, const UniformFloats& scale);

  /// Makes normals of blocks of 16 uniforms in [0, 1), in place, by Box and Muller: d[j] and d[j + 8] give
  /// sqrt(-2 ln(1 - d[j])) times the cosine and the sine of 2 pi d[j + 8], then times std plus mean, fused.
  void (*normals)(float* data, int64_t blocks, float mean, float std);
};

/// Those of the instruction set that runs.
const RandomFills& random_fills();

} // namespace talweg::kernels
