// Elementary functions, activations and choices.
#include "talweg/ops/elementary.h"

#include <string>

#include "core/raise.h"
#include "formulas/elementary.h"
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/index_tensors.h"
#include "ops/number.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr Pointwise abs_op{formulas::abs_formula, "abs", "AbsBackward0", not_bool};
constexpr Pointwise exp_op{formulas::exp_formula, "exp", "ExpBackward0"};
constexpr Pointwise log_op{formulas::log_formula, "log", "LogBackward0"};
constexpr Pointwise sqrt_op{formulas::sqrt_formula, "sqrt", "SqrtBackward0"};
constexpr Pointwise tanh_op{formulas::tanh_formula, "tanh", "TanhBackward0"};
constexpr Pointwise sigmoid_op{formulas::sigmoid_formula, "sigmoid", "SigmoidBackward0"};
constexpr Pointwise relu_op{formulas::relu_formula, "relu", "ReluBackward0", not_bool};
constexpr Pointwise maximum_op{formulas::maximum_formula, "maximum", "MaximumBackward0"};
constexpr Pointwise minimum_op{formulas::minimum_formula, "minimum", "MinimumBackward0"};
constexpr Pointwise clamp_op{formulas::clamp_formula, "clamp", "ClampBackward1", not_bool};
constexpr Pointwise clamp_min_op{formulas::clamp_min_formula, "clamp", "ClampBackward1", not_bool};
constexpr Pointwise clamp_max_op{formulas::clamp_max_formula, "clamp", "ClampBackward1", not_bool};
constexpr Pointwise clamp_between_op{formulas::clamp_between_formula, "clamp", "ClampBackward0", not_bool};
constexpr Pointwise clamp_above_op{formulas::clamp_above_formula, "clamp", "ClampBackward0"};
constexpr Pointwise clamp_below_op{formulas::clamp_below_formula, "clamp", "ClampBackward0"};
constexpr Pointwise where_op{formulas::where_formula, "where", "WhereBackward0"};
constexpr Pointwise masked_fill_number_op{formulas::masked_fill_formula, "masked_fill",
                                          "MaskedFillBackward0"};
constexpr Pointwise masked_fill_tensor_op{formulas::masked_fill_formula, "masked_fill",
                                          "MaskedFillBackward1"};

} // namespace

Tensor abs(const Tensor& self) { return pointwise(abs_op, self); }
const Tensor& abs_(const Tensor& self) { return pointwise_(abs_op, self); }
Tensor exp(const Tensor& self) { return pointwise(exp_op, self); }
const Tensor& exp_(const Tensor& self) { return pointwise_(exp_op, self); }
Tensor log(const Tensor& self) { return pointwise(log_op, self); }
const Tensor& log_(const Tensor& self) { return pointwise_(log_op, self); }
Tensor sqrt(const Tensor& self) { return pointwise(sqrt_op, self); }
const Tensor& sqrt_(const Tensor& self) { return pointwise_(sqrt_op, self); }
Tensor tanh(const Tensor& self) { return pointwise(tanh_op, self); }
const Tensor& tanh_(const Tensor& self) { return pointwise_(tanh_op, self); }
Tensor sigmoid(const Tensor& self) { return pointwise(sigmoid_op, self); }
const Tensor& sigmoid_(const Tensor& self) { return pointwise_(sigmoid_op, self); }
Tensor softsign(const Tensor& self) { return self / (abs(self) + 1); }
Tensor relu(const Tensor& self) { return pointwise(relu_op, self); }
const Tensor& relu_(const Tensor& self) { return pointwise_(relu_op, self); }
Tensor maximum(const Tensor& self, const Tensor& other) { return pointwise(maximum_op, self, other); }
Tensor minimum(const Tensor& self, const Tensor& other) { return pointwise(minimum_op, self, other); }

namespace {

// Which formula limits are for, and the limits in the dtype of the result.
struct Limits {
  const Pointwise& op;
  Dtype dtype;
  Params params;
};
Limits limits(const Tensor& self, std::optional<Scalar> min, std::optional<Scalar> max) {
  if (!min && !max) raise<ValueError>({"[clamp] At least one of 'min' or 'max' must not be None"});
  check_defined(self, "clamp");
  Dtype dtype =
      result_type(std::array{Operand(self), Operand(min ? *min : *max), Operand(max ? *max : *min)});
  auto limit = [&](Scalar s) { return checked_number(s, dtype, "clamp"); };
  if (min && max) return {clamp_op, dtype, params({limit(*min), limit(*max)})};
  return min ? Limits{clamp_min_op, dtype, params({limit(*min)})}
             : Limits{clamp_max_op, dtype, params({limit(*max)})};
}

} // namespace

Tensor clamp(const Tensor& self, std::optional<Scalar> min, std::optional<Scalar> max) {
  Limits l = limits(self, min, max);
  return pointwise(l.op, to(self, l.dtype), l.params);
}
const Tensor& clamp_(const Tensor& self, std::optional<Scalar> min, std::optional<Scalar> max) {
  Limits l = limits(self, min, max);
  if (!can_cast(l.dtype, self.dtype()))
    raise<DtypeError>({"[clamp_] result type ", name(l.dtype), " can't be cast to the desired output type ",
                       name(self.dtype()), "; use clamp"});
  return pointwise_(l.op, self, l.params);
}
Tensor clamp(const Tensor& self, const Tensor& min, const Tensor& max) {
  if (min.defined() && max.defined()) return pointwise(clamp_between_op, {self, min, max});
  if (min.defined()) return pointwise(clamp_above_op, self, min);
  if (max.defined()) return pointwise(clamp_below_op, self, max);
  raise<ValueError>({"[clamp] At least one of 'min' or 'max' must not be None"});
}
const Tensor& clamp_(const Tensor& self, const Tensor& min, const Tensor& max) {
  if (min.defined() && max.defined()) return pointwise_(clamp_between_op, self, {min, max});
  if (min.defined()) return pointwise_(clamp_above_op, self, min);
  if (max.defined()) return pointwise_(clamp_below_op, self, max);
  raise<ValueError>({"[clamp_] At least one of 'min' or 'max' must not be None"});
}

namespace {

// The condition as truth values; PyTorch still takes uint8.
Tensor truth(const Tensor& condition) {
  check_defined(condition, "where");
  if (condition.dtype() == uint8) return to(condition, bool_);
  if (condition.dtype() != bool_)
    raise<DtypeError>({"[where] expected condition to be a boolean tensor, but got a tensor with dtype ",
                       name(condition.dtype()), "; compare first, as in where(c != 0, ...)"});
  return condition;
}

// A number that is taken must fit the result (the short floating types take infinity for it); an operand of a
// sum may wrap.
Tensor chosen(const Tensor& condition, const Operand& self, const Operand& other) {
  const Operand operands[] = {self, other};
  const Dtype dtype = result_type(operands);
  for (const Operand& o : operands)
    if (!o.tensor && dtype != float16 && dtype != bfloat16) number_for(o.scalar, dtype, "where");
  return pointwise(where_op, {truth(condition), self, other});
}
} // namespace

Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other) {
  return pointwise(where_op, {truth(condition), self, other});
}
Tensor where(const Tensor& condition, Scalar self, const Tensor& other) {
  return chosen(condition, self, other);
}
Tensor where(const Tensor& condition, const Tensor& self, Scalar other) {
  return chosen(condition, self, other);
}
Tensor where(const Tensor& condition, Scalar self, Scalar other) { return chosen(condition, self, other); }
std::vector<Tensor> where(const Tensor& condition) {
  check_defined(condition, "where");
  return nonzero_columns(condition.dim() == 0 ? condition.view(1) : condition, "where");
}
namespace {

void check_mask(const Tensor& self, const Tensor& mask) {
  check_defined(self, mask, "masked_fill");
  if (mask.dtype() != bool_)
    raise<DtypeError>({"[masked_fill] only supports boolean masks, but got mask with dtype ",
                       name(mask.dtype()), "; compare first, as in mask != 0"});
}
// The value in self's dtype, so that the result has it.
Tensor fill_value(const Tensor& self, const Tensor& value) {
  check_defined(value, "masked_fill");
  if (value.dim() != 0)
    raise<ShapeError>({"[masked_fill] only supports a 0-dimensional value tensor, but got tensor with ",
                       value.dim(), " dimension(s)."});
  return to(value, self.dtype());
}

} // namespace

Tensor masked_fill(const Tensor& self, const Tensor& mask, Scalar value) {
  check_mask(self, mask);
  return pointwise(masked_fill_number_op, {self, mask, checked_number(value, self.dtype(), "masked_fill")});
}
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  check_mask(self, mask);
  return pointwise(masked_fill_tensor_op, {self, mask, fill_value(self, value)});
}
const Tensor& masked_fill_(const Tensor& self, const Tensor& mask, Scalar value) {
  check_mask(self, mask);
  return pointwise_(masked_fill_number_op, self, {mask, checked_number(value, self.dtype(), "masked_fill_")});
}
const Tensor& masked_fill_(const Tensor& self, const Tensor& mask, const Tensor& value) {
  check_mask(self, mask);
  return pointwise_(masked_fill_tensor_op, self, {mask, fill_value(self, value)});
}

namespace {

using Limited = Tensor(const Tensor&, std::optional<Scalar>, std::optional<Scalar>);
using LimitedInPlace = const Tensor&(const Tensor&, std::optional<Scalar>, std::optional<Scalar>);
using Ternary = Tensor(const Tensor&, const Tensor&, const Tensor&);
using TernaryInPlace = const Tensor&(const Tensor&, const Tensor&, const Tensor&);
using Fill = Tensor(const Tensor&, const Tensor&, Scalar);
using FillInPlace = const Tensor&(const Tensor&, const Tensor&, Scalar);

// As a method, self stands before the condition.
Tensor where_of_self(const Tensor& self, const Tensor& condition, const Tensor& other) {
  return where(condition, self, other);
}

constinit const Op ops[] = {
    op<Unary, &abs>("abs(self)", {.doc = "|self|",
                                  .samples = {"T(2, 3)", "T()"},
                                  .derivative = Derivative::pieces,
                                  .in_place = boxed<UnaryInPlace, &abs_>,
                                  .elementwise = true,
                                  .takes = Takes::numbers}),
    op<Unary, &exp>("exp(self)", {.doc = "e ^ self",
                                  .samples = {"T(2, 3)", "T()", "T(33)"},
                                  .in_place = boxed<UnaryInPlace, &exp_>,
                                  .elementwise = true}),
    op<Unary, &log>("log(self)", {.doc = "the natural logarithm",
                                  .samples = {"P(2, 3)", "P()", "P(33)"},
                                  .in_place = boxed<UnaryInPlace, &log_>,
                                  .elementwise = true}),
    op<Unary, &sqrt>("sqrt(self)", {.doc = "the square root",
                                    .samples = {"P(2, 3)", "P()"},
                                    .in_place = boxed<UnaryInPlace, &sqrt_>,
                                    .elementwise = true}),
    op<Unary, &tanh>("tanh(self)", {.doc = "the hyperbolic tangent",
                                    .samples = {"T(2, 3)", "T()", "T(33)"},
                                    .in_place = boxed<UnaryInPlace, &tanh_>,
                                    .elementwise = true}),
    op<Unary, &sigmoid>("sigmoid(self)", {.doc = "1 / (1 + e ^ -self)",
                                          .samples = {"T(2, 3)", "T()", "T(33)"},
                                          .in_place = boxed<UnaryInPlace, &sigmoid_>,
                                          .elementwise = true}),
    op<Unary, &softsign>("softsign(self)", {.doc = "self / (1 + |self|)",
                                            .samples = {"T(2, 3)", "T()", "T(33)"},
                                            .derivative = Derivative::pieces,
                                            .elementwise = true,
                                            .takes = Takes::numbers}),
    op<Unary, &relu>("relu(self)", {.doc = "max(self, 0)",
                                    .samples = {"T(2, 3)", "T()"},
                                    .derivative = Derivative::pieces,
                                    .in_place = boxed<UnaryInPlace, &relu_>,
                                    .elementwise = true,
                                    .takes = Takes::numbers}),
    op<Binary, &maximum>("maximum(self, other)",
                         {.doc = "the larger of two",
                          .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(1, 4)", "T(), T(5)"},
                          .derivative = Derivative::pieces,
                          .elementwise = true}),
    op<Binary, &minimum>("minimum(self, other)",
                         {.doc = "the smaller of two",
                          .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(1, 4)", "T(), T(5)"},
                          .derivative = Derivative::pieces,
                          .elementwise = true}),
    op<Ternary, &clamp>("clamp(self, min=None, max=None)",
                        {.doc = "self limited to [min, max]",
                         .samples = {"T(2, 3), T(3), P(2, 1)", "T(2, 3), min=T(2, 3)", "T(2, 3), max=T(3)"},
                         .derivative = Derivative::pieces,
                         .in_place = boxed<TernaryInPlace, &clamp_>,
                         .elementwise = true,
                         .takes = Takes::numbers}),
    op<Limited, &clamp>("clamp(self, min=None, max=None)",
                        {.doc = "self limited to [min, max]",
                         .samples = {"T(2, 3), -0.5, 0.25", "T(2, 3), min=0", "T(33), max=0.5"},
                         .derivative = Derivative::pieces,
                         .in_place = boxed<LimitedInPlace, &clamp_>,
                         .elementwise = true}),
    op<Ternary, &where>("where(condition, self, other)",
                        {.doc = "self where the condition is true, else other",
                         .samples = {"B(2, 3), T(2, 3), T(2, 3)", "B(2, 1), T(3), T()"},
                         .derivative = Derivative::linear,
                         .elementwise = true}),
    op<Tensor(const Tensor&, Scalar, const Tensor&), &where>(
        "where(condition, self, other)", {.doc = "self where the condition is true, else other",
                                          .samples = {"B(2, 3), 1.5, T(3)"},
                                          .derivative = Derivative::linear,
                                          .elementwise = true}),
    op<Fill, &where>("where(condition, self, other)", {.doc = "self where the condition is true, else other",
                                                       .samples = {"B(2, 3), T(3), 1.5"},
                                                       .derivative = Derivative::linear,
                                                       .elementwise = true}),
    op<Tensor(const Tensor&, Scalar, Scalar), &where>("where(condition, self, other)",
                                                      {.doc = "self where the condition is true, else other",
                                                       .samples = {"B(2, 3), 1, 2.5"},
                                                       .derivative = Derivative::none,
                                                       .why_not = "both are numbers"}),
    op<std::vector<Tensor>(const Tensor&), &where>("where(condition)",
                                                   {.doc = "the positions where condition isn't zero",
                                                    .samples = {"B(2, 3)", "I(4; 2)"},
                                                    .derivative = Derivative::none,
                                                    .why_not = "the results are positions"}),
    op<Ternary, &where_of_self>("Tensor.where(self, condition, other)",
                                {.doc = "where, as a method",
                                 .samples = {"T(2, 3), B(2, 3), T(3)"},
                                 .derivative = Derivative::linear,
                                 .elementwise = true}),
    op<Ternary, &masked_fill>("masked_fill(self, mask, value)",
                              {.doc = "value where mask is true, else self",
                               .samples = {"T(2, 3), B(2, 3), T()", "T(2, 3), B(3), T()"},
                               .derivative = Derivative::linear,
                               .in_place = boxed<TernaryInPlace, &masked_fill_>}),
    op<Fill, &masked_fill>("masked_fill(self, mask, value)",
                           {.doc = "value where mask is true, else self",
                            .samples = {"T(2, 3), B(2, 3), 1.5", "T(2, 3), B(2, 1), -1"},
                            .derivative = Derivative::linear,
                            .in_place = boxed<FillInPlace, &masked_fill_>}),
};

} // namespace

extern const Family elementary_family;
constinit const Family elementary_family{"elementary", ops};

} // namespace talweg
