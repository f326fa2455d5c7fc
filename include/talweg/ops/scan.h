// Running sums and their kin, differences, areas under curves.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// Running sum along dim. Integers and bool are added in int64, float32 in float64, each result rounded.
Tensor cumsum(const Tensor& self, int64_t dim, std::optional<Dtype> dtype = {});
const Tensor& cumsum_(const Tensor& self, int64_t dim, std::optional<Dtype> dtype = {});
/// Running product along dim, likewise.
Tensor cumprod(const Tensor& self, int64_t dim, std::optional<Dtype> dtype = {});
const Tensor& cumprod_(const Tensor& self, int64_t dim, std::optional<Dtype> dtype = {});
/// The largest (smallest) element so far and where it stands (the last of equals), int64. NaN wins.
std::pair<Tensor, Tensor> cummax(const Tensor& self, int64_t dim);
std::pair<Tensor, Tensor> cummin(const Tensor& self, int64_t dim);
/// log(cumsum(exp(self))), without overflow.
Tensor logcumsumexp(const Tensor& self, int64_t dim);
/// Differences of neighbours along dim, n times; `prepend` and `append` are put before and behind first.
Tensor diff(const Tensor& self, int64_t n = 1, int64_t dim = -1);
Tensor diff(const Tensor& self, int64_t n, int64_t dim, const Tensor& prepend, const Tensor& append);
/// The area under y by trapezoids, over points x, or dx apart.
Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
Tensor trapezoid(const Tensor& y, Scalar dx = 1, int64_t dim = -1);
/// trapezoid.
Tensor trapz(const Tensor& y, const Tensor& x, int64_t dim = -1);
Tensor trapz(const Tensor& y, Scalar dx = 1, int64_t dim = -1);
/// The same area up to each point but the first.
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
Tensor cumulative_trapezoid(const Tensor& y, Scalar dx = 1, int64_t dim = -1);

} // namespace talweg
