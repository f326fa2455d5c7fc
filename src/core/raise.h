// Throwing an error whose text is made of parts. Out of line and cold, so that a check costs its caller a
// compare and a jump, not the code that joins strings.
#pragma once

#include <bit>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "talweg/dtype.h"
#include "talweg/errors.h"
#include "talweg/int_list.h"

namespace talweg {

/// A piece of an error's text: words, a number, sizes, a dtype. Borrowed until the error is thrown.
class Part {
 public:
  Part(const char* text) : kind_(Kind::text), data_(text), size_(std::char_traits<char>::length(text)) {}
  Part(std::string_view text) : kind_(Kind::text), data_(text.data()), size_(text.size()) {}
  Part(const std::string& text) : Part(std::string_view(text)) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char>) Part(T number)
      : kind_(std::is_signed_v<T> ? Kind::number : Kind::count), size_(static_cast<size_t>(number)) {}
  Part(double number) : kind_(Kind::floating), size_(std::bit_cast<size_t>(number)) {}
  // By reference: a list of one integer holds it itself.
  Part(const IntList& sizes) : kind_(Kind::sizes), data_(sizes.data()), size_(sizes.size()) {}
  Part(Dtype dtype) : Part(name(dtype)) {}
  void append_to(std::string& text) const;

 private:
  enum class Kind : unsigned char { text, number, count, floating, sizes };
  Kind kind_;
  const void* data_ = nullptr;
  size_t size_;
};

/// Throws E with the parts joined.
template <class E>
[[noreturn, gnu::cold]] void raise(std::initializer_list<Part> parts);

} // namespace talweg
