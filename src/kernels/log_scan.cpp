#include "kernels/isa.h"
#include "kernels/scan.h"

namespace talweg {

using LogScan = void (*)(double* out, const double* in, int64_t lines, int64_t n, int64_t inner,
                         bool reverse);
#ifdef TALWEG_ONLY_BASE
namespace kernels::base {
extern const LogScan log_scan;
}
static LogScan log_scan() { return kernels::base::log_scan; }
#else
namespace kernels::base {
extern const LogScan log_scan;
}
namespace kernels::avx2 {
extern const LogScan log_scan;
}
namespace kernels::avx512 {
extern const LogScan log_scan;
}
static LogScan log_scan() {
  static constexpr const LogScan* loops[] = {&kernels::base::log_scan, &kernels::avx2::log_scan,
                                             &kernels::avx512::log_scan};
  return *loops[isa_index()];
}
#endif

static void run_log_scan(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const ScanCall*>(attributes);
  if (buffers[1].numel == 0) return;
  log_scan()(buffers[0].as<double>(), buffers[1].as<double>(), buffers[1].numel / call.n, call.n, call.inner,
             call.reverse);
}

const Kernel logcumsumexp_kernel{"logcumsumexp", &run_log_scan};

} // namespace talweg
