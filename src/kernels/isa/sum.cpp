// Sums of float32 and float64 for one instruction set. Every instruction set adds in the same order: vectors
// of 32 bytes, four columns of them, four levels of partial sums.
#include "kernels/sum_loops.h"
#include "lanes/isa.h"

namespace talweg {
namespace {

template <class T>
struct Vector {
  typedef T type __attribute__((vector_size(32)));
};
template <class T>
using VectorOf = typename Vector<T>::type;
template <class T>
inline constexpr int64_t width = 32 / sizeof(T);

template <class V, class T>
TALWEG_INLINE V load(const T* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}

/// What is added: elements as they lie, or squared differences of two arrays.
template <class T>
struct Plain {
  using Element = T;
  const T* in;
  TALWEG_INLINE Plain operator+(int64_t n) const { return {in + n}; }
  template <class V>
  TALWEG_INLINE V get() const {
    return load<V>(in);
  }
};
template <class T>
struct SquaredDifferences {
  using Element = T;
  const T *x, *y;
  TALWEG_INLINE SquaredDifferences operator+(int64_t n) const { return {x + n, y + n}; }
  template <class V>
  TALWEG_INLINE V get() const {
    const V d = load<V>(x) - load<V>(y);
    return d * d;
  }
};

/// Four sums side by side. Members and no array: at -O2 an array would live in memory.
template <class V>
struct Four {
  V a = {}, b = {}, c = {}, d = {};

  TALWEG_INLINE Four& operator+=(const Four& o) {
    a += o.a;
    b += o.b;
    c += o.c;
    d += o.d;
    return *this;
  }
  template <class S>
  TALWEG_INLINE void add_row(S row, int64_t column) {
    a += row.template get<V>();
    b += (row + column).template get<V>();
    c += (row + 2 * column).template get<V>();
    d += (row + 3 * column).template get<V>();
  }
};

/// The upper levels of partial sums: each takes over from the one below it after `step` additions.
template <class V>
struct Levels {
  Four<V> level[4];
  int power;
  int64_t rows = 0;

  TALWEG_INLINE explicit Levels(int64_t size) {
    const int log2 = size <= 2 ? 1 : 64 - __builtin_clzll(static_cast<unsigned long long>(size - 1));
    power = log2 / 4 > 4 ? log2 / 4 : 4;
  }
  TALWEG_INLINE int64_t step() const { return int64_t{1} << power; }
  TALWEG_INLINE void carry(const Four<V>& part) {
    rows += step();
    level[1] += part;
    for (int j = 1; j < 3 && (rows & ((step() - 1) << (j * power))) == 0; ++j) {
      level[j + 1] += level[j];
      level[j] = {};
    }
  }
  TALWEG_INLINE Four<V> total(Four<V> part) const {
    part += level[1];
    part += level[2];
    part += level[3];
    return part;
  }
};

// Whole steps of the lowest level start from zero, so several may run side by side: as many as registers
// hold.
#if TALWEG_ISA_AVX512
inline constexpr int steps_at_once = 4;
#elif TALWEG_ISA_AVX2
inline constexpr int steps_at_once = 2;
#else
inline constexpr int steps_at_once = 1;
#endif

/// Sums of four columns over `size` rows.
template <class V, class S>
TALWEG_INLINE Four<V> sum_columns(S in, int64_t row, int64_t column, int64_t size) {
  Four<V> last;
  if (size < 16) {
    for (int64_t i = 0; i < size; ++i) last.add_row(in + i * row, column);
    return last;
  }
  Levels<V> levels(size);
  const int64_t step = levels.step();
  int64_t i = 0;
  if constexpr (steps_at_once == 4 && sizeof(V) == 32) {
    for (; i + 4 * step <= size; i += 4 * step) {
      Four<V> w, x, y, z;
      S from = in + i * row;
      const int64_t next = step * row;
      for (int64_t j = 0; j < step; ++j, from = from + row) {
        w.add_row(from, column);
        x.add_row(from + next, column);
        y.add_row(from + 2 * next, column);
        z.add_row(from + 3 * next, column);
      }
      levels.carry(w);
      levels.carry(x);
      levels.carry(y);
      levels.carry(z);
    }
  }
  if constexpr (steps_at_once >= 2 && sizeof(V) == 32) {
    for (; i + 2 * step <= size; i += 2 * step) {
      Four<V> w, x;
      S from = in + i * row;
      for (int64_t j = 0; j < step; ++j, from = from + row) {
        w.add_row(from, column);
        x.add_row(from + step * row, column);
      }
      levels.carry(w);
      levels.carry(x);
    }
  }
  for (; i + step <= size; i += step) {
    Four<V> w;
    for (int64_t j = 0; j < step; ++j) w.add_row(in + (i + j) * row, column);
    levels.carry(w);
  }
  for (; i < size; ++i) last.add_row(in + i * row, column);
  return levels.total(last);
}

/// Sum of `size` vectors (or numbers), taken four ways.
template <class V, class S>
TALWEG_INLINE V sum_row(S in, int64_t stride, int64_t size) {
  const int64_t rows = size / 4;
  Four<V> parts = sum_columns<V>(in, stride * 4, stride, rows);
  for (int64_t i = rows * 4; i < size; ++i) parts.a += (in + i * stride).template get<V>();
  parts.a += parts.b;
  parts.a += parts.c;
  parts.a += parts.d;
  return parts.a;
}

template <class S>
__attribute__((flatten)) auto sum_contiguous(S in, int64_t size) {
  using T = typename S::Element;
  using V = VectorOf<T>;
  const int64_t vectors = size / width<T>;
  const V partial = sum_row<V>(in, width<T>, vectors);
  if (size < width<T>) return sum_row<T>(in, 1, size);
  T sum = 0;
  for (int64_t i = vectors * width<T>; i < size; ++i) sum += (in + i).template get<T>();
  for (int i = 0; i < width<T>; ++i) sum += partial[i];
  return sum;
}

template <class T>
TALWEG_INLINE void add_to(T* out, int64_t stride, VectorOf<T> v) {
  if (stride == 1) {
    v += load<VectorOf<T>>(out);
    __builtin_memcpy(out, &v, sizeof v);
  } else {
    for (int i = 0; i < width<T>; ++i) out[i * stride] += v[i];
  }
}

// Columns that lie side by side.
template <class T>
__attribute__((flatten)) void sum_outer(T* out, int64_t out_stride, const T* in, int64_t stride, int64_t rows,
                                        int64_t columns) {
  using V = VectorOf<T>;
  constexpr int64_t n = width<T>;
  int64_t j = 0;
  for (; j + 4 * n <= columns; j += 4 * n) {
    const Four<V> sums = sum_columns<V>(Plain<T>{in + j}, stride, n, rows);
    add_to(out + j * out_stride, out_stride, sums.a);
    add_to(out + (j + n) * out_stride, out_stride, sums.b);
    add_to(out + (j + 2 * n) * out_stride, out_stride, sums.c);
    add_to(out + (j + 3 * n) * out_stride, out_stride, sums.d);
  }
  for (; j + n <= columns; j += n)
    add_to(out + j * out_stride, out_stride, sum_row<V>(Plain<T>{in + j}, stride, rows));
  for (; j < columns; ++j) out[j * out_stride] += sum_row<T>(Plain<T>{in + j}, stride, rows);
}

template <class T>
__attribute__((flatten)) void sum_scattered(T* out, int64_t out_stride, const T* in, int64_t stride0,
                                            int64_t stride1, int64_t size0, int64_t size1) {
  int64_t j = 0;
  if (stride0 >= stride1) {
    for (; j + 4 <= size1; j += 4) {
      const Four<T> sums = sum_columns<T>(Plain<T>{in + j * stride1}, stride0, stride1, size0);
      out[j * out_stride] += sums.a;
      out[(j + 1) * out_stride] += sums.b;
      out[(j + 2) * out_stride] += sums.c;
      out[(j + 3) * out_stride] += sums.d;
    }
  }
  for (; j < size1; ++j) out[j * out_stride] += sum_row<T>(Plain<T>{in + j * stride1}, stride0, size0);
}

template <class T>
void sum_plane(T* out, int64_t out_stride, const T* in, int64_t stride0, int64_t stride1, int64_t size0,
               int64_t size1) {
  if (stride0 == 1 && size0 >= width<T>) {
    for (int64_t j = 0; j < size1; ++j)
      out[j * out_stride] += sum_contiguous(Plain<T>{in + j * stride1}, size0);
  } else if (stride1 == 1 && size1 >= width<T>) {
    sum_outer(out, out_stride, in, stride0, size0, size1);
  } else {
    sum_scattered(out, out_stride, in, stride0, stride1, size0, size1);
  }
}

template <class T>
T sum_squared_differences(const T* x, const T* y, int64_t size) {
  return sum_contiguous(SquaredDifferences<T>{x, y}, size);
}

template <class T>
__attribute__((flatten)) void scaled_differences(T* out, const T* x, const T* y, T scale, T factor,
                                                 int64_t size) {
  using V = VectorOf<T>;
  int64_t i = 0;
  for (; i + width<T> <= size; i += width<T>) {
    const V v = scale * (load<V>(x + i) - load<V>(y + i)) * factor;
    __builtin_memcpy(out + i, &v, sizeof v);
  }
  for (; i < size; ++i) out[i] = scale * (x[i] - y[i]) * factor;
}

template <class T>
constexpr SumLoopsOf<T> loops() {
  return {&sum_plane<T>, &sum_squared_differences<T>, &scaled_differences<T>};
}

} // namespace
} // namespace talweg

namespace talweg::kernels::TALWEG_ISA {
extern const SumLoops sum_loops;
const SumLoops sum_loops{loops<float>(), loops<double>()};
} // namespace talweg::kernels::TALWEG_ISA
