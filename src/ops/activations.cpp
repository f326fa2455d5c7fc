// Activations of torch.nn.functional.
#include "talweg/ops/activations.h"

#include "core/raise.h"
#include "core/shape.h"
#include "formulas/activations.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr Pointwise gelu_op{formulas::gelu_formula, "gelu", "GeluBackward0", only_floats};
constexpr Pointwise gelu_tanh_op{formulas::gelu_tanh_formula, "gelu", "GeluBackward0", only_floats};
constexpr Pointwise silu_op{formulas::silu_formula, "silu", "SiluBackward0", only_floats};
constexpr Pointwise elu_op{formulas::elu_formula, "elu", "EluBackward0", only_floats};
constexpr Pointwise celu_op{formulas::elu_formula, "celu", "CeluBackward0", only_floats};
constexpr Pointwise leaky_relu_op{formulas::leaky_relu_formula, "leaky_relu", "LeakyReluBackward0",
                                  only_floats};
constexpr Pointwise prelu_op{formulas::prelu_formula, "prelu", "PreluKernelBackward0", only_floats};
constexpr Pointwise softplus_op{formulas::softplus_formula, "softplus", "SoftplusBackward0", only_floats};
constexpr Pointwise mish_op{formulas::mish_formula, "mish", "MishBackward0", only_floats};
constexpr Pointwise hardtanh_op{formulas::hardtanh_formula, "hardtanh", "HardtanhBackward0", not_bool};
constexpr Pointwise hardsigmoid_op{formulas::hardsigmoid_formula, "hardsigmoid", "HardsigmoidBackward0",
                                   only_floats};
constexpr Pointwise hardswish_op{formulas::hardswish_formula, "hardswish", "HardswishBackward0", only_floats};
constexpr Pointwise logsigmoid_op{formulas::logsigmoid_formula, "logsigmoid", "LogSigmoidBackward0",
                                  only_floats};
constexpr Pointwise softshrink_op{formulas::softshrink_formula, "softshrink", "SoftshrinkBackward0",
                                  only_floats};
constexpr Pointwise hardshrink_op{formulas::hardshrink_formula, "hardshrink", "HardshrinkBackward0",
                                  only_floats};
constexpr Pointwise threshold_op{formulas::threshold_formula, "threshold", "ThresholdBackward0", not_bool};
constexpr Pointwise rrelu_op{formulas::leaky_relu_formula, "rrelu", "RreluWithNoiseBackward0", only_floats};

Tensor act(const Pointwise& op, const Tensor& input, bool inplace, const Params& p = no_params) {
  if (inplace) return pointwise_(op, input, p);
  return pointwise(op, input, p);
}
Params selu_numbers() {
  constexpr double alpha = 1.6732632423543772848170429916717, scale = 1.0507009873554804934193349852946;
  return params({alpha * scale, scale, 1.0});
}
Params elu_numbers(Scalar alpha) { return params({alpha.to<double>(), 1.0, 1.0}); }
Params celu_numbers(Scalar alpha) {
  double a = alpha.to<double>();
  if (a == 0) raise<ValueError>({"[celu] ZeroDivisionError: alpha cannot be 0 for CELU"});
  return params({a, 1.0, 1 / a});
}
Params limits(const Tensor& input, Scalar low, Scalar high, std::string_view op) {
  check_defined(input, op);
  if (low.to<double>() > high.to<double>())
    raise<ValueError>({"[", op, "] min_val cannot be greater than max_val"});
  if (input.dtype() == uint8 && (low.to<double>() < 0 || high.to<double>() < 0))
    raise<DtypeError>({"[", op, "] cannot do hardtanh on an unsigned type with negative limits"});
  if (is_integral(input.dtype())) return params({low.to<int64_t>(), high.to<int64_t>()});
  return params({low, high});
}
Params threshold_numbers(const Tensor& input, Scalar threshold, Scalar value) {
  check_defined(input, "threshold");
  if (is_integral(input.dtype())) return params({threshold.to<int64_t>(), value.to<int64_t>()});
  return params({threshold, value});
}

} // namespace

Tensor gelu(const Tensor& input, std::string_view approximate) {
  if (approximate == "none") return pointwise(gelu_op, input);
  if (approximate == "tanh") return pointwise(gelu_tanh_op, input);
  raise<ValueError>(
      {"[gelu] approximate argument must be either none or tanh., but got '", approximate, "'"});
}
Tensor silu(const Tensor& input, bool inplace) { return act(silu_op, input, inplace); }
Tensor elu(const Tensor& input, Scalar alpha, bool inplace) {
  return act(elu_op, input, inplace, elu_numbers(alpha));
}
const Tensor& elu_(const Tensor& input, Scalar alpha) {
  return pointwise_(elu_op, input, elu_numbers(alpha));
}
Tensor selu(const Tensor& input, bool inplace) { return act(elu_op, input, inplace, selu_numbers()); }
const Tensor& selu_(const Tensor& input) { return pointwise_(elu_op, input, selu_numbers()); }
Tensor celu(const Tensor& input, Scalar alpha, bool inplace) {
  return act(celu_op, input, inplace, celu_numbers(alpha));
}
const Tensor& celu_(const Tensor& input, Scalar alpha) {
  return pointwise_(celu_op, input, celu_numbers(alpha));
}
Tensor leaky_relu(const Tensor& input, Scalar negative_slope, bool inplace) {
  return act(leaky_relu_op, input, inplace, params({negative_slope}));
}
const Tensor& leaky_relu_(const Tensor& input, Scalar negative_slope) {
  return pointwise_(leaky_relu_op, input, params({negative_slope}));
}
Tensor softplus(const Tensor& input, Scalar beta, Scalar threshold) {
  return pointwise(softplus_op, input, params({beta, threshold}));
}
Tensor mish(const Tensor& input, bool inplace) { return act(mish_op, input, inplace); }
Tensor hardtanh(const Tensor& input, Scalar min_val, Scalar max_val, bool inplace) {
  return act(hardtanh_op, input, inplace, limits(input, min_val, max_val, "hardtanh"));
}
const Tensor& hardtanh_(const Tensor& input, Scalar min_val, Scalar max_val) {
  return pointwise_(hardtanh_op, input, limits(input, min_val, max_val, "hardtanh_"));
}
Tensor relu6(const Tensor& input, bool inplace) {
  return act(hardtanh_op, input, inplace, limits(input, 0, 6, "relu6"));
}
Tensor hardsigmoid(const Tensor& input, bool inplace) { return act(hardsigmoid_op, input, inplace); }
Tensor hardswish(const Tensor& input, bool inplace) { return act(hardswish_op, input, inplace); }
Tensor logsigmoid(const Tensor& input) { return pointwise(logsigmoid_op, input); }

Tensor glu(const Tensor& input, int64_t dim) {
  check_defined(input, "glu");
  if (input.dim() == 0) raise<ShapeError>({"[glu] glu does not support 0-dimensional tensors"});
  dim = wrap_dim(dim, input.dim(), "glu");
  int64_t size = input.size(dim), half = size / 2;
  if (size % 2 != 0)
    raise<ShapeError>({"[glu] Halving dimension must be even, but dimension ", dim, " is size ", size});
  if (!is_floating_point(input.dtype()))
    raise<DtypeError>({"[glu] isn't defined for ", name(input.dtype()), "; accepted are floating dtypes"});
  auto first = [dim, half](const Tensor& x) { return narrow(x, dim, 0, half); };
  auto second = [dim, half](const Tensor& x) { return narrow(x, dim, half, half); };
  Tensor out;
  {
    NoGradGuard quiet;
    out = first(input) * sigmoid(second(input));
  }
  return record(std::move(out), "GluBackward0", {&input}, {{input}}, [first, second, dim](Backward& b) {
    const Tensor& g = b.grad();
    if (!g.defined()) return;
    Tensor x = b.saved(0), gate = sigmoid(second(x));
    b.set(0, cat({g * gate, g * first(x) * (gate * (1 - gate))}, dim));
  });
}

Tensor prelu(const Tensor& input, const Tensor& weight) {
  check_defined(input, weight, "prelu");
  if (input.dtype() != weight.dtype())
    raise<DtypeError>(
        {"[prelu] Type promoting not supported. Got ", name(input.dtype()), " and ", name(weight.dtype())});
  if (weight.dim() > 1)
    raise<ShapeError>(
        {"[prelu] Expected `weight` to be a scalar or 1D tensor, but got: ndim = ", weight.dim()});
  if (weight.numel() == 1)
    return pointwise(prelu_op, input, weight.dim() == input.dim() ? weight : weight.view({}));
  if (input.dim() == 0) raise<ShapeError>({"[prelu] Not allow zero-dim input tensor."});
  int64_t channels = input.dim() > 1 ? input.size(1) : 1;
  if (channels != weight.numel())
    raise<ShapeError>(
        {"[prelu] Mismatch of parameter numbers and input channel size. Found parameter numbers = ",
         weight.numel(), " and channel size = ", channels, "."});
  std::vector<int64_t> sizes(static_cast<size_t>(input.dim()), 1);
  sizes[1] = channels;
  return pointwise(prelu_op, input, weight.view(sizes));
}

Tensor threshold(const Tensor& input, Scalar threshold, Scalar value, bool inplace) {
  return act(threshold_op, input, inplace, threshold_numbers(input, threshold, value));
}
const Tensor& threshold_(const Tensor& input, Scalar threshold, Scalar value) {
  return pointwise_(threshold_op, input, threshold_numbers(input, threshold, value));
}
Tensor tanhshrink(const Tensor& input) { return input - tanh(input); }
Tensor softshrink(const Tensor& input, Scalar lambd) {
  if (!(lambd.to<double>() >= 0))
    raise<ValueError>(
        {"[softshrink] lambda must be in range [0, 3.40282e+38], but found ", lambd.to<double>()});
  return pointwise(softshrink_op, input, params({lambd}));
}
Tensor hardshrink(const Tensor& input, Scalar lambd) {
  return pointwise(hardshrink_op, input, params({lambd}));
}
Tensor softmin(const Tensor& input, std::optional<int64_t> dim, std::optional<Dtype> dtype) {
  check_defined(input, "softmin");
  int64_t rank = input.dim();
  return softmax(-input, dim ? *dim : rank == 0 || rank == 1 || rank == 3 ? 0 : 1, dtype);
}

namespace {

// One factor for each negative number, drawn in row-major order; 1 for the others.
Tensor drawn_slopes(const Tensor& input, double lower, double upper) {
  NoGradGuard quiet;
  Tensor x = input.detach(), slopes = ones(x.sizes(), {.dtype = x.dtype()}), negative = x <= 0;
  int64_t count = negative.numel() == 0 ? 0 : sum(negative).item<int64_t>();
  if (count == 0) return slopes;
  Tensor drawn = empty({count}, {.dtype = float64});
  uniform_(drawn);
  // The limits in x's dtype; product and sum rounded one by one.
  lower = full({}, lower, {.dtype = x.dtype()}).item<double>();
  upper = full({}, upper, {.dtype = x.dtype()}).item<double>();
  slopes.index_put_({negative}, to(drawn * (upper - lower) + lower, x.dtype()));
  return slopes;
}
void check_rrelu(const Tensor& input, double lower, double upper) {
  check_defined(input, "rrelu");
  if (lower > upper)
    raise<ValueError>({"[rrelu] Lower bound should be less than or equal to the upper bound"});
  if (!is_floating_point(input.dtype()))
    raise<DtypeError>({"[rrelu] isn't defined for ", name(input.dtype()), "; accepted are floating dtypes"});
}

} // namespace

Tensor rrelu(const Tensor& input, double lower, double upper, bool training, bool inplace) {
  if (inplace) return rrelu_(input, lower, upper, training);
  check_rrelu(input, lower, upper);
  if (!training) return pointwise(rrelu_op, input, params({(lower + upper) / 2}));
  Tensor slopes = drawn_slopes(input, lower, upper), out;
  {
    NoGradGuard quiet;
    out = input * slopes;
  }
  return record(std::move(out), "RreluWithNoiseBackward0", {&input}, {{slopes}}, [](Backward& b) {
    if (b.grad().defined()) b.set(0, b.grad() * b.saved(0));
  });
}
const Tensor& rrelu_(const Tensor& input, double lower, double upper, bool training) {
  check_rrelu(input, lower, upper);
  if (!training) return pointwise_(rrelu_op, input, params({(lower + upper) / 2}));
  return mul_(input, drawn_slopes(input, lower, upper));
}

namespace {

// The forms in place have no flag; their boxed ones take and drop it.
template <auto f, class... A>
struct Without;
template <class... A, const Tensor& (*f)(const Tensor&, A...)>
struct Without<f, A...> {
  static const Tensor& call(const Tensor& input, A... a, bool) { return f(input, a...); }
};

using Plain = Tensor(const Tensor&);
using Flagged = Tensor(const Tensor&, bool);
using FlaggedInPlace = const Tensor&(const Tensor&, bool);
using One = Tensor(const Tensor&, Scalar);
using OneFlagged = Tensor(const Tensor&, Scalar, bool);
using OneFlaggedInPlace = const Tensor&(const Tensor&, Scalar, bool);
using Two = Tensor(const Tensor&, Scalar, Scalar);
using TwoFlagged = Tensor(const Tensor&, Scalar, Scalar, bool);
using TwoFlaggedInPlace = const Tensor&(const Tensor&, Scalar, Scalar, bool);

#define TALWEG_ACTIVATION(type, signature, name, text, kind, what, ...) \
  op<type, &name>(signature, {.doc = text,                              \
                              .samples = {__VA_ARGS__},                 \
                              .derivative = Derivative::kind,           \
                              .elementwise = true,                      \
                              .takes = Takes::what})

Tensor softmin_of_python(const Tensor& input, std::optional<int64_t> dim, int64_t,
                         std::optional<Dtype> dtype) {
  return softmin(input, dim, dtype);
}

constinit const Op ops[] = {
    op<Tensor(const Tensor&, std::string_view), &gelu>(
        "gelu(input, *, approximate='none')", {.doc = "input * P(X <= input) for normal X",
                                               .samples = {"T(2, 3)", "T()", "T(33), approximate='tanh'"},
                                               .elementwise = true,
                                               .takes = Takes::floats}),
    TALWEG_ACTIVATION(Flagged, "silu(input, inplace=False)", silu, "input * sigmoid(input)", smooth, floats,
                      "T(2, 3)", "T()", "T(33)"),
    TALWEG_ACTIVATION(Flagged, "mish(input, inplace=False)", mish, "input * tanh(softplus(input))", smooth,
                      floats, "T(2, 3)", "T()", "T(33)"),
    TALWEG_ACTIVATION(Flagged, "relu6(input, inplace=False)", relu6, "input limited to [0, 6]", pieces,
                      numbers, "D(2, 3)", "D()", "D(33)"),
    TALWEG_ACTIVATION(Flagged, "hardsigmoid(input, inplace=False)", hardsigmoid,
                      "(input + 3) / 6 limited to [0, 1]", pieces, floats, "D(2, 3)", "D()", "D(33)"),
    TALWEG_ACTIVATION(Flagged, "hardswish(input, inplace=False)", hardswish, "input * hardsigmoid(input)",
                      pieces, floats, "D(2, 3)", "D()", "D(33)"),
    TALWEG_ACTIVATION(Plain, "logsigmoid(input)", logsigmoid, "log(sigmoid(input))", smooth, floats,
                      "T(2, 3)", "T()", "T(33)"),
    TALWEG_ACTIVATION(Plain, "tanhshrink(input)", tanhshrink, "input - tanh(input)", smooth, numbers,
                      "T(2, 3)", "T()", "T(33)"),
    TALWEG_ACTIVATION(One, "softshrink(input, lambd=0.5)", softshrink, "input moved toward 0", pieces, floats,
                      "D(2, 3)", "D()", "D(33)", "D(3), 0.25"),
    TALWEG_ACTIVATION(One, "hardshrink(input, lambd=0.5)", hardshrink, "input, 0 near 0", pieces, floats,
                      "D(2, 3)", "D()", "D(33)", "D(3), 0.25"),
    TALWEG_ACTIVATION(Two, "softplus(input, beta=1, threshold=20)", softplus,
                      "log(1 + e^(beta * input)) / beta", smooth, floats, "T(2, 3)", "T()", "T(33)",
                      "T(3), 2.5"),
    op<OneFlagged, &elu>("elu(input, alpha=1.0, inplace=False)",
                         {.doc = "input above 0, alpha * (e^input - 1) below",
                          .samples = {"D(2, 3)", "D()", "D(33)", "D(3), 2.5"},
                          .derivative = Derivative::pieces,
                          .in_place = boxed<OneFlaggedInPlace, &Without<&elu_, Scalar>::call>,
                          .elementwise = true,
                          .takes = Takes::floats}),
    op<Flagged, &selu>("selu(input, inplace=False)",
                       {.doc = "elu that normalises",
                        .samples = {"D(2, 3)", "D()", "D(33)"},
                        .derivative = Derivative::pieces,
                        .in_place = boxed<FlaggedInPlace, &Without<&selu_>::call>,
                        .elementwise = true,
                        .takes = Takes::floats}),
    op<OneFlagged, &celu>("celu(input, alpha=1.0, inplace=False)",
                          {.doc = "input above 0, alpha * (e^(input / alpha) - 1) below",
                           .samples = {"D(2, 3)", "D()", "D(33)", "D(3), 2.5"},
                           .derivative = Derivative::pieces,
                           .in_place = boxed<OneFlaggedInPlace, &Without<&celu_, Scalar>::call>,
                           .elementwise = true,
                           .takes = Takes::floats}),
    op<OneFlagged, &leaky_relu>("leaky_relu(input, negative_slope=0.01, inplace=False)",
                                {.doc = "input above 0, negative_slope * input below",
                                 .samples = {"D(2, 3)", "D()", "D(33)", "D(3), 0.25"},
                                 .derivative = Derivative::pieces,
                                 .in_place = boxed<OneFlaggedInPlace, &Without<&leaky_relu_, Scalar>::call>,
                                 .elementwise = true,
                                 .takes = Takes::floats}),
    op<TwoFlagged, &hardtanh>(
        "hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False)",
        {.doc = "input limited to [min_val, max_val]",
         .samples = {"D(2, 3), max_val=1.0", "D(), max_val=1.5", "D(33), -1.0", "D(3), 0, 2"},
         .derivative = Derivative::pieces,
         .in_place = boxed<TwoFlaggedInPlace, &Without<&hardtanh_, Scalar, Scalar>::call>,
         .elementwise = true,
         .takes = Takes::numbers}),
    op<TwoFlagged, &threshold>(
        "threshold(input, threshold, value, inplace=False)",
        {.doc = "input above threshold, else value",
         .samples = {"D(2, 3), 0, 2", "D(), 0, 1"},
         .derivative = Derivative::pieces,
         .in_place = boxed<TwoFlaggedInPlace, &Without<&threshold_, Scalar, Scalar>::call>,
         .elementwise = true,
         .takes = Takes::numbers}),
    op<Tensor(const Tensor&, int64_t), &glu>("glu(input, dim=-1)",
                                             {.doc = "one half times the sigmoid of the other",
                                              .samples = {"T(2, 4)", "T(4, 3), 0", "T(66)"},
                                              .takes = Takes::floats}),
    op<Tensor(const Tensor&, const Tensor&), &prelu>(
        "prelu(input, weight)", {.doc = "input above 0, weight * input below",
                                 .samples = {"D(2, 3), P(3)", "D(2, 3, 4), P(1)", "D(4), P(1)"},
                                 .derivative = Derivative::pieces,
                                 .takes = Takes::floats}),
    op<Tensor(const Tensor&, std::optional<int64_t>, int64_t, std::optional<Dtype>), &softmin_of_python>(
        "softmin(input, dim=None, _stacklevel=3, dtype=None)",
        {.doc = "softmax(-input)",
         .samples = {"T(2, 3), 1", "T(2, 3), -2", "T(33), 0"},
         .takes = Takes::floats}),
    op<Tensor(const Tensor&, double, double, bool, bool), &rrelu>(
        "rrelu(input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False)",
        {.doc = "leaky_relu with slopes drawn in training",
         .samples = {"D(2, 3)", "D(33), 0.25, 0.5"},
         .derivative = Derivative::pieces,
         .in_place = boxed<const Tensor&(const Tensor&, double, double, bool, bool),
                           &Without<&rrelu_, double, double, bool>::call>,
         .takes = Takes::floats}),
};

#undef TALWEG_ACTIVATION

} // namespace

extern const Family activations_family;
constinit const Family activations_family{"activations", ops};

} // namespace talweg
