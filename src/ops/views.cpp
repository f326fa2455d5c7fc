// Views of all of a tensor: the same elements under another shape.
#include "talweg/ops/views.h"

#include <algorithm>
#include <string>

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

Tensor view(const Tensor& self, IntList size) {
  check_defined(self, "view");
  Dims sizes = infer_sizes(size, self.numel(), "view"), strides;
  if (!view_strides(self.sizes(), self.strides(), sizes, strides))
    raise<ShapeError>(
        {"[view] size ", IntList(sizes), " is not compatible with input tensor's size ",
         IntList(self.sizes()), " and stride ", IntList(self.strides()),
         " (at least one dimension spans across two contiguous subspaces). Use reshape(...) instead."});
  return view_of(self, sizes, strides, 0, "ViewBackward0",
                 [old = Dims(self.sizes())](const Tensor& g) { return reshape(g, old); });
}

Tensor reshape(const Tensor& self, IntList shape) {
  check_defined(self, "reshape");
  Dims sizes = infer_sizes(shape, self.numel(), "reshape"), strides;
  if (view_strides(self.sizes(), self.strides(), sizes, strides)) return view(self, sizes);
  Tensor copy = clone(self);
  if (!copy.is_contiguous()) copy = contiguous(copy);
  Tensor out = new_view(object(copy), sizes, Dims::contiguous_strides(sizes), 0);
  return record(std::move(out), "UnsafeViewBackward0", {&copy}, {},
                [old = Dims(self.sizes())](Backward& b) { b.set(0, reshape(b.grad(), old)); });
}

Tensor permute(const Tensor& self, IntList dims) {
  check_defined(self, "permute");
  if (static_cast<int64_t>(dims.size()) != self.dim())
    raise<ShapeError>(
        {"[permute] number of dimensions in the tensor input does not match the length of the desired "
         "ordering of dimensions: sizes ",
         IntList(self.sizes()), ", order ", IntList(dims)});
  Dims sizes(dims.size()), strides(dims.size()), back(dims.size());
  uint64_t seen = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    auto d = static_cast<size_t>(wrap_dim(dims[i], self.dim(), "permute"));
    if (seen >> d & 1) raise<ShapeError>({"[permute] duplicate dims are not allowed: ", IntList(dims)});
    seen |= uint64_t{1} << d;
    sizes[i] = self.sizes()[d];
    strides[i] = self.strides()[d];
    back[d] = static_cast<int64_t>(i);
  }
  return view_of(self, sizes, strides, 0, "PermuteBackward0",
                 [back](const Tensor& g) { return permute(g, back); });
}

namespace {
Tensor swap_dims(const Tensor& self, int64_t a, int64_t b, const char* node) {
  Dims sizes(self.sizes()), strides(self.strides());
  if (self.dim() > 0) {
    std::swap(sizes[static_cast<size_t>(a)], sizes[static_cast<size_t>(b)]);
    std::swap(strides[static_cast<size_t>(a)], strides[static_cast<size_t>(b)]);
  }
  return view_of(self, sizes, strides, 0, node, [a, b](const Tensor& g) { return transpose(g, a, b); });
}
} // namespace

Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  check_defined(self, "transpose");
  return swap_dims(self, wrap_dim(dim0, self.dim(), "transpose"), wrap_dim(dim1, self.dim(), "transpose"),
                   "TransposeBackward0");
}

Tensor t(const Tensor& self) {
  check_defined(self, "t");
  if (self.dim() > 2)
    raise<ShapeError>(
        {"[t] expects a tensor with <= 2 dimensions, but self is ", self.dim(), "D; use mT() or permute"});
  return swap_dims(self, 0, self.dim() < 2 ? 0 : 1, "TBackward0");
}

Tensor expand(const Tensor& self, IntList size) {
  check_defined(self, "expand");
  if (static_cast<int64_t>(size.size()) < self.dim())
    raise<ShapeError>({"[expand] the number of sizes provided ", IntList(size),
                       " must be greater or equal to the number of dimensions in the tensor ",
                       IntList(self.sizes())});
  Dims sizes(size), strides(size.size());
  size_t lead = size.size() - self.sizes().size();
  for (size_t i = 0; i < size.size(); ++i) {
    if (i < lead) {
      if (sizes[i] < 0)
        raise<ShapeError>({"[expand] the expanded size ", sizes[i],
                           " isn't allowed in a leading, non-existing dimension ", i});
      strides[i] = 0;
      continue;
    }
    int64_t n = self.sizes()[i - lead], s = self.strides()[i - lead];
    if (sizes[i] == -1) sizes[i] = n;
    if (sizes[i] < 0) raise<ShapeError>({"[expand] invalid size in ", IntList(size)});
    if (n != sizes[i] && n != 1)
      raise<ShapeError>({"[expand] the expanded size of the tensor (", sizes[i],
                         ") must match the existing size (", n, ") at non-singleton dimension ", i,
                         ". Target sizes: ", IntList(size), ". Tensor sizes: ", IntList(self.sizes())});
    strides[i] = n == sizes[i] ? s : 0;
  }
  checked_numel(sizes, self.element_size());
  return view_of(
      self, sizes, strides, 0, "ExpandBackward0",
      [old = Dims(self.sizes()), dtype = self.dtype()](const Tensor& g) { return sum_to(g, old, dtype); });
}

Tensor expand_as(const Tensor& self, const Tensor& other) {
  check_defined(other, "expand_as");
  return expand(self, other.sizes());
}

namespace {
Tensor squeeze_mask(const Tensor& self, uint64_t mask, const char* node) {
  Dims sizes, strides;
  for (size_t i = 0; i < self.sizes().size(); ++i) {
    if (self.sizes()[i] == 1 && (mask >> i & 1)) continue;
    sizes.push_back(self.sizes()[i]);
    strides.push_back(self.strides()[i]);
  }
  return view_of(self, sizes, strides, 0, node,
                 [old = Dims(self.sizes())](const Tensor& g) { return reshape(g, old); });
}
} // namespace

Tensor squeeze(const Tensor& self) {
  check_defined(self, "squeeze");
  return squeeze_mask(self, ~uint64_t{0}, "SqueezeBackward0");
}
Tensor squeeze(const Tensor& self, IntList dim) {
  check_defined(self, "squeeze");
  uint64_t mask = dim.empty() ? 0 : wrap_dims(dim, self.dim(), "squeeze");
  return squeeze_mask(self, mask, dim.size() == 1 ? "SqueezeBackward1" : "SqueezeBackward2");
}

Tensor unsqueeze(const Tensor& self, int64_t dim) {
  check_defined(self, "unsqueeze");
  auto d = static_cast<size_t>(wrap_dim(dim, self.dim() + 1, "unsqueeze"));
  Dims sizes(self.sizes()), strides(self.strides());
  int64_t stride = d < sizes.size() ? sizes[d] * strides[d] : 1;
  sizes.insert(d, 1);
  strides.insert(d, stride);
  return view_of(self, sizes, strides, 0, "UnsqueezeBackward0",
                 [d](const Tensor& g) { return squeeze(g, static_cast<int64_t>(d)); });
}

Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim) {
  check_defined(self, "flatten");
  int64_t start = wrap_dim(start_dim, self.dim(), "flatten"), end = wrap_dim(end_dim, self.dim(), "flatten");
  if (start > end)
    raise<ShapeError>({"[flatten] start_dim cannot come after end_dim: ", start_dim, ", ", end_dim});
  if (self.dim() == 0) return reshape(self, {1});
  if (start == end) return self;
  Dims sizes;
  int64_t joined = 1;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d >= start && d <= end)
      joined *= self.size(d);
    else
      sizes.push_back(self.size(d));
    if (d == end) sizes.push_back(joined);
  }
  return reshape(self, sizes);
}

Tensor unflatten(const Tensor& self, int64_t dim, IntList parts) {
  check_defined(self, "unflatten");
  auto d = static_cast<size_t>(wrap_dim(dim, self.dim(), "unflatten"));
  if (parts.empty()) raise<ShapeError>({"[unflatten] sizes must be non-empty"});
  if (self.dim() == 0) raise<IndexError>({"[unflatten] a 0-d tensor has no dimension to unflatten"});
  Dims inner = infer_sizes(parts, self.sizes()[d], "unflatten"), sizes(self.sizes());
  sizes.erase(d);
  for (size_t i = 0; i < inner.size(); ++i) sizes.insert(d + i, inner[i]);
  return view(self, sizes);
}

const Tensor& transpose_(const Tensor& self, int64_t dim0, int64_t dim1) {
  begin_change(self, "transpose_");
  return change_geometry(self, transpose(self, dim0, dim1), "TransposeBackward1");
}
const Tensor& t_(const Tensor& self) {
  begin_change(self, "t_");
  return change_geometry(self, t(self), "TBackward1");
}
const Tensor& squeeze_(const Tensor& self) {
  begin_change(self, "squeeze_");
  return change_geometry(self, squeeze(self), "SqueezeBackward3");
}
const Tensor& squeeze_(const Tensor& self, IntList dim) {
  begin_change(self, "squeeze_");
  return change_geometry(self, squeeze(self, dim), dim.size() == 1 ? "SqueezeBackward4" : "SqueezeBackward5");
}
const Tensor& unsqueeze_(const Tensor& self, int64_t dim) {
  begin_change(self, "unsqueeze_");
  return change_geometry(self, unsqueeze(self, dim), "UnsqueezeBackward1");
}
Tensor movedim(const Tensor& self, IntList source, IntList destination) {
  check_defined(self, "movedim");
  if (source.size() != destination.size())
    raise<ShapeError>({"[movedim] source ", IntList(source), " and destination ", IntList(destination),
                       " must have the same number of elements"});
  int64_t rank = self.dim();
  Dims order(static_cast<size_t>(rank), -1);
  uint64_t taken = source.empty() ? 0 : wrap_dims(source, rank, "movedim");
  if (!destination.empty()) wrap_dims(destination, rank, "movedim");
  if (rank == 0) return self.view({});
  for (size_t i = 0; i < source.size(); ++i)
    order[static_cast<size_t>(wrap_dim(destination[i], rank, "movedim"))] =
        wrap_dim(source[i], rank, "movedim");
  int64_t next = 0;
  for (auto& o : order) {
    if (o != -1) continue;
    while (taken >> next & 1) ++next;
    o = next++;
  }
  return permute(self, order);
}

Tensor view_as(const Tensor& self, const Tensor& other) {
  check_defined(other, "view_as");
  return view(self, other.sizes());
}
Tensor reshape_as(const Tensor& self, const Tensor& other) {
  check_defined(other, "reshape_as");
  return reshape(self, other.sizes());
}
Tensor ravel(const Tensor& self) { return reshape(contiguous(self), -1); }
Tensor swapaxes(const Tensor& self, int64_t axis0, int64_t axis1) { return transpose(self, axis0, axis1); }
Tensor swapdims(const Tensor& self, int64_t dim0, int64_t dim1) { return transpose(self, dim0, dim1); }
const Tensor& swapaxes_(const Tensor& self, int64_t axis0, int64_t axis1) {
  return transpose_(self, axis0, axis1);
}
const Tensor& swapdims_(const Tensor& self, int64_t dim0, int64_t dim1) {
  return transpose_(self, dim0, dim1);
}
Tensor broadcast_to(const Tensor& self, IntList size) { return expand(self, size); }
Tensor moveaxis(const Tensor& self, IntList source, IntList destination) {
  return movedim(self, source, destination);
}
Tensor Tensor::H() const {
  check_defined(*this, "H");
  if (dim() != 0 && dim() != 2)
    raise<ShapeError>(
        {"[H] tensor.H is only supported on matrices (2-D tensors). Got ", dim(), "-D tensor."});
  return dim() == 0 ? T() : transpose(0, 1);
}

Tensor detach(const Tensor& self) {
  check_defined(self, "detach");
  TensorObject* o = object(self);
  return new_view(o, {o->sizes(), o->rank}, {o->strides(), o->rank}, 0);
}

namespace {

using Unary = Tensor(const Tensor&);
using OfDim = Tensor(const Tensor&, int64_t);
using OfSizes = Tensor(const Tensor&, IntList);
using OfOther = Tensor(const Tensor&, const Tensor&);

Tensor all_reversed(const Tensor& self) { return self.T(); }
Tensor last_two_swapped(const Tensor& self) {
  check_defined(self, "mT");
  if (self.dim() < 2)
    raise<ShapeError>({"[mT] tensor.mT is only supported on matrices or batches of matrices. Got ",
                       self.dim(), "-D tensor."});
  return self.mT();
}
Tensor adjoint_of_matrix(const Tensor& self) { return self.H(); }

using TwoDimsInPlace = const Tensor&(const Tensor&, int64_t, int64_t);
using UnaryInPlace = const Tensor&(const Tensor&);

constinit const Op ops[] = {
    op<OfSizes, &view>("view(self, size)", linear_view("the same elements under new sizes, without a copy",
                                                       {"T(2, 6), [3, 4]", "T(2, 6), [-1]"})),
    op<OfOther, &view_as>("view_as(self, other)", linear_view("view(other.shape)", {"T(2, 6), T(3, 4)"})),
    op<OfSizes, &reshape>("reshape(self, shape)",
                          linear_view("the same elements under new sizes, copied where strides demand it",
                                      {"T(2, 6), [3, 4]", "T(2, 6), [-1, 2]"})),
    op<OfOther, &reshape_as>("reshape_as(self, other)",
                             linear_view("reshape(other.shape)", {"T(2, 6), T(3, 4)"})),
    op<Unary, &ravel>("ravel(self)", linear_view("all elements in a row", {"T(2, 3)"})),
    op<Tensor(const Tensor&, int64_t, int64_t), &transpose>(
        "transpose(self, dim0, dim1)",
        linear_view("two dimensions swapped", {"T(2, 3), 0, 1", "T(2, 3, 4), -1, 0"},
                    boxed<TwoDimsInPlace, &transpose_>)),
    op<Tensor(const Tensor&, int64_t, int64_t), &swapaxes>(
        "swapaxes(self, axis0, axis1)",
        linear_view("transpose", {"T(2, 3), 0, 1"}, boxed<TwoDimsInPlace, &swapaxes_>)),
    op<Tensor(const Tensor&, int64_t, int64_t), &swapdims>(
        "swapdims(self, dim0, dim1)",
        linear_view("transpose", {"T(2, 3), 0, 1"}, boxed<TwoDimsInPlace, &swapdims_>)),
    op<Unary, &t>("t(self)",
                  linear_view("a matrix transposed", {"T(2, 3)", "T(3)"}, boxed<UnaryInPlace, &t_>)),
    op<Unary, &all_reversed>("T(self)", linear_view("all dimensions in reverse", {"T(2, 3)"}, nullptr,
                                                    "an attribute in Python, a method in C++")),
    op<Unary, &last_two_swapped>("mT(self)", linear_view("the last two dimensions swapped", {"T(4, 2, 3)"},
                                                         nullptr, "an attribute in Python, a method in C++")),
    op<Unary, &adjoint_of_matrix>("H(self)", linear_view("a matrix transposed (and conjugated)", {"T(2, 3)"},
                                                         nullptr, "an attribute in Python, a method in C++")),
    op<OfSizes, &permute>(
        "permute(self, dims)",
        linear_view("dimensions in a new order", {"T(2, 3, 4), [2, 0, 1]", "T(2, 3, 4), [0, -1, 1]"})),
    op<OfSizes, &expand>("expand(self, size)",
                         linear_view("dimensions of size 1 repeated", {"T(2, 1), [2, 3]", "T(3), [2, -1]"})),
    op<OfSizes, &broadcast_to>("broadcast_to(self, size)", linear_view("expand", {"T(2, 1), [2, 3]"})),
    op<OfOther, &expand_as>("expand_as(self, other)",
                            linear_view("expand(other.shape)", {"T(2, 1), T(2, 3)"})),
    op<Unary, &squeeze>("squeeze(self)", linear_view("without dimensions of size 1", {"T(2, 1, 3, 1)"},
                                                     boxed<UnaryInPlace, &squeeze_>)),
    op<OfSizes, &squeeze>("squeeze(self, dim)",
                          linear_view("without these dimensions where their size is 1",
                                      {"T(2, 1, 3, 1), 1", "T(2, 1, 3, 1), [1, -1]"},
                                      boxed<const Tensor&(const Tensor&, IntList), &squeeze_>)),
    op<OfDim, &unsqueeze>("unsqueeze(self, dim)",
                          linear_view("a new dimension of size 1", {"T(2, 3), 1", "T(2, 3), -1"},
                                      boxed<const Tensor&(const Tensor&, int64_t), &unsqueeze_>)),
    op<Tensor(const Tensor&, int64_t, int64_t), &flatten>(
        "flatten(self, start_dim=0, end_dim=-1)",
        linear_view("several dimensions as one", {"T(2, 3, 4)", "T(2, 3, 4), 1"})),
    op<Tensor(const Tensor&, int64_t, IntList), &unflatten>(
        "unflatten(self, dim, sizes)", linear_view("one dimension as several", {"T(2, 12), 1, [3, -1]"})),
    op<Tensor(const Tensor&, IntList, IntList), &movedim>(
        "movedim(self, source, destination)",
        linear_view("dimensions moved", {"T(2, 3, 4), 0, 2", "T(2, 3, 4), [0, 1], [2, 0]"})),
    op<Tensor(const Tensor&, IntList, IntList), &moveaxis>("moveaxis(self, source, destination)",
                                                           linear_view("movedim", {"T(2, 3, 4), 0, 2"})),
    op<Unary, &detach>("detach(self)", {.doc = "the same elements without history",
                                        .samples = {"T(2, 3)"},
                                        .derivative = Derivative::none,
                                        .why_not = "it cuts history"}),
};

} // namespace

extern const Family views_family;
constinit const Family views_family{"views", ops};

} // namespace talweg
