// Elements taken and written by flat positions, masks and views.
#include "core/shape.h"
#include "kernels/index.h"
#include "ops/checks.h"
#include "ops/index_tensors.h"
#include "ops/record.h"
#include "ops/write_result.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/ops/scatter.h"

namespace talweg {

namespace {

// Flat positions counted from the start, checked.
Tensor flat_positions(std::string_view op, const Tensor& self, const Tensor& index) {
  check_defined(self, index, op);
  if (index.dtype() != int64)
    raise<DtypeError>({"[", op, "] ", op, "(): Expected a long tensor for index, but got ", index.dtype()});
  const int64_t n = self.numel();
  if (n == 0 && index.numel() > 0)
    raise<IndexError>({"[", op, "] ", op, "(): tried to take from an empty tensor"});
  if (BadIndex bad = find_bad_index(buffer_of(index), -n, n); bad.found)
    raise<IndexError>(
        {"[", op, "] out of range: tried to access index ", bad.value, " on a tensor of ", n, " elements."});
  return n == 0 ? index : remainder(index, n);
}

Tensor put_value(const Tensor& self, const Tensor& at, const Tensor& source, bool accumulate) {
  NoGradGuard quiet;
  Tensor row = clone(reshape(self, -1)), flat = reshape(at, -1), from = reshape(source, -1);
  row = accumulate ? scatter_add(row, 0, flat, from) : scatter(row, 0, flat, from);
  return reshape(row, self.sizes());
}
void check_put(std::string_view op, const Tensor& self, const Tensor& index, const Tensor& source) {
  check_defined(source, op);
  if (source.dtype() != self.dtype())
    raise<DtypeError>({"[", op, "] ", op,
                       "(): self and source expected to have the same dtype, but got self.dtype = ",
                       self.dtype(), " and source.dtype = ", source.dtype()});
  if (source.numel() != index.numel())
    raise<ShapeError>(
        {"[", op, "] ", op,
         "(): Expected source and index to have the same number of elements, but got source.numel() = ",
         source.numel(), ", index.numel() = ", index.numel()});
}
auto put_backward(bool accumulate, const Tensor& source) {
  return [accumulate, sizes = Dims(source.sizes())](Backward& b) {
    if (!b.grad().defined()) return;
    const Tensor at = b.saved(0);
    if (b.needs(0))
      b.set(0, accumulate ? b.grad() : put(b.grad(), at, zeros(at.sizes(), {.dtype = b.grad().dtype()})));
    if (b.needs(1)) b.set(1, reshape(take(b.grad(), at), sizes));
  };
}

} // namespace

Tensor take(const Tensor& self, const Tensor& index) {
  Tensor at = flat_positions("take", self, index), out;
  {
    NoGradGuard quiet;
    out = reshape(gather(reshape(self, -1), 0, reshape(at, -1)), index.sizes());
  }
  return record(std::move(out), "TakeBackward0", {&self}, {{at}}, [sizes = Dims(self.sizes())](Backward& b) {
    if (b.grad().defined())
      b.set(0, put(zeros(sizes, {.dtype = b.grad().dtype()}), b.saved(0), b.grad(), true));
  });
}
Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
  Tensor at = flat_positions("put", self, index);
  check_put("put", self, index, source);
  return record(put_value(self, at, source, accumulate), "PutBackward0", {&self, &source}, {{at}},
                put_backward(accumulate, source));
}
const Tensor& put_(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate) {
  Tensor at = flat_positions("put_", self, index);
  check_put("put_", self, index, source);
  return write_result(self, put_value(self, at, source, accumulate), "put_", "PutBackward0", {&self, &source},
                      {{at}}, put_backward(accumulate, source));
}

Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim) {
  check_defined(self, indices, "take_along_dim");
  if (indices.dtype() != int64)
    raise<DtypeError>({"[take_along_dim] torch.take_along_dim(): dtype of indices should be Long but got ",
                       indices.dtype()});
  if (!dim) return gather(reshape(self, -1), 0, reshape(indices, -1));
  if (self.dim() != indices.dim())
    raise<ShapeError>(
        {"[take_along_dim] torch.take_along_dim(): input and indices should have the same number of "
         "dimensions, but got ",
         self.dim(), " dimensions for input, and ", indices.dim(), " dimensions for indices"});
  int64_t d = wrap_dim(*dim, self.dim(), "take_along_dim");
  Dims a(self.sizes()), b(indices.sizes());
  if (self.dim() > 0) a[static_cast<size_t>(d)] = b[static_cast<size_t>(d)] = 1;
  Dims whole = broadcast_sizes(a, b, "take_along_dim"), picked = whole;
  if (self.dim() > 0) {
    whole[static_cast<size_t>(d)] = self.size(d);
    picked[static_cast<size_t>(d)] = indices.size(d);
  }
  // Negative positions count from the end.
  Tensor at = where(indices < 0, indices + (self.dim() > 0 ? self.size(d) : 1), indices);
  return gather(expand(self, whole), d, expand(at, picked));
}

Tensor masked_select(const Tensor& self, const Tensor& mask) {
  check_defined(self, mask, "masked_select");
  if (mask.dtype() != bool_)
    raise<DtypeError>({"[masked_select] masked_select: expected BoolTensor for mask, got ", mask.dtype()});
  Dims sizes = broadcast_sizes(self.sizes(), mask.sizes(), "masked_select");
  Tensor where_true = expand(mask, sizes), out;
  {
    NoGradGuard quiet;
    Tensor whole = expand(self, sizes);
    const Index at[] = {where_true};
    out = sizes.empty() ? reshape(index(reshape(whole, 1), std::array{Index(reshape(where_true, 1))}), -1)
                        : index(whole, at);
  }
  return record(std::move(out), "MaskedSelectBackward0", {&self}, {{where_true}},
                [sizes, own = Dims(self.sizes())](Backward& b) {
                  if (!b.grad().defined()) return;
                  Tensor whole =
                      masked_scatter(zeros(sizes, {.dtype = b.grad().dtype()}), b.saved(0), b.grad());
                  b.set(0, sum_to(whole, own, b.grad().dtype()));
                });
}

namespace {

struct MaskedScatter {
  Tensor mask; // of self's sizes
  Tensor value;
};
MaskedScatter masked_scattered(std::string_view op, const Tensor& self, const Tensor& mask,
                               const Tensor& source, bool in_place) {
  check_defined(self, mask, op);
  check_defined(source, op);
  if (mask.dtype() != bool_)
    raise<DtypeError>(
        {"[", op, "] masked_scatter_ only supports boolean masks, but got mask with dtype ", mask.dtype()});
  if (self.dtype() != source.dtype())
    raise<DtypeError>({"[", op, "] masked_scatter: expected self and source to have same dtypes but got ",
                       self.dtype(), " and ", source.dtype()});
  Dims sizes = broadcast_sizes(self.sizes(), mask.sizes(), op);
  if (in_place && !(IntList(sizes) == self.sizes()))
    raise<ShapeError>({"[", op, "] mask of sizes ", IntList(mask.sizes()), " doesn't broadcast to ",
                       IntList(self.sizes())});
  NoGradGuard quiet;
  Tensor full_mask = contiguous(expand(mask, sizes)), row = reshape(full_mask, -1);
  Tensor at = nonzero_columns(row, op)[0];
  if (at.numel() > source.numel())
    raise<ShapeError>(
        {"[", op,
         "] masked_scatter: expected self and source to have number of elements in source >= number "
         "of ones in mask: ",
         at.numel(), " > ", source.numel()});
  Tensor out = clone(reshape(contiguous(expand(self, sizes)), -1));
  out = scatter(out, 0, at, narrow(reshape(source, -1), 0, 0, at.numel()));
  return {full_mask, reshape(out, sizes)};
}
auto masked_scatter_backward(const Tensor& self, const Tensor& source) {
  return [own = Dims(self.sizes()), sizes = Dims(source.sizes())](Backward& b) {
    if (!b.grad().defined()) return;
    const Tensor& g = b.grad();
    if (b.needs(0)) b.set(0, sum_to(masked_fill(g, b.saved(0), 0), own, g.dtype()));
    if (b.needs(1)) {
      Tensor used = masked_select(g, b.saved(0));
      b.set(1, reshape(cat({used, zeros(IntList(numel_of(sizes) - used.numel()), {.dtype = g.dtype()})}),
                       sizes));
    }
  };
}

} // namespace

Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source) {
  MaskedScatter s = masked_scattered("masked_scatter", self, mask, source, false);
  return record(std::move(s.value), "MaskedScatterBackward0", {&self, &source}, {{s.mask}},
                masked_scatter_backward(self, source));
}
const Tensor& masked_scatter_(const Tensor& self, const Tensor& mask, const Tensor& source) {
  MaskedScatter s = masked_scattered("masked_scatter_", self, mask, source, true);
  return write_result(self, s.value, "masked_scatter_", "MaskedScatterBackward0", {&self, &source},
                      {{s.mask}}, masked_scatter_backward(self, source));
}

namespace {

// self with src in place of part(self).
template <class P>
Tensor part_replaced(std::string_view op, const char* node, const Tensor& self, const Tensor& src, P part) {
  check_defined(self, src, op);
  Tensor out;
  {
    NoGradGuard quiet;
    out = clone(self);
    Tensor view = part(out);
    if (!(view.sizes() == src.sizes()))
      raise<ShapeError>({"[", op, "] expected src to have a size equal to the slice of self. src size = ",
                         IntList(src.sizes()), ", slice size = ", IntList(view.sizes())});
    view.copy_(src);
  }
  return record(std::move(out), node, {&self, &src}, {}, [part](Backward& b) {
    if (!b.grad().defined()) return;
    if (b.needs(0)) {
      Tensor rest = clone(b.grad());
      part(rest).zero_();
      b.set(0, rest);
    }
    if (b.needs(1)) b.set(1, part(b.grad()));
  });
}

} // namespace

Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index) {
  return part_replaced("select_scatter", "SelectScatterBackward0", self, src,
                       [=](const Tensor& t) { return select(t, dim, index); });
}
Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim, std::optional<int64_t> start,
                     std::optional<int64_t> end, int64_t step) {
  return part_replaced("slice_scatter", "SliceScatterBackward0", self, src, [=](const Tensor& t) {
    return slice(t, dim, start.value_or(0), end.value_or(INT64_MAX), step);
  });
}
Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) {
  return part_replaced("diagonal_scatter", "DiagonalScatterBackward0", self, src,
                       [=](const Tensor& t) { return diagonal(t, offset, dim1, dim2); });
}
namespace {

using Binary = Tensor(const Tensor&, const Tensor&);
using Ternary = Tensor(const Tensor&, const Tensor&, const Tensor&);
constexpr OpInfo linear(std::string_view doc, std::array<std::string_view, 8> samples,
                        BoxedCall in_place = nullptr) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::linear, .in_place = in_place};
}

constinit const Op ops[] = {
    op<Binary, &take>("take(self, index)", linear("elements by flat position", {"T(3, 4), I(2, 3; 12)"})),
    op<Tensor(const Tensor&, const Tensor&, const Tensor&, bool), &put>(
        "put(self, index, source, accumulate=False)",
        linear("written at flat positions", {"T(3, 4), I(5; 12), T(5), True", "T(3, 4), I(1; 12), T(1)"},
               boxed<const Tensor&(const Tensor&, const Tensor&, const Tensor&, bool), &put_>)),
    op<Tensor(const Tensor&, const Tensor&, std::optional<int64_t>), &take_along_dim>(
        "take_along_dim(self, indices, dim=None)",
        linear("gather that broadcasts", {"T(3, 4), I(1, 4; 3), 0", "T(3, 4), I(5; 12)"})),
    op<Binary, &masked_select>("masked_select(self, mask)", linear("the elements where mask is true",
                                                                   {"T(3, 4), B(3, 4)", "T(3, 4), B(4)"})),
    op<Ternary, &masked_scatter>(
        "masked_scatter(self, mask, source)",
        linear("the elements of source where mask is true", {"T(3, 4), B(3, 4), T(12)"},
               boxed<const Tensor&(const Tensor&, const Tensor&, const Tensor&), &masked_scatter_>)),
    op<Tensor(const Tensor&, const Tensor&, int64_t, int64_t), &select_scatter>(
        "select_scatter(self, src, dim, index)", linear("src in place of a slice", {"T(3, 4), T(4), 0, 1"})),
    op<Tensor(const Tensor&, const Tensor&, int64_t, std::optional<int64_t>, std::optional<int64_t>, int64_t),
       &slice_scatter>("slice_scatter(self, src, dim=0, start=None, end=None, step=1)",
                       linear("src in place of slices", {"T(5, 4), T(2, 4), 0, 1, 5, 2"})),
    op<Tensor(const Tensor&, const Tensor&, int64_t, int64_t, int64_t), &diagonal_scatter>(
        "diagonal_scatter(self, src, offset=0, dim1=0, dim2=1)",
        linear("src in place of a diagonal", {"T(3, 4), T(3)", "T(3, 4), T(2), -1"})),
};

} // namespace

extern const Family masked_family;
constinit const Family masked_family{"masked", ops};

} // namespace talweg
