// Numbers as text, whatever the locale: C's %f and %e, Python's repr, and the digits that NumPy prints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "talweg/dtype.h"

namespace talweg {

/// `'%.{precision}f' % value`: the exact value, rounded half to even; nan, inf and -inf as in Python.
std::string format_fixed(double value, int precision);
/// `'%.{precision}e' % value`: the exact value, rounded half to even; the exponent has at least two digits.
std::string format_scientific(double value, int precision);
/// Decimal digits of an integer.
std::string format_integer(int64_t value);

/// Python's `repr(float)`: the fewest digits that read back as `value`; positional where 1e-4 <= |value| <
/// 1e16, then with at least one digit after the point: `0.1`, `1.0`, `1e+16`, `1e-05`, `nan`.
std::string format_repr(double value);
/// The same form with the fewest digits that read back as this float32: `0.1`, not `0.10000000149011612`.
std::string format_repr(float value);

/// A finite number in decimal: `d.ddd * 10^exponent`. The first digit is zero for zero alone, exponent 0.
struct Decimal {
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

/// The fewest digits that read back as `value` in `dtype` (float16, float32 or float64), of these the nearest
/// to it: what Dragon4 generates (Steele & White 1990, Burger & Dybvig 1996).
Decimal shortest_digits(double value, Dtype dtype);

/// `count` significant digits of the exact value, rounded half to even, trailing zeros kept. As in NumPy's
/// Dragon4, at a power of two, where the gap below is half the gap above, the neighbour that reads back as
/// `value` in `dtype` goes before a nearer one that doesn't.
Decimal rounded_digits(double value, int count, Dtype dtype);

/// `-12.5`, `3.`, `0.001`: all digits, a point always, no zeros after the last digit behind the point.
std::string positional(const Decimal& number);
/// The exponent as written behind "e": sign and at least `digits` digits.
std::string exponent_text(int exponent, int digits = 2);

/// NumPy's positional notation with at most `precision` digits behind the point: the shortest digits where
/// they fit, else the exact value rounded half to even; trailing zeros are trimmed, the point stays.
std::string numpy_positional(double value, Dtype dtype, int precision);
/// The digits of NumPy's exponential notation with at most `precision` behind the point, by the same rule.
Decimal numpy_scientific_digits(double value, Dtype dtype, int precision);
/// `str` of a NumPy float scalar: the shortest digits, positional where 1e-4 <= |value| < 1e16 (float64), 1e6
/// (float32), 1e3 (float16).
std::string numpy_float_str(double value, Dtype dtype);

} // namespace talweg
