// Largest elements of float32 and float64 for one instruction set.
#include "kernels/extrema_loops.h"
#include "lanes/lane.h"

namespace talweg {
namespace {

template <class T>
TALWEG_INLINE T larger(T a, T b) {
  return a > b || a != a ? a : b;
}

template <class T>
__attribute__((flatten)) T largest(const T* in, int64_t size) {
  constexpr int64_t n = Lane<T>::count;
  int64_t i = 0;
  T result = in[0];
  if (size >= 4 * n) {
    Lane<T> a = Lane<T>::load(in), b = Lane<T>::load(in + n), c = Lane<T>::load(in + 2 * n),
            d = Lane<T>::load(in + 3 * n);
    for (i = 4 * n; i + 4 * n <= size; i += 4 * n) {
      a = maximum(a, Lane<T>::load(in + i));
      b = maximum(b, Lane<T>::load(in + i + n));
      c = maximum(c, Lane<T>::load(in + i + 2 * n));
      d = maximum(d, Lane<T>::load(in + i + 3 * n));
    }
    T elements[n];
    maximum(maximum(a, b), maximum(c, d)).store(elements);
    result = elements[0];
    for (int64_t k = 1; k < n; ++k) result = larger(result, elements[k]);
  }
  for (; i < size; ++i) result = larger(result, in[i]);
  return result;
}

template <class T>
__attribute__((flatten)) void largest_into(T* out, const T* in, int64_t size) {
  constexpr int64_t n = Lane<T>::count;
  int64_t i = 0;
  for (; i + n <= size; i += n) maximum(Lane<T>::load(out + i), Lane<T>::load(in + i)).store(out + i);
  for (; i < size; ++i) out[i] = larger(out[i], in[i]);
}

} // namespace
} // namespace talweg

namespace talweg::kernels::TALWEG_ISA {
extern const ExtremaLoops extrema_loops;
const ExtremaLoops extrema_loops{{&largest<float>, &largest_into<float>},
                                 {&largest<double>, &largest_into<double>}};
} // namespace talweg::kernels::TALWEG_ISA
