// Sums, means, products and variances.
#include "talweg/ops/reduce.h"

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
  float divisor;  // 0 for a sum
  uint8_t rank;
  Dtype dtype;    // of the input
  int64_t numel;
  int64_t sizes[inline_rank];

  static const NodeType node_type;
  TotalNode(const char* label, const Edge& edge, const TensorObject* in, bool mean)
      : Node(&node_type, std::span<const Edge>(&edge, 1), 1),
        label(label), divisor(mean ? static_cast<float>(in->numel) : 0), rank(in->rank), dtype(in->dtype), numel(in->numel) {
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
    if (o->has(lane_flag) && thread_state.modes == grad_off && dtype == float32 && o->dtype == float32 && numel * 4 <= 64) {
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
  if (!x || !x->has(lane_flag) || x->dtype != float32 || x->numel == 0 || (thread_state.modes & recording)) return nullptr;
  TensorObject* out = new_lane(float32, 0, 1);
  float sum = sum_few(static_cast<const float*>(x->data), x->numel);
  if (mean) sum /= static_cast<float>(x->numel);
  std::memset(out->inside, 0, sizeof out->inside);
  std::memcpy(out->inside, &sum, sizeof sum);
  if ((x->flags & (requires_grad_flag | view_flag)) && grad_enabled() && requires_grad(x)) {
    out->grad_fn = make_node<TotalNode>(mean ? "MeanBackward0" : "SumBackward0", gradient_edge(x), x, mean);
    out->flags |= requires_grad_flag;
  }
  return out;
}

// A view without history where no conversion is needed.
Tensor as_dtype(const Tensor& self, Dtype dtype) {
  NoGradGuard quiet;
  return to(self, dtype);
}

Tensor sum_of(const Tensor& self, const Reduction& r, Dtype dtype, bool mean) {
  // Short floats are added as float32 and rounded once; integers in int64, whose low bits are those of any integer type.
  Dtype inner = is_integral(dtype) ? int64 : dtype == float64 ? float64 : float32;
  Tensor in = is_integral(self.dtype()) && inner == int64 ? self : as_dtype(self, inner);
  Tensor out = new_tensor(inner, r.sizes);
  Dims strides = r.result_strides(in.sizes());
  launch(sum_kernel, {buffer_as(out, in.sizes(), strides, in.numel()), buffer_of(in)}, SumCall{static_cast<double>(r.count), mean});
  return as_dtype(out, dtype);
}

Tensor with_sum_history(Tensor out, const Tensor& self, const Reduction& r, const char* label, bool mean) {
  return record(std::move(out), label, {&self}, {}, [dims = InputDims(self, r), dtype = self.dtype(), count = r.count, mean](Backward& b) {
    if (!b.grad().defined()) return;
    Tensor g = to(b.grad(), dtype);
    b.set(0, dims.spread(mean ? g / Scalar(count) : g));
  });
}

Tensor total(const Tensor& self, std::optional<Dtype> dtype, bool mean, std::string_view op);

Dtype mean_dtype(const Tensor& self, std::optional<Dtype> dtype) {
  if (dtype.value_or(self.dtype()) < float16)
    throw DtypeError("[mean] mean(): could not infer output dtype. " + std::string(dtype ? "Optional" : "Input") +
                     " dtype must be either a floating point or complex dtype. Got: " + std::string(scalar_type_name(dtype.value_or(self.dtype()))));
  return dtype.value_or(self.dtype());
}
Dtype sum_dtype(const Tensor& self, std::optional<Dtype> dtype) { return dtype.value_or(is_integral(self.dtype()) ? int64 : self.dtype()); }

Tensor total(const Tensor& self, std::optional<Dtype> dtype, bool mean, std::string_view op) {
  Reduction r(self, {}, false, op);
  Dtype result = mean ? mean_dtype(self, dtype) : sum_dtype(self, dtype);
  return with_sum_history(sum_of(self, r, result, mean), self, r, mean ? "MeanBackward0" : "SumBackward0", mean);
}

}  // namespace

Tensor sum(const Tensor& self, std::optional<Dtype> dtype) {
  if (!dtype)
    if (TensorObject* out = small_total(self, false)) [[likely]] return adopt(out);
  return total(self, dtype, false, "sum");
}
Tensor sum(const Tensor& self, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  Reduction r(self, dim, keepdim, "sum");
  return with_sum_history(sum_of(self, r, sum_dtype(self, dtype), false), self, r, "SumBackward1", false);
}
Tensor mean(const Tensor& self, std::optional<Dtype> dtype) {
  if (!dtype)
    if (TensorObject* out = small_total(self, true)) [[likely]] return adopt(out);
  return total(self, dtype, true, "mean");
}
Tensor mean(const Tensor& self, IntList dim, bool keepdim, std::optional<Dtype> dtype) {
  Reduction r(self, dim, keepdim, "mean");
  return with_sum_history(sum_of(self, r, mean_dtype(self, dtype), true), self, r, "MeanBackward1", true);
}

namespace {

using Total = Tensor(const Tensor&, std::optional<Dtype>);
using Along = Tensor(const Tensor&, IntList, bool, std::optional<Dtype>);

constinit const Op ops[] = {
    op<Total, &sum>("sum(self, *, dtype=None)",
        {.doc = "sum of all elements", .samples = {"T(2, 3)", "T()", "T(33)", "T(5), dtype=torch.float64", "T(0, 3)"}, .derivative = Derivative::linear}),
    op<Along, &sum>("sum(self, dim=None, keepdim=False, *, dtype=None)",
        {.doc = "sum over dim", .samples = {"T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T(2, 3, 4), 1", "T(4, 33), -1", "T(), 0"},
         .derivative = Derivative::linear}),
    op<Total, &mean>("mean(self, *, dtype=None)",
        {.doc = "mean of all elements", .samples = {"T(2, 3)", "T()", "T(33)", "T(5), dtype=torch.float64"}, .derivative = Derivative::linear}),
    op<Along, &mean>("mean(self, dim=None, keepdim=False, *, dtype=None)",
        {.doc = "mean over dim", .samples = {"T(2, 3), 0", "T(2, 3), 1, True", "T(2, 3, 4), [0, 2]", "T(4, 33), -1", "T(), 0"},
         .derivative = Derivative::linear}),
};

}  // namespace

extern const Family reduce_family;
constinit const Family reduce_family{"reduce", ops};

}  // namespace talweg
