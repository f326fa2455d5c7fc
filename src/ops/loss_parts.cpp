#include "ops/loss_parts.h"

#include "core/raise.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/pointwise.h"
#include "talweg/autograd.h"
#include "talweg/errors.h"

namespace talweg {

LossReduction reduction_of(std::string_view text, std::string_view op) {
  if (text == "mean") return LossReduction::mean;
  if (text == "sum") return LossReduction::sum;
  if (text == "none") return LossReduction::none;
  raise<ValueError>(
      {"[", op, "] ", text, " is not a valid value for reduction; accepted are 'none', 'mean' and 'sum'"});
}

std::string_view legacy_reduction(std::optional<bool> size_average, std::optional<bool> reduce,
                                  std::string_view reduction) {
  if (!size_average && !reduce) return reduction;
  if (!reduce.value_or(true)) return "none";
  return size_average.value_or(true) ? "mean" : "sum";
}

Tensor reduce_losses(const Tensor& losses, LossReduction r) {
  if (r == LossReduction::none) return losses;
  return r == LossReduction::mean ? mean(losses) : sum(losses);
}

namespace {

// What short floats are computed in.
} // namespace

Tensor pointwise_loss(const Pointwise& op, std::span<const Tensor> inputs, const Params& params,
                      LossReduction r) {
  for (const Tensor& t : inputs) check_defined(t, op.op);
  const bool three = inputs.size() == 3;
  auto losses = [&] {
    return three ? pointwise(op, {inputs[0], inputs[1], inputs[2]}, params)
                 : pointwise(op, inputs[0], inputs[1], params);
  };
  if (r == LossReduction::none) return losses();
  Tensor loss;
  double scale = 1;
  {
    NoGradGuard quiet;
    Tensor all = losses();
    if (r == LossReduction::mean) scale = 1.0 / static_cast<double>(all.numel());
    loss = reduce_losses(all, r);
  }
  const Tensor* pointers[] = {&inputs[0], &inputs[1], three ? &inputs[2] : nullptr};
  auto backward = [&op, params, scale, count = inputs.size()](Backward& b) {
    if (!b.grad().defined()) return;
    Tensor in[3], none;
    for (size_t i = 0; i < count; ++i) {
      Tensor saved = b.saved(static_cast<int>(i));
      in[i] = to(saved, wide(saved.dtype()));
    }
    Tensor g = to(b.grad(), wide(b.grad().dtype())) * Scalar(scale);
    for (size_t i = 0; i < count; ++i) {
      if (!b.needs(static_cast<int>(i))) continue;
      Tensor saved = b.saved(static_cast<int>(i));
      b.set(static_cast<int>(i),
            sum_to(op.formula.on_tensors[i](g, in, none, params), saved.sizes(), saved.dtype()));
    }
  };
  std::span<const Tensor* const> all(pointers, inputs.size());
  if (three) return record(std::move(loss), op.node, all, {{inputs[0]}, {inputs[1]}, {inputs[2]}}, backward);
  return record(std::move(loss), op.node, all, {{inputs[0]}, {inputs[1]}}, backward);
}

} // namespace talweg
