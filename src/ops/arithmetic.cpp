// Sums, products, quotients and powers of tensors and numbers.
#include "talweg/ops/arithmetic.h"

#include <string>

#include "core/raise.h"
#include "formulas/arithmetic.h"
#include "ops/number.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr Pointwise add_op{formulas::add_formula, "add", "AddBackward0"};
constexpr Pointwise add_scaled_op{formulas::add_scaled_formula, "add", "AddBackward0"};
constexpr Pointwise sub_op{formulas::sub_formula, "sub", "SubBackward0", not_bool, false, true};
constexpr Pointwise sub_scaled_op{formulas::sub_scaled_formula, "sub", "SubBackward0", not_bool, false, true};
constexpr Pointwise rsub_op{formulas::sub_formula, "rsub", "RsubBackward1", not_bool, false, true};
constexpr Pointwise rsub_scaled_op{
    formulas::sub_scaled_formula, "rsub", "RsubBackward1", not_bool, false, true};
constexpr Pointwise mul_op{formulas::mul_formula, "mul", "MulBackward0"};
constexpr Pointwise div_op{formulas::div_formula, "div", "DivBackward0"};
constexpr Pointwise div_trunc_op{formulas::div_trunc_formula, "div", "DivBackward1", not_bool, true};
constexpr Pointwise div_floor_op{formulas::div_floor_formula, "div", "DivBackward1", not_bool, true};
constexpr Pointwise remainder_op{formulas::remainder_formula, "remainder", "RemainderBackward0", not_bool,
                                 true};
constexpr Pointwise neg_op{formulas::neg_formula, "neg", "NegBackward0", not_bool};
constexpr Pointwise square_op{formulas::square_formula, "pow", "PowBackward0", not_bool};
constexpr Pointwise cube_op{formulas::cube_formula, "pow", "PowBackward0", not_bool};
constexpr Pointwise pow_number_op{formulas::pow_number_formula, "pow", "PowBackward0", only_floats};
constexpr Pointwise pow_zero_op{formulas::pow_zero_formula, "pow", "PowBackward0", only_floats};
constexpr Pointwise pow_integer_op{formulas::pow_integer_formula, "pow", "PowBackward0", not_bool};
constexpr Pointwise pow_op{formulas::pow_formula, "pow", "PowBackward1", only_floats};
constexpr Pointwise number_pow_op{formulas::pow_formula, "pow", "PowBackward2", only_floats};

// alpha multiplies in the result's dtype: no fraction for integers, no number for truth values.
void check_alpha(std::string_view op, Scalar alpha, std::initializer_list<Operand> operands) {
  for (const Operand& o : operands)
    if (o.tensor && !o.tensor->defined()) raise<TypeError>({"[", op, "] an argument is an undefined Tensor"});
  Dtype d = result_type({operands.begin(), operands.size()});
  if (alpha.is_floating_point() && is_integral(d))
    raise<DtypeError>(
        {"[", op, "] For integral input tensors, argument alpha must not be a floating point number."});
  if (alpha.is_boolean() && d != bool_)
    raise<DtypeError>({"[", op, "] Boolean alpha only supported for Boolean results."});
  number_for(alpha, d, op);
}
bool is_one(Scalar alpha) { return alpha.is_integral() && alpha.to<int64_t>() == 1; }

const Pointwise& division(std::string_view rounding_mode) {
  if (rounding_mode.empty()) return div_op;
  if (rounding_mode == "trunc") return div_trunc_op;
  if (rounding_mode == "floor") return div_floor_op;
  raise<ValueError>(
      {"[div] expected rounding_mode to be one of '' (none), 'trunc' or 'floor', got '", rounding_mode, "'"});
}

} // namespace

Tensor add(const Tensor& self, const Tensor& other, Scalar alpha) {
  if (is_one(alpha)) [[likely]]
    return pointwise(add_op, self, other);
  check_alpha("add", alpha, {self, other});
  return pointwise(add_scaled_op, self, other, params({alpha}));
}
void add_into(const Tensor& sum, const Tensor& part) { pointwise_(add_op, sum, part); }
Tensor add(const Tensor& self, Scalar other, Scalar alpha) {
  if (is_one(alpha)) [[likely]]
    return pointwise(add_op, self, other);
  check_alpha("add", alpha, {self, other});
  return pointwise(add_scaled_op, self, other, params({alpha}));
}
const Tensor& add_(const Tensor& self, const Tensor& other, Scalar alpha) {
  if (is_one(alpha)) [[likely]]
    return pointwise_(add_op, self, other);
  check_alpha("add_", alpha, {self, other});
  return pointwise_(add_scaled_op, self, other, params({alpha}));
}
const Tensor& add_(const Tensor& self, Scalar other, Scalar alpha) {
  if (is_one(alpha)) [[likely]]
    return pointwise_(add_op, self, other);
  check_alpha("add_", alpha, {self, other});
  return pointwise_(add_scaled_op, self, other, params({alpha}));
}

Tensor sub(const Tensor& self, const Tensor& other, Scalar alpha) {
  if (is_one(alpha)) [[likely]]
    return pointwise(sub_op, self, other);
  check_alpha("sub", alpha, {self, other});
  return pointwise(sub_scaled_op, self, other, params({alpha}));
}
Tensor sub(const Tensor& self, Scalar other, Scalar alpha) {
  if (is_one(alpha)) [[likely]]
    return other.is_boolean() ? pointwise(sub_op, {self, other}) : pointwise(sub_op, self, other);
  check_alpha("sub", alpha, {self, other});
  return pointwise(sub_scaled_op, self, other, params({alpha}));
}
const Tensor& sub_(const Tensor& self, const Tensor& other, Scalar alpha) {
  if (is_one(alpha)) [[likely]]
    return pointwise_(sub_op, self, other);
  check_alpha("sub_", alpha, {self, other});
  return pointwise_(sub_scaled_op, self, other, params({alpha}));
}
const Tensor& sub_(const Tensor& self, Scalar other, Scalar alpha) {
  if (is_one(alpha)) [[likely]]
    return pointwise_(sub_op, self, other);
  check_alpha("sub_", alpha, {self, other});
  return pointwise_(sub_scaled_op, self, other, params({alpha}));
}
Tensor rsub(const Tensor& input, const Tensor& other, Scalar alpha) {
  if (is_one(alpha)) return pointwise(rsub_op, other, input);
  check_alpha("rsub", alpha, {input, other});
  return pointwise(rsub_scaled_op, other, input, params({alpha}));
}
Tensor rsub(const Tensor& input, Scalar other, Scalar alpha) {
  if (is_one(alpha)) return pointwise(rsub_op, {other, input});
  check_alpha("rsub", alpha, {input, other});
  return pointwise(rsub_scaled_op, {other, input}, params({alpha}));
}

Tensor mul(const Tensor& self, const Tensor& other) { return pointwise(mul_op, self, other); }
Tensor mul(const Tensor& self, Scalar other) { return pointwise(mul_op, self, other); }
const Tensor& mul_(const Tensor& self, const Tensor& other) { return pointwise_(mul_op, self, other); }
const Tensor& mul_(const Tensor& self, Scalar other) { return pointwise_(mul_op, self, other); }

Tensor div(const Tensor& self, const Tensor& other, std::string_view rounding_mode) {
  const Pointwise& op = division(rounding_mode);
  // PyTorch rounds a quotient of two short floating types to that type before it cuts the fraction off.
  if (&op == &div_trunc_op && self.defined() && other.defined() && other.numel() != 1) {
    Dtype d = result_type(std::array{Operand(self), Operand(other)});
    if (d == float16 || d == bfloat16) return pointwise(op, pointwise(div_op, self, other), Scalar(1.0));
  }
  return pointwise(op, self, other);
}
Tensor div(const Tensor& self, Scalar other, std::string_view rounding_mode) {
  return pointwise(division(rounding_mode), self, other);
}
const Tensor& div_(const Tensor& self, const Tensor& other, std::string_view rounding_mode) {
  return pointwise_(division(rounding_mode), self, other);
}
const Tensor& div_(const Tensor& self, Scalar other, std::string_view rounding_mode) {
  return pointwise_(division(rounding_mode), self, other);
}
// PyTorch computes a number over a tensor as a product with the reciprocal, and its graph says so.
Tensor operator/(Scalar a, const Tensor& b) { return reciprocal(b) * a; }

Tensor remainder(const Tensor& self, const Tensor& other) { return pointwise(remainder_op, self, other); }
Tensor remainder(const Tensor& self, Scalar other) { return pointwise(remainder_op, self, other); }
Tensor remainder(Scalar self, const Tensor& other) { return pointwise(remainder_op, {self, other}); }
const Tensor& remainder_(const Tensor& self, const Tensor& other) {
  return pointwise_(remainder_op, self, other);
}
const Tensor& remainder_(const Tensor& self, Scalar other) { return pointwise_(remainder_op, self, other); }

Tensor neg(const Tensor& self) { return pointwise(neg_op, self); }
const Tensor& neg_(const Tensor& self) { return pointwise_(neg_op, self); }

namespace {

// The formula for a power whose exponent is one number.
const Pointwise& power(const Tensor& self, Scalar exponent) {
  if (is_integral(result_type(std::array{Operand(self), Operand(exponent)}))) {
    if (exponent.to<int64_t>() < 0)
      raise<ValueError>({"[pow] Integers to negative integer powers are not allowed."});
    return pow_integer_op;
  }
  double p = exponent.to<double>();
  return p == 2 ? square_op : p == 3 ? cube_op : p == 0 ? pow_zero_op : pow_number_op;
}
// A formula that has the exponent as a parameter takes self alone; an integer result takes both as operands.
bool takes_both(const Pointwise& op) { return &op == &pow_integer_op; }
// int_tensor ** 2.0 is computed in the promoted dtype.
Tensor in_power_dtype(const Tensor& self, Scalar exponent) {
  return exponent.is_floating_point() && self.defined() && is_integral(self.dtype())
             ? to(self, get_default_dtype())
             : self;
}

} // namespace

Tensor pow(const Tensor& self, const Tensor& exponent) {
  bool integral =
      self.defined() && exponent.defined() && is_integral(self.dtype()) && is_integral(exponent.dtype());
  return pointwise(integral ? pow_integer_op : pow_op, self, exponent);
}
Tensor pow(const Tensor& self, Scalar exponent) {
  if (exponent == Scalar(2) && self.defined() && is_floating_point(self.dtype())) [[likely]]
    return pointwise(square_op, self);
  Tensor base = in_power_dtype(self, exponent);
  if (exponent == Scalar(2) && base.defined() && base.dtype() != bool_) [[likely]]
    return pointwise(square_op, base);
  if (!base.defined()) return pointwise(square_op, base);
  if (base.dtype() == bool_ && exponent.is_boolean())
    return exponent.to<bool>() ? base.clone() : ones_like(base);
  // The wide floating types take an exponent out of their range as infinity.
  if (base.dtype() != float32 && base.dtype() != float64) number_for(exponent, base.dtype(), "pow");
  const Pointwise& op = power(base, exponent);
  return takes_both(op) ? pointwise(op, base, exponent) : pointwise(op, base, params({exponent}));
}
Tensor pow(Scalar self, const Tensor& exponent) {
  bool integral =
      exponent.defined() && is_integral(result_type(std::array{Operand(self), Operand(exponent)}));
  return pointwise(integral ? pow_integer_op : number_pow_op, {self, exponent});
}
const Tensor& pow_(const Tensor& self, const Tensor& exponent) {
  bool integral =
      self.defined() && exponent.defined() && is_integral(self.dtype()) && is_integral(exponent.dtype());
  return pointwise_(integral ? pow_integer_op : pow_op, self, exponent);
}
const Tensor& pow_(const Tensor& self, Scalar exponent) {
  if (!self.defined()) return pointwise_(square_op, self);
  if (exponent.is_floating_point() && is_integral(self.dtype()))
    raise<DtypeError>({"[pow_] result type float32 can't be cast to the ", name(self.dtype()),
                       " tensor written in place; use pow"});
  const Pointwise& op = power(self, exponent);
  return takes_both(op) ? pointwise_(op, self, exponent) : pointwise_(op, self, params({exponent}));
}

namespace {

using Binary = Tensor(const Tensor&, const Tensor&);
using BinaryInPlace = const Tensor&(const Tensor&, const Tensor&);
using Scaled = Tensor(const Tensor&, const Tensor&, Scalar);
using ScaledInPlace = const Tensor&(const Tensor&, const Tensor&, Scalar);
using Division = Tensor(const Tensor&, const Tensor&, std::string_view);
using DivisionInPlace = const Tensor&(const Tensor&, const Tensor&, std::string_view);

// A number in the place of `self` or `exponent` picks the form that PyTorch calls pow(Scalar, Tensor).
Tensor pow_of_number(Scalar self, const Tensor& exponent) { return pow(self, exponent); }

constinit const Op ops[] = {
    op<Scaled, &add>("add(self, other, *, alpha=1)",
                     {.doc = "self + alpha * other",
                      .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3), alpha=2.5", "T(2, 1), T(1, 4)",
                                  "T(2, 3), 1.5", "T(), T(5)", "T(33), T(33)"},
                      .derivative = Derivative::linear,
                      .in_place = boxed<ScaledInPlace, &add_>,
                      .elementwise = true,
                      .numbers_as_tensors = true}),
    op<Scaled, &sub>(
        "sub(self, other, *, alpha=1)",
        {.doc = "self - alpha * other",
         .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3), alpha=2.5", "T(2, 1), T(1, 4)", "T(2, 3), 1.5"},
         .derivative = Derivative::linear,
         .in_place = boxed<ScaledInPlace, &sub_>,
         .elementwise = true,
         .takes = Takes::numbers,
         .numbers_as_tensors = true}),
    op<Scaled, &rsub>("rsub(input, other, *, alpha=1)",
                      {.doc = "other - alpha * input",
                       .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3), alpha=2.5"},
                       .derivative = Derivative::linear,
                       .elementwise = true,
                       .takes = Takes::numbers}),
    op<Tensor(const Tensor&, Scalar, Scalar), &rsub>("rsub(input, other, alpha=1)",
                                                     {.doc = "other - alpha * input",
                                                      .samples = {"T(2, 3), 1.5, 2.5"},
                                                      .derivative = Derivative::linear,
                                                      .elementwise = true,
                                                      .takes = Takes::numbers}),
    op<Binary, &mul>("mul(self, other)", {.doc = "self * other",
                                          .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3)", "T(2, 1), T(1, 4)",
                                                      "T(2, 3), 1.5", "T(), T(5)", "T(33), T(33)"},
                                          .in_place = boxed<BinaryInPlace, &mul_>,
                                          .elementwise = true,
                                          .numbers_as_tensors = true}),
    op<Division, &div>(
        "div(self, other, *, rounding_mode=None)",
        {.doc = "self / other",
         .samples = {"T(2, 3), P(2, 3)", "T(2, 3), P(3)", "T(2, 1), P(1, 4)", "T(2, 3), 1.5", "3.0, P(4)"},
         .in_place = boxed<DivisionInPlace, &div_>,
         .elementwise = true,
         .numbers_as_tensors = true}),
    op<Binary, &remainder>("remainder(self, other)", {.doc = "self - floor(self / other) * other",
                                                      .samples = {"T(2, 3), P(2, 3)", "T(2, 1), P(3)"},
                                                      .derivative = Derivative::pieces,
                                                      .in_place = boxed<BinaryInPlace, &remainder_>,
                                                      .elementwise = true,
                                                      .takes = Takes::numbers}),
    op<Tensor(const Tensor&, Scalar), &remainder>(
        "remainder(self, other)", {.doc = "self - floor(self / other) * other",
                                   .samples = {"T(2, 3), 0.75"},
                                   .derivative = Derivative::pieces,
                                   .in_place = boxed<const Tensor&(const Tensor&, Scalar), &remainder_>,
                                   .elementwise = true}),
    op<Tensor(Scalar, const Tensor&), &remainder>("remainder(self, other)",
                                                  {.doc = "self - floor(self / other) * other",
                                                   .samples = {"2.5, P(2, 3)"},
                                                   .derivative = Derivative::pieces,
                                                   .elementwise = true}),
    op<Binary, &pow>("pow(self, exponent)",
                     {.doc = "self ^ exponent",
                      .samples = {"P(2, 3), T(2, 3)", "P(2, 3), T(3)", "P(2, 1), T(1, 4)"},
                      .in_place = boxed<BinaryInPlace, &pow_>,
                      .elementwise = true,
                      .takes = Takes::numbers}),
    op<Tensor(Scalar, const Tensor&), &pow_of_number>(
        "pow(self, exponent)", {.doc = "self ^ exponent", .samples = {"2.5, T(2, 3)"}, .elementwise = true}),
    op<Tensor(const Tensor&, Scalar), &pow>(
        "pow(self, exponent)",
        {.doc = "self ^ exponent",
         .samples = {"T(2, 3), 2", "T(2, 3), 3", "P(2, 3), 0.5", "P(2, 3), -1.25", "P(5), 1", "P(5), 0"},
         .in_place = boxed<const Tensor&(const Tensor&, Scalar), &pow_>,
         .elementwise = true}),
    op<Tensor(const Tensor&), &neg>("neg(self)", {.doc = "-self",
                                                  .samples = {"T(2, 3)", "T()"},
                                                  .derivative = Derivative::linear,
                                                  .in_place = boxed<const Tensor&(const Tensor&), &neg_>,
                                                  .elementwise = true,
                                                  .takes = Takes::numbers}),
};

} // namespace

extern const Family arithmetic_family;
constinit const Family arithmetic_family{"arithmetic", ops};

} // namespace talweg
