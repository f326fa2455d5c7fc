// Running results along one dimension. All buffers are contiguous and seen as (outer, n, inner).
#pragma once

#include "kernels/buffer.h"

namespace talweg {

struct ScanCall {
  int64_t n, inner;
  bool reverse;
  bool narrow; // float32 is added in float32: what short floats are made of
};

/// float32, float64 and int64 into themselves.
extern const Kernel cumsum_kernel;
extern const Kernel cumprod_kernel;
/// out[i] = factor[i] * out[i - 1] + in[i] (in reverse: out[i + 1]). Buffers: out, factor, in; float32 or
/// float64.
extern const Kernel linear_scan_kernel;
/// log(cumsum(exp(in))); float64.
extern const Kernel logcumsumexp_kernel;

struct ExtremeScanCall {
  int64_t n, inner;
  bool smallest;
};
/// Buffers: in (float32, float64, int64), values, indices (int64).
extern const Kernel extreme_scan_kernel;

} // namespace talweg
