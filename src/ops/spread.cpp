// The records of standard deviations, and sums that pass over NaN, count, or follow the diagonal.
#include "core/raise.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/reduce.h"

namespace talweg {

Tensor nansum(const Tensor& self, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  Reduction r(self, dim, keepdim, "nansum");
  if (is_integral(self.dtype())) return sum(self, dim, keepdim, dtype);
  Tensor out;
  {
    NoGradGuard quiet;
    out = sum(where(ne(self, self), Scalar(0), self), dim, keepdim, dtype);
  }
  return record(std::move(out), "NansumBackward0", {&self}, {{self}},
                [dims = InputDims(self, r), from = self.dtype()](Backward& b) {
                  if (!b.grad().defined()) return;
                  Tensor x = b.saved(0);
                  b.set(0, where(eq(x, x), dims.spread(to(b.grad(), from)), Scalar(0)));
                });
}

Tensor nanmean(const Tensor& self, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  check_defined(self, "nanmean");
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>({"[nanmean] nanmean(): expected input to have floating point or complex dtype but got ",
                       scalar_type_name(self.dtype())});
  if (dtype && !is_floating_point(*dtype))
    raise<DtypeError>(
        {"[nanmean] nanmean(): could not infer output dtype. Optional dtype must be either a floating "
         "point or complex dtype. Got: ",
         scalar_type_name(*dtype)});
  Tensor count = sum(eq(self.detach(), self.detach()), dim, keepdim);
  return nansum(self, dim, keepdim, dtype) / count;
}

Tensor count_nonzero(const Tensor& self, IntList dim) {
  check_defined(self, "count_nonzero");
  return sum(ne(self.detach(), 0), dim);
}

Tensor trace(const Tensor& self) {
  check_defined(self, "trace");
  if (self.dim() != 2)
    raise<ShapeError>({"[trace] trace: expected a matrix, but got tensor with dim ", self.dim()});
  Tensor out;
  {
    NoGradGuard quiet;
    Tensor line = diagonal(self);
    out = is_integral(self.dtype()) ? sum(line) : to(sum(to(line, float64)), self.dtype());
  }
  return record(std::move(out), "TraceBackward0", {&self}, {},
                [rows = self.size(0), columns = self.size(1), dtype = self.dtype()](Backward& b) {
                  if (b.grad().defined()) b.set(0, b.grad() * eye(rows, columns, {.dtype = dtype}));
                });
}

namespace {

using Pair = std::pair<Tensor, Tensor>;

// PyTorch's older forms.
Tensor std_unbiased(const Tensor& self, bool unbiased) {
  return std(self, IntList(), Scalar(unbiased ? 1 : 0));
}
Tensor std_along_unbiased(const Tensor& self, IntList dim, bool unbiased, bool keepdim) {
  return std(self, dim, Scalar(unbiased ? 1 : 0), keepdim);
}
Tensor std_along(const Tensor& self, IntList dim, std::optional<Scalar> correction, bool keepdim) {
  return std(self, dim, correction.value_or(1), keepdim);
}
Pair var_mean_unbiased(const Tensor& self, bool unbiased) {
  return var_mean(self, IntList(), Scalar(unbiased ? 1 : 0));
}
Pair var_mean_along_unbiased(const Tensor& self, IntList dim, bool unbiased, bool keepdim) {
  return var_mean(self, dim, Scalar(unbiased ? 1 : 0), keepdim);
}
Pair var_mean_along(const Tensor& self, IntList dim, std::optional<Scalar> correction, bool keepdim) {
  return var_mean(self, dim, correction.value_or(1), keepdim);
}
Pair std_mean_unbiased(const Tensor& self, bool unbiased) {
  return std_mean(self, IntList(), Scalar(unbiased ? 1 : 0));
}
Pair std_mean_along_unbiased(const Tensor& self, IntList dim, bool unbiased, bool keepdim) {
  return std_mean(self, dim, Scalar(unbiased ? 1 : 0), keepdim);
}
Pair std_mean_along(const Tensor& self, IntList dim, std::optional<Scalar> correction, bool keepdim) {
  return std_mean(self, dim, correction.value_or(1), keepdim);
}

constexpr OpInfo unbiased(std::string_view doc) {
  return {.doc = doc,
          .samples = {"T(2, 3), True", "T(2, 3), False"},
          .takes = Takes::floats,
          .rounds_by_layout = true,
          .undeclared = "a bool in place of dim goes wrong in silence: C++ says correction"};
}
constexpr OpInfo along_unbiased(std::string_view doc) {
  OpInfo info = unbiased(doc);
  info.samples = {"T(2, 3), 0, True", "T(2, 3), [0, 1], False, True"};
  return info;
}
constexpr OpInfo along(std::string_view doc) {
  return {.doc = doc,
          .samples = {"T(2, 3)", "T(2, 3), 1", "T(4, 3), [0, 1], correction=0", "T(2, 3, 4), 1, keepdim=True",
                      "T(33), correction=2"},
          .takes = Takes::floats,
          .rounds_by_layout = true};
}

template <class R>
using Unbiased = R(const Tensor&, bool);
template <class R>
using AlongUnbiased = R(const Tensor&, IntList, bool, bool);
template <class R>
using Along = R(const Tensor&, IntList, std::optional<Scalar>, bool);
using NanSum = Tensor(const Tensor&, IntList, bool, std::optional<Dtype>);

constinit const Op ops[] = {
    op<Unbiased<Tensor>, &std_unbiased>("std(self, unbiased)",
                                        unbiased("standard deviation of all elements")),
    op<AlongUnbiased<Tensor>, &std_along_unbiased>("std(self, dim, unbiased, keepdim=False)",
                                                   along_unbiased("standard deviation over dim")),
    op<Along<Tensor>, &std_along>("std(self, dim=None, *, correction=1, keepdim=False)",
                                  along("the square root of the variance over dim")),
    op<Unbiased<Pair>, &var_mean_unbiased>("var_mean(self, unbiased)",
                                           unbiased("variance and mean of all elements")),
    op<AlongUnbiased<Pair>, &var_mean_along_unbiased>("var_mean(self, dim, unbiased, keepdim=False)",
                                                      along_unbiased("variance and mean over dim")),
    op<Along<Pair>, &var_mean_along>("var_mean(self, dim=None, *, correction=1, keepdim=False)",
                                     along("variance and mean over dim")),
    op<Unbiased<Pair>, &std_mean_unbiased>("std_mean(self, unbiased)",
                                           unbiased("standard deviation and mean of all elements")),
    op<AlongUnbiased<Pair>, &std_mean_along_unbiased>("std_mean(self, dim, unbiased, keepdim=False)",
                                                      along_unbiased("standard deviation and mean over dim")),
    op<Along<Pair>, &std_mean_along>("std_mean(self, dim=None, *, correction=1, keepdim=False)",
                                     along("standard deviation and mean over dim")),
    op<NanSum, &nansum>(
        "nansum(self, dim=None, keepdim=False, *, dtype=None)",
        {.doc = "sum of what isn't NaN",
         .samples = {"T(2, 3)", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T(4, 33), -1", "T()"},
         .derivative = Derivative::linear,
         .rounds_by_layout = true}),
    op<NanSum, &nanmean>(
        "nanmean(self, dim=None, keepdim=False, *, dtype=None)",
        {.doc = "mean of what isn't NaN",
         .samples = {"T(2, 3)", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T(4, 33), -1", "T()"},
         .derivative = Derivative::linear,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<Tensor(const Tensor&, IntList), &count_nonzero>(
        "count_nonzero(self, dim=None)", {.doc = "how many elements aren't zero",
                                          .samples = {"B(2, 3)", "T(2, 3), 0", "B(2, 3, 4), [0, 2]", "T()"},
                                          .derivative = Derivative::none,
                                          .why_not = "a count"}),
    op<Tensor(const Tensor&), &trace>("trace(self)", {.doc = "sum of the diagonal",
                                                      .samples = {"T(3, 3)", "T(2, 5)", "T(4, 2)"},
                                                      .derivative = Derivative::linear}),
};

} // namespace

extern const Family spread_family;
constinit const Family spread_family{"spread", ops};

} // namespace talweg
