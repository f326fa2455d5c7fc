// Several tensors as one.
#pragma once

#include <cstdint>
#include <vector>

#include "talweg/int_list.h"

namespace talweg {

class Tensor;

/// One after the other along a dimension that exists. Dtypes promote; empty 1-d tensors are passed over.
Tensor cat(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// cat.
Tensor concat(const std::vector<Tensor>& tensors, int64_t dim = 0);
Tensor concatenate(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// Along a new dimension; all of one shape.
Tensor stack(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// Side by side: vectors along dim 0, others along dim 1.
Tensor hstack(const std::vector<Tensor>& tensors);
/// One below the other, vectors as rows.
Tensor vstack(const std::vector<Tensor>& tensors);
Tensor row_stack(const std::vector<Tensor>& tensors);
/// One behind the other, along dim 2.
Tensor dstack(const std::vector<Tensor>& tensors);
/// Side by side, vectors as columns.
Tensor column_stack(const std::vector<Tensor>& tensors);
/// With dimensions of size 1 added until there are 1, 2 or 3.
Tensor atleast_1d(const Tensor& input);
Tensor atleast_2d(const Tensor& input);
Tensor atleast_3d(const Tensor& input);
std::vector<Tensor> atleast_1d(const std::vector<Tensor>& tensors);
std::vector<Tensor> atleast_2d(const std::vector<Tensor>& tensors);
std::vector<Tensor> atleast_3d(const std::vector<Tensor>& tensors);
/// Each expanded to the sizes in which all meet.
std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors);
/// The sizes in which all these meet.
std::vector<int64_t> broadcast_shapes(const std::vector<std::vector<int64_t>>& shapes);
/// That many pieces along dim, the first ones larger by one where it doesn't divide; or cut at these
/// positions.
std::vector<Tensor> tensor_split(const Tensor& self, int64_t indices_or_sections, int64_t dim = 0);
std::vector<Tensor> tensor_split(const Tensor& self, IntList indices_or_sections, int64_t dim = 0);
std::vector<Tensor> tensor_split(const Tensor& self, const Tensor& indices_or_sections, int64_t dim = 0);
/// Equal pieces, or cut at these positions, along dim 1 (0 for vectors), 0, and 2.
std::vector<Tensor> hsplit(const Tensor& self, int64_t indices_or_sections);
std::vector<Tensor> hsplit(const Tensor& self, IntList indices_or_sections);
std::vector<Tensor> vsplit(const Tensor& self, int64_t indices_or_sections);
std::vector<Tensor> vsplit(const Tensor& self, IntList indices_or_sections);
std::vector<Tensor> dsplit(const Tensor& self, int64_t indices_or_sections);
std::vector<Tensor> dsplit(const Tensor& self, IntList indices_or_sections);

} // namespace talweg
