// Functions of angles, hyperbolic functions and their inverses.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(sin) = unary<floats | composed>([](auto x) { return sin(x); },
                                               [](auto g, auto x, auto) { return g * cos(x); });
TALWEG_FORMULA(cos) = unary<floats | composed>([](auto x) { return cos(x); },
                                               [](auto g, auto x, auto) { return g * -sin(x); });
TALWEG_FORMULA(tan) = unary<floats | composed>([](auto x) { return tan(x); },
                                               [](auto g, auto, auto y) { return g * (1 + y * y); });
TALWEG_FORMULA(asin) = unary<floats | composed>([](auto x) { return asin(x); },
                                                [](auto g, auto x, auto) { return g * rsqrt(1 - x * x); });
TALWEG_FORMULA(acos) = unary<floats | composed>([](auto x) { return acos(x); },
                                                [](auto g, auto x, auto) { return g * -rsqrt(1 - x * x); });
TALWEG_FORMULA(atan) = unary<floats | composed>([](auto x) { return atan(x); },
                                                [](auto g, auto x, auto) { return g / (x * x + 1); });
TALWEG_FORMULA(atan2) =
    binary<floats | composed>([](auto y, auto x) { return atan2(y, x); },
                              [](auto g, auto y, auto x, auto) { return g * (x / (x * x + y * y)); },
                              [](auto g, auto y, auto x, auto) { return g * (-y / (x * x + y * y)); });
TALWEG_FORMULA(sinh) = unary<floats | composed>([](auto x) { return sinh(x); },
                                                [](auto g, auto x, auto) { return g * cosh(x); });
TALWEG_FORMULA(cosh) = unary<floats | composed>([](auto x) { return cosh(x); },
                                                [](auto g, auto x, auto) { return g * sinh(x); });
TALWEG_FORMULA(asinh) = unary<floats | composed>([](auto x) { return asinh(x); },
                                                 [](auto g, auto x, auto) { return g * rsqrt(x * x + 1); });
TALWEG_FORMULA(acosh) = unary<floats | composed>([](auto x) { return acosh(x); },
                                                 [](auto g, auto x, auto) { return g * rsqrt(x * x - 1); });
TALWEG_FORMULA(atanh) = unary<floats | composed>([](auto x) { return atanh(x); },
                                                 [](auto g, auto x, auto) { return g / (1 - x * x); });
TALWEG_FORMULA(hypot) = binary<floats | composed>([](auto x, auto y) { return hypot(x, y); },
                                                  [](auto g, auto x, auto, auto z) { return g * (x / z); },
                                                  [](auto g, auto, auto y, auto z) { return g * (y / z); });

// One factor, in the element's own type.
TALWEG_FORMULA(scaled) = unary<floats>([](auto x, auto factor) { return x * factor; },
                                       [](auto g, auto, auto, auto factor) { return g * factor; });

TALWEG_FORMULA(sinc) = unary<floats | composed>(
    [](auto x) {
      auto p = x * 3.14159265358979323846;
      return where(x == 0, 1, sin(p) / p);
    },
    [](auto g, auto x, auto) {
      auto p = x * 3.14159265358979323846;
      auto square = x * p;
      return where(square == 0, 0 * x, g * ((p * cos(p) - sin(p)) / square));
    });

} // namespace TALWEG_FORMULAS
