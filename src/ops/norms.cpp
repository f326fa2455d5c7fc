// Lengths and distances.
#include "talweg/ops/norms.h"

#include <algorithm>
#include <cmath>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/norm.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

Tensor sign_of(const Tensor& x) { return to(gt(x, 0), x.dtype()) - to(lt(x, 0), x.dtype()); }

// The values. Powers of no more than float32 are added in float32.
Tensor norm_values(const Tensor& x, double p, IntList dim, bool keepdim) {
  if (p == 2 && x.numel() > 0 && x.is_contiguous()) {
    // Rows that lie side by side: the last dimension, or everything.
    Reduction r(x, dim, keepdim, "norm");
    const bool all = r.count == x.numel(), last = x.dim() > 0 && r.mask == uint64_t{1} << (x.dim() - 1);
    if (all || last) {
      Tensor out = new_tensor(x.dtype(), r.sizes);
      launch(row_norm_kernel, {buffer_of(out), buffer_of(x)}, NormCall{r.count});
      return out;
    }
  }
  if (p == 0) return to(sum(ne(x, 0), dim, keepdim), x.dtype());
  if (p == 1) return sum(abs(x), dim, keepdim);
  if (p == 2) return sqrt(sum(x * x, dim, keepdim));
  if (std::isinf(p)) {
    if (x.numel() == 0 && p > 0) {
      bool gone = dim.empty();
      for (int64_t d : dim) gone |= x.dim() > 0 && x.size(d) == 0;
      if (gone) return sum(abs(x), dim, keepdim);
    }
    return p > 0 ? amax(abs(x), dim, keepdim) : amin(abs(x), dim, keepdim);
  }
  return pow(sum(pow(abs(x), p), dim, keepdim), 1 / p);
}

Tensor norm_backward(const Tensor& g0, const Tensor& x, const Tensor& n0, double p, const InputDims& dims) {
  Tensor g = dims.aligned(g0), n = dims.aligned(n0);
  if (p == 0) return zeros_like(x);
  if (p == 1) return g * sign_of(x);
  if (p == 2) return g * masked_fill(x / n, eq(n, 0), 0);
  if (std::isinf(p)) {
    Tensor a = abs(x), best = to(logical_or(eq(a, n), logical_and(ne(a, a), ne(n, n))), x.dtype());
    Dims reduced;
    for (int64_t d = 0; d < x.dim(); ++d)
      if (dims.mask >> d & 1) reduced.push_back(d);
    Tensor count = x.dim() == 0 ? best : sum(best, reduced, true);
    return sign_of(x) * (best / count * g);
  }
  if (p < 1) return sign_of(x) * masked_fill(pow(abs(x), p - 1), eq(x, 0), 0) * g * pow(n, 1 - p);
  Tensor scale = masked_fill(g / pow(n, p - 1), eq(n, 0), 0);
  if (p < 2) return sign_of(x) * pow(abs(x), p - 1) * scale;
  return x * pow(abs(x), p - 2) * scale;
}

void check_extreme_exists(const Tensor& x, double p, const Reduction& r, IntList dim, std::string_view op) {
  if (x.numel() != 0 || !(p < 0 || std::isinf(p))) return;
  if (dim.empty())
    raise<ShapeError>({"[", op, "] linalg.vector_norm cannot compute the ", p,
                       " norm on an empty tensor because the operation does not have an identity"});
  for (int64_t d = 0; d < x.dim(); ++d)
    if (r.reduces(d) && x.size(d) == 0)
      raise<ShapeError>({"[", op, "] linalg.vector_norm cannot compute the ", p, " norm on the dimension ", d,
                         " because this dimension is empty and the operation does not have an identity"});
}

Tensor vector_norm_of(const Tensor& self, double p, IntList dim, bool keepdim, std::optional<Dtype> dtype,
                      std::string_view op) {
  Reduction r(self, dim, keepdim, op);
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>({"[", op,
                       "] linalg.vector_norm: Expected a floating point or complex tensor as input. Got ",
                       scalar_type_name(self.dtype())});
  if (dtype && !is_floating_point(*dtype))
    raise<DtypeError>(
        {"[", op, "] linalg.vector_norm: dtype should be floating point, but got ", name(*dtype)});
  if (dtype && result_type(self, zeros({1}, {.dtype = *dtype})) != *dtype)
    raise<DtypeError>({"[", op, "] linalg.vector_norm: the dtype of the input (", name(self.dtype()),
                       ") should be convertible without narrowing to the specified dtype (", name(*dtype),
                       ")"});
  check_extreme_exists(self, p, r, dim, op);
  Tensor in = dtype ? to(self, *dtype) : self, out;
  {
    NoGradGuard quiet;
    Dtype inner = in.dtype() == float64 ? float64 : float32;
    out = to(norm_values(to(in, inner), p, dim, keepdim), in.dtype());
  }
  Tensor kept = out;
  return record(std::move(out), "LinalgVectorNormBackward0", {&in}, {{in}, result(kept)},
                [p, dims = InputDims(self, r)](Backward& b) {
                  if (b.grad().defined()) b.set(0, norm_backward(b.grad(), b.saved(0), b.saved(1), p, dims));
                });
}

} // namespace

Tensor linalg::vector_norm(const Tensor& x, Scalar ord, IntList dim, bool keepdim,
                           std::optional<Dtype> dtype) {
  return vector_norm_of(x, ord.to<double>(), dim, keepdim, dtype, "linalg.vector_norm");
}

Tensor norm(const Tensor& self, Scalar p, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  return vector_norm_of(self, p.to<double>(), dim, keepdim, dtype, "norm");
}
namespace {

// U V^T of the singular value decomposition of matrices in the last two dimensions, by the iteration of
// Newton and Schulz: x becomes x (3 - x^T x) / 2, which takes every singular value but 0 to 1 (Higham,
// Functions of Matrices, 8.3). In public operations, so that it can be differentiated.
Tensor polar_factor(const Tensor& a) {
  Tensor length = sqrt(sum(a * a, {-2, -1}, true));
  Tensor x = a / where(length == 0, ones_like(length), length);
  for (int i = 0; i < 100; ++i) {
    Tensor next = x * 1.5 - matmul(x, matmul(x.transpose(-2, -1), x)) * 0.5;
    const bool settled = (next - x).detach().abs().amax().item<double>() < 1e-15;
    x = next;
    if (settled) break;
  }
  return x;
}

// The sum of the singular values: that of a times its polar factor, which is the derivative as well.
Tensor nuclear_norm(const Tensor& self, IntList dim, bool keepdim) {
  if (dim.size() != 0 && dim.size() != 2)
    raise<ShapeError>({"[norm] the nuclear norm takes two dimensions, got ", dim});
  if (dim.size() == 0 && self.dim() != 2)
    raise<ShapeError>(
        {"[norm] the nuclear norm of a tensor of sizes ", self.sizes(), " needs two dimensions"});
  const int64_t rows = dim.size() ? wrap_dim(dim[0], self.dim(), "norm") : 0;
  const int64_t columns = dim.size() ? wrap_dim(dim[1], self.dim(), "norm") : 1;
  if (rows == columns) raise<ShapeError>({"[norm] the dimensions of a matrix must differ, got ", dim});
  Tensor a = to(movedim(self, {rows, columns}, {-2, -1}), float64);
  Tensor out;
  {
    NoGradGuard quiet;
    out = a.numel() == 0 ? sum(a, {-2, -1}) : sum(a * polar_factor(a), {-2, -1});
  }
  out = record(std::move(out), "NuclearNormBackward0", {&a}, {{a}}, [](Backward& b) {
    if (b.grad().defined()) b.set(0, b.grad().unsqueeze(-1).unsqueeze(-1) * polar_factor(b.saved(0)));
  });
  if (keepdim) out = out.unsqueeze(std::min(rows, columns)).unsqueeze(std::max(rows, columns));
  return to(out, self.dtype());
}

} // namespace

Tensor norm(const Tensor& self, std::string_view p, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  if (p == "nuc") {
    check_defined(self, "norm");
    return nuclear_norm(dtype ? to(self, *dtype) : self, dim, keepdim);
  }
  if (p != "fro") raise<ValueError>({"[norm] only 'fro' or a number is accepted as p, got '", p, "'"});
  return vector_norm_of(self, 2, dim, keepdim, dtype, "norm");
}

Tensor dist(const Tensor& self, const Tensor& other, Scalar p) {
  check_defined(self, other, "dist");
  Tensor out, distance;
  {
    NoGradGuard quiet;
    distance = self - other;
    out = norm(distance, p);
  }
  Tensor kept = out;
  return record(std::move(out), "DistBackward0", {&self, &other}, {{self}, {other}, result(kept)},
                [p = p.to<double>()](Backward& b) {
                  if (!b.grad().defined()) return;
                  Tensor x = b.saved(0), y = b.saved(1), d = x - y;
                  Reduction r(d, {}, false, "dist");
                  Tensor g = norm_backward(b.grad(), d, b.saved(2), p, InputDims(d, r));
                  if (b.needs(0)) b.set(0, sum_to(g, x.sizes(), x.dtype()));
                  if (b.needs(1)) b.set(1, sum_to(-g, y.sizes(), y.dtype()));
                });
}

namespace {

// What each slice along d is multiplied by: 1 where it is short enough.
Tensor renorm_factor(const Tensor& self, double p, int64_t d, double maxnorm) {
  Dims others;
  for (int64_t i = 0; i < self.dim(); ++i)
    if (i != d) others.push_back(i);
  Tensor n = linalg::vector_norm(self, p, others, true);
  return where(gt(n, maxnorm), Scalar(maxnorm) / (n + 1e-7), Scalar(1));
}

struct Renorm {
  double p, maxnorm;
  int64_t dim;
};
Renorm checked_renorm(const Tensor& self, Scalar p, int64_t dim, Scalar maxnorm, std::string_view op) {
  check_defined(self, op);
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>(
        {"[", op, "] renorm: only floating-point tensors are accepted, got ", name(self.dtype())});
  if (!(p.to<double>() > 0)) raise<ValueError>({"[", op, "] renorm: non-positive-norm not supported"});
  if (maxnorm.to<double>() < 0)
    raise<ValueError>({"[", op, "] renorm: expected maxnorm to be >= 0 but got ", maxnorm.to<double>()});
  if (self.dim() < 2)
    raise<ShapeError>(
        {"[", op, "] renorm: input needs at least 2 dimensions, got ", self.dim(), " dimensions"});
  return {p.to<double>(), maxnorm.to<double>(), wrap_dim(dim, self.dim(), op)};
}
// The derivative is that of the formula, in public operations.
auto renorm_backward(Renorm r) {
  return [r](Backward& b) {
    if (!b.grad().defined()) return;
    Tensor x = b.saved(0), g = b.grad();
    Dims others;
    for (int64_t i = 0; i < x.dim(); ++i)
      if (i != r.dim) others.push_back(i);
    Tensor n = linalg::vector_norm(x, r.p, others, true);
    Reduction along(x, others, true, "renorm");
    Tensor through = sum(x * g, others, true);
    Tensor of_norm = norm_backward(through, x, n, r.p, InputDims(x, along));
    Tensor inverse = 1 / (n + 1e-7);
    Tensor scaled = r.maxnorm * inverse * (g - inverse * of_norm);
    b.set(0, where(gt(n, r.maxnorm), scaled, g));
  };
}

} // namespace

Tensor renorm(const Tensor& self, Scalar p, int64_t dim, Scalar maxnorm) {
  Renorm r = checked_renorm(self, p, dim, maxnorm, "renorm");
  Tensor out;
  {
    NoGradGuard quiet;
    out =
        self * to(renorm_factor(to(self, self.dtype() == float64 ? float64 : float32), r.p, r.dim, r.maxnorm),
                  self.dtype());
  }
  return record(std::move(out), "RenormBackward0", {&self}, {{self}}, renorm_backward(r));
}
const Tensor& renorm_(const Tensor& self, Scalar p, int64_t dim, Scalar maxnorm) {
  Renorm r = checked_renorm(self, p, dim, maxnorm, "renorm_");
  bool recorded = begin_write(self, "renorm_");
  Tensor before = recorded ? clone(self.detach()) : Tensor();
  OwnedNode node = write_node(recorded, "RenormBackward0", {&self}, {{before}}, renorm_backward(r));
  {
    NoGradGuard quiet;
    self.data().copy_(renorm(self.detach(), p, dim, maxnorm));
  }
  end_write(self, std::move(node));
  return self;
}

namespace {

using VectorNorm = Tensor(const Tensor&, Scalar, IntList, bool, std::optional<Dtype>);
using NamedNorm = Tensor(const Tensor&, std::string_view, IntList, bool, std::optional<Dtype>);
Tensor norm_of(const Tensor& self, std::optional<Scalar> p, IntList dim, bool keepdim,
               std::optional<Dtype> dtype) {
  return norm(self, p.value_or(2), dim, keepdim, dtype);
}

constinit const Op ops[] = {
    op<VectorNorm, &linalg::vector_norm>(
        "linalg.vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None)",
        {.doc = "sum(|x| ^ ord) ^ (1 / ord) over dim",
         .samples = {"T(2, 3)", "T(2, 3), 2, 1, True", "D(2, 3), 3, 0", "D(2, 3, 4), 1, [0, 2]",
                     "D(4, 3), 1.5, -1", "D(33), 0", "T()"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<NamedNorm, &norm>("norm(self, p='fro', dim=None, keepdim=False, dtype=None)",
                         {.doc = "the square root of the sum of squares over dim",
                          .samples = {"T(2, 3)", "T(2, 3), 'fro', 1", "T(2, 3), 'fro', [0, 1], True"},
                          .takes = Takes::floats,
                          .rounds_by_layout = true}),
    op<Tensor(const Tensor&, std::optional<Scalar>, IntList, bool, std::optional<Dtype>), &norm_of>(
        "norm(self, p=2, dim=None, keepdim=False, dtype=None)",
        {.doc = "the p-norm over dim",
         .samples = {"T(2, 3), 2", "D(2, 3), 3, 0", "D(2, 3), 1, 1, True", "D(2, 3, 4), 2.5, [0, 2]"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<Tensor(const Tensor&, const Tensor&, Scalar), &dist>(
        "dist(self, other, p=2)", {.doc = "the p-norm of self - other",
                                   .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3), 3", "D(5), D(5), 1"},
                                   .derivative = Derivative::pieces,
                                   .takes = Takes::floats,
                                   .rounds_by_layout = true}),
    op<Tensor(const Tensor&, Scalar, int64_t, Scalar), &renorm>(
        "renorm(self, p, dim, maxnorm)",
        {.doc = "slices along dim no longer than maxnorm",
         .samples = {"P(2, 3), 2, 0, 1.5", "P(2, 3, 4), 3, 1, 1", "P(3, 4), 1, -1, 4"},
         .derivative = Derivative::pieces,
         .in_place = boxed<const Tensor&(const Tensor&, Scalar, int64_t, Scalar), &renorm_>,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
};

} // namespace

extern const Family norms_family;
constinit const Family norms_family{"norms", ops};

} // namespace talweg
