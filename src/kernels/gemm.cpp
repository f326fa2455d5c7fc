#include "kernels/gemm.h"

#include <memory>

#include "core/memory.h"
#include "kernels/cast.h"
#include "kernels/isa.h"

namespace talweg {

namespace kernels {
namespace base {
extern const GemmLoops gemm_loops;
}
#ifndef TALWEG_ONLY_BASE
namespace avx2 {
extern const GemmLoops gemm_loops;
}
namespace avx512 {
extern const GemmLoops gemm_loops;
}
#endif
} // namespace kernels

namespace {

const GemmLoops& loops() {
#ifdef TALWEG_ONLY_BASE
  return kernels::base::gemm_loops;
#else
  static constexpr const GemmLoops* by_isa[] = {&kernels::base::gemm_loops, &kernels::avx2::gemm_loops,
                                                &kernels::avx512::gemm_loops};
  return *by_isa[isa_index()];
#endif
}

template <class T>
void gemm_of_floats(void (*loop)(const Gemm&), const Gemm& g) {
  const int64_t bytes = gemm_scratch_bytes(g.m, g.n, sizeof(T));
  if (bytes == 0) return loop(g);
  Gemm with_scratch = g;
  with_scratch.scratch = allocate(static_cast<size_t>(bytes));
  loop(with_scratch);
  deallocate(with_scratch.scratch, static_cast<size_t>(bytes));
}

// Integers wrap: sums of products modulo 2^64 are right modulo every smaller power.
template <class T>
void gemm_of_integers(const Gemm& g) {
  for (int64_t i = 0; i < g.m; ++i)
    for (int64_t j = 0; j < g.n; ++j) {
      const T* a = static_cast<const T*>(g.a) + i * g.a_row;
      const T* b = static_cast<const T*>(g.b) + j * g.b_column;
      uint64_t sum =
          g.bias ? static_cast<uint64_t>(static_cast<const T*>(g.bias)[i * g.bias_row + j * g.bias_column])
                 : 0;
      for (int64_t p = 0; p < g.k; ++p)
        sum += static_cast<uint64_t>(a[p * g.a_column]) * static_cast<uint64_t>(b[p * g.b_row]);
      static_cast<T*>(g.c)[i * g.c_row + j * g.c_column] = static_cast<T>(sum);
    }
}

template <class T>
std::unique_ptr<float[]> widened(const void* from, int64_t rows, int64_t columns, int64_t row,
                                 int64_t column) {
  std::unique_ptr<float[]> out(new float[static_cast<size_t>(rows * columns)]);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      out[static_cast<size_t>(i * columns + j)] =
          cast<float>(static_cast<const T*>(from)[i * row + j * column]);
  return out;
}

// Computed in float, rounded once.
template <class T>
void gemm_of_short_floats(const Gemm& g) {
  auto a = widened<T>(g.a, g.m, g.k, g.a_row, g.a_column);
  auto b = widened<T>(g.b, g.k, g.n, g.b_row, g.b_column);
  auto bias = g.bias ? widened<T>(g.bias, g.m, g.n, g.bias_row, g.bias_column) : nullptr;
  std::unique_ptr<float[]> c(new float[static_cast<size_t>(g.m * g.n)]);
  gemm_of_floats<float>(loops().float32, {c.get(), a.get(), b.get(), bias.get(), g.m, g.n, g.k, g.n, 1, g.k,
                                          1, g.n, 1, g.n, 1, g.fused, nullptr});
  for (int64_t i = 0; i < g.m; ++i)
    for (int64_t j = 0; j < g.n; ++j)
      static_cast<T*>(g.c)[i * g.c_row + j * g.c_column] = cast<T>(c[static_cast<size_t>(i * g.n + j)]);
}

} // namespace

void gemm(Dtype dtype, const Gemm& g) {
  switch (dtype) {
    case Dtype::float32:
      return gemm_of_floats<float>(loops().float32, g);
    case Dtype::float64:
      return gemm_of_floats<double>(loops().float64, g);
    case Dtype::float16:
      return gemm_of_short_floats<Half>(g);
    case Dtype::bfloat16:
      return gemm_of_short_floats<BFloat16>(g);
    case Dtype::uint8:
      return gemm_of_integers<uint8_t>(g);
    case Dtype::int8:
      return gemm_of_integers<int8_t>(g);
    case Dtype::int16:
      return gemm_of_integers<int16_t>(g);
    case Dtype::int32:
      return gemm_of_integers<int32_t>(g);
    case Dtype::int64:
      return gemm_of_integers<int64_t>(g);
    case Dtype::bool_:
      break;
  }
}

namespace {

void run_gemm(std::span<const Buffer> buffers, const void*) {
  const Buffer &c = buffers[0], &a = buffers[1], &b = buffers[2];
  const Buffer* bias = buffers.size() > 3 ? &buffers[3] : nullptr;
  if (c.numel == 0) return;
  const int rank = c.rank, row = rank - 2, column = rank - 1;
  Gemm g{c.data,
         a.data,
         b.data,
         bias ? bias->data : nullptr,
         c.sizes[row],
         c.sizes[column],
         a.sizes[column],
         c.strides[row],
         c.strides[column],
         a.strides[row],
         a.strides[column],
         b.strides[row],
         b.strides[column],
         bias ? bias->strides[row] : 0,
         bias ? bias->strides[column] : 0,
         gemm_is_fused(c.sizes[row], c.sizes[column]),
         nullptr};
  if (rank == 2) return gemm(c.dtype, g);

  // The leading dimensions count like the digits of a clock.
  const int64_t size = itemsize(c.dtype);
  int64_t at[max_rank] = {};
  for (;;) {
    int64_t places[4] = {};
    for (int d = 0; d < row; ++d) {
      places[0] += at[d] * c.strides[d];
      places[1] += at[d] * a.strides[d];
      places[2] += at[d] * b.strides[d];
      if (bias) places[3] += at[d] * bias->strides[d];
    }
    g.c = c.as<char>() + places[0] * size;
    g.a = a.as<char>() + places[1] * size;
    g.b = b.as<char>() + places[2] * size;
    if (bias) g.bias = bias->as<char>() + places[3] * size;
    gemm(c.dtype, g);
    int d = row - 1;
    while (d >= 0 && ++at[d] == c.sizes[d]) at[d--] = 0;
    if (d < 0) return;
  }
}

} // namespace

const Kernel gemm_kernel{"gemm", &run_gemm};

} // namespace talweg
