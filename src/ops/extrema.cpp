// Largest and smallest elements, where they stand, and questions of truth.
#include <array>

#include "core/raise.h"
#include "kernels/reduce.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/reduce.h"

namespace talweg {

namespace {

// Something can be the largest only where there is something.
void check_not_empty(const Tensor& self, IntList dim, std::string_view op) {
  if (self.numel() != 0) return;
  if (dim.empty())
    raise<ShapeError>({"[", op, "] ", op,
                       "(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
                       "reduction dim with the 'dim' argument."});
  for (int64_t d : dim) {
    int64_t at = wrap_dim(d, self.dim(), op);
    if (self.size(at) == 0)
      raise<IndexError>({"[", op, "] ", op, "(): Expected reduction dim ", at, " to have non-zero size."});
  }
}

std::vector<int64_t> dims_of(uint64_t mask) {
  std::vector<int64_t> dims;
  for (int64_t d = 0; mask >> d; ++d)
    if (mask >> d & 1) dims.push_back(d);
  return dims;
}

// Equal elements share the gradient.
Tensor shared_backward(const Tensor& g, const Tensor& self, const Tensor& best, const InputDims& dims) {
  Tensor mask = to(eq(self, dims.aligned(best)), g.dtype());
  Tensor count = self.dim() == 0 ? mask : sum(mask, dims_of(dims.mask), true);
  return dims.aligned(g) * mask / count;
}

Tensor extreme(const Tensor& self, IntList dim, bool keepdim, bool smallest, std::string_view op,
               const char* node) {
  Reduction r(self, dim, keepdim, op);
  check_not_empty(self, dim, op);
  Tensor out = reduced(extreme_kernel, self, r, self.dtype(), ExtremeCall{smallest});
  Tensor kept = out;
  return record(std::move(out), node, {&self}, {{self}, result(kept)},
                [dims = InputDims(self, r)](Backward& b) {
                  if (b.grad().defined()) b.set(0, shared_backward(b.grad(), b.saved(0), b.saved(1), dims));
                });
}

std::pair<Tensor, Tensor> extreme_along(const Tensor& self, int64_t dim, bool keepdim, bool smallest,
                                        std::string_view op, const char* node) {
  Reduction r(self, dim, keepdim, op);
  check_not_empty(self, dim, op);
  Tensor values = new_tensor(self.dtype(), r.sizes), indices = new_tensor(int64, r.sizes);
  Dims strides = r.result_strides(self.sizes());
  launch(where_extreme_kernel,
         {buffer_as(indices, self.sizes(), strides, self.numel()), buffer_of(self),
          buffer_as(values, self.sizes(), strides, self.numel())},
         ExtremeCall{smallest});
  int64_t d = wrap_dim(dim, self.dim(), op);
  values = record(std::move(values), node, {&self}, {{indices}}, [dims = InputDims(self, r), d](Backward& b) {
    if (!b.grad().defined()) return;
    if (dims.sizes.empty()) return b.set(0, b.grad());
    Dims along(dims.sizes.size(), 1);
    along[static_cast<size_t>(d)] = dims.sizes[static_cast<size_t>(d)];
    Tensor chosen = eq(dims.aligned(b.saved(0)), view(arange(dims.sizes[static_cast<size_t>(d)]), along));
    b.set(0, where(chosen, dims.aligned(b.grad()), Scalar(0)));
  });
  return {values, indices};
}

Tensor where_extreme(const Tensor& self, std::optional<int64_t> dim, bool keepdim, bool smallest,
                     std::string_view op) {
  check_defined(self, op);
  if (self.dtype() == bool_)
    raise<DtypeError>({"[", op, "] ", op, "(): does not support bool input; convert to uint8"});
  if (dim) {
    Reduction r(self, *dim, keepdim, op);
    check_not_empty(self, *dim, op);
    return reduced(where_extreme_kernel, self, r, int64, ExtremeCall{smallest});
  }
  if (self.numel() == 0)
    raise<IndexError>(
        {"[", op, "] ", op, "(): Expected reduction dim to be specified for input.numel() == 0."});
  Tensor out = where_extreme(reshape(self.detach(), {-1}), 0, false, smallest, op);
  return keepdim ? view(out, Dims(static_cast<size_t>(self.dim()), 1)) : out;
}

Tensor truth(const Tensor& self, IntList dim, bool keepdim, bool all, std::string_view op) {
  Reduction r(self, dim, keepdim, op);
  return reduced(truth_kernel, self, r, self.dtype() == uint8 ? uint8 : bool_, TruthCall{all});
}

// With an empty list nothing is reduced, as in PyTorch; None reduces everything.
Tensor truth_along(const Tensor& self, IntList dim, bool keepdim, bool all, std::string_view op) {
  if (!dim.empty()) return truth(self, dim, keepdim, all, op);
  check_defined(self, op);
  return self.dtype() == uint8 ? to(ne(self, 0), uint8) : ne(self, 0);
}

} // namespace

Tensor amax(const Tensor& self, IntList dim, bool keepdim) {
  return extreme(self, dim, keepdim, false, "amax", "AmaxBackward0");
}
Tensor amin(const Tensor& self, IntList dim, bool keepdim) {
  return extreme(self, dim, keepdim, true, "amin", "AminBackward0");
}
Tensor max(const Tensor& self) { return extreme(self, {}, false, false, "max", "MaxBackward1"); }
Tensor min(const Tensor& self) { return extreme(self, {}, false, true, "min", "MinBackward1"); }
Tensor max(const Tensor& self, const Tensor& other) { return maximum(self, other); }
Tensor min(const Tensor& self, const Tensor& other) { return minimum(self, other); }
std::pair<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim) {
  return extreme_along(self, dim, keepdim, false, "max", "MaxBackward0");
}
std::pair<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim) {
  return extreme_along(self, dim, keepdim, true, "min", "MinBackward0");
}
Tensor argmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return where_extreme(self, dim, keepdim, false, "argmax");
}
Tensor argmin(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return where_extreme(self, dim, keepdim, true, "argmin");
}

std::pair<Tensor, Tensor> aminmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  check_defined(self, "aminmax");
  if (dim) {
    int64_t d = wrap_dim(*dim, self.dim(), "aminmax");
    if (self.dim() > 0 && self.size(d) == 0)
      raise<IndexError>({"[aminmax] aminmax: Expected reduction dim ", d, " to have non-zero size."});
  } else if (self.numel() == 0) {
    raise<ShapeError>(
        {"[aminmax] aminmax(): cannot compute aminmax over an empty dimension as the operation "
         "has no identity."});
  }
  Dims one;
  if (dim) one.push_back(*dim);
  Reduction r(self, one, keepdim, "aminmax");
  Tensor low = reduced(extreme_kernel, self, r, self.dtype(), ExtremeCall{true});
  Tensor high = reduced(extreme_kernel, self, r, self.dtype(), ExtremeCall{false});
  return record_pair({low, high}, "AminmaxBackward0", self, {{self}, result(low), result(high)},
                     [dims = InputDims(self, r)](Backward& b) {
                       Tensor sum;
                       for (size_t i = 0; i < 2; ++i) {
                         if (!b.grad(i).defined()) continue;
                         Tensor part = shared_backward(b.grad(i), b.saved(0), b.saved(i + 1), dims);
                         sum = sum.defined() ? sum + part : part;
                       }
                       b.set(0, sum);
                     });
}

Tensor all(const Tensor& self) { return truth(self, {}, false, true, "all"); }
Tensor all(const Tensor& self, IntList dim, bool keepdim) {
  return truth_along(self, dim, keepdim, true, "all");
}
Tensor any(const Tensor& self) { return truth(self, {}, false, false, "any"); }
Tensor any(const Tensor& self, IntList dim, bool keepdim) {
  return truth_along(self, dim, keepdim, false, "any");
}

namespace {

Tensor max_of_pair(const Tensor& self, const Tensor& other) { return max(self, other); }
Tensor min_of_pair(const Tensor& self, const Tensor& other) { return min(self, other); }

using Whole = Tensor(const Tensor&);
using Along = Tensor(const Tensor&, IntList, bool);

constinit const Op ops[] = {
    op<Along, &amax>("amax(self, dim=[], keepdim=False)",
                     {.doc = "largest element over dim",
                      .samples = {"T(2, 3)", "T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T()"},
                      .derivative = Derivative::pieces}),
    op<Whole, &max>(
        "max(self)",
        {.doc = "largest element", .samples = {"T(2, 3)", "T()", "T(33)"}, .derivative = Derivative::pieces}),
    op<std::pair<Tensor, Tensor>(const Tensor&, int64_t, bool), &max>(
        "max(self, dim, keepdim=False)",
        {.doc = "largest elements along dim and where they stand",
         .samples = {"T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), 1", "T(), 0"},
         .derivative = Derivative::pieces}),
    op<Tensor(const Tensor&, const Tensor&), &max_of_pair>("max(self, other)",
                                                           {.doc = "the larger of two",
                                                            .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3)"},
                                                            .derivative = Derivative::pieces}),
    op<Tensor(const Tensor&, std::optional<int64_t>, bool), &argmax>(
        "argmax(self, dim=None, keepdim=False)",
        {.doc = "where the largest element stands",
         .samples = {"T(2, 3)", "T(2, 3), 0", "T(2, 3), 1, True", "T()"},
         .derivative = Derivative::none,
         .why_not = "an index",
         .takes = Takes::numbers}),
    op<Along, &amin>("amin(self, dim=[], keepdim=False)",
                     {.doc = "smallest element over dim",
                      .samples = {"T(2, 3)", "T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T()"},
                      .derivative = Derivative::pieces}),
    op<std::pair<Tensor, Tensor>(const Tensor&, std::optional<int64_t>, bool), &aminmax>(
        "aminmax(self, *, dim=None, keepdim=False)",
        {.doc = "smallest and largest element",
         .samples = {"T(2, 3)", "T(2, 3), dim=0", "T(2, 3, 4), dim=-2, keepdim=True", "T()"},
         .derivative = Derivative::pieces}),
    op<Whole, &min>("min(self)", {.doc = "smallest element",
                                  .samples = {"T(2, 3)", "T()", "T(33)"},
                                  .derivative = Derivative::pieces}),
    op<std::pair<Tensor, Tensor>(const Tensor&, int64_t, bool), &min>(
        "min(self, dim, keepdim=False)",
        {.doc = "smallest elements along dim and where they stand",
         .samples = {"T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), 1", "T(), 0"},
         .derivative = Derivative::pieces}),
    op<Tensor(const Tensor&, const Tensor&), &min_of_pair>("min(self, other)",
                                                           {.doc = "the smaller of two",
                                                            .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3)"},
                                                            .derivative = Derivative::pieces}),
    op<Tensor(const Tensor&, std::optional<int64_t>, bool), &argmin>(
        "argmin(self, dim=None, keepdim=False)",
        {.doc = "where the smallest element stands",
         .samples = {"T(2, 3)", "T(2, 3), 0", "T(2, 3), 1, True", "T()"},
         .derivative = Derivative::none,
         .why_not = "an index",
         .takes = Takes::numbers}),
    op<Whole, &all>("all(self)", {.doc = "whether all are true",
                                  .samples = {"B(2, 3)", "T(2, 3)"},
                                  .derivative = Derivative::none,
                                  .why_not = "a truth value"}),
    op<Along, &all>("all(self, dim, keepdim=False)",
                    {.doc = "whether all are true along dim",
                     .samples = {"B(2, 3), 0", "B(2, 3), 1, True", "B(2, 3, 4), [0, 2]"},
                     .derivative = Derivative::none,
                     .why_not = "a truth value"}),
    op<Whole, &any>("any(self)", {.doc = "whether any is true",
                                  .samples = {"B(2, 3)", "T(2, 3)"},
                                  .derivative = Derivative::none,
                                  .why_not = "a truth value"}),
    op<Along, &any>("any(self, dim, keepdim=False)",
                    {.doc = "whether any is true along dim",
                     .samples = {"B(2, 3), 0", "B(2, 3), 1, True", "B(2, 3, 4), [0, 2]"},
                     .derivative = Derivative::none,
                     .why_not = "a truth value"}),
};

} // namespace

extern const Family extrema_family;
constinit const Family extrema_family{"extrema", ops};

} // namespace talweg
