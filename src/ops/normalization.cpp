// Normalization by statistics of some dimensions. The values are worked out without history; derivatives find
// the statistics again from what was saved where they shall be differentiated themselves.
#include "talweg/ops/normalization.h"

#include <cmath>
#include <limits>

#include "core/raise.h"
#include "core/shape.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "ops/vector_norm.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

void check_float(const Tensor& input, std::string_view op) {
  check_defined(input, op);
  if (!is_floating_point(input.dtype()))
    raise<DtypeError>({"[", op, "] not implemented for '", scalar_type_name(input.dtype()),
                       "'; accepted are floating-point tensors"});
}

struct Statistics {
  Tensor mean, rstd;
};
Statistics statistics(const Tensor& x, IntList dims, double eps) {
  Tensor m = mean(x, dims, true);
  Tensor d = x - m;
  return {m, Scalar(1) / sqrt(mean(d * d, dims, true) + Scalar(eps))};
}

// x * rstd - mean * rstd with one rounding after the second product, as PyTorch's kernel for short floats has
// it.
Tensor folded(const Tensor& x, const Statistics& s) {
  Tensor shift = s.mean * s.rstd;
  return to(to(x, float64) * to(s.rstd, float64) - to(shift, float64), x.dtype());
}

// (x - mean) * rstd * weight + bias; weight and bias broadcast or are undefined.
Tensor scaled(const Tensor& x, const Statistics& s, const Tensor& weight, const Tensor& bias, bool folds) {
  Tensor y = folds ? folded(x, s) : (x - s.mean) * s.rstd;
  if (weight.defined()) y = y * weight;
  return bias.defined() ? y + bias : y;
}

// How a normalization looks at its tensors: the input's sizes with the statistics' dimensions apart, and how
// weight and bias broadcast to them.
struct Layout {
  std::vector<int64_t> sizes, dims, affine;
  double eps = 0;
  bool own = true;    // the statistics are the input's own, not given
  bool folds = false; // of short floats: the mean is multiplied by rstd before it is subtracted
};

Tensor broadcast_as(const Tensor& t, const std::vector<int64_t>& sizes, Dtype dtype) {
  return t.defined() ? view(to(contiguous(t), dtype), sizes) : t;
}

Tensor saved_or_none(Backward& b, int i) {
  return static_cast<SavingNode*>(b.node())->saved[i].kind() == SavedTensor::Kind::none ? Tensor()
                                                                                        : b.saved(i);
}

// Gradients of input, weight and bias. Saved: input, weight, mean, rstd.
void normalization_backward(Backward& b, const Layout& l, bool has_bias, Dtype bias_dtype,
                            const std::vector<int64_t>& affine_sizes) {
  if (!b.grad().defined()) return;
  Tensor input = b.saved(0), weight = saved_or_none(b, 1);
  Dtype dtype = wide(input.dtype());
  Tensor x = reshape(to(input, dtype), l.sizes);
  Tensor g = reshape(to(b.grad(), dtype), l.sizes);
  Statistics s{b.saved(2), b.saved(3)};
  if (l.own && grad_enabled()) s = statistics(x, l.dims, l.eps);
  Tensor normal = (x - s.mean) * s.rstd;
  if (b.needs(0)) {
    Tensor gw = weight.defined() ? g * broadcast_as(weight, l.affine, dtype) : g;
    Tensor dx = l.own ? s.rstd * (gw - mean(gw, l.dims, true) - normal * mean(gw * normal, l.dims, true))
                      : gw * s.rstd;
    b.set(0, to(reshape(dx, input.sizes()), input.dtype()));
  }
  if (weight.defined() && b.needs(1))
    b.set(1, to(reshape(sum_to(g * normal, l.affine, dtype), affine_sizes), weight.dtype()));
  if (has_bias && b.needs(2)) b.set(2, to(reshape(sum_to(g, l.affine, dtype), affine_sizes), bias_dtype));
}

struct Normalized {
  Tensor out, mean, rstd;
};

// `given` holds statistics to use instead of the input's own.
Normalized normalized(const Tensor& input, const Tensor& weight, const Tensor& bias, Layout l,
                      const Statistics* given, const char* node) {
  Normalized n;
  Dtype dtype = wide(input.dtype());
  l.own = !given;
  {
    NoGradGuard quiet;
    Tensor x = reshape(to(input.detach(), dtype), l.sizes);
    Statistics s = given ? *given : statistics(x, l.dims, l.eps);
    n.mean = s.mean;
    n.rstd = s.rstd;
    n.out = to(reshape(scaled(x, s, broadcast_as(weight, l.affine, dtype),
                              broadcast_as(bias, l.affine, dtype), l.folds && dtype != input.dtype()),
                       input.sizes()),
               input.dtype());
  }
  Dtype bias_dtype = bias.defined() ? bias.dtype() : dtype;
  const Tensor& shaped = weight.defined() ? weight : bias;
  std::vector<int64_t> affine_sizes = shaped.defined() ? shaped.sizes().vec() : std::vector<int64_t>();
  n.out = record(std::move(n.out), node, {&input, &weight, &bias}, {{input}, {weight}, {n.mean}, {n.rstd}},
                 [l, has_bias = bias.defined(), bias_dtype, affine_sizes](Backward& b) {
                   normalization_backward(b, l, has_bias, bias_dtype, affine_sizes);
                 });
  return n;
}

void check_normalized_shape(const Tensor& input, IntList shape, const Tensor& weight, const Tensor& bias,
                            std::string_view op) {
  check_float(input, op);
  if (shape.size() == 0)
    raise<ShapeError>({"[", op,
                       "] Expected normalized_shape to be at least 1-dimensional, i.e., containing at least "
                       "one element, but got normalized_shape = []"});
  int64_t first = input.dim() - static_cast<int64_t>(shape.size());
  bool fits = first >= 0;
  for (size_t i = 0; fits && i < shape.size(); ++i)
    fits = input.size(first + static_cast<int64_t>(i)) == shape[i];
  if (weight.defined() && !(weight.sizes() == shape))
    raise<ShapeError>({"[", op,
                       "] Expected weight to be of same shape as normalized_shape, but got weight of shape ",
                       IntList(weight.sizes()), " and normalized_shape = ", shape});
  if (bias.defined() && !(bias.sizes() == shape))
    raise<ShapeError>({"[", op,
                       "] Expected bias to be of same shape as normalized_shape, but got bias of shape ",
                       IntList(bias.sizes()), " and normalized_shape = ", shape});
  if (!fits)
    raise<ShapeError>({"[", op, "] Given normalized_shape=", shape,
                       ", expected input with shape [*, ...], but got "
                       "input of size ",
                       IntList(input.sizes())});
}

// Weights of another dtype are only taken beside short floats, in float32.
void check_affine_dtype(const Tensor& input, const Tensor& t, std::string_view op) {
  if (t.defined() && t.dtype() != input.dtype() && !(t.dtype() == float32 && wide(input.dtype()) == float32))
    raise<DtypeError>({"[", op, "] expected scalar type ", scalar_type_name(input.dtype()), " but found ",
                       scalar_type_name(t.dtype())});
}

Layout layer_layout(const Tensor& input, IntList shape, double eps) {
  Layout l;
  l.eps = eps;
  l.folds = true;
  l.sizes = input.sizes().vec();
  size_t first = l.sizes.size() - shape.size();
  for (size_t d = 0; d < l.sizes.size(); ++d) {
    if (d >= first) l.dims.push_back(static_cast<int64_t>(d));
    l.affine.push_back(d >= first ? l.sizes[d] : 1);
  }
  return l;
}

} // namespace

std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& input, IntList normalized_shape,
                                                     const Tensor& weight, const Tensor& bias, double eps) {
  check_normalized_shape(input, normalized_shape, weight, bias, "native_layer_norm");
  check_affine_dtype(input, weight, "native_layer_norm");
  check_affine_dtype(input, bias, "native_layer_norm");
  Normalized n = normalized(input, weight, bias, layer_layout(input, normalized_shape, eps), nullptr,
                            "NativeLayerNormBackward0");
  NoGradGuard quiet;
  Dtype kept = weight.defined() ? weight.dtype() : input.dtype();
  return {n.out, to(n.mean, kept), to(n.rstd, kept)};
}
Tensor layer_norm(const Tensor& input, IntList normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  check_normalized_shape(input, normalized_shape, weight, bias, "layer_norm");
  check_affine_dtype(input, weight, "layer_norm");
  check_affine_dtype(input, bias, "layer_norm");
  return normalized(input, weight, bias, layer_layout(input, normalized_shape, eps), nullptr,
                    "NativeLayerNormBackward0")
      .out;
}

Tensor rms_norm(const Tensor& input, IntList normalized_shape, const Tensor& weight,
                std::optional<Scalar> eps) {
  check_normalized_shape(input, normalized_shape, weight, {}, "rms_norm");
  Dtype dtype = wide(input.dtype());
  double small = eps                ? eps->to<double>()
                 : dtype == float64 ? std::numeric_limits<double>::epsilon()
                                    : static_cast<double>(std::numeric_limits<float>::epsilon());
  Tensor x = to(input, dtype);
  Layout l = layer_layout(input, normalized_shape, small);
  Tensor y = x * (Scalar(1) / sqrt(mean(x * x, l.dims, true) + Scalar(small)));
  if (weight.defined()) y = y * weight;
  return to(y, input.dtype());
}

namespace {

Layout channel_layout(const Tensor& input, double eps) {
  Layout l;
  l.eps = eps;
  l.sizes = input.sizes().vec();
  for (int64_t d = 0; d < input.dim(); ++d) {
    if (d != 1) l.dims.push_back(d);
    l.affine.push_back(d == 1 ? l.sizes[1] : 1);
  }
  return l;
}

void check_channels(const Tensor& t, int64_t channels, std::string_view what, std::string_view op) {
  if (t.defined() && t.numel() != channels)
    raise<ShapeError>({"[", op, "] ", what, " should contain ", channels, " elements not ", t.numel()});
}

// running = (1 - momentum) * running + momentum * now.
void move_running(const Tensor& running, const Tensor& now, double momentum) {
  if (!running.defined()) return;
  NoGradGuard quiet;
  Tensor fresh = to(reshape(now, running.sizes()), running.dtype());
  running.detach().copy_(running.detach() * Scalar(1 - momentum) + fresh * Scalar(momentum));
}

Normalized batch_normalized(const Tensor& input, const Tensor& weight, const Tensor& bias,
                            const Tensor& running_mean, const Tensor& running_var, bool training,
                            double momentum, double eps, std::string_view op) {
  check_float(input, op);
  if (input.numel() == 0) {
    Normalized n;
    n.mean = n.rstd = empty(0, {.dtype = wide(input.dtype())});
    n.out = clone(input);
    if (weight.defined()) n.out = n.out * select(weight, 0, 0);
    if (bias.defined()) n.out = n.out + select(bias, 0, 0);
    return n;
  }
  if (input.dim() < 2)
    raise<IndexError>(
        {"[", op, "] Expected an input with a channel dimension, (N, C, ...), got ", IntList(input.sizes())});
  int64_t channels = input.size(1);
  if (!training && (!running_mean.defined() || !running_var.defined()))
    raise<ValueError>({"[", op, "] Expected running_mean and running_var to be defined when training=False"});
  check_channels(running_mean, channels, "running_mean", op);
  check_channels(running_var, channels, "running_var", op);
  check_channels(weight, channels, "weight", op);
  check_channels(bias, channels, "bias", op);
  Layout l = channel_layout(input, eps);
  if (training) {
    Normalized n = normalized(input, weight, bias, l, nullptr, "NativeBatchNormBackward0");
    if (running_mean.defined()) move_running(running_mean, n.mean, momentum);
    if (running_var.defined()) {
      NoGradGuard quiet;
      double count = static_cast<double>(input.numel()) / static_cast<double>(channels);
      Tensor x = to(input.detach(), n.mean.dtype());
      Tensor d = x - n.mean;
      move_running(running_var, sum(d * d, l.dims, true) * Scalar(1 / (count - 1)), momentum);
    }
    return n;
  }
  Statistics given;
  {
    NoGradGuard quiet;
    Dtype dtype = wide(input.dtype());
    given.mean = broadcast_as(running_mean.detach(), l.affine, dtype);
    given.rstd = Scalar(1) / sqrt(broadcast_as(running_var.detach(), l.affine, dtype) + Scalar(eps));
  }
  return normalized(input, weight, bias, l, &given, "NativeBatchNormBackward0");
}

// More than one value per channel is needed to have a variance.
void check_batch_size(IntList sizes, std::string_view op) {
  int64_t count = 1;
  for (size_t d = 0; d < sizes.size(); ++d)
    if (d != 1) count *= sizes[d];
  if (count == 1)
    raise<ValueError>(
        {"[", op, "] Expected more than 1 value per channel when training, got input size ", sizes});
}

} // namespace

std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const Tensor& input, const Tensor& weight,
                                                     const Tensor& bias, const Tensor& running_mean,
                                                     const Tensor& running_var, bool training,
                                                     double momentum, double eps) {
  Normalized n = batch_normalized(input, weight, bias, running_mean, running_var, training, momentum, eps,
                                  "native_batch_norm");
  NoGradGuard quiet;
  if (!training) return {n.out, empty(0, {.dtype = input.dtype()}), empty(0, {.dtype = input.dtype()})};
  return {n.out, reshape(n.mean, {-1}), reshape(n.rstd, {-1})};
}
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, bool training, double momentum, double eps) {
  check_defined(input, "batch_norm");
  if (training) check_batch_size(input.sizes(), "batch_norm");
  if (training ? eps <= 0 : eps < 0)
    raise<ValueError>({"[batch_norm] batch_norm eps must be positive during training, but got ", eps});
  return batch_normalized(input, weight, bias, running_mean, running_var, training, momentum, eps,
                          "batch_norm")
      .out;
}

std::tuple<Tensor, Tensor, Tensor> native_group_norm(const Tensor& input, const Tensor& weight,
                                                     const Tensor& bias, int64_t N, int64_t C, int64_t HxW,
                                                     int64_t group, double eps) {
  check_float(input, "native_group_norm");
  if (group <= 0 || C % group != 0)
    raise<ValueError>(
        {"[native_group_norm] Expected number of channels in input to be divisible by num_groups, but "
         "got ",
         C, " channels and num_groups=", group});
  if (input.numel() != N * C * HxW)
    raise<ShapeError>({"[native_group_norm] the input has sizes ", IntList(input.sizes()),
                       ", which isn't N * C * HxW = ", N, " * ", C, " * ", HxW});
  if (weight.defined() && (weight.dim() != 1 || weight.numel() != C))
    raise<ShapeError>(
        {"[native_group_norm] Expected weight to be a vector of size equal to the number of channels "
         "in input, but got weight of shape ",
         IntList(weight.sizes())});
  if (bias.defined() && (bias.dim() != 1 || bias.numel() != C))
    raise<ShapeError>(
        {"[native_group_norm] Expected bias to be a vector of size equal to the number of channels in "
         "input, but got bias of shape ",
         IntList(bias.sizes())});
  Layout l;
  l.eps = eps;
  l.sizes = {N, group, C / group, HxW};
  l.dims = {2, 3};
  l.affine = {1, group, C / group, 1};
  Normalized n = normalized(input, weight, bias, l, nullptr, "NativeGroupNormBackward0");
  // The statistics have gradients too.
  Statistics s{n.mean, n.rstd};
  if (needs_grad(input)) s = statistics(reshape(to(input, wide(input.dtype())), l.sizes), l.dims, eps);
  Dtype kept = weight.defined() ? weight.dtype() : input.dtype();
  return {n.out, to(reshape(s.mean, {N, group}), kept), to(reshape(s.rstd, {N, group}), kept)};
}
Tensor group_norm(const Tensor& input, int64_t num_groups, const Tensor& weight, const Tensor& bias,
                  double eps) {
  check_defined(input, "group_norm");
  if (input.dim() < 2)
    raise<ShapeError>(
        {"[group_norm] Expected at least 2 dimensions for input tensor but received ", input.dim()});
  if (num_groups <= 0)
    raise<ValueError>({"[group_norm] Expected num groups to be greater than 0, got ", num_groups});
  int64_t samples = input.size(0), channels = input.size(1), places = 1;
  for (int64_t d = 2; d < input.dim(); ++d) places *= input.size(d);
  if (channels % num_groups != 0)
    raise<ValueError>(
        {"[group_norm] Expected number of channels in input to be divisible by num_groups, but got "
         "input of shape ",
         IntList(input.sizes()), " and num_groups=", num_groups});
  if (samples * channels / num_groups * places == 1)
    raise<ValueError>({"[group_norm] Expected more than 1 value per channel when training, got input size ",
                       IntList(input.sizes())});
  return std::get<0>(native_group_norm(input, weight, bias, samples, channels, places, num_groups, eps));
}

Tensor instance_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, bool use_input_stats, double momentum,
                     double eps) {
  check_float(input, "instance_norm");
  if (input.dim() < 2)
    raise<ShapeError>({"[instance_norm] Expected an input of (N, C, ...), got ", IntList(input.sizes())});
  int64_t samples = input.size(0), channels = input.size(1), places = 1;
  for (int64_t d = 2; d < input.dim(); ++d) places *= input.size(d);
  if (use_input_stats && places == 1)
    raise<ValueError>({"[instance_norm] Expected more than 1 spatial element when training, got input size ",
                       IntList(input.sizes())});
  if (!use_input_stats && (!running_mean.defined() || !running_var.defined()))
    raise<ValueError>(
        {"[instance_norm] Expected running_mean and running_var to be defined when use_input_stats is "
         "false"});
  check_channels(running_mean, channels, "running_mean", "instance_norm");
  check_channels(running_var, channels, "running_var", "instance_norm");
  check_channels(weight, channels, "weight", "instance_norm");
  check_channels(bias, channels, "bias", "instance_norm");
  // Each channel of each sample is a channel of one sample; weights repeat.
  auto repeated = [&](const Tensor& t) {
    return t.defined() ? reshape(expand(unsqueeze(t, 0), {samples, channels}), {-1}) : t;
  };
  auto kept = [&](const Tensor& t) { return t.defined() ? clone(repeated(t.detach())) : t; };
  Tensor means = kept(running_mean), variances = kept(running_var);
  Dims sizes(input.sizes());
  sizes[0] = 1;
  sizes[1] = samples * channels;
  Tensor out = batch_normalized(reshape(input, sizes), repeated(weight), repeated(bias), means, variances,
                                use_input_stats, momentum, eps, "instance_norm")
                   .out;
  if (use_input_stats) {
    NoGradGuard quiet;
    if (means.defined()) running_mean.detach().copy_(mean(view(means, {samples, channels}), 0));
    if (variances.defined()) running_var.detach().copy_(mean(view(variances, {samples, channels}), 0));
  }
  return reshape(out, input.sizes());
}

Tensor local_response_norm(const Tensor& input, int64_t size, double alpha, double beta, double k) {
  check_defined(input, "local_response_norm");
  if (input.dim() < 3)
    raise<ValueError>({"[local_response_norm] Expected 3D or higher dimensionality input (got ", input.dim(),
                       " dimensions)"});
  // PyTorch's average pooling counts in int64 alone.
  if (!is_floating_point(input.dtype()) && input.dtype() != int64)
    raise<DtypeError>({"[local_response_norm] isn't defined for ", name(input.dtype()),
                       "; accepted are int64, float16, bfloat16, float32, float64"});
  if (size <= 0) raise<ValueError>({"[local_response_norm] size must be positive, got ", size});
  if (input.numel() == 0) return input;
  Tensor squares = input * input;
  int64_t channels = input.size(1), before = size / 2;
  Tensor total;
  for (int64_t shift = -before; shift <= (size - 1) / 2; ++shift) {
    int64_t start = std::max<int64_t>(0, shift), stop = std::min(channels, channels + shift);
    if (start >= stop) continue;
    Dims none(input.sizes());
    std::vector<Tensor> parts;
    if (none[1] = std::max<int64_t>(0, -shift); none[1] > 0)
      parts.push_back(zeros(none, {.dtype = input.dtype()}));
    parts.push_back(narrow(squares, 1, start, stop - start));
    if (none[1] = std::max<int64_t>(0, shift); none[1] > 0)
      parts.push_back(zeros(none, {.dtype = input.dtype()}));
    Tensor moved = parts.size() == 1 ? parts[0] : cat(parts, 1);
    total = total.defined() ? total + moved : moved;
  }
  Tensor mean_of =
      is_floating_point(input.dtype()) ? total / Scalar(size) : div(total, Scalar(size), "trunc");
  return input / pow(mean_of * Scalar(alpha) + Scalar(k), Scalar(beta));
}

Tensor norm_along(const Tensor& x, double p, int64_t dim, bool keepdim, std::string_view op) {
  check_float(x, op);
  Reduction r(x, dim, keepdim, op);
  Dtype dtype = wide(x.dtype());
  Tensor out;
  {
    NoGradGuard quiet;
    Tensor size = abs(to(x.detach(), dtype));
    if (p == 0)
      out = sum(to(ne(size, Scalar(0)), dtype), dim, keepdim);
    else if (p == 1)
      out = sum(size, dim, keepdim);
    else if (p == 2)
      out = sqrt(sum(size * size, dim, keepdim));
    else if (std::isinf(p))
      out = p > 0 ? amax(size, dim, keepdim) : -amax(-size, dim, keepdim);
    else
      out = pow(sum(pow(size, Scalar(p)), dim, keepdim), Scalar(1 / p));
    out = to(out, x.dtype());
  }
  Tensor kept = out;
  return record(
      std::move(out), "LinalgVectorNormBackward0", {&x}, {{x}, result(kept)},
      [p, dims = InputDims(x, r)](Backward& b) {
        if (!b.grad().defined()) return;
        Tensor self = b.saved(0), g = dims.aligned(b.grad()), n = dims.aligned(b.saved(1));
        Tensor way = to(self > 0, self.dtype()) - to(self < 0, self.dtype());
        Tensor zero = eq(n, Scalar(0));
        if (p == 0) {
          b.set(0, zeros_like(self));
        } else if (p == 1) {
          b.set(0, way * g);
        } else if (p == 2) {
          b.set(0, self * masked_fill(g / n, zero, Scalar(0)));
        } else if (std::isinf(p)) {
          Tensor most = eq(abs(self), n);
          std::vector<int64_t> reduced;
          for (int64_t d = 0; d < self.dim(); ++d)
            if (dims.mask >> d & 1) reduced.push_back(d);
          b.set(0, way * to(most, self.dtype()) * (g / to(sum(most, reduced, true), self.dtype())));
        } else {
          Tensor at_zero = eq(self, Scalar(0));
          Tensor size = where(at_zero, Scalar(1), abs(self));
          Tensor part = masked_fill(pow(size, Scalar(p - 1)), at_zero, Scalar(0));
          b.set(0,
                way * part * masked_fill(g / pow(where(zero, Scalar(1), n), Scalar(p - 1)), zero, Scalar(0)));
        }
      });
}

Tensor normalize(const Tensor& input, double p, int64_t dim, double eps) {
  return input / expand_as(clamp(norm_along(input, p, dim, true, "normalize"), Scalar(eps)), input);
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  check_defined(x1, x2, "cosine_similarity");
  check_float(x1, "cosine_similarity");
  check_float(x2, "cosine_similarity");
  Dims sizes = broadcast_sizes(x1.sizes(), x2.sizes(), "cosine_similarity");
  Dtype dtype = std::max(x1.dtype(), x2.dtype());
  Tensor a = expand(to(x1, dtype), sizes), b = expand(to(x2, dtype), sizes);
  // The floor under the norms has no gradient of its own.
  auto length = [&](const Tensor& x) {
    Tensor n = norm_along(x, 2, dim, true, "cosine_similarity");
    Tensor held = clone(n);
    NoGradGuard quiet;
    held.detach().copy_(clamp(held.detach(), Scalar(eps)));
    return held;
  };
  Tensor la = length(a), lb = length(b);
  return sum((a / la) * (b / lb), dim);
}

namespace {

constinit const Op ops[] = {
    op<decltype(layer_norm), &layer_norm>(
        "layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)",
        {.doc = "mean 0 and variance 1 over the last dimensions, then weight and bias",
         .samples = {"T(2, 5), 5", "T(2, 3, 4), [3, 4], T(3, 4), T(3, 4)", "T(2, 33), [33], T(33)"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(native_layer_norm), &native_layer_norm>(
        "native_layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)",
        {.doc = "layer_norm, and the mean and 1 / sqrt(variance + eps) that it used",
         .unsampled = "mean and rstd have no gradient; layer_norm is the same function",
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(rms_norm), &rms_norm>("rms_norm(input, normalized_shape, weight=None, eps=None)",
                                      {.doc = "input / sqrt(mean of squares + eps) over the last dimensions",
                                       .samples = {"T(2, 5), [5]", "T(2, 3, 4), [3, 4], T(3, 4), eps=0.5"},
                                       .takes = Takes::floats,
                                       .rounds_by_layout = true}),
    op<decltype(batch_norm), &batch_norm>(
        "batch_norm(input, running_mean=None, running_var=None, weight=None, bias=None, training=False, "
        "momentum=0.1, "
        "eps=1e-05)",
        {.doc = "mean 0 and variance 1 of each channel over the batch, then weight and bias",
         .samples = {"T(4, 3, 2), None, None, T(3), T(3), training=True", "T(4, 3), C(3), C(3), T(3), T(3)"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(native_batch_norm), &native_batch_norm>(
        "native_batch_norm(input, weight=None, bias=None, running_mean=None, running_var=None, "
        "training=False, "
        "momentum=0.1, eps=1e-05)",
        {.doc = "batch_norm, and the mean and 1 / sqrt(variance + eps) of the batch",
         .unsampled = "mean and rstd have no gradient; batch_norm is the same function",
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(group_norm), &group_norm>(
        "group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)",
        {.doc = "mean 0 and variance 1 of groups of channels, then weight and bias",
         .samples = {"T(2, 4, 3), 2, T(4), T(4)", "T(2, 6), 3"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(native_group_norm), &native_group_norm>(
        "native_group_norm(input, weight, bias, N, C, HxW, group, eps)",
        {.doc = "group_norm, and the mean and 1 / sqrt(variance + eps) of each group",
         .unsampled = "mean and rstd have no gradient; group_norm is the same function",
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(instance_norm), &instance_norm>(
        "instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, "
        "use_input_stats=True, "
        "momentum=0.1, eps=1e-05)",
        {.doc = "mean 0 and variance 1 of each channel of each sample, then weight and bias",
         .samples = {"T(2, 3, 4)", "T(2, 3, 4), None, None, T(3), T(3)"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(local_response_norm), &local_response_norm>(
        "local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)",
        {.doc = "input over a power of its neighbouring channels' squares",
         .samples = {"T(2, 5, 3), 3, alpha=0.5", "T(2, 4, 2, 2), 2, alpha=0.5"}}),
    op<decltype(normalize), &normalize>(
        "normalize(input, p=2.0, dim=1, eps=1e-12)",
        {.doc = "input over its p-norm along dim",
         .samples = {"D(2, 3)", "D(2, 3), p=1.0, dim=0", "D(2, 3, 2), p=3.0, dim=-1"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(cosine_similarity), &cosine_similarity>(
        "cosine_similarity(x1, x2, dim=1, eps=1e-08)",
        {.doc = "the cosine of the angle between vectors",
         .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3), dim=0", "T(3), T(3), dim=-1"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
};

} // namespace

extern const Family normalization_family;
constinit const Family normalization_family{"normalization", ops};

} // namespace talweg
