// The handler of warnings, and the only place of the library that writes to stderr.
#include "talweg/warnings.h"

#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

namespace talweg {

namespace {

constinit WarningHandler current = nullptr;

void to_stderr(std::string_view category, std::string_view message) {
  static std::mutex mutex;
  static auto* said = new std::vector<std::string>;
  std::lock_guard lock(mutex);
  for (const auto& s : *said)
    if (s == message) return;
  said->emplace_back(message);
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(category.size()), category.data(),
               static_cast<int>(message.size()), message.data());
}

} // namespace

WarningHandler set_warning_handler(WarningHandler handler) {
  return __atomic_exchange_n(&current, handler, __ATOMIC_ACQ_REL);
}

void warn(std::string_view message, std::string_view category) {
  WarningHandler handler = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
  (handler ? handler : &to_stderr)(category, message);
}

} // namespace talweg
