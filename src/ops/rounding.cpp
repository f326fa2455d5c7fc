// Signs, integer parts, remainders, interpolation and what replaces NaN.
#include "talweg/ops/rounding.h"

#include <array>
#include <cmath>
#include <utility>

#include "formulas/elementary.h"
#include "formulas/rounding.h"
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/number.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr Pointwise sign_op{formulas::sign_formula, "sign", "SignBackward0"};
constexpr Pointwise sgn_op{formulas::sign_formula, "sgn", "SgnBackward0"};
constexpr Pointwise signbit_op{formulas::signbit_formula, "signbit", ""};
constexpr Pointwise copysign_op{formulas::copysign_formula, "copysign", "CopysignBackward0"};
constexpr Pointwise copysign_number_op{formulas::copysign_formula, "copysign", "CopysignBackward1"};
constexpr Pointwise floor_op{formulas::floor_formula, "floor", "FloorBackward0", not_bool};
constexpr Pointwise ceil_op{formulas::ceil_formula, "ceil", "CeilBackward0", not_bool};
constexpr Pointwise round_op{formulas::round_formula, "round", "RoundBackward0", not_bool};
constexpr Pointwise round_decimals_op{formulas::round_decimals_formula, "round", "RoundBackward1",
                                      only_floats};
constexpr Pointwise trunc_op{formulas::trunc_formula, "trunc", "TruncBackward0", not_bool};
constexpr Pointwise frac_op{formulas::frac_formula, "frac", "FracBackward0", only_floats};
constexpr Pointwise fmod_op{formulas::fmod_formula, "fmod", "FmodBackward1", not_bool, true};
constexpr Pointwise fmod_number_op{formulas::fmod_formula, "fmod", "FmodBackward0", not_bool, true};
constexpr Pointwise heaviside_op{formulas::heaviside_formula, "heaviside", ""};
constexpr Pointwise fmax_op{formulas::fmax_formula, "fmax", "FmaxBackward0"};
constexpr Pointwise fmin_op{formulas::fmin_formula, "fmin", "FminBackward0"};
constexpr Pointwise min_number_op{formulas::clamp_min_formula, "clamp_min", "ClampMinBackward0", not_bool};
constexpr Pointwise max_number_op{formulas::clamp_max_formula, "clamp_max", "ClampMaxBackward0", not_bool};
constexpr Pointwise min_op{formulas::clamp_above_formula, "clamp_min", "ClampMinBackward1"};
constexpr Pointwise max_op{formulas::clamp_below_formula, "clamp_max", "ClampMaxBackward1"};
constexpr Pointwise nan_to_num_op{formulas::nan_to_num_formula, "nan_to_num", "NanToNumBackward0",
                                  only_floats};
constexpr Pointwise lerp_op{formulas::lerp_formula, "lerp", "LerpBackward1", only_floats};
constexpr Pointwise lerp_number_op{formulas::lerp_formula, "lerp", "LerpBackward0", only_floats};
constexpr Pointwise addcmul_op{formulas::addcmul_formula, "addcmul", "AddcmulBackward0"};
constexpr Pointwise addcdiv_op{formulas::addcdiv_formula, "addcdiv", "AddcdivBackward0", only_floats};

} // namespace

Tensor sign(const Tensor& self) { return pointwise(sign_op, self); }
const Tensor& sign_(const Tensor& self) { return pointwise_(sign_op, self); }
Tensor sgn(const Tensor& self) { return pointwise(sgn_op, self); }
const Tensor& sgn_(const Tensor& self) { return pointwise_(sgn_op, self); }
Tensor signbit(const Tensor& self) { return pointwise(signbit_op, self); }
Tensor copysign(const Tensor& self, const Tensor& other) { return pointwise(copysign_op, self, other); }
Tensor copysign(const Tensor& self, Scalar other) { return pointwise(copysign_number_op, self, other); }
const Tensor& copysign_(const Tensor& self, const Tensor& other) {
  return pointwise_(copysign_op, self, other);
}
const Tensor& copysign_(const Tensor& self, Scalar other) {
  return pointwise_(copysign_number_op, self, other);
}
Tensor floor(const Tensor& self) { return pointwise(floor_op, self); }
const Tensor& floor_(const Tensor& self) { return pointwise_(floor_op, self); }
Tensor ceil(const Tensor& self) { return pointwise(ceil_op, self); }
const Tensor& ceil_(const Tensor& self) { return pointwise_(ceil_op, self); }
Tensor trunc(const Tensor& self) { return pointwise(trunc_op, self); }
const Tensor& trunc_(const Tensor& self) { return pointwise_(trunc_op, self); }
Tensor fix(const Tensor& self) { return trunc(self); }
const Tensor& fix_(const Tensor& self) { return trunc_(self); }
Tensor frac(const Tensor& self) { return pointwise(frac_op, self); }
const Tensor& frac_(const Tensor& self) { return pointwise_(frac_op, self); }

namespace {

Params places(int64_t decimals) {
  double power = std::pow(10.0, static_cast<double>(decimals < 0 ? -decimals : decimals));
  return decimals < 0 ? params({0.0, power}) : params({power, 1.0});
}

} // namespace

Tensor round(const Tensor& self, int64_t decimals) {
  return decimals == 0 ? pointwise(round_op, self) : pointwise(round_decimals_op, self, places(decimals));
}
const Tensor& round_(const Tensor& self, int64_t decimals) {
  return decimals == 0 ? pointwise_(round_op, self) : pointwise_(round_decimals_op, self, places(decimals));
}
Tensor fmod(const Tensor& self, const Tensor& other) { return pointwise(fmod_op, self, other); }
Tensor fmod(const Tensor& self, Scalar other) { return pointwise(fmod_number_op, self, other); }
const Tensor& fmod_(const Tensor& self, const Tensor& other) { return pointwise_(fmod_op, self, other); }
const Tensor& fmod_(const Tensor& self, Scalar other) { return pointwise_(fmod_number_op, self, other); }
Tensor floor_divide(const Tensor& self, const Tensor& other) {
  NoGradGuard quiet;
  return div(self, other, "floor");
}
Tensor floor_divide(const Tensor& self, Scalar other) {
  NoGradGuard quiet;
  return div(self, other, "floor");
}
Tensor floor_divide(Scalar self, const Tensor& other) {
  NoGradGuard quiet;
  return div(wrapped_number(self), other, "floor");
}
const Tensor& floor_divide_(const Tensor& self, const Tensor& other) { return div_(self, other, "floor"); }
const Tensor& floor_divide_(const Tensor& self, Scalar other) { return div_(self, other, "floor"); }
Tensor true_divide(const Tensor& self, const Tensor& other) { return div(self, other); }
Tensor true_divide(const Tensor& self, Scalar other) { return div(self, other); }
const Tensor& true_divide_(const Tensor& self, const Tensor& other) { return div_(self, other); }
const Tensor& true_divide_(const Tensor& self, Scalar other) { return div_(self, other); }

namespace {

void check_heaviside(const Tensor& self, const Tensor& values) {
  check_defined(self, values, "heaviside");
  if (self.dtype() != values.dtype())
    raise<DtypeError>({"[heaviside] is not yet implemented for tensors with different dtypes, but got ",
                       name(self.dtype()), " and ", name(values.dtype()),
                       "; convert one, as in to(x.dtype())"});
}

} // namespace

Tensor heaviside(const Tensor& self, const Tensor& values) {
  check_heaviside(self, values);
  return pointwise(heaviside_op, self, values);
}
const Tensor& heaviside_(const Tensor& self, const Tensor& values) {
  check_heaviside(self, values);
  return pointwise_(heaviside_op, self, values);
}
Tensor clamp_min(const Tensor& self, const Tensor& min) { return pointwise(min_op, self, min); }
const Tensor& clamp_min_(const Tensor& self, const Tensor& min) { return pointwise_(min_op, self, min); }
Tensor clamp_max(const Tensor& self, const Tensor& max) { return pointwise(max_op, self, max); }
const Tensor& clamp_max_(const Tensor& self, const Tensor& max) { return pointwise_(max_op, self, max); }

namespace {

Tensor limited(const Pointwise& op, const Tensor& self, Scalar limit) {
  check_defined(self, op.op);
  Dtype dtype = result_type(std::array{Operand(self), Operand(limit)});
  return pointwise(op, to(self, dtype), params({checked_number(limit, dtype, op.op)}));
}
const Tensor& limited_(const Pointwise& op, const Tensor& self, Scalar limit) {
  check_defined(self, op.op);
  Dtype dtype = result_type(std::array{Operand(self), Operand(limit)});
  if (!can_cast(dtype, self.dtype()))
    raise<DtypeError>({"[", op.op, "_] result type ", name(dtype),
                       " can't be cast to the desired output type ", name(self.dtype()), "; use ", op.op});
  return pointwise_(op, self, params({checked_number(limit, dtype, op.op)}));
}

} // namespace

Tensor clamp_min(const Tensor& self, Scalar min) { return limited(min_number_op, self, min); }
const Tensor& clamp_min_(const Tensor& self, Scalar min) { return limited_(min_number_op, self, min); }
Tensor clamp_max(const Tensor& self, Scalar max) { return limited(max_number_op, self, max); }
const Tensor& clamp_max_(const Tensor& self, Scalar max) { return limited_(max_number_op, self, max); }
Tensor fmax(const Tensor& self, const Tensor& other) { return pointwise(fmax_op, self, other); }
Tensor fmin(const Tensor& self, const Tensor& other) { return pointwise(fmin_op, self, other); }

namespace {

Params replacements(Dtype dtype, std::optional<Scalar> nan, std::optional<Scalar> posinf,
                    std::optional<Scalar> neginf) {
  double largest = dtype == float16    ? 65504
                   : dtype == bfloat16 ? 0x1.fep127
                   : dtype == float32  ? 0x1.fffffep127
                                       : 0x1.fffffffffffffp1023;
  return params({nan ? nan->to<double>() : 0.0, posinf ? posinf->to<double>() : largest,
                 neginf ? neginf->to<double>() : -largest});
}

} // namespace

Tensor nan_to_num(const Tensor& self, std::optional<Scalar> nan, std::optional<Scalar> posinf,
                  std::optional<Scalar> neginf) {
  check_defined(self, "nan_to_num");
  if (is_integral(self.dtype())) return clone(self);
  return pointwise(nan_to_num_op, self, replacements(self.dtype(), nan, posinf, neginf));
}
const Tensor& nan_to_num_(const Tensor& self, std::optional<Scalar> nan, std::optional<Scalar> posinf,
                          std::optional<Scalar> neginf) {
  check_defined(self, "nan_to_num_");
  if (is_integral(self.dtype())) return add_(self, false);
  return pointwise_(nan_to_num_op, self, replacements(self.dtype(), nan, posinf, neginf));
}

namespace {

void check_lerp(const Tensor& self, const Tensor& end, const Tensor* weight) {
  check_defined(self, end, "lerp");
  auto check = [&](const Tensor& t, const char* what) {
    if (t.dtype() != self.dtype())
      raise<DtypeError>({"[lerp] expected dtype ", name(self.dtype()), " for `", what, "` but got dtype ",
                         name(t.dtype()), "; convert it, as in to(x.dtype())"});
  };
  check(end, "end");
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>(
        {"[lerp] isn't defined for ", name(self.dtype()),
         "; accepted are float16, bfloat16, float32, float64; convert it first, as in to(float32)"});
  if (!weight) return;
  check_defined(*weight, "lerp");
  check(*weight, "weight");
}

} // namespace

Tensor lerp(const Tensor& self, const Tensor& end, const Tensor& weight) {
  check_lerp(self, end, &weight);
  return pointwise(lerp_op, {self, end, weight});
}
Tensor lerp(const Tensor& self, const Tensor& end, Scalar weight) {
  check_lerp(self, end, nullptr);
  return pointwise(lerp_number_op, {self, end, weight});
}
const Tensor& lerp_(const Tensor& self, const Tensor& end, const Tensor& weight) {
  check_lerp(self, end, &weight);
  return pointwise_(lerp_op, self, {end, weight});
}
const Tensor& lerp_(const Tensor& self, const Tensor& end, Scalar weight) {
  check_lerp(self, end, nullptr);
  return pointwise_(lerp_number_op, self, {end, weight});
}

Tensor addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, Scalar value) {
  return pointwise(addcmul_op, {self, tensor1, tensor2}, params({value}));
}
const Tensor& addcmul_(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, Scalar value) {
  return pointwise_(addcmul_op, self, {tensor1, tensor2}, params({value}));
}

namespace {

void check_addcdiv(const Tensor& self, const Tensor& a, const Tensor& b) {
  check_defined(self, "addcdiv");
  check_defined(a, b, "addcdiv");
  if (is_integral(a.dtype()) && is_integral(b.dtype()))
    raise<DtypeError>(
        {"[addcdiv] Integer division with addcdiv is no longer supported; convert a tensor, as in "
         "to(float32), or write self + value * trunc(tensor1 / tensor2)"});
}

} // namespace

Tensor addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, Scalar value) {
  check_addcdiv(self, tensor1, tensor2);
  return pointwise(addcdiv_op, {self, tensor1, tensor2}, params({value}));
}
const Tensor& addcdiv_(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, Scalar value) {
  check_addcdiv(self, tensor1, tensor2);
  return pointwise_(addcdiv_op, self, {tensor1, tensor2}, params({value}));
}

namespace {

using Ternary = Tensor(const Tensor&, const Tensor&, const Tensor&);
using TernaryInPlace = const Tensor&(const Tensor&, const Tensor&, const Tensor&);
using TernaryNumber = Tensor(const Tensor&, const Tensor&, Scalar);
using TernaryNumberInPlace = const Tensor&(const Tensor&, const Tensor&, Scalar);
using Fused = Tensor(const Tensor&, const Tensor&, const Tensor&, Scalar);
using FusedInPlace = const Tensor&(const Tensor&, const Tensor&, const Tensor&, Scalar);
using Replace = Tensor(const Tensor&, std::optional<Scalar>, std::optional<Scalar>, std::optional<Scalar>);
using ReplaceInPlace = const Tensor&(const Tensor&, std::optional<Scalar>, std::optional<Scalar>,
                                     std::optional<Scalar>);

#define TALWEG_STEP(name, text, what)                                          \
  op<Unary, &name>(#name "(self)", {.doc = text,                               \
                                    .samples = {"D(2, 3)", "D()", "D(33)"},    \
                                    .derivative = Derivative::pieces,          \
                                    .in_place = boxed<UnaryInPlace, &name##_>, \
                                    .elementwise = true,                       \
                                    .takes = what})
#define TALWEG_TWO(name, parameter, text, what, ...)                                            \
  op<Binary, &name>(#name "(self, " parameter ")", {.doc = text,                                \
                                                    .samples = {__VA_ARGS__},                   \
                                                    .derivative = Derivative::pieces,           \
                                                    .in_place = boxed<BinaryInPlace, &name##_>, \
                                                    .elementwise = true,                        \
                                                    .takes = what})
#define TALWEG_NUMBER(name, parameter, text, what, ...)                                           \
  op<OfNumber, &name>(#name "(self, " parameter ")", {.doc = text,                                \
                                                      .samples = {__VA_ARGS__},                   \
                                                      .derivative = Derivative::pieces,           \
                                                      .in_place = boxed<NumberInPlace, &name##_>, \
                                                      .elementwise = true,                        \
                                                      .takes = what})

constinit const Op ops[] = {
    TALWEG_STEP(sign, "-1, 0 or 1", Takes::all),
    TALWEG_STEP(sgn, "-1, 0 or 1", Takes::all),
    TALWEG_STEP(floor, "the largest integer not above self", Takes::numbers),
    TALWEG_STEP(ceil, "the smallest integer not below self", Takes::numbers),
    TALWEG_STEP(trunc, "the integer part", Takes::numbers),
    TALWEG_STEP(fix, "the integer part", Takes::numbers),
    TALWEG_STEP(frac, "the part behind the point", Takes::floats),
    op<Unary, &signbit>("signbit(self)", {.doc = "whether the sign bit is set",
                                          .samples = {"T(2, 3)", "T(33)", "Z(4; 5)"},
                                          .derivative = Derivative::none,
                                          .why_not = "the result is a truth value",
                                          .elementwise = true}),
    op<Tensor(const Tensor&, int64_t), &round>(
        "round(self, *, decimals=0)", {.doc = "the nearest integer, halves to even",
                                       .samples = {"D(2, 3)", "D()", "D(33)"},
                                       .derivative = Derivative::pieces,
                                       .in_place = boxed<const Tensor&(const Tensor&, int64_t), &round_>,
                                       .elementwise = true,
                                       .takes = Takes::numbers}),
    TALWEG_TWO(copysign, "other", "|self| with the sign of other", Takes::all, "D(2, 3), D(2, 3)",
               "D(2, 1), D(1, 4)"),
    TALWEG_NUMBER(copysign, "other", "|self| with the sign of other", Takes::all, "D(2, 3), -1.5"),
    TALWEG_TWO(fmod, "other", "the remainder with the sign of self", Takes::numbers, "T(2, 3), P(2, 3)",
               "T(2, 1), P(3)"),
    TALWEG_NUMBER(fmod, "other", "the remainder with the sign of self", Takes::all, "T(2, 3), 2.5"),
    op<Binary, &floor_divide>("floor_divide(self, other)", {.doc = "floor(self / other)",
                                                            .samples = {"T(2, 3), P(2, 3)", "T(2, 1), P(3)",
                                                                        "T(2, 3), 2.5", "2.5, P(2, 3)"},
                                                            .derivative = Derivative::none,
                                                            .why_not = "PyTorch has none",
                                                            .in_place = boxed<BinaryInPlace, &floor_divide_>,
                                                            .elementwise = true,
                                                            .takes = Takes::numbers,
                                                            .numbers_as_tensors = true}),
    op<Binary, &true_divide>("true_divide(self, other)", {.doc = "self / other",
                                                          .samples = {"T(2, 3), P(2, 3)", "T(2, 1), P(3)",
                                                                      "T(2, 3), 2.5", "2.5, P(2, 3)"},
                                                          .in_place = boxed<BinaryInPlace, &true_divide_>,
                                                          .elementwise = true,
                                                          .numbers_as_tensors = true}),
    op<Binary, &heaviside>("heaviside(self, values)", {.doc = "0, values or 1 below, at or above 0",
                                                       .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(3)"},
                                                       .derivative = Derivative::none,
                                                       .why_not = "PyTorch has none",
                                                       .in_place = boxed<BinaryInPlace, &heaviside_>,
                                                       .elementwise = true}),
    TALWEG_TWO(clamp_min, "min", "max(self, min)", Takes::all, "T(2, 3), T(2, 3)", "T(2, 3), T(3)"),
    TALWEG_NUMBER(clamp_min, "min", "max(self, min)", Takes::all, "T(2, 3), 0.25"),
    TALWEG_TWO(clamp_max, "max", "min(self, max)", Takes::all, "T(2, 3), T(2, 3)", "T(2, 3), T(3)"),
    TALWEG_NUMBER(clamp_max, "max", "min(self, max)", Takes::all, "T(2, 3), 0.25"),
    op<Binary, &fmax>("fmax(self, other)", {.doc = "the larger of two, not NaN if one isn't",
                                            .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(1, 4)"},
                                            .derivative = Derivative::pieces,
                                            .elementwise = true}),
    op<Binary, &fmin>("fmin(self, other)", {.doc = "the smaller of two, not NaN if one isn't",
                                            .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(1, 4)"},
                                            .derivative = Derivative::pieces,
                                            .elementwise = true}),
    op<Replace, &nan_to_num>("nan_to_num(self, nan=None, posinf=None, neginf=None)",
                             {.doc = "NaN and infinities replaced",
                              .samples = {"T(2, 3), posinf=3.5, neginf=-3.5", "T(33), 1.5, 2.5, -2.5"},
                              .derivative = Derivative::linear,
                              .in_place = boxed<ReplaceInPlace, &nan_to_num_>,
                              .elementwise = true}),
    op<Ternary, &lerp>("lerp(self, end, weight)",
                       {.doc = "self + weight * (end - self)",
                        .samples = {"T(2, 3), T(2, 3), C(2, 3)", "T(2, 3), T(3), C(2, 1)"},
                        .in_place = boxed<TernaryInPlace, &lerp_>,
                        .elementwise = true,
                        .takes = Takes::floats}),
    op<TernaryNumber, &lerp>("lerp(self, end, weight)",
                             {.doc = "self + weight * (end - self)",
                              .samples = {"T(2, 3), T(2, 3), 0.25", "T(2, 3), T(3), 2.5"},
                              .derivative = Derivative::linear,
                              .in_place = boxed<TernaryNumberInPlace, &lerp_>,
                              .elementwise = true,
                              .takes = Takes::floats}),
    op<Fused, &addcmul>("addcmul(self, tensor1, tensor2, *, value=1)",
                        {.doc = "self + value * tensor1 * tensor2",
                         .samples = {"T(2, 3), T(2, 3), T(2, 3)", "T(2, 3), T(3), T(2, 1), value=2"},
                         .in_place = boxed<FusedInPlace, &addcmul_>,
                         .elementwise = true}),
    op<Fused, &addcdiv>("addcdiv(self, tensor1, tensor2, *, value=1)",
                        {.doc = "self + value * tensor1 / tensor2",
                         .samples = {"T(2, 3), T(2, 3), P(2, 3)", "T(2, 3), T(3), P(2, 1), value=2.5"},
                         .in_place = boxed<FusedInPlace, &addcdiv_>,
                         .elementwise = true,
                         .takes = Takes::floats}),
};

#undef TALWEG_STEP
#undef TALWEG_TWO
#undef TALWEG_NUMBER

} // namespace

extern const Family rounding_family;
constinit const Family rounding_family{"rounding", ops};

} // namespace talweg
