#include "talweg/nn/losses.h"

#include "talweg/warnings.h"

namespace talweg::nn {

namespace {

// PyTorch's old options say the same in two words.
std::string reduction_of(const std::string& reduction, std::optional<bool> size_average,
                         std::optional<bool> reduce) {
  if (!size_average && !reduce) return reduction;
  std::string out = !reduce.value_or(true) ? "none" : size_average.value_or(true) ? "mean" : "sum";
  warn("size_average and reduce args will be deprecated, please use reduction='" + out + "' instead.");
  return out;
}

} // namespace

MSELoss::MSELoss(const LossOptions& options)
    : reduction(reduction_of(options.reduction, options.size_average, options.reduce)) {}
Tensor MSELoss::operator()(const Tensor& input, const Tensor& target) const {
  return mse_loss(input, target, reduction);
}

L1Loss::L1Loss(const LossOptions& options)
    : reduction(reduction_of(options.reduction, options.size_average, options.reduce)) {}
SoftMarginLoss::SoftMarginLoss(const LossOptions& options)
    : reduction(reduction_of(options.reduction, options.size_average, options.reduce)) {}
MultiLabelMarginLoss::MultiLabelMarginLoss(const LossOptions& options)
    : reduction(reduction_of(options.reduction, options.size_average, options.reduce)) {}

CrossEntropyLoss::CrossEntropyLoss(const CrossEntropyLossOptions& options)
    : weight(options.weight),
      ignore_index(options.ignore_index),
      label_smoothing(options.label_smoothing),
      reduction(reduction_of(options.reduction, options.size_average, options.reduce)) {}
Tensor CrossEntropyLoss::operator()(const Tensor& input, const Tensor& target) const {
  return cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing);
}
CrossEntropyLoss CrossEntropyLoss::clone() const {
  return CrossEntropyLoss({.weight = detail::copy_of(weight),
                           .ignore_index = ignore_index,
                           .label_smoothing = label_smoothing,
                           .reduction = reduction});
}

} // namespace talweg::nn
