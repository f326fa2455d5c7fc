// Products of batches, of vectors, and of anything along named dimensions.
#include <algorithm>
#include <numeric>

#include "core/shape.h"
#include "ops/checks.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "ops/write_result.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/ops/products.h"

namespace talweg {

namespace {

void same_dtype(std::string_view op, const Tensor& a, const Tensor& b) {
  check_defined(a, b, op);
  if (a.dtype() != b.dtype())
    raise<DtypeError>({"[", op, "] expected tensors of one dtype, but got ", a.dtype(), " and ", b.dtype(),
                       "; convert one with to(dtype)"});
  if (a.dtype() == bool_)
    raise<DtypeError>({"[", op, "] not implemented for bool; convert to an integer or floating dtype first"});
}

void check_batches(std::string_view op, const Tensor& a, const Tensor& b) {
  check_defined(a, b, op);
  if (a.dim() != 3 || b.dim() != 3)
    raise<ShapeError>({"[", op, "] batch1 and batch2 must be 3D tensors, got ", a.dim(), "D and ", b.dim(),
                       "D; use matmul for others"});
  same_dtype(op, a, b);
  if (a.size(0) != b.size(0) || a.size(2) != b.size(1))
    raise<ShapeError>({"[", op, "] Expected size for first two dimensions of batch2 tensor to be: [",
                       a.size(0), ", ", a.size(2), "] but got: [", b.size(0), ", ", b.size(1), "]."});
}

Tensor quiet_matmul(const Tensor& a, const Tensor& b) {
  NoGradGuard quiet;
  return matmul(a, b);
}

Tensor scaled(const Tensor& t, Scalar factor) { return factor == Scalar(1) ? t : mul(t, factor); }

// beta * self + alpha * product, without history.
Tensor combined(std::string_view op, const Tensor& self, const Tensor& product, Scalar beta, Scalar alpha) {
  NoGradGuard quiet;
  if (self.dtype() != product.dtype())
    raise<DtypeError>(
        {"[", op, "] self must have the product's dtype ", product.dtype(), ", got ", self.dtype()});
  if (is_integral(self.dtype())) {
    beta = beta.to<int64_t>();
    alpha = alpha.to<int64_t>();
  }
  Tensor added = expand(self, product.sizes());
  Tensor out = scaled(product, alpha);
  return beta == Scalar(0) ? out : add(out, scaled(added, beta));
}

void check_in_place(std::string_view op, const Tensor& self, const Tensor& out) {
  if (!(self.sizes() == out.sizes()))
    raise<ShapeError>({"[", op, "] Bad in-place call: input tensor size ", IntList(self.sizes()),
                       " and output tensor size ", IntList(out.sizes()), " should match"});
}

// The derivatives of beta * self + alpha * a.b: of self, and with the two functions of a and b.
template <class A, class B>
auto added_product(const Tensor& self, Scalar beta, Scalar alpha, A grad_a, B grad_b) {
  return [sizes = Dims(self.sizes()), beta, alpha, grad_a, grad_b](Backward& b) {
    if (!b.grad().defined()) return;
    const Tensor& g = b.grad();
    if (b.needs(0)) b.set(0, sum_to(scaled(g, beta), sizes, g.dtype()));
    if (b.needs(1)) b.set(1, scaled(grad_a(g, b.saved(1)), alpha));
    if (b.needs(2)) b.set(2, scaled(grad_b(g, b.saved(0)), alpha));
  };
}

auto baddbmm_backward(const Tensor& self, Scalar beta, Scalar alpha) {
  return added_product(
      self, beta, alpha, [](const Tensor& g, const Tensor& b) { return bmm(g, b.mT()); },
      [](const Tensor& g, const Tensor& a) { return bmm(a.mT(), g); });
}
auto addbmm_backward(const Tensor& self, const Tensor& a, Scalar beta, Scalar alpha) {
  auto over = [n = a.size(0)](const Tensor& g) { return expand(g, {n, g.size(0), g.size(1)}); };
  return added_product(
      self, beta, alpha, [over](const Tensor& g, const Tensor& b) { return bmm(over(g), b.mT()); },
      [over](const Tensor& g, const Tensor& batch1) { return bmm(batch1.mT(), over(g)); });
}
auto addmv_backward(const Tensor& self, Scalar beta, Scalar alpha) {
  return added_product(
      self, beta, alpha, [](const Tensor& g, const Tensor& vec) { return outer(g, vec); },
      [](const Tensor& g, const Tensor& mat) { return mv(t(mat), g); });
}
auto addr_backward(const Tensor& self, Scalar beta, Scalar alpha) {
  return added_product(
      self, beta, alpha, [](const Tensor& g, const Tensor& vec2) { return mv(g, vec2); },
      [](const Tensor& g, const Tensor& vec1) { return mv(t(g), vec1); });
}

Tensor baddbmm_value(std::string_view op, const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta,
                     Scalar alpha) {
  check_batches(op, a, b);
  check_defined(self, op);
  if ((a.dtype() == float16 || a.dtype() == bfloat16) && self.dtype() == a.dtype()) {
    // Rounded once, after self is added.
    NoGradGuard quiet;
    Tensor product = matmul(to(a, float32), to(b, float32));
    return to(combined(op, to(self, float32), product, beta, alpha), a.dtype());
  }
  return combined(op, self, quiet_matmul(a, b), beta, alpha);
}
Tensor addbmm_value(std::string_view op, const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta,
                    Scalar alpha) {
  check_batches(op, a, b);
  check_defined(self, op);
  // One chain over batch and k: (n, b k) x (b k, m).
  NoGradGuard quiet;
  Tensor left = reshape(permute(a, {1, 0, 2}), {a.size(1), a.size(0) * a.size(2)});
  Tensor right = reshape(b, {b.size(0) * b.size(1), b.size(2)});
  return combined(op, self, mm(left, right), beta, alpha);
}
Tensor addmv_value(std::string_view op, const Tensor& self, const Tensor& mat, const Tensor& vec, Scalar beta,
                   Scalar alpha) {
  check_defined(self, op);
  NoGradGuard quiet;
  return combined(op, self, mv(mat, vec), beta, alpha);
}
Tensor addr_value(std::string_view op, const Tensor& self, const Tensor& vec1, const Tensor& vec2,
                  Scalar beta, Scalar alpha) {
  check_defined(self, op);
  check_defined(vec1, vec2, op);
  if (vec1.dim() != 1 || vec2.dim() != 1)
    raise<ShapeError>({"[", op, "] expected 1-D vectors, got ", vec1.dim(), "-D and ", vec2.dim(), "-D"});
  NoGradGuard quiet;
  Tensor product = outer(vec1, vec2);
  const Operand operands[] = {self, product};
  Dtype dtype = result_type(operands);
  if (dtype == bool_) {
    Tensor other = beta.to<bool>() ? expand(self, product.sizes()) : zeros(product.sizes(), {.dtype = bool_});
    return alpha.to<bool>() ? logical_or(other, product) : clone(other);
  }
  return combined(op, to(self, dtype), to(product, dtype), beta, alpha);
}

} // namespace

Tensor bmm(const Tensor& self, const Tensor& mat2) {
  check_batches("bmm", self, mat2);
  return record(quiet_matmul(self, mat2), "BmmBackward0", {&self, &mat2},
                {{self, needs_grad(mat2)}, {mat2, needs_grad(self)}}, [](Backward& b) {
                  if (!b.grad().defined()) return;
                  if (b.needs(0)) b.set(0, bmm(b.grad(), b.saved(1).mT()));
                  if (b.needs(1)) b.set(1, bmm(b.saved(0).mT(), b.grad()));
                });
}

#define TALWEG_ADDED_PRODUCT(NAME, NODE, BACKWARD)                                                         \
  Tensor NAME(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {           \
    Tensor out = NAME##_value(#NAME, self, a, b, beta, alpha);                                             \
    return record(std::move(out), NODE, {&self, &a, &b}, {{a, needs_grad(b)}, {b, needs_grad(a)}},         \
                  BACKWARD);                                                                               \
  }                                                                                                        \
  const Tensor& NAME##_(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) { \
    Tensor out = NAME##_value(#NAME "_", self, a, b, beta, alpha);                                         \
    check_in_place(#NAME "_", self, out);                                                                  \
    return write_result(self, out, #NAME "_", NODE, {&self, &a, &b},                                       \
                        {{a, needs_grad(b)}, {b, needs_grad(a)}}, BACKWARD);                               \
  }
TALWEG_ADDED_PRODUCT(baddbmm, "BaddbmmBackward0", baddbmm_backward(self, beta, alpha))
TALWEG_ADDED_PRODUCT(addbmm, "AddbmmBackward0", addbmm_backward(self, a, beta, alpha))
TALWEG_ADDED_PRODUCT(addmv, "AddmvBackward0", addmv_backward(self, beta, alpha))
TALWEG_ADDED_PRODUCT(addr, "AddrBackward0", addr_backward(self, beta, alpha))
#undef TALWEG_ADDED_PRODUCT

Tensor outer(const Tensor& self, const Tensor& vec2) {
  check_defined(self, vec2, "outer");
  if (self.dim() != 1 || vec2.dim() != 1)
    raise<ShapeError>({"[outer] outer: Expected 1-D argument self and vec2, but got ", self.dim(), "-D and ",
                       vec2.dim(), "-D"});
  return reshape(self, {self.size(0), 1}) * vec2;
}
Tensor ger(const Tensor& self, const Tensor& vec2) { return outer(self, vec2); }

Tensor inner(const Tensor& self, const Tensor& other) {
  check_defined(self, other, "inner");
  if (self.dim() == 0 || other.dim() == 0) return self * other;
  if (self.size(-1) != other.size(-1))
    raise<ShapeError>({"[inner] inner() the last dimension must match on both input tensors but got shapes ",
                       IntList(self.sizes()), " and ", IntList(other.sizes())});
  if (self.dim() == 1 && other.dim() == 1) return dot(self, other);
  return tensordot(self, other, {-1}, {-1});
}

Tensor vdot(const Tensor& self, const Tensor& other) {
  Tensor out;
  {
    NoGradGuard quiet;
    out = dot(self, other);
  }
  return record(std::move(out), "VdotBackward0", {&self, &other},
                {{self, needs_grad(other)}, {other, needs_grad(self)}}, [](Backward& b) {
                  if (!b.grad().defined()) return;
                  if (b.needs(0)) b.set(0, b.grad() * b.saved(1));
                  if (b.needs(1)) b.set(1, b.grad() * b.saved(0));
                });
}

Tensor linalg_vecdot(const Tensor& x, const Tensor& y, int64_t dim) {
  check_defined(x, y, "linalg.vecdot");
  if (!is_floating_point(x.dtype()) || x.dtype() != y.dtype())
    raise<DtypeError>(
        {"[linalg.vecdot] expected two tensors of one floating dtype, got ", x.dtype(), " and ", y.dtype()});
  if (x.dim() == 1 && y.dim() == 1) {
    wrap_dim(dim, 1, "linalg.vecdot");
    return vdot(x, y);
  }
  return sum(x * y, dim);
}

Tensor tensordot(const Tensor& input, const Tensor& other, IntList dims_self, IntList dims_other) {
  check_defined(input, other, "tensordot");
  if (dims_self.size() != dims_other.size())
    raise<ShapeError>({"[tensordot] both dimension lists should have same length, got ", dims_self.size(),
                       " and ", dims_other.size()});
  same_dtype("tensordot", input, other);
  uint64_t left = dims_self.empty() ? 0 : wrap_dims(dims_self, input.dim(), "tensordot"),
           right = dims_other.empty() ? 0 : wrap_dims(dims_other, other.dim(), "tensordot");
  Tensor a = input, b = other;
  int64_t contracted = 1;
  Dims order_a, order_b, sizes;
  for (size_t i = 0; i < dims_self.size(); ++i) {
    int64_t d = wrap_dim(dims_self[i], input.dim(), "tensordot"),
            e = wrap_dim(dims_other[i], other.dim(), "tensordot");
    int64_t n = a.dim() == 0 ? 1 : a.size(d), m = b.dim() == 0 ? 1 : b.size(e);
    if (n == 1)
      b = b.dim() == 0 ? b : sum(b, e, true, b.dtype());
    else if (m == 1)
      a = sum(a, d, true, a.dtype());
    else if (n != m)
      raise<ShapeError>({"[tensordot] contracted dimensions need to match, but first has size ", n,
                         " in dim ", d, " and second has size ", m, " in dim ", e});
    if (n == m) contracted *= n;
  }
  int64_t rows = 1, columns = 1;
  for (int64_t d = 0; d < a.dim(); ++d)
    if (!(left >> d & 1)) {
      order_a.push_back(d);
      sizes.push_back(a.size(d));
      rows *= a.size(d);
    }
  for (size_t i = 0; i < dims_self.size() && a.dim() > 0; ++i)
    order_a.push_back(wrap_dim(dims_self[i], a.dim(), "tensordot"));
  for (size_t i = 0; i < dims_other.size() && b.dim() > 0; ++i)
    order_b.push_back(wrap_dim(dims_other[i], b.dim(), "tensordot"));
  for (int64_t d = 0; d < b.dim(); ++d)
    if (!(right >> d & 1)) {
      order_b.push_back(d);
      sizes.push_back(b.size(d));
      columns *= b.size(d);
    }
  Tensor out = mm(reshape(permute(a, order_a), {rows, contracted}),
                  reshape(permute(b, order_b), {contracted, columns}));
  return view(out, sizes);
}

Tensor tensordot(const Tensor& input, const Tensor& other, int64_t dims) {
  check_defined(input, other, "tensordot");
  if (dims < 0) raise<ShapeError>({"[tensordot] tensordot expects dims >= 0, but got dims=", dims});
  if (dims > std::min(input.dim(), other.dim()))
    raise<ShapeError>({"[tensordot] tensordot expects dims < ndim_a or ndim_b, but got dims=", dims});
  Dims a, b;
  for (int64_t i = 0; i < dims; ++i) {
    a.push_back(i - dims);
    b.push_back(i);
  }
  return tensordot(input, other, a, b);
}

Tensor kron(const Tensor& self, const Tensor& other) {
  check_defined(self, other, "kron");
  const int64_t rank = std::max(self.dim(), other.dim());
  Dims a, b, sizes;
  for (int64_t d = 0; d < rank; ++d) {
    int64_t n = d < rank - self.dim() ? 1 : self.size(d - (rank - self.dim())),
            m = d < rank - other.dim() ? 1 : other.size(d - (rank - other.dim()));
    a.push_back(n);
    a.push_back(1);
    b.push_back(1);
    b.push_back(m);
    sizes.push_back(n * m);
  }
  return reshape(reshape(self, a) * reshape(other, b), sizes);
}

namespace {

Tensor cross_along(const Tensor& a, const Tensor& b, int64_t d) {
  auto part = [d](const Tensor& t, int64_t i) { return select(t, d, i); };
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < 3; ++i) {
    int64_t j = (i + 1) % 3, k = (i + 2) % 3;
    parts.push_back(part(a, j) * part(b, k) - part(a, k) * part(b, j));
  }
  return stack(parts, d);
}

} // namespace

Tensor linalg_cross(const Tensor& input, const Tensor& other, int64_t dim) {
  check_defined(input, other, "linalg.cross");
  if (input.dim() != other.dim())
    raise<ShapeError>({"[linalg.cross] linalg.cross: inputs must have the same number of dimensions, got ",
                       input.dim(), " and ", other.dim()});
  int64_t d = wrap_dim(dim, input.dim(), "linalg.cross");
  if (input.dim() == 0 || input.size(d) != 3 || other.size(d) != 3)
    raise<ShapeError>({"[linalg.cross] linalg.cross: inputs dimension ", dim, " must have length 3. Got ",
                       input.dim() == 0 ? 1 : input.size(d), " and ", input.dim() == 0 ? 1 : other.size(d)});
  const Operand operands[] = {input, other};
  if (result_type(operands) == bool_) raise<DtypeError>({"[linalg.cross] not implemented for bool"});
  Tensor out;
  {
    NoGradGuard quiet;
    out = cross_along(input, other, d);
  }
  return record(std::move(out), "LinalgCrossBackward0", {&input, &other},
                {{input, needs_grad(other)}, {other, needs_grad(input)}},
                [d, a = Dims(input.sizes()), b = Dims(other.sizes()), ta = input.dtype(),
                 tb = other.dtype()](Backward& w) {
                  if (!w.grad().defined()) return;
                  if (w.needs(0)) w.set(0, sum_to(linalg_cross(w.saved(1), w.grad(), d), a, ta));
                  if (w.needs(1)) w.set(1, sum_to(linalg_cross(w.grad(), w.saved(0), d), b, tb));
                });
}

Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
  check_defined(self, other, "cross");
  if (dim) return linalg_cross(self, other, *dim);
  for (int64_t d = 0; d < self.dim(); ++d)
    if (self.size(d) == 3) return linalg_cross(self, other, d);
  raise<ShapeError>({"[cross] no dimension of size 3 in input of sizes ", IntList(self.sizes())});
}

namespace {

// The cheapest order of products of these sizes: where each stretch is cut.
Tensor chain(const std::vector<Tensor>& list, const std::vector<std::vector<size_t>>& cut, size_t i,
             size_t j) {
  if (i == j) return list[i];
  return mm(chain(list, cut, i, cut[i][j]), chain(list, cut, cut[i][j] + 1, j));
}

Tensor in_cheapest_order(const std::vector<Tensor>& list) {
  const size_t n = list.size();
  std::vector<double> p;
  for (const Tensor& t : list) p.push_back(static_cast<double>(t.size(0)));
  p.push_back(static_cast<double>(list.back().size(1)));
  if (n == 3) {
    double left = p[0] * p[2] * (p[1] + p[3]), right = p[1] * p[3] * (p[0] + p[2]);
    return left < right ? mm(mm(list[0], list[1]), list[2]) : mm(list[0], mm(list[1], list[2]));
  }
  std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0));
  std::vector<std::vector<size_t>> cut(n, std::vector<size_t>(n, 0));
  for (size_t length = 1; length < n; ++length)
    for (size_t i = 0; i + length < n; ++i) {
      size_t j = i + length;
      cost[i][j] = -1;
      for (size_t k = i; k < j; ++k) {
        double c = cost[i][k] + cost[k + 1][j] + p[i] * p[k + 1] * p[j + 1];
        if (cost[i][j] < 0 || c < cost[i][j]) {
          cost[i][j] = c;
          cut[i][j] = k;
        }
      }
    }
  return chain(list, cut, 0, n - 1);
}

} // namespace

Tensor linalg_multi_dot(const std::vector<Tensor>& tensors) {
  const size_t n = tensors.size();
  if (n < 2) raise<ValueError>({"[linalg.multi_dot] expected at least 2 tensors but got ", n});
  std::vector<Tensor> list = tensors;
  for (size_t i = 0; i < n; ++i) {
    check_defined(list[i], "linalg.multi_dot");
    bool end = i == 0 || i + 1 == n;
    if (list[i].dim() != 2 && !(end && list[i].dim() == 1))
      raise<ShapeError>({"[linalg.multi_dot] tensor ", i, " must be ", end ? "1D or 2D" : "2D", " but got ",
                         list[i].dim(), "D"});
  }
  bool row = list.front().dim() == 1, column = list.back().dim() == 1;
  Dims sizes;
  if (!row) sizes.push_back(list.front().size(0));
  if (!column) sizes.push_back(list.back().size(1));
  if (row) list.front() = unsqueeze(list.front(), 0);
  if (column) list.back() = unsqueeze(list.back(), 1);
  for (size_t i = 0; i + 1 < n; ++i) {
    same_dtype("linalg.multi_dot", list[i], list[i + 1]);
    if (list[i].size(1) != list[i + 1].size(0))
      raise<ShapeError>({"[linalg.multi_dot] tensors ", i, " and ", i + 1, " with shapes ",
                         IntList(list[i].sizes()), " and ", IntList(list[i + 1].sizes()),
                         " cannot be multiplied"});
  }
  return view(in_cheapest_order(list), sizes);
}

Tensor chain_matmul(const std::vector<Tensor>& matrices) {
  for (const Tensor& m : matrices) {
    check_defined(m, "chain_matmul");
    if (m.dim() != 2)
      raise<ShapeError>({"[chain_matmul] Tensor dimension is ", m.dim(), ", expected 2 instead"});
  }
  if (matrices.empty()) raise<ValueError>({"[chain_matmul] Expecting at least 1 matrix"});
  return matrices.size() == 1 ? matrices[0] : linalg_multi_dot(matrices);
}

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias) {
  check_defined(input1, input2, "bilinear");
  check_defined(weight, "bilinear");
  if (input1.dim() != input2.dim() || input1.dim() == 0)
    raise<ShapeError>(
        {"[bilinear] bilinear(): input dimensions do not match: got ", input1.dim(), " and ", input2.dim()});
  if (weight.dim() != 3)
    raise<ShapeError>({"[bilinear] weight must have sizes (out, in1, in2), got ", IntList(weight.sizes())});
  Dims sizes(input1.sizes());
  sizes.back() = weight.size(0);
  for (int64_t d = 0; d + 1 < input1.dim(); ++d)
    if (input1.size(d) != input2.size(d))
      raise<ShapeError>({"[bilinear] bilinear(): input batch dimensions do not match at dim ", d, ": got ",
                         input1.size(d), " and ", input2.size(d)});
  if (input1.size(-1) != weight.size(1) || input2.size(-1) != weight.size(2))
    raise<ShapeError>({"[bilinear] bilinear(): input sizes ", input1.size(-1), " and ", input2.size(-1),
                       " do not match weight ", IntList(weight.sizes())});
  const int64_t o = weight.size(0), i = weight.size(1), j = weight.size(2);
  int64_t rows = 1;
  for (int64_t d = 0; d + 1 < input1.dim(); ++d) rows *= input1.size(d);
  Tensor a = reshape(input1, {rows, i, 1}), b = reshape(input2, {rows, j});
  // (rows, o, i) x (rows, i, 1)
  Tensor half = reshape(mm(b, t(reshape(weight, {o * i, j}))), {rows, o, i});
  Tensor out = reshape(bmm(half, a), sizes);
  return bias.defined() ? out + bias : out;
}
Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight) {
  return bilinear(input1, input2, weight, Tensor());
}

namespace {

using Binary = Tensor(const Tensor&, const Tensor&);
using Added = Tensor(const Tensor&, const Tensor&, const Tensor&, Scalar, Scalar);
using AddedInPlace = const Tensor&(const Tensor&, const Tensor&, const Tensor&, Scalar, Scalar);
using OfList = Tensor(const std::vector<Tensor>&);

Tensor tensordot_of_lists(const Tensor& input, const Tensor& other, std::span<const Index> dims) {
  std::vector<int64_t> lists[2];
  if (dims.size() != 2) raise<ValueError>({"[tensordot] expected dims to be a number or two lists"});
  for (size_t i = 0; i < 2; ++i) {
    if (dims[i].kind() == Index::Kind::integer)
      lists[i].push_back(dims[i].integer());
    else if (dims[i].kind() == Index::Kind::tensor)
      lists[i] = dims[i].tensor().reshape(-1).to_vector<int64_t>();
  }
  return tensordot(input, other, lists[0], lists[1]);
}

constinit const Op ops[] = {
    op<Binary, &bmm>("bmm(self, mat2)", {.doc = "products of batches of matrices",
                                         .samples = {"T(2, 3, 4), T(2, 4, 5)", "T(3, 1, 2), T(3, 2, 1)"},
                                         .takes = Takes::numbers}),
    op<Added, &baddbmm>("baddbmm(self, batch1, batch2, *, beta=1, alpha=1)",
                        {.doc = "beta * self + alpha * bmm(batch1, batch2)",
                         .samples = {"T(2, 3, 5), T(2, 3, 4), T(2, 4, 5)",
                                     "T(5), T(2, 3, 4), T(2, 4, 5), beta=0.5, alpha=2.5"},
                         .in_place = boxed<AddedInPlace, &baddbmm_>,
                         .takes = Takes::numbers}),
    op<Added, &addbmm>(
        "addbmm(self, batch1, batch2, *, beta=1, alpha=1)",
        {.doc = "beta * self + alpha * the sum of bmm(batch1, batch2) over the batch",
         .samples = {"T(3, 5), T(2, 3, 4), T(2, 4, 5)", "T(5), T(2, 3, 4), T(2, 4, 5), beta=0.5, alpha=2.5"},
         .in_place = boxed<AddedInPlace, &addbmm_>,
         .takes = Takes::numbers}),
    op<Added, &addmv>("addmv(self, mat, vec, *, beta=1, alpha=1)",
                      {.doc = "beta * self + alpha * mv(mat, vec)",
                       .samples = {"T(3), T(3, 4), T(4)", "T(1), T(3, 4), T(4), beta=0.5, alpha=2.5"},
                       .in_place = boxed<AddedInPlace, &addmv_>,
                       .takes = Takes::numbers}),
    op<Added, &addr>("addr(self, vec1, vec2, *, beta=1, alpha=1)",
                     {.doc = "beta * self + alpha * outer(vec1, vec2)",
                      .samples = {"T(3, 4), T(3), T(4)", "T(4), T(3), T(4), beta=0.5, alpha=2.5"},
                      .in_place = boxed<AddedInPlace, &addr_>}),
    op<Binary, &outer>("outer(self, vec2)",
                       {.doc = "out[i][j] = self[i] * vec2[j]", .samples = {"T(3), T(4)"}}),
    op<Binary, &ger>("ger(self, vec2)", {.doc = "outer", .samples = {"T(3), T(4)"}}),
    op<Binary, &inner>("inner(self, other)",
                       {.doc = "products over the last dimension of both",
                        .samples = {"T(2, 3), T(4, 3)", "T(3), T(3)", "T(2, 3), T(3)", "T(), T(3)"},
                        .takes = Takes::numbers}),
    op<Binary, &vdot>("vdot(self, other)",
                      {.doc = "dot", .samples = {"T(5), T(5)"}, .takes = Takes::numbers}),
    op<Tensor(const Tensor&, const Tensor&, int64_t), &linalg_vecdot>(
        "linalg.vecdot(x, y, *, dim=-1)", {.doc = "dot along a dimension",
                                           .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(2, 1), dim=0"},
                                           .takes = Takes::floats}),
    op<Tensor(const Tensor&, const Tensor&, int64_t), &tensordot>(
        "tensordot(input, other, dims=2)",
        {.doc = "summed over the last dims of input and the first of other",
         .samples = {"T(2, 3, 4), T(3, 4, 5)", "T(2, 3), T(3, 4), dims=1", "T(2), T(3), 0"},
         .takes = Takes::numbers}),
    op<Tensor(const Tensor&, const Tensor&, IntList, IntList), &tensordot>(
        "tensordot(input, other, dims_self, dims_other)",
        {.doc = "summed over the dimensions named",
         .samples = {"T(2, 3, 4), T(4, 2, 5), [0, 2], [1, 0]"},
         .takes = Takes::numbers}),
    op<Tensor(const Tensor&, const Tensor&, std::span<const Index>), &tensordot_of_lists>(
        "tensordot(input, other, dims)", {.doc = "summed over the dimensions in two lists",
                                          .samples = {"T(2, 3, 4), T(4, 2, 5), [[0, 2], [1, 0]]"},
                                          .takes = Takes::numbers,
                                          .undeclared = "two lists in C++"}),
    op<Binary, &kron>("kron(self, other)", {.doc = "each element of self times all of other",
                                            .samples = {"T(2, 3), T(3, 2)", "T(2), T(3, 2)"}}),
    op<Tensor(const Tensor&, const Tensor&, std::optional<int64_t>), &cross>(
        "cross(self, other, dim=None)", {.doc = "the vector product",
                                         .samples = {"T(2, 3), T(2, 3)", "T(3, 2), T(3, 2), 0"},
                                         .takes = Takes::numbers}),
    op<Tensor(const Tensor&, const Tensor&, int64_t), &linalg_cross>(
        "linalg.cross(input, other, *, dim=-1)", {.doc = "the vector product",
                                                  .samples = {"T(2, 3), T(2, 3)", "T(3, 2), T(3, 1), dim=0"},
                                                  .takes = Takes::numbers}),
    op<OfList, &linalg_multi_dot>("linalg.multi_dot(tensors)",
                                  {.doc = "the product of several matrices in the cheapest order",
                                   .samples = {"[T(2, 3), T(3, 4), T(4, 2)]", "[T(3), T(3, 4), T(4)]",
                                               "[T(2, 3), T(3, 4), T(4, 2), T(2, 5)]"},
                                   .takes = Takes::numbers}),
    op<OfList, &chain_matmul>("chain_matmul(*matrices)",
                              {.doc = "the product of several matrices in the cheapest order",
                               .samples = {"T(2, 3), T(3, 4), T(4, 2)"},
                               .takes = Takes::numbers}),
    op<Tensor(const Tensor&, const Tensor&, const Tensor&, const Tensor&), &bilinear>(
        "bilinear(input1, input2, weight, bias=None)",
        {.doc = "input1 . weight . input2 + bias",
         .samples = {"T(2, 3), T(2, 4), T(5, 3, 4), T(5)", "T(3), T(4), T(5, 3, 4)"},
         .takes = Takes::numbers}),
};

} // namespace

extern const Family batch_products_family;
constinit const Family batch_products_family{"batch_products", ops};

} // namespace talweg
