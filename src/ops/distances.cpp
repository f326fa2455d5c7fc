// Distances between vectors.
#include "talweg/ops/distances.h"

#include <cmath>
#include <limits>

#include "core/shape.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"

namespace talweg {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// The p-norm over the last dimension, of what isn't negative.
Tensor length(const Tensor& size, double p) {
  if (p == 0) return sum(to(size != 0, size.dtype()), -1);
  if (p == 1) return sum(size, -1);
  if (p == 2) return sqrt(sum(size * size, -1));
  if (size.size(-1) == 0) return sum(size, -1);
  if (p == infinite) return std::get<0>(max(size, -1));
  if (p == -infinite) return neg(std::get<0>(max(neg(size), -1)));
  return pow(sum(pow(size, p), -1), 1 / p);
}

// d length / d difference, where length is zero: zero. Everything in the sizes of the differences.
Tensor slope(const Tensor& difference, const Tensor& length, double p) {
  Tensor size = abs(difference);
  Tensor sign = to(difference > 0, difference.dtype()) - to(difference < 0, difference.dtype());
  if (p == 0) return sign * 0;
  if (p == 1) return sign;
  if (p == infinite || p == -infinite) return where(size == length, sign, 0);
  Tensor still = logical_or(length == 0, difference == 0);
  Tensor safe_size = masked_fill(size, still, 1), safe_length = masked_fill(length, length == 0, 1);
  return masked_fill(sign * pow(safe_size / safe_length, p - 1), still, 0);
}

void check_p(double p, std::string_view op) {
  if (!(p >= 0)) raise<ValueError>({"[", op, "] ", op, " only supports non-negative p values"});
}

// The norms of `difference`, a graph's own, under a node of this name.
Tensor distance(const Tensor& difference, double p, const char* node) {
  Tensor out;
  {
    NoGradGuard quiet;
    out = length(abs(difference), p);
  }
  Tensor kept = out;
  return record(std::move(out), node, {&difference}, {{difference}, result(kept)}, [p](Backward& b) {
    if (!b.grad().defined()) return;
    b.set(0, unsqueeze(b.grad(), -1) * slope(b.saved(0), unsqueeze(b.saved(1), -1), p));
  });
}

} // namespace

Tensor cdist(const Tensor& x1, const Tensor& x2, double p, std::string_view compute_mode) {
  check_defined(x1, x2, "cdist");
  check_p(p, "cdist");
  if (!compute_mode.empty() && !compute_mode.ends_with("use_mm_for_euclid_dist") &&
      compute_mode != "use_mm_for_euclid_dist_if_necessary")
    raise<ValueError>({"[cdist] ", compute_mode, " is not a valid value for compute_mode"});
  if (x1.dim() < 2 || x2.dim() < 2)
    raise<ShapeError>({"[cdist] cdist only supports at least 2D tensors, X1 got: ", x1.dim(),
                       "D, X2 got: ", x2.dim(), "D"});
  if (x1.size(-1) != x2.size(-1))
    raise<ShapeError>(
        {"[cdist] X1 and X2 must have the same number of columns. X1: ", x1.size(-1), " X2: ", x2.size(-1)});
  if (!is_floating_point(x1.dtype()) || !is_floating_point(x2.dtype()))
    raise<DtypeError>({"[cdist] cdist only supports floating-point dtypes, X1 got: ", x1.dtype(),
                       ", X2 got: ", x2.dtype()});
  return distance(unsqueeze(x1, -2) - unsqueeze(x2, -3), p, "CdistBackward0");
}

Tensor pdist(const Tensor& input, double p) {
  check_defined(input, "pdist");
  check_p(p, "pdist");
  if (input.dim() != 2)
    raise<ShapeError>({"[pdist] pdist only supports 2D tensors, got: ", input.dim(), "D"});
  if (!is_floating_point(input.dtype()))
    raise<DtypeError>({"[pdist] pdist only supports floating-point dtypes, got ", input.dtype()});
  std::vector<int64_t> first, second;
  for (int64_t i = 0; i < input.size(0); ++i)
    for (int64_t j = i + 1; j < input.size(0); ++j) {
      first.push_back(i);
      second.push_back(j);
    }
  return distance(index_select(input, 0, tensor(first)) - index_select(input, 0, tensor(second)), p,
                  "PdistBackward0");
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  check_defined(x1, x2, "pairwise_distance");
  Tensor difference = x1 - x2 + eps;
  if (difference.dim() == 0) difference = reshape(difference, 1);
  Tensor out = distance(difference, p, "NormBackward1");
  return keepdim ? unsqueeze(out, -1) : out;
}

namespace {

constinit const Op ops[] = {
    op<Tensor(const Tensor&, const Tensor&, double, std::string_view), &cdist>(
        "cdist(x1, x2, p=2.0, compute_mode='use_mm_for_euclid_dist_if_necessary')",
        {.doc = "the p-norms of the differences of all rows",
         .samples = {"D(2, 3), P(4, 3)", "D(2, 3), P(4, 3), 1.0", "D(2, 3), P(4, 3), 3.0"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats}),
    op<Tensor(const Tensor&, double), &pdist>("pdist(input, p=2)",
                                              {.doc = "the p-norms of the differences of all pairs of rows",
                                               .samples = {"D(4, 3)", "D(4, 3), 1.0"},
                                               .derivative = Derivative::pieces,
                                               .takes = Takes::floats}),
    op<Tensor(const Tensor&, const Tensor&, double, double, bool), &pairwise_distance>(
        "pairwise_distance(x1, x2, p=2.0, eps=1e-06, keepdim=False)",
        {.doc = "the p-norm of x1 - x2 + eps",
         .samples = {"G(2, 3), U(2, 3)", "G(2, 3), U(2, 3), 3.0, keepdim=True"},
         .derivative = Derivative::pieces,
         .takes = Takes::numbers}),
};

} // namespace

extern const Family distances_family;
constinit const Family distances_family{"distances", ops};

} // namespace talweg
