// Tensors of random numbers, with PyTorch's numbers for PyTorch's seeds. All draw from `generator`, by
// default from default_generator(), in row-major order of the elements.
#pragma once

#include <cstdint>
#include <optional>

#include "talweg/int_list.h"
#include "talweg/random.h"
#include "talweg/scalar.h"

namespace talweg {

class Tensor;
struct TensorOptions;

/// Uniform on [0, 1). Floating-point dtypes.
Tensor rand(IntList size, const TensorOptions& options, std::optional<Generator> generator = {});
Tensor rand(IntList size);
Tensor rand_like(const Tensor& input);
Tensor rand_like(const Tensor& input, const TensorOptions& options, std::optional<Generator> generator = {});
/// Standard normal. Floating-point dtypes.
Tensor randn(IntList size, const TensorOptions& options, std::optional<Generator> generator = {});
Tensor randn(IntList size);
Tensor randn_like(const Tensor& input);
Tensor randn_like(const Tensor& input, const TensorOptions& options, std::optional<Generator> generator = {});
/// Integers of [low, high); int64 unless options say otherwise.
Tensor randint(int64_t low, int64_t high, IntList size, const TensorOptions& options,
               std::optional<Generator> generator = {});
Tensor randint(int64_t low, int64_t high, IntList size);
Tensor randint(int64_t high, IntList size);
/// The same in the shape and dtype of another tensor.
Tensor randint_like(const Tensor& input, int64_t low, int64_t high);
Tensor randint_like(const Tensor& input, int64_t low, int64_t high, const TensorOptions& options,
                    std::optional<Generator> generator = {});
Tensor randint_like(const Tensor& input, int64_t high);
Tensor randint_like(const Tensor& input, int64_t high, const TensorOptions& options,
                    std::optional<Generator> generator = {});
/// A random order of 0 ... n - 1; int64 unless options say otherwise.
Tensor randperm(int64_t n);
Tensor randperm(int64_t n, const TensorOptions& options, std::optional<Generator> generator = {});
/// Zeros and ones: one with the probability that stands in self, or with p.
Tensor bernoulli(const Tensor& self, std::optional<Generator> generator = {});
Tensor bernoulli(const Tensor& self, double p, std::optional<Generator> generator = {});
/// Normal numbers, each with its own mean, its own standard deviation, or both (broadcast).
Tensor normal(const Tensor& mean, const Tensor& std, std::optional<Generator> generator = {});
Tensor normal(const Tensor& mean, double std = 1, std::optional<Generator> generator = {});
Tensor normal(double mean, const Tensor& std, std::optional<Generator> generator = {});
Tensor normal(double mean, double std, IntList size);
Tensor normal(double mean, double std, IntList size, const TensorOptions& options,
              std::optional<Generator> generator = {});
/// Numbers of events, given the expected ones.
Tensor poisson(const Tensor& input, std::optional<Generator> generator = {});
/// Numbers of successes in `count` trials of probability `prob` (broadcast).
Tensor binomial(const Tensor& count, const Tensor& prob, std::optional<Generator> generator = {});
/// Indices drawn by weights: `num_samples` per row of self, (n) or (rows, n); int64.
Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement = false,
                   std::optional<Generator> generator = {});

// Fills in place. The gradient of what they overwrite is zero.

/// Uniform on [from, to).
const Tensor& uniform_(const Tensor& self, double from = 0, double to = 1,
                       std::optional<Generator> generator = {});
/// Normal.
const Tensor& normal_(const Tensor& self, double mean = 0, double std = 1,
                      std::optional<Generator> generator = {});
/// exp of normal numbers with these parameters.
const Tensor& log_normal_(const Tensor& self, double mean = 1, double std = 2,
                          std::optional<Generator> generator = {});
/// Exponential with rate lambd.
const Tensor& exponential_(const Tensor& self, double lambd = 1, std::optional<Generator> generator = {});
/// Cauchy.
const Tensor& cauchy_(const Tensor& self, double median = 0, double sigma = 1,
                      std::optional<Generator> generator = {});
/// Number of trials until the first success, 0 < p < 1.
const Tensor& geometric_(const Tensor& self, double p, std::optional<Generator> generator = {});
/// Ones with probability p, else zeros. Every dtype.
const Tensor& bernoulli_(const Tensor& self, double p = 0.5, std::optional<Generator> generator = {});
const Tensor& bernoulli_(const Tensor& self, const Tensor& p, std::optional<Generator> generator = {});
/// Integers of [from, to), or up to the largest that the dtype tells from its neighbours. Every dtype.
const Tensor& random_(const Tensor& self, int64_t from, std::optional<int64_t> to,
                      std::optional<Generator> generator = {});
/// Integers of [0, to).
const Tensor& random_(const Tensor& self, int64_t to);
/// Integers of the dtype's whole range from 0.
const Tensor& random_(const Tensor& self);

} // namespace talweg
