// Losses that are worked out element by element.
#include <cmath>

#include "core/raise.h"
#include "core/shape.h"
#include "formulas/losses.h"
#include "ops/checks.h"
#include "ops/loss_parts.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/more_losses.h"
#include "talweg/warnings.h"

namespace talweg {

namespace {

constexpr Pointwise smooth_l1_op{formulas::smooth_l1_formula, "smooth_l1_loss", "SmoothL1LossBackward0",
                                 only_floats};
constexpr Pointwise huber_op{formulas::huber_formula, "huber_loss", "HuberLossBackward0", only_floats};
constexpr Pointwise bce_op{formulas::binary_cross_entropy_formula, "binary_cross_entropy",
                           "BinaryCrossEntropyBackward0", only_floats};
constexpr Pointwise logits_op{formulas::logits_cross_entropy_formula, "binary_cross_entropy_with_logits",
                              "BinaryCrossEntropyWithLogitsBackward0", only_floats};
constexpr Pointwise weighted_logits_op{formulas::weighted_logits_cross_entropy_formula,
                                       "binary_cross_entropy_with_logits",
                                       "BinaryCrossEntropyWithLogitsBackward0", only_floats};
constexpr Pointwise soft_margin_op{formulas::soft_margin_formula, "soft_margin_loss",
                                   "SoftMarginLossBackward0", only_floats};

// PyTorch warns where input and target only fit by broadcasting.
void check_pair(const Tensor& input, const Tensor& target, std::string_view op) {
  check_defined(input, target, op);
  broadcast_sizes(input.sizes(), target.sizes(), op);
  if (!(input.sizes() == target.sizes()))
    warn(
        "Using a target size that is different to the input size. This will likely lead to incorrect results "
        "due to broadcasting. Please ensure they have the same size.");
}
void check_weight(const Tensor& weight, const Tensor& input, std::string_view op) {
  if (!(weight.sizes() == input.sizes()))
    raise<ValueError>({"[", op, "] Weights and input must have the same size."});
}
// PyTorch's checks of the size of targets raise ValueError.
void check_same_sizes(const Tensor& input, const Tensor& target, std::string_view op, bool logits) {
  check_defined(input, target, op);
  if (input.sizes() == target.sizes()) return;
  if (logits)
    raise<ValueError>({"[", op, "] Target size (", IntList(target.sizes()),
                       ") must be the same as input size (", IntList(input.sizes()), ")"});
  raise<ValueError>({"[", op, "] Using a target size (", IntList(target.sizes()),
                     ") that is different to the input size (", IntList(input.sizes()),
                     ") is deprecated. Please ensure they have the same size."});
}
void check_one_float_dtype(const Tensor& input, const Tensor& target, std::string_view op) {
  if (!is_floating_point(input.dtype()))
    raise<DtypeError>({"[", op, "] not implemented for '", scalar_type_name(input.dtype()),
                       "'; accepted are floating-point tensors"});
  if (input.dtype() != target.dtype())
    raise<DtypeError>({"[", op, "] Found dtype ", scalar_type_name(target.dtype()), " but expected ",
                       scalar_type_name(input.dtype())});
}

} // namespace

Tensor l1_loss(const Tensor& input, const Tensor& target, std::string_view reduction, const Tensor& weight) {
  LossReduction r = reduction_of(reduction, "l1_loss");
  check_pair(input, target, "l1_loss");
  Tensor errors = abs(input - target);
  if (!weight.defined()) return reduce_losses(errors, r);
  check_weight(weight, input, "l1_loss");
  Tensor weighted = errors * weight;
  return r == LossReduction::mean ? sum(weighted) / sum(weight) : reduce_losses(weighted, r);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, std::string_view reduction, double beta) {
  LossReduction r = reduction_of(reduction, "smooth_l1_loss");
  if (beta < 0)
    raise<ValueError>({"[smooth_l1_loss] smooth_l1_loss does not support negative values for beta."});
  check_pair(input, target, "smooth_l1_loss");
  if (beta == 0) return reduce_losses(abs(input - target), r);
  const Tensor both[] = {input, target};
  return pointwise_loss(smooth_l1_op, both, params({beta}), r);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, std::string_view reduction, double delta,
                  const Tensor& weight) {
  LossReduction r = reduction_of(reduction, "huber_loss");
  if (!(delta > 0))
    raise<ValueError>({"[huber_loss] huber_loss does not support non-positive values for delta."});
  check_pair(input, target, "huber_loss");
  if (weight.defined()) check_weight(weight, input, "huber_loss");
  const Tensor both[] = {input, target};
  if (!weight.defined()) return pointwise_loss(huber_op, both, params({delta}), r);
  return reduce_losses(pointwise_loss(huber_op, both, params({delta}), LossReduction::none) * weight, r);
}

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                            std::string_view reduction) {
  LossReduction r = reduction_of(reduction, "binary_cross_entropy");
  check_same_sizes(input, target, "binary_cross_entropy", false);
  check_one_float_dtype(input, target, "binary_cross_entropy");
  if (weight.defined()) broadcast_sizes(target.sizes(), weight.sizes(), "binary_cross_entropy");
  {
    NoGradGuard quiet;
    if (input.numel() > 0 && !all(logical_and(input >= 0, input <= 1)).item<bool>())
      raise<ValueError>({"[binary_cross_entropy] all elements of input should be between 0 and 1"});
  }
  const Tensor both[] = {input, target};
  if (!weight.defined()) return pointwise_loss(bce_op, both, no_params, r);
  return reduce_losses(pointwise_loss(bce_op, both, no_params, LossReduction::none) * weight, r);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const Tensor& weight,
                                        std::string_view reduction, const Tensor& pos_weight) {
  LossReduction r = reduction_of(reduction, "binary_cross_entropy_with_logits");
  check_same_sizes(input, target, "binary_cross_entropy_with_logits", true);
  if (pos_weight.defined())
    broadcast_sizes(target.sizes(), pos_weight.sizes(), "binary_cross_entropy_with_logits");
  if (weight.defined()) broadcast_sizes(target.sizes(), weight.sizes(), "binary_cross_entropy_with_logits");
  LossReduction inner = weight.defined() ? LossReduction::none : r;
  Tensor loss;
  if (pos_weight.defined()) {
    const Tensor all[] = {input, target, pos_weight};
    loss = pointwise_loss(weighted_logits_op, all, no_params, inner);
  } else {
    const Tensor both[] = {input, target};
    loss = pointwise_loss(logits_op, both, no_params, inner);
  }
  return weight.defined() ? reduce_losses(loss * weight, r) : loss;
}

Tensor soft_margin_loss(const Tensor& input, const Tensor& target, std::string_view reduction) {
  check_defined(input, target, "soft_margin_loss");
  // float16 overflows on the way, as PyTorch's does.
  if (input.dtype() == float16 && target.dtype() == float16)
    return reduce_losses(log(exp(-input * target) + Scalar(1)), reduction_of(reduction, "soft_margin_loss"));
  const Tensor both[] = {input, target};
  return pointwise_loss(soft_margin_op, both, no_params, reduction_of(reduction, "soft_margin_loss"));
}

namespace {

// x log(x), 0 for 0.
Tensor times_own_log(const Tensor& x) {
  Tensor zero = eq(x, Scalar(0));
  return where(zero, Scalar(0), x * log(where(zero, Scalar(1), x)));
}

} // namespace

Tensor kl_div(const Tensor& input, const Tensor& target, std::string_view reduction, bool log_target) {
  check_defined(input, target, "kl_div");
  const bool batch = reduction == "batchmean";
  LossReduction r = batch ? LossReduction::sum : reduction_of(reduction, "kl_div");
  if (!is_floating_point(input.dtype()) || !is_floating_point(target.dtype()))
    raise<DtypeError>({"[kl_div] input and target must be floating point, got ", name(input.dtype()), " and ",
                       name(target.dtype())});
  Tensor losses = log_target ? exp(target) * (target - input) : times_own_log(target) - target * input;
  Tensor loss = reduce_losses(losses, r);
  return batch && input.dim() != 0 ? loss / Scalar(input.size(0)) : loss;
}

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input, bool full, double eps,
                        std::string_view reduction) {
  check_defined(input, target, "poisson_nll_loss");
  LossReduction r = reduction_of(reduction, "poisson_nll_loss");
  Tensor loss = log_input ? exp(input) - target * input : input - target * log(input + Scalar(eps));
  if (full) {
    constexpr double two_pi = 6.283185307179586;
    Tensor few = target <= 1;
    Tensor many = where(few, Scalar(2), target);
    Tensor stirling = many * log(many) - many + log(many * Scalar(two_pi)) * Scalar(0.5);
    loss = loss + masked_fill(stirling, few, Scalar(0));
  }
  return reduce_losses(loss, r);
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& variance, bool full,
                         double eps, std::string_view reduction) {
  check_defined(input, target, "gaussian_nll_loss");
  check_defined(variance, "gaussian_nll_loss");
  LossReduction r = reduction_of(reduction, "gaussian_nll_loss");
  Tensor var = variance;
  // The floor is written into a copy of it.
  if (!is_floating_point(var.dtype()))
    raise<DtypeError>({"[gaussian_nll_loss] result type ", scalar_type_name(get_default_dtype()),
                       " can't be cast to the desired output type ", name(var.dtype()), " of var"});
  if (var.numel() > 0 && any(var.detach() < 0).item<bool>())
    raise<ValueError>({"[gaussian_nll_loss] var has negative entry/entries"});
  if (!(var.sizes() == input.sizes())) {
    Dims front(input.sizes());
    if (!front.empty()) front.erase(front.size() - 1);
    int64_t differing = 0;
    bool alike = var.dim() == input.dim();
    for (int64_t d = 0; alike && d < input.dim(); ++d)
      if (var.size(d) != input.size(d)) differing += var.size(d);
    if (input.dim() > 0 && var.sizes() == IntList(front))
      var = unsqueeze(var, -1);
    else if (!alike || differing != 1)
      raise<ValueError>({"[gaussian_nll_loss] var is of incorrect size: ", IntList(var.sizes()),
                         " for input ", IntList(input.sizes())});
  }
  // The floor has no gradient of its own.
  {
    Tensor held = clone(var);
    NoGradGuard quiet;
    held.detach().copy_(clamp(held.detach(), Scalar(eps)));
    var = held;
  }
  Tensor difference = input - target;
  Tensor loss = (log(var) + pow(difference, Scalar(2)) / var) * Scalar(0.5);
  if (full) loss = loss + Scalar(0.5 * std::log(6.283185307179586));
  return reduce_losses(loss, r);
}

namespace {

using Old = std::optional<bool>;

Tensor functional_l1_loss(const Tensor& input, const Tensor& target, Old size_average, Old reduce,
                          std::string_view reduction, const Tensor& weight) {
  return l1_loss(input, target, legacy_reduction(size_average, reduce, reduction), weight);
}
Tensor functional_smooth_l1_loss(const Tensor& input, const Tensor& target, Old size_average, Old reduce,
                                 std::string_view reduction, double beta) {
  return smooth_l1_loss(input, target, legacy_reduction(size_average, reduce, reduction), beta);
}
Tensor functional_bce(const Tensor& input, const Tensor& target, const Tensor& weight, Old size_average,
                      Old reduce, std::string_view reduction) {
  return binary_cross_entropy(input, target, weight, legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_bce_with_logits(const Tensor& input, const Tensor& target, const Tensor& weight,
                                  Old size_average, Old reduce, std::string_view reduction,
                                  const Tensor& pos_weight) {
  return binary_cross_entropy_with_logits(input, target, weight,
                                          legacy_reduction(size_average, reduce, reduction), pos_weight);
}
Tensor functional_soft_margin_loss(const Tensor& input, const Tensor& target, Old size_average, Old reduce,
                                   std::string_view reduction) {
  return soft_margin_loss(input, target, legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_kl_div(const Tensor& input, const Tensor& target, Old size_average, Old reduce,
                         std::string_view reduction, bool log_target) {
  return kl_div(input, target, legacy_reduction(size_average, reduce, reduction), log_target);
}
Tensor functional_poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input, bool full,
                                   Old size_average, double eps, Old reduce, std::string_view reduction) {
  return poisson_nll_loss(input, target, log_input, full, eps,
                          legacy_reduction(size_average, reduce, reduction));
}

constinit const Op ops[] = {
    op<decltype(functional_l1_loss), &functional_l1_loss>(
        "l1_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None)",
        {.doc = "|input - target|, reduced",
         .samples = {"D(2, 3), U(2, 3)", "D(2, 3), U(2, 3), reduction='sum'",
                     "D(2, 3), U(2, 3), reduction='none'", "D(2, 3), U(2, 3), weight=C(2, 3)"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_smooth_l1_loss), &functional_smooth_l1_loss>(
        "smooth_l1_loss(input, target, size_average=None, reduce=None, reduction='mean', beta=1.0)",
        {.doc = "squared near the target, absolute beyond beta",
         .samples = {"D(2, 3), U(2, 3), beta=0.125", "D(33), U(33)", "D(2, 3), U(2, 3), reduction='sum'",
                     "D(2, 3), U(2, 3), reduction='none'"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(huber_loss), &huber_loss>(
        "huber_loss(input, target, reduction='mean', delta=1.0, weight=None)",
        {.doc = "squared near the target, absolute beyond delta",
         .samples = {"D(2, 3), U(2, 3), delta=0.125", "D(33), U(33)", "D(2, 3), U(2, 3), reduction='sum'",
                     "D(2, 3), U(2, 3), reduction='none'", "D(2, 3), U(2, 3), weight=C(2, 3)"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_bce), &functional_bce>(
        "binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction='mean')",
        {.doc = "-(target * log(input) + (1 - target) * log(1 - input))",
         .samples = {"U(2, 3), U(2, 3)", "U(33), U(33), reduction='sum'",
                     "U(2, 3), U(2, 3), reduction='none'", "U(2, 3), U(2, 3), C(3)"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_bce_with_logits), &functional_bce_with_logits>(
        "binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, "
        "reduction='mean', pos_weight=None)",
        {.doc = "binary_cross_entropy of sigmoid(input)",
         .samples = {"T(2, 3), U(2, 3)", "T(33), U(33), reduction='sum'",
                     "T(2, 3), U(2, 3), reduction='none'", "T(2, 3), U(2, 3), C(3)",
                     "T(2, 3), U(2, 3), pos_weight=C(3)"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_soft_margin_loss), &functional_soft_margin_loss>(
        "soft_margin_loss(input, target, size_average=None, reduce=None, reduction='mean')",
        {.doc = "log(1 + exp(-target * input))",
         .samples = {"T(2, 3), T(2, 3)", "T(33), T(33), reduction='sum'",
                     "T(2, 3), T(2, 3), reduction='none'"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_kl_div), &functional_kl_div>(
        "kl_div(input, target, size_average=None, reduce=None, reduction='mean', log_target=False)",
        {.doc = "target * (log(target) - input)",
         .samples = {"T(2, 3), P(2, 3)", "T(2, 3), P(2, 3), reduction='sum'",
                     "T(2, 3), P(2, 3), reduction='none'", "T(2, 3), P(2, 3), reduction='batchmean'",
                     "T(2, 3), T(2, 3), log_target=True"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_poisson_nll_loss), &functional_poisson_nll_loss>(
        "poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-08, "
        "reduce=None, reduction='mean')",
        {.doc = "exp(input) - target * input",
         .samples = {"T(2, 3), P(2, 3)", "P(2, 3), P(2, 3), log_input=False, reduction='sum'",
                     "T(2, 3), G(2, 3), full=True, reduction='none'"},
         .takes = Takes::numbers,
         .rounds_by_layout = true}),
    op<decltype(gaussian_nll_loss), &gaussian_nll_loss>(
        "gaussian_nll_loss(input, target, var, full=False, eps=1e-06, reduction='mean')",
        {.doc = "(log(var) + (input - target)^2 / var) / 2",
         .samples = {"T(2, 3), T(2, 3), P(2, 3)", "T(2, 3), T(2, 3), P(2, 1), full=True, reduction='sum'",
                     "T(2, 3), T(2, 3), P(2), reduction='none'"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
};

} // namespace

extern const Family pointwise_losses_family;
constinit const Family pointwise_losses_family{"pointwise_losses", ops};

} // namespace talweg
