// Products of matrices and vectors. Each element is one chain of fused multiply-adds over k, in order, so the
// bits don't depend on the processor.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "talweg/int_list.h"
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
/// Products of batches of matrices: (b, n, k) x (b, k, m) -> (b, n, m).
Tensor bmm(const Tensor& self, const Tensor& mat2);
/// beta * self + alpha * bmm(batch1, batch2); self broadcasts. With beta = 0 self isn't read.
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, Scalar beta = 1,
               Scalar alpha = 1);
const Tensor& baddbmm_(const Tensor& self, const Tensor& batch1, const Tensor& batch2, Scalar beta = 1,
                       Scalar alpha = 1);
/// beta * self + alpha * the sum of bmm(batch1, batch2) over the batch.
Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, Scalar beta = 1,
              Scalar alpha = 1);
const Tensor& addbmm_(const Tensor& self, const Tensor& batch1, const Tensor& batch2, Scalar beta = 1,
                      Scalar alpha = 1);
/// beta * self + alpha * mv(mat, vec).
Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, Scalar beta = 1, Scalar alpha = 1);
const Tensor& addmv_(const Tensor& self, const Tensor& mat, const Tensor& vec, Scalar beta = 1,
                     Scalar alpha = 1);
/// beta * self + alpha * outer(vec1, vec2).
Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, Scalar beta = 1, Scalar alpha = 1);
const Tensor& addr_(const Tensor& self, const Tensor& vec1, const Tensor& vec2, Scalar beta = 1,
                    Scalar alpha = 1);
/// out[i][j] = self[i] * vec2[j].
Tensor outer(const Tensor& self, const Tensor& vec2);
Tensor ger(const Tensor& self, const Tensor& vec2);
/// Products over the last dimension of both: sizes of self, then of other, without it.
Tensor inner(const Tensor& self, const Tensor& other);
/// dot: numbers are real here.
Tensor vdot(const Tensor& self, const Tensor& other);
/// dot along a dimension; the others broadcast.
Tensor linalg_vecdot(const Tensor& x, const Tensor& y, int64_t dim = -1);
/// Products and sums by Einstein's convention: "ij,jk->ik", "bii->b", "...i,...j->...". Without an arrow the
/// letters that occur once are left, in alphabetic order.
Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands);
/// Summed over the last `dims` dimensions of input and the first of other, or over those named.
Tensor tensordot(const Tensor& input, const Tensor& other, int64_t dims = 2);
Tensor tensordot(const Tensor& input, const Tensor& other, IntList dims_self, IntList dims_other);
/// Each element of self times all of other, as blocks.
Tensor kron(const Tensor& self, const Tensor& other);
/// The vector product along a dimension of size 3: the first such, or the one named.
Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim = {});
Tensor linalg_cross(const Tensor& input, const Tensor& other, int64_t dim = -1);
/// The product of several matrices in the cheapest order; the first and the last may be vectors.
Tensor linalg_multi_dot(const std::vector<Tensor>& tensors);
Tensor chain_matmul(const std::vector<Tensor>& matrices);
/// out[*, o] = input1[*] . weight[o] . input2[*] + bias[o].
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias);
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight);

} // namespace talweg
