// softmax, log_softmax and their derivatives for one instruction set. Sums are taken lane by lane, then by
// halves: the same order everywhere.
//
// PyTorch's results depend on the processor: rows shorter than its vector (8 or 16 floats) are added one by
// one, and softmax has an exponential that is good to 20 ulp. These agree with it to a few ulp; where
// log_softmax is nearly zero, the last bit of the sum is many ulp of the result, on either side.
#include "kernels/softmax_loops.h"
#include "lanes/lane.h"
#include "lanes/math.h"

namespace talweg {
namespace {

template <class T>
inline constexpr int64_t width = Lane<T>::count;

// A lane is folded in halves, quarters, eighths: the same tree whatever the width of registers.
template <class T>
struct Folded {
  typedef T Half __attribute__((vector_size(32)));
  typedef T Quarter __attribute__((vector_size(16)));
};
template <class T, class Join>
TALWEG_INLINE T fold(Lane<T> lane, Join join) {
  typename Folded<T>::Half half[2];
  __builtin_memcpy(half, &lane, sizeof half);
  half[0] = join(half[0], half[1]);
  typename Folded<T>::Quarter quarter[2];
  __builtin_memcpy(quarter, half, sizeof quarter);
  const auto q = join(quarter[0], quarter[1]);
  if constexpr (sizeof(T) == 4)
    return join(join(q[0], q[2]), join(q[1], q[3]));
  else
    return join(q[0], q[1]);
}
template <class T>
TALWEG_INLINE T sum_of(Lane<T> lane) {
  return fold(
      lane, [](auto a, auto b) __attribute__((always_inline)) { return a + b; });
}
template <class T>
TALWEG_INLINE T largest_of(Lane<T> lane) {
  return fold(
      lane, [](auto a, auto b) __attribute__((always_inline)) { return a > b ? a : b; });
}

// The last, incomplete lane of a row; `rest` fills what is missing.
template <class T>
TALWEG_INLINE Lane<T> load_tail(const T* from, int64_t count, T rest) {
  T e[width<T>];
  for (int64_t i = 0; i < width<T>; ++i) e[i] = rest;
  __builtin_memcpy(e, from, static_cast<unsigned long>(count) * sizeof(T));
  return Lane<T>::load(e);
}
template <class T>
TALWEG_INLINE void store_tail(T* to, int64_t count, Lane<T> lane) {
  T e[width<T>];
  lane.store(e);
  __builtin_memcpy(to, e, static_cast<unsigned long>(count) * sizeof(T));
}

// Rows shorter than a lane are read and written as whole lanes where that stays inside the tensor: what is
// written past a row's end is overwritten by the next row. This many rows allow it.
template <class T>
TALWEG_INLINE int64_t open_rows(int64_t rows, int64_t size) {
  const int64_t room = rows * size - width<T>;
  return size <= width<T> && room >= 0 ? room / size + 1 : 0;
}
template <class T>
TALWEG_INLINE Mask<T> first_elements(int64_t count) {
  T index[width<T>];
  for (int64_t i = 0; i < width<T>; ++i) index[i] = static_cast<T>(i);
  return Lane<T>::load(index) < Lane<T>(static_cast<T>(count));
}

template <class T>
TALWEG_INLINE T largest_in_row(const T* in, int64_t size) {
  const T lowest = -static_cast<T>(__builtin_inf());
  Lane<T> largest = lowest;
  int64_t i = 0;
  for (; i + width<T> <= size; i += width<T>) largest = greater(largest, Lane<T>::load(in + i));
  if (i < size) largest = greater(largest, load_tail(in + i, size - i, lowest));
  return largest_of(largest);
}

// The sum of exp(in - largest), whose terms may be kept.
template <bool keep, class T>
TALWEG_INLINE T sum_of_exps(T* out, const T* in, int64_t size, T largest) {
  Lane<T> sum = T(0);
  int64_t i = 0;
  for (; i + width<T> <= size; i += width<T>) {
    const Lane<T> e = exp(Lane<T>::load(in + i) - Lane<T>(largest));
    if constexpr (keep) e.store(out + i);
    sum += e;
  }
  if (i < size) {
    const Lane<T> e = exp(load_tail(in + i, size - i, -static_cast<T>(__builtin_inf())) - Lane<T>(largest));
    if constexpr (keep) store_tail(out + i, size - i, e);
    // exp(-inf - largest) is zero unless the whole row is -inf, which is NaN anyway.
    sum += e;
  }
  return sum_of(sum);
}

template <class T>
__attribute__((flatten)) void softmax_rows(T* out, const T* in, int64_t rows, int64_t size) {
  const T lowest = -static_cast<T>(__builtin_inf());
  const int64_t open = open_rows<T>(rows, size);
  const Mask<T> inside = first_elements<T>(size);
  for (int64_t r = 0; r < rows; ++r, in += size, out += size) {
    if (r < open) {
      const Lane<T> x = where(inside, Lane<T>::load(in), lowest);
      const Lane<T> e = exp(x - Lane<T>(largest_of(x)));
      (e / Lane<T>(sum_of(e))).store(out);
      continue;
    }
    if (size <= width<T>) {
      const Lane<T> x = load_tail(in, size, lowest);
      const Lane<T> e = exp(x - Lane<T>(largest_of(x)));
      store_tail(out, size, e / Lane<T>(sum_of(e)));
      continue;
    }
    const Lane<T> sum = sum_of_exps<true>(out, in, size, largest_in_row(in, size));
    int64_t i = 0;
    for (; i + width<T> <= size; i += width<T>) (Lane<T>::load(out + i) / sum).store(out + i);
    if (i < size) store_tail(out + i, size - i, load_tail(out + i, size - i, T(0)) / sum);
  }
}

// One logarithm serves as many rows as a lane has elements.
template <class T>
__attribute__((flatten)) void log_softmax_rows(T* out, const T* in, int64_t rows, int64_t size) {
  const T lowest = -static_cast<T>(__builtin_inf());
  const int64_t open = open_rows<T>(rows, size);
  const Mask<T> inside = first_elements<T>(size);
  for (int64_t r = 0; r < rows; r += width<T>) {
    const int64_t n = rows - r < width<T> ? rows - r : width<T>;
    T largest[width<T>], logs[width<T>];
    for (int64_t k = 0; k < width<T>; ++k) logs[k] = 1;
    for (int64_t k = 0; k < n; ++k) {
      const T* row = in + (r + k) * size;
      if (size <= width<T>) {
        const Lane<T> x =
            r + k < open ? where(inside, Lane<T>::load(row), lowest) : load_tail(row, size, lowest);
        largest[k] = largest_of(x);
        logs[k] = sum_of(exp(x - Lane<T>(largest[k])));
      } else {
        largest[k] = largest_in_row(row, size);
        logs[k] = sum_of_exps<false>(static_cast<T*>(nullptr), row, size, largest[k]);
      }
    }
    log(Lane<T>::load(logs)).store(logs);
    for (int64_t k = 0; k < n; ++k) {
      const T* row = in + (r + k) * size;
      T* to = out + (r + k) * size;
      const Lane<T> shift = largest[k], rest = logs[k];
      if (r + k < open) {
        (Lane<T>::load(row) - shift - rest).store(to);
        continue;
      }
      int64_t i = 0;
      for (; i + width<T> <= size; i += width<T>) (Lane<T>::load(row + i) - shift - rest).store(to + i);
      if (i < size) store_tail(to + i, size - i, load_tail(row + i, size - i, T(0)) - shift - rest);
    }
  }
}

// (grad - sum(grad result)) result, or grad - exp(result) sum(grad).
template <bool logarithm, class T>
__attribute__((flatten)) void backward_rows(T* out, const T* grad, const T* result, int64_t rows,
                                            int64_t size) {
  auto value = [](Lane<T> g, Lane<T> y, Lane<T> total) __attribute__((always_inline)) {
    if constexpr (logarithm)
      return g - exp(y) * total;
    else
      return (g - total) * y;
  };
  auto term = [](Lane<T> g, Lane<T> y) __attribute__((always_inline)) {
    if constexpr (logarithm)
      return g;
    else
      return g * y;
  };
  const int64_t open = open_rows<T>(rows, size);
  const Mask<T> inside = first_elements<T>(size);
  for (int64_t r = 0; r < rows; ++r, out += size, grad += size, result += size) {
    if (r < open) {
      const Lane<T> g = Lane<T>::load(grad), y = Lane<T>::load(result);
      value(g, y, Lane<T>(sum_of(where(inside, term(g, y), T(0))))).store(out);
      continue;
    }
    Lane<T> sum = T(0);
    int64_t i = 0;
    for (; i + width<T> <= size; i += width<T>)
      sum += term(Lane<T>::load(grad + i), Lane<T>::load(result + i));
    if (i < size) sum += term(load_tail(grad + i, size - i, T(0)), load_tail(result + i, size - i, T(0)));
    const Lane<T> total = sum_of(sum);
    i = 0;
    for (; i + width<T> <= size; i += width<T>)
      value(Lane<T>::load(grad + i), Lane<T>::load(result + i), total).store(out + i);
    if (i < size)
      store_tail(out + i, size - i,
                 value(load_tail(grad + i, size - i, T(0)), load_tail(result + i, size - i, T(0)), total));
  }
}

template <class T>
constexpr SoftmaxLoopsOf<T> loops() {
  return {{&softmax_rows<T>, &log_softmax_rows<T>}, {&backward_rows<false, T>, &backward_rows<true, T>}};
}

} // namespace
} // namespace talweg

namespace talweg::kernels::TALWEG_ISA {
extern const SoftmaxLoops softmax_loops;
const SoftmaxLoops softmax_loops{loops<float>(), loops<double>()};
} // namespace talweg::kernels::TALWEG_ISA
