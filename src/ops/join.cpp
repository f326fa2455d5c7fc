// Several tensors as one.
#include "talweg/ops/join.h"

#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/pointwise.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/errors.h"
#include "talweg/tensor.h"

namespace talweg {

namespace {

void check_list(const std::vector<Tensor>& tensors, const char* op) {
  if (tensors.empty()) raise<ValueError>({"[", op, "] expected a non-empty list of Tensors"});
  for (size_t i = 0; i < tensors.size(); ++i)
    if (!tensors[i].defined()) raise<TypeError>({"[", op, "] tensor ", i, " is undefined"});
}

Dtype common_dtype(const std::vector<Tensor>& tensors) {
  Dtype first = tensors[0].dtype();
  bool same = true;
  for (const Tensor& t : tensors) same &= t.dtype() == first;
  if (same) return first;
  std::vector<Operand> operands(tensors.begin(), tensors.end());
  return result_type(operands);
}

// An empty vector fits anything: what old programs start a list with.
bool passed_over(const Tensor& t) { return t.dim() == 1 && t.size(0) == 0; }

// Writes t into length elements of dim from start; dim is one of out's.
void place(const Tensor& out, const Tensor& t, size_t dim, int64_t start, int64_t length) {
  if (t.numel() == 0) return;
  Dims sizes(out.sizes());
  sizes[dim] = length;
  Buffer to = buffer_of(out);
  to.data = static_cast<char*>(to.data) + start * out.strides()[dim] * out.element_size();
  to.sizes = sizes.data();
  to.numel = t.numel();
  to.contiguous = to.padded = false;
  Dims strides(t.strides());
  // A stacked tensor lacks the dimension it is stacked along.
  if (strides.size() < sizes.size()) strides.insert(dim, 0);
  launch(copy_kernel, {to, buffer_as(t, sizes, strides, t.numel())});
}

std::vector<const Tensor*> pointers(const std::vector<Tensor>& tensors) {
  std::vector<const Tensor*> list;
  for (const Tensor& t : tensors) list.push_back(&t);
  return list;
}

} // namespace

Tensor cat(const std::vector<Tensor>& tensors, int64_t dim) {
  check_list(tensors, "cat");
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].dim() == 0)
      raise<ShapeError>(
          {"[cat] zero-dimensional tensor (at position ", i, ") cannot be concatenated; use stack"});
  const Tensor* like = nullptr;
  for (const Tensor& t : tensors)
    if (!like && !passed_over(t)) like = &t;
  if (!like) like = &tensors[0];
  auto d = static_cast<size_t>(wrap_dim(dim, like->dim(), "cat"));
  Dims sizes(like->sizes());
  sizes[d] = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    if (passed_over(t)) continue;
    if (t.dim() != like->dim())
      raise<ShapeError>(
          {"[cat] Tensors must have same number of dimensions: got ", like->dim(), " and ", t.dim()});
    for (size_t k = 0; k < sizes.size(); ++k)
      if (k != d && t.sizes()[k] != sizes[k])
        raise<ShapeError>({"[cat] Sizes of tensors must match except in dimension ", d, ". Expected size ",
                           sizes[k], " but got size ", t.sizes()[k], " for tensor number ", i,
                           " in the list."});
    sizes[d] += t.sizes()[d];
  }
  Tensor out = new_tensor(common_dtype(tensors), sizes);
  int64_t start = 0;
  for (const Tensor& t : tensors) {
    if (passed_over(t)) continue;
    int64_t length = t.sizes()[d];
    place(out, t, d, start, length);
    start += length;
  }
  auto inputs = pointers(tensors);
  if (!any_needs_grad(inputs)) return out;
  struct Piece {
    int64_t length;
    Dtype dtype;
    bool skipped;
  };
  std::vector<Piece> pieces;
  for (const Tensor& t : tensors)
    pieces.push_back({passed_over(t) ? 0 : t.sizes()[d], t.dtype(), passed_over(t)});
  return record(std::move(out), "CatBackward0", inputs, {}, [pieces, d](Backward& b) {
    if (!b.grad().defined()) return;
    int64_t at = 0;
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (b.needs(i)) {
        if (pieces[i].skipped)
          b.set(i, new_tensor(pieces[i].dtype, IntList(0)));
        else
          b.set(i, to(narrow(b.grad(), static_cast<int64_t>(d), at, pieces[i].length), pieces[i].dtype));
      }
      at += pieces[i].length;
    }
  });
}

Tensor concat(const std::vector<Tensor>& tensors, int64_t dim) { return cat(tensors, dim); }
Tensor concatenate(const std::vector<Tensor>& tensors, int64_t dim) { return cat(tensors, dim); }

Tensor stack(const std::vector<Tensor>& tensors, int64_t dim) {
  check_list(tensors, "stack");
  const Tensor& first = tensors[0];
  auto d = static_cast<size_t>(wrap_dim(dim, first.dim() + 1, "stack"));
  for (size_t i = 1; i < tensors.size(); ++i)
    if (!(tensors[i].sizes() == first.sizes()))
      raise<ShapeError>({"[stack] stack expects each tensor to be equal size, but got ",
                         IntList(first.sizes()), " at entry 0 and ", IntList(tensors[i].sizes()),
                         " at entry ", i});
  Dims sizes(first.sizes());
  sizes.insert(d, static_cast<int64_t>(tensors.size()));
  Tensor out = new_tensor(common_dtype(tensors), sizes);
  for (size_t i = 0; i < tensors.size(); ++i) place(out, tensors[i], d, static_cast<int64_t>(i), 1);
  auto inputs = pointers(tensors);
  if (!any_needs_grad(inputs)) return out;
  std::vector<Dtype> dtypes;
  for (const Tensor& t : tensors) dtypes.push_back(t.dtype());
  return record(std::move(out), "StackBackward0", inputs, {}, [dtypes, d](Backward& b) {
    if (!b.grad().defined()) return;
    for (size_t i = 0; i < dtypes.size(); ++i)
      if (b.needs(i))
        b.set(i, to(select(b.grad(), static_cast<int64_t>(d), static_cast<int64_t>(i)), dtypes[i]));
  });
}

namespace {

using Join = Tensor(const std::vector<Tensor>&, int64_t);

constinit const Op ops[] = {
    op<Join, &cat>("cat(tensors, dim=0)",
                   {.doc = "one after the other along dim",
                    .samples = {"[T(2, 3), T(4, 3)]", "[T(2, 3), T(2, 1)], 1", "[T(3)]"},
                    .derivative = Derivative::linear}),
    op<Join, &concat>("concat(tensors, dim=0)",
                      {.doc = "cat", .samples = {"[T(2, 3), T(4, 3)]"}, .derivative = Derivative::linear}),
    op<Join, &concatenate>(
        "concatenate(tensors, dim=0)",
        {.doc = "cat", .samples = {"[T(2, 3), T(4, 3)]"}, .derivative = Derivative::linear}),
    op<Join, &stack>("stack(tensors, dim=0)",
                     {.doc = "along a new dimension",
                      .samples = {"[T(2, 3), T(2, 3)]", "[T(2, 3), T(2, 3)], 2", "[T(), T()]"},
                      .derivative = Derivative::linear}),
};

} // namespace

extern const Family join_family;
constinit const Family join_family{"join", ops};

} // namespace talweg
