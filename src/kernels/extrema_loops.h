// What an instruction set knows of largest elements; NaN wins.
#pragma once

#include <cstdint>

namespace talweg {

template <class T>
struct ExtremaLoopsOf {
  /// The largest of `size` > 0 numbers.
  T (*largest)(const T* in, int64_t size);
  /// out[i] = the larger of out[i] and in[i].
  void (*largest_into)(T* out, const T* in, int64_t size);
};

struct ExtremaLoops {
  ExtremaLoopsOf<float> float32;
  ExtremaLoopsOf<double> float64;
};

} // namespace talweg
