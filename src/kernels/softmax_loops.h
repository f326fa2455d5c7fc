// What an instruction set knows of softmax: rows of `size` numbers that lie side by side.
#pragma once

#include <cstdint>

namespace talweg {

template <class T>
using SoftmaxRows = void (*)(T* out, const T* in, int64_t rows, int64_t size);
template <class T>
using SoftmaxBackwardRows = void (*)(T* out, const T* grad, const T* result, int64_t rows, int64_t size);

template <class T>
struct SoftmaxLoopsOf {
  SoftmaxRows<T> value[2]; // softmax, log_softmax
  SoftmaxBackwardRows<T> backward[2];
};
struct SoftmaxLoops {
  SoftmaxLoopsOf<float> float32;
  SoftmaxLoopsOf<double> float64;
};

} // namespace talweg
