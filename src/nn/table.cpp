// The list of modules: the only one.
#include "core/raise.h"
#include "nn/record.h"
#include "talweg/errors.h"
#include "talweg/nn/layers.h"
#include "talweg/nn/losses.h"
#include "talweg/nn/regularization.h"

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

template <class M>
AnyModule make_dropout(double p, bool inplace) {
  return M({p, inplace});
}
AnyModule make_flatten(int64_t start_dim, int64_t end_dim) { return Flatten(start_dim, end_dim); }
AnyModule make_softmax(int64_t dim) { return Softmax(dim); }
AnyModule make_log_softmax(int64_t dim) { return LogSoftmax(dim); }
AnyModule make_embedding(int64_t count, int64_t dim, std::optional<int64_t> padding_idx,
                         std::optional<Scalar> max_norm, double norm_type, bool scale_grad_by_freq) {
  EmbeddingOptions o{
      .padding_idx = padding_idx, .norm_type = norm_type, .scale_grad_by_freq = scale_grad_by_freq};
  if (max_norm) o.max_norm = max_norm->to<double>();
  return Embedding(count, dim, o);
}
AnyModule make_layer_norm(IntList shape, double eps, bool elementwise_affine, bool bias, std::string_view,
                          std::optional<Dtype> dtype) {
  return LayerNorm(shape,
                   {.eps = eps, .elementwise_affine = elementwise_affine, .bias = bias, .dtype = dtype});
}
template <class M>
AnyModule make_batch_norm(int64_t features, double eps, std::optional<Scalar> momentum, bool affine,
                          bool track_running_stats, std::string_view, std::optional<Dtype> dtype, bool bias) {
  BatchNormOptions o{
      .eps = eps, .affine = affine, .bias = bias, .track_running_stats = track_running_stats, .dtype = dtype};
  o.momentum = momentum ? std::optional<double>(momentum->to<double>()) : std::nullopt;
  return M(features, o);
}

template <class M>
AnyModule make_loss(std::optional<Scalar> size_average, std::optional<Scalar> reduce,
                    std::string_view reduction) {
  return M(
      {.reduction = std::string(reduction), .size_average = truth(size_average), .reduce = truth(reduce)});
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
    module<&make_dropout<Dropout>>("Dropout(p=0.5, inplace=False)"),
    module<&make_dropout<Dropout1d>>("Dropout1d(p=0.5, inplace=False)"),
    module<&make_dropout<Dropout2d>>("Dropout2d(p=0.5, inplace=False)"),
    module<&make_dropout<Dropout3d>>("Dropout3d(p=0.5, inplace=False)"),
    module<&make_dropout<AlphaDropout>>("AlphaDropout(p=0.5, inplace=False)"),
    module<&make_dropout<FeatureAlphaDropout>>("FeatureAlphaDropout(p=0.5, inplace=False)"),
    module<&make_flatten>("Flatten(start_dim=1, end_dim=-1)"),
    module<&make_softmax>("Softmax(dim)"),
    module<&make_log_softmax>("LogSoftmax(dim)"),
    module<&make_embedding>("Embedding(num_embeddings, embedding_dim, padding_idx=None, max_norm=None, "
                            "norm_type=2.0, scale_grad_by_freq=False)"),
    module<&make_layer_norm>("LayerNorm(normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, "
                             "device=None, dtype=None)"),
    module<&make_batch_norm<BatchNorm1d>>("BatchNorm1d(num_features, eps=1e-05, momentum=0.1, affine=True, "
                                          "track_running_stats=True, device=None, dtype=None, *, bias=True)"),
    module<&make_batch_norm<BatchNorm2d>>("BatchNorm2d(num_features, eps=1e-05, momentum=0.1, affine=True, "
                                          "track_running_stats=True, device=None, dtype=None, *, bias=True)"),
    module<&make_batch_norm<BatchNorm3d>>("BatchNorm3d(num_features, eps=1e-05, momentum=0.1, affine=True, "
                                          "track_running_stats=True, device=None, dtype=None, *, bias=True)"),
    module<&make_loss<L1Loss>>("L1Loss(size_average=None, reduce=None, reduction='mean')"),
    module<&make_loss<SoftMarginLoss>>("SoftMarginLoss(size_average=None, reduce=None, reduction='mean')"),
    module<&make_loss<MultiLabelMarginLoss>>(
        "MultiLabelMarginLoss(size_average=None, reduce=None, reduction='mean')"),
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
