// What views would show, as copies; and what changes nothing for real numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "talweg/int_list.h"

namespace talweg {

class Tensor;

/// A copy of what the view of that name shows.
Tensor alias_copy(const Tensor& input);
Tensor as_strided_copy(const Tensor& input, IntList size, IntList stride,
                       std::optional<int64_t> storage_offset = {});
Tensor detach_copy(const Tensor& input);
Tensor diagonal_copy(const Tensor& input, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
Tensor expand_copy(const Tensor& input, IntList size);
Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length);
Tensor permute_copy(const Tensor& input, IntList dims);
Tensor select_copy(const Tensor& input, int64_t dim, int64_t index);
Tensor slice_copy(const Tensor& input, int64_t dim = 0, std::optional<int64_t> start = {},
                  std::optional<int64_t> end = {}, int64_t step = 1);
Tensor squeeze_copy(const Tensor& input);
Tensor squeeze_copy(const Tensor& input, IntList dim);
Tensor t_copy(const Tensor& input);
Tensor transpose_copy(const Tensor& input, int64_t dim0, int64_t dim1);
Tensor unfold_copy(const Tensor& input, int64_t dimension, int64_t size, int64_t step);
Tensor unsqueeze_copy(const Tensor& input, int64_t dim);
Tensor view_copy(const Tensor& input, IntList size);
std::vector<Tensor> split_copy(const Tensor& input, int64_t split_size, int64_t dim = 0);
std::vector<Tensor> split_with_sizes_copy(const Tensor& input, IntList split_sizes, int64_t dim = 0);
std::vector<Tensor> unbind_copy(const Tensor& input, int64_t dim = 0);
/// chunk and split whose results may be written without telling self.
std::vector<Tensor> unsafe_chunk(const Tensor& self, int64_t chunks, int64_t dim = 0);
std::vector<Tensor> unsafe_split(const Tensor& self, int64_t split_size, int64_t dim = 0);
/// self: numbers are real here.
Tensor real(const Tensor& input);
Tensor conj(const Tensor& self);
Tensor conj_physical(const Tensor& self);
Tensor resolve_conj(const Tensor& self);
Tensor resolve_neg(const Tensor& self);
/// All of self as a view.
Tensor alias(const Tensor& input);
/// The diagonal of the last two dimensions.
Tensor linalg_diagonal(const Tensor& A, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1);

} // namespace talweg
