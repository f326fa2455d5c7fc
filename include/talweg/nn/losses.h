// Losses as modules: `criterion(output, target)`.
#pragma once

#include <optional>
#include <string>

#include "talweg/nn/module.h"
#include "talweg/ops/more_losses.h"

namespace talweg::nn {

/// How the losses of the elements become one: "mean", "sum" or "none". `size_average` and `reduce` are
/// PyTorch's old spelling of it, accepted with a warning.
struct LossOptions {
  std::string reduction = "mean";
  std::optional<bool> size_average = {};
  std::optional<bool> reduce = {};
};

/// (input - target)^2, reduced.
class MSELoss {
 public:
  explicit MSELoss(const LossOptions& options = {});
  Tensor operator()(const Tensor& input, const Tensor& target) const;
  MSELoss clone() const { return MSELoss({.reduction = reduction}); }
  std::string reduction;
  TALWEG_MODULE();
};

#define TALWEG_LOSS_MODULE(Name, function)                               \
  class Name {                                                           \
   public:                                                               \
    explicit Name(const LossOptions& options = {});                      \
    Tensor operator()(const Tensor& input, const Tensor& target) const { \
      return talweg::function(input, target, reduction);                 \
    }                                                                    \
    Name clone() const { return Name({.reduction = reduction}); }        \
    std::string reduction;                                               \
    TALWEG_MODULE();                                                     \
  }
/// |input - target|, reduced.
TALWEG_LOSS_MODULE(L1Loss, l1_loss);
/// log(1 + exp(-target input)), reduced.
TALWEG_LOSS_MODULE(SoftMarginLoss, soft_margin_loss);
/// What the other classes come within a margin of each target's.
TALWEG_LOSS_MODULE(MultiLabelMarginLoss, multilabel_margin_loss);
#undef TALWEG_LOSS_MODULE

struct CrossEntropyLossOptions {
  Tensor weight = {}; // one number per class
  int64_t ignore_index = -100;
  double label_smoothing = 0;
  std::string reduction = "mean";
  std::optional<bool> size_average = {};
  std::optional<bool> reduce = {};
};

/// Cross entropy between logits (N, C, ...) and class indices (N, ...) or probabilities (N, C, ...).
class CrossEntropyLoss {
 public:
  explicit CrossEntropyLoss(const CrossEntropyLossOptions& options = {});
  Tensor operator()(const Tensor& input, const Tensor& target) const;
  CrossEntropyLoss clone() const;
  Buffer weight;
  int64_t ignore_index;
  double label_smoothing;
  std::string reduction;
  TALWEG_MODULE(weight);
};

} // namespace talweg::nn
