// Softmax and its logarithm.
#include "talweg/ops/softmax.h"

#include "core/raise.h"
#include "kernels/softmax.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

// The dimension moved to the end, row-major, in the dtype that the loops have.
Tensor as_rows(const Tensor& t, int64_t dim) {
  Tensor in = to(t, t.dtype() == float64 ? float64 : float32);
  return contiguous(t.dim() < 2 || dim == t.dim() - 1 ? in : transpose(in, dim, -1));
}
Tensor from_rows(const Tensor& rows, int64_t dim, Dtype dtype) {
  return to(rows.dim() < 2 || dim == rows.dim() - 1 ? rows : contiguous(transpose(rows, dim, -1)), dtype);
}
SoftmaxCall call_of(const Tensor& rows, bool logarithm) {
  return {rows.dim() == 0 ? 1 : rows.size(-1), logarithm};
}

Tensor backward(const Tensor& g, const Tensor& y, int64_t dim, bool logarithm) {
  if (!grad_enabled()) {
    Tensor grad = as_rows(g, dim), result = as_rows(y, dim), out = new_tensor(grad.dtype(), grad.sizes());
    launch(softmax_backward_kernel, {buffer_of(out), buffer_of(grad), buffer_of(result)},
           call_of(out, logarithm));
    return from_rows(out, dim, y.dtype());
  }
  if (logarithm) return g - exp(y) * sum(g, dim, true);
  return (g - sum(g * y, dim, true)) * y;
}

Tensor softmax_of(const Tensor& self, int64_t dim, std::optional<Dtype> dtype, bool logarithm,
                  std::string_view op) {
  check_defined(self, op);
  int64_t d = wrap_dim(dim, self.dim(), op);
  Tensor in = dtype ? to(self, *dtype) : self;
  const char* node = logarithm ? "LogSoftmaxBackward0" : "SoftmaxBackward0";
  // As in PyTorch, whose loops refuse a dtype only where they run.
  if (self.numel() == 0)
    return record(new_tensor(in.dtype(), in.sizes()), node, {&in}, {},
                  [](Backward& b) { b.set(0, b.grad()); });
  if (!is_floating_point(in.dtype()))
    raise<DtypeError>({"[", op, "] \"softmax_lastdim_kernel_impl\" not implemented for '",
                       scalar_type_name(in.dtype()),
                       "'; accepted are floating-point tensors, or name a floating-point dtype"});
  Tensor out;
  {
    NoGradGuard quiet;
    Tensor rows = as_rows(in, d);
    Tensor results = new_tensor(rows.dtype(), rows.sizes());
    launch(softmax_kernel, {buffer_of(results), buffer_of(rows)}, call_of(rows, logarithm));
    out = from_rows(results, d, in.dtype());
  }
  Tensor kept = out;
  return record(std::move(out), node, {&in}, {result(kept)}, [d, logarithm](Backward& b) {
    if (b.grad().defined()) b.set(0, backward(b.grad(), b.saved(0), d, logarithm));
  });
}

} // namespace

Tensor softmax(const Tensor& self, int64_t dim, std::optional<Dtype> dtype) {
  return softmax_of(self, dim, dtype, false, "softmax");
}
Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<Dtype> dtype) {
  return softmax_of(self, dim, dtype, true, "log_softmax");
}

namespace {

// torch.nn.functional chooses a dimension where none is named, as PyTorch long did.
int64_t implied_dim(const Tensor& self, std::optional<int64_t> dim) {
  check_defined(self, "softmax");
  int64_t rank = self.dim();
  return dim.value_or(rank == 0 || rank == 1 || rank == 3 ? 0 : 1);
}
Tensor functional_softmax(const Tensor& input, std::optional<int64_t> dim, int64_t,
                          std::optional<Dtype> dtype) {
  return softmax(input, implied_dim(input, dim), dtype);
}
Tensor functional_log_softmax(const Tensor& input, std::optional<int64_t> dim, int64_t,
                              std::optional<Dtype> dtype) {
  return log_softmax(input, implied_dim(input, dim), dtype);
}

using Plain = Tensor(const Tensor&, int64_t, std::optional<Dtype>);
using Functional = Tensor(const Tensor&, std::optional<int64_t>, int64_t, std::optional<Dtype>);

constinit const Op ops[] = {
    op<Plain, &softmax>(
        "softmax(self, dim, dtype=None)",
        {.doc = "exp(self) / sum(exp(self)) along dim",
         .samples = {"T(2, 3), 0", "T(2, 3), 1", "T(2, 3, 4), 1", "T(3, 33), -1", "T(), 0", "T(17), 0"},
         .takes = Takes::floats}),
    op<Functional, &functional_softmax>("softmax(input, dim=None, _stacklevel=3, dtype=None)",
                                        {.doc = "exp(input) / sum(exp(input)) along dim",
                                         .samples = {"T(2, 3)"},
                                         .takes = Takes::floats,
                                         .undeclared = "the words of torch.nn.functional; C++ names dim"}),
    op<Plain, &log_softmax>(
        "log_softmax(self, dim, dtype=None)",
        {.doc = "log(softmax(self, dim))",
         .samples = {"T(2, 3), 0", "T(2, 3), 1", "T(2, 3, 4), 1", "T(3, 33), -1", "T(), 0", "T(17), 0"},
         .takes = Takes::floats}),
    op<Functional, &functional_log_softmax>(
        "log_softmax(input, dim=None, _stacklevel=3, dtype=None)",
        {.doc = "log(softmax(input, dim))",
         .samples = {"T(2, 3)"},
         .takes = Takes::floats,
         .undeclared = "the words of torch.nn.functional; C++ names dim"}),
};

} // namespace

extern const Family softmax_family;
constinit const Family softmax_family{"softmax", ops};

} // namespace talweg
