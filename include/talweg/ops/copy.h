// Copies, conversions and fills.
#pragma once

#include "talweg/dtype.h"
#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// A copy with its own memory; strides are kept where they are dense.
Tensor clone(const Tensor& self);
/// self if it is row-major without gaps, else a copy that is.
Tensor contiguous(const Tensor& self);
/// self if it has that dtype, else a converted copy. `copy` copies in any case.
Tensor to(const Tensor& self, Dtype dtype, bool copy = false);
/// The same with other's dtype.
Tensor to(const Tensor& self, const Tensor& other, bool copy = false);
/// Writes src into self, broadcast and converted.
const Tensor& copy_(const Tensor& self, const Tensor& src);
/// Writes one value everywhere.
const Tensor& fill_(const Tensor& self, Scalar value);
const Tensor& fill_(const Tensor& self, const Tensor& value);
const Tensor& zero_(const Tensor& self);
/// A copy of self's shape and dtype with one value everywhere.
Tensor fill(const Tensor& self, Scalar value);
Tensor fill(const Tensor& self, const Tensor& value);
/// The dtype in which two operands meet; tensors of no dimension yield to others of their kind.
Dtype result_type(const Tensor& tensor1, const Tensor& tensor2);
/// Whether values of one dtype may be written into another: not from floating to integers, not from numbers
/// to bool.
bool can_cast(Dtype from_, Dtype to);

} // namespace talweg
