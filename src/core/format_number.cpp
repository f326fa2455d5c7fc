#include "core/format_number.h"

#include <charconv>
#include <cmath>

namespace talweg {
namespace {

std::string non_finite(double value) {
  if (std::isnan(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

std::string format_exact(double value, std::chars_format format, int precision) {
  if (!std::isfinite(value)) return non_finite(value);
  char small[128];
  auto done = std::to_chars(small, small + sizeof small, value, format, precision);
  if (done.ec == std::errc()) return std::string(small, done.ptr);
  std::string large(size_t{400} + static_cast<size_t>(precision), '\0');
  done = std::to_chars(large.data(), large.data() + large.size(), value, format, precision);
  large.resize(static_cast<size_t>(done.ptr - large.data()));
  return large;
}

// Reads what to_chars writes in scientific notation, trailing zeros included.
Decimal parse_scientific(std::string_view text) {
  Decimal number;
  number.negative = text[0] == '-';
  if (number.negative) text.remove_prefix(1);
  size_t e = text.find('e');
  number.digits = text[0];
  if (e > 2) number.digits.append(text.substr(2, e - 2));
  std::string_view exponent = text.substr(e + (text[e + 1] == '+' ? 2 : 1));
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), number.exponent);
  return number;
}

template <class T>
Decimal shortest_of(T value) {
  char buffer[40];
  auto done = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  return parse_scientific(std::string_view(buffer, static_cast<size_t>(done.ptr - buffer)));
}

Decimal exact_digits(double value, int count) {
  return parse_scientific(format_exact(value, std::chars_format::scientific, count - 1));
}

std::string scientific(const Decimal& number) {
  std::string text(number.negative ? "-" : "");
  text += number.digits[0];
  if (number.digits.size() > 1) {
    text += '.';
    text.append(number.digits, 1);
  }
  return text + "e" + exponent_text(number.exponent);
}

template <class T>
bool parses_to(const std::string& text, double value) {
  T read{};
  auto done = std::from_chars(text.data(), text.data() + text.size(), read);
  return done.ec == std::errc() && static_cast<double>(read) == value;
}

bool reads_back(const Decimal& number, double value, Dtype dtype) {
  std::string text = scientific(number);
  if (dtype == float64) return parses_to<double>(text, value);
  if (dtype == float32) return parses_to<float>(text, value);
  // No decimal of few digits is so near to the middle of two halves that rounding twice could matter.
  double read = 0;
  std::from_chars(text.data(), text.data() + text.size(), read);
  return static_cast<double>(Half(static_cast<float>(read))) == value;
}

// The next decimal of as many digits, away from zero.
Decimal next_away(Decimal number) {
  for (size_t i = number.digits.size(); i-- > 0;) {
    if (number.digits[i] != '9') {
      number.digits[i]++;
      return number;
    }
    number.digits[i] = '0';
  }
  number.digits[0] = '1';
  number.exponent++;
  return number;
}

void trim_zeros(Decimal& number) {
  size_t last = number.digits.find_last_not_of('0');
  number.digits.resize(last == std::string::npos ? 1 : last + 1);
}

bool is_power_of_two(double value) {
  int exponent;
  return std::abs(std::frexp(value, &exponent)) == 0.5;
}

int fraction_digits(const Decimal& number) {
  int count = static_cast<int>(number.digits.size()) - 1 - number.exponent;
  return count > 0 ? count : 0;
}

// Shortest digits, positional with at least one digit behind the point in [1e-4, limit), else scientific.
std::string scalar_text(const Decimal& number, bool is_positional) {
  if (!is_positional) return scientific(number);
  std::string text = positional(number);
  if (text.back() == '.') text += '0';
  return text;
}

bool between(double value, double limit) {
  double magnitude = std::abs(value);
  return value == 0 || (magnitude >= 1e-4 && magnitude < limit);
}

} // namespace

std::string format_fixed(double value, int precision) {
  return format_exact(value, std::chars_format::fixed, precision);
}

std::string format_scientific(double value, int precision) {
  return format_exact(value, std::chars_format::scientific, precision);
}

std::string format_integer(int64_t value) {
  char buffer[24];
  auto done = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, done.ptr);
}

std::string format_repr(double value) {
  if (!std::isfinite(value)) return non_finite(value);
  Decimal number = shortest_of(value);
  return scalar_text(number, number.exponent >= -4 && number.exponent < 16);
}

std::string format_repr(float value) {
  if (!std::isfinite(value)) return non_finite(value);
  Decimal number = shortest_of(value);
  return scalar_text(number, number.exponent >= -4 && number.exponent < 16);
}

Decimal rounded_digits(double value, int count, Dtype dtype) {
  Decimal nearest = exact_digits(value, count);
  if (!is_power_of_two(value) || reads_back(nearest, value, dtype)) return nearest;
  Decimal away = next_away(nearest);
  return reads_back(away, value, dtype) ? away : nearest;
}

Decimal shortest_digits(double value, Dtype dtype) {
  if (dtype == float64) return shortest_of(value);
  if (dtype == float32) return shortest_of(static_cast<float>(value));
  constexpr int enough_for_float16 = 5;
  for (int count = 1; count < enough_for_float16; count++) {
    Decimal number = rounded_digits(value, count, dtype);
    if (reads_back(number, value, dtype)) return number;
  }
  return rounded_digits(value, enough_for_float16, dtype);
}

std::string positional(const Decimal& number) {
  std::string text(number.negative ? "-" : "");
  int count = static_cast<int>(number.digits.size());
  int whole = number.exponent + 1;
  if (whole <= 0) {
    text += "0.";
    text.append(static_cast<size_t>(-whole), '0');
    if (number.digits != "0") text += number.digits;
  } else if (whole >= count) {
    text += number.digits;
    text.append(static_cast<size_t>(whole - count), '0');
    text += '.';
  } else {
    text.append(number.digits, 0, static_cast<size_t>(whole));
    text += '.';
    text.append(number.digits, static_cast<size_t>(whole));
  }
  return text;
}

std::string exponent_text(int exponent, int digits) {
  std::string magnitude = format_integer(std::abs(exponent));
  std::string text(exponent < 0 ? "-" : "+");
  if (static_cast<int>(magnitude.size()) < digits) {
    text.append(static_cast<size_t>(digits) - magnitude.size(), '0');
  }
  return text + magnitude;
}

std::string numpy_positional(double value, Dtype dtype, int precision) {
  Decimal shortest = shortest_digits(value, dtype);
  if (fraction_digits(shortest) <= precision) return positional(shortest);
  std::string text = format_fixed(value, precision);
  if (precision == 0) return text + ".";
  text.resize(text.find_last_not_of('0') + 1);
  return text;
}

Decimal numpy_scientific_digits(double value, Dtype dtype, int precision) {
  Decimal shortest = shortest_digits(value, dtype);
  if (static_cast<int>(shortest.digits.size()) <= precision + 1) return shortest;
  Decimal rounded = exact_digits(value, precision + 1);
  trim_zeros(rounded);
  return rounded;
}

std::string numpy_float_str(double value, Dtype dtype) {
  if (!std::isfinite(value)) return non_finite(value);
  double limit = dtype == float64 ? 1e16 : dtype == float32 ? 1e6 : 1e3;
  return scalar_text(shortest_digits(value, dtype), between(value, limit));
}

} // namespace talweg
