#include "kernels/norm.h"

#include <cmath>

namespace talweg {

namespace {

// 32 bytes of running sums, added in order, then what is left: fused, but for the first four of float32.
template <class T>
T row_norm(const T* in, int64_t n) {
  constexpr int64_t width = 32 / sizeof(T);
  T sums[width] = {};
  int64_t i = 0;
  for (; i + width <= n; i += width)
    for (int64_t k = 0; k < width; ++k) sums[k] += in[i + k] * in[i + k];
  T total = sums[0];
  for (int64_t k = 1; k < width; ++k) total += sums[k];
  if (sizeof(T) == 4 && n - i >= 4)
    for (int64_t end = i + 4; i < end; ++i) total += in[i] * in[i];
  for (; i < n; ++i) total = std::fma(in[i], in[i], total);
  return std::sqrt(total);
}

template <class T>
void rows(const Buffer& out, const Buffer& in, int64_t n) {
  for (int64_t i = 0; i * n < in.numel; ++i) out.as<T>()[i] = row_norm(in.as<T>() + i * n, n);
}

void run_row_norm(std::span<const Buffer> buffers, const void* attributes) {
  int64_t n = static_cast<const NormCall*>(attributes)->n;
  if (buffers[1].dtype == float32)
    rows<float>(buffers[0], buffers[1], n);
  else
    rows<double>(buffers[0], buffers[1], n);
}

} // namespace

const Kernel row_norm_kernel{"row_norm", &run_row_norm};

} // namespace talweg
