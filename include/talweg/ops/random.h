// Tensors of random numbers, with PyTorch's numbers for PyTorch's seeds. All draw from `generator`, by default from
// default_generator().
#pragma once

#include <optional>

#include "talweg/int_list.h"
#include "talweg/random.h"
#include "talweg/scalar.h"

namespace talweg {

class Tensor;
struct TensorOptions;

/// Uniform on [0, 1).
Tensor rand(IntList size, const TensorOptions& options);
Tensor rand(IntList size);
Tensor rand_like(const Tensor& self);
/// Standard normal.
Tensor randn(IntList size, const TensorOptions& options);
Tensor randn(IntList size);
Tensor randn_like(const Tensor& self);
/// Integers of [low, high), int64.
Tensor randint(int64_t low, int64_t high, IntList size, const TensorOptions& options);
Tensor randint(int64_t low, int64_t high, IntList size);
Tensor randint(int64_t high, IntList size);
/// A random order of 0 ... n - 1, int64.
Tensor randperm(int64_t n);
/// Zeros and ones: one with the probability that stands in self.
Tensor bernoulli(const Tensor& self);

/// Fills in place: uniform on [from, to), normal, Bernoulli, integers of [from, to) or of the dtype's whole range.
const Tensor& uniform_(const Tensor& self, double from = 0, double to = 1, std::optional<Generator> generator = {});
const Tensor& normal_(const Tensor& self, double mean = 0, double std = 1, std::optional<Generator> generator = {});
const Tensor& bernoulli_(const Tensor& self, double p = 0.5, std::optional<Generator> generator = {});
const Tensor& random_(const Tensor& self, int64_t from, std::optional<int64_t> to, std::optional<Generator> generator = {});
const Tensor& random_(const Tensor& self);

/// The state of the default generator, PyTorch's 5056 bytes as uint8; and going on from one.
Tensor get_rng_state();
void set_rng_state(const Tensor& state);

}  // namespace talweg
