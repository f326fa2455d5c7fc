// Comparisons and logic: the results are truth values.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(eq) = compare<numbers>([](auto x, auto y) { return x == y; });
TALWEG_FORMULA(ne) = compare<numbers>([](auto x, auto y) { return x != y; });
TALWEG_FORMULA(lt) = compare<numbers>([](auto x, auto y) { return x < y; });
TALWEG_FORMULA(le) = compare<numbers>([](auto x, auto y) { return x <= y; });
TALWEG_FORMULA(gt) = compare<numbers>([](auto x, auto y) { return x > y; });
TALWEG_FORMULA(ge) = compare<numbers>([](auto x, auto y) { return x >= y; });

// NaN differs from zero, so it is true.
TALWEG_FORMULA(logical_and) = compare<numbers>([](auto x, auto y) { return (x != 0) & (y != 0); });
TALWEG_FORMULA(logical_or) = compare<numbers>([](auto x, auto y) { return (x != 0) | (y != 0); });
TALWEG_FORMULA(logical_xor) = compare<numbers>([](auto x, auto y) { return (x != 0) ^ (y != 0); });
TALWEG_FORMULA(logical_not) = truth<numbers>([](auto x) { return x == 0; });

} // namespace TALWEG_FORMULAS
