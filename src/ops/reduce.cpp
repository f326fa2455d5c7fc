// Sums, means, products and variances.
#include "talweg/ops/reduce.h"

#include <limits>

#include "core/raise.h"
#include "kernels/reduce.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

// The history of a sum or mean of everything: small enough for one block, without lists.
struct TotalNode : Node {
  const char* label;
  float divisor; // 0 for a sum
  uint8_t rank;
  Dtype dtype; // of the input
  int64_t numel;
  int64_t sizes[inline_rank];

  static const NodeType node_type;
  TotalNode(const char* label, const Edge& edge, const TensorObject* in, bool mean)
      : Node(&node_type, std::span<const Edge>(&edge, 1), 1),
        label(label),
        divisor(mean ? static_cast<float>(in->numel) : 0),
        rank(in->rank),
        dtype(in->dtype),
        numel(in->numel) {
    std::memcpy(sizes, in->inner_sizes, sizeof sizes);
  }
  static void apply(Node* node, Backward& b) { static_cast<TotalNode*>(node)->back(b); }
  static void release(Node*) noexcept {}
  static void destroy(Node* node) noexcept { static_cast<TotalNode*>(node)->~TotalNode(); }
  static std::string_view name(const Node* node) { return static_cast<const TotalNode*>(node)->label; }

  void back(Backward& b) const {
    const Tensor& g = b.grad();
    if (!g.defined()) return;
    TensorObject* o = object(g);
    if (o->has(lane_flag) && thread_state.modes == grad_off && dtype == float32 && o->dtype == float32 &&
        numel * 4 <= 64) {
      float value = *static_cast<const float*>(o->data);
      if (divisor != 0) value /= divisor;
      TensorObject* out = new_lane(float32, rank, numel);
      std::memcpy(out->inner_sizes, sizes, sizeof sizes);
      int64_t stride = 1;
      for (int d = rank; d-- > 0;) {
        out->inner_strides[d] = stride;
        stride *= sizes[d];
      }
      auto* elements = reinterpret_cast<float*>(out->inside);
      for (int i = 0; i < 16; ++i) elements[i] = value;
      b.set(0, adopt(out));
      return;
    }
    Tensor shared = to(g, dtype);
    if (divisor != 0) shared = shared / Scalar(numel);
    b.set(0, expand(shared, IntList(sizes, rank)));
  }
};
static_assert(sizeof(TotalNode) <= object_bytes);
const NodeType TotalNode::node_type{&apply, &release, &destroy, &name, sizeof(TotalNode)};

// A sum or mean of at most 16 floats that lie side by side. Null if it isn't one.
inline TensorObject* small_total(const Tensor& self, bool mean) {
  TensorObject* x = object(self);
  if (!x || !x->has(lane_flag) || x->dtype != float32 || x->numel == 0 || (thread_state.modes & ~no_history))
    return nullptr;
  TensorObject* out = new_lane(float32, 0, 1);
  float sum = sum_few(static_cast<const float*>(x->data), x->numel);
  if (mean) sum /= static_cast<float>(x->numel);
  std::memset(out->inside, 0, sizeof out->inside);
  std::memcpy(out->inside, &sum, sizeof sum);
  if ((x->flags & (requires_grad_flag | view_flag)) && grad_enabled() && requires_grad(x)) {
    Edge edge;
    try {
      edge = gradient_edge(x);
      out->grad_fn = make_node<TotalNode>(mean ? "MeanBackward0" : "SumBackward0", edge, x, mean);
    } catch (...) {
      release_edge(edge);
      release(out);
      throw;
    }
    out->set(requires_grad_flag);
  }
  return out;
}

// A view without history where no conversion is needed.
Tensor as_dtype(const Tensor& self, Dtype dtype) {
  NoGradGuard quiet;
  return to(self, dtype);
}

Tensor sum_of(const Tensor& self, const Reduction& r, Dtype dtype, bool mean) {
  // Short floats are added as float32 and rounded once; integers in int64, whose low bits are those of any
  // integer type.
  Dtype inner = is_integral(dtype) ? int64 : dtype == float64 ? float64 : float32;
  Tensor in = is_integral(self.dtype()) && inner == int64 ? self : as_dtype(self, inner);
  return as_dtype(reduced(sum_kernel, in, r, inner, SumCall{static_cast<double>(r.count), mean}), dtype);
}

Tensor with_sum_history(Tensor out, const Tensor& self, const Reduction& r, const char* label, bool mean) {
  return record(std::move(out), label, {&self}, {},
                [dims = InputDims(self, r), dtype = self.dtype(), count = r.count, mean](Backward& b) {
                  if (!b.grad().defined()) return;
                  Tensor g = to(b.grad(), dtype);
                  b.set(0, dims.spread(mean ? g / Scalar(count) : g));
                });
}

Dtype mean_dtype(const Tensor& self, std::optional<Dtype> dtype) {
  if (dtype.value_or(self.dtype()) < float16)
    raise<DtypeError>({"[mean] mean(): could not infer output dtype. ", dtype ? "Optional" : "Input",
                       " dtype must be either a floating point or complex dtype. Got: ",
                       scalar_type_name(dtype.value_or(self.dtype()))});
  return dtype.value_or(self.dtype());
}
Dtype sum_dtype(const Tensor& self, std::optional<Dtype> dtype) {
  return dtype.value_or(is_integral(self.dtype()) ? int64 : self.dtype());
}

Tensor total(const Tensor& self, std::optional<Dtype> dtype, bool mean, std::string_view op) {
  Reduction r(self, {}, false, op);
  Dtype result = mean ? mean_dtype(self, dtype) : sum_dtype(self, dtype);
  return with_sum_history(sum_of(self, r, result, mean), self, r, mean ? "MeanBackward0" : "SumBackward0",
                          mean);
}

} // namespace

Tensor sum(const Tensor& self, std::optional<Dtype> dtype) {
  if (!dtype)
    if (TensorObject* out = small_total(self, false)) [[likely]]
      return adopt(out);
  return total(self, dtype, false, "sum");
}
Tensor sum(const Tensor& self, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  Reduction r(self, dim, keepdim, "sum");
  return with_sum_history(sum_of(self, r, sum_dtype(self, dtype), false), self, r, "SumBackward1", false);
}
Tensor mean(const Tensor& self, std::optional<Dtype> dtype) {
  if (!dtype)
    if (TensorObject* out = small_total(self, true)) [[likely]]
      return adopt(out);
  return total(self, dtype, true, "mean");
}
Tensor mean(const Tensor& self, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  Reduction r(self, dim, keepdim, "mean");
  return with_sum_history(sum_of(self, r, mean_dtype(self, dtype), true), self, r, "MeanBackward1", true);
}

namespace {

// For each element along the last dimension the product of all others, without dividing: neighbours are
// paired, pairs have the product of all other pairs, and each of the two takes its partner on top.
Tensor products_of_others(const Tensor& x) {
  int64_t n = x.size(-1);
  if (n == 1) return ones_like(x);
  Tensor even = x;
  if (n % 2 != 0) {
    Dims one(x.sizes());
    one.back() = 1;
    even = cat({x, ones(one, {.dtype = x.dtype()})}, -1);
  }
  Tensor a = slice(even, -1, 0, INT64_MAX, 2), b = slice(even, -1, 1, INT64_MAX, 2);
  Tensor rest = products_of_others(a * b);
  return narrow(flatten(stack({b * rest, a * rest}, -1), -2), -1, 0, n);
}

Tensor prod_backward(const Tensor& g, const Tensor& self, const InputDims& dims, bool everything,
                     int64_t dim) {
  if (self.numel() == 0) return zeros_like(self);
  if (self.dim() == 0) return g;
  if (everything) return g * view(products_of_others(reshape(self, {-1})), self.sizes());
  return dims.aligned(g) * transpose(products_of_others(transpose(self, dim, -1)), dim, -1);
}

Tensor prod_of(const Tensor& self, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  Reduction r(self, dim, keepdim, "prod");
  Dtype result = sum_dtype(self, dtype);
  Dtype inner = is_integral(result) ? int64 : result == float64 ? float64 : float32;
  Tensor out = as_dtype(reduced(prod_kernel, as_dtype(self, inner), r, inner), result);
  bool everything = dim.empty();
  int64_t d = everything ? 0 : wrap_dim(dim[0], self.dim(), "prod");
  return record(std::move(out), "ProdBackward0", {&self}, {{self}},
                [dims = InputDims(self, r), everything, d, from = self.dtype()](Backward& b) {
                  if (b.grad().defined())
                    b.set(0, to(prod_backward(to(b.grad(), from), b.saved(0), dims, everything, d), from));
                });
}

Tensor var_backward(const Tensor& g, const Tensor& self, const InputDims& dims, double dof) {
  IntList all = self.sizes();
  Dims reduced_dims;
  for (size_t d = 0; d < all.size(); ++d)
    if (dims.mask >> d & 1) reduced_dims.push_back(static_cast<int64_t>(d));
  Tensor centre = self.dim() == 0 ? self : mean(self, reduced_dims, true);
  if (dof <= 0)
    return dims.aligned(g) * where(eq(self, centre), Scalar(std::numeric_limits<double>::quiet_NaN()),
                                   Scalar(std::numeric_limits<double>::infinity()));
  return (Scalar(2.0 / dof) * dims.aligned(g)) * (self - centre);
}

} // namespace

Tensor prod(const Tensor& self, std::optional<Dtype> dtype) { return prod_of(self, {}, false, dtype); }
Tensor prod(const Tensor& self, int64_t dim, bool keepdim, std::optional<Dtype> dtype) {
  return prod_of(self, dim, keepdim, dtype);
}

Tensor var(const Tensor& self) { return var(self, IntList(), 1, false); }
Tensor var(const Tensor& self, IntList dim, Scalar correction, bool keepdim) {
  Reduction r(self, dim, keepdim, "var");
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>(
        {"[var] std and var only support floating point and complex dtypes, got ", name(self.dtype())});
  VarCall call{correction.to<double>()};
  Tensor out;
  if (numel_of(r.sizes) == 1 && self.dtype() >= float32) {
    out = new_tensor(self.dtype(), r.sizes);
    Dims strides(static_cast<size_t>(r.rank));
    Tensor centre;
    {
      NoGradGuard quiet;
      centre = mean(self);
    }
    launch(var_total_kernel,
           {buffer_as(out, self.sizes(), strides, self.numel()), buffer_of(self), buffer_of(centre)}, call);
  } else {
    Dtype inner = self.dtype() == float64 ? float64 : float32;
    out = as_dtype(reduced(var_kernel, as_dtype(self, inner), r, inner, call), self.dtype());
  }
  double dof = static_cast<double>(r.count) - call.correction;
  return record(std::move(out), "VarBackward0", {&self}, {{self}},
                [dims = InputDims(self, r), dof](Backward& b) {
                  if (b.grad().defined()) b.set(0, var_backward(b.grad(), b.saved(0), dims, dof));
                });
}

namespace {

// Standard deviations where they are the result; the quotient has no value at zero, PyTorch takes zero.
Tensor std_backward(const Tensor& g, const Tensor& result, const Tensor& self, const InputDims& dims,
                    double dof) {
  return var_backward(masked_fill(g / (result * 2), eq(result, 0), 0), self, dims, dof);
}

Tensor mean_backward(const Tensor& g, const InputDims& dims, int64_t count) {
  return dims.spread(g / Scalar(count));
}

// Variance (or its root) and mean by Welford's steps.
std::pair<Tensor, Tensor> with_mean(const Tensor& self, IntList dim, Scalar correction, bool keepdim,
                                    bool root, std::string_view op, const char* node) {
  Reduction r(self, dim, keepdim, op);
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>(
        {"[", op, "] ", op, " only support floating point and complex dtypes, got ", name(self.dtype())});
  Dtype inner = self.dtype() == float64 ? float64 : float32;
  Tensor in = as_dtype(self, inner), spread = new_tensor(inner, r.sizes), centre = new_tensor(inner, r.sizes);
  Dims strides = r.result_strides(in.sizes());
  launch(var_kernel,
         {buffer_as(spread, in.sizes(), strides, in.numel()), buffer_of(in),
          buffer_as(centre, in.sizes(), strides, in.numel())},
         VarCall{correction.to<double>()});
  if (root) {
    NoGradGuard quiet;
    spread = sqrt(spread);
  }
  spread = as_dtype(spread, self.dtype());
  centre = as_dtype(centre, self.dtype());
  double dof = static_cast<double>(r.count) - correction.to<double>();
  return record_pair({spread, centre}, node, self, {{self}, result(spread)},
                     [dims = InputDims(self, r), dof, root, count = r.count](Backward& b) {
                       Tensor sum;
                       if (b.grad(0).defined())
                         sum = root ? std_backward(b.grad(0), b.saved(1), b.saved(0), dims, dof)
                                    : var_backward(b.grad(0), b.saved(0), dims, dof);
                       if (b.grad(1).defined()) {
                         Tensor part = mean_backward(b.grad(1), dims, count);
                         sum = sum.defined() ? sum + part : part;
                       }
                       b.set(0, sum);
                     });
}

} // namespace

Tensor std(const Tensor& self) { return std(self, IntList(), 1, false); }
Tensor std(const Tensor& self, IntList dim, Scalar correction, bool keepdim) {
  Reduction r(self, dim, keepdim, "std");
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>(
        {"[std] std and var only support floating point and complex dtypes, got ", name(self.dtype())});
  Tensor out;
  {
    NoGradGuard quiet;
    Dtype inner = self.dtype() == float64 ? float64 : float32;
    out = to(sqrt(var(to(self, inner), dim, correction, keepdim)), self.dtype());
  }
  Tensor kept = out;
  double dof = static_cast<double>(r.count) - correction.to<double>();
  return record(std::move(out), "StdBackward0", {&self}, {{self}, result(kept)},
                [dims = InputDims(self, r), dof](Backward& b) {
                  if (b.grad().defined()) b.set(0, std_backward(b.grad(), b.saved(1), b.saved(0), dims, dof));
                });
}
std::pair<Tensor, Tensor> var_mean(const Tensor& self) { return var_mean(self, IntList(), 1, false); }
std::pair<Tensor, Tensor> var_mean(const Tensor& self, IntList dim, Scalar correction, bool keepdim) {
  return with_mean(self, dim, correction, keepdim, false, "var_mean", "VarMeanBackward0");
}
std::pair<Tensor, Tensor> std_mean(const Tensor& self) { return std_mean(self, IntList(), 1, false); }
std::pair<Tensor, Tensor> std_mean(const Tensor& self, IntList dim, Scalar correction, bool keepdim) {
  return with_mean(self, dim, correction, keepdim, true, "std_mean", "StdMeanBackward0");
}

Tensor logsumexp(const Tensor& self, IntList dim, bool keepdim) {
  Reduction r(self, dim, keepdim, "logsumexp");
  Tensor in = is_integral(self.dtype()) ? to(self, get_default_dtype()) : self;
  Tensor out;
  {
    NoGradGuard quiet;
    if (in.numel() == 0) {
      out = log(sum(exp(in), dim, keepdim));
    } else {
      Tensor largest = amax(in, dim, true);
      Tensor shift =
          masked_fill(largest, eq(abs(largest), Scalar(std::numeric_limits<double>::infinity())), Scalar(0));
      out = log(sum(exp(in - shift), dim, keepdim)) + view(shift, r.sizes);
    }
  }
  Tensor kept = out;
  return record(std::move(out), "LogsumexpBackward0", {&in}, {{in}, result(kept)},
                [dims = InputDims(self, r)](Backward& b) {
                  if (b.grad().defined())
                    b.set(0, dims.aligned(b.grad()) * exp(b.saved(0) - dims.aligned(b.saved(1))));
                });
}

namespace {

Tensor prod_along(const Tensor& self, int64_t dim, bool keepdim, std::optional<Dtype> dtype) {
  return prod(self, dim, keepdim, dtype);
}
// PyTorch's older forms.
Tensor var_unbiased(const Tensor& self, bool unbiased) {
  return var(self, IntList(), Scalar(unbiased ? 1 : 0));
}
Tensor var_along_unbiased(const Tensor& self, IntList dim, bool unbiased, bool keepdim) {
  return var(self, dim, Scalar(unbiased ? 1 : 0), keepdim);
}
Tensor var_along(const Tensor& self, IntList dim, std::optional<Scalar> correction, bool keepdim) {
  return var(self, dim, correction.value_or(1), keepdim);
}

using Total = Tensor(const Tensor&, std::optional<Dtype>);
using Along = Tensor(const Tensor&, IntList, bool, std::optional<Dtype>);

constinit const Op ops[] = {
    op<Total, &sum>("sum(self, *, dtype=None)",
                    {.doc = "sum of all elements",
                     .samples = {"T(2, 3)", "T()", "T(33)", "T(5), dtype=torch.float64", "T(0, 3)"},
                     .derivative = Derivative::linear,
                     .rounds_by_layout = true}),
    op<Along, &sum>("sum(self, dim=None, keepdim=False, *, dtype=None)",
                    {.doc = "sum over dim",
                     .samples = {"T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T(2, 3, 4), 1",
                                 "T(4, 33), -1", "T(), 0"},
                     .derivative = Derivative::linear,
                     .rounds_by_layout = true}),
    op<Total, &mean>("mean(self, *, dtype=None)",
                     {.doc = "mean of all elements",
                      .samples = {"T(2, 3)", "T()", "T(33)", "T(5), dtype=torch.float64"},
                      .derivative = Derivative::linear,
                      .takes = Takes::floats,
                      .rounds_by_layout = true}),
    op<Along, &mean>(
        "mean(self, dim=None, keepdim=False, *, dtype=None)",
        {.doc = "mean over dim",
         .samples = {"T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T(4, 33), -1", "T(), 0"},
         .derivative = Derivative::linear,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<Total, &prod>("prod(self, *, dtype=None)", {.doc = "product of all elements",
                                                   .samples = {"T(2, 3)", "T()", "P(33)", "T(0)"},
                                                   .rounds_by_layout = true}),
    op<Tensor(const Tensor&, int64_t, bool, std::optional<Dtype>), &prod_along>(
        "prod(self, dim, keepdim=False, *, dtype=None)",
        {.doc = "product along dim",
         .samples = {"T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), 1", "P(3, 33), -1", "T(), 0"},
         .rounds_by_layout = true}),
    op<Tensor(const Tensor&, bool), &var_unbiased>(
        "var(self, unbiased)",
        {.doc = "variance of all elements",
         .samples = {"T(2, 3), True", "T(2, 3), False"},
         .takes = Takes::floats,
         .rounds_by_layout = true,
         .undeclared = "a bool in place of dim goes wrong in silence: C++ says correction"}),
    op<Tensor(const Tensor&, IntList, bool, bool), &var_along_unbiased>(
        "var(self, dim, unbiased, keepdim=False)",
        {.doc = "variance over dim",
         .samples = {"T(2, 3), 0, True", "T(2, 3), [0, 1], False, True"},
         .takes = Takes::floats,
         .rounds_by_layout = true,
         .undeclared = "a bool in place of dim goes wrong in silence: C++ says correction"}),
    op<Tensor(const Tensor&, IntList, std::optional<Scalar>, bool), &var_along>(
        "var(self, dim=None, *, correction=1, keepdim=False)",
        {.doc = "variance over dim: sum of squared distances to the mean / (count - correction)",
         .samples = {"T(2, 3)", "T(2, 3), 1", "T(4, 3), [0, 1], correction=0", "T(2, 3, 4), 1, keepdim=True",
                     "T(33), correction=2"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<Tensor(const Tensor&, IntList, bool), &logsumexp>(
        "logsumexp(self, dim, keepdim=False)",
        {.doc = "log(sum(exp(self))) over dim",
         .samples = {"T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T(2, 3), []", "T(4, 33), -1",
                     "T(), 0"},
         .rounds_by_layout = true}),
};

} // namespace

extern const Family reduce_family;
constinit const Family reduce_family{"reduce", ops};

} // namespace talweg
