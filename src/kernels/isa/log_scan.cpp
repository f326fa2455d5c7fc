// Running log(sum(exp)) for one instruction set: as many lines at a time as a lane has places.
#include <cstdint>

#include "lanes/lane.h"
#include "lanes/math.h"

namespace talweg {
namespace {

using Doubles = Lane<double>;

// log(e^a + e^b). Equal infinities stay, NaN stays.
TALWEG_INLINE Doubles log_add(Doubles a, Doubles b) {
  Doubles low = minimum(a, b), high = maximum(a, b);
  Doubles sum = high + log1p(exp(low - high));
  Doubles same = low - high;
  return where((low == high) & (same != same), high, sum);
}

__attribute__((flatten)) void log_scan(double* out, const double* in, int64_t lines, int64_t n, int64_t inner,
                                       bool reverse) {
  constexpr int64_t width = Doubles::count;
  for (int64_t first = 0; first < lines; first += width) {
    int64_t count = lines - first < width ? lines - first : width;
    int64_t at[width];
    for (int64_t k = 0; k < width; ++k) {
      int64_t line = first + (k < count ? k : 0);
      at[k] = line / inner * n * inner + line % inner + (reverse ? (n - 1) * inner : 0);
    }
    double row[width];
    Doubles total{};
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t k = 0; k < width; ++k) row[k] = in[at[k]];
      total = i == 0 ? Doubles::load(row) : log_add(total, Doubles::load(row));
      total.store(row);
      for (int64_t k = 0; k < count; ++k) out[at[k]] = row[k];
      for (int64_t k = 0; k < width; ++k) at[k] += reverse ? -inner : inner;
    }
  }
}

} // namespace
} // namespace talweg

namespace talweg::kernels::TALWEG_ISA {
using LogScan = void (*)(double* out, const double* in, int64_t lines, int64_t n, int64_t inner,
                         bool reverse);
extern const LogScan log_scan;
const LogScan log_scan = &talweg::log_scan;
} // namespace talweg::kernels::TALWEG_ISA
