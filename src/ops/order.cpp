// Sorting and what is picked by order along a dimension.
#include "kernels/order.h"

#include <limits>

#include "core/raise.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/order.h"

namespace talweg {

namespace {

using Pair = std::pair<Tensor, Tensor>;

// What is picked along a dimension goes back to where it stood.
Tensor put_back(const Tensor& g, const Tensor& indices, int64_t dim, const Dims& sizes, bool gone) {
  if (sizes.empty()) return view(g, sizes);
  Tensor zero = zeros(sizes, {.dtype = g.dtype()});
  return gone ? scatter_add(zero, dim, unsqueeze(indices, dim), unsqueeze(g, dim))
              : scatter_add(zero, dim, indices, g);
}

struct Picking {
  Pick pick;
  std::string_view op;
  const char* node;
  int64_t k = 1;
  bool descending = false, sorted = true, keepdim = true;
};

Pair picked(const Tensor& self, int64_t dim, const Picking& p) {
  int64_t d = wrap_dim(dim, self.dim(), p.op);
  Dims whole(self.sizes()), sizes(self.sizes());
  if (whole.empty()) {
    whole.push_back(1);
    sizes.push_back(1);
  }
  OrderCall call{whole[static_cast<size_t>(d)], 1, p.k, p.pick, p.descending, p.sorted};
  for (size_t i = static_cast<size_t>(d) + 1; i < whole.size(); ++i) call.inner *= whole[i];
  const bool one = p.pick != Pick::sort && p.pick != Pick::top;
  if (p.pick != Pick::sort) sizes[static_cast<size_t>(d)] = one ? 1 : p.k;
  Tensor values, indices = new_tensor(int64, sizes);
  {
    NoGradGuard quiet;
    Dtype inner = is_integral(self.dtype()) ? int64 : self.dtype() == float64 ? float64 : float32;
    Tensor in = contiguous(to(self, inner));
    values = new_tensor(inner, sizes);
    launch(order_kernel, {buffer_of(in), buffer_of(values), buffer_of(indices)}, call);
    values = to(values, self.dtype());
    const bool gone = (one && !p.keepdim) || self.dim() == 0;
    if (self.dim() == 0 && values.numel() == 1) {
      values = reshape(values, {});
      indices = reshape(indices, {});
    } else if (gone) {
      sizes.erase(static_cast<size_t>(d));
      values = view(values, sizes);
      indices = view(indices, sizes);
    }
    // A result is a tensor of its own, not a view of one.
    if (object(values)->has(view_flag)) values = clone(values);
    if (object(indices)->has(view_flag)) indices = clone(indices);
  }
  const bool gone = one && !p.keepdim;
  values = record(std::move(values), p.node, {&self}, {{indices}},
                  [d, gone, input = Dims(self.sizes())](Backward& b) {
                    if (b.grad().defined()) b.set(0, put_back(b.grad(), b.saved(0), d, input, gone));
                  });
  return {values, indices};
}

Pair sorted(const Tensor& self, int64_t dim, bool descending, const char* node) {
  return picked(self, dim, {Pick::sort, "sort", node, 1, descending});
}

// The dimension must hold something for one element to be picked from it.
void check_has_elements(const Tensor& self, int64_t dim, std::string_view op) {
  int64_t d = wrap_dim(dim, self.dim(), op);
  if (self.dim() > 0 && self.size(d) == 0)
    raise<IndexError>({"[", op, "] ", op, "(): Expected reduction dim ", d, " to have non-zero size."});
}

// Equal elements share the gradient, NaN among themselves.
Tensor middle_of_all(const Tensor& self, Pick pick, std::string_view op, const char* node) {
  check_defined(self, op);
  Tensor out;
  {
    NoGradGuard quiet;
    if (self.numel() == 0) {
      double none =
          is_floating_point(self.dtype()) ? std::numeric_limits<double>::quiet_NaN() : -9223372036854775808.0;
      out = full({}, Scalar(none), {.dtype = self.dtype()});
    } else {
      out = picked(reshape(self.detach(), {-1}), 0, {pick, op, node, 1, false, true, false}).first;
    }
  }
  Tensor kept = out;
  return record(std::move(out), node, {&self}, {{self}, result(kept)}, [](Backward& b) {
    if (!b.grad().defined()) return;
    Tensor x = b.saved(0).detach(), y = b.saved(1).detach();
    Tensor same = to(where(ne(y, y), ne(x, x), eq(x, y)), b.grad().dtype());
    b.set(0, b.grad() * same / sum(same));
  });
}

Pair middle_along(const Tensor& self, int64_t dim, bool keepdim, Pick pick, std::string_view op,
                  const char* node) {
  check_defined(self, op);
  check_has_elements(self, dim, op);
  return picked(self, dim, {pick, op, node, 1, false, true, keepdim});
}

} // namespace

Pair sort(const Tensor& self, int64_t dim, bool descending, bool stable) {
  check_defined(self, "sort");
  return sorted(self, dim, descending, stable ? "SortBackward1" : "SortBackward0");
}
Tensor argsort(const Tensor& self, int64_t dim, bool descending, bool) {
  check_defined(self, "argsort");
  return sorted(self.detach(), dim, descending, "SortBackward0").second;
}
Tensor msort(const Tensor& self) {
  check_defined(self, "msort");
  if (self.dim() == 0) return sorted(self, -1, false, "SortBackward0").first;
  return sorted(self, 0, false, "SortBackward0").first;
}

Pair topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool sorted) {
  check_defined(self, "topk");
  int64_t d = wrap_dim(dim, self.dim(), "topk"), n = self.dim() == 0 ? 1 : self.size(d);
  if (k < 0 || k > n)
    raise<ValueError>({"[topk] selected index k out of range: k is ", k, ", dimension ", d, " has size ", n});
  return picked(self, dim, {Pick::top, "topk", "TopkBackward0", k, largest, sorted});
}

Pair kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim) {
  check_defined(self, "kthvalue");
  int64_t d = wrap_dim(dim, self.dim(), "kthvalue"), n = self.dim() == 0 ? 1 : self.size(d);
  if (self.dim() > 0) check_has_elements(self, dim, "kthvalue");
  if (k < 1 || k > n)
    raise<ValueError>({"[kthvalue] kthvalue(): selected number k out of range for dimension ", d, ": k is ",
                       k, ", 1 to ", n, " are accepted"});
  return picked(self, dim, {Pick::kth, "kthvalue", "KthvalueBackward0", k, false, true, keepdim});
}

Tensor median(const Tensor& self) { return middle_of_all(self, Pick::median, "median", "MedianBackward0"); }
Pair median(const Tensor& self, int64_t dim, bool keepdim) {
  return middle_along(self, dim, keepdim, Pick::median, "median", "MedianBackward1");
}
Tensor nanmedian(const Tensor& self) {
  return middle_of_all(self, Pick::nanmedian, "nanmedian", "NanmedianBackward0");
}
Pair nanmedian(const Tensor& self, int64_t dim, bool keepdim) {
  return middle_along(self, dim, keepdim, Pick::nanmedian, "nanmedian", "NanmedianBackward1");
}
Pair mode(const Tensor& self, int64_t dim, bool keepdim) {
  return middle_along(self, dim, keepdim, Pick::mode, "mode", "ModeBackward0");
}

namespace {

Tensor quantile_of(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                   std::string_view interpolation, bool ignore_nan, std::string_view op) {
  check_defined(self, q, op);
  if (self.dtype() != float32 && self.dtype() != float64)
    raise<DtypeError>({"[", op, "] ", op, "() input tensor must be either float or double dtype, got ",
                       name(self.dtype())});
  if (q.dim() > 1)
    raise<ShapeError>(
        {"[", op, "] ", op, "() q must be a scalar or 1D tensor, got sizes ", IntList(q.sizes())});
  if (q.dtype() != self.dtype())
    raise<DtypeError>({"[", op, "] ", op, "() q tensor must be same dtype as the input tensor, got ",
                       name(q.dtype()), " and ", name(self.dtype())});
  const bool known = interpolation == "linear" || interpolation == "lower" || interpolation == "higher" ||
                     interpolation == "midpoint" || interpolation == "nearest";
  if (!known)
    raise<ValueError>({"[", op, "] ", op,
                       "() interpolation must be one of linear, lower, higher, midpoint or "
                       "nearest, but got ",
                       interpolation});
  if (self.numel() == 0) raise<ShapeError>({"[", op, "] ", op, "() input tensor must be non-empty"});
  if (q.numel() > 0 && !all(logical_and(ge(q.detach(), 0), le(q.detach(), 1))).item<bool>())
    raise<ValueError>({"[", op, "] ", op, "() q values must be in the range [0, 1]"});
  int64_t rank = self.dim(), d = dim ? wrap_dim(*dim, rank, op) : 0;
  Dims sizes;
  if (q.dim() > 0) sizes.push_back(q.numel());
  for (int64_t i = 0; i < rank; ++i) {
    if (dim && i != d) sizes.push_back(self.size(i));
    if (keepdim && (!dim || i == d)) sizes.push_back(1);
  }
  // The dimension last, in order, then positions among n elements, in the dtype.
  Tensor lines = !dim ? reshape(self, {-1}) : rank == 0 ? view(self, {1}) : movedim(self, d, -1);
  lines = sort(lines, -1).first;
  int64_t n = lines.size(-1);
  Tensor points = q.dim() > 0 ? q : view(q, {1}), ranks;
  if (ignore_nan) {
    Tensor last = sum(eq(lines.detach(), lines.detach()), -1, true) - 1;
    ranks = mul(points, to(last, q.dtype()));
    ranks = maximum(ranks, zeros_like(ranks));
  } else {
    // A NaN, sorted to the end, is every quantile of its line.
    Tensor bad = any(ne(lines.detach(), lines.detach()), -1, true);
    ranks = where(bad, Scalar(static_cast<double>(n - 1)), points * Scalar(n - 1));
    ranks = to(ranks, q.dtype());
  }
  Dims shape(lines.sizes());
  shape.back() = points.numel();
  ranks = expand(ranks, shape);
  Tensor fixed = ranks.detach(), below = to(fixed, int64); // ranks aren't negative: this is the floor
  Tensor fraction = fixed - to(below, fixed.dtype()), above = below + to(gt(fraction, 0), int64);
  if (interpolation == "nearest") {
    // Halves go to the even one.
    Tensor odd = ne(remainder(below, 2), 0);
    Tensor up = logical_or(gt(fraction, 0.5), logical_and(eq(fraction, 0.5), odd));
    below = where(up, above, below);
  }
  Tensor out;
  if (interpolation == "lower" || interpolation == "nearest") {
    out = gather(lines, -1, below);
  } else if (interpolation == "higher") {
    out = gather(lines, -1, above);
  } else {
    Tensor weight = interpolation == "midpoint" ? full_like(fixed, 0.5) : ranks - to(below, ranks.dtype());
    Tensor low = gather(lines, -1, below), high = gather(lines, -1, above), step = high - low;
    out = where(lt(weight, 0.5), low + weight * step, high - step * (1 - weight));
    out = where(eq(below, above), low, out);
  }
  out = q.dim() > 0 ? movedim(out, -1, 0) : squeeze(out, -1);
  return reshape(out, sizes);
}

Tensor number_as(const Tensor& self, double q, std::string_view op) {
  check_defined(self, op);
  if (!(q >= 0 && q <= 1))
    raise<ValueError>({"[", op, "] ", op, "() q must be in the range [0, 1] but got ", q});
  return full({}, q, {.dtype = is_floating_point(self.dtype()) ? self.dtype() : get_default_dtype()});
}

} // namespace

Tensor quantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile_of(self, q, dim, keepdim, interpolation, false, "quantile");
}
Tensor quantile(const Tensor& self, double q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile_of(self, number_as(self, q, "quantile"), dim, keepdim, interpolation, false, "quantile");
}
Tensor nanquantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return quantile_of(self, q, dim, keepdim, interpolation, true, "nanquantile");
}
Tensor nanquantile(const Tensor& self, double q, std::optional<int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return quantile_of(self, number_as(self, q, "nanquantile"), dim, keepdim, interpolation, true,
                     "nanquantile");
}

namespace {

using Sort = Pair(const Tensor&, int64_t, bool, bool);
using Along = Pair(const Tensor&, int64_t, bool);
using Whole = Tensor(const Tensor&);
using Quantiles = Tensor(const Tensor&, const Tensor&, std::optional<int64_t>, bool, std::string_view);
using Quantile = Tensor(const Tensor&, double, std::optional<int64_t>, bool, std::string_view);

constexpr OpInfo of_distinct(std::string_view doc, std::array<std::string_view, 8> samples) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::pieces};
}
constexpr OpInfo quantiles(std::string_view doc, bool vector) {
  OpInfo info = {.doc = doc, .derivative = Derivative::pieces, .takes = Takes::wide};
  if (vector)
    info.unsampled =
        "q has the dtype of self and isn't a parameter of the derivative; see tests/unit/order_test.cpp";
  else
    info.samples = {"D(2, 3), 0.3",
                    "D(2, 5), 0.5, 1",
                    "D(2, 3, 4), 0.8, 1, True",
                    "D(5), 0.3, interpolation='lower'",
                    "D(5), 0.3, interpolation='midpoint'",
                    "D(5), 0.3, interpolation='nearest'",
                    "D(5), 0.3, interpolation='higher'"};
  return info;
}

constinit const Op ops[] = {
    op<Sort, &sort>(
        "sort(self, dim=-1, descending=False, stable=False)",
        of_distinct("elements along dim in order, and where they stood",
                    {"D(2, 3)", "D(2, 3), 0", "D(2, 3, 4), 1, True", "D(3, 33), stable=True", "T()"})),
    op<Tensor(const Tensor&, int64_t, bool, bool), &argsort>(
        "argsort(self, dim=-1, descending=False, stable=False)",
        {.doc = "where the elements along dim stand in order",
         .samples = {"D(2, 3)", "D(2, 3), 0", "D(2, 3, 4), 1, True", "T()"},
         .derivative = Derivative::none,
         .why_not = "positions"}),
    op<Whole, &msort>("msort(self)",
                      of_distinct("sorted along the first dimension", {"D(4, 3)", "D(5)", "T()"})),
    op<Pair(const Tensor&, int64_t, int64_t, bool, bool), &topk>(
        "topk(self, k, dim=-1, largest=True, sorted=True)",
        of_distinct("the k largest along dim, and where they stand",
                    {"D(2, 5), 2", "D(4, 3), 2, 0", "D(2, 5, 3), 3, 1, False", "D(2, 33), 4", "T(), 1"})),
    op<Pair(const Tensor&, int64_t, int64_t, bool), &kthvalue>(
        "kthvalue(self, k, dim=-1, keepdim=False)",
        of_distinct("the k-th smallest along dim, and where it stands",
                    {"D(2, 5), 2", "D(4, 3), 4, 0", "D(2, 5, 3), 3, 1, True", "T(), 1"})),
    op<Whole, &median>("median(self)",
                       of_distinct("the middle element", {"D(5)", "D(2, 3)", "T()", "D(33)"})),
    op<Along, &median>("median(self, dim, keepdim=False)",
                       of_distinct("the middle element along dim, and where it stands",
                                   {"D(2, 5), 1", "D(4, 3), 0", "D(2, 5, 3), 1, True", "T(), 0"})),
    op<Whole, &nanmedian>("nanmedian(self)",
                          of_distinct("the middle of what isn't NaN", {"D(5)", "D(2, 3)", "T()", "D(33)"})),
    op<Along, &nanmedian>("nanmedian(self, dim, keepdim=False)",
                          of_distinct("the middle of what isn't NaN along dim, and where it stands",
                                      {"D(2, 5), 1", "D(4, 3), 0", "D(2, 5, 3), 1, True", "T(), 0"})),
    op<Along, &mode>("mode(self, dim=-1, keepdim=False)",
                     of_distinct("the most frequent element along dim, and where it stands",
                                 {"D(2, 5)", "D(4, 3), 0", "D(2, 5, 3), 1, True", "T()"})),
    op<Quantile, &quantile>("quantile(self, q, dim=None, keepdim=False, *, interpolation='linear')",
                            quantiles("below which a share q of the elements lies", false)),
    op<Quantiles, &quantile>("quantile(self, q, dim=None, keepdim=False, *, interpolation='linear')",
                             quantiles("the same for several shares", true)),
    op<Quantile, &nanquantile>("nanquantile(self, q, dim=None, keepdim=False, *, interpolation='linear')",
                               quantiles("below which a share q of what isn't NaN lies", false)),
    op<Quantiles, &nanquantile>("nanquantile(self, q, dim=None, keepdim=False, *, interpolation='linear')",
                                quantiles("the same for several shares", true)),
};

} // namespace

extern const Family order_family;
constinit const Family order_family{"order", ops};

} // namespace talweg
