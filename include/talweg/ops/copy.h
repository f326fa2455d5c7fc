// Copies, conversions and fills.
#pragma once

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// A copy with its own memory; strides are kept where they are dense.
Tensor clone(const Tensor& self);
/// self if it is row-major without gaps, else a copy that is.
Tensor contiguous(const Tensor& self);
/// self if it has that dtype, else a converted copy. `copy` copies in any case.
Tensor to(const Tensor& self, Dtype dtype, bool copy = false);
/// Writes src into self, broadcast and converted.
const Tensor& copy_(const Tensor& self, const Tensor& src);
/// Writes one value everywhere.
const Tensor& fill_(const Tensor& self, Scalar value);
const Tensor& fill_(const Tensor& self, const Tensor& value);
const Tensor& zero_(const Tensor& self);

} // namespace talweg
