// Signs, integer parts, remainders, and choices between two.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(sign) = unary<numbers | composed>([](auto x) { return sign(x); },
                                                 [](auto g, auto, auto) { return g * 0; });
TALWEG_FORMULA(signbit) = truth<numbers>([](auto x) { return signbit(x); });
TALWEG_FORMULA(copysign) = binary<floats | composed>([](auto x, auto y) { return copysign(x, y); },
                                                     [](auto g, auto x, auto, auto z) {
                                                       return where(x == 0, 0 * g, g * (z / x));
                                                     },
                                                     [](auto g, auto, auto, auto) { return g * 0; });
TALWEG_FORMULA(floor) = unary<numbers | composed>([](auto x) { return floor(x); },
                                                  [](auto g, auto, auto) { return g * 0; });
TALWEG_FORMULA(ceil) = unary<numbers | composed>([](auto x) { return ceil(x); },
                                                 [](auto g, auto, auto) { return g * 0; });
TALWEG_FORMULA(round) = unary<numbers | composed>([](auto x) { return round(x); },
                                                  [](auto g, auto, auto) { return g * 0; });
// To places behind the decimal point (places = 10^n), or before it (tens = 10^n, places = 0).
TALWEG_FORMULA(round_decimals) = unary<floats | composed>(
    [](auto x, auto places, auto tens) {
      return where(places == 0, round(x / tens) * tens, round(x * places) / places);
    },
    [](auto g, auto, auto, auto, auto) { return g * 0; });
TALWEG_FORMULA(trunc) = unary<numbers | composed>([](auto x) { return trunc(x); },
                                                  [](auto g, auto, auto) { return g * 0; });
TALWEG_FORMULA(frac) = unary<floats>([](auto x) { return x - trunc(x); },
                                     [](auto g, auto, auto) { return g; });
TALWEG_FORMULA(fmod) = binary<numbers | composed>([](auto x, auto y) { return fmod(x, y); },
                                                  [](auto g, auto, auto, auto) { return g; },
                                                  [](auto g, auto x, auto y, auto) {
                                                    return -g * div_trunc(x, y);
                                                  });
TALWEG_FORMULA(heaviside) = binary<numbers>([](auto x, auto y) {
  return where(x == 0, y, where(x > 0, 0 * y + 1, 0 * y));
});
TALWEG_FORMULA(fmax) = binary<numbers | composed>(
    [](auto x, auto y) { return where(isnan(x), y, where(isnan(y), x, maximum(x, y))); },
    [](auto g, auto x, auto y, auto) { return where((x >= y) | (y != y), g, 0); },
    [](auto g, auto x, auto y, auto) { return where((x >= y) | (y != y), 0, g); });
TALWEG_FORMULA(fmin) = binary<numbers | composed>(
    [](auto x, auto y) { return where(isnan(x), y, where(isnan(y), x, minimum(x, y))); },
    [](auto g, auto x, auto y, auto) { return where((x <= y) | (y != y), g, 0); },
    [](auto g, auto x, auto y, auto) { return where((x <= y) | (y != y), 0, g); });
TALWEG_FORMULA(nan_to_num) = unary<floats | composed>(
    [](auto x, auto nan, auto high, auto low) {
      return where(isnan(x), nan, where(isinf(x), where(x > 0, high, low), x));
    },
    [](auto g, auto x, auto, auto, auto, auto) { return where(x - x == 0, g, 0); });

TALWEG_FORMULA(lerp) = ternary<floats | composed>(
    [](auto x, auto y, auto w) { return where(abs(w) < 0.5, fma(w, y - x, x), fma(-(y - x), 1 - w, y)); },
    [](auto g, auto, auto, auto w, auto) { return g * (1 - w); },
    [](auto g, auto, auto, auto w, auto) { return g * w; },
    [](auto g, auto x, auto y, auto, auto) { return g * (y - x); });
TALWEG_FORMULA(addcmul) =
    ternary<numbers | composed>([](auto x, auto y, auto z, auto value) { return x + value * y * z; },
                                [](auto g, auto, auto, auto, auto, auto) { return g; },
                                [](auto g, auto, auto, auto z, auto, auto value) { return g * (z * value); },
                                [](auto g, auto, auto y, auto, auto, auto value) { return g * (y * value); });
TALWEG_FORMULA(addcdiv) = ternary<floats | composed>(
    [](auto x, auto y, auto z, auto value) { return x + value * y / z; },
    [](auto g, auto, auto, auto, auto, auto) { return g; },
    [](auto g, auto, auto, auto z, auto, auto value) { return g * (value / z); },
    [](auto g, auto, auto y, auto z, auto, auto value) { return -g * (value * y / (z * z)); });

} // namespace TALWEG_FORMULAS
