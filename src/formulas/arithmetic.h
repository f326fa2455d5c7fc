// Sums, products, quotients and powers.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(add) = binary<numbers>([](auto x, auto y) { return x + y; },
                                      [](auto g, auto, auto, auto) { return g; },
                                      [](auto g, auto, auto, auto) { return g; });

// One rounding, as PyTorch's vector kernels have it.
TALWEG_FORMULA(add_scaled) = binary<numbers>([](auto x, auto y, auto alpha) { return fma(alpha, y, x); },
                                             [](auto g, auto, auto, auto, auto) { return g; },
                                             [](auto g, auto, auto, auto, auto alpha) { return g * alpha; });

TALWEG_FORMULA(sub) = binary<numbers>([](auto x, auto y) { return x - y; },
                                      [](auto g, auto, auto, auto) { return g; },
                                      [](auto g, auto, auto, auto) { return -g; });

TALWEG_FORMULA(sub_scaled) = binary<numbers>([](auto x, auto y, auto alpha) { return fma(-alpha, y, x); },
                                             [](auto g, auto, auto, auto, auto) { return g; },
                                             [](auto g, auto, auto, auto, auto alpha) { return g * -alpha; });

TALWEG_FORMULA(mul) = binary<numbers>([](auto x, auto y) { return x * y; },
                                      [](auto g, auto, auto y, auto) { return g * y; },
                                      [](auto g, auto x, auto, auto) { return g * x; });

TALWEG_FORMULA(div) = binary<floats>([](auto x, auto y) { return x / y; },
                                     [](auto g, auto, auto y, auto) { return g / y; },
                                     [](auto g, auto x, auto y, auto) { return -g * ((x / y) / y); });

TALWEG_FORMULA(div_trunc) = binary<numbers>([](auto x, auto y) { return div_trunc(x, y); },
                                            [](auto g, auto, auto, auto) { return g * 0; },
                                            [](auto g, auto, auto, auto) { return g * 0; });

TALWEG_FORMULA(div_floor) = binary<numbers>([](auto x, auto y) { return div_floor(x, y); },
                                            [](auto g, auto, auto, auto) { return g * 0; },
                                            [](auto g, auto, auto, auto) { return g * 0; });

TALWEG_FORMULA(remainder) = binary<numbers>([](auto x, auto y) { return remainder(x, y); },
                                            [](auto g, auto, auto, auto) { return g; },
                                            [](auto g, auto x, auto y, auto) {
                                              return -g * div_floor(x, y);
                                            });

TALWEG_FORMULA(neg) = unary<numbers>([](auto x) { return -x; }, [](auto g, auto, auto) { return -g; });

TALWEG_FORMULA(square) = unary<numbers>([](auto x) { return x * x; },
                                        [](auto g, auto x, auto) { return g * (2 * x); });

TALWEG_FORMULA(cube) = unary<numbers>([](auto x) { return x * x * x; },
                                      [](auto g, auto x, auto) { return g * (3 * (x * x)); });

TALWEG_FORMULA(reciprocal) = unary<floats>([](auto x) { return 1 / x; },
                                           [](auto g, auto, auto y) { return -g * (y * y); });

// Square and multiply over the bits of the exponent; a negative one leaves only 1 and -1 apart from 0, as in
// PyTorch.
TALWEG_FORMULA(pow_integer) = binary<integers>([](auto x, auto y) {
  auto result = 0 * x + 1, base = x, rest = y;
  for (int bit = 0; bit < 63; ++bit) {
    result = where((rest & 1) == 1, result * base, result);
    base = base * base;
    rest = rest >> 1;
  }
  auto sign = where((y & 1) == 1, x, 0 * x + 1);
  auto inverse = where((x == 1) | (x == -1), sign, 0 * x);
  return where(y < 0, inverse, result);
});

// The exponent is one number.
TALWEG_FORMULA(pow_number) = unary<floats>([](auto x, auto p) { return pow(x, p); },
                                           [](auto g, auto x, auto, auto p) {
                                             return g * (p * pow(x, p - 1));
                                           });

TALWEG_FORMULA(pow_zero) = unary<floats>([](auto x, auto p) { return pow(x, p); },
                                         [](auto g, auto, auto, auto) { return g * 0; });

TALWEG_FORMULA(pow) = binary<floats>([](auto x, auto y) { return pow(x, y); },
                                     [](auto g, auto x, auto y, auto) {
                                       return where(y == 0, 0 * g, g * (y * pow(x, y - 1)));
                                     },
                                     [](auto g, auto x, auto y, auto z) {
                                       return where((x == 0) & (y >= 0), 0 * g, g * (z * log(x)));
                                     });

} // namespace TALWEG_FORMULAS
