// Functions that are computed number by number, once for all instruction sets: gamma, Bessel, divisors. Their
// derivatives run on tensors.
#pragma once

#include "formulas/formula.h"

namespace talweg::formulas {

#define TALWEG_SCALAR_FORMULA(name)                                                                \
  extern const Tiles name##_scalar;                                                                \
  inline constexpr const Tiles* name##_tiles[] = {&name##_scalar, &name##_scalar, &name##_scalar}; \
  inline constexpr Formula name##_formula = Named { #name, name##_tiles }

TALWEG_SCALAR_FORMULA(gcd) = binary<integers | composed>([](auto x, auto) { return x; });
TALWEG_SCALAR_FORMULA(lcm) = binary<integers | composed>([](auto x, auto) { return x; });
TALWEG_SCALAR_FORMULA(lgamma) = unary<floats | composed>([](auto x) { return x; },
                                                         [](auto g, auto x, auto) { return g * digamma(x); });
TALWEG_SCALAR_FORMULA(digamma) = unary<floats | composed>([](auto x) { return x; },
                                                          [](auto g, auto x, auto) {
                                                            return g * polygamma(1, x);
                                                          });
// The order is the number beside x.
TALWEG_SCALAR_FORMULA(polygamma) = unary<floats | composed>([](auto x, auto) { return x; },
                                                            [](auto g, auto x, auto, auto n) {
                                                              return g * polygamma(
                                                                             static_cast<int64_t>(n) + 1, x);
                                                            });
TALWEG_SCALAR_FORMULA(i0) = unary<floats | composed>([](auto x) { return x; },
                                                     [](auto g, auto x, auto) { return g * special_i1(x); });
TALWEG_SCALAR_FORMULA(i0e) = unary<floats | composed>([](auto x) { return x; },
                                                      [](auto g, auto x, auto y) {
                                                        return g * (special_i1e(x) - sign(x) * y);
                                                      });
TALWEG_SCALAR_FORMULA(i1) = unary<floats | composed>([](auto x) { return x; },
                                                     [](auto g, auto x, auto y) {
                                                       return g *
                                                              where(x == 0, 0 * x + 0.5,
                                                                    i0(x) - y / where(x == 0, 0 * x + 1, x));
                                                     });
TALWEG_SCALAR_FORMULA(i1e) = unary<floats | composed>(
    [](auto x) { return x; },
    [](auto g, auto x, auto y) {
      return g * where(x == 0, 0 * x + 0.5, special_i0e(x) - y * (sign(x) + 1 / where(x == 0, 0 * x + 1, x)));
    });
TALWEG_SCALAR_FORMULA(zeta) = binary<floats | composed>([](auto x, auto) { return x; });

} // namespace talweg::formulas
