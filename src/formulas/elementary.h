// Elementary functions, activations and choices.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(abs) = unary<numbers>([](auto x) { return abs(x); },
                                     [](auto g, auto x, auto) { return g * sign(x); });

TALWEG_FORMULA(exp) = unary<floats>([](auto x) { return exp(x); },
                                    [](auto g, auto, auto y) { return g * y; });

TALWEG_FORMULA(log) = unary<floats>([](auto x) { return log(x); },
                                    [](auto g, auto x, auto) { return g / x; });

TALWEG_FORMULA(sqrt) = unary<floats>([](auto x) { return sqrt(x); },
                                     [](auto g, auto, auto y) { return g / (2 * y); });

TALWEG_FORMULA(tanh) = unary<floats>([](auto x) { return tanh(x); },
                                     [](auto g, auto, auto y) { return g * (1 - y * y); });

TALWEG_FORMULA(sigmoid) = unary<floats>([](auto x) { return 1 / (1 + exp(-x)); },
                                        [](auto g, auto, auto y) { return g * (1 - y) * y; });

// The order of the arguments keeps -0 as PyTorch does, here and in clamp.
TALWEG_FORMULA(relu) = unary<numbers>([](auto x) { return maximum(0, x); },
                                      [](auto g, auto, auto y) { return where(y <= 0, 0, g); });

TALWEG_FORMULA(maximum) =
    binary<numbers>([](auto x, auto y) { return maximum(x, y); },
                    [](auto g, auto x, auto y, auto) { return where(x == y, g / 2, where(x < y, 0, g)); },
                    [](auto g, auto x, auto y, auto) { return where(x == y, g / 2, where(x > y, 0, g)); });

TALWEG_FORMULA(minimum) =
    binary<numbers>([](auto x, auto y) { return minimum(x, y); },
                    [](auto g, auto x, auto y, auto) { return where(x == y, g / 2, where(x > y, 0, g)); },
                    [](auto g, auto x, auto y, auto) { return where(x == y, g / 2, where(x < y, 0, g)); });

// Limits that are numbers.
TALWEG_FORMULA(clamp) = unary<numbers>([](auto x, auto low,
                                          auto high) { return minimum(high, maximum(low, x)); },
                                       [](auto g, auto x, auto, auto low, auto high) {
                                         return where((x >= low) & (x <= high), g, 0);
                                       });

TALWEG_FORMULA(clamp_min) = unary<numbers>([](auto x, auto low) { return maximum(low, x); },
                                           [](auto g, auto x, auto, auto low) {
                                             return where(x >= low, g, 0);
                                           });

TALWEG_FORMULA(clamp_max) = unary<numbers>([](auto x, auto high) { return minimum(high, x); },
                                           [](auto g, auto x, auto, auto high) {
                                             return where(x <= high, g, 0);
                                           });

// Limits that are tensors.
TALWEG_FORMULA(clamp_between) = ternary<numbers>(
    [](auto x, auto low, auto high) { return minimum(high, maximum(low, x)); },
    [](auto g, auto x, auto low, auto high, auto) { return where((x >= low) & (x <= high), g, 0); },
    [](auto g, auto x, auto low, auto high, auto) { return where((low < high) & (x < low), g, 0); },
    [](auto g, auto x, auto low, auto high, auto) { return where((x > high) | (high < low), g, 0); });

TALWEG_FORMULA(clamp_above) =
    binary<numbers>([](auto x, auto low) { return maximum(low, x); },
                    [](auto g, auto x, auto low, auto) { return where(x >= low, g, 0); },
                    [](auto g, auto x, auto low, auto) { return where(x < low, g, 0); });

TALWEG_FORMULA(clamp_below) =
    binary<numbers>([](auto x, auto high) { return minimum(high, x); },
                    [](auto g, auto x, auto high, auto) { return where(x <= high, g, 0); },
                    [](auto g, auto x, auto high, auto) { return where(x > high, g, 0); });

// Conditions come as numbers and never have a gradient.
TALWEG_FORMULA(where) = ternary<numbers>([](auto c, auto x, auto y) { return where(c != 0, x, y); },
                                         [](auto g, auto, auto, auto, auto) { return g; },
                                         [](auto g, auto c, auto, auto, auto) { return where(c != 0, g, 0); },
                                         [](auto g, auto c, auto, auto, auto) {
                                           return where(c != 0, 0, g);
                                         });

TALWEG_FORMULA(masked_fill) =
    ternary<numbers>([](auto x, auto mask, auto value) { return where(mask != 0, value, x); },
                     [](auto g, auto, auto mask, auto, auto) { return where(mask != 0, 0, g); },
                     [](auto g, auto, auto, auto, auto) { return g; },
                     [](auto g, auto, auto mask, auto, auto) { return where(mask != 0, g, 0); });

} // namespace TALWEG_FORMULAS
