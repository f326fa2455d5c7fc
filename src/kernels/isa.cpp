#include "kernels/isa.h"
#include "core/raise.h"

#include <cstdlib>
#include <string>

#include "talweg/errors.h"

namespace talweg {

namespace detail {
int8_t current_isa = -1;

int start_isa() {
  auto isa = static_cast<int8_t>(choose_isa());
  __atomic_store_n(&current_isa, isa, __ATOMIC_RELAXED);
  return isa;
}
} // namespace detail

std::string_view name(Isa isa) {
  constexpr std::string_view names[] = {"base", "avx2", "avx512"};
  return names[static_cast<int>(isa)];
}

bool is_supported([[maybe_unused]] Isa isa) {
#ifdef TALWEG_ONLY_BASE
  return isa == Isa::base;
#else
  switch (isa) {
    case Isa::base:
      return true;
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  }
  return false;
#endif
}

Isa choose_isa() {
  const char* forced = std::getenv("TALWEG_ISA");
  for (int i = isa_count - 1; i >= 0; --i) {
    auto isa = static_cast<Isa>(i);
    if (forced && *forced && name(isa) != forced) continue;
    if (is_supported(isa)) return isa;
    if (forced && *forced) raise<ValueError>({"TALWEG_ISA=", forced, ": this processor doesn't have it"});
  }
  raise<ValueError>({"TALWEG_ISA=", forced, " is unknown; accepted are base, avx2 and avx512"});
}

void set_isa(Isa isa) {
  if (!is_supported(isa)) raise<ValueError>({"the instruction set ", name(isa), " isn't supported here"});
  __atomic_store_n(&detail::current_isa, static_cast<int8_t>(isa), __ATOMIC_RELAXED);
}

} // namespace talweg
