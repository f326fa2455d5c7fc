// Lengths and distances.
#pragma once

#include <optional>
#include <string_view>

#include "talweg/int_list.h"
#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// The p-norm sum(|x| ^ p) ^ (1 / p) over dim, or over everything: `linalg::vector_norm`.
Tensor norm(const Tensor& self, Scalar p = 2, IntList dim = {}, bool keepdim = false,
            std::optional<Dtype> dtype = {});
/// "fro": the square root of the sum of squares. "nuc": the sum of the singular values of matrices.
Tensor norm(const Tensor& self, std::string_view p, IntList dim = {}, bool keepdim = false,
            std::optional<Dtype> dtype = {});
/// The p-norm of self - other, which broadcast.
Tensor dist(const Tensor& self, const Tensor& other, Scalar p = 2);
/// Slices along dim whose p-norm is greater than maxnorm are scaled down to it; the others stay.
Tensor renorm(const Tensor& self, Scalar p, int64_t dim, Scalar maxnorm);
const Tensor& renorm_(const Tensor& self, Scalar p, int64_t dim, Scalar maxnorm);

} // namespace talweg

namespace talweg::linalg {

/// sum(|x| ^ ord) ^ (1 / ord) over dim (all if empty). ord may be 0 (how many aren't zero), infinity (the
/// largest |x|) or minus infinity (the smallest). Floating-point tensors only; `dtype` converts first.
Tensor vector_norm(const Tensor& x, Scalar ord = 2, IntList dim = {}, bool keepdim = false,
                   std::optional<Dtype> dtype = {});

} // namespace talweg::linalg
