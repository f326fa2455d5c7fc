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

} // namespace TALWEG_FORMULAS
