// Products of matrices and vectors.
#include "talweg/ops/products.h"

#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/gemm.h"
#include "kernels/pointwise.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/products.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

// The memory of a tensor read as a matrix.
struct Matrix {
  const Tensor* tensor;
  int64_t rows, columns;
  int64_t row, column; // strides
  Matrix t() const { return {tensor, columns, rows, column, row}; }
};
Matrix matrix(const Tensor& t) {
  const TensorObject* o = object(t);
  return {&t, o->inner_sizes[0], o->inner_sizes[1], o->inner_strides[0], o->inner_strides[1]};
}
Matrix as_column(const Tensor& t) { return {&t, t.numel(), 1, t.dim() == 0 ? 1 : t.stride(0), 1}; }

void multiply(const Matrix& c, const Matrix& a, const Matrix& b, const Matrix* bias) {
  if (!(thread_state.modes & recording)) [[likely]] {
    // What gemm_kernel does, without buffers to tell a recorder about.
    Gemm g{object(*c.tensor)->data,
           object(*a.tensor)->data,
           object(*b.tensor)->data,
           bias ? object(*bias->tensor)->data : nullptr,
           c.rows,
           c.columns,
           a.columns,
           c.row,
           c.column,
           a.row,
           a.column,
           b.row,
           b.column,
           bias ? bias->row : 0,
           bias ? bias->column : 0,
           gemm_is_fused(c.rows, c.columns),
           nullptr};
    if (c.rows != 0 && c.columns != 0) gemm(object(*c.tensor)->dtype, g);
    return;
  }
  const Matrix* operands[] = {&c, &a, &b, bias};
  int64_t geometry[4][4];
  Buffer buffers[4];
  size_t n = bias ? 4 : 3;
  for (size_t i = 0; i < n; ++i) {
    const Matrix& m = *operands[i];
    geometry[i][0] = m.rows;
    geometry[i][1] = m.columns;
    geometry[i][2] = m.row;
    geometry[i][3] = m.column;
    buffers[i] = buffer_of(*m.tensor);
    buffers[i].sizes = geometry[i];
    buffers[i].strides = geometry[i] + 2;
    buffers[i].numel = m.rows * m.columns;
    buffers[i].rank = 2;
    buffers[i].contiguous = false;
  }
  launch(gemm_kernel, std::span<const Buffer>(buffers, n));
}

Tensor multiplied(const Matrix& a, const Matrix& b, const Matrix* bias = nullptr) {
  Tensor out = new_matrix(object(*a.tensor)->dtype, a.rows, b.columns);
  multiply(matrix(out), a, b, bias);
  return out;
}

// a * b, each transposed if asked for: without history where nobody wants one.
Tensor product(const Tensor& a, bool a_transposed, const Tensor& b, bool b_transposed) {
  if (grad_enabled()) return mm(a_transposed ? t(a) : a, b_transposed ? t(b) : b);
  return multiplied(a_transposed ? matrix(a).t() : matrix(a), b_transposed ? matrix(b).t() : matrix(b));
}

// Gradients of a * b. A factor that lies column by column gets a gradient that does, computed as PyTorch
// computes it.
bool is_by_columns(const Tensor& t) {
  const TensorObject* o = object(t);
  return o->inner_strides[0] == 1 && o->inner_strides[1] == o->inner_sizes[0];
}
Tensor grad_of_left(const Tensor& g, const Tensor& b, bool by_columns) {
  return by_columns ? t(product(b, false, g, true)) : product(g, false, b, true);
}
Tensor grad_of_right(const Tensor& g, const Tensor& a, bool by_columns) {
  return by_columns ? t(product(g, true, a, false)) : product(a, true, g, false);
}

std::string text(const Tensor& t) { return to_string(t.sizes()); }
std::string by(const Tensor& t) { return std::to_string(t.size(0)) + "x" + std::to_string(t.size(1)); }

[[noreturn, gnu::cold]] void refuse_shapes(std::string_view op, const std::string& left,
                                           const std::string& right, const char* hint) {
  raise<ShapeError>({"[", op, "] mat1 and mat2 shapes cannot be multiplied (", left, " and ", right,
                     "): the inner sizes differ; ", hint});
}
[[noreturn, gnu::cold]] void refuse_dtypes(std::string_view op, const Tensor& a, const Tensor& b) {
  raise<DtypeError>({"[", op, "] expected m1 and m2 to have the same dtype, but got: ", name(a.dtype()),
                     " != ", name(b.dtype()), "; convert one with to(dtype)"});
}

void check_dtypes(std::string_view op, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype()) refuse_dtypes(op, a, b);
  if (a.dtype() == bool_)
    raise<DtypeError>({"[", op, "] not implemented for bool; convert to an integer or floating dtype first"});
}
void check_matrix(std::string_view op, const Tensor& t, const char* which) {
  if (t.dim() != 2)
    raise<ShapeError>(
        {"[", op, "] ", which, " must be a matrix, got ", t.dim(), "-D tensor of sizes ", text(t)});
}
void check_matrices(std::string_view op, const Tensor& a, const Tensor& b, const char* left) {
  check_matrix(op, a, left);
  check_matrix(op, b, "mat2");
  check_dtypes(op, a, b);
  if (a.size(1) != b.size(0)) refuse_shapes(op, by(a), by(b), "did you mean a.mm(b.t())?");
}

// `t` read as a matrix of these sizes; what must be repeated gets strides of 0.
Matrix expanded(std::string_view op, const Tensor& t, int64_t rows, int64_t columns) {
  const int64_t rank = t.dim();
  Matrix m{&t, rows, columns, 0, 0};
  bool fits = rank <= 2;
  for (int64_t back = 1; fits && back <= rank; ++back) {
    int64_t size = t.size(rank - back), target = back == 1 ? columns : rows;
    fits = size == target || size == 1;
    if (size != 1) (back == 1 ? m.column : m.row) = t.stride(rank - back);
  }
  if (!fits)
    raise<ShapeError>({"[", op, "] The expanded size of the tensor must match the existing size: sizes ",
                       text(t), " can't be broadcast to (", rows, ", ", columns, ")"});
  return m;
}

} // namespace

Tensor mm(const Tensor& self, const Tensor& mat2) {
  check_defined(self, mat2, "mm");
  check_matrices("mm", self, mat2, "self");
  Tensor out = multiplied(matrix(self), matrix(mat2));
  return record(std::move(out), "MmBackward0", {&self, &mat2},
                {{self, needs_grad(mat2)}, {mat2, needs_grad(self)}},
                [left = is_by_columns(self), right = is_by_columns(mat2)](Backward& b) {
                  if (!b.grad().defined()) return;
                  if (b.needs(0)) b.set(0, grad_of_left(b.grad(), b.saved(1), left));
                  if (b.needs(1)) b.set(1, grad_of_right(b.grad(), b.saved(0), right));
                });
}

namespace {

// The derivatives of addmm, from mat1 and mat2 as the node keeps them.
struct AddmmBackward {
  double beta, alpha;
  bool left, right;
  std::vector<int64_t> sizes;
  AddmmBackward(const Tensor& self, const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha)
      : beta(beta.to<double>()),
        alpha(alpha.to<double>()),
        left(is_by_columns(mat1)),
        right(is_by_columns(mat2)),
        sizes(self.sizes().vec()) {}
  void operator()(Backward& b) const {
    if (!b.grad().defined()) return;
    auto scaled = [](const Tensor& t, double factor) { return factor == 1 ? t : mul(t, factor); };
    if (b.needs(0)) b.set(0, sum_to(scaled(b.grad(), beta), sizes, b.grad().dtype()));
    if (b.needs(1)) b.set(1, scaled(grad_of_left(b.grad(), b.saved(1), left), alpha));
    if (b.needs(2)) b.set(2, scaled(grad_of_right(b.grad(), b.saved(0), right), alpha));
  }
};

} // namespace

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha) {
  check_defined(mat1, mat2, "addmm");
  check_defined(self, mat2, "addmm");
  check_matrices("addmm", mat1, mat2, "mat1");
  if (self.dtype() != mat2.dtype())
    raise<DtypeError>({"[addmm] self and mat2 must have the same dtype, but got ", name(self.dtype()),
                       " and ", name(mat2.dtype())});
  if (is_integral(self.dtype())) {
    beta = beta.to<int64_t>();
    alpha = alpha.to<int64_t>();
  }
  Matrix added = expanded("addmm", self, mat1.size(0), mat2.size(1));
  bool plain = beta == Scalar(1) && alpha == Scalar(1);
  Tensor out = multiplied(matrix(mat1), matrix(mat2), plain ? &added : nullptr);
  if (!(alpha == Scalar(1))) out = mul(out, alpha);
  if (!plain && !(beta == Scalar(0))) out = add(out, mul(self.detach(), beta));
  return record(std::move(out), "AddmmBackward0", {&self, &mat1, &mat2},
                {{mat1, needs_grad(mat2)}, {mat2, needs_grad(mat1)}},
                AddmmBackward(self, mat1, mat2, beta, alpha));
}

const Tensor& addmm_(const Tensor& self, const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha) {
  Tensor out;
  {
    NoGradGuard quiet;
    out = addmm(self, mat1, mat2, beta, alpha);
  }
  if (!(out.sizes() == self.sizes()))
    raise<ShapeError>({"[addmm_] Bad in-place call: input tensor size ", text(self),
                       " and output tensor size ", text(out), " should match"});
  const Tensor* others[] = {&mat1, &mat2};
  bool recorded = begin_write(self, "addmm_", others) && is_floating_point(self.dtype());
  OwnedNode node = write_node(recorded, "AddmmBackward0", {&self, &mat1, &mat2},
                              {{mat1, needs_grad(mat2)}, {mat2, needs_grad(mat1)}},
                              AddmmBackward(self, mat1, mat2, beta, alpha));
  launch(copy_kernel, {buffer_of(self), buffer_of(out)});
  end_write(self, std::move(node));
  return self;
}

Tensor mv(const Tensor& self, const Tensor& vec) {
  check_defined(self, vec, "mv");
  if (self.dim() != 2 || vec.dim() != 1)
    raise<ShapeError>({"[mv] vector + matrix @ vector expected, got a matrix of ", self.dim(),
                       " and a vector of ", vec.dim(), " dimensions"});
  check_dtypes("mv", self, vec);
  if (self.size(1) != vec.size(0))
    raise<ShapeError>({"[mv] size mismatch, got input (", self.size(0), "), mat (", by(self), "), vec (",
                       vec.size(0), ")"});
  const int64_t sizes[] = {self.size(0)};
  Tensor out = new_tensor(self.dtype(), sizes);
  multiply(as_column(out), matrix(self), as_column(vec), nullptr);
  return record(std::move(out), "MvBackward0", {&self, &vec},
                {{self, needs_grad(vec)}, {vec, needs_grad(self)}}, [](Backward& b) {
                  if (!b.grad().defined()) return;
                  if (b.needs(0)) b.set(0, unsqueeze(b.grad(), 1) * b.saved(1));
                  if (b.needs(1)) b.set(1, mv(t(b.saved(0)), b.grad()));
                });
}

Tensor dot(const Tensor& self, const Tensor& tensor) {
  check_defined(self, tensor, "dot");
  if (self.dim() != 1 || tensor.dim() != 1)
    raise<ShapeError>(
        {"[dot] 1D tensors expected, but got ", self.dim(), "D and ", tensor.dim(), "D tensors"});
  if (self.dtype() != tensor.dtype())
    raise<DtypeError>({"[dot] expected both vectors to have same dtype, but found ", name(self.dtype()),
                       " and ", name(tensor.dtype())});
  check_dtypes("dot", self, tensor);
  if (self.numel() != tensor.numel())
    raise<ShapeError>({"[dot] inconsistent tensor size, expected tensor [", self.numel(), "] and src [",
                       tensor.numel(), "] to have the same number of elements, but got ", self.numel(),
                       " and ", tensor.numel(), " elements respectively"});
  Tensor out = new_tensor(self.dtype(), {});
  multiply(as_column(out), as_column(self).t(), as_column(tensor), nullptr);
  return record(std::move(out), "DotBackward0", {&self, &tensor},
                {{self, needs_grad(tensor)}, {tensor, needs_grad(self)}}, [](Backward& b) {
                  if (!b.grad().defined()) return;
                  if (b.needs(0)) b.set(0, b.grad() * b.saved(1));
                  if (b.needs(1)) b.set(1, b.grad() * b.saved(0));
                });
}

namespace {

// A fresh product under other sizes. Nothing else sees its memory, so it counts as no view.
Tensor unsafe_view(const Tensor& t, const Dims& sizes, const char* label = "UnsafeViewBackward0") {
  Tensor out = new_view(object(t), sizes, Dims::contiguous_strides(sizes), 0);
  return record(std::move(out), label, {&t}, {}, [old = t.sizes().vec()](Backward& b) {
    if (b.grad().defined()) b.set(0, reshape(b.grad(), old));
  });
}

// Both have two dimensions or more; the leading ones broadcast.
Tensor batched(const Tensor& self, const Tensor& other) {
  check_dtypes("matmul", self, other);
  const int64_t m = self.size(-2), k = self.size(-1), n = other.size(-1);
  if (other.size(-2) != k) refuse_shapes("matmul", text(self), text(other), "did you mean a.matmul(b.mT())?");
  auto leading = [](const Tensor& t) {
    return std::span<const int64_t>(t.sizes()).first(t.sizes().size() - 2);
  };
  Dims batch = broadcast_sizes(leading(self), leading(other), "matmul");
  Dims sizes = batch, left = batch, right = batch;
  for (int64_t s : {m, n}) sizes.push_back(s);
  for (int64_t s : {m, k}) left.push_back(s);
  for (int64_t s : {k, n}) right.push_back(s);
  Tensor out = new_tensor(self.dtype(), sizes);
  Dims left_strides = broadcast_strides(self.sizes(), self.strides(), left),
       right_strides = broadcast_strides(other.sizes(), other.strides(), right);
  launch(gemm_kernel, {buffer_of(out), buffer_as(self, left, left_strides, numel_of(left)),
                       buffer_as(other, right, right_strides, numel_of(right))});
  return record(std::move(out), "BmmBackward0", {&self, &other},
                {{self, needs_grad(other)}, {other, needs_grad(self)}},
                [a = self.sizes().vec(), c = other.sizes().vec()](Backward& b) {
                  if (!b.grad().defined()) return;
                  Dtype dtype = b.grad().dtype();
                  if (b.needs(0)) b.set(0, sum_to(batched(b.grad(), b.saved(1).mT()), a, dtype));
                  if (b.needs(1)) b.set(1, sum_to(batched(b.saved(0).mT(), b.grad()), c, dtype));
                });
}

// The rows of all matrices of `self` in one, times a matrix or a vector.
Tensor folded(const Tensor& self, const Tensor& other) {
  const int64_t k = self.size(-1);
  if (k != other.size(0)) refuse_shapes("matmul", text(self), text(other), "did you mean b.t()?");
  Dims sizes(self.sizes());
  sizes.erase(sizes.size() - 1);
  const int64_t rows[] = {numel_of(sizes), k};
  Tensor flat = reshape(self, IntList(rows, 2));
  if (other.dim() == 1) return unsafe_view(mv(flat, other), sizes);
  sizes.push_back(other.size(1));
  return unsafe_view(mm(flat, other), sizes);
}

} // namespace

Tensor matmul(const Tensor& self, const Tensor& other) {
  check_defined(self, other, "matmul");
  const int64_t left = self.dim(), right = other.dim();
  if (left == 0 || right == 0)
    raise<ShapeError>({"[matmul] both arguments to matmul need to be at least 1D, but they are ", left,
                       "D and ", right, "D; use mul"});
  if (left == 1 && right == 1) return dot(self, other);
  if (left == 2 && right == 1) return mv(self, other);
  if (left == 1 && right == 2) {
    Tensor row = mm(unsqueeze(self, 0), other);
    return unsafe_view(row, Dims(1, row.size(1)), "SqueezeBackward4");
  }
  if (left == 2 && right == 2) return mm(self, other);
  if (right <= 2) return folded(self, other);
  if (left == 1) return folded(other.mT(), self);
  if (left == 2) return contiguous(folded(other.mT(), t(self)).mT());
  Tensor product = batched(self, other);
  return product.requires_grad() ? unsafe_view(product, Dims(product.sizes())) : product;
}

namespace {

// The derivatives of linear on rows, without and with a bias.
struct LinearBackward {
  void operator()(Backward& b) const {
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, product(b.grad(), false, b.saved(1), false));
    if (b.needs(1)) b.set(1, product(b.grad(), true, b.saved(0), false));
  }
};
struct BiasedLinearBackward {
  int64_t rank, sizes[2]; // of the bias
  explicit BiasedLinearBackward(const Tensor& bias) : rank(bias.dim()), sizes{} {
    for (int64_t d = 0; d < rank; ++d) sizes[d] = object(bias)->sizes()[d];
  }
  void operator()(Backward& b) const {
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, sum_to(b.grad(), IntList(sizes, static_cast<size_t>(rank)), b.grad().dtype()));
    if (b.needs(1)) b.set(1, product(b.grad(), false, b.saved(1), false));
    if (b.needs(2)) b.set(2, product(b.grad(), true, b.saved(0), false));
  }
};

// The path of a layer: no transposed view is made, and the node leads straight to the weight.
Tensor linear_of_rows(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  check_matrix("linear", weight, "mat2");
  check_dtypes("linear", input, weight);
  const TensorObject *x = object(input), *w = object(weight);
  if (x->inner_sizes[1] != w->inner_sizes[1])
    refuse_shapes("linear", by(input), std::to_string(weight.size(1)) + "x" + std::to_string(weight.size(0)),
                  "the input's last size must be the weight's");
  if (!bias.defined()) {
    Tensor out = multiplied(matrix(input), matrix(weight).t());
    return record(std::move(out), "MmBackward0", {&input, &weight},
                  {{input, needs_grad(weight)}, {weight, needs_grad(input)}}, LinearBackward());
  }
  if (bias.dtype() != input.dtype())
    raise<DtypeError>({"[linear] self and mat2 must have the same dtype, but got ", name(bias.dtype()),
                       " and ", name(weight.dtype())});
  Matrix added = expanded("linear", bias, x->inner_sizes[0], w->inner_sizes[0]);
  Tensor out = multiplied(matrix(input), matrix(weight).t(), &added);
  return record(std::move(out), "AddmmBackward0", {&bias, &input, &weight},
                {{input, needs_grad(weight)}, {weight, needs_grad(input)}}, BiasedLinearBackward(bias));
}

} // namespace

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  check_defined(input, weight, "linear");
  const int64_t rank = input.dim();
  if (rank == 2 && (weight.dim() == 2 || bias.defined())) [[likely]]
    return linear_of_rows(input, weight, bias);
  if (rank == 0)
    raise<ShapeError>({"[linear] both arguments to linear need to be at least 1D, but they are 0D and ",
                       weight.dim(), "D"});
  if (!bias.defined()) return matmul(input, t(weight));
  if (!input.is_contiguous()) return add(matmul(input, t(weight)), bias);
  Dims sizes(input.sizes());
  const int64_t rows[] = {sizes.back() == 0
                              ? numel_of(std::span<const int64_t>(sizes).first(sizes.size() - 1))
                              : input.numel() / sizes.back(),
                          sizes.back()};
  Tensor out = linear_of_rows(view(input, IntList(rows, 2)), weight, bias);
  sizes.back() = out.size(1);
  return view(out, sizes);
}
Tensor linear(const Tensor& input, const Tensor& weight) { return linear(input, weight, Tensor()); }

int transposed_input(const Node* node) {
  if (node->type == &FunctionNode<LinearBackward>::node_type) return 1;
  return node->type == &FunctionNode<BiasedLinearBackward>::node_type ? 2 : -1;
}

namespace {

using Binary = Tensor(const Tensor&, const Tensor&);
using Ternary = Tensor(const Tensor&, const Tensor&, const Tensor&);

constinit const Op ops[] = {
    op<Binary, &mm>("mm(self, mat2)", {.doc = "the product of two matrices",
                                       .samples = {"T(2, 3), T(3, 4)", "T(1, 5), T(5, 1)",
                                                   "T(17, 20), T(20, 33)", "T(2, 0), T(0, 3)"},
                                       .takes = Takes::numbers}),
    op<Binary, &mv>("mv(self, vec)", {.doc = "a matrix times a vector",
                                      .samples = {"T(2, 3), T(3)", "T(33, 20), T(20)"},
                                      .takes = Takes::numbers}),
    op<Binary, &dot>("dot(self, tensor)", {.doc = "the product of two vectors",
                                           .samples = {"T(5), T(5)", "T(0), T(0)"},
                                           .takes = Takes::numbers}),
    op<Binary, &matmul>("matmul(self, other)",
                        {.doc = "the product of vectors, matrices and batches of them",
                         .samples = {"T(3), T(3)", "T(2, 3), T(3)", "T(3), T(3, 2)", "T(2, 3), T(3, 4)",
                                     "T(2, 2, 3), T(3, 4)", "T(2, 1, 2, 3), T(2, 3, 4)", "T(3), T(2, 3, 4)",
                                     "T(2, 3), T(2, 3, 4)"},
                         .takes = Takes::numbers}),
    op<Tensor(const Tensor&, const Tensor&, const Tensor&, Scalar, Scalar), &addmm>(
        "addmm(self, mat1, mat2, *, beta=1, alpha=1)",
        {.doc = "beta * self + alpha * (mat1 @ mat2)",
         .samples = {"T(2, 4), T(2, 3), T(3, 4)", "T(4), T(2, 3), T(3, 4), beta=0.5, alpha=2.5",
                     "T(2, 1), T(2, 3), T(3, 4), beta=0"},
         .in_place =
             boxed<const Tensor&(const Tensor&, const Tensor&, const Tensor&, Scalar, Scalar), &addmm_>,
         .takes = Takes::numbers}),
    op<Ternary, &linear>("linear(input, weight, bias=None)",
                         {.doc = "input @ weight.t() + bias",
                          .samples = {"T(2, 3), T(4, 3), T(4)", "T(2, 3), T(4, 3)", "T(3), T(4, 3), T(4)",
                                      "T(2, 2, 3), T(4, 3), T(4)", "T(2, 2, 3), T(4, 3)", "T(4, 1), T(1, 1)",
                                      "T(32, 16), T(16, 16), T(16)"},
                          .takes = Takes::numbers}),
};

} // namespace

extern const Family products_family;
constinit const Family products_family{"products", ops};

} // namespace talweg
