// Differences and areas under curves, made of other operations.
#include "core/raise.h"
#include "core/shape.h"
#include "ops/checks.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/scan.h"

namespace talweg {

namespace {

Tensor upper(const Tensor& t, int64_t dim) { return slice(t, dim, 1); }
Tensor lower(const Tensor& t, int64_t dim) { return slice(t, dim, 0, -1); }

Tensor difference(const Tensor& t, int64_t dim) {
  return t.dtype() == bool_ ? logical_xor(upper(t, dim), lower(t, dim)) : upper(t, dim) - lower(t, dim);
}

// As many dimensions as y: x of one dimension lies along dim, x of fewer gets new ones in front.
Tensor points(const Tensor& x, const Tensor& y, int64_t dim, std::string_view op) {
  if (x.dim() == 0) return x;
  if (x.dim() == 1) {
    if (x.size(0) != y.size(dim))
      raise<ShapeError>({"[", op, "] ", op, "(): There must be one `x` value for each sample point, got ",
                         x.size(0), " for ", y.size(dim)});
    Dims sizes(static_cast<size_t>(y.dim()), 1);
    sizes[static_cast<size_t>(dim)] = x.size(0);
    return view(x, sizes);
  }
  if (x.dim() >= y.dim()) return x;
  Dims sizes(static_cast<size_t>(y.dim() - x.dim()), 1);
  for (int64_t n : x.sizes()) sizes.push_back(n);
  return view(x, sizes);
}

int64_t checked_dim(const Tensor& y, int64_t dim, std::string_view op) {
  check_defined(y, op);
  if (y.dim() == 0)
    raise<IndexError>({"[", op, "] Dimension specified as ", dim, " but tensor has no dimensions"});
  return wrap_dim(dim, y.dim(), op);
}

void check_not_bool(const Tensor& a, const Tensor* b, std::string_view op) {
  if (a.dtype() == bool_ || (b && b->dtype() == bool_))
    raise<DtypeError>({"[", op, "] ", op, ": received a bool input for ", b ? "`x` or `y`" : "`y`",
                       ", but bool is not supported"});
}

Tensor area(const Tensor& y, const Tensor& x, int64_t dim, bool running, std::string_view op) {
  int64_t d = checked_dim(y, dim, op);
  check_defined(x, op);
  check_not_bool(y, &x, op);
  if (!running && y.size(d) == 0) {
    Dims sizes(y.sizes());
    sizes.erase(static_cast<size_t>(d));
    return zeros(sizes, {.dtype = y.dtype()});
  }
  Tensor at = points(x, y, d, op);
  Tensor sums = upper(y, d) + lower(y, d);
  if (at.dim() == 0) {
    Tensor width = at - at;
    return running ? cumsum(sums * width, d) / 2.0 : sum(sums * width, d) / 2.0;
  }
  int64_t from_end = d - y.dim();
  Tensor widths = upper(at, from_end) - lower(at, from_end);
  return running ? cumsum(widths * sums, d) / 2.0 : sum(widths * sums, from_end) / 2.0;
}

Tensor even_area(const Tensor& y, Scalar dx, int64_t dim, std::string_view op) {
  int64_t d = checked_dim(y, dim, op);
  check_not_bool(y, nullptr, op);
  if (y.size(d) == 0) {
    Dims sizes(y.sizes());
    sizes.erase(static_cast<size_t>(d));
    return zeros(sizes, {.dtype = y.dtype()});
  }
  return (sum(y, d) - (select(y, d, 0) + select(y, d, -1)) * 0.5) * dx;
}

} // namespace

Tensor diff(const Tensor& self, int64_t n, int64_t dim) { return diff(self, n, dim, {}, {}); }
Tensor diff(const Tensor& self, int64_t n, int64_t dim, const Tensor& prepend, const Tensor& append) {
  check_defined(self, "diff");
  if (self.dim() == 0) raise<ShapeError>({"[diff] diff expects input to be at least one-dimensional"});
  int64_t d = wrap_dim(dim, self.dim(), "diff");
  for (const Tensor* t : {&prepend, &append})
    if (t->defined() && t->dim() != self.dim())
      raise<ShapeError>({"[diff] diff expects prepend or append to be the same dimension as input, got ",
                         IntList(t->sizes()), " for ", IntList(self.sizes())});
  if (n < 0) raise<ValueError>({"[diff] order must be non-negative but got ", n});
  if (n == 0) return add(zeros_like(self), self);
  std::vector<Tensor> parts;
  for (const Tensor* t : {&prepend, &self, &append})
    if (t->defined()) parts.push_back(*t);
  Tensor out = parts.size() == 1 ? self : cat(parts, d);
  for (int64_t i = 0; i < n && (i == 0 || out.size(d) > 0); ++i) out = difference(out, d);
  return out;
}

Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  return area(y, x, dim, false, "trapezoid");
}
Tensor trapezoid(const Tensor& y, Scalar dx, int64_t dim) { return even_area(y, dx, dim, "trapezoid"); }
Tensor trapz(const Tensor& y, const Tensor& x, int64_t dim) { return area(y, x, dim, false, "trapz"); }
Tensor trapz(const Tensor& y, Scalar dx, int64_t dim) { return even_area(y, dx, dim, "trapz"); }
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  return area(y, x, dim, true, "cumulative_trapezoid");
}
Tensor cumulative_trapezoid(const Tensor& y, Scalar dx, int64_t dim) {
  int64_t d = checked_dim(y, dim, "cumulative_trapezoid");
  check_not_bool(y, nullptr, "cumulative_trapezoid");
  return cumsum(mul(upper(y, d) + lower(y, d), Scalar(dx.to<double>() / 2)), d);
}

namespace {

using OverPoints = Tensor(const Tensor&, const Tensor&, int64_t);
using Even = Tensor(const Tensor&, Scalar, int64_t);

constexpr OpInfo over_points(std::string_view doc) {
  return {.doc = doc,
          .samples = {"T(4), A(4)", "T(2, 4), A(4)", "T(4, 2), A(4), dim=0", "T(2, 4), A(2, 4)"},
          .takes = Takes::numbers,
          .rounds_by_layout = true};
}
constexpr OpInfo even(std::string_view doc) {
  return {.doc = doc,
          .samples = {"T(4)", "T(2, 4), dx=2", "T(4, 2), dim=0", "T(2, 4, 3), dim=-2"},
          .derivative = Derivative::linear,
          .takes = Takes::numbers,
          .rounds_by_layout = true};
}

constinit const Op ops[] = {
    op<Tensor(const Tensor&, int64_t, int64_t, const Tensor&, const Tensor&), &diff>(
        "diff(self, n=1, dim=-1, prepend=None, append=None)",
        {.doc = "differences of neighbours along dim, n times",
         .samples = {"T(5)", "T(3, 4), 2", "T(3, 4), 1, 0", "T(2, 3), 1, -1, T(2, 1), T(2, 2)", "T(3), 0"},
         .derivative = Derivative::linear}),
    op<OverPoints, &trapezoid>("trapezoid(y, x, *, dim=-1)", over_points("area under y over the points x")),
    op<Even, &trapezoid>("trapezoid(y, *, dx=1, dim=-1)", even("area under points dx apart")),
    op<OverPoints, &trapz>("trapz(y, x, *, dim=-1)", over_points("area under y over the points x")),
    op<Even, &trapz>("trapz(y, *, dx=1, dim=-1)", even("area under points dx apart")),
    op<OverPoints, &cumulative_trapezoid>("cumulative_trapezoid(y, x, *, dim=-1)",
                                          over_points("area under y up to each of the points x")),
    op<Even, &cumulative_trapezoid>("cumulative_trapezoid(y, *, dx=1, dim=-1)",
                                    even("area up to each of the points dx apart")),
};

} // namespace

extern const Family differences_family;
constinit const Family differences_family{"differences", ops};

} // namespace talweg
