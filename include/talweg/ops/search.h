// Finding and counting.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// Where elements aren't zero: one row of positions for each, int64, in row-major order.
Tensor nonzero(const Tensor& self);
/// The same as one vector of positions per dimension, as `x.index(...)` takes them.
std::vector<Tensor> nonzero_numpy(const Tensor& self);
/// nonzero.
Tensor argwhere(const Tensor& self);
/// Where each element of `input` would be inserted in the last dimension of `sorted_sequence` so that it
/// stays sorted: before equal elements, or behind them (`right`, side = "right"). `sorter` is an argsort of
/// a sequence that isn't sorted. A sequence of one dimension serves all; else the other dimensions are those
/// of `input`. Gives int64, or int32.
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& input, bool out_int32 = false,
                    bool right = false, std::string_view side = {});
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& input, bool out_int32, bool right,
                    std::string_view side, const Tensor& sorter);
Tensor searchsorted(const Tensor& sorted_sequence, Scalar input, bool out_int32 = false, bool right = false,
                    std::string_view side = {});
/// searchsorted with one vector of boundaries.
Tensor bucketize(const Tensor& input, const Tensor& boundaries, bool out_int32 = false, bool right = false);
Tensor bucketize(Scalar input, const Tensor& boundaries, bool out_int32 = false, bool right = false);
/// How often 0, 1, 2 ... occur in a vector of integers that aren't negative, int64; with `weights` the sum of
/// theirs instead.
Tensor bincount(const Tensor& self, int64_t minlength = 0);
Tensor bincount(const Tensor& self, const Tensor& weights, int64_t minlength = 0);
/// How many elements lie in each of `bins` equal parts of [min, max], the last one closed; between the
/// smallest and the largest element if min == max. Floating-point tensors only.
Tensor histc(const Tensor& self, int64_t bins = 100, Scalar min = 0, Scalar max = 0);
/// Whether each element is among test_elements (or, with `invert`, isn't). `assume_unique` may be said where
/// no element occurs twice.
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool assume_unique = false,
            bool invert = false);
Tensor isin(const Tensor& elements, Scalar test_elements, bool assume_unique = false, bool invert = false);
Tensor isin(Scalar elements, const Tensor& test_elements, bool assume_unique = false, bool invert = false);
/// Covariances of the rows of a matrix: of each two, sum((x - mean) (y - mean)) / (count - correction).
/// Columns may be counted `fweights` times (integers) and weigh `aweights`.
Tensor cov(const Tensor& self, int64_t correction = 1);
Tensor cov(const Tensor& self, int64_t correction, const Tensor& fweights, const Tensor& aweights);
/// Correlations of the rows of a matrix: covariances over both standard deviations, within [-1, 1].
Tensor corrcoef(const Tensor& self);

} // namespace talweg
