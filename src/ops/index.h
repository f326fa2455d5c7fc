// Positions of elements, for operations that pick or scatter them.
#pragma once

#include <string_view>
#include <vector>

#include "talweg/tensor.h"

namespace talweg {

/// Where a tensor is not zero: one int64 vector per dimension, in row-major order. Can't be recorded, since
/// the sizes depend on values.
std::vector<Tensor> nonzero_columns(const Tensor& mask, std::string_view op);

} // namespace talweg
