#include "kernels/scatter.h"

#include <type_traits>

#include "kernels/cast.h"

namespace talweg {

namespace {

// f(offsets, steps, n) for each run of the last dimension of these sizes, in row-major order.
template <size_t N, class F>
void each_run(std::span<const int64_t> sizes, const int64_t (&strides)[N][max_rank], F f) {
  int64_t offsets[N] = {}, steps[N] = {}, at[max_rank] = {};
  for (int64_t n : sizes)
    if (n == 0) return;
  const int rank = static_cast<int>(sizes.size());
  if (rank == 0) {
    f(offsets, steps, int64_t{1});
    return;
  }
  const int last = rank - 1;
  for (size_t k = 0; k < N; ++k) steps[k] = strides[k][last];
  for (;;) {
    f(offsets, steps, sizes[static_cast<size_t>(last)]);
    int d = last - 1;
    for (; d >= 0; --d) {
      for (size_t k = 0; k < N; ++k) offsets[k] += strides[k][d];
      if (++at[d] < sizes[static_cast<size_t>(d)]) break;
      for (size_t k = 0; k < N; ++k) offsets[k] -= at[d] * strides[k][d];
      at[d] = 0;
    }
    if (d < 0) return;
  }
}

template <class T>
T joined(Scatter how, T a, T b) {
  if constexpr (is_short_float<T>) {
    return T(joined<float>(how, static_cast<float>(a), static_cast<float>(b)));
  } else {
    switch (how) {
      case Scatter::set:
        return b;
      case Scatter::sum:
        if constexpr (std::is_same_v<T, bool>)
          return a || b;
        else if constexpr (std::is_integral_v<T>)
          return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
        else
          return a + b;
      case Scatter::prod:
        if constexpr (std::is_same_v<T, bool>)
          return a && b;
        else if constexpr (std::is_integral_v<T>)
          return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
        else
          return a * b;
      case Scatter::amax:
        return a != a || a > b ? a : b;
      case Scatter::amin:
        return a != a || a < b ? a : b;
    }
    return b;
  }
}

void run_scatter(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &self = buffers[0], &src = buffers[1], &index = buffers[2];
  const auto& plan = *static_cast<const ScatterPlan*>(attributes);
  int64_t strides[3][max_rank];
  for (int d = 0; d < index.rank; ++d) {
    strides[0][d] = d == plan.dim || self.rank == 0 ? 0 : self.strides[d];
    strides[1][d] = src.rank == 0 ? 0 : src.strides[d];
    strides[2][d] = index.strides[d];
  }
  const int64_t stride = self.rank == 0 ? 0 : self.strides[plan.dim];
  const auto* values = index.as<const int64_t>();
  with_type(self.dtype, [&]<class T>(T*) {
    auto* to = self.as<T>();
    const auto* from = src.as<const T>();
    each_run<3>(index.size_span(), strides, [&](const int64_t* x, const int64_t* s, int64_t n) {
      for (int64_t i = 0; i < n; ++i) {
        T& element = to[x[0] + i * s[0] + values[x[2] + i * s[2]] * stride];
        element = joined<T>(plan.how, element, from[x[1] + i * s[1]]);
      }
    });
  });
}

void run_triangle(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &out = buffers[0], &in = buffers[1];
  const auto& plan = *static_cast<const TrianglePlan*>(attributes);
  const size_t batch = out.rank - 2u;
  int64_t strides[2][max_rank];
  for (size_t d = 0; d < batch; ++d) {
    strides[0][d] = out.strides[d];
    strides[1][d] = in.strides[d];
  }
  const int64_t rows = out.sizes[batch], columns = out.sizes[batch + 1];
  auto on_type = [&]<class T>(T*) {
    each_run<2>(out.size_span().first(batch), strides, [&](const int64_t* x, const int64_t* s, int64_t n) {
      for (int64_t k = 0; k < n; ++k)
        for (int64_t i = 0; i < rows; ++i) {
          T* to = out.as<T>() + x[0] + k * s[0] + i * out.strides[batch];
          const T* from = in.as<const T>() + x[1] + k * s[1] + i * in.strides[batch];
          for (int64_t j = 0; j < columns; ++j) {
            bool kept = plan.upper ? j - i >= plan.diagonal : j - i <= plan.diagonal;
            to[j * out.strides[batch + 1]] = kept ? from[j * in.strides[batch + 1]] : T(0);
          }
        }
    });
  };
  switch (itemsize(out.dtype)) {
    case 1:
      return on_type(static_cast<uint8_t*>(nullptr));
    case 2:
      return on_type(static_cast<uint16_t*>(nullptr));
    case 4:
      return on_type(static_cast<uint32_t*>(nullptr));
    default:
      return on_type(static_cast<uint64_t*>(nullptr));
  }
}

} // namespace

const Kernel scatter_kernel{"scatter", run_scatter};
const Kernel triangle_kernel{"triangle", run_triangle};

} // namespace talweg
