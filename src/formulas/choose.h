// Comparisons whose results are the numbers 1 and 0: truth values inside a formula of the user.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(equal_number) = binary<numbers>([](auto x, auto y) { return where(x == y, 1, 0); });
TALWEG_FORMULA(less_number) = binary<numbers>([](auto x, auto y) { return where(x < y, 1, 0); });
TALWEG_FORMULA(less_equal_number) = binary<numbers>([](auto x, auto y) { return where(x <= y, 1, 0); });

} // namespace TALWEG_FORMULAS
