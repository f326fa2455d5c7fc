// What numbers are, and whether tensors are close.
#include "talweg/ops/predicates.h"

#include <limits>

#include "ops/checks.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor truth_everywhere(const Tensor& self, bool value, std::string_view op) {
  check_defined(self, op);
  return full(self.sizes(), value, {.dtype = bool_});
}
bool is_whole_number(const Tensor& self) { return self.defined() && is_integral(self.dtype()); }

} // namespace

Tensor isnan(const Tensor& self) {
  return is_whole_number(self) ? truth_everywhere(self, false, "isnan") : ne(self, self);
}
Tensor isinf(const Tensor& self) {
  if (is_whole_number(self)) return truth_everywhere(self, false, "isinf");
  NoGradGuard quiet;
  return eq(abs(self), infinity);
}
Tensor isfinite(const Tensor& self) {
  if (is_whole_number(self)) return truth_everywhere(self, true, "isfinite");
  NoGradGuard quiet;
  return lt(abs(self), infinity);
}
Tensor isposinf(const Tensor& self) {
  return is_whole_number(self) ? truth_everywhere(self, false, "isposinf") : eq(self, infinity);
}
Tensor isneginf(const Tensor& self) {
  return is_whole_number(self) ? truth_everywhere(self, false, "isneginf") : eq(self, -infinity);
}
Tensor isreal(const Tensor& self) { return truth_everywhere(self, true, "isreal"); }

Tensor isclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  check_defined(self, other, "isclose");
  if (self.dtype() != other.dtype())
    raise<DtypeError>({"[isclose] ", name(self.dtype()), " did not match ", name(other.dtype()),
                       "; convert one, as in to(x.dtype())"});
  if (!(rtol >= 0))
    raise<ValueError>({"[isclose] rtol must be greater than or equal to zero, but got ", rtol});
  if (!(atol >= 0))
    raise<ValueError>({"[isclose] atol must be greater than or equal to zero, but got ", atol});
  NoGradGuard quiet;
  Tensor close = eq(self, other);
  if (equal_nan && is_floating_point(self.dtype()))
    close = logical_or(close, logical_and(isnan(self), isnan(other)));
  if (rtol == 0 && atol == 0) return close;
  Tensor reference = is_integral(self.dtype()) ? to(other, get_default_dtype()) : other;
  Tensor allowed = abs(reference * rtol) + atol;
  Tensor actual = abs((self.dtype() == bool_ ? to(self, reference.dtype()) : self) - reference);
  return logical_or(close, logical_and(isfinite(actual), le(actual, allowed)));
}
bool allclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  return all(isclose(self, other, rtol, atol, equal_nan)).item<bool>();
}

namespace {

using Unary = Tensor(const Tensor&);
using Close = Tensor(const Tensor&, const Tensor&, double, double, bool);

#define TALWEG_PREDICATE(name, text)                                          \
  op<Unary, &name>(#name "(self)", {.doc = text,                              \
                                    .samples = {"T(2, 3)", "T()", "T(33)"},   \
                                    .derivative = Derivative::none,           \
                                    .why_not = "the result is a truth value", \
                                    .elementwise = true})

constinit const Op ops[] = {
    TALWEG_PREDICATE(isnan, "whether self is NaN"),
    TALWEG_PREDICATE(isinf, "whether self is infinite"),
    TALWEG_PREDICATE(isfinite, "whether self is neither infinite nor NaN"),
    TALWEG_PREDICATE(isposinf, "whether self is infinity"),
    TALWEG_PREDICATE(isneginf, "whether self is -infinity"),
    TALWEG_PREDICATE(isreal, "true"),
    op<Close, &isclose>("isclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False)",
                        {.doc = "whether |self - other| <= atol + rtol * |other|",
                         .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3), 0.5, 0.25, True"},
                         .derivative = Derivative::none,
                         .why_not = "the result is a truth value",
                         .elementwise = true}),
    op<bool(const Tensor&, const Tensor&, double, double, bool), &allclose>(
        "allclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False)",
        {.doc = "whether all elements are close",
         .samples = {"T(2, 3), T(2, 3)", "T(2, 3), T(3), 0.5, 0.25, True"},
         .derivative = Derivative::none,
         .why_not = "the result is a truth value"}),
};

#undef TALWEG_PREDICATE

} // namespace

extern const Family predicates_family;
constinit const Family predicates_family{"predicates", ops};

} // namespace talweg
