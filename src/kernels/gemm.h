// Products of matrices, any strides, batches that repeat.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

/// c (m, n) = a (m, k) * b (k, n) [+ bias], strides in elements.
///
/// Every element is one chain over k in order, started at 0: `fused`, each step is one fused multiply-add,
/// else a rounded product and a rounded sum. The bias is added last. So neither strides nor instruction sets
/// change a bit.
struct Gemm {
  void* c;
  const void* a;
  const void* b;
  const void* bias; // null for none
  int64_t m, n, k;
  int64_t c_row, c_column;
  int64_t a_row, a_column;
  int64_t b_row, b_column;
  int64_t bias_row, bias_column;
  bool fused;
  void* scratch = nullptr; // gemm_scratch_bytes, or null where that is 0
};

/// Products with that many rows and columns bring parts of b together once for all rows.
constexpr int64_t gemm_part_of_k = 192;
constexpr int64_t gemm_part_of_rows = 96;
constexpr int64_t gemm_scratch_bytes(int64_t m, int64_t n, int64_t itemsize) {
  if (m <= gemm_part_of_rows || n < 64) return 0;
  return gemm_part_of_k * ((n + 31) / 32 * 32) * itemsize;
}

/// What PyTorch's library (MKL) does, up to k of some 200: its small and narrow products multiply and add
/// apart.
constexpr bool gemm_is_fused(int64_t m, int64_t n) { return m >= 4 && n >= 12; }

/// The loops of one instruction set.
struct GemmLoops {
  void (*float32)(const Gemm& g);
  void (*float64)(const Gemm& g);
};

/// Runs `g` on what its pointers point to.
void gemm(Dtype dtype, const Gemm& g);

/// buffers: c (..., m, n), a (..., m, k), b (..., k, n), and a bias with the sizes of c if there are four.
/// All have the same rank and dtype; leading dimensions of a and b have c's sizes, with strides of 0 where
/// they repeat.
extern const Kernel gemm_kernel;

} // namespace talweg
