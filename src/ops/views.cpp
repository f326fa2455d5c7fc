// Views: the same memory under another geometry.
#include "talweg/ops/views.h"

#include <algorithm>
#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "ops/history.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

std::string in(std::string_view op) { return "[" + std::string(op) + "] "; }

void check_defined(const Tensor& t, std::string_view op) {
  if (!t.defined()) raise<TypeError>({in(op), "the tensor is undefined"});
}

// A view with history: `backward` takes the gradient of the view to the gradient of self.
template <class F>
Tensor view_of(const Tensor& self, const Dims& sizes, const Dims& strides, int64_t offset_elements,
               const char* node, F backward, ViewKind kind = ViewKind::plain) {
  Tensor out = make_view(self, sizes, strides, offset_elements * self.element_size(), kind);
  if (!needs_grad(self)) return out;
  auto apply = [backward](Backward& b) {
    if (b.grad().defined()) b.set(0, backward(b.grad()));
  };
  const Tensor* inputs[] = {&self};
  set_history(object(out), function_node(node, inputs, {}, 1, std::move(apply)), 0);
  return out;
}

// The gradient of a part: zeros, with the part's gradient where it came from.
template <class F>
Tensor spread(const Tensor& grad, const Dims& sizes, F part) {
  Tensor whole = zeros(sizes, {.dtype = grad.dtype()});
  part(whole).copy_(grad);
  return whole;
}

} // namespace

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

namespace {

// Several views of one tensor with one node.
template <class F>
std::vector<Tensor> views_of(const Tensor& self, std::vector<Tensor> parts, const char* node, F gather) {
  for (Tensor& p : parts)
    object(p)->view.kind = grad_enabled() ? ViewKind::several_outputs : ViewKind::no_grad_mode;
  if (!needs_grad(self) || parts.empty()) return parts;
  const Tensor* inputs[] = {&self};
  auto apply = [gather, dtype = self.dtype()](Backward& b) { b.set(0, gather(b.grads(), dtype)); };
  Node* shared = function_node(node, inputs, {}, static_cast<uint32_t>(parts.size()), std::move(apply));
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) retain(shared);
    set_history(object(parts[i]), shared, static_cast<uint32_t>(i));
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
  for (int64_t start = 0; start < n; start += split_size) lengths.push_back(std::min(split_size, n - start));
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
    total += n;
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
std::vector<Tensor> split(const Tensor& self, IntList split_size, int64_t dim) {
  return split_with_sizes(self, split_size, dim);
}
Tensor narrow(const Tensor& self, int64_t dim, const Tensor& start, int64_t length) {
  check_defined(start, "narrow");
  if (start.dim() != 0 || !is_integral(start.dtype(), false))
    raise<ShapeError>({"[narrow] start must be an 0-dim integral Tensor."});
  return narrow(self, dim, start.item<int64_t>(), length);
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

constexpr OpInfo linear_view(std::string_view doc, std::array<std::string_view, 8> samples,
                             BoxedCall in_place = nullptr, std::string_view undeclared = {}) {
  return {.doc = doc,
          .samples = samples,
          .derivative = Derivative::linear,
          .in_place = in_place,
          .undeclared = undeclared};
}

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
    op<Tensor(const Tensor&, IntList, IntList, std::optional<int64_t>), &as_strided_at>(
        "as_strided(self, size, stride, storage_offset=None)",
        linear_view(
            "any geometry over the memory", {"T(12), [3, 2], [2, 1]", "T(12), [3, 2], [1, 1], 2"},
            boxed<const Tensor&(const Tensor&, IntList, IntList, std::optional<int64_t>), &as_strided_at_>)),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &diagonal>(
        "diagonal(self, offset=0, dim1=0, dim2=1)",
        linear_view("the diagonal of two dimensions", {"T(3, 4)", "T(3, 4), 1", "T(3, 4), -1"})),
    op<Tensor(const Tensor&, IntList, IntList), &movedim>(
        "movedim(self, source, destination)",
        linear_view("dimensions moved", {"T(2, 3, 4), 0, 2", "T(2, 3, 4), [0, 1], [2, 0]"})),
    op<Tensor(const Tensor&, IntList, IntList), &moveaxis>("moveaxis(self, source, destination)",
                                                           linear_view("movedim", {"T(2, 3, 4), 0, 2"})),
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
    op<Unary, &detach>("detach(self)", {.doc = "the same elements without history",
                                        .samples = {"T(2, 3)"},
                                        .derivative = Derivative::none,
                                        .why_not = "it cuts history"}),
};

} // namespace

extern const Family views_family;
constinit const Family views_family{"views", ops};

} // namespace talweg
