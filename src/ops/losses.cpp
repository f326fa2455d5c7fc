// Losses of torch.nn.functional.
#include "talweg/ops/losses.h"

#include <cstring>

#include "core/raise.h"
#include "formulas/losses.h"
#include "kernels/losses.h"
#include "kernels/reduce.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/loss_parts.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr Pointwise squared_op{formulas::squared_difference_formula, "mse_loss", "MseLossBackward0",
                               only_floats};
constexpr Pointwise scaled_op{formulas::scaled_difference_formula, "mse_loss_backward",
                              "MseLossBackwardBackward0", only_floats};

bool small_floats(const TensorObject* x, const TensorObject* y) {
  return x && y && x->has(lane_flag) && y->has(lane_flag) && x->dtype == float32 && y->dtype == float32 &&
         x->rank == y->rank && x->numel != 0 &&
         std::memcmp(x->inner_sizes, y->inner_sizes, sizeof x->inner_sizes) == 0 &&
         !((x->flags | y->flags) & wrapped_flag) && !(thread_state.modes & ~grad_off);
}

// The loss of at most 16 numbers.
Tensor small_mse(const TensorObject* x, const TensorObject* y, bool mean) {
  auto* a = static_cast<const float*>(x->data);
  auto* b = static_cast<const float*>(y->data);
  float squares[16];
  for (int i = 0; i < 16; ++i) squares[i] = (a[i] - b[i]) * (a[i] - b[i]);
  float loss = sum_few(squares, x->numel);
  if (mean) loss /= static_cast<float>(x->numel);
  TensorObject* out = new_lane(float32, 0, 1);
  std::memset(out->inside, 0, sizeof out->inside);
  std::memcpy(out->inside, &loss, sizeof loss);
  return adopt(out);
}

Tensor small_mse_backward(const TensorObject* x, const TensorObject* y, float grad, float scale) {
  TensorObject* out = new_lane_like(x, float32);
  auto* a = static_cast<const float*>(x->data);
  auto* b = static_cast<const float*>(y->data);
  auto* to = reinterpret_cast<float*>(out->inside);
  for (int i = 0; i < 16; ++i) to[i] = scale * (a[i] - b[i]) * grad;
  return adopt(out);
}

// Whether the loops over two arrays can take these as they lie.
bool alike(const Tensor& x, const Tensor& y) {
  return x.dtype() == y.dtype() && x.dtype() >= float32 && x.is_contiguous() && y.is_contiguous() &&
         x.sizes() == y.sizes();
}

void mse_backward(Backward& b, double scale) {
  const Tensor& g = b.grad();
  if (!g.defined()) return;
  Tensor x = b.saved(0), y = b.saved(1);
  bool small = thread_state.modes == grad_off && small_floats(object(x), object(y)) && g.dtype() == float32 &&
               g.numel() == 1;
  auto gradient = [&](const Tensor& from, const Tensor& against) {
    if (small)
      return small_mse_backward(object(from), object(against), *static_cast<const float*>(g.data_ptr()),
                                static_cast<float>(scale));
    if (!grad_enabled() && alike(x, y) && g.dtype() == x.dtype() && g.numel() == 1) {
      Tensor out = new_tensor(x.dtype(), x.sizes());
      launch(differences_kernel, {buffer_of(out), buffer_of(from), buffer_of(against), buffer_of(g)},
             DifferencesCall{scale});
      return out;
    }
    return sum_to(pointwise(scaled_op, {from, against, g}, params({scale})), from.sizes(), from.dtype());
  };
  if (b.needs(0)) b.set(0, gradient(x, y));
  if (b.needs(1)) b.set(1, gradient(y, x));
}

} // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, std::string_view reduction) {
  LossReduction r = reduction_of(reduction, "mse_loss");
  if (r == LossReduction::none) return pointwise(squared_op, input, target);
  bool mean = r == LossReduction::mean;
  Tensor loss;
  int64_t count;
  if (small_floats(object(input), object(target))) {
    count = input.numel();
    loss = small_mse(object(input), object(target), mean);
  } else if (input.defined() && target.defined() && alike(input, target)) {
    count = input.numel();
    loss = new_tensor(input.dtype(), {});
    launch(squares_kernel, {buffer_of(loss), buffer_of(input), buffer_of(target)}, SquaresCall{mean});
  } else {
    NoGradGuard quiet;
    Tensor squares = pointwise(squared_op, input, target);
    count = squares.numel();
    loss = mean ? talweg::mean(squares) : sum(squares);
  }
  double scale = mean ? 2.0 / static_cast<double>(count) : 2.0;
  return record(std::move(loss), "MseLossBackward0", {&input, &target}, {{input}, {target}},
                [scale](Backward& b) { mse_backward(b, scale); });
}

namespace {

struct Nll {
  Tensor input, target, weight; // as the kernels want them
  NllCall call;
  Dims loss_sizes;
};

void check_nll(const Tensor& input, const Tensor& target, const Tensor& weight) {
  check_defined(input, "nll_loss");
  check_defined(target, "nll_loss");
  int64_t rank = input.dim();
  if (rank < 1) raise<ValueError>({"[nll_loss] Expected 1 or more dimensions (got 0)"});
  if (rank != 1 && (target.dim() == 0 || input.size(0) != target.size(0)))
    raise<ValueError>({"[nll_loss] Expected input batch_size (", input.size(0),
                       ") to match target batch_size (", target.dim() == 0 ? 0 : target.size(0), ")."});
  if (rank == 1 && target.dim() > 1)
    raise<ShapeError>({"[nll_loss] 0D or 1D target tensor expected, multi-target not supported"});
  if (rank == 1 && target.numel() != 1)
    raise<ValueError>(
        {"[nll_loss] For 1D input, 1D target must have size 1, but got target size: ", target.numel()});
  if (rank == 2 && target.dim() != 1)
    raise<ShapeError>({"[nll_loss] 0D or 1D target tensor expected, multi-target not supported"});
  if (rank > 2) {
    if (rank == 4 && target.dim() != 3)
      raise<ShapeError>(
          {"[nll_loss] only batches of spatial targets supported (3D tensors) but got targets of dimension: ",
           target.dim()});
    Dims wanted(input.sizes());
    wanted.erase(1);
    if (!(target.sizes() == IntList(wanted)))
      raise<ValueError>(
          {"[nll_loss] Expected target size ", IntList(wanted), ", got ", IntList(target.sizes())});
  }
  int64_t classes = input.size(rank == 1 ? 0 : 1);
  if (!is_floating_point(input.dtype()))
    raise<DtypeError>({"[nll_loss] \"nll_loss_out_frame\" not implemented for '",
                       scalar_type_name(input.dtype()), "'; accepted are floating-point tensors"});
  if (target.dtype() != int64 && target.dtype() != uint8)
    raise<DtypeError>(
        {"[nll_loss] expected target dtype to be Long or Byte, but got ", scalar_type_name(target.dtype())});
  if (!weight.defined()) return;
  if (needs_grad(weight))
    raise<AutogradError>({"[nll_loss] the derivative for 'weight' is not implemented; pass weight.detach()"});
  if (weight.dim() != 1 || weight.numel() != classes)
    raise<ShapeError>({"[nll_loss] weight tensor should be defined either for all ", classes,
                       " classes or no classes but got weight tensor of shape: ", IntList(weight.sizes())});
  if (weight.dtype() != input.dtype())
    raise<DtypeError>({"[nll_loss] expected scalar type ", scalar_type_name(input.dtype()),
                       " for the weight but found ", scalar_type_name(weight.dtype())});
}

Nll prepare_nll(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t ignore_index,
                LossReduction reduction) {
  check_nll(input, target, weight);
  NoGradGuard quiet;
  Nll nll;
  int64_t rank = input.dim();
  Dtype inner = input.dtype() == float64 ? float64 : float32;
  nll.input = contiguous(to(input, inner));
  nll.target = contiguous(to(target, int64));
  if (weight.defined()) nll.weight = contiguous(to(weight, inner));
  int64_t samples = rank == 1 ? 1 : input.size(0), classes = input.size(rank == 1 ? 0 : 1), places = 1;
  for (int64_t d = 2; d < rank; ++d) places *= input.size(d);
  nll.call = {samples, classes, places, ignore_index, reduction};
  if (reduction == LossReduction::none) nll.loss_sizes = Dims(target.sizes());
  for (int64_t c : nll.target.span<int64_t>())
    if (c != ignore_index && (c < 0 || c >= classes))
      raise<IndexError>({"[nll_loss] Target ", c, " is out of bounds; classes are 0 to ", classes - 1});
  return nll;
}

// 1 over the sum of weights is left out of what is a sum or nothing.
Tensor nll_backward(const Tensor& grad, const Tensor& target, const Tensor& weight, const Tensor& used,
                    const NllCall& call, IntList sizes, Dtype dtype) {
  if (!grad_enabled()) {
    Dtype inner = dtype == float64 ? float64 : float32;
    Tensor g = contiguous(to(grad, inner)), out = new_tensor(inner, sizes);
    Buffer buffers[] = {buffer_of(out), buffer_of(g), buffer_of(used), buffer_of(target), Buffer()};
    if (weight.defined()) buffers[4] = buffer_of(weight);
    launch(nll_backward_kernel, std::span<const Buffer>(buffers, weight.defined() ? 5 : 4), call);
    return to(out, dtype);
  }
  Tensor classes = view(arange(call.classes), {1, call.classes, 1});
  Tensor places = view(target, {call.samples, 1, call.places});
  Tensor chosen = logical_and(eq(places, classes), ne(places, call.ignore_index));
  Tensor g = call.reduction == LossReduction::none ? reshape(grad, {call.samples, 1, call.places}) : grad;
  if (call.reduction == LossReduction::mean) g = g / to(used, dtype);
  g = weight.defined() ? -g * view(to(weight, dtype), {1, call.classes, 1}) : -g;
  return view(where(chosen, g, Scalar(0)), sizes);
}

} // namespace

Tensor nll_loss(const Tensor& input, const Tensor& target, std::string_view reduction) {
  return nll_loss(input, target, {}, -100, reduction);
}
Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t ignore_index,
                std::string_view reduction) {
  Nll nll = prepare_nll(input, target, weight, ignore_index, reduction_of(reduction, "nll_loss"));
  Tensor loss = new_tensor(nll.input.dtype(), nll.loss_sizes), used = new_tensor(nll.input.dtype(), {});
  Buffer buffers[] = {buffer_of(loss), buffer_of(used), buffer_of(nll.input), buffer_of(nll.target),
                      Buffer()};
  if (weight.defined()) buffers[4] = buffer_of(nll.weight);
  launch(nll_kernel, std::span<const Buffer>(buffers, weight.defined() ? 5 : 4), nll.call);
  {
    NoGradGuard quiet;
    loss = to(loss, input.dtype());
  }
  return record(std::move(loss), input.dim() > 2 ? "NllLoss2DBackward0" : "NllLossBackward0", {&input},
                {{nll.target}, {nll.weight}, {used}},
                [call = nll.call, sizes = input.sizes().vec(), dtype = input.dtype()](Backward& b) {
                  if (!b.grad().defined()) return;
                  Tensor weights =
                      static_cast<SavingNode*>(b.node())->saved[1].kind() == SavedTensor::Kind::none
                          ? Tensor()
                          : b.saved(1);
                  b.set(0, nll_backward(b.grad(), b.saved(0), weights, b.saved(2), call, sizes, dtype));
                });
}

namespace {

Tensor weights_along(const Tensor& weight, const Tensor& input, int64_t class_dim) {
  Dims sizes(static_cast<size_t>(input.dim()), 1);
  sizes[static_cast<size_t>(class_dim)] = weight.numel();
  return view(weight, sizes);
}

// -sum(target * log_softmax(input)) over classes, for targets that are probabilities.
Tensor probability_loss(const Tensor& input, const Tensor& target, const Tensor& weight, LossReduction r,
                        double smoothing) {
  int64_t class_dim = input.dim() == 1 ? 0 : 1;
  int64_t classes = input.size(class_dim);
  if (weight.defined() && (weight.dim() != 1 || weight.numel() != classes))
    raise<ShapeError>({"[cross_entropy] cross_entropy: weight tensor should be defined either for all ",
                       classes,
                       " classes or no classes but got weight tensor of shape: ", IntList(weight.sizes())});
  Tensor terms = log_softmax(input, class_dim, input.dtype());
  terms = terms * (smoothing > 0
                       ? target * Scalar(1 - smoothing) + Scalar(smoothing / static_cast<double>(classes))
                       : target);
  if (weight.defined()) terms = terms * weights_along(weight, input, class_dim);
  if (r == LossReduction::none) return -sum(terms, class_dim);
  Tensor loss = -sum(terms);
  return r == LossReduction::sum
             ? loss
             : loss / Scalar(static_cast<double>(input.numel()) / static_cast<double>(classes));
}

// The sum of the weights of all targets that aren't ignored; without weights, their number.
Tensor counted(const Tensor& target, const Tensor& ignored, const Tensor& weight) {
  NoGradGuard quiet;
  if (!weight.defined()) return sum(logical_not(ignored));
  Tensor known = where(ignored, Scalar(0), reshape(to(target, int64), ignored.sizes()));
  Tensor weights = reshape(index_select(weight, 0, reshape(known, {-1})), ignored.sizes());
  return sum(where(ignored, Scalar(0), weights));
}

// (1 - smoothing) * nll + smoothing / classes * what all classes together lose.
Tensor smoothed_loss(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t ignore_index,
                     std::string_view reduction, double smoothing) {
  LossReduction r = reduction_of(reduction, "cross_entropy");
  int64_t class_dim = input.dim() == 1 ? 0 : 1, classes = input.size(class_dim);
  Tensor logs = log_softmax(input, class_dim, input.dtype());
  Tensor nll = nll_loss(logs, target, weight, ignore_index, reduction);
  Tensor ignored = eq(target, Scalar(ignore_index));
  Tensor all = -sum(weight.defined() ? logs * weights_along(weight, input, class_dim) : logs, class_dim);
  if (ignored.dim() != all.dim()) ignored = reshape(ignored, all.sizes());
  all = where(ignored, Scalar(0), all);
  if (r != LossReduction::none) all = sum(all);
  if (r == LossReduction::mean) all = all / counted(target, ignored, weight);
  return nll * Scalar(1 - smoothing) + all * Scalar(smoothing / static_cast<double>(classes));
}

} // namespace

Tensor cross_entropy(const Tensor& input, const Tensor& target, std::string_view reduction) {
  return cross_entropy(input, target, {}, -100, reduction);
}
Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, int64_t ignore_index,
                     std::string_view reduction, double label_smoothing) {
  check_defined(input, "cross_entropy");
  check_defined(target, "cross_entropy");
  LossReduction r = reduction_of(reduction, "cross_entropy");
  if (input.dim() == 0)
    raise<IndexError>(
        {"[cross_entropy] Dimension specified as 1 but tensor has no dimensions; accepted are inputs of "
         "(classes), (samples, classes) or (samples, classes, ...)"});
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    raise<ValueError>(
        {"[cross_entropy] label_smoothing must be between 0.0 and 1.0. Got: ", label_smoothing});
  if (input.sizes() == target.sizes()) {
    if (!is_floating_point(target.dtype()))
      raise<DtypeError>(
          {"[cross_entropy] Expected floating point type for target with class probabilities, got ",
           scalar_type_name(target.dtype())});
    if (ignore_index >= 0)
      raise<ValueError>({"[cross_entropy] ignore_index is not supported for floating point target"});
    return probability_loss(input, target, weight, r, label_smoothing);
  }
  if (label_smoothing > 0)
    return smoothed_loss(input, target, weight, ignore_index, reduction, label_smoothing);
  return nll_loss(log_softmax(input, input.dim() == 1 ? 0 : 1, input.dtype()), target, weight, ignore_index,
                  reduction);
}

Tensor mse_loss(const Tensor& input, const Tensor& target, std::string_view reduction, const Tensor& weight) {
  if (!weight.defined()) return mse_loss(input, target, reduction);
  if (!(weight.sizes() == input.sizes()))
    raise<ValueError>({"[mse_loss] Weights and input must have the same size."});
  Tensor squares = mse_loss(input, target, "none") * weight;
  LossReduction r = reduction_of(reduction, "mse_loss");
  if (r == LossReduction::none) return squares;
  return r == LossReduction::sum ? sum(squares) : sum(squares) / sum(weight);
}

namespace {

Tensor functional_mse_loss(const Tensor& input, const Tensor& target, std::optional<bool> size_average,
                           std::optional<bool> reduce, std::string_view reduction, const Tensor& weight) {
  return mse_loss(input, target, legacy_reduction(size_average, reduce, reduction), weight);
}
Tensor functional_nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight,
                           std::optional<bool> size_average, int64_t ignore_index, std::optional<bool> reduce,
                           std::string_view reduction) {
  return nll_loss(input, target, weight, ignore_index, legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                                std::optional<bool> size_average, int64_t ignore_index,
                                std::optional<bool> reduce, std::string_view reduction,
                                double label_smoothing) {
  return cross_entropy(input, target, weight, ignore_index, legacy_reduction(size_average, reduce, reduction),
                       label_smoothing);
}

constinit const Op ops[] = {
    op<decltype(functional_mse_loss), &functional_mse_loss>(
        "mse_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None)",
        {.doc = "(input - target)^2, reduced",
         .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(2, 3), reduction='sum'",
                     "T(2, 3), T(2, 3), reduction='none'", "T(5, 7), T(5, 7)", "T(), T()",
                     "T(2, 3), T(2, 3), weight=P(2, 3)"},
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_nll_loss), &functional_nll_loss>(
        "nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, "
        "reduction='mean')",
        {.doc = "-weight[target] * input[target], reduced",
         .samples = {"T(4, 3), I(4; 3)", "T(3), I(; 3)", "T(2, 3, 5), I(2, 5; 3)",
                     "T(4, 3), I(4; 3), reduction='sum'", "T(4, 3), I(4; 3), reduction='none'",
                     "T(4, 3), I(4; 3), C(3)", "T(6, 3), I(6; 3), ignore_index=1"},
         .derivative = Derivative::linear,
         .takes = Takes::floats}),
    op<decltype(functional_cross_entropy), &functional_cross_entropy>(
        "cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, "
        "reduction='mean', label_smoothing=0.0)",
        {.doc =
             "nll_loss(log_softmax(input), target), or -sum(target * log_softmax(input)) for probabilities",
         .samples = {"T(4, 3), I(4; 3)", "T(3), I(; 3)", "T(2, 3, 5), I(2, 5; 3)", "T(4, 3), U(4, 3)",
                     "T(4, 3), I(4; 3), reduction='none'", "T(4, 3), I(4; 3), C(3)",
                     "T(4, 3), I(4; 3), label_smoothing=0.25",
                     "T(4, 3), U(4, 3), P(3), label_smoothing=0.25"},
         .takes = Takes::floats}),
};

} // namespace

extern const Family losses_family;
constinit const Family losses_family{"losses", ops};

} // namespace talweg
