// Losses as modules: `criterion(output, target)`.
#pragma once

#include <optional>
#include <string>

#include "talweg/nn/module.h"

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
