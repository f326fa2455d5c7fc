// Losses, element by element.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(squared_difference) =
    binary<floats>([](auto x, auto y) { return (x - y) * (x - y); },
                   [](auto g, auto x, auto y, auto) { return 2 * (x - y) * g; },
                   [](auto g, auto x, auto y, auto) { return 2 * (y - x) * g; });

// The derivative of a reduced squared difference: scale is 2, or 2 / count.
TALWEG_FORMULA(scaled_difference) =
    ternary<floats>([](auto x, auto y, auto g, auto scale) { return scale * (x - y) * g; },
                    [](auto h, auto, auto, auto g, auto, auto scale) { return h * (scale * g); },
                    [](auto h, auto, auto, auto g, auto, auto scale) { return -(h * (scale * g)); },
                    [](auto h, auto x, auto y, auto, auto, auto scale) { return h * (scale * (x - y)); });

TALWEG_FORMULA(smooth_l1) = binary<floats>(
    [](auto x, auto y, auto beta) {
      auto d = abs(x - y);
      return where(d < beta, d * d * 0.5 / beta, d - beta * 0.5);
    },
    [](auto g, auto x, auto y, auto, auto beta) {
      auto d = x - y;
      return g * where(abs(d) < beta, d / beta, sign(d));
    },
    [](auto g, auto x, auto y, auto, auto beta) {
      auto d = y - x;
      return g * where(abs(d) < beta, d / beta, sign(d));
    });

TALWEG_FORMULA(huber) = binary<floats>(
    [](auto x, auto y, auto delta) {
      auto d = abs(x - y);
      return where(d <= delta, d * d * 0.5, (d - delta * 0.5) * delta);
    },
    [](auto g, auto x, auto y, auto, auto delta) {
      auto d = x - y;
      return g * where(abs(d) <= delta, d, sign(d) * delta);
    },
    [](auto g, auto x, auto y, auto, auto delta) {
      auto d = y - x;
      return g * where(abs(d) <= delta, d, sign(d) * delta);
    });

// The logarithms have a floor and the denominator a smallest value, both PyTorch's.
TALWEG_FORMULA(binary_cross_entropy) = binary<floats>(
    [](auto x, auto t) { return (t - 1) * maximum(log1p(-x), -100) - t * maximum(log(x), -100); },
    [](auto g, auto x, auto t, auto) {
      auto spread = (1 - x) * x;
      return g * (x - t) / where(spread < 1e-12, 1e-12, spread);
    },
    [](auto g, auto x, auto, auto) { return g * (log(1 - x) - log(x)); });

TALWEG_FORMULA(logits_cross_entropy) =
    binary<floats>([](auto x, auto t) { return (1 - t) * x - (minimum(0, x) - log1p(exp(-abs(x)))); },
                   [](auto g, auto x, auto t, auto) { return g * (1 / (1 + exp(-x)) - t); },
                   [](auto g, auto x, auto, auto) { return -(g * x); });

TALWEG_FORMULA(weighted_logits_cross_entropy) = ternary<floats>(
    [](auto x, auto t, auto p) {
      return (1 - t) * x - ((p - 1) * t + 1) * (minimum(0, x) - log1p(exp(-abs(x))));
    },
    [](auto g, auto x, auto t, auto p, auto) { return g * ((1 - t) - ((p - 1) * t + 1) / (1 + exp(x))); },
    [](auto g, auto x, auto, auto p, auto) {
      return -(g * (x + (p - 1) * (where(x < 0, x, 0) - log(1 + exp(-abs(x))))));
    },
    [](auto g, auto x, auto t, auto, auto) {
      return -(g * (t * (where(x < 0, x, 0) - log(1 + exp(-abs(x))))));
    });

TALWEG_FORMULA(soft_margin) =
    binary<floats>([](auto x, auto y) { return log1p(exp(-x * y)); },
                   [](auto g, auto x, auto y, auto) { return -(g * (y / (1 + exp(x * y)))); },
                   [](auto g, auto x, auto y, auto) { return -(g * (x / (1 + exp(x * y)))); });

} // namespace TALWEG_FORMULAS
