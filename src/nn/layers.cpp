#include "talweg/nn/layers.h"

#include <cmath>

#include "core/raise.h"
#include "talweg/create.h"
#include "talweg/nn/containers.h"
#include "talweg/nn/init.h"

namespace talweg::nn {

Linear::Linear(int64_t in, int64_t out, const LinearOptions& options)
    : in_features(in), out_features(out), weight(empty({out, in}, {.dtype = options.dtype})) {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (!options.bias) return;
  bias = Parameter(empty(out, {.dtype = options.dtype}));
  double bound = in > 0 ? 1 / std::sqrt(static_cast<double>(in)) : 0;
  init::uniform_(bias, -bound, bound);
}

Tensor Linear::operator()(const Tensor& input) const {
  return bias.defined() ? linear(input, weight, bias) : linear(input, weight);
}

std::string Linear::extra_repr() const {
  return "in_features=" + std::to_string(in_features) + ", out_features=" + std::to_string(out_features) +
         ", bias=" + (bias.defined() ? "True" : "False");
}

Linear Linear::clone() const {
  Linear out;
  out.in_features = in_features;
  out.out_features = out_features;
  out.weight = detail::copy_of(weight);
  out.bias = detail::copy_of(bias);
  return out;
}

Tensor ReLU::operator()(const Tensor& input) const { return inplace ? relu_(input) : relu(input); }

namespace detail {
void refuse_call(ModuleRef m, size_t inputs) {
  raise<TypeError>(
      {"[", m.type->name, "] isn't called with ", inputs, (inputs == 1 ? " tensor" : " tensors")});
}
} // namespace detail

} // namespace talweg::nn
