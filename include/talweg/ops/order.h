// Sorting, and what an order tells. NaN is larger than every number; all NaN are equal.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// Elements along dim in order, and where they stood, int64. Equal elements keep their order, `stable` or
/// not.
std::pair<Tensor, Tensor> sort(const Tensor& self, int64_t dim = -1, bool descending = false,
                               bool stable = false);
/// Where they stood.
Tensor argsort(const Tensor& self, int64_t dim = -1, bool descending = false, bool stable = false);
/// Sorted along the first dimension.
Tensor msort(const Tensor& self);
/// The k largest (or smallest) elements along dim in order, and where they stand, int64.
std::pair<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim = -1, bool largest = true,
                               bool sorted = true);
/// The k-th smallest element along dim, counted from 1, and where it stands.
std::pair<Tensor, Tensor> kthvalue(const Tensor& self, int64_t k, int64_t dim = -1, bool keepdim = false);
/// The middle element of all, the lower of two; NaN if there is one. Equal elements share the gradient.
Tensor median(const Tensor& self);
/// The same along dim, and where it stands.
std::pair<Tensor, Tensor> median(const Tensor& self, int64_t dim, bool keepdim = false);
/// The middle of what isn't NaN.
Tensor nanmedian(const Tensor& self);
std::pair<Tensor, Tensor> nanmedian(const Tensor& self, int64_t dim, bool keepdim = false);
/// The most frequent element along dim (the smallest of several), and where it stands.
std::pair<Tensor, Tensor> mode(const Tensor& self, int64_t dim = -1, bool keepdim = false);
/// The elements below which a share q of all lies, q in [0, 1], a number or a vector, which is then the first
/// dimension. Between two elements it is interpolated: "linear", "lower", "higher", "midpoint", "nearest".
/// float32 and float64 only. NaN wins.
Tensor quantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                std::string_view interpolation = "linear");
Tensor quantile(const Tensor& self, double q, std::optional<int64_t> dim = {}, bool keepdim = false,
                std::string_view interpolation = "linear");
/// The same of what isn't NaN.
Tensor nanquantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                   std::string_view interpolation = "linear");
Tensor nanquantile(const Tensor& self, double q, std::optional<int64_t> dim = {}, bool keepdim = false,
                   std::string_view interpolation = "linear");
/// The different elements in order; where each element of self stands among them, if asked for; how often
/// each occurs, if asked for. With a dim: the different slices. Results not asked for are undefined Tensors.
/// No NaN is equal to another.
std::tuple<Tensor, Tensor, Tensor> unique(const Tensor& self, bool sorted = true, bool return_inverse = false,
                                          bool return_counts = false, std::optional<int64_t> dim = {});
/// The same for neighbours only: each run of equal elements (or slices) once, in the order met.
std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& self, bool return_inverse = false,
                                                      bool return_counts = false,
                                                      std::optional<int64_t> dim = {});

} // namespace talweg
