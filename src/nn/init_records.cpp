// The functions of nn::init by name.
#include "core/raise.h"
#include "nn/record.h"
#include "talweg/errors.h"
#include "talweg/nn/init.h"

namespace talweg::nn {

namespace {

// By name all draw from the default generator.
const Tensor& uniform(const Tensor& t, double a, double b) { return init::uniform_(t, a, b); }
const Tensor& normal(const Tensor& t, double mean, double std) { return init::normal_(t, mean, std); }
const Tensor& trunc_normal(const Tensor& t, double mean, double std, double a, double b) {
  return init::trunc_normal_(t, mean, std, a, b);
}
const Tensor& xavier_uniform(const Tensor& t, double gain) { return init::xavier_uniform_(t, gain); }
const Tensor& xavier_normal(const Tensor& t, double gain) { return init::xavier_normal_(t, gain); }
const Tensor& kaiming_uniform(const Tensor& t, double a, std::string_view mode,
                              std::string_view nonlinearity) {
  return init::kaiming_uniform_(t, a, mode, nonlinearity);
}
const Tensor& kaiming_normal(const Tensor& t, double a, std::string_view mode,
                             std::string_view nonlinearity) {
  return init::kaiming_normal_(t, a, mode, nonlinearity);
}
const Tensor& orthogonal(const Tensor& t, double gain) { return init::orthogonal_(t, gain); }
const Tensor& sparse(const Tensor& t, double sparsity, double std) { return init::sparse_(t, sparsity, std); }
double gain(std::string_view nonlinearity, std::optional<Scalar> param) {
  return init::calculate_gain(nonlinearity,
                              param ? std::optional<double>(param->to<double>()) : std::nullopt);
}

using OneNumber = const Tensor&(const Tensor&, double);
using TwoNumbers = const Tensor&(const Tensor&, double, double);
using Plain = const Tensor&(const Tensor&);
using Kaiming = const Tensor&(const Tensor&, double, std::string_view, std::string_view);

constinit const Op records[] = {
    op<TwoNumbers, &uniform>("uniform_(tensor, a=0.0, b=1.0)", {}),
    op<TwoNumbers, &normal>("normal_(tensor, mean=0.0, std=1.0)", {}),
    op<const Tensor&(const Tensor&, double, double, double, double), &trunc_normal>(
        "trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0)", {}),
    op<OneNumber, &init::constant_>("constant_(tensor, val)", {}),
    op<Plain, &init::ones_>("ones_(tensor)", {}),
    op<Plain, &init::zeros_>("zeros_(tensor)", {}),
    op<Plain, &init::eye_>("eye_(tensor)", {}),
    op<OneNumber, &xavier_uniform>("xavier_uniform_(tensor, gain=1.0)", {}),
    op<OneNumber, &xavier_normal>("xavier_normal_(tensor, gain=1.0)", {}),
    op<Kaiming, &kaiming_uniform>("kaiming_uniform_(tensor, a=0.0, mode='fan_in', nonlinearity='leaky_relu')",
                                  {}),
    op<Kaiming, &kaiming_normal>("kaiming_normal_(tensor, a=0.0, mode='fan_in', nonlinearity='leaky_relu')",
                                 {}),
    op<OneNumber, &orthogonal>("orthogonal_(tensor, gain=1)", {}),
    op<TwoNumbers, &sparse>("sparse_(tensor, sparsity, std=0.01)", {}),
    op<const Tensor&(const Tensor&, int64_t), &init::dirac_>("dirac_(tensor, groups=1)", {}),
    op<double(std::string_view, std::optional<Scalar>), &gain>("calculate_gain(nonlinearity, param=None)",
                                                               {}),
};

} // namespace

std::span<const Op> init_records() { return records; }

ValueList call_init(std::string_view name, std::span<const Value> arguments,
                    std::span<const NamedValue> keywords) {
  for (const Op& r : records) {
    if (r.name() != name) continue;
    ValueList results;
    r.call(name, bind_arguments(r.signature, r.kinds, arguments, keywords), results);
    return results;
  }
  raise<KeyError>({"there is no function nn.init.", name});
}

} // namespace talweg::nn
