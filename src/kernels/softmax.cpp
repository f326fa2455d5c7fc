#include "kernels/softmax.h"

#include "kernels/isa.h"
#include "kernels/softmax_loops.h"

namespace talweg {

namespace kernels {
#ifdef TALWEG_ONLY_BASE
namespace base {
extern const SoftmaxLoops softmax_loops;
}
static constexpr const SoftmaxLoops* softmax_loops[] = {&base::softmax_loops};
#else
namespace base {
extern const SoftmaxLoops softmax_loops;
}
namespace avx2 {
extern const SoftmaxLoops softmax_loops;
}
namespace avx512 {
extern const SoftmaxLoops softmax_loops;
}
static constexpr const SoftmaxLoops* softmax_loops[] = {&base::softmax_loops, &avx2::softmax_loops,
                                                        &avx512::softmax_loops};
#endif
} // namespace kernels

namespace {

template <class T>
void run_rows(const SoftmaxLoopsOf<T>& loops, std::span<const Buffer> buffers, const SoftmaxCall& call) {
  loops.value[call.logarithm](buffers[0].as<T>(), buffers[1].as<T>(), buffers[0].numel / call.size,
                              call.size);
}
template <class T>
void run_backward_rows(const SoftmaxLoopsOf<T>& loops, std::span<const Buffer> buffers,
                       const SoftmaxCall& call) {
  loops.backward[call.logarithm](buffers[0].as<T>(), buffers[1].as<T>(), buffers[2].as<T>(),
                                 buffers[0].numel / call.size, call.size);
}

void run_softmax(std::span<const Buffer> buffers, const void* attributes) {
  if (buffers[0].numel == 0) return;
  const auto& call = *static_cast<const SoftmaxCall*>(attributes);
  const SoftmaxLoops& loops = *kernels::softmax_loops[isa_index()];
  if (buffers[0].dtype == float32)
    run_rows(loops.float32, buffers, call);
  else
    run_rows(loops.float64, buffers, call);
}
void run_softmax_backward(std::span<const Buffer> buffers, const void* attributes) {
  if (buffers[0].numel == 0) return;
  const auto& call = *static_cast<const SoftmaxCall*>(attributes);
  const SoftmaxLoops& loops = *kernels::softmax_loops[isa_index()];
  if (buffers[0].dtype == float32)
    run_backward_rows(loops.float32, buffers, call);
  else
    run_backward_rows(loops.float64, buffers, call);
}

} // namespace

const Kernel softmax_kernel{"softmax", &run_softmax};
const Kernel softmax_backward_kernel{"softmax_backward", &run_softmax_backward};

} // namespace talweg
