// Reductions over all dimensions or some. `dim` may be negative; an empty list means all.
#pragma once

#include <optional>
#include <utility>

#include "talweg/int_list.h"
#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// Sum. Integers and bool are added in int64 unless `dtype` says otherwise. float32 follows PyTorch's
/// one-thread tree of additions, bit for bit.
Tensor sum(const Tensor& self, std::optional<Dtype> dtype = {});
Tensor sum(const Tensor& self, IntList dim, bool keepdim = false, std::optional<Dtype> dtype = {});
/// sum / count. Floating-point tensors only, or a floating-point `dtype`.
Tensor mean(const Tensor& self, std::optional<Dtype> dtype = {});
Tensor mean(const Tensor& self, IntList dim, bool keepdim = false, std::optional<Dtype> dtype = {});
/// Product.
Tensor prod(const Tensor& self, std::optional<Dtype> dtype = {});
Tensor prod(const Tensor& self, int64_t dim, bool keepdim = false, std::optional<Dtype> dtype = {});
/// Variance: sum((self - mean)^2) / max(0, count - correction); over everything where `dim` is empty.
Tensor var(const Tensor& self);
Tensor var(const Tensor& self, IntList dim, Scalar correction = 1, bool keepdim = false);
/// Square root of the variance.
Tensor std(const Tensor& self);
Tensor std(const Tensor& self, IntList dim, Scalar correction = 1, bool keepdim = false);
/// Variance and mean; standard deviation and mean. Both in one pass (Welford's).
std::pair<Tensor, Tensor> var_mean(const Tensor& self);
std::pair<Tensor, Tensor> var_mean(const Tensor& self, IntList dim, Scalar correction = 1,
                                   bool keepdim = false);
std::pair<Tensor, Tensor> std_mean(const Tensor& self);
std::pair<Tensor, Tensor> std_mean(const Tensor& self, IntList dim, Scalar correction = 1,
                                   bool keepdim = false);
/// Sum of what isn't NaN.
Tensor nansum(const Tensor& self, IntList dim = {}, bool keepdim = false, std::optional<Dtype> dtype = {});
/// Mean of what isn't NaN; NaN where nothing is left. Floating-point tensors only.
Tensor nanmean(const Tensor& self, IntList dim = {}, bool keepdim = false, std::optional<Dtype> dtype = {});
/// How many elements aren't zero, int64. NaN isn't zero.
Tensor count_nonzero(const Tensor& self, IntList dim = {});
/// Sum of the diagonal of a matrix. Integers and bool are added in int64.
Tensor trace(const Tensor& self);
/// Largest element; NaN wins. Equal maxima share the gradient.
Tensor amax(const Tensor& self, IntList dim = {}, bool keepdim = false);
/// Largest element of all; equal maxima share the gradient.
Tensor max(const Tensor& self);
/// Largest elements along dim and where they stand (the first of equals), int64.
std::pair<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim = false);
/// The larger of two, elementwise: `maximum`.
Tensor max(const Tensor& self, const Tensor& other);
/// Index of the largest element (the first of equals; NaN wins), int64; of the flattened tensor without a
/// dim.
Tensor argmax(const Tensor& self, std::optional<int64_t> dim = {}, bool keepdim = false);
/// Smallest element; NaN wins. Equal minima share the gradient.
Tensor amin(const Tensor& self, IntList dim = {}, bool keepdim = false);
/// Smallest and largest element, of everything or along dim.
std::pair<Tensor, Tensor> aminmax(const Tensor& self, std::optional<int64_t> dim = {}, bool keepdim = false);
/// Smallest element of all; equal minima share the gradient.
Tensor min(const Tensor& self);
/// Smallest elements along dim and where they stand (the first of equals), int64.
std::pair<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim = false);
/// The smaller of two, elementwise: `minimum`.
Tensor min(const Tensor& self, const Tensor& other);
/// Index of the smallest element (the first of equals; NaN wins), int64; of the flattened tensor without a
/// dim.
Tensor argmin(const Tensor& self, std::optional<int64_t> dim = {}, bool keepdim = false);
/// log(sum(exp(self))) over dim, without overflow. Integers and bool give the default dtype.
Tensor logsumexp(const Tensor& self, IntList dim, bool keepdim = false);
/// Whether all elements are true (not zero). uint8 stays uint8, as in PyTorch; else bool.
Tensor all(const Tensor& self);
Tensor all(const Tensor& self, IntList dim, bool keepdim = false);
/// Whether any element is true (not zero).
Tensor any(const Tensor& self);
Tensor any(const Tensor& self, IntList dim, bool keepdim = false);

template <class Bool>
requires std::is_same_v<Bool, bool>
void sum(const Tensor& self, Bool) = delete; // write sum(dims, true)
template <class Bool>
requires std::is_same_v<Bool, bool>
void mean(const Tensor& self, Bool) = delete; // write mean(dims, true)

} // namespace talweg
