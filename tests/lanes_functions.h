#pragma once

// The functions of src/lanes as plain loops, one table per instruction set: what tests/lanes_ulp.cpp
// measures.

#include <cstddef>

namespace talweg_test {

template <class T>
using Loop = void (*)(T* out, const T* x, const T* y,
                      size_t n); // n: a multiple of 16; y: for two arguments only

struct LanesFunction {
  const char* name;
  bool binary;
  Loop<float> f32;
  Loop<double> f64;
};

struct LanesTable {
  const LanesFunction* functions;
  size_t count;
};

} // namespace talweg_test

extern "C" {
extern const talweg_test::LanesTable lanes_functions_base, lanes_functions_avx2, lanes_functions_avx512;
}
