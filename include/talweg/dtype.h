// Element types of tensors.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace talweg {

/// The type of a tensor's elements. Names are PyTorch's; `talweg::float32` and its like name the values.
enum class Dtype : uint8_t { bool_, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64 };

inline constexpr int dtype_count = 10;

inline constexpr Dtype bool_ = Dtype::bool_;
inline constexpr Dtype uint8 = Dtype::uint8;
inline constexpr Dtype int8 = Dtype::int8;
inline constexpr Dtype int16 = Dtype::int16;
inline constexpr Dtype int32 = Dtype::int32;
inline constexpr Dtype int64 = Dtype::int64;
inline constexpr Dtype float16 = Dtype::float16;
inline constexpr Dtype bfloat16 = Dtype::bfloat16;
inline constexpr Dtype float32 = Dtype::float32;
inline constexpr Dtype float64 = Dtype::float64;

/// Bytes of one element.
constexpr int64_t itemsize(Dtype dtype) {
  // Four bits each: 1, 1, 1, 2, 4, 8, 2, 2, 4, 8.
  return static_cast<int64_t>(0x84'2284'2111u >> (4 * static_cast<unsigned>(dtype)) & 15);
}
/// True for float16, bfloat16, float32 and float64: the types that can require gradients.
constexpr bool is_floating_point(Dtype dtype) { return dtype >= Dtype::float16; }
/// True for the integer types and for bool.
constexpr bool is_integral(Dtype dtype, bool include_bool = true) {
  return !is_floating_point(dtype) && (include_bool || dtype != Dtype::bool_);
}
/// "float32", "bool", ...: PyTorch's name without its `torch.`.
constexpr std::string_view name(Dtype dtype) {
  constexpr std::string_view names[dtype_count] = {"bool",  "uint8",   "int8",     "int16",   "int32",
                                                   "int64", "float16", "bfloat16", "float32", "float64"};
  return names[static_cast<int>(dtype)];
}

/// IEEE 754 binary16, stored. Arithmetic is done in float32: convert, compute, convert back (round to nearest
/// even).
struct Half {
  uint16_t bits = 0;
  constexpr Half() = default;
  constexpr explicit Half(float value) : bits(encode(value)) {}
  constexpr operator float() const { return decode(bits); }
  static constexpr Half from_bits(uint16_t b) {
    Half h;
    h.bits = b;
    return h;
  }

 private:
  static constexpr uint16_t encode(float value) {
    uint32_t u = std::bit_cast<uint32_t>(value);
    uint32_t sign = (u >> 16) & 0x8000u;
    u &= 0x7fffffffu;
    if (u > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u | ((u >> 13) & 0x3ffu));
    if (u >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);
    if (u < 0x38800000u) {
      // Subnormal halves are multiples of 2^-24: adding 0.5 leaves them, rounded to even, in the low bits.
      float shifted = std::bit_cast<float>(u) + 0.5f;
      return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000u));
    }
    uint32_t odd = (u >> 13) & 1u;
    return static_cast<uint16_t>(sign | ((u - 0x38000000u + 0xfffu + odd) >> 13));
  }
  static constexpr float decode(uint16_t h) {
    uint32_t sign = static_cast<uint32_t>(h & 0x8000u) << 16;
    uint32_t rest = h & 0x7fffu;
    if (rest >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | ((rest & 0x3ffu) << 13));
    if (rest >= 0x400u) return std::bit_cast<float>(sign | ((rest << 13) + 0x38000000u));
    float magnitude = static_cast<float>(rest) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(magnitude));
  }
};

/// bfloat16: the upper half of a float32, stored. Arithmetic is done in float32.
struct BFloat16 {
  uint16_t bits = 0;
  constexpr BFloat16() = default;
  constexpr explicit BFloat16(float value) : bits(encode(value)) {}
  constexpr operator float() const { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }
  static constexpr BFloat16 from_bits(uint16_t b) {
    BFloat16 h;
    h.bits = b;
    return h;
  }

 private:
  static constexpr uint16_t encode(float value) {
    uint32_t u = std::bit_cast<uint32_t>(value);
    if ((u & 0x7fffffffu) > 0x7f800000u) return 0x7fc0u;
    return static_cast<uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
  }
};

/// The Dtype of a C++ element type; a compile error for types that tensors don't hold. `long long` counts as
/// int64.
template <class T>
struct dtype_of_type;
template <>
struct dtype_of_type<bool> : std::integral_constant<Dtype, Dtype::bool_> {};
template <>
struct dtype_of_type<unsigned char> : std::integral_constant<Dtype, Dtype::uint8> {};
template <>
struct dtype_of_type<signed char> : std::integral_constant<Dtype, Dtype::int8> {};
template <>
struct dtype_of_type<short> : std::integral_constant<Dtype, Dtype::int16> {};
template <>
struct dtype_of_type<int> : std::integral_constant<Dtype, Dtype::int32> {};
template <>
struct dtype_of_type<long> : std::integral_constant<Dtype, Dtype::int64> {};
template <>
struct dtype_of_type<long long> : std::integral_constant<Dtype, Dtype::int64> {};
template <>
struct dtype_of_type<Half> : std::integral_constant<Dtype, Dtype::float16> {};
template <>
struct dtype_of_type<BFloat16> : std::integral_constant<Dtype, Dtype::bfloat16> {};
template <>
struct dtype_of_type<float> : std::integral_constant<Dtype, Dtype::float32> {};
template <>
struct dtype_of_type<double> : std::integral_constant<Dtype, Dtype::float64> {};
template <class T>
inline constexpr Dtype dtype_of = dtype_of_type<T>::value;

/// The dtype that an operation on both gives, by PyTorch's table.
Dtype promote_types(Dtype a, Dtype b);
/// What factories make where no dtype is named: float32 at the start.
Dtype get_default_dtype();
/// Sets what factories make. Throws TypeError for a dtype that isn't floating point. Global, for all threads.
void set_default_dtype(Dtype dtype);

} // namespace talweg
