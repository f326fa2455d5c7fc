// The same elements under another shape. All share memory with `self` and are differentiable; writing through
// a view changes its base and, under autograd, the base's history.
#pragma once

#include <vector>

#include "talweg/int_list.h"

namespace talweg {

class Tensor;

/// Elements in the same order under new sizes; one may be -1. Throws ShapeError if strides can't express it.
Tensor view(const Tensor& self, IntList size);
/// `view` where it is possible, else a copy.
Tensor reshape(const Tensor& self, IntList shape);
/// The same with the sizes of another tensor.
Tensor view_as(const Tensor& self, const Tensor& other);
Tensor reshape_as(const Tensor& self, const Tensor& other);
/// All elements in a row; a copy where strides demand it.
Tensor ravel(const Tensor& self);
/// Swaps two dimensions.
Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1);
/// NumPy's name for it, and another.
Tensor swapaxes(const Tensor& self, int64_t axis0, int64_t axis1);
Tensor swapdims(const Tensor& self, int64_t dim0, int64_t dim1);
/// Transposes a tensor of at most two dimensions.
Tensor t(const Tensor& self);
/// Dimensions in a new order.
Tensor permute(const Tensor& self, IntList dims);
/// One slice of dim at index; that dimension is gone.
Tensor select(const Tensor& self, int64_t dim, int64_t index);
/// `length` elements of dim from `start`.
Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length);
/// The same from where a tensor of one integer says.
Tensor narrow(const Tensor& self, int64_t dim, const Tensor& start, int64_t length);
/// start:end:step of dim with Python's rules of clipping; step > 0.
Tensor slice(const Tensor& self, int64_t dim = 0, int64_t start = 0, int64_t end = INT64_MAX,
             int64_t step = 1);
/// Dimensions of size 1 repeated without copying; -1 keeps a size, new dimensions stand in front.
Tensor expand(const Tensor& self, IntList size);
Tensor expand_as(const Tensor& self, const Tensor& other);
/// expand.
Tensor broadcast_to(const Tensor& self, IntList size);
/// Without dimensions of size 1: all, or those named.
Tensor squeeze(const Tensor& self);
Tensor squeeze(const Tensor& self, IntList dim);
/// A new dimension of size 1 at dim.
Tensor unsqueeze(const Tensor& self, int64_t dim);
/// Dimensions start_dim to end_dim as one; a copy where strides demand it.
Tensor flatten(const Tensor& self, int64_t start_dim = 0, int64_t end_dim = -1);
/// One dimension as several; one of them may be -1.
Tensor unflatten(const Tensor& self, int64_t dim, IntList sizes);
/// Any geometry over self's memory, in elements; the offset counts from the start of the memory, or is self's
/// own.
Tensor as_strided(const Tensor& self, IntList size, IntList stride);
Tensor as_strided(const Tensor& self, IntList size, IntList stride, int64_t storage_offset);
/// The diagonal of dim1 and dim2 as last dimension.
Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
/// Moves dimensions to new places, the others keep their order.
Tensor movedim(const Tensor& self, IntList source, IntList destination);
/// NumPy's name for it.
Tensor moveaxis(const Tensor& self, IntList source, IntList destination);
/// At most `chunks` pieces of equal size along dim, the last may be smaller.
std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim = 0);
/// Pieces of split_size along dim, the last may be smaller; or of the sizes given.
std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim = 0);
std::vector<Tensor> split(const Tensor& self, IntList split_size, int64_t dim = 0);
std::vector<Tensor> split_with_sizes(const Tensor& self, IntList split_sizes, int64_t dim = 0);
/// All slices of dim.
std::vector<Tensor> unbind(const Tensor& self, int64_t dim = 0);
/// The tensor itself under another geometry; no element moves. Counts as a write: the version grows and,
/// under autograd, the history of self goes through the view. A view stays a view of its base, which keeps
/// its own geometry.
const Tensor& transpose_(const Tensor& self, int64_t dim0, int64_t dim1);
const Tensor& swapaxes_(const Tensor& self, int64_t axis0, int64_t axis1);
const Tensor& swapdims_(const Tensor& self, int64_t dim0, int64_t dim1);
const Tensor& t_(const Tensor& self);
const Tensor& squeeze_(const Tensor& self);
const Tensor& squeeze_(const Tensor& self, IntList dim);
const Tensor& unsqueeze_(const Tensor& self, int64_t dim);
const Tensor& as_strided_(const Tensor& self, IntList size, IntList stride);
const Tensor& as_strided_(const Tensor& self, IntList size, IntList stride, int64_t storage_offset);
/// Shares elements and version, without history and without requiring grad.
Tensor detach(const Tensor& self);

} // namespace talweg
