// What views would show, as copies; and what changes nothing for real numbers.
#include "talweg/ops/copies.h"

#include "core/shape.h"
#include "ops/checks.h"
#include "ops/record.h"
#include "ops/views.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/ops/arrange.h"

namespace talweg {

namespace {

// A copy of view(input), whose gradient goes back as the view's would.
template <class V>
Tensor copied(const Tensor& input, const char* node, V view) {
  check_defined(input, node);
  Tensor out;
  {
    NoGradGuard quiet;
    out = view(input);
    out = out.is_contiguous() ? clone(out) : contiguous(out);
  }
  return record(std::move(out), node, {&input}, {}, [view, sizes = Dims(input.sizes())](Backward& b) {
    if (!b.grad().defined()) return;
    Tensor whole = zeros(sizes, {.dtype = b.grad().dtype()});
    view(whole).copy_(b.grad());
    b.set(0, whole);
  });
}

std::vector<Tensor> all_copied(const std::vector<Tensor>& views) {
  std::vector<Tensor> out;
  for (const Tensor& v : views) out.push_back(clone(v));
  return out;
}

} // namespace

Tensor alias_copy(const Tensor& input) {
  return copied(input, "AliasBackward0_copy", [](const Tensor& t) { return t.view(t.sizes()); });
}
Tensor as_strided_copy(const Tensor& input, IntList size, IntList stride,
                       std::optional<int64_t> storage_offset) {
  check_defined(input, "as_strided_copy");
  return clone(as_strided(input, size, stride, storage_offset.value_or(input.storage_offset())));
}
Tensor detach_copy(const Tensor& input) { return clone(detach(input)); }
Tensor diagonal_copy(const Tensor& input, int64_t offset, int64_t dim1, int64_t dim2) {
  return copied(input, "DiagonalBackward0_copy",
                [=](const Tensor& t) { return diagonal(t, offset, dim1, dim2); });
}
Tensor expand_copy(const Tensor& input, IntList size) { return clone(expand(input, size)).contiguous(); }
Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  return copied(self, "NarrowCopyBackward0", [=](const Tensor& t) { return narrow(t, dim, start, length); });
}
Tensor permute_copy(const Tensor& input, IntList dims) {
  return copied(input, "PermuteBackward0_copy",
                [order = Dims(dims)](const Tensor& t) { return permute(t, order); });
}
Tensor select_copy(const Tensor& input, int64_t dim, int64_t index) {
  return copied(input, "SelectBackward0_copy", [=](const Tensor& t) { return select(t, dim, index); });
}
Tensor slice_copy(const Tensor& input, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                  int64_t step) {
  return copied(input, "SliceBackward0_copy", [=](const Tensor& t) {
    return slice(t, dim, start.value_or(0), end.value_or(INT64_MAX), step);
  });
}
Tensor squeeze_copy(const Tensor& input) {
  return copied(input, "SqueezeBackward0_copy", [](const Tensor& t) { return squeeze(t); });
}
Tensor squeeze_copy(const Tensor& input, IntList dim) {
  return copied(input, dim.size() == 1 ? "SqueezeBackward1_copy" : "SqueezeBackward2_copy",
                [dims = Dims(dim)](const Tensor& t) { return squeeze(t, dims); });
}
Tensor t_copy(const Tensor& input) {
  return copied(input, "TBackward0_copy", [](const Tensor& x) { return t(x); });
}
Tensor transpose_copy(const Tensor& input, int64_t dim0, int64_t dim1) {
  return copied(input, "TransposeBackward0_copy", [=](const Tensor& t) { return transpose(t, dim0, dim1); });
}
Tensor unfold_copy(const Tensor& input, int64_t dimension, int64_t size, int64_t step) {
  return clone(unfold(input, dimension, size, step)).contiguous();
}
Tensor unsqueeze_copy(const Tensor& input, int64_t dim) {
  return copied(input, "UnsqueezeBackward0_copy", [=](const Tensor& t) { return unsqueeze(t, dim); });
}
Tensor view_copy(const Tensor& input, IntList size) {
  check_defined(input, "view_copy");
  Dims sizes = infer_sizes(size, input.numel(), "view_copy");
  Tensor out;
  {
    NoGradGuard quiet;
    out = clone(reshape(input, sizes)).contiguous();
  }
  return record(std::move(out), "ViewBackward0_copy", {&input}, {}, [own = Dims(input.sizes())](Backward& b) {
    if (b.grad().defined()) b.set(0, reshape(b.grad(), own));
  });
}
std::vector<Tensor> split_copy(const Tensor& input, int64_t split_size, int64_t dim) {
  return all_copied(split(input, split_size, dim));
}
std::vector<Tensor> split_with_sizes_copy(const Tensor& input, IntList split_sizes, int64_t dim) {
  return all_copied(split_with_sizes(input, split_sizes, dim));
}
std::vector<Tensor> unbind_copy(const Tensor& input, int64_t dim) { return all_copied(unbind(input, dim)); }
std::vector<Tensor> unsafe_chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  return chunk(self, chunks, dim);
}
std::vector<Tensor> unsafe_split(const Tensor& self, int64_t split_size, int64_t dim) {
  return split(self, split_size, dim);
}
Tensor real(const Tensor& input) {
  check_defined(input, "real");
  return input;
}
Tensor conj(const Tensor& self) {
  check_defined(self, "conj");
  return self;
}
Tensor conj_physical(const Tensor& self) { return conj(self); }
Tensor resolve_conj(const Tensor& self) { return conj(self); }
Tensor resolve_neg(const Tensor& self) { return conj(self); }
Tensor alias(const Tensor& input) {
  check_defined(input, "alias");
  return view_of(input, Dims(input.sizes()), Dims(input.strides()), 0, "AliasBackward0",
                 [](const Tensor& g) { return g; });
}
Tensor linalg_diagonal(const Tensor& A, int64_t offset, int64_t dim1, int64_t dim2) {
  return diagonal(A, offset, dim1, dim2);
}

namespace {

using Unary = Tensor(const Tensor&);
using OfDim = Tensor(const Tensor&, int64_t);
using OfSizes = Tensor(const Tensor&, IntList);
using Opt = std::optional<int64_t>;
using Pieces = std::vector<Tensor>(const Tensor&, int64_t, int64_t);
Tensor adjoint(const Tensor& self) {
  check_defined(self, "mH");
  if (self.dim() < 2 && self.dim() != 0)
    raise<ShapeError>({"[mH] tensor.adjoint() is only supported on matrices or batches of matrices. Got ",
                       self.dim(), "-D tensor."});
  return self.dim() == 0 ? self : self.mT();
}

constinit const Op ops[] = {
    op<Unary, &alias_copy>("alias_copy(input)", linear_view("a copy", {"T(2, 3)"})),
    op<Tensor(const Tensor&, IntList, IntList, Opt), &as_strided_copy>(
        "as_strided_copy(input, size, stride, storage_offset=None)",
        linear_view("a copy of as_strided", {"T(12), [3, 2], [1, 1], 2"})),
    op<Unary, &detach_copy>("detach_copy(input)", {.doc = "a copy without history",
                                                   .samples = {"T(2, 3)"},
                                                   .derivative = Derivative::none,
                                                   .why_not = "it cuts history"}),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &diagonal_copy>(
        "diagonal_copy(input, offset=0, dim1=0, dim2=1)", linear_view("a copy of diagonal", {"T(3, 4), 1"})),
    op<OfSizes, &expand_copy>("expand_copy(input, size)",
                              linear_view("a copy of expand", {"T(2, 1), [2, 3]"})),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &narrow_copy>(
        "narrow_copy(self, dim, start, length)", linear_view("a copy of narrow", {"T(5, 3), 0, 1, 3"})),
    op<OfSizes, &permute_copy>("permute_copy(input, dims)",
                               linear_view("a copy of permute", {"T(2, 3, 4), [2, 0, 1]"})),
    op<Tensor(const Tensor&, int64_t, int64_t), &select_copy>(
        "select_copy(input, dim, index)", linear_view("a copy of select", {"T(2, 3), 0, 1"})),
    op<Tensor(const Tensor&, int64_t, Opt, Opt, int64_t), &slice_copy>(
        "slice_copy(input, dim=0, start=None, end=None, step=1)",
        linear_view("a copy of slice", {"T(5, 3), 0, 1, 4, 2"})),
    op<Unary, &squeeze_copy>("squeeze_copy(input)", linear_view("a copy of squeeze", {"T(2, 1, 3)"})),
    op<OfSizes, &squeeze_copy>("squeeze_copy(input, dim)",
                               linear_view("a copy of squeeze", {"T(2, 1, 3), 1"})),
    op<Unary, &t_copy>("t_copy(input)", linear_view("a copy of t", {"T(2, 3)"})),
    op<Tensor(const Tensor&, int64_t, int64_t), &transpose_copy>(
        "transpose_copy(input, dim0, dim1)", linear_view("a copy of transpose", {"T(2, 3), 0, 1"})),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &unfold_copy>(
        "unfold_copy(input, dimension, size, step)", linear_view("a copy of unfold", {"T(5, 2), 0, 3, 1"})),
    op<OfDim, &unsqueeze_copy>("unsqueeze_copy(input, dim)",
                               linear_view("a copy of unsqueeze", {"T(2, 3), 1"})),
    op<OfSizes, &view_copy>("view_copy(input, size)", linear_view("a copy of view", {"T(2, 6), [3, 4]"})),
    op<Pieces, &split_copy>("split_copy(input, split_size, dim=0)",
                            linear_view("copies of split", {"T(5, 3), 2"})),
    op<std::vector<Tensor>(const Tensor&, IntList, int64_t), &split_with_sizes_copy>(
        "split_with_sizes_copy(input, split_sizes, dim=0)",
        linear_view("copies of split_with_sizes", {"T(5, 3), [2, 3]"})),
    op<std::vector<Tensor>(const Tensor&, int64_t), &unbind_copy>(
        "unbind_copy(input, dim=0)", linear_view("copies of unbind", {"T(2, 3)"})),
    op<Pieces, &unsafe_chunk>("unsafe_chunk(self, chunks, dim=0)", linear_view("chunk", {"T(5, 3), 2"})),
    op<Pieces, &unsafe_split>("unsafe_split(self, split_size, dim=0)", linear_view("split", {"T(5, 3), 2"})),
    op<Unary, &real>("real(input)", linear_view("self", {"T(2, 3)"})),
    op<Unary, &conj>("conj(self)", linear_view("self", {"T(2, 3)"})),
    op<Unary, &conj_physical>("conj_physical(self)", linear_view("self", {"T(2, 3)"})),
    op<Unary, &resolve_conj>("resolve_conj(self)", linear_view("self", {"T(2, 3)"})),
    op<Unary, &resolve_neg>("resolve_neg(self)", linear_view("self", {"T(2, 3)"})),
    op<Unary, &alias>("alias(input)", linear_view("all of self as a view", {"T(2, 3)"})),
    op<Unary, &adjoint>("mH(self)", linear_view("the last two dimensions swapped", {"T(4, 2, 3)"}, nullptr,
                                                "an attribute in Python, a method in C++")),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &linalg_diagonal>(
        "linalg.diagonal(A, *, offset=0, dim1=-2, dim2=-1)",
        linear_view("the diagonal of the last two dimensions", {"T(2, 3, 4)"})),
};

} // namespace

extern const Family copies_family;
constinit const Family copies_family{"copies", ops};

} // namespace talweg
