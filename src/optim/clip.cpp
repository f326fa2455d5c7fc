// Limits of gradients, before a step.
#include <cmath>
#include <limits>

#include "core/raise.h"
#include "ops/vector_norm.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/optim.h"

namespace talweg::optim {

namespace {

std::vector<Tensor> gradients_of(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> out;
  for (const Tensor& p : parameters)
    if (Tensor g = p.grad(); g.defined()) out.push_back(g.detach());
  return out;
}

} // namespace

Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type, bool error_if_nonfinite) {
  if (tensors.empty()) return zeros({});
  NoGradGuard quiet;
  std::vector<Tensor> norms;
  for (const Tensor& t : tensors)
    norms.push_back(norm_along(reshape(t.detach(), {-1}), norm_type, 0, false, "get_total_norm"));
  Tensor total = norm_along(stack(norms), norm_type, 0, false, "get_total_norm");
  if (error_if_nonfinite && !std::isfinite(total.item<double>()))
    raise<ValueError>(
        {"[get_total_norm] The total norm of order ", norm_type,
         " is non-finite, so it cannot be clipped. To scale anyway, set error_if_nonfinite to false"});
  return total;
}

Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  NoGradGuard quiet;
  std::vector<Tensor> gradients = gradients_of(parameters);
  Tensor total = get_total_norm(gradients, norm_type, error_if_nonfinite);
  if (gradients.empty()) return total;
  Tensor scale = clamp(Scalar(max_norm) / (total + Scalar(1e-6)), {}, Scalar(1.0));
  for (const Tensor& g : gradients) g.mul_(scale);
  return total;
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  NoGradGuard quiet;
  for (const Tensor& g : gradients_of(parameters)) g.clamp_(Scalar(-clip_value), Scalar(clip_value));
}

} // namespace talweg::optim
