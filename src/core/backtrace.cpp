#include "core/backtrace.h"

#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define TALWEG_HAS_BACKTRACE 1
#endif
#include <cxxabi.h>

#include <cstdlib>
#include <string_view>

namespace talweg {

#ifdef TALWEG_HAS_BACKTRACE

int collect_frames(std::span<void*> frames) {
  return backtrace(frames.data(), static_cast<int>(frames.size()));
}

namespace {

// "program(_ZN4main+0x1f) [0x40]" with the name between the brackets as it stands in the source.
std::string readable(std::string_view line) {
  const size_t open = line.find('('), plus = line.find('+', open == line.npos ? 0 : open);
  if (open == line.npos || plus == line.npos || plus == open + 1) return std::string(line);
  const std::string mangled(line.substr(open + 1, plus - open - 1));
  int status = 0;
  char* name = abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status);
  std::string out = status == 0 && name ? name : mangled;
  std::free(name);
  return out;
}

} // namespace

std::string text_of_frames(std::span<void* const> frames) {
  char** lines = backtrace_symbols(frames.data(), static_cast<int>(frames.size()));
  std::string out;
  if (!lines) return out;
  for (size_t i = 0; i < frames.size(); ++i) {
    std::string line = readable(lines[i]);
    if (line.find("talweg::") != line.npos && line.find("talweg::") < line.find('(')) continue;
    out += "\n    at " + line;
  }
  std::free(static_cast<void*>(lines));
  return out;
}

#else

int collect_frames(std::span<void*>) { return 0; }
std::string text_of_frames(std::span<void* const>) { return {}; }

#endif

} // namespace talweg
