// Largest and smallest elements of float32 and float64 for one instruction set.
#include "kernels/extrema_loops.h"
#include "lanes/lane.h"

namespace talweg {
namespace {

template <bool smallest, class T>
TALWEG_INLINE T better(T a, T b) {
  return (smallest ? a < b : a > b) || a != a ? a : b;
}
template <bool smallest, class T>
TALWEG_INLINE Lane<T> better(Lane<T> a, Lane<T> b) {
  if constexpr (smallest)
    return minimum(a, b);
  else
    return maximum(a, b);
}

template <bool smallest, class T>
__attribute__((flatten)) T extreme(const T* in, int64_t size) {
  constexpr int64_t n = Lane<T>::count;
  int64_t i = 0;
  T result = in[0];
  if (size >= 4 * n) {
    Lane<T> a = Lane<T>::load(in), b = Lane<T>::load(in + n), c = Lane<T>::load(in + 2 * n),
            d = Lane<T>::load(in + 3 * n);
    for (i = 4 * n; i + 4 * n <= size; i += 4 * n) {
      a = better<smallest>(a, Lane<T>::load(in + i));
      b = better<smallest>(b, Lane<T>::load(in + i + n));
      c = better<smallest>(c, Lane<T>::load(in + i + 2 * n));
      d = better<smallest>(d, Lane<T>::load(in + i + 3 * n));
    }
    T elements[n];
    better<smallest>(better<smallest>(a, b), better<smallest>(c, d)).store(elements);
    result = elements[0];
    for (int64_t k = 1; k < n; ++k) result = better<smallest>(result, elements[k]);
  }
  for (; i < size; ++i) result = better<smallest>(result, in[i]);
  return result;
}

template <bool smallest, class T>
__attribute__((flatten)) void extreme_into(T* out, const T* in, int64_t size) {
  constexpr int64_t n = Lane<T>::count;
  int64_t i = 0;
  for (; i + n <= size; i += n)
    better<smallest>(Lane<T>::load(out + i), Lane<T>::load(in + i)).store(out + i);
  for (; i < size; ++i) out[i] = better<smallest>(out[i], in[i]);
}

} // namespace
} // namespace talweg

namespace talweg::kernels::TALWEG_ISA {
extern const ExtremaLoops extrema_loops;
const ExtremaLoops extrema_loops{{{&extreme<false, float>, &extreme_into<false, float>},
                                  {&extreme<true, float>, &extreme_into<true, float>}},
                                 {{&extreme<false, double>, &extreme_into<false, double>},
                                  {&extreme<true, double>, &extreme_into<true, double>}}};
} // namespace talweg::kernels::TALWEG_ISA
