// What an instruction set knows of largest and smallest elements; NaN wins.
#pragma once

#include <cstdint>

namespace talweg {

template <class T>
struct ExtremeOf {
  /// The largest (or smallest) of `size` > 0 numbers.
  T (*of)(const T* in, int64_t size);
  /// out[i] = the larger (smaller) of out[i] and in[i].
  void (*into)(T* out, const T* in, int64_t size);
};

template <class T>
struct ExtremaLoopsOf {
  ExtremeOf<T> largest, smallest;
};

struct ExtremaLoops {
  ExtremaLoopsOf<float> float32;
  ExtremaLoopsOf<double> float64;
};

} // namespace talweg
