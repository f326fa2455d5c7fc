// The losses of torch.nn.functional beside mse_loss, nll_loss and cross_entropy. `reduction` is "mean", "sum"
// or "none".
#pragma once

#include <cstdint>
#include <string_view>

#include "talweg/tensor.h"

namespace talweg {

/// |input - target|, reduced; with weight (sizes of input) "mean" divides by the sum of the weights.
Tensor l1_loss(const Tensor& input, const Tensor& target, std::string_view reduction = "mean",
               const Tensor& weight = {});
/// d^2 / (2 beta) where d = |input - target| < beta, else d - beta / 2.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, std::string_view reduction = "mean",
                      double beta = 1.0);
/// d^2 / 2 where d = |input - target| <= delta, else delta (d - delta / 2). delta > 0.
Tensor huber_loss(const Tensor& input, const Tensor& target, std::string_view reduction = "mean",
                  double delta = 1.0, const Tensor& weight = {});
/// -(target log(input) + (1 - target) log(1 - input)), logarithms not below -100; input holds probabilities,
/// else it throws ValueError. weight broadcasts.
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                            std::string_view reduction = "mean");
/// The same of sigmoid(input), without overflow; pos_weight (broadcast) counts the target's part as often.
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                                        std::string_view reduction = "mean", const Tensor& pos_weight = {});
/// target (log(target) - input): input holds log-probabilities, and so does target with log_target. Also
/// takes the reduction "batchmean": the sum divided by input.size(0).
Tensor kl_div(const Tensor& input, const Tensor& target, std::string_view reduction = "mean",
              bool log_target = false);
/// exp(input) - target input, or input - target log(input + eps) without log_input; `full` adds Stirling's
/// approximation of log(target!) where target > 1.
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input = true, bool full = false,
                        double eps = 1e-8, std::string_view reduction = "mean");
/// (log(var) + (input - target)^2 / var) / 2 with var not below eps; `full` adds log(2 pi) / 2. var has the
/// sizes of input, or 1 (or nothing) in the last dimension. Throws ValueError for negative variances.
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var, bool full = false,
                         double eps = 1e-6, std::string_view reduction = "mean");
/// input where target is 1, max(0, margin - input) where it is -1.
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target, double margin = 1.0,
                            std::string_view reduction = "mean");
/// 1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1: inputs (N, D), target (N),
/// or one of each.
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             double margin = 0, std::string_view reduction = "mean");
/// max(0, -target (input1 - input2) + margin), target 1 or -1. All of as many dimensions.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           double margin = 0, std::string_view reduction = "mean");
/// The sum over the other classes of max(0, margin - input[target] + input[j])^p, divided by their number;
/// input (N, C) or (C), target of int64; p is 1 or 2, weight one number per class.
Tensor multi_margin_loss(const Tensor& input, const Tensor& target, int64_t p = 1, double margin = 1.0,
                         const Tensor& weight = {}, std::string_view reduction = "mean");
/// The sum over target classes t and the other classes i of max(0, 1 - input[t] + input[i]), divided by the
/// number of classes; a row of target lists classes up to the first -1.
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target, std::string_view reduction = "mean");
/// The mean over classes of -(target log sigmoid(input) + (1 - target) log sigmoid(-input)).
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                                   std::string_view reduction = "mean");
/// log(1 + exp(-target input)), target 1 or -1.
Tensor soft_margin_loss(const Tensor& input, const Tensor& target, std::string_view reduction = "mean");
/// max(0, margin + |anchor - positive| - |anchor - negative|), distances as pairwise_distance has them;
/// `swap` takes |positive - negative| where that is less.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin = 1.0, double p = 2.0, double eps = 1e-6, bool swap = false,
                           std::string_view reduction = "mean");
/// The same with pairwise_distance's own p and eps, without a warning about them.
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         double margin = 1.0, bool swap = false,
                                         std::string_view reduction = "mean");

} // namespace talweg
