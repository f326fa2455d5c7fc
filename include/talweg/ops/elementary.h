// Elementary functions, activations and choices, element by element. Integers give the default dtype where a
// function has no integer values.
#pragma once

#include <optional>
#include <vector>

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// |self|. The derivative at 0 is 0.
Tensor abs(const Tensor& self);
const Tensor& abs_(const Tensor& self);
/// e ^ self; at most 1-2 ulp.
Tensor exp(const Tensor& self);
const Tensor& exp_(const Tensor& self);
/// Natural logarithm; at most 1-2 ulp.
Tensor log(const Tensor& self);
const Tensor& log_(const Tensor& self);
/// Square root, correctly rounded.
Tensor sqrt(const Tensor& self);
const Tensor& sqrt_(const Tensor& self);
/// Hyperbolic tangent.
Tensor tanh(const Tensor& self);
const Tensor& tanh_(const Tensor& self);
/// 1 / (1 + e ^ -self).
Tensor sigmoid(const Tensor& self);
const Tensor& sigmoid_(const Tensor& self);
/// self / (1 + |self|). Infinities give NaN, as in PyTorch.
Tensor softsign(const Tensor& self);
/// max(self, 0); NaN stays.
Tensor relu(const Tensor& self);
const Tensor& relu_(const Tensor& self);
/// The larger of two, NaN if either is. Equal values share the gradient.
Tensor maximum(const Tensor& self, const Tensor& other);
/// The smaller of two, NaN if either is. Equal values share the gradient.
Tensor minimum(const Tensor& self, const Tensor& other);
/// self limited to [min, max]; either limit may be left out, not both. If min > max the result is max.
Tensor clamp(const Tensor& self, std::optional<Scalar> min, std::optional<Scalar> max = {});
/// The same with limits that broadcast; an undefined Tensor is no limit.
Tensor clamp(const Tensor& self, const Tensor& min, const Tensor& max);
const Tensor& clamp_(const Tensor& self, std::optional<Scalar> min, std::optional<Scalar> max = {});
const Tensor& clamp_(const Tensor& self, const Tensor& min, const Tensor& max);
/// self where condition is true, else other. condition is bool.
Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other);
Tensor where(const Tensor& condition, Scalar self, const Tensor& other);
Tensor where(const Tensor& condition, const Tensor& self, Scalar other);
Tensor where(const Tensor& condition, Scalar self, Scalar other);
/// The positions where condition isn't zero: one int64 tensor per dimension, as `x.index(...)` takes them.
std::vector<Tensor> where(const Tensor& condition);
/// value where mask (bool, broadcast) is true, else self. A tensor value is 0-d.
Tensor masked_fill(const Tensor& self, const Tensor& mask, Scalar value);
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value);
const Tensor& masked_fill_(const Tensor& self, const Tensor& mask, Scalar value);
const Tensor& masked_fill_(const Tensor& self, const Tensor& mask, const Tensor& value);

} // namespace talweg
