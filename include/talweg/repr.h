// Values as Python's repr() writes them, for programs that print what a notebook prints.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "talweg/nn/module.h"
#include "talweg/tensor.h"

namespace talweg {

/// The fewest digits that read back as this number: `0.1`, `1.0`, `1e-05`, `nan`.
std::string repr(double value);
/// A float is widened first, as Python does with the item of a float32 tensor: `0.10000000149011612`.
inline std::string repr(float value) { return repr(static_cast<double>(value)); }
template <std::integral T>
std::string repr(T value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "True" : "False";
  else
    return std::to_string(value);
}
/// The text of a tensor; an undefined one (a gradient that isn't there) is Python's None.
std::string repr(const Tensor& t);
template <class T>
std::string repr(const std::vector<T>& list);

namespace detail {
template <class T>
std::string repr_list(const std::vector<T>& list) {
  std::string out;
  for (size_t i = 0; i < list.size(); ++i) {
    if (i) out += ", ";
    out += repr(list[i]);
  }
  return "[" + out + "]";
}
} // namespace detail

/// A list: `[0.64, 0.4096]`, `[Parameter containing: ...]`.
template <class T>
std::string repr(const std::vector<T>& list) {
  return detail::repr_list(list);
}

template <class Stream>
requires requires(Stream& s, const char* c) { s.write(c, 1); }
Stream& operator<<(Stream& stream, const std::vector<Tensor>& list) {
  std::string text = repr(list);
  stream.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
  return stream;
}

} // namespace talweg
