// What an instruction set knows of sums.
#pragma once

#include <cstdint>

namespace talweg {

/// out[j * out_stride] += sum over i < size0 of in[i * stride0 + j * stride1], for j < size1, by the tree of
/// additions that PyTorch has on one thread.
template <class T>
using SumPlane = void (*)(T* out, int64_t out_stride, const T* in, int64_t stride0, int64_t stride1, int64_t size0, int64_t size1);

struct SumLoops {
  SumPlane<float> float32;
  SumPlane<double> float64;
};

}  // namespace talweg
