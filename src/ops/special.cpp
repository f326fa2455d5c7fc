// Functions of torch.special and their kin.
#include "talweg/ops/special.h"

#include "core/raise.h"
#include "formulas/exponential.h"
#include "formulas/special.h"
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr Pointwise lgamma_op{formulas::lgamma_formula, "lgamma", "LgammaBackward0"};
constexpr Pointwise digamma_op{formulas::digamma_formula, "digamma", "DigammaBackward0"};
constexpr Pointwise polygamma_op{formulas::polygamma_formula, "polygamma", "PolygammaBackward0"};
constexpr Pointwise i0_op{formulas::i0_formula, "i0", "I0Backward0"};
constexpr Pointwise i0e_op{formulas::i0e_formula, "special_i0e", "SpecialI0EBackward0"};
constexpr Pointwise i1_op{formulas::i1_formula, "special_i1", "SpecialI1Backward0"};
constexpr Pointwise i1e_op{formulas::i1e_formula, "special_i1e", "SpecialI1EBackward0"};
constexpr Pointwise entr_op{formulas::entr_formula, "special_entr", "SpecialEntrBackward0"};
constexpr Pointwise erfcx_op{formulas::erfcx_formula, "special_erfcx", "SpecialErfcxBackward0"};
constexpr Pointwise log_ndtr_op{formulas::log_ndtr_formula, "special_log_ndtr", "SpecialLogNdtrBackward0"};
constexpr Pointwise ndtri_op{formulas::ndtri_formula, "special_ndtri", "SpecialNdtriBackward0"};
constexpr Pointwise xlog1py_op{formulas::xlog1py_formula, "special_xlog1py", "SpecialXlog1PyBackward0"};
constexpr Pointwise zeta_op{formulas::zeta_formula, "special_zeta", ""};

Params order(int64_t n) {
  if (n < 0) raise<ValueError>({"[polygamma] polygamma(n, x) does not support negative n, but got ", n});
  return params({n});
}
// One of two may be a number.
void check_one_tensor(const Tensor& input, const Tensor& other, std::string_view op) {
  check_defined(input, other, op);
  if (object(input)->has(wrapped_flag) && object(other)->has(wrapped_flag))
    raise<TypeError>({"[", op, "] both arguments are numbers; at least one must be a Tensor"});
}

} // namespace

Tensor lgamma(const Tensor& self) { return pointwise(lgamma_op, self); }
const Tensor& lgamma_(const Tensor& self) { return pointwise_(lgamma_op, self); }
Tensor digamma(const Tensor& self) { return pointwise(digamma_op, self); }
const Tensor& digamma_(const Tensor& self) { return pointwise_(digamma_op, self); }
Tensor polygamma(int64_t n, const Tensor& input) { return pointwise(polygamma_op, input, order(n)); }
Tensor i0(const Tensor& self) { return pointwise(i0_op, self); }
const Tensor& i0_(const Tensor& self) { return pointwise_(i0_op, self); }
Tensor special_i0e(const Tensor& input) { return pointwise(i0e_op, input); }
Tensor special_i1(const Tensor& input) { return pointwise(i1_op, input); }
Tensor special_i1e(const Tensor& input) { return pointwise(i1e_op, input); }
Tensor special_entr(const Tensor& input) { return pointwise(entr_op, input); }
Tensor special_erfcx(const Tensor& input) { return pointwise(erfcx_op, input); }
Tensor special_ndtr(const Tensor& input) { return erfc(input * -0.70710678118654752440) * 0.5; }
Tensor special_log_ndtr(const Tensor& input) { return pointwise(log_ndtr_op, input); }
Tensor special_ndtri(const Tensor& input) { return pointwise(ndtri_op, input); }
Tensor special_xlog1py(const Tensor& input, const Tensor& other) {
  check_one_tensor(input, other, "special_xlog1py");
  return pointwise(xlog1py_op, input, other);
}
Tensor special_zeta(const Tensor& input, const Tensor& other) {
  check_one_tensor(input, other, "special_zeta");
  return pointwise(zeta_op, input, other);
}

namespace {

Tensor polygamma_of_self(const Tensor& self, int64_t n) { return polygamma(n, self); }
const Tensor& polygamma_of_self_(const Tensor& self, int64_t n) {
  return pointwise_(polygamma_op, self, order(n));
}

#define TALWEG_SPECIAL(name, text, ...) \
  op<Unary, &name>(#name "(input)", {.doc = text, .samples = {__VA_ARGS__}, .elementwise = true})

constinit const Op ops[] = {
    TALWEG_ELEMENTWISE(lgamma, "log |gamma(self)|", "P(2, 3)", "P()"),
    TALWEG_ELEMENTWISE(digamma, "the derivative of lgamma", "P(2, 3)", "P()"),
    TALWEG_ELEMENTWISE(i0, "the modified Bessel function of order 0", "T(2, 3)", "T()"),
    op<Tensor(int64_t, const Tensor&), &polygamma>("polygamma(n, input)",
                                                   {.doc = "the n-th derivative of digamma",
                                                    .samples = {"1, P(2, 3)", "2, P(3)", "0, P(3)"},
                                                    .elementwise = true}),
    op<Tensor(const Tensor&, int64_t), &polygamma_of_self>(
        "Tensor.polygamma(self, n)",
        {.doc = "the n-th derivative of digamma",
         .samples = {"P(2, 3), 1"},
         .in_place = boxed<const Tensor&(const Tensor&, int64_t), &polygamma_of_self_>,
         .elementwise = true,
         .undeclared = "polygamma with the arguments in a method's order"}),
    TALWEG_SPECIAL(special_i0e, "e^-|input| i0(input)", "D(2, 3)"),
    TALWEG_SPECIAL(special_i1, "the modified Bessel function of order 1", "D(2, 3)"),
    TALWEG_SPECIAL(special_i1e, "e^-|input| i1(input)", "D(2, 3)"),
    TALWEG_SPECIAL(special_entr, "-input * log(input)", "P(2, 3)", "P(33)"),
    TALWEG_SPECIAL(special_erfcx, "e^(input^2) erfc(input)", "T(2, 3)", "T(33)"),
    TALWEG_SPECIAL(special_ndtr, "P(X <= input) for normal X", "T(2, 3)", "T(33)"),
    TALWEG_SPECIAL(special_log_ndtr, "log(ndtr(input))", "T(2, 3)", "T(33)"),
    TALWEG_SPECIAL(special_ndtri, "the inverse of ndtr", "C(2, 3)", "U(33)"),
    op<Binary, &special_xlog1py>("special_xlog1py(input, other)",
                                 {.doc = "input * log(1 + other)",
                                  .samples = {"T(2, 3), P(2, 3)", "1.5, P(3)", "T(3), 2.5"},
                                  .elementwise = true,
                                  .numbers_as_tensors = true}),
    op<Binary, &special_zeta>("special_zeta(input, other)",
                              {.doc = "the zeta function of Hurwitz",
                               .samples = {"G(2, 3), P(2, 3)", "G(3), 2.5", "2.5, P(3)"},
                               .derivative = Derivative::none,
                               .why_not = "PyTorch has none",
                               .elementwise = true,
                               .numbers_as_tensors = true}),
};

#undef TALWEG_SPECIAL

} // namespace

extern const Family special_family;
constinit const Family special_family{"special", ops};

} // namespace talweg
