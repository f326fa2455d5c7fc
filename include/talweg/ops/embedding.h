// Rows of a table, picked by integers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "talweg/tensor.h"

namespace talweg {

/// weight[input]: (*) of integers and (rows, width) -> (*, width). The row padding_idx gets no gradient;
/// scale_grad_by_freq divides a row's gradient by how often it was picked; max_norm first shrinks, in place,
/// the rows that are picked and have a larger norm (of norm_type). Gradients are dense: `sparse` is accepted
/// and changes nothing.
Tensor embedding(const Tensor& input, const Tensor& weight, std::optional<int64_t> padding_idx = {},
                 std::optional<Scalar> max_norm = {}, double norm_type = 2.0, bool scale_grad_by_freq = false,
                 bool sparse = false);

} // namespace talweg
