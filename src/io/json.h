// JSON as the formats of files use it: strict (RFC 8259), with integers and floating-point numbers kept
// apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace talweg::json {

class Value;
using Array = std::vector<Value>;
/// In the order of the text.
using Object = std::vector<std::pair<std::string, Value>>;

/// One value. A number without dot and exponent is an integer, any other is floating.
class Value {
 public:
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> content = nullptr;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&content);
  }
  bool is_null() const { return as<std::nullptr_t>() != nullptr; }
  /// The member of that name; null if this is no object or has none.
  const Value* find(std::string_view key) const;
};

struct Limits {
  int depth = 128;
  bool duplicate_keys = false;
};

/// The value that the whole text is. Throws FormatError, with the position, for anything that isn't JSON:
/// also for invalid UTF-8, a key that repeats, nesting deeper than the limit, and numbers that int64 and
/// double don't hold.
Value parse(std::string_view text, const Limits& limits = {});

/// The text as a JSON string, quotes included.
std::string quote(std::string_view text);

} // namespace talweg::json
