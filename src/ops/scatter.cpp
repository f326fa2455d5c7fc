// Elements written to positions along a dimension.
#include "talweg/ops/scatter.h"

#include <limits>

#include "core/shape.h"
#include "kernels/index.h"
#include "kernels/scatter.h"
#include "ops/checks.h"
#include "ops/index_tensors.h"
#include "ops/record.h"
#include "ops/write_result.h"
#include "talweg/autograd.h"
#include "talweg/create.h"

namespace talweg {

namespace {

Tensor checked_index(const Tensor& index, std::string_view op) {
  if (index.dtype() != int64 && index.dtype() != int32)
    raise<DtypeError>({"[", op, "] ", op, "(): Expected dtype int32/int64 for index, got ", index.dtype()});
  return to(index, int64);
}
void in_range(const Tensor& at, int64_t low, int64_t n, int64_t dim, std::string_view op) {
  if (BadIndex bad = find_bad_index(buffer_of(at), low, n); bad.found)
    raise<IndexError>(
        {"[", op, "] index ", bad.value, " is out of bounds for dimension ", dim, " with size ", n});
}

// Positions along dim, checked against self and src.
struct Positions {
  int64_t dim;
  Tensor at;
};
Positions positions(std::string_view op, const Tensor& self, int64_t dim, const Tensor& index,
                    const Tensor& src) {
  check_defined(self, index, op);
  check_defined(src, op);
  int64_t d = wrap_dim(dim, self.dim(), op);
  if (index.numel() == 0) return {d, to(index, int64)};
  if (self.dtype() != src.dtype())
    raise<DtypeError>({"[", op, "] scatter(): Expected self.dtype to be equal to src.dtype, got ",
                       self.dtype(), " and ", src.dtype()});
  Tensor at = checked_index(index, op);
  auto rank = [](const Tensor& t) { return std::max<int64_t>(t.dim(), 1); };
  if (rank(index) != rank(self) || rank(index) != rank(src))
    raise<ShapeError>(
        {"[", op, "] Index tensor must have the same number of dimensions as self tensor and src: index ",
         IntList(index.sizes()), ", self ", IntList(self.sizes()), ", src ", IntList(src.sizes())});
  for (int64_t k = 0; k < index.dim(); ++k)
    if ((k != d && self.dim() > 0 && index.size(k) > self.size(k)) ||
        (src.dim() > 0 && index.size(k) > src.size(k)))
      raise<ShapeError>({"[", op, "] Expected index ", bracketed(index.sizes()),
                         " to be no larger than self ", bracketed(self.sizes()), " apart from dimension ", d,
                         " and to be no larger size than src ", bracketed(src.sizes())});
  in_range(at, 0, self.dim() == 0 ? 1 : self.size(d), d, op);
  return {d, at};
}

// The part of src that index reads.
Tensor read_part(const Tensor& src, const Tensor& index) {
  Tensor part = src;
  if (index.numel() == 0) return part;
  for (int64_t d = 0; d < index.dim() && d < src.dim(); ++d)
    if (index.size(d) < src.size(d)) part = narrow(part, d, 0, index.size(d));
  return part;
}

Tensor scattered(const Tensor& self, const Positions& p, const Tensor& src, Scatter how) {
  Tensor out = clone(self.detach());
  if (p.at.numel() > 0)
    launch(scatter_kernel, {buffer_of(out), buffer_of(src), buffer_of(p.at)},
           ScatterPlan{static_cast<int32_t>(p.dim), how});
  return out;
}

Scatter old_reduce(std::string_view reduce) {
  if (reduce.empty()) return Scatter::set;
  if (reduce == "add") return Scatter::sum;
  if (reduce == "multiply") return Scatter::prod;
  raise<ValueError>({"[scatter] reduce argument must be either add or multiply, got ", reduce});
}

Tensor repeated(Scalar value, const Tensor& self, const Tensor& index) {
  return expand(full({}, value, {.dtype = self.dtype()}), index.sizes());
}

auto scatter_backward(int64_t dim, Scatter how) {
  return [dim, how](Backward& b) {
    if (how != Scatter::set)
      raise<AutogradError>(
          {"[scatter] derivative for scatter with reduce is not implemented; use scatter_add or "
           "scatter_reduce"});
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, scatter(b.grad(), dim, b.saved(0), 0));
    if (b.needs(1)) b.set(1, gather(b.grad(), dim, b.saved(0)));
  };
}

} // namespace

Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
               std::string_view reduce) {
  Positions p = positions("scatter", self, dim, index, src);
  Scatter how = old_reduce(reduce);
  Tensor part = read_part(src, p.at);
  return record(scattered(self, p, part, how), "ScatterBackward0", {&self, &part}, {{p.at}},
                scatter_backward(p.dim, how));
}
const Tensor& scatter_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                       std::string_view reduce) {
  Positions p = positions("scatter_", self, dim, index, src);
  Scatter how = old_reduce(reduce);
  Tensor part = read_part(src, p.at);
  return write_result(self, scattered(self, p, part, how), "scatter_", "ScatterBackward0", {&self, &part},
                      {{p.at}}, scatter_backward(p.dim, how));
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, Scalar value, std::string_view reduce) {
  check_defined(self, index, "scatter");
  Tensor src = repeated(value, self, index);
  Positions p = positions("scatter", self, dim, index, src);
  Scatter how = old_reduce(reduce);
  return record(scattered(self, p, src, how), "ScatterBackward1", {&self, &src}, {{p.at}},
                scatter_backward(p.dim, how));
}
const Tensor& scatter_(const Tensor& self, int64_t dim, const Tensor& index, Scalar value,
                       std::string_view reduce) {
  check_defined(self, index, "scatter_");
  Tensor src = repeated(value, self, index);
  Positions p = positions("scatter_", self, dim, index, src);
  Scatter how = old_reduce(reduce);
  return write_result(self, scattered(self, p, src, how), "scatter_", "ScatterBackward1", {&self, &src},
                      {{p.at}}, scatter_backward(p.dim, how));
}

namespace {

enum class Reduce : uint8_t { sum, prod, mean, amax, amin };

Reduce reduce_of(std::string_view word, std::string_view op) {
  constexpr std::string_view words[] = {"sum", "prod", "mean", "amax", "amin"};
  for (size_t i = 0; i < 5; ++i)
    if (words[i] == word) return static_cast<Reduce>(i);
  raise<ValueError>({"[", op, "] reduce argument must be either sum, prod, mean, amax or amin, got ", word});
}

Scalar neutral(Reduce how, Dtype dtype) {
  bool low = how == Reduce::amax;
  if (how == Reduce::prod) return 1;
  if (how == Reduce::sum || how == Reduce::mean) return 0;
  if (is_floating_point(dtype))
    return low ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  auto range = [&]<class T>(T*) {
    return low ? Scalar(std::numeric_limits<T>::min()) : Scalar(std::numeric_limits<T>::max());
  };
  switch (dtype) {
    case Dtype::bool_:
      return !low;
    case Dtype::uint8:
      return range(static_cast<uint8_t*>(nullptr));
    case Dtype::int8:
      return range(static_cast<int8_t*>(nullptr));
    case Dtype::int16:
      return range(static_cast<int16_t*>(nullptr));
    case Dtype::int32:
      return range(static_cast<int32_t*>(nullptr));
    default:
      return range(static_cast<int64_t*>(nullptr));
  }
}

Tensor counts(const Tensor& self, int64_t dim, const Tensor& at, bool include_self, Dtype dtype) {
  Tensor n = full(self.sizes(), include_self ? 1 : 0, {.dtype = dtype});
  n = scatter_add(n, dim, at, ones(at.sizes(), {.dtype = dtype}));
  return masked_fill(n, n == 0, 1);
}

Tensor reduced_values(const Tensor& self, const Positions& p, const Tensor& src, Reduce how,
                      bool include_self) {
  NoGradGuard quiet;
  constexpr Scatter ways[] = {Scatter::sum, Scatter::prod, Scatter::sum, Scatter::amax, Scatter::amin};
  Tensor start = include_self || p.at.numel() == 0
                     ? self.detach()
                     : scatter(self.detach(), p.dim, p.at, neutral(how, self.dtype()));
  Tensor out = scattered(start, p, src, ways[static_cast<int>(how)]);
  if (how == Reduce::mean && p.at.numel() > 0) {
    if (self.dtype() == bool_)
      raise<DtypeError>({"[scatter_reduce] mean isn't for bool; convert to a floating dtype"});
    Tensor n = counts(self, p.dim, p.at, include_self, self.dtype());
    out = is_floating_point(self.dtype()) ? div(out, n) : div(out, n, "floor");
  }
  return out;
}

// With self, src, positions and the result as the node keeps them.
auto reduce_backward(int64_t dim, Reduce how, bool include_self) {
  return [dim, how, include_self](Backward& b) {
    if (!b.grad().defined()) return;
    const Tensor g = b.grad(), self = b.saved(0), src = b.saved(1), at = b.saved(2), out = b.saved(3);
    if (at.numel() == 0) {
      if (b.needs(0)) b.set(0, g);
      if (b.needs(1)) b.set(1, zeros_like(src));
      return;
    }
    auto to_source = [&](const Tensor& t) { return gather(t, dim, at); };
    Tensor grad_self, grad_src;
    if (how == Reduce::sum) {
      grad_self = g;
      grad_src = to_source(g);
    } else if (how == Reduce::mean) {
      Tensor n = counts(self, dim, at, include_self, g.dtype());
      grad_self = g / n;
      grad_src = to_source(g) / to_source(n);
    } else if (how == Reduce::prod) {
      Tensor masked_self = masked_fill(self, self == 0, 1);
      grad_self = g * scatter_reduce(masked_self, dim, at, src, "prod", include_self) / masked_self;
      Tensor zero = src == 0;
      Tensor zeros_there =
          to_source(scatter_add(zeros(self.sizes(), {.dtype = g.dtype()}), dim, at, to(zero, g.dtype())));
      Tensor alone = logical_and(zero, zeros_there == 1);
      Tensor others = scatter_reduce(self, dim, at, masked_fill(src, alone, 1), "prod", include_self);
      grad_src = where(alone, to_source(g * others), to_source(g * out) / masked_fill(src, zero, 1));
    } else {
      Tensor of_self = to(self == out, g.dtype()), of_src = to(src == to_source(out), g.dtype());
      Tensor shared = g / scatter_add(of_self, dim, at, of_src);
      grad_self = of_self * shared;
      grad_src = of_src * to_source(shared);
    }
    if (!include_self) grad_self = scatter(grad_self, dim, at, 0);
    if (b.needs(0)) b.set(0, grad_self);
    if (b.needs(1)) b.set(1, grad_src);
  };
}

Tensor reduced(std::string_view op, const char* node, const Tensor& self, int64_t dim, const Tensor& index,
               const Tensor& src, std::string_view reduce, bool include_self) {
  Positions p = positions(op, self, dim, index, src);
  Reduce how = reduce_of(reduce, op);
  Tensor part = read_part(src, p.at);
  Tensor out = reduced_values(self, p, part, how, include_self);
  Tensor kept = out;
  return record(std::move(out), node, {&self, &part}, {{self}, {part}, {p.at}, result(kept)},
                reduce_backward(p.dim, how, include_self));
}
const Tensor& reduced_(std::string_view op, const char* node, const Tensor& self, int64_t dim,
                       const Tensor& index, const Tensor& src, std::string_view reduce, bool include_self) {
  Positions p = positions(op, self, dim, index, src);
  Reduce how = reduce_of(reduce, op);
  Tensor part = read_part(src, p.at);
  Tensor out = reduced_values(self, p, part, how, include_self);
  // The node needs self as it was.
  Tensor old =
      grad_enabled() && (needs_grad(self) || needs_grad(part)) ? clone(self.detach()) : self.detach();
  return write_result(self, out, op, node, {&self, &part}, {{old}, {part}, {p.at}, {out}},
                      reduce_backward(p.dim, how, include_self));
}

} // namespace

Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self) {
  return reduced("scatter_reduce", "ScatterReduceBackward0", self, dim, index, src, reduce, include_self);
}
const Tensor& scatter_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                              std::string_view reduce, bool include_self) {
  return reduced_("scatter_reduce_", "ScatterReduceBackward0", self, dim, index, src, reduce, include_self);
}

namespace {

// A vector of positions along dim as an index tensor of source's shape.
Tensor along(std::string_view op, const Tensor& self, int64_t& dim, const Tensor& index, const Tensor& source,
             int64_t low = 0) {
  check_defined(self, index, op);
  check_defined(source, op);
  dim = wrap_dim(dim, self.dim(), op);
  Tensor at = checked_index(index, op);
  if (index.dim() > 1)
    raise<IndexError>(
        {"[", op, "] ", op, "(): Index is supposed to be a vector, got sizes ", IntList(index.sizes())});
  if (self.dtype() != source.dtype())
    raise<DtypeError>({"[", op, "] ", op, "(): self and source must have the same scalar type, got ",
                       self.dtype(), " and ", source.dtype()});
  int64_t n = self.dim() == 0 ? 1 : self.size(dim), m = source.dim() == 0 ? 1 : source.size(dim);
  if (std::max<int64_t>(self.dim(), 1) != std::max<int64_t>(source.dim(), 1) || m != index.numel())
    raise<IndexError>({"[", op, "] ", op, "(): Number of indices (", index.numel(),
                       ") should be equal to source.size(dim): (", m, "), for dim: ", dim});
  for (int64_t d = 0; d < self.dim() && source.dim() > 0; ++d)
    if (d != dim && self.size(d) != source.size(d))
      raise<ShapeError>(
          {"[", op,
           "] source tensor shape must match self tensor shape, excluding the specified dimension. Got "
           "self.shape = ",
           bracketed(self.sizes()), " source.shape = ", bracketed(source.sizes())});
  in_range(at, low, n, dim, op);
  if (source.dim() == 0) return reshape(at, {});
  Dims sizes(source.sizes());
  for (auto& s : sizes) s = 1;
  sizes[static_cast<size_t>(dim)] = index.numel();
  return expand(reshape(at, sizes), source.sizes());
}

auto index_add_backward(int64_t dim, Scalar alpha) {
  return [dim, alpha](Backward& b) {
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, b.grad());
    if (b.needs(1)) {
      Tensor g = gather(b.grad(), dim, b.saved(0));
      b.set(1, alpha == Scalar(1) ? g : g * alpha);
    }
  };
}
Tensor index_added(const Tensor& self, int64_t dim, const Tensor& at, const Tensor& source, Scalar alpha) {
  NoGradGuard quiet;
  if (is_integral(self.dtype()) && alpha.is_floating_point())
    raise<DtypeError>(
        {"[index_add] For integral input tensors, argument alpha must not be a floating point number."});
  Tensor part = alpha == Scalar(1) ? source : to(source * alpha, source.dtype());
  return scattered(self, {dim, at}, part, Scatter::sum);
}
auto index_copy_backward(int64_t dim) { return scatter_backward(dim, Scatter::set); }

} // namespace

Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha) {
  Tensor at = along("index_add", self, dim, index, source);
  return record(index_added(self, dim, at, source, alpha), "IndexAddBackward0", {&self, &source}, {{at}},
                index_add_backward(dim, alpha));
}
const Tensor& index_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                         Scalar alpha) {
  Tensor at = along("index_add_", self, dim, index, source);
  return write_result(self, index_added(self, dim, at, source, alpha), "index_add_", "IndexAddBackward0",
                      {&self, &source}, {{at}}, index_add_backward(dim, alpha));
}
Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  Tensor at = along("index_copy", self, dim, index, source);
  return record(scattered(self, {dim, at}, source, Scatter::set), "IndexCopyBackward0", {&self, &source},
                {{at}}, index_copy_backward(dim));
}
const Tensor& index_copy_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  Tensor at = along("index_copy_", self, dim, index, source);
  return write_result(self, scattered(self, {dim, at}, source, Scatter::set), "index_copy_",
                      "IndexCopyBackward0", {&self, &source}, {{at}}, index_copy_backward(dim));
}
Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                    std::string_view reduce, bool include_self) {
  Tensor at = along("index_reduce", self, dim, index, source);
  return reduced("index_reduce", "IndexReduceBackward0", self, dim, at, source, reduce, include_self);
}
const Tensor& index_reduce_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                            std::string_view reduce, bool include_self) {
  Tensor at = along("index_reduce_", self, dim, index, source);
  return reduced_("index_reduce_", "IndexReduceBackward0", self, dim, at, source, reduce, include_self);
}

namespace {

// Which slices of dim are named, in self's sizes.
Tensor named_slices(std::string_view op, const Tensor& self, int64_t dim, const Tensor& index) {
  check_defined(self, index, op);
  int64_t d = wrap_dim(dim, self.dim(), op), n = self.dim() == 0 ? 1 : self.size(d);
  if (index.dtype() != int64 && index.dtype() != int32)
    raise<IndexError>({"[", op, "] ", op, "(): Expected dtype int64 for index, got ", index.dtype()});
  if (index.dim() > 1)
    raise<ShapeError>({"[", op, "] Index has to be a vector/scalar, got sizes ", IntList(index.sizes())});
  Tensor at = reshape(to(index, int64), -1);
  in_range(at, -n, n, d, op);
  Tensor named =
      scatter(zeros(IntList(n), {.dtype = bool_}), 0, remainder(at, std::max<int64_t>(n, 1)), true);
  if (self.dim() == 0) return reshape(named, {});
  Dims sizes(static_cast<size_t>(self.dim()), 1);
  sizes[static_cast<size_t>(d)] = n;
  return expand(reshape(named, sizes), self.sizes());
}
auto fill_backward() {
  return [](Backward& b) {
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, masked_fill(b.grad(), b.saved(0), 0));
    if (b.needs(1)) b.set(1, sum(where(b.saved(0), b.grad(), 0)));
  };
}
Tensor fill_value(std::string_view op, const Tensor& self, const Tensor& value) {
  check_defined(value, op);
  if (value.dim() != 0)
    raise<ShapeError>({"[", op, "] ", op, " only supports a 0-dimensional value tensor, but got tensor with ",
                       value.dim(), " dimension(s)."});
  return to(value, self.dtype());
}
Tensor filled_slices(const Tensor& self, const Tensor& named, const Tensor& value) {
  NoGradGuard quiet;
  return masked_fill(self, named, value);
}

} // namespace

Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  Tensor named = named_slices("index_fill", self, dim, index), v = fill_value("index_fill", self, value);
  return record(filled_slices(self, named, v), "IndexFillBackward1", {&self, &v}, {{named}}, fill_backward());
}
const Tensor& index_fill_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  Tensor named = named_slices("index_fill_", self, dim, index), v = fill_value("index_fill_", self, value);
  return write_result(self, filled_slices(self, named, v), "index_fill_", "IndexFillBackward1", {&self, &v},
                      {{named}}, fill_backward());
}
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, Scalar value) {
  Tensor named = named_slices("index_fill", self, dim, index), v = full({}, value, {.dtype = self.dtype()});
  return record(filled_slices(self, named, v), "IndexFillBackward0", {&self}, {{named}}, [](Backward& b) {
    if (b.grad().defined()) b.set(0, masked_fill(b.grad(), b.saved(0), 0));
  });
}
const Tensor& index_fill_(const Tensor& self, int64_t dim, const Tensor& index, Scalar value) {
  Tensor named = named_slices("index_fill_", self, dim, index), v = full({}, value, {.dtype = self.dtype()});
  return write_result(self, filled_slices(self, named, v), "index_fill_", "IndexFillBackward0", {&self},
                      {{named}}, [](Backward& b) {
                        if (b.grad().defined()) b.set(0, masked_fill(b.grad(), b.saved(0), 0));
                      });
}

namespace {

using At = int64_t;
using Src = Tensor(const Tensor&, At, const Tensor&, const Tensor&);
using SrcInPlace = const Tensor&(const Tensor&, At, const Tensor&, const Tensor&);
using Joined = Tensor(const Tensor&, At, const Tensor&, const Tensor&, std::string_view, bool);
using JoinedInPlace = const Tensor&(const Tensor&, At, const Tensor&, const Tensor&, std::string_view, bool);
using Filled = Tensor(const Tensor&, At, const Tensor&, Scalar);
using FilledInPlace = const Tensor&(const Tensor&, At, const Tensor&, Scalar);

constinit const Op ops[] = {
    op<Tensor(const Tensor&, At, const Tensor&, const Tensor&, std::string_view), &scatter>(
        "scatter(self, dim, index, src, *, reduce=None)",
        {.doc = "out[index[i][j]][j] = src[i][j] for dim 0, and so on",
         .samples = {"T(3, 4), 0, I(1, 4; 3), T(1, 4)", "T(3, 4), 1, I(3, 1; 4), T(3, 2)"},
         .derivative = Derivative::linear,
         .in_place = boxed<const Tensor&(const Tensor&, At, const Tensor&, const Tensor&, std::string_view),
                           &scatter_>}),
    op<Tensor(const Tensor&, At, const Tensor&, Scalar, std::string_view), &scatter>(
        "scatter(self, dim, index, value, *, reduce=None)",
        {.doc = "one value to positions",
         .samples = {"T(3, 4), 0, I(2, 4; 3), 2"},
         .derivative = Derivative::linear,
         .in_place =
             boxed<const Tensor&(const Tensor&, At, const Tensor&, Scalar, std::string_view), &scatter_>}),
    op<Joined, &scatter_reduce>(
        "scatter_reduce(self, dim, index, src, reduce, *, include_self=True)",
        {.doc = "what src sends to an element joined by sum, prod, mean, amax or amin",
         .samples = {"D(3, 4), 0, I(5, 4; 3), D(5, 4), 'sum'", "D(3, 4), 1, I(3, 2; 4), D(3, 2), 'prod'",
                     "D(3, 4), 0, I(2, 4; 3), D(2, 4), 'amax'",
                     "D(3, 4), 0, I(2, 4; 3), D(2, 4), 'amin', include_self=False"},
         .derivative = Derivative::pieces,
         .in_place = boxed<JoinedInPlace, &scatter_reduce_>}),
    op<Tensor(const Tensor&, At, const Tensor&, const Tensor&, Scalar), &index_add>(
        "index_add(self, dim, index, source, *, alpha=1)",
        {.doc = "slice index[i] of dim += alpha * slice i of source",
         .samples = {"T(3, 4), 0, I(5; 3), T(5, 4)", "T(3, 4), -1, I(2; 4), T(3, 2), alpha=2"},
         .derivative = Derivative::linear,
         .in_place =
             boxed<const Tensor&(const Tensor&, At, const Tensor&, const Tensor&, Scalar), &index_add_>}),
    op<Src, &index_copy>("index_copy(self, dim, index, source)",
                         {.doc = "slice index[i] of dim = slice i of source",
                          .samples = {"T(3, 4), 0, I(1; 3), T(1, 4)"},
                          .derivative = Derivative::linear,
                          .in_place = boxed<SrcInPlace, &index_copy_>}),
    op<Joined, &index_reduce>(
        "index_reduce(self, dim, index, source, reduce, *, include_self=True)",
        {.doc = "slices joined by prod, mean, amax or amin",
         .samples = {"D(3, 4), 0, I(5; 3), D(5, 4), 'amax'", "D(3, 4), 1, I(2; 4), D(3, 2), 'prod'"},
         .derivative = Derivative::pieces,
         .in_place = boxed<JoinedInPlace, &index_reduce_>}),
    op<Src, &index_fill>("index_fill(self, dim, index, value)",
                         {.doc = "one value in the slices that index names",
                          .samples = {"T(3, 4), 0, I(2; 3), T()"},
                          .derivative = Derivative::linear,
                          .in_place = boxed<SrcInPlace, &index_fill_>}),
    op<Filled, &index_fill>("index_fill(self, dim, index, value)",
                            {.doc = "one value in the slices that index names",
                             .samples = {"T(3, 4), 1, I(2; 4), 2"},
                             .derivative = Derivative::linear,
                             .in_place = boxed<FilledInPlace, &index_fill_>}),
};

} // namespace

extern const Family scatter_family;
constinit const Family scatter_family{"scatter", ops};

} // namespace talweg
