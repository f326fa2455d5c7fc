// Running sums, products and extremes along a dimension.
#include "kernels/scan.h"

#include "core/raise.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/scan.h"

namespace talweg {

namespace {

// A tensor of one dimension at least, as (outer, n, inner).
struct Lines {
  int64_t dim, n = 1, inner = 1;
  Lines(const Tensor& self, int64_t d, std::string_view op) : dim(wrap_dim(d, self.dim(), op)) {
    if (self.dim() == 0) return;
    n = self.size(dim);
    for (int64_t i = dim + 1; i < self.dim(); ++i) inner *= self.size(i);
  }
};

bool is_short(Dtype d) { return d == float16 || d == bfloat16; }

// The values, without history. `in` already has the result's dtype.
Tensor scanned(const Kernel& kernel, const Tensor& in, const Lines& lines, bool reverse) {
  NoGradGuard quiet;
  Dtype inner = is_integral(in.dtype()) ? int64 : in.dtype() == float64 ? float64 : float32;
  Tensor from = contiguous(to(in, inner)), out = new_tensor(inner, from.sizes());
  launch(kernel, {buffer_of(out), buffer_of(from)},
         ScanCall{lines.n, lines.inner, reverse, is_short(in.dtype())});
  return to(out, in.dtype());
}

Dtype scan_dtype(const Tensor& self, std::optional<Dtype> dtype) {
  return dtype.value_or(is_integral(self.dtype()) ? int64 : self.dtype());
}

Tensor cumsum_from(const Tensor& in, int64_t dim, bool reverse);

auto cumsum_backward(int64_t dim, bool reverse, Dtype from) {
  return [dim, reverse, from](Backward& b) {
    if (b.grad().defined()) b.set(0, cumsum_from(to(b.grad(), from), dim, !reverse));
  };
}

Tensor cumsum_from(const Tensor& in, int64_t dim, bool reverse) {
  return record(scanned(cumsum_kernel, in, Lines(in, dim, "cumsum"), reverse), "CumsumBackward0", {&in}, {},
                cumsum_backward(dim, reverse, in.dtype()));
}

// The neighbours along dim: element i is in[i - 1] (or in[i + 1]), `fill` where there is none.
Tensor shifted(const Tensor& in, int64_t dim, bool from_next, Scalar fill) {
  Dims one(in.sizes());
  one[static_cast<size_t>(dim)] = 1;
  Tensor edge = full(one, fill, {.dtype = in.dtype()});
  Tensor rest = narrow(in, dim, from_next ? 1 : 0, in.size(dim) - 1);
  return from_next ? cat({rest, edge}, dim) : cat({edge, rest}, dim);
}

// y[i] = factor[i] * y[i - 1] + in[i], or from the other end. The derivative is a recurrence of the same
// kind.
Tensor linear_scan(const Tensor& factor, const Tensor& in, int64_t dim, bool reverse) {
  Tensor out;
  {
    NoGradGuard quiet;
    Dtype inner = in.dtype() == float64 ? float64 : float32;
    Tensor f = contiguous(to(factor, inner)), x = contiguous(to(in, inner));
    Lines lines(x, dim, "cumprod");
    out = new_tensor(inner, x.sizes());
    launch(linear_scan_kernel, {buffer_of(out), buffer_of(f), buffer_of(x)},
           ScanCall{lines.n, lines.inner, reverse, false});
    out = to(out, in.dtype());
  }
  Tensor kept = out;
  return record(std::move(out), "LinearScanBackward0", {&factor, &in}, {{factor}, result(kept)},
                [dim, reverse](Backward& b) {
                  if (!b.grad().defined()) return;
                  Tensor u = linear_scan(shifted(b.saved(0), dim, !reverse, 0), b.grad(), dim, !reverse);
                  if (b.needs(0)) b.set(0, u * shifted(b.saved(1), dim, reverse, 0));
                  b.set(1, u);
                });
}

// d/dx[k] = (product before k) * s[k], where s[k] = g[k] + x[k + 1] * s[k + 1]: nothing is divided by.
Tensor cumprod_backward(const Tensor& grad, const Tensor& x, int64_t dim) {
  if (x.dim() == 0 || x.numel() == 0) return grad;
  Tensor before = shifted(cumprod(x, dim), dim, false, 1);
  return before * linear_scan(shifted(x, dim, true, 0), grad, dim, true);
}

auto cumprod_backward_of(int64_t dim, Dtype from) {
  return [dim, from](Backward& b) {
    if (b.grad().defined()) b.set(0, cumprod_backward(to(b.grad(), from), b.saved(0), dim));
  };
}

Tensor converted(const Tensor& self, std::optional<Dtype> dtype) { return to(self, scan_dtype(self, dtype)); }

// What the form in place is asked for: only self's own dtype can be kept.
void check_written_dtype(const Tensor& self, std::optional<Dtype> dtype, std::string_view op) {
  if (dtype && *dtype != self.dtype())
    raise<DtypeError>({"[", op, "] Bad in-place call: input tensor dtype ", name(self.dtype()),
                       " and output tensor dtype ", name(*dtype), " should match"});
}

std::pair<Tensor, Tensor> extremes(const Tensor& self, int64_t dim, bool smallest, std::string_view op,
                                   const char* node) {
  check_defined(self, op);
  Lines lines(self, dim, op);
  Tensor values, indices = new_tensor(int64, self.sizes());
  {
    NoGradGuard quiet;
    Dtype inner = is_integral(self.dtype()) ? int64 : self.dtype() == float64 ? float64 : float32;
    Tensor in = contiguous(to(self, inner));
    values = new_tensor(inner, self.sizes());
    launch(extreme_scan_kernel, {buffer_of(in), buffer_of(values), buffer_of(indices)},
           ExtremeScanCall{lines.n, lines.inner, smallest});
    values = to(values, self.dtype());
  }
  values = record(std::move(values), node, {&self}, {{indices}},
                  [d = lines.dim, sizes = Dims(self.sizes())](Backward& b) {
                    if (!b.grad().defined()) return;
                    if (sizes.empty()) return b.set(0, b.grad());
                    b.set(0, scatter_add(zeros(sizes, {.dtype = b.grad().dtype()}), d, b.saved(0), b.grad()));
                  });
  return {values, indices};
}

// d/dx[k] = e^(x[k] - y[k]) * s[k], where s[k] = g[k] + e^(y[k] - y[k + 1]) * s[k + 1]: no power overflows.
Tensor logcumsumexp_backward(const Tensor& g, const Tensor& x, const Tensor& y, int64_t dim) {
  if (x.dim() == 0 || x.numel() == 0) return g;
  int64_t n = x.size(dim);
  Dims one(x.sizes());
  one[static_cast<size_t>(dim)] = 1;
  Tensor step = exp(narrow(y, dim, 0, n - 1) - narrow(y, dim, 1, n - 1));
  step = cat({step, zeros(one, {.dtype = x.dtype()})}, dim);
  return exp(x - y) * linear_scan(step, g, dim, true);
}

Tensor logcumsumexp_values(const Tensor& self, int64_t dim) {
  Lines lines(self, dim, "logcumsumexp");
  Tensor out;
  {
    NoGradGuard quiet;
    Tensor in = contiguous(to(self, float64));
    out = new_tensor(float64, in.sizes());
    launch(logcumsumexp_kernel, {buffer_of(out), buffer_of(in)},
           ScanCall{lines.n, lines.inner, false, false});
    out = to(out, self.dtype());
  }
  Tensor kept = out;
  return record(std::move(out), "LogcumsumexpBackward0", {&self}, {{self}, result(kept)},
                [d = lines.dim](Backward& b) {
                  if (b.grad().defined())
                    b.set(0, logcumsumexp_backward(b.grad(), b.saved(0), b.saved(1), d));
                });
}

} // namespace

Tensor cumsum(const Tensor& self, int64_t dim, std::optional<Dtype> dtype) {
  check_defined(self, "cumsum");
  Dtype wanted = scan_dtype(self, dtype);
  Lines lines(self, dim, "cumsum");
  return record(scanned(cumsum_kernel, to(self.detach(), wanted), lines, false), "CumsumBackward0", {&self},
                {}, cumsum_backward(lines.dim, false, self.dtype()));
}
const Tensor& cumsum_(const Tensor& self, int64_t dim, std::optional<Dtype> dtype) {
  check_defined(self, "cumsum_");
  check_written_dtype(self, dtype, "cumsum_");
  Lines lines(self, dim, "cumsum_");
  bool recorded = begin_write(self, "cumsum_");
  OwnedNode node =
      write_node(recorded, "CumsumBackward0", {&self}, {}, cumsum_backward(lines.dim, false, self.dtype()));
  Tensor result = scanned(cumsum_kernel, to(self.detach(), scan_dtype(self, dtype)), lines, false);
  {
    NoGradGuard quiet;
    self.data().copy_(result);
  }
  end_write(self, std::move(node));
  return self;
}

Tensor cumprod(const Tensor& self, int64_t dim, std::optional<Dtype> dtype) {
  check_defined(self, "cumprod");
  Lines lines(self, dim, "cumprod");
  Tensor in = converted(self, dtype);
  return record(scanned(cumprod_kernel, in, lines, false), "CumprodBackward0", {&in}, {{in}},
                cumprod_backward_of(lines.dim, in.dtype()));
}
const Tensor& cumprod_(const Tensor& self, int64_t dim, std::optional<Dtype> dtype) {
  check_defined(self, "cumprod_");
  check_written_dtype(self, dtype, "cumprod_");
  Lines lines(self, dim, "cumprod_");
  bool recorded = begin_write(self, "cumprod_");
  Tensor before = recorded ? clone(self.detach()) : Tensor();
  // The derivative needs what self was, which isn't there any more: with create_graph it stands without
  // history.
  OwnedNode node = write_node(recorded, "CumprodBackward0", {&self}, {{before}},
                              cumprod_backward_of(lines.dim, self.dtype()));
  Tensor result = scanned(cumprod_kernel, to(self.detach(), scan_dtype(self, dtype)), lines, false);
  {
    NoGradGuard quiet;
    self.data().copy_(result);
  }
  end_write(self, std::move(node));
  return self;
}

std::pair<Tensor, Tensor> cummax(const Tensor& self, int64_t dim) {
  return extremes(self, dim, false, "cummax", "CummaxBackward0");
}
std::pair<Tensor, Tensor> cummin(const Tensor& self, int64_t dim) {
  return extremes(self, dim, true, "cummin", "CumminBackward0");
}

Tensor logcumsumexp(const Tensor& self, int64_t dim) {
  check_defined(self, "logcumsumexp");
  wrap_dim(dim, self.dim(), "logcumsumexp");
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>({"[logcumsumexp] not implemented for '", scalar_type_name(self.dtype()),
                       "'; floating-point tensors are accepted"});
  return logcumsumexp_values(self, dim);
}

namespace {

using Scan = Tensor(const Tensor&, int64_t, std::optional<Dtype>);
using ScanInPlace = const Tensor&(const Tensor&, int64_t, std::optional<Dtype>);
using Extremes = std::pair<Tensor, Tensor>(const Tensor&, int64_t);

constinit const Op ops[] = {
    op<Scan, &cumsum>("cumsum(self, dim, *, dtype=None)",
                      {.doc = "running sum along dim",
                       .samples = {"T(2, 3), 0", "T(2, 3, 4), 1", "T(2, 33), -1", "T(), 0"},
                       .derivative = Derivative::linear,
                       .in_place = boxed<ScanInPlace, &cumsum_>}),
    op<Scan, &cumprod>("cumprod(self, dim, *, dtype=None)",
                       {.doc = "running product along dim",
                        .samples = {"T(2, 3), 0", "T(2, 3, 4), 1", "P(2, 13), -1", "T(), 0"},
                        .in_place = boxed<ScanInPlace, &cumprod_>}),
    op<Extremes, &cummax>("cummax(self, dim)",
                          {.doc = "the largest so far along dim, and where it stands",
                           .samples = {"D(2, 3), 0", "D(2, 3, 4), 1", "D(2, 13), -1", "T(), 0"},
                           .derivative = Derivative::pieces}),
    op<Extremes, &cummin>("cummin(self, dim)",
                          {.doc = "the smallest so far along dim, and where it stands",
                           .samples = {"D(2, 3), 0", "D(2, 3, 4), 1", "D(2, 13), -1", "T(), 0"},
                           .derivative = Derivative::pieces}),
    op<Tensor(const Tensor&, int64_t), &logcumsumexp>(
        "logcumsumexp(self, dim)", {.doc = "log(cumsum(exp(self)))",
                                    .samples = {"T(2, 3), 0", "T(2, 3, 4), 1", "T(2, 13), -1", "T(), 0"},
                                    .takes = Takes::floats}),
};

} // namespace

extern const Family scan_family;
constinit const Family scan_family{"scan", ops};

} // namespace talweg
