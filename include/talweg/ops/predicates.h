// What numbers are, and whether tensors are close: results are bool.
#pragma once

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// Whether an element is NaN.
Tensor isnan(const Tensor& self);
/// Whether an element is infinite.
Tensor isinf(const Tensor& self);
/// Whether an element is neither infinite nor NaN.
Tensor isfinite(const Tensor& self);
/// Whether an element is infinity.
Tensor isposinf(const Tensor& self);
/// Whether an element is -infinity.
Tensor isneginf(const Tensor& self);
/// True everywhere: numbers are real here.
Tensor isreal(const Tensor& self);
/// Whether |self - other| <= atol + rtol * |other|, element by element. One dtype.
Tensor isclose(const Tensor& self, const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
               bool equal_nan = false);
/// Whether all elements are close.
bool allclose(const Tensor& self, const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);

} // namespace talweg
