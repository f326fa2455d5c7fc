// First values of parameters: torch.nn.init, with its numbers for its seeds. All fill in place, without
// recording, and return their argument.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "talweg/random.h"
#include "talweg/tensor.h"

namespace talweg::nn::init {

/// The factor recommended for a nonlinearity: 1 for linear, conv and sigmoid, 5/3 for tanh, sqrt(2) for relu,
/// sqrt(2 / (1 + param^2)) for leaky_relu (0.01 by default), 3/4 for selu.
double calculate_gain(std::string_view nonlinearity, std::optional<double> param = {});
/// Inputs and outputs of a weight (out, in, kernel...). Throws ValueError for fewer than two dimensions.
std::pair<int64_t, int64_t> calculate_fan_in_and_fan_out(const Tensor& tensor);

const Tensor& uniform_(const Tensor& tensor, double a = 0, double b = 1,
                       std::optional<Generator> generator = {});
const Tensor& normal_(const Tensor& tensor, double mean = 0, double std = 1,
                      std::optional<Generator> generator = {});
/// Normal, but every value outside [a, b] drawn again.
const Tensor& trunc_normal_(const Tensor& tensor, double mean = 0, double std = 1, double a = -2,
                            double b = 2, std::optional<Generator> generator = {});
const Tensor& constant_(const Tensor& tensor, double val);
const Tensor& ones_(const Tensor& tensor);
const Tensor& zeros_(const Tensor& tensor);
/// The identity matrix.
const Tensor& eye_(const Tensor& tensor);
/// Uniform on +-gain * sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010); normal of that variance.
const Tensor& xavier_uniform_(const Tensor& tensor, double gain = 1, std::optional<Generator> generator = {});
const Tensor& xavier_normal_(const Tensor& tensor, double gain = 1, std::optional<Generator> generator = {});
/// Uniform on +-gain * sqrt(3 / fan) (He et al., 2015); normal with gain / sqrt(fan). `mode` is fan_in or
/// fan_out.
const Tensor& kaiming_uniform_(const Tensor& tensor, double a = 0, std::string_view mode = "fan_in",
                               std::string_view nonlinearity = "leaky_relu",
                               std::optional<Generator> generator = {});
const Tensor& kaiming_normal_(const Tensor& tensor, double a = 0, std::string_view mode = "fan_in",
                              std::string_view nonlinearity = "leaky_relu",
                              std::optional<Generator> generator = {});
/// A matrix with orthonormal rows or columns, whichever are fewer, times gain (Saxe et al., 2013); dimensions
/// after the first count as one. float32 or float64.
const Tensor& orthogonal_(const Tensor& tensor, double gain = 1, std::optional<Generator> generator = {});
/// Normal, then in every column the share `sparsity` of the rows set to zero (Martens, 2010). Two dimensions.
const Tensor& sparse_(const Tensor& tensor, double sparsity, double std = 0.01,
                      std::optional<Generator> generator = {});
/// The identity in the middle of convolution weights (3 to 5 dimensions), per group.
const Tensor& dirac_(const Tensor& tensor, int64_t groups = 1);

} // namespace talweg::nn::init
