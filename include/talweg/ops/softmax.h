// Softmax and its logarithm.
#pragma once

#include <cstdint>
#include <optional>

#include "talweg/dtype.h"

namespace talweg {

class Tensor;

/// exp(self - max) / sum(exp(self - max)) along dim.
Tensor softmax(const Tensor& self, int64_t dim, std::optional<Dtype> dtype = {});
/// self - max - log(sum(exp(self - max))) along dim.
Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<Dtype> dtype = {});

} // namespace talweg
