// Elements picked along one dimension, and added back.
#include <algorithm>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/index.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/index_tensors.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/index.h"

namespace talweg {

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  check_defined(self, index, "index_select");
  if (index.dtype() != int64 && index.dtype() != int32)
    raise<DtypeError>({"[index_select] index_select(): Expected dtype int32 or int64 for index, got ",
                       name(index.dtype())});
  if (index.dim() > 1)
    raise<IndexError>({"[index_select] index_select(): Index is supposed to be a vector, got sizes ",
                       IntList(index.sizes())});
  int64_t d = wrap_dim(dim, self.dim(), "index_select");
  if (self.dim() == 0 && index.numel() != 1)
    raise<IndexError>({"[index_select] index_select(): Index to scalar can have only 1 value, got ",
                       index.numel(), " value(s)"});
  Tensor whole = self.dim() == 0 ? self.view(1) : self;
  Tensor vector = to(index, int64);
  int64_t n = whole.size(d);
  if (BadIndex bad = find_bad_index(buffer_of(vector), 0, n); bad.found)
    raise<IndexError>(
        {"[index_select] index out of range in self: index ", bad.value, " along a dimension of size ", n});
  if (vector.dim() == 0) vector = vector.view(1);
  std::vector<Tensor> by_dim(static_cast<size_t>(d) + 1);
  by_dim.back() = vector;
  Picked p = pick(whole, by_dim, "index_select");
  Tensor out = new_tensor(self.dtype(), self.dim() == 0 ? IntList() : IntList(p.result));
  Dims strides = Dims::contiguous_strides(p.result);
  launch_with(index_kernel, buffer_as(out, p.result, strides, out.numel()), buffer_of(whole), p);
  if (!needs_grad(self)) return out;
  return record(std::move(out), "IndexSelectBackward0", {&self}, {},
                [sizes = Dims(self.sizes()), rows = Dims(whole.sizes()), kept = KeptIndices(p),
                 picked = p.result](Backward& b) {
                  Tensor whole_grad = index_put(zeros(rows, {.dtype = b.grad().dtype()}), kept.get(),
                                                b.grad().reshape(picked), true);
                  b.set(0, whole_grad.reshape(sizes));
                });
}

namespace {

// Positions along dim for gather and scatter: as many dimensions as self (a 0-d tensor counts as a vector of
// one).
Tensor positions(const Tensor& self, int64_t dim, const Tensor& index, std::string_view op) {
  if (index.numel() == 0) return to(index, int64);
  if (index.dtype() != int64 && index.dtype() != int32)
    raise<DtypeError>(
        {"[", op, "] ", op, "(): Expected dtype int32/int64 for index, got ", name(index.dtype())});
  Tensor at = to(index, int64);
  if (std::max<int64_t>(index.dim(), 1) != std::max<int64_t>(self.dim(), 1))
    raise<ShapeError>({"[", op,
                       "] Index tensor must have the same number of dimensions as input tensor: index ",
                       IntList(index.sizes()), ", self ", IntList(self.sizes())});
  for (int64_t d = 0; d < index.dim() && d < self.dim(); ++d)
    if (d != dim && index.size(d) > self.size(d))
      raise<ShapeError>({"[", op, "] Size does not match at dimension ", d, " expected index ",
                         bracketed(index.sizes()), " to be no larger than self ", bracketed(self.sizes()),
                         " apart from dimension ", dim});
  int64_t n = self.dim() == 0 ? 1 : self.size(dim);
  if (BadIndex bad = find_bad_index(buffer_of(at), 0, n); bad.found)
    raise<IndexError>(
        {"[", op, "] index ", bad.value, " is out of bounds for dimension ", dim, " with size ", n});
  return at;
}

// What scatter_add and its form in place check first.
Tensor scatter_positions(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                         std::string_view op) {
  check_defined(self, index, op);
  check_defined(self, src, op);
  if (self.dtype() != src.dtype())
    raise<DtypeError>({"[", op, "] scatter(): Expected self.dtype to be equal to src.dtype, got ",
                       name(self.dtype()), " and ", name(src.dtype())});
  Tensor at = positions(self, dim, index, op);
  if (index.numel() == 0) return at;
  if (std::max<int64_t>(index.dim(), 1) != std::max<int64_t>(src.dim(), 1))
    raise<ShapeError>({"[", op,
                       "] Index tensor must have the same number of dimensions as src tensor: index ",
                       IntList(index.sizes()), ", src ", IntList(src.sizes())});
  for (int64_t d = 0; d < index.dim() && d < src.dim(); ++d)
    if (index.size(d) > src.size(d))
      raise<ShapeError>({"[", op, "] Expected index ", bracketed(index.sizes()),
                         " to be no larger than self ", bracketed(self.sizes()), " apart from dimension ",
                         dim, " and to be no larger size than src ", bracketed(src.sizes())});
  return at;
}

void add_scattered(const Tensor& out, int64_t dim, const Tensor& at, const Tensor& src) {
  if (at.numel() == 0) return;
  const Tensor from = shares_memory(out, src) ? clone(src.detach()) : src;
  const Tensor where = shares_memory(out, at) ? clone(at) : at;
  launch(scatter_add_kernel, {buffer_of(out), buffer_of(from), buffer_of(where)},
         GatherPlan{static_cast<int32_t>(dim)});
}

// src may be larger than index: what isn't read has no gradient.
Tensor source_gradient(const Tensor& grad, int64_t dim, const Tensor& at, const Dims& sizes) {
  Tensor read = gather(grad, dim, at);
  if (IntList(sizes) == read.sizes()) return read;
  Tensor whole = zeros(sizes, {.dtype = grad.dtype()}), part = whole;
  for (int64_t d = 0; d < read.dim(); ++d) part = narrow(part, d, 0, read.size(d));
  part.copy_(read);
  return whole;
}

auto scatter_backward(int64_t dim, const Tensor& src) {
  return [dim, sizes = Dims(src.sizes())](Backward& b) {
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, b.grad());
    if (b.needs(1)) b.set(1, source_gradient(b.grad(), dim, b.saved(0), sizes));
  };
}

} // namespace

Tensor gather(const Tensor& self, int64_t dim, const Tensor& index) {
  check_defined(self, index, "gather");
  int64_t d = wrap_dim(dim, self.dim(), "gather");
  Tensor at = positions(self, d, index, "gather");
  Tensor out = new_tensor(self.dtype(), index.sizes());
  if (out.numel() > 0)
    launch(gather_kernel, {buffer_of(out), buffer_of(self), buffer_of(at)},
           GatherPlan{static_cast<int32_t>(d)});
  return record(std::move(out), "GatherBackward0", {&self}, {{at}},
                [d, sizes = Dims(self.sizes())](Backward& b) {
                  b.set(0, scatter_add(zeros(sizes, {.dtype = b.grad().dtype()}), d, b.saved(0), b.grad()));
                });
}

Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  check_defined(self, index, "scatter_add");
  int64_t d = wrap_dim(dim, self.dim(), "scatter_add");
  Tensor at = scatter_positions(self, d, index, src, "scatter_add");
  Tensor out = clone(self.detach());
  add_scattered(out, d, at, src);
  return record(std::move(out), "ScatterAddBackward0", {&self, &src}, {{at}}, scatter_backward(d, src));
}

const Tensor& scatter_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  check_defined(self, index, "scatter_add_");
  int64_t d = wrap_dim(dim, self.dim(), "scatter_add_");
  Tensor at = scatter_positions(self, d, index, src, "scatter_add_");
  const Tensor* others[] = {&src};
  bool recorded = begin_write(self, "scatter_add_", others);
  OwnedNode node =
      write_node(recorded, "ScatterAddBackward0", {&self, &src}, {{at}}, scatter_backward(d, src));
  add_scattered(self, d, at, src);
  end_write(self, std::move(node));
  return self;
}

namespace {

constinit const Op ops[] = {
    op<Tensor(const Tensor&, int64_t, const Tensor&), &index_select>(
        "index_select(self, dim, index)",
        {.doc = "slices of dim in the order of index",
         .samples = {"T(3, 4), 0, I(5; 3)", "T(3, 4), 1, I(2; 4)", "T(2, 3, 4), -1, I(6; 4)"},
         .derivative = Derivative::linear}),
    op<Tensor(const Tensor&, int64_t, const Tensor&), &gather>(
        "gather(self, dim, index)", {.doc = "out[i][j] = self[index[i][j]][j] for dim 0, and so on",
                                     .samples = {"T(3, 4), 0, I(5, 4; 3)", "T(3, 4), 1, I(3, 2; 4)"},
                                     .derivative = Derivative::linear}),
    op<Tensor(const Tensor&, int64_t, const Tensor&, const Tensor&), &scatter_add>(
        "scatter_add(self, dim, index, src)",
        {.doc = "self with out[index[i][j]][j] += src[i][j] for dim 0, and so on",
         .samples = {"T(3, 4), 0, I(5, 4; 3), T(5, 4)", "T(3, 4), 1, I(3, 2; 4), T(3, 2)"},
         .derivative = Derivative::linear,
         .in_place =
             boxed<const Tensor&(const Tensor&, int64_t, const Tensor&, const Tensor&), &scatter_add_>}),
};

} // namespace

extern const Family gather_family;
constinit const Family gather_family{"gather", ops};

} // namespace talweg
