// Activations of torch.nn.functional, element by element, on floating dtypes unless said otherwise. `inplace`
// writes the result into input and gives it back.
#pragma once

#include <optional>
#include <string_view>

#include "talweg/dtype.h"
#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// input * P(X <= input) for normal X; `approximate` is "none" or "tanh" (Hendrycks and Gimpel, 2016).
Tensor gelu(const Tensor& input, std::string_view approximate = "none");
/// input * sigmoid(input).
Tensor silu(const Tensor& input, bool inplace = false);
/// input above 0, alpha * (e^input - 1) below.
Tensor elu(const Tensor& input, Scalar alpha = 1.0, bool inplace = false);
/// The same into input.
const Tensor& elu_(const Tensor& input, Scalar alpha = 1.0);
/// elu with the scale and alpha that normalise (Klambauer et al., 2017).
Tensor selu(const Tensor& input, bool inplace = false);
/// The same into input.
const Tensor& selu_(const Tensor& input);
/// input above 0, alpha * (e^(input / alpha) - 1) below.
Tensor celu(const Tensor& input, Scalar alpha = 1.0, bool inplace = false);
/// The same into input.
const Tensor& celu_(const Tensor& input, Scalar alpha = 1.0);
/// input above 0, negative_slope * input below.
Tensor leaky_relu(const Tensor& input, Scalar negative_slope = 0.01, bool inplace = false);
/// The same into input.
const Tensor& leaky_relu_(const Tensor& input, Scalar negative_slope = 0.01);
/// log(1 + e^(beta * input)) / beta; input itself where beta * input > threshold.
Tensor softplus(const Tensor& input, Scalar beta = 1, Scalar threshold = 20);
/// input * tanh(softplus(input)).
Tensor mish(const Tensor& input, bool inplace = false);
/// input limited to [min_val, max_val]; integers too.
Tensor hardtanh(const Tensor& input, Scalar min_val = -1.0, Scalar max_val = 1.0, bool inplace = false);
/// The same into input.
const Tensor& hardtanh_(const Tensor& input, Scalar min_val = -1.0, Scalar max_val = 1.0);
/// input limited to [0, 6]; integers too.
Tensor relu6(const Tensor& input, bool inplace = false);
/// (input + 3) / 6 limited to [0, 1].
Tensor hardsigmoid(const Tensor& input, bool inplace = false);
/// input * hardsigmoid(input).
Tensor hardswish(const Tensor& input, bool inplace = false);
/// log(sigmoid(input)) without its cancellation.
Tensor logsigmoid(const Tensor& input);
/// The first half along dim times the sigmoid of the second.
Tensor glu(const Tensor& input, int64_t dim = -1);
/// input above 0, weight * input below; weight has one number, or one for each input.size(1).
Tensor prelu(const Tensor& input, const Tensor& weight);
/// input where it is above threshold, else value; integers too.
Tensor threshold(const Tensor& input, Scalar threshold, Scalar value, bool inplace = false);
/// The same into input.
const Tensor& threshold_(const Tensor& input, Scalar threshold, Scalar value);
/// input - tanh(input).
Tensor tanhshrink(const Tensor& input);
/// input moved by lambd toward 0, 0 where it would pass it.
Tensor softshrink(const Tensor& input, Scalar lambd = 0.5);
/// input, 0 in [-lambd, lambd].
Tensor hardshrink(const Tensor& input, Scalar lambd = 0.5);
/// softmax(-input). Without dim: the first dimension, the second of matrices and of tensors of 4 or more
/// dimensions.
Tensor softmin(const Tensor& input, std::optional<int64_t> dim = {}, std::optional<Dtype> dtype = {});
/// In training each negative number times one drawn between lower and upper; else leaky_relu with their mean.
Tensor rrelu(const Tensor& input, double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false,
             bool inplace = false);
/// The same into input.
const Tensor& rrelu_(const Tensor& input, double lower = 1.0 / 8, double upper = 1.0 / 3,
                     bool training = false);

} // namespace talweg
