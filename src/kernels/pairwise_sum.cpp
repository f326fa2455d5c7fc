#include "kernels/pairwise_sum.h"

namespace talweg {

namespace {

template <class T>
T pairwise(const T* x, int64_t n) {
  if (n < 8) {
    T sum = n > 0 ? x[0] : T(0);
    for (int64_t i = 1; i < n; ++i) sum += x[i];
    return sum;
  }
  if (n <= 128) {
    T r[8];
    for (int k = 0; k < 8; ++k) r[k] = x[k];
    int64_t i = 8;
    for (; i + 8 <= n; i += 8)
      for (int k = 0; k < 8; ++k) r[k] += x[i + k];
    T sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; ++i) sum += x[i];
    return sum;
  }
  int64_t half = n / 2 - n / 2 % 8;
  return pairwise(x, half) + pairwise(x + half, n - half);
}

template <class T>
void sum_rows(const Buffer& out, const Buffer& in) {
  int64_t n = in.rank == 0 ? 1 : in.sizes[in.rank - 1];
  for (int64_t i = 0; i < out.numel; ++i) out.as<T>()[i] = pairwise(in.as<T>() + i * n, n);
}

template <class T>
void add_rows(const Buffer& out, const Buffer& in) {
  int64_t outer = in.sizes[0], n = in.sizes[1], inner = in.sizes[2];
  for (int64_t o = 0; o < outer; ++o) {
    T* sum = out.as<T>() + o * inner;
    for (int64_t j = 0; j < inner; ++j) sum[j] = T(0);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < inner; ++j)
        sum[j] = i == 0 ? in.as<T>()[o * n * inner + j] : sum[j] + in.as<T>()[(o * n + i) * inner + j];
  }
}

void run_pairwise(std::span<const Buffer> b, const void*) {
  b[0].dtype == float64 ? sum_rows<double>(b[0], b[1]) : sum_rows<float>(b[0], b[1]);
}
void run_rows(std::span<const Buffer> b, const void*) {
  b[0].dtype == float64 ? add_rows<double>(b[0], b[1]) : add_rows<float>(b[0], b[1]);
}

} // namespace

const Kernel pairwise_sum_kernel{"pairwise_sum", &run_pairwise};
const Kernel row_sum_kernel{"row_sum", &run_rows};

} // namespace talweg
