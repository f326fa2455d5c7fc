#include "talweg/nn/regularization.h"

#include "core/format_number.h"
#include "core/raise.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/nn/init.h"

namespace talweg::nn {

namespace {

std::string_view truth(bool b) { return b ? "True" : "False"; }

} // namespace

namespace detail {
void check_dropout_p(double p) {
  if (!(p >= 0 && p <= 1)) raise<ValueError>({"dropout probability has to be between 0 and 1, but got ", p});
}
std::string dropout_repr(double p, bool inplace) {
  return "p=" + format_repr(p) + ", inplace=" + std::string(truth(inplace));
}
} // namespace detail

Embedding::Embedding(int64_t count, int64_t dim, const EmbeddingOptions& o)
    : num_embeddings(count), embedding_dim(dim), options(o), weight(empty({count, dim}, {.dtype = o.dtype})) {
  if (options.padding_idx) {
    int64_t& row = *options.padding_idx;
    if (row >= count || row < -count)
      raise<ValueError>({"[Embedding] Padding_idx must be within num_embeddings"});
    if (row < 0) row += count;
  }
  init::normal_(weight);
  if (options.padding_idx) select(weight.detach(), 0, *options.padding_idx).zero_();
}
Tensor Embedding::operator()(const Tensor& input) const {
  std::optional<Scalar> most;
  if (options.max_norm) most = Scalar(*options.max_norm);
  return embedding(input, weight, options.padding_idx, most, options.norm_type, options.scale_grad_by_freq);
}
std::string Embedding::extra_repr() const {
  std::string out = std::to_string(num_embeddings) + ", " + std::to_string(embedding_dim);
  if (options.padding_idx) out += ", padding_idx=" + std::to_string(*options.padding_idx);
  if (options.max_norm) out += ", max_norm=" + format_repr(*options.max_norm);
  if (options.norm_type != 2) out += ", norm_type=" + format_repr(options.norm_type);
  if (options.scale_grad_by_freq) out += ", scale_grad_by_freq=True";
  return out;
}
Embedding Embedding::clone() const {
  Embedding out;
  out.num_embeddings = num_embeddings;
  out.embedding_dim = embedding_dim;
  out.options = options;
  out.weight = detail::copy_of(weight);
  return out;
}

LayerNorm::LayerNorm(IntList shape, const LayerNormOptions& o) : normalized_shape(shape.vec()), options(o) {
  if (!o.elementwise_affine) return;
  weight = Parameter(ones(shape, {.dtype = o.dtype}));
  if (o.bias) bias = Parameter(zeros(shape, {.dtype = o.dtype}));
}
Tensor LayerNorm::operator()(const Tensor& input) const {
  return layer_norm(input, normalized_shape, weight, bias, options.eps);
}
std::string LayerNorm::extra_repr() const {
  std::string out = "(";
  for (size_t i = 0; i < normalized_shape.size(); ++i)
    out += (i ? ", " : "") + std::to_string(normalized_shape[i]);
  if (normalized_shape.size() == 1) out += ",";
  return out + "), eps=" + format_repr(options.eps) +
         ", elementwise_affine=" + std::string(truth(options.elementwise_affine)) +
         ", bias=" + std::string(truth(options.bias));
}
LayerNorm LayerNorm::clone() const {
  LayerNorm out;
  out.normalized_shape = normalized_shape;
  out.options = options;
  out.weight = detail::copy_of(weight);
  out.bias = detail::copy_of(bias);
  return out;
}

BatchNorm::BatchNorm(int64_t features, const BatchNormOptions& o) : num_features(features), options(o) {
  if (o.affine) {
    weight = Parameter(ones(features, {.dtype = o.dtype}));
    if (o.bias) bias = Parameter(zeros(features, {.dtype = o.dtype}));
  }
  if (o.track_running_stats) {
    running_mean = Buffer(zeros(features, {.dtype = o.dtype}));
    running_var = Buffer(ones(features, {.dtype = o.dtype}));
    num_batches_tracked = Buffer(zeros({}, {.dtype = int64}));
  }
}
Tensor BatchNorm::run(const Tensor& input, int64_t least, int64_t most, std::string_view op) {
  if (!input.defined() || input.dim() < least || input.dim() > most)
    raise<ValueError>({"[", op, "] expected ", least, "D", (most > least ? " or 3D" : ""), " input (got ",
                       (input.defined() ? input.dim() : int64_t{0}), "D input)"});
  double momentum = options.momentum.value_or(0);
  if (training && options.track_running_stats) {
    NoGradGuard quiet;
    num_batches_tracked.add_(Scalar(1));
    if (!options.momentum) momentum = 1.0 / num_batches_tracked.item<double>();
  }
  bool own = training || !running_mean.defined();
  bool kept = !training || options.track_running_stats;
  return batch_norm(input, kept ? running_mean : Tensor(), kept ? running_var : Tensor(), weight, bias, own,
                    momentum, options.eps);
}
std::string BatchNorm::extra_repr() const {
  return std::to_string(num_features) + ", eps=" + format_repr(options.eps) +
         ", momentum=" + (options.momentum ? format_repr(*options.momentum) : "None") +
         ", affine=" + std::string(truth(options.affine)) +
         ", bias=" + std::string(truth(options.affine && options.bias)) +
         ", track_running_stats=" + std::string(truth(options.track_running_stats));
}
void BatchNorm::copy_to(BatchNorm& out) const {
  out.num_features = num_features;
  out.options = options;
  out.weight = detail::copy_of(weight);
  out.bias = detail::copy_of(bias);
  out.running_mean = detail::copy_of(running_mean);
  out.running_var = detail::copy_of(running_var);
  out.num_batches_tracked = detail::copy_of(num_batches_tracked);
  out.training = training;
}

} // namespace talweg::nn
