// Activations of torch.nn.functional. Numbers beside x are the limits and slopes of each.
#pragma once

#include "formulas/formula.h"

namespace TALWEG_FORMULAS {

TALWEG_FORMULA(gelu) = unary<floats>([](auto x) { return x * 0.5 * (1 + erf(x * 0.70710678118654752440)); },
                                     [](auto g, auto x, auto) {
                                       auto below = 0.5 * (1 + erf(x * 0.70710678118654752440));
                                       return g * (below + x * (exp(x * x * -0.5) * 0.39894228040143267794));
                                     });
TALWEG_FORMULA(gelu_tanh) = unary<floats>(
    [](auto x) {
      auto inner = 0.79788456080286535588 * (x + 0.044715 * (x * x * x));
      return 0.5 * x * (1 + tanh(inner));
    },
    [](auto g, auto x, auto) {
      auto square = x * x;
      auto t = tanh(0.79788456080286535588 * (x + 0.044715 * (square * x)));
      auto slope = 0.79788456080286535588 * (1 + 0.134145 * square);
      return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope);
    });
TALWEG_FORMULA(silu) = unary<floats>([](auto x) { return x / (1 + exp(-x)); },
                                     [](auto g, auto x, auto) {
                                       auto s = 1 / (1 + exp(-x));
                                       return g * (s * (1 + x * (1 - s)));
                                     });
TALWEG_FORMULA(elu) = unary<floats | composed>(
    [](auto x, auto below, auto above, auto inner) {
      return where(x > 0, x * above, expm1(x * inner) * below);
    },
    [](auto g, auto x, auto, auto below, auto above, auto inner) {
      return where(x > 0, g * above, g * (inner * below) * exp(where(x > 0, 0 * x, x) * inner));
    });
TALWEG_FORMULA(leaky_relu) = unary<floats>([](auto x, auto slope) { return where(x > 0, x, x * slope); },
                                           [](auto g, auto x, auto, auto slope) {
                                             return where(x > 0, g, g * slope);
                                           });
TALWEG_FORMULA(prelu) =
    binary<floats | composed>([](auto x, auto w) { return where(x > 0, x, w * x); },
                              [](auto g, auto x, auto w, auto) { return where(x > 0, g, w * g); },
                              [](auto g, auto x, auto, auto) { return where(x > 0, 0 * g, x * g); });
TALWEG_FORMULA(softplus) = unary<floats | composed>(
    [](auto x, auto beta, auto limit) { return where(x * beta > limit, x, log1p(exp(x * beta)) / beta); },
    [](auto g, auto x, auto, auto beta, auto limit) {
      return where(x * beta > limit, g, g * sigmoid(x * beta));
    });
// x tanh(log(1 + e^x)) with n = e^x (e^x + 2): n / (n + 2). From 20 on it is x.
TALWEG_FORMULA(mish) = unary<floats | composed>(
    [](auto x) {
      auto e = exp(minimum(x, 20));
      auto n = e * (e + 2);
      return x * (n / (n + 2));
    },
    [](auto g, auto x, auto) {
      auto s = sigmoid(x), t = tanh(where(x > 20, x, log1p(exp(minimum(x, 0 * x + 20)))));
      return g * (t + x * s * (1 - t * t));
    });
TALWEG_FORMULA(hardtanh) = unary<numbers>([](auto x, auto low,
                                             auto high) { return minimum(high, maximum(low, x)); },
                                          [](auto g, auto x, auto, auto low, auto high) {
                                            return where((x <= low) | (x >= high), 0, g);
                                          });
TALWEG_FORMULA(hardsigmoid) = unary<floats>([](auto x) { return minimum(6, maximum(0, x + 3)) / 6; },
                                            [](auto g, auto x, auto) {
                                              return where((x > -3) & (x < 3), g / 6, 0);
                                            });
TALWEG_FORMULA(hardswish) = unary<floats>([](auto x) { return x * minimum(6, maximum(0, x + 3)) / 6; },
                                          [](auto g, auto x, auto) {
                                            return where(x <= -3, 0, where(x < 3, g * (x / 3 + 0.5), g));
                                          });
TALWEG_FORMULA(logsigmoid) =
    unary<floats | composed>([](auto x) { return minimum(0, x) - log1p(exp(-abs(x))); },
                             [](auto g, auto x, auto) { return g * sigmoid(-x); });
TALWEG_FORMULA(softshrink) =
    unary<floats>([](auto x, auto l) { return where(x > l, x - l, where(x < -l, x + l, x * 0)); },
                  [](auto g, auto x, auto, auto l) { return where((x >= -l) & (x <= l), 0, g); });
TALWEG_FORMULA(hardshrink) = unary<floats>([](auto x, auto l) { return where((x >= -l) & (x <= l), 0, x); },
                                           [](auto g, auto x, auto, auto l) {
                                             return where((x >= -l) & (x <= l), 0, g);
                                           });
TALWEG_FORMULA(threshold) =
    unary<numbers>([](auto x, auto limit, auto value) { return where(x <= limit, value, x); },
                   [](auto g, auto x, auto, auto limit, auto) { return where(x <= limit, 0, g); });

} // namespace TALWEG_FORMULAS
