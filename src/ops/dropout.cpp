// Dropout. Each draws one Bernoulli number per element, or per channel, before anything else happens.
#include "talweg/ops/dropout.h"

#include <cmath>

#include "core/raise.h"
#include "core/shape.h"
#include "ops/checks.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/warnings.h"

namespace talweg {

namespace {

void check_dropout(const Tensor& input, double p, std::string_view op) {
  check_defined(input, op);
  if (!(p >= 0 && p <= 1))
    raise<ValueError>({"[", op, "] dropout probability has to be between 0 and 1, but got ", p});
}

// One number per sample and channel.
Dims channels_of(const Tensor& input, std::string_view op) {
  if (input.dim() < 2)
    raise<ShapeError>(
        {"[", op, "] Feature dropout requires at least 2 dimensions in the input, got ", input.dim()});
  Dims sizes(static_cast<size_t>(input.dim()), 1);
  sizes[0] = input.size(0);
  sizes[1] = input.size(1);
  return sizes;
}

struct Kind {
  bool feature, alpha;
};

Tensor drop(const Tensor& input, double p, bool training, bool inplace, Kind kind, std::string_view op) {
  check_dropout(input, p, op);
  if (p == 0 || !training || input.numel() == 0) return input;
  if (p == 1)
    return inplace ? input.mul_(zeros({}, {.dtype = input.dtype()}))
                   : input * zeros({}, {.dtype = input.dtype()});
  Tensor noise, shift;
  {
    NoGradGuard quiet;
    noise =
        kind.feature ? empty(channels_of(input, op), {.dtype = input.dtype()}) : empty_like(input.detach());
    noise.bernoulli_(1 - p);
    if (kind.alpha) {
      constexpr double alpha = 1.7580993408473766;
      double scale = 1 / std::sqrt((alpha * alpha * p + 1) * (1 - p));
      shift = (noise - Scalar(1)) * Scalar(alpha * scale) + Scalar(alpha * scale * p);
      noise.mul_(Scalar(scale));
    } else {
      noise.div_(Scalar(1 - p));
    }
  }
  if (inplace) {
    input.mul_(noise);
    return kind.alpha ? input.add_(shift) : input;
  }
  return kind.alpha ? input * noise + shift : input * noise;
}

} // namespace

Tensor dropout(const Tensor& input, double p, bool training, bool inplace) {
  return drop(input, p, training, inplace, {false, false}, "dropout");
}
Tensor alpha_dropout(const Tensor& input, double p, bool training, bool inplace) {
  return drop(input, p, training, inplace, {false, true}, "alpha_dropout");
}
Tensor feature_alpha_dropout(const Tensor& input, double p, bool training, bool inplace) {
  return drop(input, p, training, inplace, {true, true}, "feature_alpha_dropout");
}

namespace {

// Without a batch dimension the channels are the first.
Tensor drop_channels(const Tensor& input, double p, bool training, bool inplace, bool batched,
                     std::string_view op) {
  if (batched) return drop(input, p, training, inplace, {true, false}, op);
  if (!inplace) return squeeze(drop(unsqueeze(input, 0), p, training, false, {true, false}, op), 0);
  input.unsqueeze_(0);
  drop(input, p, training, true, {true, false}, op);
  return input.squeeze_(0);
}

void warn_of_dims(const Tensor& input, std::string_view op, std::string_view usual) {
  warn(std::string(op) + ": Received a " + std::to_string(input.dim()) + "-D input to " + std::string(op) +
       ", which is deprecated and will result in an error in a future release. Expected " +
       std::string(usual) + "; to keep this, use dropout.");
}

} // namespace

Tensor dropout1d(const Tensor& input, double p, bool training, bool inplace) {
  check_dropout(input, p, "dropout1d");
  if (input.dim() != 2 && input.dim() != 3)
    raise<ShapeError>(
        {"[dropout1d] dropout1d: Expected 2D or 3D input, but received a ", input.dim(), "D input."});
  return drop_channels(input, p, training, inplace, input.dim() == 3, "dropout1d");
}
Tensor dropout2d(const Tensor& input, double p, bool training, bool inplace) {
  check_dropout(input, p, "dropout2d");
  if (input.dim() != 3 && input.dim() != 4) warn_of_dims(input, "dropout2d", "3D or 4D inputs");
  if (input.dim() == 3)
    warn(
        "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is "
        "desired - input is interpreted as shape (N, C, L), where C is the channel dim.");
  return drop(input, p, training, inplace, {true, false}, "dropout2d");
}
Tensor dropout3d(const Tensor& input, double p, bool training, bool inplace) {
  check_dropout(input, p, "dropout3d");
  if (input.dim() != 4 && input.dim() != 5) warn_of_dims(input, "dropout3d", "4D or 5D inputs");
  return drop_channels(input, p, training, inplace, input.dim() == 5, "dropout3d");
}

namespace {

using Dropout = Tensor(const Tensor&, double, bool, bool);

constinit const Op ops[] = {
    op<Dropout, &dropout>(
        "dropout(input, p=0.5, training=True, inplace=False)",
        {.doc = "elements set to zero at random, the others scaled",
         .samples = {"T(2, 3)", "T(33), p=0.25", "T(2, 3), training=False", "T(2, 3), p=1.0"},
         .derivative = Derivative::linear,
         .takes = Takes::floats}),
    op<Dropout, &dropout1d>("dropout1d(input, p=0.5, training=True, inplace=False)",
                            {.doc = "channels set to zero at random, the others scaled",
                             .samples = {"T(2, 3, 4)", "T(5, 3), p=0.25", "T(2, 3), training=False"},
                             .derivative = Derivative::linear,
                             .takes = Takes::floats}),
    op<Dropout, &dropout2d>("dropout2d(input, p=0.5, training=True, inplace=False)",
                            {.doc = "channels set to zero at random, the others scaled",
                             .samples = {"T(2, 3, 2, 2)", "T(5, 3, 2, 2), p=0.25"},
                             .derivative = Derivative::linear,
                             .takes = Takes::floats}),
    op<Dropout, &dropout3d>("dropout3d(input, p=0.5, training=True, inplace=False)",
                            {.doc = "channels set to zero at random, the others scaled",
                             .samples = {"T(2, 3, 2, 2, 2)", "T(5, 3, 2, 2), p=0.25"},
                             .derivative = Derivative::linear,
                             .takes = Takes::floats}),
    op<Dropout, &alpha_dropout>(
        "alpha_dropout(input, p=0.5, training=False, inplace=False)",
        {.doc = "dropout that keeps SELU's mean and variance",
         .samples = {"T(2, 3), training=True", "T(33), p=0.25, training=True", "T(2, 3)"},
         .derivative = Derivative::linear,
         .takes = Takes::floats}),
    op<Dropout, &feature_alpha_dropout>(
        "feature_alpha_dropout(input, p=0.5, training=False, inplace=False)",
        {.doc = "alpha_dropout of whole channels",
         .samples = {"T(2, 3, 2), training=True", "T(5, 3), p=0.25, training=True"},
         .derivative = Derivative::linear,
         .takes = Takes::floats}),
};

} // namespace

extern const Family dropout_family;
constinit const Family dropout_family{"dropout", ops};

} // namespace talweg
