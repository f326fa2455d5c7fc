// Which instruction set this process runs.
#pragma once

#include <cstdint>
#include <string_view>

namespace talweg {

enum class Isa : uint8_t { base, avx2, avx512 };
inline constexpr int isa_count = 3;

std::string_view name(Isa isa);
/// Whether processor and build can run it.
bool is_supported(Isa isa);
/// The best supported one, or what TALWEG_ISA names. Throws ValueError if that is unknown or not supported.
Isa choose_isa();
/// For tests: runs everything on `isa` from now on. Throws ValueError if it isn't supported.
void set_isa(Isa isa);

namespace detail {
extern int8_t current_isa; // -1 until the first question
int start_isa();
} // namespace detail

/// Index into tables by instruction set.
inline int isa_index() {
  int i = __atomic_load_n(&detail::current_isa, __ATOMIC_RELAXED);
  return i >= 0 ? i : detail::start_isa();
}

} // namespace talweg
