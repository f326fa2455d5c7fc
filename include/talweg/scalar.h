// One number of any kind: what `2 * x`, `full` and `item` speak in.
#pragma once

#include <cstdint>
#include <type_traits>

#include "talweg/dtype.h"

namespace talweg {

/// A bool, an integer or a floating-point number, as Python's. It takes part in type promotion by its kind
/// alone: `int_tensor * 2.0` is floating point, `float32_tensor * 2.0` stays float32.
class Scalar {
 public:
  enum class Kind : uint8_t { boolean, integer, floating };

  constexpr Scalar() = default;
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>
  constexpr Scalar(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      kind_ = Kind::boolean;
      integer_ = value;
    } else if constexpr (std::is_integral_v<T>) {
      integer_ = static_cast<int64_t>(value);
    } else {
      kind_ = Kind::floating;
      floating_ = static_cast<double>(value);
    }
  }

  constexpr Kind kind() const { return kind_; }
  constexpr bool is_floating_point() const { return kind_ == Kind::floating; }
  constexpr bool is_boolean() const { return kind_ == Kind::boolean; }
  constexpr bool is_integral() const { return kind_ == Kind::integer; }

  /// The value as T, converted as C++ does.
  template <class T>
  constexpr T to() const {
    if constexpr (std::is_same_v<T, bool>)
      return kind_ == Kind::floating ? floating_ != 0 : integer_ != 0;
    else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
      return T(static_cast<float>(to<double>()));
    else
      return kind_ == Kind::floating ? static_cast<T>(floating_) : static_cast<T>(integer_);
  }
  /// The dtype a Python number of this kind has as a tensor: bool, int64, or the default dtype.
  Dtype dtype() const {
    return kind_ == Kind::floating ? get_default_dtype() : kind_ == Kind::boolean ? bool_ : int64;
  }

  friend constexpr Scalar operator-(Scalar s) {
    return s.is_floating_point() ? Scalar(-s.floating_)
                                 : Scalar(static_cast<int64_t>(0 - static_cast<uint64_t>(s.integer_)));
  }
  friend constexpr bool operator==(Scalar a, Scalar b) {
    if (a.is_floating_point() || b.is_floating_point()) return a.to<double>() == b.to<double>();
    return a.integer_ == b.integer_;
  }

 private:
  union {
    int64_t integer_ = 0;
    double floating_;
  };
  Kind kind_ = Kind::integer;
};

} // namespace talweg
