// Powers of two and e, logarithms, the error function and what is made of them.
#include "talweg/ops/exponential.h"

#include "formulas/arithmetic.h"
#include "formulas/exponential.h"
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/history.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr Pointwise rsqrt_op{formulas::rsqrt_formula, "rsqrt", "RsqrtBackward0"};
constexpr Pointwise exp2_op{formulas::exp2_formula, "exp2", "Exp2Backward0"};
constexpr Pointwise expm1_op{formulas::expm1_formula, "expm1", "Expm1Backward0"};
constexpr Pointwise log2_op{formulas::log2_formula, "log2", "Log2Backward0"};
constexpr Pointwise log10_op{formulas::log10_formula, "log10", "Log10Backward0"};
constexpr Pointwise log1p_op{formulas::log1p_formula, "log1p", "Log1PBackward0"};
constexpr Pointwise erf_op{formulas::erf_formula, "erf", "ErfBackward0"};
constexpr Pointwise erfc_op{formulas::erfc_formula, "erfc", "ErfcBackward0"};
constexpr Pointwise erfinv_op{formulas::erfinv_formula, "erfinv", "ErfinvBackward0"};
constexpr Pointwise reciprocal_op{formulas::reciprocal_formula, "reciprocal", "ReciprocalBackward0"};
constexpr Pointwise logit_op{formulas::logit_formula, "logit", "LogitBackward0"};
constexpr Pointwise logit_between_op{formulas::logit_between_formula, "logit", "LogitBackward0"};
constexpr Pointwise xlogy_op{formulas::xlogy_formula, "xlogy", "XlogyBackward0"};
constexpr Pointwise xlogy_number_op{formulas::xlogy_formula, "xlogy", "XlogyBackward2"};
constexpr Pointwise number_xlogy_op{formulas::xlogy_formula, "xlogy", "XlogyBackward1"};
constexpr Pointwise logaddexp_op{formulas::logaddexp_formula, "logaddexp", "LogaddexpBackward0", only_floats};
constexpr Pointwise logaddexp2_op{formulas::logaddexp2_formula, "logaddexp2", "Logaddexp2Backward0",
                                  only_floats};
constexpr Pointwise ldexp_op{formulas::ldexp_formula, "ldexp", "LdexpBackward0"};

Params between(Scalar eps) {
  double low = eps.to<double>();
  return params({low, 1 - low});
}
void check_ldexp(const Tensor& self, const Tensor& other) {
  check_defined(self, other, "ldexp");
  if (is_floating_point(self.dtype()) && other.dtype() == bool_)
    raise<DtypeError>(
        {"[ldexp] isn't defined for a bool exponent of a floating number; convert it, as in to(int32)"});
}
Tensor wide(const Tensor& t) {
  check_defined(t, "float_power");
  return to(t, float64);
}

} // namespace

Tensor rsqrt(const Tensor& self) { return pointwise(rsqrt_op, self); }
const Tensor& rsqrt_(const Tensor& self) { return pointwise_(rsqrt_op, self); }
Tensor exp2(const Tensor& self) { return pointwise(exp2_op, self); }
const Tensor& exp2_(const Tensor& self) { return pointwise_(exp2_op, self); }
Tensor expm1(const Tensor& self) { return pointwise(expm1_op, self); }
const Tensor& expm1_(const Tensor& self) { return pointwise_(expm1_op, self); }
Tensor log2(const Tensor& self) { return pointwise(log2_op, self); }
const Tensor& log2_(const Tensor& self) { return pointwise_(log2_op, self); }
Tensor log10(const Tensor& self) { return pointwise(log10_op, self); }
const Tensor& log10_(const Tensor& self) { return pointwise_(log10_op, self); }
Tensor log1p(const Tensor& self) { return pointwise(log1p_op, self); }
const Tensor& log1p_(const Tensor& self) { return pointwise_(log1p_op, self); }
Tensor erf(const Tensor& self) { return pointwise(erf_op, self); }
const Tensor& erf_(const Tensor& self) { return pointwise_(erf_op, self); }
Tensor erfc(const Tensor& self) { return pointwise(erfc_op, self); }
const Tensor& erfc_(const Tensor& self) { return pointwise_(erfc_op, self); }
Tensor erfinv(const Tensor& self) { return pointwise(erfinv_op, self); }
const Tensor& erfinv_(const Tensor& self) { return pointwise_(erfinv_op, self); }
Tensor reciprocal(const Tensor& self) { return pointwise(reciprocal_op, self); }
const Tensor& reciprocal_(const Tensor& self) { return pointwise_(reciprocal_op, self); }
Tensor square(const Tensor& self) { return pow(self, 2); }
const Tensor& square_(const Tensor& self) { return pow_(self, 2); }
Tensor logit(const Tensor& self, std::optional<Scalar> eps) {
  return eps ? pointwise(logit_between_op, self, between(*eps)) : pointwise(logit_op, self);
}
const Tensor& logit_(const Tensor& self, std::optional<Scalar> eps) {
  return eps ? pointwise_(logit_between_op, self, between(*eps)) : pointwise_(logit_op, self);
}
Tensor xlogy(const Tensor& self, const Tensor& other) { return pointwise(xlogy_op, self, other); }
Tensor xlogy(const Tensor& self, Scalar other) { return pointwise(xlogy_number_op, self, other); }
Tensor xlogy(Scalar self, const Tensor& other) { return pointwise(number_xlogy_op, {self, other}); }
const Tensor& xlogy_(const Tensor& self, const Tensor& other) { return pointwise_(xlogy_op, self, other); }
const Tensor& xlogy_(const Tensor& self, Scalar other) { return pointwise_(xlogy_number_op, self, other); }
Tensor logaddexp(const Tensor& self, const Tensor& other) { return pointwise(logaddexp_op, self, other); }
Tensor logaddexp2(const Tensor& self, const Tensor& other) { return pointwise(logaddexp2_op, self, other); }
Tensor ldexp(const Tensor& self, const Tensor& other) {
  check_ldexp(self, other);
  return pointwise(ldexp_op, self, other);
}
const Tensor& ldexp_(const Tensor& self, const Tensor& other) {
  check_ldexp(self, other);
  return pointwise_(ldexp_op, self, other);
}
Tensor float_power(const Tensor& self, const Tensor& exponent) { return pow(wide(self), wide(exponent)); }
Tensor float_power(const Tensor& self, Scalar exponent) { return pow(wide(self), exponent.to<double>()); }
Tensor float_power(Scalar self, const Tensor& exponent) {
  return self == Scalar(1) ? ones_like(wide(exponent)) : pow(self.to<double>(), wide(exponent));
}
const Tensor& float_power_(const Tensor& self, const Tensor& exponent) {
  check_defined(self, exponent, "float_power_");
  if (self.dtype() != float64)
    raise<DtypeError>({"[float_power_] the base given to float_power_ has dtype ", name(self.dtype()),
                       " but the operation's result requires dtype float64"});
  return pow_(self, wide(exponent));
}
const Tensor& float_power_(const Tensor& self, Scalar exponent) {
  check_defined(self, "float_power_");
  if (self.dtype() != float64)
    raise<DtypeError>({"[float_power_] the base given to float_power_ has dtype ", name(self.dtype()),
                       " but the operation's result requires dtype float64"});
  return pow_(self, exponent.to<double>());
}
Tensor positive(const Tensor& self) {
  check_defined(self, "positive");
  if (self.dtype() == bool_)
    raise<DtypeError>({"[positive] The `+` operator, on a bool tensor is not supported."});
  return self;
}

namespace {

constinit const Op ops[] = {
    TALWEG_ELEMENTWISE(rsqrt, "1 / sqrt(self)", "P(2, 3)", "P()", "P(33)"),
    TALWEG_ELEMENTWISE(square, "self ^ 2", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(reciprocal, "1 / self", "P(2, 3)", "P()", "P(33)"),
    TALWEG_ELEMENTWISE(exp2, "2 ^ self", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(expm1, "e ^ self - 1", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(log2, "the logarithm to base 2", "P(2, 3)", "P()", "P(33)"),
    TALWEG_ELEMENTWISE(log10, "the logarithm to base 10", "P(2, 3)", "P()", "P(33)"),
    TALWEG_ELEMENTWISE(log1p, "log(1 + self)", "P(2, 3)", "P()", "P(33)"),
    TALWEG_ELEMENTWISE(erf, "the error function", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(erfc, "1 - erf(self)", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(erfinv, "the inverse of erf", "S(2, 3)", "S()", "S(33)"),
    op<Tensor(const Tensor&, std::optional<Scalar>), &logit>(
        "logit(self, eps=None)",
        {.doc = "log(self / (1 - self))",
         .samples = {"C(2, 3)", "U(2, 3)", "U(33), 0.001"},
         .in_place = boxed<const Tensor&(const Tensor&, std::optional<Scalar>), &logit_>,
         .elementwise = true}),
    op<Binary, &xlogy>("xlogy(self, other)", {.doc = "self * log(other)",
                                              .samples = {"T(2, 3), P(2, 3)", "T(2, 1), P(1, 4)"},
                                              .in_place = boxed<BinaryInPlace, &xlogy_>,
                                              .elementwise = true}),
    op<OfNumber, &xlogy>("xlogy(self, other)", {.doc = "self * log(other)",
                                                .samples = {"T(2, 3), 2.5"},
                                                .in_place = boxed<NumberInPlace, &xlogy_>,
                                                .elementwise = true}),
    op<NumberFirst, &xlogy>("xlogy(self, other)",
                            {.doc = "self * log(other)", .samples = {"1.5, P(2, 3)"}, .elementwise = true}),
    op<Binary, &logaddexp>("logaddexp(self, other)", {.doc = "log(e^self + e^other)",
                                                      .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(1, 4)"},
                                                      .elementwise = true,
                                                      .takes = Takes::floats}),
    op<Binary, &logaddexp2>("logaddexp2(self, other)", {.doc = "log2(2^self + 2^other)",
                                                        .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(1, 4)"},
                                                        .elementwise = true,
                                                        .takes = Takes::floats}),
    op<Binary, &ldexp>("ldexp(self, other)", {.doc = "self * 2 ^ other",
                                              .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(1, 4)"},
                                              .in_place = boxed<BinaryInPlace, &ldexp_>,
                                              .elementwise = true}),
    op<Binary, &float_power>("float_power(self, exponent)",
                             {.doc = "self ^ exponent in float64",
                              .samples = {"P(2, 3), T(2, 3)", "P(2, 1), T(1, 4)"},
                              .in_place = boxed<BinaryInPlace, &float_power_>,
                              .elementwise = true}),
    op<OfNumber, &float_power>("float_power(self, exponent)",
                               {.doc = "self ^ exponent in float64",
                                .samples = {"P(2, 3), 2.5"},
                                .in_place = boxed<NumberInPlace, &float_power_>,
                                .elementwise = true}),
    op<NumberFirst, &float_power>(
        "float_power(self, exponent)",
        {.doc = "self ^ exponent in float64", .samples = {"2.5, T(2, 3)"}, .elementwise = true}),
    op<Unary, &positive>("positive(self)", {.doc = "self",
                                            .samples = {"T(2, 3)", "T()"},
                                            .derivative = Derivative::linear,
                                            .elementwise = true,
                                            .takes = Takes::numbers}),
};

} // namespace

extern const Family exponential_family;
constinit const Family exponential_family{"exponential", ops};

} // namespace talweg
