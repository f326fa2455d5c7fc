// Functions of angles, hyperbolic functions and their inverses.
#include "talweg/ops/trigonometry.h"

#include "formulas/trigonometry.h"
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

constexpr Pointwise sin_op{formulas::sin_formula, "sin", "SinBackward0"};
constexpr Pointwise cos_op{formulas::cos_formula, "cos", "CosBackward0"};
constexpr Pointwise tan_op{formulas::tan_formula, "tan", "TanBackward0"};
constexpr Pointwise asin_op{formulas::asin_formula, "asin", "AsinBackward0"};
constexpr Pointwise acos_op{formulas::acos_formula, "acos", "AcosBackward0"};
constexpr Pointwise atan_op{formulas::atan_formula, "atan", "AtanBackward0"};
constexpr Pointwise sinh_op{formulas::sinh_formula, "sinh", "SinhBackward0"};
constexpr Pointwise cosh_op{formulas::cosh_formula, "cosh", "CoshBackward0"};
constexpr Pointwise asinh_op{formulas::asinh_formula, "asinh", "AsinhBackward0"};
constexpr Pointwise acosh_op{formulas::acosh_formula, "acosh", "AcoshBackward0"};
constexpr Pointwise atanh_op{formulas::atanh_formula, "atanh", "AtanhBackward0"};
constexpr Pointwise sinc_op{formulas::sinc_formula, "sinc", "SincBackward0"};
constexpr Pointwise atan2_op{formulas::atan2_formula, "atan2", "Atan2Backward0"};
constexpr Pointwise hypot_op{formulas::hypot_formula, "hypot", "HypotBackward0", only_floats};
constexpr Pointwise deg2rad_op{formulas::scaled_formula, "deg2rad", "Deg2RadBackward0"};
constexpr Pointwise rad2deg_op{formulas::scaled_formula, "rad2deg", "Rad2DegBackward0"};

constexpr Params to_radians{{0.017453292519943295769}, {}};
constexpr Params to_degrees{{57.295779513082320877}, {}};

} // namespace

Tensor sin(const Tensor& self) { return pointwise(sin_op, self); }
const Tensor& sin_(const Tensor& self) { return pointwise_(sin_op, self); }
Tensor cos(const Tensor& self) { return pointwise(cos_op, self); }
const Tensor& cos_(const Tensor& self) { return pointwise_(cos_op, self); }
Tensor tan(const Tensor& self) { return pointwise(tan_op, self); }
const Tensor& tan_(const Tensor& self) { return pointwise_(tan_op, self); }
Tensor asin(const Tensor& self) { return pointwise(asin_op, self); }
const Tensor& asin_(const Tensor& self) { return pointwise_(asin_op, self); }
Tensor acos(const Tensor& self) { return pointwise(acos_op, self); }
const Tensor& acos_(const Tensor& self) { return pointwise_(acos_op, self); }
Tensor atan(const Tensor& self) { return pointwise(atan_op, self); }
const Tensor& atan_(const Tensor& self) { return pointwise_(atan_op, self); }
Tensor sinh(const Tensor& self) { return pointwise(sinh_op, self); }
const Tensor& sinh_(const Tensor& self) { return pointwise_(sinh_op, self); }
Tensor cosh(const Tensor& self) { return pointwise(cosh_op, self); }
const Tensor& cosh_(const Tensor& self) { return pointwise_(cosh_op, self); }
Tensor asinh(const Tensor& self) { return pointwise(asinh_op, self); }
const Tensor& asinh_(const Tensor& self) { return pointwise_(asinh_op, self); }
Tensor acosh(const Tensor& self) { return pointwise(acosh_op, self); }
const Tensor& acosh_(const Tensor& self) { return pointwise_(acosh_op, self); }
Tensor atanh(const Tensor& self) { return pointwise(atanh_op, self); }
const Tensor& atanh_(const Tensor& self) { return pointwise_(atanh_op, self); }
Tensor sinc(const Tensor& self) { return pointwise(sinc_op, self); }
const Tensor& sinc_(const Tensor& self) { return pointwise_(sinc_op, self); }
Tensor atan2(const Tensor& self, const Tensor& other) { return pointwise(atan2_op, self, other); }
const Tensor& atan2_(const Tensor& self, const Tensor& other) { return pointwise_(atan2_op, self, other); }
Tensor hypot(const Tensor& self, const Tensor& other) { return pointwise(hypot_op, self, other); }
const Tensor& hypot_(const Tensor& self, const Tensor& other) { return pointwise_(hypot_op, self, other); }
Tensor deg2rad(const Tensor& self) { return pointwise(deg2rad_op, self, to_radians); }
const Tensor& deg2rad_(const Tensor& self) { return pointwise_(deg2rad_op, self, to_radians); }
Tensor rad2deg(const Tensor& self) { return pointwise(rad2deg_op, self, to_degrees); }
const Tensor& rad2deg_(const Tensor& self) { return pointwise_(rad2deg_op, self, to_degrees); }

namespace {

constinit const Op ops[] = {
    TALWEG_ELEMENTWISE(sin, "the sine", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(cos, "the cosine", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(tan, "the tangent", "S(2, 3)", "S()", "S(33)"),
    TALWEG_ELEMENTWISE(asin, "the arc sine", "S(2, 3)", "S()", "S(33)"),
    TALWEG_ELEMENTWISE(acos, "the arc cosine", "S(2, 3)", "S()", "S(33)"),
    TALWEG_ELEMENTWISE(atan, "the arc tangent", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(sinh, "the hyperbolic sine", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(cosh, "the hyperbolic cosine", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(asinh, "the inverse of sinh", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(acosh, "the inverse of cosh", "G(2, 3)", "G()", "G(33)"),
    TALWEG_ELEMENTWISE(atanh, "the inverse of tanh", "S(2, 3)", "S()", "S(33)"),
    TALWEG_ELEMENTWISE(sinc, "sin(pi self) / (pi self)", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(deg2rad, "degrees as radians", "T(2, 3)", "T()", "T(33)"),
    TALWEG_ELEMENTWISE(rad2deg, "radians as degrees", "T(2, 3)", "T()", "T(33)"),
    op<Binary, &atan2>("atan2(self, other)",
                       {.doc = "the angle of (other, self)",
                        .samples = {"T(2, 3), P(2, 3)", "T(2, 1), P(1, 4)", "T(), P(5)"},
                        .in_place = boxed<BinaryInPlace, &atan2_>,
                        .elementwise = true}),
    op<Binary, &hypot>("hypot(self, other)", {.doc = "sqrt(self ^ 2 + other ^ 2)",
                                              .samples = {"T(2, 3), P(2, 3)", "T(2, 1), P(1, 4)"},
                                              .in_place = boxed<BinaryInPlace, &hypot_>,
                                              .elementwise = true,
                                              .takes = Takes::floats}),
};

} // namespace

extern const Family trigonometry_family;
constinit const Family trigonometry_family{"trigonometry", ops};

} // namespace talweg
