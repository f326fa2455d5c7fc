#include "kernels/optim.h"

#include <cstring>

#include "kernels/isa.h"

namespace talweg {

namespace kernels {
#ifdef TALWEG_ONLY_BASE
namespace base {
extern const OptimLoops optim_loops;
}
#else
namespace base {
extern const OptimLoops optim_loops;
}
namespace avx2 {
extern const OptimLoops optim_loops;
}
namespace avx512 {
extern const OptimLoops optim_loops;
}
#endif
} // namespace kernels

namespace {

constexpr int64_t lane_bytes = 64;
constexpr size_t most_buffers = 5;

const OptimLoops& loops() {
#ifdef TALWEG_ONLY_BASE
  return kernels::base::optim_loops;
#else
  static constexpr const OptimLoops* all[] = {&kernels::base::optim_loops, &kernels::avx2::optim_loops,
                                              &kernels::avx512::optim_loops};
  return *all[isa_index()];
#endif
}

// Whole lanes as they lie; what remains goes through memory of our own.
template <class Step>
void run(void (*loop)(void* const*, int64_t, const Step&), std::span<const Buffer> buffers,
         const Step& step) {
  const int64_t bytes = buffers[0].numel * itemsize(buffers[0].dtype);
  bool padded = true;
  void* data[most_buffers] = {};
  for (size_t k = 0; k < buffers.size(); ++k) {
    data[k] = buffers[k].data;
    padded &= buffers[k].padded;
  }
  const int64_t lanes = padded ? (bytes + lane_bytes - 1) / lane_bytes : bytes / lane_bytes;
  if (lanes > 0) loop(data, lanes, step);
  const int64_t rest = bytes - lanes * lane_bytes;
  if (rest <= 0) return;
  alignas(64) unsigned char tail[most_buffers][lane_bytes] = {};
  for (size_t k = 0; k < buffers.size(); ++k) {
    data[k] = tail[k];
    std::memcpy(tail[k], buffers[k].as<char>() + lanes * lane_bytes, static_cast<size_t>(rest));
  }
  loop(data, 1, step);
  for (size_t k = 0; k < buffers.size(); ++k)
    if (k != 1) std::memcpy(buffers[k].as<char>() + lanes * lane_bytes, tail[k], static_cast<size_t>(rest));
}

void run_sgd(std::span<const Buffer> buffers, const void* attributes) {
  run(loops().sgd[buffers[0].dtype == float64], buffers, *static_cast<const SgdStep*>(attributes));
}
void run_adam(std::span<const Buffer> buffers, const void* attributes) {
  run(loops().adam[buffers[0].dtype == float64], buffers, *static_cast<const AdamStep*>(attributes));
}

} // namespace

const Kernel sgd_kernel{"sgd", &run_sgd};
const Kernel adam_kernel{"adam", &run_adam};

} // namespace talweg
