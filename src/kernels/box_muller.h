// Box and Muller's transform of uniforms to normals, on blocks of 16.
#pragma once

#include <cstdint>

namespace talweg::kernels {

inline constexpr int box_muller_block = 16;

/// Makes normals of `blocks` blocks of uniforms in [0, 1), in place. In each, d[j] and d[j + 8] give
/// sqrt(-2 ln(1 - d[j])) times the cosine and the sine of 2 pi d[j + 8], then times std plus mean, fused.
/// float32: log, sin and cos by Stephen Moshier's Cephes polynomials in the order of avx_mathfun (Giovanni
/// Garberoglio, after Julien Pommier's sse_mathfun; zlib licence), fused where PyTorch's compiler fuses them.
void box_muller(float* data, int64_t blocks, float mean, float std);
/// The C library's functions in double.
void box_muller(double* data, int64_t blocks, double mean, double std);

} // namespace talweg::kernels
