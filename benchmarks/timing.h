// Times several sides of one row in turn, so that a machine whose speed drifts moves all of them.
#pragma once

#include <dlfcn.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "rows.h"

namespace timing {

using Clock = std::chrono::steady_clock;

inline double seconds(rows::Run run, int64_t n) {
  auto start = Clock::now();
  run(n);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A loop whose time is known: a repetition counts only if it ran at full speed before and after.
inline double calibration() {
  auto start = Clock::now();
  double x = 1;
  for (int i = 0; i < 3000; ++i) {
    x = x * 1.0000001;
    asm volatile("" : "+x"(x));
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Nanoseconds per call of each side: the median of the clean ones among 21 rounds in which all take a turn
/// of about a millisecond (short enough to fall between two interruptions). A null side gives 0.
inline std::vector<double> interleaved(const std::vector<rows::Run>& sides) {
  constexpr int rounds = 21;
  constexpr double turn = 1.2e-3;
  std::vector<int64_t> counts;
  for (rows::Run run : sides) {
    int64_t n = 1;
    if (run)
      for (double t = seconds(run, 1); (t = seconds(run, n)) < turn && n < (int64_t{1} << 30);)
        n = t < turn / 16 ? n * 8 : static_cast<int64_t>(static_cast<double>(n) * turn / t * 1.1) + 1;
    counts.push_back(n);
  }
  double best = 1e9;
  for (int i = 0; i < 50; ++i) best = std::min(best, calibration());
  std::vector<std::vector<double>> clean(sides.size()), all(sides.size());
  for (int r = 0; r < rounds; ++r)
    for (size_t s = 0; s < sides.size(); ++s) {
      if (!sides[s]) continue;
      double before = calibration();
      double t = seconds(sides[s], counts[s]) / static_cast<double>(counts[s]) * 1e9;
      bool quiet = std::max(before, calibration()) < best * 1.15;
      all[s].push_back(t);
      if (quiet) clean[s].push_back(t);
    }
  std::vector<double> medians;
  for (size_t s = 0; s < sides.size(); ++s) {
    auto& times = clean[s].size() >= 5 ? clean[s] : all[s];
    std::sort(times.begin(), times.end());
    medians.push_back(times.empty() ? 0 : times[times.size() / 2]);
  }
  return medians;
}

/// LibTorch's side, if libtorch_rows.so stands beside the program.
inline rows::Run libtorch_row(const char* program, const char* name) {
  using Find = rows::Run (*)(const char*);
  static Find find = [program] {
    std::string path(program);
    path = path.substr(0, path.rfind('/') + 1) + "libtorch_rows.so";
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    return library ? reinterpret_cast<Find>(dlsym(library, "libtorch_row")) : nullptr;
  }();
  return find ? find(name) : nullptr;
}

/// Prints `talweg.NAME<TAB>nanoseconds` for every row whose name contains `filter`, beside the limit and
/// LibTorch.
inline void report(const char* program, std::span<const rows::Row> table, const char* filter) {
  for (const rows::Row& row : table) {
    if (filter && !std::strstr(row.name, filter)) continue;
    rows::Run limit = limit_row(row.name), torch = libtorch_row(program, row.name);
    auto t = interleaved({row.run, limit, torch});
    std::printf("talweg.%s\t%.1f", row.name, t[0]);
    if (limit) std::printf("\tlimit %.1f\tx%.2f of the limit", t[1], t[0] / t[1]);
    if (torch) std::printf("\tlibtorch %.1f\t%.1fx faster", t[2], t[2] / t[0]);
    std::printf("\n");
    std::fflush(stdout);
  }
}

} // namespace timing
