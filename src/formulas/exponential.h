// Powers of two and e, logarithms, the error function and what is made of them.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(rsqrt) = unary<floats | composed>([](auto x) { return 1 / sqrt(x); },
                                                 [](auto g, auto, auto y) { return -0.5 * g * (y * y * y); });
TALWEG_FORMULA(exp2) = unary<floats | composed>([](auto x) { return exp2(x); },
                                                [](auto g, auto, auto y) {
                                                  return g * y * 0.693147180559945309417;
                                                });
TALWEG_FORMULA(expm1) = unary<floats | composed>([](auto x) { return expm1(x); },
                                                 [](auto g, auto, auto y) { return g * (y + 1); });
TALWEG_FORMULA(log2) = unary<floats | composed>([](auto x) { return log2(x); },
                                                [](auto g, auto x, auto) {
                                                  return g / (x * 0.693147180559945309417);
                                                });
TALWEG_FORMULA(log10) = unary<floats | composed>([](auto x) { return log10(x); },
                                                 [](auto g, auto x, auto) {
                                                   return g / (x * 2.30258509299404568402);
                                                 });
TALWEG_FORMULA(log1p) = unary<floats | composed>([](auto x) { return log1p(x); },
                                                 [](auto g, auto x, auto) { return g / (x + 1); });
TALWEG_FORMULA(erf) = unary<floats | composed>([](auto x) { return erf(x); },
                                               [](auto g, auto x, auto) {
                                                 return 1.12837916709551257390 * exp(-(x * x)) * g;
                                               });
TALWEG_FORMULA(erfc) = unary<floats | composed>([](auto x) { return erfc(x); },
                                                [](auto g, auto x, auto) {
                                                  return -1.12837916709551257390 * exp(-(x * x)) * g;
                                                });
TALWEG_FORMULA(erfinv) = unary<floats | composed>([](auto x) { return erfinv(x); },
                                                  [](auto g, auto, auto y) {
                                                    return 0.886226925452758013649 * exp(y * y) * g;
                                                  });
TALWEG_FORMULA(erfcx) = unary<floats | composed>([](auto x) { return erfcx(x); },
                                                 [](auto g, auto x, auto y) {
                                                   return (2 * x * y - 1.12837916709551257390) * g;
                                                 });
TALWEG_FORMULA(log_ndtr) = unary<floats | composed>([](auto x) { return log_ndtr(x); },
                                                    [](auto g, auto x, auto) {
                                                      return g / special_erfcx(x * -0.70710678118654752440) *
                                                             0.79788456080286535588;
                                                    });
TALWEG_FORMULA(ndtri) = unary<floats | composed>([](auto x) { return ndtri(x); },
                                                 [](auto g, auto, auto y) {
                                                   return g * 2.50662827463100050242 * exp(y * y * 0.5);
                                                 });
TALWEG_FORMULA(entr) = unary<floats | composed>(
    [](auto x) {
      auto below = where(x < 0, -__builtin_inf(), x);
      return where(x > 0, -x * log(x), where(x == 0, 0 * x, below));
    },
    [](auto g, auto x, auto) { return g * (-1 - log(x)); });

TALWEG_FORMULA(logit) = unary<floats | composed>([](auto x) { return log(x / (1 - x)); },
                                                 [](auto g, auto x, auto) { return g / (x * (1 - x)); });
TALWEG_FORMULA(logit_between) = unary<floats | composed>(
    [](auto x, auto low, auto high) {
      auto inside = where(x < low, low, where(x > high, high, x));
      return log(inside / (1 - inside));
    },
    [](auto g, auto x, auto, auto low, auto high) {
      return where((x >= low) & (x <= high), g / (x * (1 - x)), 0 * g);
    });

TALWEG_FORMULA(xlogy) = binary<floats | composed>(
    [](auto x, auto y) { return where(y != y, y, where(x == 0, 0 * x, x * log(y))); },
    [](auto g, auto x, auto y, auto) { return where((x == 0) & (y <= 0), 0 * g, g * log(y)); },
    [](auto g, auto x, auto y, auto) { return g * x / y; });
TALWEG_FORMULA(xlog1py) = binary<floats | composed>(
    [](auto x, auto y) { return where(y != y, y, where(x == 0, 0 * x, x * log1p(y))); },
    [](auto g, auto x, auto y, auto) { return where((x == 0) & (y <= -1), 0 * g, g * log1p(y)); },
    [](auto g, auto x, auto y, auto) { return g * x / (y + 1); });
TALWEG_FORMULA(logaddexp) = binary<floats | composed>(
    [](auto x, auto y) {
      return where(x == y, x + 0.693147180559945309417, maximum(x, y) + log1p(exp(-abs(x - y))));
    },
    [](auto g, auto x, auto y, auto) { return g / (1 + exp(y - x)); },
    [](auto g, auto x, auto y, auto) { return g / (1 + exp(x - y)); });
TALWEG_FORMULA(logaddexp2) = binary<floats | composed>(
    [](auto x, auto y) {
      return where(x == y, x + 1, maximum(x, y) + log1p(exp2(-abs(x - y))) * 1.44269504088896340736);
    },
    [](auto g, auto x, auto y, auto) { return g / (1 + exp2(y - x)); },
    [](auto g, auto x, auto y, auto) { return g / (1 + exp2(x - y)); });
TALWEG_FORMULA(ldexp) = binary<floats | composed>([](auto x, auto y) { return x * exp2(y); },
                                                  [](auto g, auto, auto y, auto) { return g * exp2(y); },
                                                  [](auto g, auto, auto, auto z) {
                                                    return g * z * 0.693147180559945309417;
                                                  });

} // namespace TALWEG_FORMULAS
