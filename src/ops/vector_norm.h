// The p-norm along one dimension, for what divides by it.
#pragma once

#include <string_view>

#include "talweg/tensor.h"

namespace talweg {

/// sum(|x|^p)^(1/p) along dim; the gradient where it is 0 is 0.
Tensor norm_along(const Tensor& x, double p, int64_t dim, bool keepdim, std::string_view op);

} // namespace talweg
