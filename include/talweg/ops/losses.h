// Losses of torch.nn.functional. `reduction` is "mean", "sum" or "none".
#pragma once

#include <cstdint>
#include <string_view>

namespace talweg {

class Tensor;

/// (input - target)^2, reduced.
Tensor mse_loss(const Tensor& input, const Tensor& target, std::string_view reduction = "mean");
/// weight * (input - target)^2; "mean" divides by the sum of the weights. weight has the sizes of input.
Tensor mse_loss(const Tensor& input, const Tensor& target, std::string_view reduction, const Tensor& weight);
/// -weight[target] * input[target], reduced; input (N, C) or (C) or (N, C, d1, ...) holds log-probabilities,
/// target class indices. "mean" divides by the sum of the weights used. Targets equal to ignore_index count
/// as nothing.
Tensor nll_loss(const Tensor& input, const Tensor& target, std::string_view reduction = "mean");
Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t ignore_index = -100,
                std::string_view reduction = "mean");
/// nll_loss(log_softmax(input, 1), target), or -sum(target * log_softmax(input)) for targets that are
/// probabilities.
Tensor cross_entropy(const Tensor& input, const Tensor& target, std::string_view reduction = "mean");
Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                     int64_t ignore_index = -100, std::string_view reduction = "mean",
                     double label_smoothing = 0.0);

} // namespace talweg
