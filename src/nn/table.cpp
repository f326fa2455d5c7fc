// The list of modules: the only one.
#include "core/raise.h"
#include "nn/record.h"
#include "talweg/errors.h"
#include "talweg/nn/layers.h"
#include "talweg/nn/losses.h"

namespace talweg::nn {

namespace {

std::optional<bool> truth(const std::optional<Scalar>& s) {
  return s ? std::optional<bool>(s->to<bool>()) : std::nullopt;
}

AnyModule make_linear(int64_t in, int64_t out, bool bias, std::string_view, std::optional<Dtype> dtype) {
  return Linear(in, out, {.bias = bias, .dtype = dtype});
}
AnyModule make_identity() { return Identity(); }
AnyModule make_relu(bool inplace) { return ReLU({.inplace = inplace}); }
AnyModule make_tanh() { return Tanh(); }
AnyModule make_sigmoid() { return Sigmoid(); }
AnyModule make_mse_loss(std::optional<Scalar> size_average, std::optional<Scalar> reduce,
                        std::string_view reduction) {
  return MSELoss(
      {.reduction = std::string(reduction), .size_average = truth(size_average), .reduce = truth(reduce)});
}
AnyModule make_cross_entropy_loss(const Tensor& weight, std::optional<Scalar> size_average,
                                  int64_t ignore_index, std::optional<Scalar> reduce,
                                  std::string_view reduction, double label_smoothing) {
  return CrossEntropyLoss({.weight = weight,
                           .ignore_index = ignore_index,
                           .label_smoothing = label_smoothing,
                           .reduction = std::string(reduction),
                           .size_average = truth(size_average),
                           .reduce = truth(reduce)});
}

AnyModule make_sequential(NamedAnyModules modules) {
  AnySequential out;
  for (auto& [name, m] : modules) name.empty() ? out.append(std::move(m)) : out.append(name, std::move(m));
  return out;
}
AnyModule make_module_list(NamedAnyModules modules) {
  std::vector<AnyModule> list;
  for (auto& [name, m] : modules) list.push_back(std::move(m));
  return list;
}

constexpr ModuleRecord container(std::string_view signature, AnyModule (*make)(NamedAnyModules)) {
  return {signature, nullptr, make, {}};
}

constinit const ModuleRecord records[] = {
    module<&make_linear>("Linear(in_features, out_features, bias=True, device=None, dtype=None)"),
    module<&make_identity>("Identity()"),
    module<&make_relu>("ReLU(inplace=False)"),
    module<&make_tanh>("Tanh()"),
    module<&make_sigmoid>("Sigmoid()"),
    module<&make_mse_loss>("MSELoss(size_average=None, reduce=None, reduction='mean')"),
    module<&make_cross_entropy_loss>("CrossEntropyLoss(weight=None, size_average=None, ignore_index=-100, "
                                     "reduce=None, reduction='mean', label_smoothing=0.0)"),
    container("Sequential(*modules)", &make_sequential),
    container("ModuleList(modules=None)", &make_module_list),
};

} // namespace

std::span<const ModuleRecord> module_records() { return records; }

AnyModule make_module(std::string_view name, std::span<const Value> arguments,
                      std::span<const NamedValue> keywords, NamedAnyModules modules) {
  for (const ModuleRecord& r : records) {
    if (r.name() != name) continue;
    if (r.make_of) {
      if (!arguments.empty() || !keywords.empty()) raise<TypeError>({"[", name, "] takes modules only"});
      return r.make_of(std::move(modules));
    }
    if (!modules.empty()) raise<TypeError>({"[", name, "] takes no modules"});
    return r.make(bind_arguments(r.signature, r.kinds, arguments, keywords));
  }
  raise<KeyError>({"there is no module '", name, "'"});
}

} // namespace talweg::nn
