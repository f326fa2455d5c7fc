#include "talweg/nn/init.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/raise.h"
#include "kernels/qr.h"
#include "ops/launch.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/warnings.h"

namespace talweg::nn::init {

namespace {

bool is_empty(const Tensor& t) {
  if (t.numel() != 0) return false;
  warn("Initializing zero-element tensors is a no-op");
  return true;
}

double fan_of(const Tensor& tensor, std::string_view mode) {
  auto [in, out] = calculate_fan_in_and_fan_out(tensor);
  if (mode == "fan_in") return static_cast<double>(in);
  if (mode == "fan_out") return static_cast<double>(out);
  raise<ValueError>({"Mode ", mode, " not supported, please use one of ['fan_in', 'fan_out']"});
}

double xavier_std(const Tensor& tensor, double gain) {
  auto [in, out] = calculate_fan_in_and_fan_out(tensor);
  return gain * std::sqrt(2.0 / static_cast<double>(in + out));
}

double normal_cdf(double x) { return (1 + std::erf(x / std::sqrt(2.0))) / 2; }

// Draws whole tensors until every place has a value in [low, high] that `draw` accepts.
template <class Draw>
void draw_until_inside(const Tensor& tensor, Draw draw) {
  auto [values, bad] = draw();
  tensor.copy_(values);
  while (bad.any().template item<bool>()) {
    auto [again, again_bad] = draw();
    tensor.copy_(where(bad, again, tensor));
    bad = logical_and(bad, again_bad);
  }
}

} // namespace

double calculate_gain(std::string_view nonlinearity, std::optional<double> param) {
  for (std::string_view linear : {"linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d",
                                  "conv_transpose2d", "conv_transpose3d", "sigmoid"})
    if (nonlinearity == linear) return 1;
  if (nonlinearity == "tanh") return 5.0 / 3;
  if (nonlinearity == "relu") return std::sqrt(2.0);
  if (nonlinearity == "leaky_relu") {
    double slope = param.value_or(0.01);
    return std::sqrt(2.0 / (1 + slope * slope));
  }
  if (nonlinearity == "selu") return 3.0 / 4;
  raise<ValueError>({"Unsupported nonlinearity ", nonlinearity});
}

std::pair<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor) {
  if (tensor.dim() < 2)
    raise<ValueError>({"Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"});
  int64_t area = 1;
  for (int64_t d = 2; d < tensor.dim(); ++d) area *= tensor.size(d);
  return {tensor.size(1) * area, tensor.size(0) * area};
}

const Tensor& uniform_(const Tensor& tensor, double a, double b, std::optional<Generator> generator) {
  NoGradGuard guard;
  return talweg::uniform_(tensor, a, b, std::move(generator));
}
const Tensor& normal_(const Tensor& tensor, double mean, double std, std::optional<Generator> generator) {
  NoGradGuard guard;
  return talweg::normal_(tensor, mean, std, std::move(generator));
}

const Tensor& trunc_normal_(const Tensor& tensor, double mean, double std, double a, double b,
                            std::optional<Generator> generator) {
  NoGradGuard guard;
  if (mean < a - 2 * std || mean > b + 2 * std)
    warn(
        "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
        "incorrect.");
  if (tensor.numel() == 0) return tensor;
  if (normal_cdf((b - mean) / std) - normal_cdf((a - mean) / std) > 0.3) {
    Tensor low = full({}, a, {.dtype = tensor.dtype()}), high = full({}, b, {.dtype = tensor.dtype()});
    draw_until_inside(tensor, [&] {
      Tensor x = empty_like(tensor);
      talweg::normal_(x, mean, std, generator);
      return std::pair(x, (x < low) | (x > high));
    });
    return tensor;
  }
  double nearest = mean < a ? a : mean > b ? b : mean;
  double peak = -0.5 * ((nearest - mean) / std) * ((nearest - mean) / std);
  draw_until_inside(tensor, [&] {
    Tensor x = empty_like(tensor), u = empty_like(tensor);
    talweg::uniform_(x, a, b, generator);
    talweg::uniform_(u, 0, 1, generator);
    return std::pair(x, u.log() > ((x - mean) / std).pow(2) * -0.5 - peak);
  });
  return tensor;
}

const Tensor& constant_(const Tensor& tensor, double val) {
  NoGradGuard guard;
  return tensor.fill_(val);
}
const Tensor& ones_(const Tensor& tensor) { return constant_(tensor, 1); }
const Tensor& zeros_(const Tensor& tensor) { return constant_(tensor, 0); }
const Tensor& eye_(const Tensor& tensor) {
  if (tensor.dim() != 2) raise<ValueError>({"Only tensors with 2 dimensions are supported"});
  NoGradGuard guard;
  return tensor.copy_(eye(tensor.size(0), tensor.size(1)));
}

const Tensor& xavier_uniform_(const Tensor& tensor, double gain, std::optional<Generator> generator) {
  double bound = std::sqrt(3.0) * xavier_std(tensor, gain);
  return init::uniform_(tensor, -bound, bound, std::move(generator));
}
const Tensor& xavier_normal_(const Tensor& tensor, double gain, std::optional<Generator> generator) {
  return init::normal_(tensor, 0, xavier_std(tensor, gain), std::move(generator));
}
const Tensor& kaiming_uniform_(const Tensor& tensor, double a, std::string_view mode,
                               std::string_view nonlinearity, std::optional<Generator> generator) {
  if (is_empty(tensor)) return tensor;
  double std = calculate_gain(nonlinearity, a) / std::sqrt(fan_of(tensor, mode));
  double bound = std::sqrt(3.0) * std;
  return init::uniform_(tensor, -bound, bound, std::move(generator));
}
const Tensor& kaiming_normal_(const Tensor& tensor, double a, std::string_view mode,
                              std::string_view nonlinearity, std::optional<Generator> generator) {
  if (is_empty(tensor)) return tensor;
  return init::normal_(tensor, 0, calculate_gain(nonlinearity, a) / std::sqrt(fan_of(tensor, mode)),
                       std::move(generator));
}

const Tensor& orthogonal_(const Tensor& tensor, double gain, std::optional<Generator> generator) {
  if (tensor.dim() < 2) raise<ValueError>({"Only tensors with 2 or more dimensions are supported"});
  if (tensor.numel() == 0) return tensor;
  if (tensor.dtype() != float32 && tensor.dtype() != float64)
    raise<DtypeError>(
        {"[orthogonal_] not implemented for ", tensor.dtype(), "; accepted are float32 and float64"});
  NoGradGuard guard;
  int64_t rows = tensor.size(0), columns = tensor.numel() / rows;
  Tensor drawn = empty({rows, columns}, {.dtype = tensor.dtype()});
  talweg::normal_(drawn, 0, 1, std::move(generator));
  Tensor tall = rows < columns ? drawn.t() : drawn;
  Tensor factor = empty(tall.sizes(), {.dtype = tall.dtype()});
  launch(orthogonal_factor_kernel, {buffer_of(factor), buffer_of(tall)});
  if (rows < columns) factor = factor.t();
  return tensor.copy_(factor.reshape(tensor.sizes())).mul_(gain);
}

const Tensor& sparse_(const Tensor& tensor, double sparsity, double std, std::optional<Generator> generator) {
  if (tensor.dim() != 2) raise<ValueError>({"Only tensors with 2 dimensions are supported"});
  init::normal_(tensor, 0, std, std::move(generator));
  NoGradGuard guard;
  auto zeros = static_cast<int64_t>(std::ceil(sparsity * static_cast<double>(tensor.size(0))));
  for (int64_t column = 0; column < tensor.size(1); ++column) {
    Tensor rows = randperm(tensor.size(0)).narrow(0, 0, zeros);
    tensor.index_put_({rows, column}, 0);
  }
  return tensor;
}

const Tensor& dirac_(const Tensor& tensor, int64_t groups) {
  if (tensor.dim() < 3 || tensor.dim() > 5)
    raise<ValueError>({"Only tensors with 3, 4, or 5 dimensions are supported"});
  if (groups < 1 || tensor.size(0) % groups != 0) raise<ValueError>({"dim 0 must be divisible by groups"});
  NoGradGuard guard;
  tensor.zero_();
  int64_t per_group = tensor.size(0) / groups, most = std::min(per_group, tensor.size(1));
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t d = 0; d < most; ++d) {
      Tensor middle = tensor[g * per_group + d][d];
      while (middle.dim() > 0) middle = middle[middle.size(0) / 2];
      middle.fill_(1);
    }
  return tensor;
}

} // namespace talweg::nn::init
