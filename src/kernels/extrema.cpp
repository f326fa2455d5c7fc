#include <limits>

#include "kernels/cast.h"
#include "kernels/extrema_loops.h"
#include "kernels/isa.h"
#include "kernels/reduce.h"
#include "kernels/reduce_plan.h"

namespace talweg {

#ifdef TALWEG_ONLY_BASE
namespace kernels::base {
extern const ExtremaLoops extrema_loops;
}
static const ExtremaLoops& extrema_loops() { return kernels::base::extrema_loops; }
#else
namespace kernels::base {
extern const ExtremaLoops extrema_loops;
}
namespace kernels::avx2 {
extern const ExtremaLoops extrema_loops;
}
namespace kernels::avx512 {
extern const ExtremaLoops extrema_loops;
}
static const ExtremaLoops& extrema_loops() {
  static constexpr const ExtremaLoops* loops[] = {
      &kernels::base::extrema_loops, &kernels::avx2::extrema_loops, &kernels::avx512::extrema_loops};
  return *loops[isa_index()];
}
#endif

namespace {

template <class T>
bool is_nan(T v) {
  if constexpr (std::is_integral_v<T>)
    return false;
  else
    return v != v;
}

// Rows that lie side by side, columns that do, or neither.
template <class T>
void extreme_floats(const Buffer& out, const Buffer& in, bool smallest, const ExtremaLoopsOf<T>& both) {
  const ExtremeOf<T>& loops = smallest ? both.smallest : both.largest;
  const T worst = smallest ? std::numeric_limits<T>::infinity() : -std::numeric_limits<T>::infinity();
  for (int64_t i = 0, n = kept_elements(out); i < n; ++i) out.as<T>()[i] = worst;
  constexpr int64_t most_columns = 2048; // results that stay in the nearest cache
  ReducePlan p(out, in);
  p.planes([&](int64_t out_offset, int64_t in_offset) {
    T* to = out.as<T>() + out_offset;
    const T* from = in.as<T>() + in_offset;
    if (p.out[0] == 0 && p.in[0] == 1) {
      for (int64_t j = 0; j < p.sizes[1]; ++j) {
        T found = loops.of(from + j * p.in[1], p.sizes[0]);
        loops.into(to + j * p.out[1], &found, 1);
      }
    } else if (p.out[0] == 0 && p.out[1] == 1 && p.in[1] == 1) {
      for (int64_t j = 0; j < p.sizes[1]; j += most_columns) {
        int64_t n = p.sizes[1] - j < most_columns ? p.sizes[1] - j : most_columns;
        for (int64_t i = 0; i < p.sizes[0]; ++i) loops.into(to + j, from + i * p.in[0] + j, n);
      }
    } else {
      for (int64_t j = 0; j < p.sizes[1]; ++j)
        for (int64_t i = 0; i < p.sizes[0]; ++i) {
          T& best = to[i * p.out[0] + j * p.out[1]];
          T v = from[i * p.in[0] + j * p.in[1]];
          if ((smallest ? v < best : v > best) || is_nan(v)) best = v;
        }
    }
  });
}

bool smallest_of(const void* attributes) { return static_cast<const ExtremeCall*>(attributes)->smallest; }

void run_extreme(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &out = buffers[0], &in = buffers[1];
  const bool smallest = smallest_of(attributes);
  if (in.numel == 0) return;
  if (in.dtype == float32) return extreme_floats(out, in, smallest, extrema_loops().float32);
  if (in.dtype == float64) return extreme_floats(out, in, smallest, extrema_loops().float64);
  with_type(in.dtype, [&]<class T>(T*) {
    struct Best {
      bool any = false;
      T value{};
    };
    reduce_each<T>(
        out, in, [] { return Best(); },
        [smallest](Best& best, T v) {
          if (!best.any || (smallest ? v < best.value : v > best.value) || is_nan(v)) best = {true, v};
        },
        [&](const Best& best, int64_t to) { out.as<T>()[to] = best.value; });
  });
}

void run_where_extreme(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &out = buffers[0], &in = buffers[1];
  const bool smallest = smallest_of(attributes);
  if (in.numel == 0) return;
  with_type(in.dtype, [&]<class T>(T*) {
    struct Best {
      int64_t seen = 0, at = 0;
      T value{};
    };
    T* values = buffers.size() > 2 ? buffers[2].as<T>() : nullptr;
    reduce_each<T>(
        out, in, [] { return Best(); },
        [smallest](Best& best, T v) {
          if (best.seen == 0 || (!(smallest ? v >= best.value : v <= best.value) && !is_nan(best.value)))
            best = {best.seen, best.seen, v};
          ++best.seen;
        },
        [&](const Best& best, int64_t to) {
          out.as<int64_t>()[to] = best.at;
          if (values) values[to] = best.value;
        });
  });
}

void run_truth(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &out = buffers[0], &in = buffers[1];
  const bool all = static_cast<const TruthCall*>(attributes)->all;
  if (in.numel == 0) {
    for (int64_t i = 0, n = kept_elements(out); i < n; ++i) out.as<uint8_t>()[i] = all;
    return;
  }
  with_type(in.dtype, [&]<class T>(T*) {
    reduce_each<T>(
        out, in, [all] { return all; },
        [all](bool& truth, T v) { truth = all ? truth & (v != T(0)) : truth | (v != T(0)); },
        [&](bool truth, int64_t to) { out.as<uint8_t>()[to] = truth; });
  });
}

} // namespace

const Kernel extreme_kernel{"extreme", &run_extreme};
const Kernel where_extreme_kernel{"where_extreme", &run_where_extreme};
const Kernel truth_kernel{"truth", &run_truth};

} // namespace talweg
