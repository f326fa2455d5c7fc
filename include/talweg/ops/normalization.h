// Normalization: mean 0 and variance 1 over some dimensions, then weight and bias. Either may be undefined.
#pragma once

#include <optional>
#include <tuple>

#include "talweg/tensor.h"

namespace talweg {

/// Over the last dimensions, which must be normalized_shape; weight and bias have these sizes (Ba et al.,
/// 2016).
Tensor layer_norm(const Tensor& input, IntList normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);
/// The same and the mean and 1 / sqrt(variance + eps) that it used.
std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& input, IntList normalized_shape,
                                                     const Tensor& weight = {}, const Tensor& bias = {},
                                                     double eps = 1e-5);
/// input / sqrt(mean of squares + eps) over the last dimensions (Zhang and Sennrich, 2019); eps is the
/// dtype's epsilon unless given.
Tensor rms_norm(const Tensor& input, IntList normalized_shape, const Tensor& weight = {},
                std::optional<Scalar> eps = {});
/// Over all dimensions but the channels, input (N, C, ...) (Ioffe and Szegedy, 2015). With `training` the
/// batch's own statistics, which move the running ones by `momentum`; else the running ones.
Tensor batch_norm(const Tensor& input, const Tensor& running_mean = {}, const Tensor& running_var = {},
                  const Tensor& weight = {}, const Tensor& bias = {}, bool training = false,
                  double momentum = 0.1, double eps = 1e-5);
/// The same and the mean and 1 / sqrt(variance + eps) of the batch, both empty unless `training`.
std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const Tensor& input, const Tensor& weight = {},
                                                     const Tensor& bias = {}, const Tensor& running_mean = {},
                                                     const Tensor& running_var = {}, bool training = false,
                                                     double momentum = 0.1, double eps = 1e-5);
/// Over groups of channels of each sample, input (N, C, ...) (Wu and He, 2018); weight and bias (C).
Tensor group_norm(const Tensor& input, int64_t num_groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);
/// The same of N samples of C channels of HxW places, and the mean and 1 / sqrt(variance + eps) of each
/// group.
std::tuple<Tensor, Tensor, Tensor> native_group_norm(const Tensor& input, const Tensor& weight,
                                                     const Tensor& bias, int64_t N, int64_t C, int64_t HxW,
                                                     int64_t group, double eps);
/// Over each channel of each sample, input (N, C, L, ...) (Ulyanov et al., 2016); without use_input_stats by
/// the running statistics.
Tensor instance_norm(const Tensor& input, const Tensor& running_mean = {}, const Tensor& running_var = {},
                     const Tensor& weight = {}, const Tensor& bias = {}, bool use_input_stats = true,
                     double momentum = 0.1, double eps = 1e-5);
/// input / (k + alpha * mean of the squares of `size` neighbouring channels)^beta, input (N, C, L, ...)
/// (Krizhevsky et al., 2012).
Tensor local_response_norm(const Tensor& input, int64_t size, double alpha = 1e-4, double beta = 0.75,
                           double k = 1.0);
/// input / max(p-norm along dim, eps).
Tensor normalize(const Tensor& input, double p = 2.0, int64_t dim = 1, double eps = 1e-12);
/// The cosine of the angle between x1 and x2 along dim, norms not below eps.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim = 1, double eps = 1e-8);

} // namespace talweg
