// The same elements repeated, turned, moved, or set among zeros.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "talweg/int_list.h"
#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// Copies side by side along each dimension; more numbers than dimensions add some in front.
Tensor repeat(const Tensor& self, IntList repeats);
/// The same; fewer numbers than dimensions leave the first ones alone.
Tensor tile(const Tensor& self, IntList dims);
/// Each element `repeats` times in a row, along dim or of all elements in a row.
Tensor repeat_interleave(const Tensor& self, int64_t repeats, std::optional<int64_t> dim = {},
                         std::optional<int64_t> output_size = {});
/// The same, with a number for each.
Tensor repeat_interleave(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim = {},
                         std::optional<int64_t> output_size = {});
/// Position i repeats[i] times in a row.
Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size = {});
/// Dimensions in reverse.
Tensor flip(const Tensor& self, IntList dims);
/// Columns in reverse.
Tensor fliplr(const Tensor& self);
/// Rows in reverse.
Tensor flipud(const Tensor& self);
/// Elements moved by shifts along dims, around the end; without dims of all elements in a row.
Tensor roll(const Tensor& self, IntList shifts, IntList dims = {});
/// Turned k times by 90 degrees, from the first of dims towards the second.
Tensor rot90(const Tensor& self, int64_t k = 1, IntList dims = {0, 1});
/// Zeros above the diagonal (of matrices, batches of them).
Tensor tril(const Tensor& self, int64_t diagonal = 0);
/// Zeros below the diagonal.
Tensor triu(const Tensor& self, int64_t diagonal = 0);
const Tensor& tril_(const Tensor& self, int64_t diagonal = 0);
const Tensor& triu_(const Tensor& self, int64_t diagonal = 0);
/// Classes as rows of zeros with a one. num_classes of -1 is one more than the largest.
Tensor one_hot(const Tensor& input, int64_t num_classes = -1);
/// Vectors as the coordinates of a grid. `indexing` is "ij" (the default) or "xy".
std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, std::string_view indexing = {});
/// All tuples of one element of each vector, one a row.
Tensor cartesian_prod(const std::vector<Tensor>& tensors);
/// All choices of r elements of a vector, in order, one a row.
Tensor combinations(const Tensor& input, int64_t r = 2, bool with_replacement = false);
/// Matrices along the diagonal of zeros.
Tensor block_diag(const std::vector<Tensor>& tensors);
/// A vector as the diagonal of a matrix, or the diagonal of a matrix as vector.
Tensor diag(const Tensor& self, int64_t diagonal = 0);
/// The last dimension as the diagonal of two new ones.
Tensor diag_embed(const Tensor& self, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1);
/// All elements in a row as the diagonal of a matrix.
Tensor diagflat(const Tensor& self, int64_t offset = 0);
/// Powers of a vector's elements, one row each: from N - 1 to 0, or from 0 to N - 1.
Tensor vander(const Tensor& x, std::optional<int64_t> N = {}, bool increasing = false);
/// The same of the last dimension, from 0 to N - 1.
Tensor linalg_vander(const Tensor& x, std::optional<int64_t> N = {});
/// (*, C r^2, H, W) -> (*, C, H r, W r).
Tensor pixel_shuffle(const Tensor& input, int64_t upscale_factor);
/// (*, C, H r, W r) -> (*, C r^2, H, W).
Tensor pixel_unshuffle(const Tensor& input, int64_t downscale_factor);
/// Channels of `groups` groups in turn.
Tensor channel_shuffle(const Tensor& input, int64_t groups);
/// Dimensions from the last backwards grown by (before, after) pairs; negative numbers cut off. `mode` is
/// "constant" (with `value`), "reflect", "replicate" or "circular".
Tensor pad(const Tensor& input, IntList pad, std::string_view mode = "constant",
           std::optional<Scalar> value = {});
/// pad with a constant.
Tensor constant_pad_nd(const Tensor& input, IntList pad, Scalar value = 0);
/// A view of all windows of `size` along dimension, `step` apart; the window is the last dimension.
Tensor unfold(const Tensor& self, int64_t dimension, int64_t size, int64_t step);
/// The patches of images (N, C, H, W) as columns (N, C * patch, patches).
Tensor unfold(const Tensor& input, IntList kernel_size, IntList dilation = {1}, IntList padding = {0},
              IntList stride = {1});
/// Columns of patches added up to images: the transposed of unfold.
Tensor fold(const Tensor& input, IntList output_size, IntList kernel_size, IntList dilation = {1},
            IntList padding = {0}, IntList stride = {1});
/// Added up over what broadcasting to self's sizes would repeat.
Tensor sum_to_size(const Tensor& self, IntList size);
/// Positions in row-major order as one coordinate for each dimension of shape.
std::vector<Tensor> unravel_index(const Tensor& indices, IntList shape);
/// Other sizes, row-major, of the same memory as far as it goes; new elements are undefined.
const Tensor& resize_(const Tensor& self, IntList size);
const Tensor& resize_as_(const Tensor& self, const Tensor& the_template);

} // namespace talweg
