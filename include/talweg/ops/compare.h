// Comparisons and logic: results are bool, without gradients.
#pragma once

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// Elementwise ==, !=, <, <=, >, >= after promotion; NaN compares as IEEE 754 says.
Tensor eq(const Tensor& self, const Tensor& other);
Tensor eq(const Tensor& self, Scalar other);
Tensor ne(const Tensor& self, const Tensor& other);
Tensor ne(const Tensor& self, Scalar other);
Tensor lt(const Tensor& self, const Tensor& other);
Tensor lt(const Tensor& self, Scalar other);
Tensor le(const Tensor& self, const Tensor& other);
Tensor le(const Tensor& self, Scalar other);
Tensor gt(const Tensor& self, const Tensor& other);
Tensor gt(const Tensor& self, Scalar other);
Tensor ge(const Tensor& self, const Tensor& other);
Tensor ge(const Tensor& self, Scalar other);

/// Logic on truth values: whatever isn't zero is true, NaN too.
Tensor logical_and(const Tensor& self, const Tensor& other);
Tensor logical_or(const Tensor& self, const Tensor& other);
Tensor logical_xor(const Tensor& self, const Tensor& other);
Tensor logical_not(const Tensor& self);

/// True if sizes are equal and all elements are (NaN isn't). Dtypes are promoted first.
bool equal(const Tensor& self, const Tensor& other);

}  // namespace talweg
