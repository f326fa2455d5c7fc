// Writing elements to positions: along a dimension, through a mask, into a part. The forms without underscore
// give a changed copy.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "talweg/int_list.h"
#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// out[index[i][j]][j] = src[i][j] for dim 0, and so on; of several writes to one element the last stays.
/// `reduce` may be "add" or "multiply"; that has no derivative.
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
               std::string_view reduce = {});
/// The same with one value.
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, Scalar value,
               std::string_view reduce = {});
const Tensor& scatter_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                       std::string_view reduce = {});
const Tensor& scatter_(const Tensor& self, int64_t dim, const Tensor& index, Scalar value,
                       std::string_view reduce = {});
/// What src sends to an element is joined by "sum", "prod", "mean", "amax" or "amin", with the element's own
/// value unless include_self is false.
Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self = true);
const Tensor& scatter_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                              std::string_view reduce, bool include_self = true);
/// Slice index[i] of dim += alpha * slice i of source.
Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 Scalar alpha = 1);
const Tensor& index_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                         Scalar alpha = 1);
/// Slice index[i] of dim = slice i of source.
Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);
const Tensor& index_copy_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);
/// One value in the slices of dim that index names.
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, Scalar value);
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value);
const Tensor& index_fill_(const Tensor& self, int64_t dim, const Tensor& index, Scalar value);
const Tensor& index_fill_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value);
/// Slices of source joined into slices of self by "prod", "mean", "amax" or "amin".
Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                    std::string_view reduce, bool include_self = true);
const Tensor& index_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                            std::string_view reduce, bool include_self = true);
/// Elements by their position in row-major order, in the shape of index. Negative ones count from the end.
Tensor take(const Tensor& self, const Tensor& index);
/// self with source written (or added) at positions in row-major order.
Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate = false);
const Tensor& put_(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate = false);
/// gather with sizes that broadcast; without dim of all elements in a row.
Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim = {});
/// The elements where mask is true, in a row. Both broadcast.
Tensor masked_select(const Tensor& self, const Tensor& mask);
/// self with the elements of source, in order, where mask is true.
Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source);
const Tensor& masked_scatter_(const Tensor& self, const Tensor& mask, const Tensor& source);
/// self with src in place of the view that select, slice or diagonal would give.
Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index);
Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim = 0,
                     std::optional<int64_t> start = {}, std::optional<int64_t> end = {}, int64_t step = 1);
Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset = 0, int64_t dim1 = 0,
                        int64_t dim2 = 1);

} // namespace talweg
