// Products of matrices and vectors. Each element is one chain of fused multiply-adds over k, in order, so the
// bits don't depend on the processor.
#pragma once

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// Matrix product (n, k) x (k, m) -> (n, m). Both of one dtype.
Tensor mm(const Tensor& self, const Tensor& mat2);
/// Matrix by vector: (n, k) x (k) -> (n).
Tensor mv(const Tensor& self, const Tensor& vec);
/// Product of two vectors of equal length -> 0-d.
Tensor dot(const Tensor& self, const Tensor& tensor);
/// NumPy's and PyTorch's `@`: vectors, matrices, and batches of them that broadcast.
Tensor matmul(const Tensor& self, const Tensor& other);
/// beta * self + alpha * (mat1 @ mat2); self broadcasts. With beta = 0 self isn't read.
Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, Scalar beta = 1, Scalar alpha = 1);
/// The same into self, which must have the product's sizes.
const Tensor& addmm_(const Tensor& self, const Tensor& mat1, const Tensor& mat2, Scalar beta = 1,
                     Scalar alpha = 1);
/// input @ weight.t() + bias: input (*, in), weight (out, in), bias (out) or undefined.
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias);
Tensor linear(const Tensor& input, const Tensor& weight);

} // namespace talweg
