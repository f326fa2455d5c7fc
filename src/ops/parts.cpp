// Views of parts of a tensor: slices, pieces, diagonals, any strides.
#include "talweg/ops/views.h"

#include <algorithm>

#include "core/raise.h"
#include "core/shape.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/record.h"
#include "ops/views.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

// The gradient of a part: zeros, with the part's gradient where it came from.
template <class F>
Tensor spread(const Tensor& grad, const Dims& sizes, F part) {
  Tensor whole = zeros(sizes, {.dtype = grad.dtype()});
  part(whole).copy_(grad);
  return whole;
}

} // namespace

Tensor select(const Tensor& self, int64_t dim, int64_t index) {
  check_defined(self, "select");
  if (self.dim() == 0) raise<IndexError>({"[select] select() cannot be applied to a 0-dim tensor."});
  auto d = static_cast<size_t>(wrap_dim(dim, self.dim(), "select"));
  int64_t n = self.sizes()[d];
  if (index < -n || index >= n)
    raise<IndexError>({"[select] index ", index, " is out of bounds for dimension ", d, " with size ", n});
  int64_t at = index < 0 ? index + n : index;
  Dims old(self.sizes()), sizes(self.sizes()), strides(self.strides());
  int64_t offset = at * strides[d];
  sizes.erase(d);
  strides.erase(d);
  return view_of(self, sizes, strides, offset, "SelectBackward0", [old, d, at](const Tensor& g) {
    return spread(g, old,
                  [d, at](const Tensor& whole) { return select(whole, static_cast<int64_t>(d), at); });
  });
}

Tensor slice(const Tensor& self, int64_t dim, int64_t start, int64_t end, int64_t step) {
  check_defined(self, "slice");
  if (self.dim() == 0) raise<IndexError>({"[slice] slice() cannot be applied to a 0-dim tensor."});
  auto d = static_cast<size_t>(wrap_dim(dim, self.dim(), "slice"));
  if (step <= 0) raise<ValueError>({"[slice] slice step must be positive, got ", step});
  int64_t n = self.sizes()[d];
  if (start < 0) start += n;
  if (end < 0) end += n;
  start = std::clamp<int64_t>(start, 0, n);
  end = std::clamp<int64_t>(end, start, n);
  Dims old(self.sizes()), sizes(self.sizes()), strides(self.strides());
  sizes[d] = (end - start) / step + ((end - start) % step != 0);
  int64_t offset = start * strides[d];
  // With one element or none the step is never taken; it must not overflow.
  if (sizes[d] > 1) strides[d] *= step;
  return view_of(self, sizes, strides, offset, "SliceBackward0", [old, d, start, end, step](const Tensor& g) {
    return spread(
        g, old, [=](const Tensor& whole) { return slice(whole, static_cast<int64_t>(d), start, end, step); });
  });
}

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  check_defined(self, "narrow");
  if (self.dim() == 0) raise<ShapeError>({"[narrow] narrow() cannot be applied to a 0-dim tensor."});
  int64_t d = wrap_dim(dim, self.dim(), "narrow"), n = self.size(d);
  if (length < 0) raise<ShapeError>({"[narrow] length must be non-negative, got ", length});
  if (start < -n || start > n)
    raise<IndexError>({"[narrow] start out of range (expected to be in range of [", -n, ", ", n,
                       "], but got ", start, ")"});
  if (start < 0) start += n;
  if (start + length > n)
    raise<ShapeError>(
        {"[narrow] start (", start, ") + length (", length, ") exceeds dimension size (", n, ")."});
  return slice(self, d, start, start + length, 1);
}

Tensor as_strided(const Tensor& self, IntList size, IntList stride) {
  return as_strided(self, size, stride, self.storage_offset());
}

Tensor as_strided(const Tensor& self, IntList size, IntList stride, int64_t storage_offset) {
  check_defined(self, "as_strided");
  if (size.size() != stride.size())
    raise<ShapeError>(
        {"[as_strided] mismatch in length of strides and shape: ", IntList(size), " and ", IntList(stride)});
  if (storage_offset < 0)
    raise<ShapeError>({"[as_strided] storage offset must be non-negative, got ", storage_offset});
  checked_numel(size, self.element_size());
  int64_t last = storage_offset;
  bool empty = false;
  for (size_t i = 0; i < size.size(); ++i) {
    if (stride[i] < 0)
      raise<ShapeError>({"[as_strided] negative strides are not supported, got ", IntList(stride)});
    int64_t reach = 0;
    empty |= size[i] == 0;
    if (size[i] > 1 && (__builtin_mul_overflow(size[i] - 1, stride[i], &reach) ||
                        __builtin_add_overflow(last, reach, &last)))
      raise<ShapeError>(
          {"[as_strided] sizes ", IntList(size), " and strides ", IntList(stride), " overflow"});
  }
  TensorObject* o = object(self);
  if (!empty && (last + 1) * self.element_size() > storage_bytes(o))
    raise<ShapeError>({"[as_strided] sizes ", IntList(size), ", strides ", IntList(stride), " and offset ",
                       storage_offset, " need ", (last + 1) * self.element_size(),
                       " bytes of memory, there are ", storage_bytes(o)});
  int64_t offset = storage_offset - self.storage_offset();
  Tensor out = make_view(self, size, stride, offset * self.element_size());
  if (needs_grad(self)) set_strided_history(out, self);
  return out;
}

const Tensor& as_strided_(const Tensor& self, IntList size, IntList stride) {
  begin_change(self, "as_strided_");
  return change_geometry(self, as_strided(self, size, stride), "AsStridedBackward1");
}
const Tensor& as_strided_(const Tensor& self, IntList size, IntList stride, int64_t storage_offset) {
  begin_change(self, "as_strided_");
  return change_geometry(self, as_strided(self, size, stride, storage_offset), "AsStridedBackward1");
}

Tensor diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  check_defined(self, "diagonal");
  auto a = static_cast<size_t>(wrap_dim(dim1, self.dim(), "diagonal")),
       b = static_cast<size_t>(wrap_dim(dim2, self.dim(), "diagonal"));
  if (a == b) raise<ShapeError>({"[diagonal] diagonal dimensions cannot be identical ", dim1, ", ", dim2});
  Dims old(self.sizes()), sizes(self.sizes()), strides(self.strides());
  int64_t length =
      offset >= 0 ? std::min(sizes[a], sizes[b] - offset) : std::min(sizes[a] + offset, sizes[b]);
  length = std::max<int64_t>(length, 0);
  int64_t start = length == 0 ? 0 : offset >= 0 ? offset * strides[b] : -offset * strides[a];
  int64_t stride = strides[a] + strides[b];
  for (size_t d : {std::max(a, b), std::min(a, b)}) {
    sizes.erase(d);
    strides.erase(d);
  }
  sizes.push_back(length);
  strides.push_back(stride);
  return view_of(
      self, sizes, strides, start, "DiagonalBackward0", [old, offset, dim1, dim2](const Tensor& g) {
        return spread(g, old, [=](const Tensor& whole) { return diagonal(whole, offset, dim1, dim2); });
      });
}

namespace {

// Several views of one tensor with one node.
template <class F>
std::vector<Tensor> views_of(const Tensor& self, std::vector<Tensor> parts, const char* node, F gather) {
  for (Tensor& p : parts)
    object(p)->view.kind = grad_enabled() ? ViewKind::several_outputs : ViewKind::no_grad_mode;
  if (!needs_grad(self) || parts.empty()) return parts;
  const Tensor* inputs[] = {&self};
  auto apply = [gather, dtype = self.dtype()](Backward& b) { b.set(0, gather(b.grads(), dtype)); };
  OwnedNode shared = function_node(node, inputs, {}, static_cast<uint32_t>(parts.size()), std::move(apply));
  for (size_t i = 0; i < parts.size(); ++i) {
    retain(shared.get());
    set_history(object(parts[i]), shared.get(), static_cast<uint32_t>(i));
  }
  return parts;
}

std::vector<Tensor> split_sizes(const Tensor& self, const std::vector<int64_t>& lengths, int64_t dim,
                                const char* node) {
  std::vector<Tensor> parts;
  {
    NoGradGuard quiet;
    int64_t start = 0;
    for (int64_t n : lengths) {
      parts.push_back(narrow(self, dim, start, n));
      start += n;
    }
  }
  return views_of(self, std::move(parts), node,
                  [lengths, dim, sizes = Dims(self.sizes())](std::span<const Tensor> grads, Dtype dtype) {
                    Tensor whole = zeros(sizes, {.dtype = dtype});
                    int64_t start = 0;
                    for (size_t i = 0; i < lengths.size(); ++i) {
                      if (grads[i].defined()) narrow(whole, dim, start, lengths[i]).copy_(grads[i]);
                      start += lengths[i];
                    }
                    return whole;
                  });
}

} // namespace

std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim) {
  check_defined(self, "split");
  if (self.dim() == 0) raise<ShapeError>({"[split] split expects at least a 1-dimensional tensor"});
  int64_t d = wrap_dim(dim, self.dim(), "split"), n = self.size(d);
  if (split_size < 0)
    raise<ValueError>({"[split] split expects split_size be non-negative, but got split_size=", split_size});
  if (split_size == 0 && n != 0)
    raise<ValueError>(
        {"[split] split_size can only be 0 if dimension size is 0, but got dimension size of ", n});
  std::vector<int64_t> lengths;
  if (n == 0) lengths.push_back(0);
  for (int64_t left = n; left > 0; left -= lengths.back()) lengths.push_back(std::min(split_size, left));
  return split_sizes(self, lengths, d, "SplitBackward0");
}

std::vector<Tensor> split_with_sizes(const Tensor& self, IntList lengths, int64_t dim) {
  check_defined(self, "split_with_sizes");
  if (self.dim() == 0)
    raise<ShapeError>({"[split_with_sizes] split expects at least a 1-dimensional tensor"});
  int64_t d = wrap_dim(dim, self.dim(), "split_with_sizes"), total = 0;
  for (int64_t n : lengths) {
    if (n < 0)
      raise<ValueError>(
          {"[split_with_sizes] split_with_sizes expects split_sizes have only non-negative entries, but got ",
           IntList(lengths)});
    if (__builtin_add_overflow(total, n, &total)) total = INT64_MAX;
  }
  if (total != self.size(d))
    raise<ShapeError>({"[split_with_sizes] split_with_sizes expects split_sizes to sum exactly to ",
                       self.size(d), " (input tensor's size at dimension ", d,
                       "), but got split_sizes=", IntList(lengths)});
  return split_sizes(self, lengths.vec(), d, "SplitWithSizesBackward0");
}

std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  check_defined(self, "chunk");
  if (self.dim() == 0) raise<ShapeError>({"[chunk] chunk expects at least a 1-dimensional tensor"});
  if (chunks <= 0) raise<ValueError>({"[chunk] chunk expects `chunks` to be greater than 0, got: ", chunks});
  int64_t d = wrap_dim(dim, self.dim(), "chunk"), n = self.size(d);
  int64_t size = (n + chunks - 1) / chunks;
  if (size == 0)
    return split_sizes(self, std::vector<int64_t>(static_cast<size_t>(chunks), 0), d,
                       "SplitWithSizesBackward0");
  return split(self, size, d);
}

std::vector<Tensor> unbind(const Tensor& self, int64_t dim) {
  check_defined(self, "unbind");
  if (self.dim() == 0)
    raise<IndexError>({"[unbind] Dimension specified as ", dim, " but tensor has no dimensions"});
  int64_t d = wrap_dim(dim, self.dim(), "unbind");
  std::vector<Tensor> parts;
  {
    NoGradGuard quiet;
    for (int64_t i = 0; i < self.size(d); ++i) parts.push_back(select(self, d, i));
  }
  return views_of(self, std::move(parts), "UnbindBackward0",
                  [d, sizes = Dims(self.sizes())](std::span<const Tensor> grads, Dtype dtype) {
                    Tensor whole = zeros(sizes, {.dtype = dtype});
                    for (size_t i = 0; i < grads.size(); ++i)
                      if (grads[i].defined()) select(whole, d, static_cast<int64_t>(i)).copy_(grads[i]);
                    return whole;
                  });
}

std::vector<Tensor> split(const Tensor& self, IntList split_size, int64_t dim) {
  return split_with_sizes(self, split_size, dim);
}
Tensor narrow(const Tensor& self, int64_t dim, const Tensor& start, int64_t length) {
  check_defined(start, "narrow");
  if (start.dim() != 0 || !is_integral(start.dtype(), false))
    raise<ShapeError>({"[narrow] start must be an 0-dim integral Tensor."});
  return narrow(self, dim, start.item<int64_t>(), length);
}

namespace {

using Pieces = std::vector<Tensor>(const Tensor&, int64_t, int64_t);
using PiecesOfSizes = std::vector<Tensor>(const Tensor&, IntList, int64_t);

Tensor as_strided_at(const Tensor& self, IntList size, IntList stride,
                     std::optional<int64_t> storage_offset) {
  return storage_offset ? as_strided(self, size, stride, *storage_offset) : as_strided(self, size, stride);
}
const Tensor& as_strided_at_(const Tensor& self, IntList size, IntList stride,
                             std::optional<int64_t> storage_offset) {
  return storage_offset ? as_strided_(self, size, stride, *storage_offset) : as_strided_(self, size, stride);
}
constinit const Op ops[] = {
    op<Tensor(const Tensor&, int64_t, int64_t), &select>(
        "select(self, dim, index)", linear_view("one slice of dim", {"T(2, 3), 0, 1", "T(2, 3, 4), -1, -2"})),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &narrow>(
        "narrow(self, dim, start, length)",
        linear_view("length elements of dim from start", {"T(5, 3), 0, 1, 3", "T(5, 3), 1, -2, 1"})),
    op<Tensor(const Tensor&, int64_t, const Tensor&, int64_t), &narrow>(
        "narrow(self, dim, start, length)", {.doc = "narrow from where a tensor says",
                                             .samples = {"T(5, 3), 0, I(; 2), 2"},
                                             .derivative = Derivative::linear}),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t, int64_t), &slice>(
        "slice(self, dim=0, start=0, end=9223372036854775807, step=1)",
        linear_view("start:end:step of dim", {"T(5, 3)", "T(5, 3), 0, 1, -1, 2", "T(2, 5), -1, -4"})),
    op<Tensor(const Tensor&, IntList, IntList, std::optional<int64_t>), &as_strided_at>(
        "as_strided(self, size, stride, storage_offset=None)",
        linear_view(
            "any geometry over the memory", {"T(12), [3, 2], [2, 1]", "T(12), [3, 2], [1, 1], 2"},
            boxed<const Tensor&(const Tensor&, IntList, IntList, std::optional<int64_t>), &as_strided_at_>)),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &diagonal>(
        "diagonal(self, offset=0, dim1=0, dim2=1)",
        linear_view("the diagonal of two dimensions", {"T(3, 4)", "T(3, 4), 1", "T(3, 4), -1"})),
    op<Pieces, &chunk>("chunk(self, chunks, dim=0)",
                       linear_view("pieces of equal size", {"T(5, 3), 2", "T(5, 3), 3, 1"})),
    op<Pieces, &split>("split(self, split_size, dim=0)", linear_view("pieces of one size", {"T(5, 3), 2"})),
    op<PiecesOfSizes, &split>("split(self, split_size, dim=0)",
                              linear_view("pieces of these sizes", {"T(5, 3), [2, 3]"})),
    op<Pieces, &split>("split(self, split_size_or_sections, dim=0)",
                       linear_view("pieces of one size", {"T(5, 3), split_size_or_sections=2"}, nullptr,
                                   "another word for split_size")),
    op<PiecesOfSizes, &split_with_sizes>(
        "split(self, split_size_or_sections, dim=0)",
        linear_view("pieces of these sizes", {"T(5, 3), split_size_or_sections=[2, 3]"}, nullptr,
                    "another word for split_size")),
    op<PiecesOfSizes, &split_with_sizes>("split_with_sizes(self, split_sizes, dim=0)",
                                         linear_view("pieces of these sizes", {"T(5, 3), [1, 0, 4]"})),
    op<std::vector<Tensor>(const Tensor&, int64_t), &unbind>(
        "unbind(self, dim=0)", linear_view("all slices of dim", {"T(3, 2)", "T(3, 2), 1"})),
};

} // namespace

extern const Family parts_family;
constinit const Family parts_family{"parts", ops};

} // namespace talweg
