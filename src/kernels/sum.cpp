#include "kernels/sum_loops.h"

#include <cstring>

#include "kernels/cast.h"
#include "kernels/isa.h"
#include "kernels/reduce.h"
#include "kernels/reduce_plan.h"

namespace talweg {

#ifdef TALWEG_ONLY_BASE
namespace kernels::base {
extern const SumLoops sum_loops;
}
const SumLoops& sum_loops() { return kernels::base::sum_loops; }
#else
namespace kernels::base {
extern const SumLoops sum_loops;
}
namespace kernels::avx2 {
extern const SumLoops sum_loops;
}
namespace kernels::avx512 {
extern const SumLoops sum_loops;
}
const SumLoops& sum_loops() {
  static constexpr const SumLoops* loops[] = {&kernels::base::sum_loops, &kernels::avx2::sum_loops,
                                              &kernels::avx512::sum_loops};
  return *loops[isa_index()];
}
#endif

namespace {

// A plane whose reduced dimension is the first.
struct Plane {
  int64_t out_stride, stride0, stride1, size0, size1;
  explicit Plane(const ReducePlan& p) {
    bool swapped = p.out[0] != 0 && p.out[1] == 0;
    int first = swapped ? 1 : 0, second = swapped ? 0 : 1;
    out_stride = p.out[second];
    stride0 = p.in[first];
    stride1 = p.in[second];
    size0 = p.sizes[first];
    size1 = p.sizes[second];
  }
};

template <class T>
void sum_floats(const Buffer& out, const Buffer& in, const SumLoopsOf<T>& loops) {
  ReducePlan plan(out, in);
  Plane p(plan);
  if (plan.out[0] != 0 && plan.out[1] != 0) {
    // Nothing is reduced in this plane: every element is a sum of one.
    plan.planes([&](int64_t to, int64_t from) {
      for (int64_t j = 0; j < plan.sizes[1]; ++j)
        loops.plane(out.as<T>() + to + j * plan.out[1], plan.out[0], in.as<T>() + from + j * plan.in[1], 0,
                    plan.in[0], 1, plan.sizes[0]);
    });
    return;
  }
  plan.planes([&](int64_t to, int64_t from) {
    loops.plane(out.as<T>() + to, p.out_stride, in.as<T>() + from, p.stride0, p.stride1, p.size0, p.size1);
  });
}

template <class T>
void sum_integers(const Buffer& out, const Buffer& in) {
  ReducePlan plan(out, in);
  plan.planes([&](int64_t to, int64_t from) {
    for (int64_t j = 0; j < plan.sizes[1]; ++j) {
      auto* target = out.as<uint64_t>() + to + j * plan.out[1];
      const T* source = in.as<T>() + from + j * plan.in[1];
      int64_t stride = plan.in[0];
      if (plan.out[0] == 0) {
        uint64_t sum = 0;
        if (stride == 1)
          for (int64_t i = 0; i < plan.sizes[0]; ++i) sum += static_cast<uint64_t>(source[i]);
        else
          for (int64_t i = 0; i < plan.sizes[0]; ++i) sum += static_cast<uint64_t>(source[i * stride]);
        *target += sum;
      } else {
        for (int64_t i = 0; i < plan.sizes[0]; ++i)
          target[i * plan.out[0]] += static_cast<uint64_t>(source[i * stride]);
      }
    }
  });
}

template <class T>
void divide(const Buffer& out, int64_t count, double divisor) {
  for (int64_t i = 0; i < count; ++i) out.as<T>()[i] /= static_cast<T>(divisor);
}

void run_sum(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const SumCall*>(attributes);
  const Buffer &out = buffers[0], &in = buffers[1];
  int64_t count = kept_elements(out);
  std::memset(out.data, 0, static_cast<size_t>(count * itemsize(out.dtype)));
  if (in.numel != 0) {
    const SumLoops& loops = sum_loops();
    if (in.dtype == float32)
      sum_floats<float>(out, in, loops.float32);
    else if (in.dtype == float64)
      sum_floats<double>(out, in, loops.float64);
    else
      with_type(in.dtype, [&]<class T>(T*) {
        if constexpr (std::is_integral_v<T>) sum_integers<T>(out, in);
      });
  }
  if (!call.divides) return;
  if (out.dtype == float32)
    divide<float>(out, count, call.divisor);
  else
    divide<double>(out, count, call.divisor);
}

} // namespace

float sum_few(const float* in, int64_t count) {
  float sum = 0;
  if (count < 8) {
    if (count < 4) {
      for (int64_t i = 0; i < count; ++i) sum += in[i];
      return sum;
    }
    sum += in[0];
    for (int64_t i = 4; i < count; ++i) sum += in[i];
    return ((sum + in[1]) + in[2]) + in[3];
  }
  if (count < 16) {
    for (int64_t i = 8; i < count; ++i) sum += in[i];
    for (int i = 0; i < 8; ++i) sum += in[i];
    return sum;
  }
  for (int i = 0; i < 8; ++i) sum += in[i] + in[i + 8];
  return sum;
}

const Kernel sum_kernel{"sum", &run_sum};

} // namespace talweg
