// What an instruction set knows of sums.
#pragma once

#include <cstdint>

namespace talweg {

template <class T>
struct SumLoopsOf {
  /// out[j * out_stride] += sum over i < size0 of in[i * stride0 + j * stride1], for j < size1, by the tree
  /// of additions that PyTorch has on one thread.
  void (*plane)(T* out, int64_t out_stride, const T* in, int64_t stride0, int64_t stride1, int64_t size0,
                int64_t size1);
  /// The sum of (x - y)^2 by the same tree.
  T (*squared_differences)(const T* x, const T* y, int64_t size);
  /// out = scale * (x - y) * factor.
  void (*scaled_differences)(T* out, const T* x, const T* y, T scale, T factor, int64_t size);
};

struct SumLoops {
  SumLoopsOf<float> float32;
  SumLoopsOf<double> float64;
};

/// Those of the instruction set that runs.
const SumLoops& sum_loops();

} // namespace talweg
