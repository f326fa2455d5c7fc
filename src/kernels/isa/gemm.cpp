// Products of matrices over lanes. One dimension of the result is spread over lanes, the other is taken some
// rows at a time; the chain over k of each element runs in a register from the first step to the last of its
// part of k.
#include "kernels/gemm.h"

#include "lanes/indices.h"
#include "lanes/lane.h"

namespace talweg {
namespace {

#if TALWEG_ISA_AVX512
constexpr int most_rows = 8;
constexpr int most_lanes = 2;
#elif TALWEG_ISA_AVX2
constexpr int most_rows = 6;
constexpr int most_lanes = 1;
#else
constexpr int most_rows = 4;
constexpr int most_lanes = 1;
#endif
constexpr int64_t part_of_k = gemm_part_of_k;
constexpr int64_t part_of_rows = gemm_part_of_rows;

template <bool fused, class T>
TALWEG_INLINE T step(T a, T b, T sum) {
  if constexpr (!fused)
    return a * b + sum;
  else if constexpr (std::is_same_v<T, float>)
    return __builtin_fmaf(a, b, sum);
  else if constexpr (std::is_same_v<T, double>)
    return __builtin_fma(a, b, sum);
  else
    return fma(a, b, sum);
}

// What a block of the result is made of: rows of `a`, a panel of `b` whose rows are whole lanes, and where it
// goes.
template <class T>
struct Block {
  const T* a;
  int64_t a_row, a_column;
  const T* b;
  int64_t b_row;
  int64_t k;
  T* c;
  int64_t c_row, c_column;
  int64_t columns;
  bool first; // the chain starts here; else it goes on from what c holds
  // Added at the end: whole lanes, the same for all rows, or one number for each row.
  const T* bias_lanes;
  const T* bias_numbers;
  int64_t bias_row;
};

template <class T>
TALWEG_INLINE Lane<T> load_some(const T* from, int64_t stride, int64_t n) {
  if (stride == 1 && n >= Lane<T>::count) return Lane<T>::load(from);
  T values[Lane<T>::count] = {};
  for (int64_t j = 0; j < n && j < Lane<T>::count; ++j) values[j] = from[j * stride];
  return Lane<T>::load(values);
}
template <class T>
TALWEG_INLINE void store_some(T* to, int64_t stride, int64_t n, Lane<T> value) {
  if (stride == 1 && n >= Lane<T>::count) return value.store(to);
  T values[Lane<T>::count];
  value.store(values);
  for (int64_t j = 0; j < n && j < Lane<T>::count; ++j) to[j * stride] = values[j];
}

template <class T, bool fused, int L, int... R>
TALWEG_INLINE void run_block(const Block<T>& block, Indices<R...>) {
  constexpr int rows = sizeof...(R);
  constexpr int width = Lane<T>::count;
  Lane<T> sum[rows], more[rows];
  if (block.first) {
    ((sum[R] = Lane<T>(T(0)), more[R] = Lane<T>(T(0))), ...);
  } else {
    ((sum[R] = load_some(block.c + R * block.c_row, block.c_column, block.columns)), ...);
    if constexpr (L == 2)
      ((more[R] = load_some(block.c + R * block.c_row + width * block.c_column, block.c_column,
                            block.columns - width)),
       ...);
  }
  const T* row[] = {(block.a + R * block.a_row)...};
  const T* b = block.b;
  const int64_t a_column = block.a_column, b_row = block.b_row;
  int64_t at = 0;
  for (int64_t p = 0; p < block.k; ++p) {
    const Lane<T> x = Lane<T>::load(b);
    if constexpr (L == 2) {
      const Lane<T> y = Lane<T>::load(b + width);
      ((sum[R] = step<fused>(Lane<T>(row[R][at]), x, sum[R]),
        more[R] = step<fused>(Lane<T>(row[R][at]), y, more[R])),
       ...);
    } else {
      ((sum[R] = step<fused>(Lane<T>(row[R][at]), x, sum[R])), ...);
    }
    at += a_column;
    b += b_row;
  }
  if (block.bias_lanes) {
    const Lane<T> x = Lane<T>::load(block.bias_lanes);
    ((sum[R] = sum[R] + x), ...);
    if constexpr (L == 2) {
      const Lane<T> y = Lane<T>::load(block.bias_lanes + width);
      ((more[R] = more[R] + y), ...);
    }
  } else if (block.bias_numbers) {
    ((sum[R] = sum[R] + Lane<T>(block.bias_numbers[R * block.bias_row]),
      more[R] = more[R] + Lane<T>(block.bias_numbers[R * block.bias_row])),
     ...);
  }
  (store_some(block.c + R * block.c_row, block.c_column, block.columns, sum[R]), ...);
  if constexpr (L == 2)
    (store_some(block.c + R * block.c_row + width * block.c_column, block.c_column, block.columns - width,
                more[R]),
     ...);
}

template <class T, bool fused, int R, int L>
__attribute__((flatten, noinline)) void block_of(const Block<T>& block) {
  run_block<T, fused, L>(block, indices_below<R>{});
}

// As many blocks of R rows as there are; what is left stays in `block` and `rows`.
template <class T, bool fused, int R, int L>
void blocks_of(Block<T>& block, int64_t& rows) {
  for (; rows >= R; rows -= R) {
    block_of<T, fused, R, L>(block);
    block.a += R * block.a_row;
    block.c += R * block.c_row;
    block.bias_numbers += R * block.bias_row;
  }
}

template <class T, bool fused, int L>
void rows_of(Block<T> block, int64_t rows) {
  blocks_of<T, fused, most_rows, L>(block, rows);
  if constexpr (most_rows > 4) blocks_of<T, fused, 4, L>(block, rows);
  blocks_of<T, fused, 2, L>(block, rows);
  blocks_of<T, fused, 1, L>(block, rows);
}

// Four floats of four rows become four of four columns: moving sixteen numbers one by one takes twice the
// time.
typedef float Four __attribute__((vector_size(16)));
TALWEG_INLINE void transpose_four(float* to, int64_t width, const float* from, int64_t step) {
  Four a, b, c, d;
  __builtin_memcpy(&a, from, 16);
  __builtin_memcpy(&b, from + step, 16);
  __builtin_memcpy(&c, from + 2 * step, 16);
  __builtin_memcpy(&d, from + 3 * step, 16);
  const Four low = __builtin_shufflevector(a, b, 0, 4, 1, 5),
             high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four low2 = __builtin_shufflevector(c, d, 0, 4, 1, 5),
             high2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const Four out[] = {
      __builtin_shufflevector(low, low2, 0, 1, 4, 5), __builtin_shufflevector(low, low2, 2, 3, 6, 7),
      __builtin_shufflevector(high, high2, 0, 1, 4, 5), __builtin_shufflevector(high, high2, 2, 3, 6, 7)};
  __builtin_memcpy(to, &out[0], 16);
  __builtin_memcpy(to + width, &out[1], 16);
  __builtin_memcpy(to + 2 * width, &out[2], 16);
  __builtin_memcpy(to + 3 * width, &out[3], 16);
}

// k rows of `columns` numbers, one after the other in rows of `width`, zeros behind the last column.
template <class T>
void pack(T* to, int64_t width, const T* from, int64_t row, int64_t column, int64_t k, int64_t columns) {
  if (column == 1) {
    for (int64_t p = 0; p < k; ++p) {
      int64_t j = 0;
      for (; j + Lane<T>::count <= columns; j += Lane<T>::count)
        Lane<T>::load(from + p * row + j).store(to + p * width + j);
      for (; j < columns; ++j) to[p * width + j] = from[p * row + j];
    }
  } else {
    int64_t j = 0;
    if constexpr (std::is_same_v<T, float>) {
      if (row == 1)
        for (; j + 4 <= columns; j += 4) {
          int64_t p = 0;
          for (; p + 4 <= k; p += 4) transpose_four(to + p * width + j, width, from + p + j * column, column);
          for (; p < k; ++p)
            for (int64_t i = j; i < j + 4; ++i) to[p * width + i] = from[p + i * column];
        }
    }
    for (; j < columns; ++j)
      for (int64_t p = 0; p < k; ++p) to[p * width + j] = from[p * row + j * column];
  }
  if (columns < width)
    for (int64_t p = 0; p < k; ++p)
      for (int64_t j = columns; j < width; ++j) to[p * width + j] = T(0);
}

template <class T>
struct alignas(64) Panel {
  T values[part_of_k * most_lanes * Lane<T>::count];
};
template <class T>
struct alignas(64) Rows {
  T values[part_of_k * part_of_rows];
};

template <class T, bool fused>
void by_lanes(const Gemm& g) {
  constexpr int64_t width = Lane<T>::count, panel_width = most_lanes * width;
  const auto* a = static_cast<const T*>(g.a);
  const auto* b = static_cast<const T*>(g.b);
  const auto* bias = static_cast<const T*>(g.bias);
  auto* c = static_cast<T*>(g.c);
  // Rows that several panels read, or that lie far apart, are brought together first.
  const bool pack_a = g.n > 2 * panel_width && g.m >= most_rows && g.k >= 16;
  const bool pack_b = g.b_column != 1 || (g.m > 2 * most_rows && g.k > 32);
  auto* all_panels = g.m > part_of_rows ? static_cast<T*>(g.scratch) : nullptr;
  Panel<T> panel;
  Rows<T> packed;
  T bias_lanes[panel_width];
  for (int64_t p = 0; p < g.k; p += part_of_k) {
    const int64_t k = g.k - p < part_of_k ? g.k - p : part_of_k;
    const bool last = p + k == g.k;
    const int64_t row_step = pack_a ? part_of_rows : g.m;
    for (int64_t i = 0; i < g.m; i += row_step) {
      const int64_t rows = g.m - i < row_step ? g.m - i : row_step;
      const T* a_part = a + i * g.a_row + p * g.a_column;
      int64_t a_row = g.a_row, a_column = g.a_column;
      if (pack_a) {
        pack(packed.values, rows, a_part, g.a_column, g.a_row, k, rows);
        a_part = packed.values;
        a_row = 1;
        a_column = rows;
      }
      for (int64_t j = 0; j < g.n; j += panel_width) {
        const int64_t columns = g.n - j < panel_width ? g.n - j : panel_width;
        const int64_t lanes = columns > width ? 2 : 1;
        Block<T> block{a_part,
                       a_row,
                       a_column,
                       b + p * g.b_row + j * g.b_column,
                       g.b_row,
                       k,
                       c + i * g.c_row + j * g.c_column,
                       g.c_row,
                       g.c_column,
                       columns,
                       p == 0,
                       nullptr,
                       nullptr,
                       0};
        if (pack_b || columns != lanes * width) {
          T* to = all_panels ? all_panels + j * part_of_k : panel.values;
          if (!all_panels || i == 0) pack(to, lanes * width, block.b, g.b_row, g.b_column, k, columns);
          block.b = to;
          block.b_row = lanes * width;
        }
        if (bias && last) {
          if (g.bias_row == 0) {
            for (int64_t n = 0; n < panel_width; ++n)
              bias_lanes[n] = n < columns ? bias[(j + n) * g.bias_column] : T(0);
            block.bias_lanes = bias_lanes;
          } else if (g.bias_column == 0) {
            block.bias_numbers = bias + i * g.bias_row;
            block.bias_row = g.bias_row;
          }
        }
        if constexpr (most_lanes == 2) {
          if (lanes == 2) {
            rows_of<T, fused, 2>(block, rows);
            continue;
          }
        }
        rows_of<T, fused, 1>(block, rows);
      }
    }
  }
}

// Without lanes, for a handful of numbers.
template <class T, bool fused>
void one_by_one(const Gemm& g) {
  for (int64_t i = 0; i < g.m; ++i)
    for (int64_t j = 0; j < g.n; ++j) {
      const T* a = static_cast<const T*>(g.a) + i * g.a_row;
      const T* b = static_cast<const T*>(g.b) + j * g.b_column;
      T sum = 0;
      for (int64_t p = 0; p < g.k; ++p) sum = step<fused>(a[p * g.a_column], b[p * g.b_row], sum);
      static_cast<T*>(g.c)[i * g.c_row + j * g.c_column] = sum;
    }
}

template <class T>
void add_bias(const Gemm& g) {
  const auto* bias = static_cast<const T*>(g.bias);
  for (int64_t i = 0; i < g.m; ++i) {
    T* c = static_cast<T*>(g.c) + i * g.c_row;
    const T* row = bias + i * g.bias_row;
    if (g.c_column == 1 && g.bias_column == 1)
      for (int64_t j = 0; j < g.n; ++j) c[j] += row[j];
    else
      for (int64_t j = 0; j < g.n; ++j) c[j * g.c_column] += row[j * g.bias_column];
  }
}

// The result's transpose is the product of the transposes, in the same chains.
Gemm transposed(const Gemm& g) {
  return {g.c,        g.b,     g.a,        g.bias,  g.n,           g.m,        g.k,     g.c_column, g.c_row,
          g.b_column, g.b_row, g.a_column, g.a_row, g.bias_column, g.bias_row, g.fused, g.scratch};
}

template <class T>
void gemm(const Gemm& given) {
  constexpr int64_t width = Lane<T>::count;
  if (given.m * given.n * given.k <= 64) {
    if (given.fused)
      one_by_one<T, true>(given);
    else
      one_by_one<T, false>(given);
    if (given.bias) add_bias<T>(given);
  } else {
    const bool along_rows =
        given.m > given.n && (4 * given.n <= width || (given.n < width && given.a_row == 1));
    const Gemm g = along_rows ? transposed(given) : given;
    if (g.fused)
      by_lanes<T, true>(g);
    else
      by_lanes<T, false>(g);
    if (given.bias && ((given.bias_row != 0 && given.bias_column != 0) || given.k == 0)) add_bias<T>(given);
  }
}

} // namespace

namespace kernels::TALWEG_ISA {
extern const GemmLoops gemm_loops;
const GemmLoops gemm_loops{&gemm<float>, &gemm<double>};
} // namespace kernels::TALWEG_ISA

} // namespace talweg
