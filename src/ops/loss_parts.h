// What losses share: the names of reductions, and one node for a loss and its reduction.
#pragma once

#include <optional>
#include <string_view>

#include "kernels/losses.h"
#include "ops/pointwise.h"
#include "talweg/tensor.h"

namespace talweg {

/// Throws ValueError for another word than "none", "mean" or "sum".
LossReduction reduction_of(std::string_view text, std::string_view op);
/// What the old arguments size_average and reduce say instead.
std::string_view legacy_reduction(std::optional<bool> size_average, std::optional<bool> reduce,
                                  std::string_view reduction);
/// The mean, the sum or the losses themselves.
Tensor reduce_losses(const Tensor& losses, LossReduction r);
/// A pointwise loss of two or three tensors, and its reduction, in one node.
Tensor pointwise_loss(const Pointwise& op, std::span<const Tensor> inputs, const Params& params,
                      LossReduction r);

} // namespace talweg
