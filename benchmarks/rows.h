// What a benchmark measures: named rows, each a function that repeats its work n times; the same name on
// every side.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

namespace rows {

/// Repeats the row's work n times.
using Run = void (*)(int64_t n);

struct Row {
  const char* name;
  Run run;
};

/// Keeps a value alive, so that the work behind it isn't optimised away.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

inline Run find(std::span<const Row> rows, const char* name) {
  for (const Row& row : rows)
    if (std::strcmp(row.name, name) == 0) return row.run;
  return nullptr;
}

} // namespace rows

/// The limit: plain loops with hand-derived gradients. Null if there is none of that name.
rows::Run limit_row(const char* name);
