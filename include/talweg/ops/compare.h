// Comparisons and logic: results are bool, without gradients; the forms in place write 0 and 1 in self's
// dtype.
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
/// The truth value into self, in its dtype. Under autograd self is then constant: gradients through it are
/// zero.
const Tensor& eq_(const Tensor& self, const Tensor& other);
const Tensor& eq_(const Tensor& self, Scalar other);
const Tensor& ne_(const Tensor& self, const Tensor& other);
const Tensor& ne_(const Tensor& self, Scalar other);
const Tensor& lt_(const Tensor& self, const Tensor& other);
const Tensor& lt_(const Tensor& self, Scalar other);
const Tensor& le_(const Tensor& self, const Tensor& other);
const Tensor& le_(const Tensor& self, Scalar other);
const Tensor& gt_(const Tensor& self, const Tensor& other);
const Tensor& gt_(const Tensor& self, Scalar other);
const Tensor& ge_(const Tensor& self, const Tensor& other);
const Tensor& ge_(const Tensor& self, Scalar other);

/// Logic on truth values: whatever isn't zero is true, NaN too.
Tensor logical_and(const Tensor& self, const Tensor& other);
Tensor logical_or(const Tensor& self, const Tensor& other);
Tensor logical_xor(const Tensor& self, const Tensor& other);
Tensor logical_not(const Tensor& self);
/// The same into self, in its dtype. As in PyTorch the history of self stays as it was.
const Tensor& logical_and_(const Tensor& self, const Tensor& other);
const Tensor& logical_or_(const Tensor& self, const Tensor& other);
const Tensor& logical_xor_(const Tensor& self, const Tensor& other);
const Tensor& logical_not_(const Tensor& self);

/// True if sizes are equal and all elements are (NaN isn't). Dtypes are promoted first.
bool equal(const Tensor& self, const Tensor& other);

} // namespace talweg
