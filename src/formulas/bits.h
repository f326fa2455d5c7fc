// The bits of integers.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(bitwise_and) = binary<integers>([](auto x, auto y) { return x & y; });
TALWEG_FORMULA(bitwise_or) = binary<integers>([](auto x, auto y) { return x | y; });
TALWEG_FORMULA(bitwise_xor) = binary<integers>([](auto x, auto y) { return x ^ y; });
TALWEG_FORMULA(bitwise_not) = unary<integers>([](auto x) { return ~x; });
// `width` is the number of bits of the elements' own dtype.
TALWEG_FORMULA(left_shift) = binary<integers>([](auto x, auto y, auto width) {
  return where((y < 0) | (y >= width), 0, shift_left(x, where((y < 0) | (y >= width), 0, y)));
});
TALWEG_FORMULA(right_shift) = binary<integers>([](auto x, auto y, auto width) {
  return shift_right(x, where((y < 0) | (y >= width), width - 1, y));
});

} // namespace TALWEG_FORMULAS
