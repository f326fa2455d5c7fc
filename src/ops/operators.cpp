// Python's reflected operators: what `2 - x` calls there.
#include "ops/record.h"
#include "talweg/tensor.h"

namespace talweg {

namespace {

using Reflected = Tensor(const Tensor&, const Tensor&);
using OfNumber = Tensor(const Tensor&, Scalar);

template <auto f>
Tensor reflected(const Tensor& self, const Tensor& other) {
  return f(other, self);
}
Tensor rpow_number(const Tensor& self, Scalar other) { return pow(other, self); }
Tensor rmod_number(const Tensor& self, Scalar other) { return remainder(other, self); }
Tensor rdiv_number(const Tensor& self, Scalar other) { return other / self; }
Tensor radd(const Tensor& self, const Tensor& other) { return self + other; }
Tensor rmul(const Tensor& self, const Tensor& other) { return self * other; }
Tensor minus(const Tensor& a, const Tensor& b) { return a - b; }
Tensor over(const Tensor& a, const Tensor& b) { return a / b; }
Tensor modulo(const Tensor& a, const Tensor& b) { return a % b; }
Tensor power(const Tensor& a, const Tensor& b) { return pow(a, b); }

constinit const Op ops[] = {
    op<Reflected, &radd>("__radd__(self, other)", {.doc = "other + self",
                                                   .samples = {"T(2, 3), T(3)", "T(2, 3), 1.5"},
                                                   .derivative = Derivative::linear,
                                                   .elementwise = true,
                                                   .numbers_as_tensors = true}),
    op<Reflected, &rmul>("__rmul__(self, other)", {.doc = "other * self",
                                                   .samples = {"T(2, 3), T(3)", "T(2, 3), 1.5"},
                                                   .elementwise = true,
                                                   .numbers_as_tensors = true}),
    op<Reflected, &reflected<&minus>>("__rsub__(self, other)", {.doc = "other - self",
                                                                .samples = {"T(2, 3), T(3)", "T(2, 3), 1.5"},
                                                                .derivative = Derivative::linear,
                                                                .elementwise = true,
                                                                .takes = Takes::numbers,
                                                                .numbers_as_tensors = true}),
    op<Reflected, &reflected<&over>>(
        "__rdiv__(self, other)", {.doc = "other / self", .samples = {"P(2, 3), T(3)"}, .elementwise = true}),
    op<OfNumber, &rdiv_number>("__rdiv__(self, other)",
                               {.doc = "other / self", .samples = {"P(2, 3), 1.5"}, .elementwise = true}),
    op<Reflected, &reflected<&modulo>>("__rmod__(self, other)", {.doc = "the remainder of other / self",
                                                                 .samples = {"P(2, 3), T(3)"},
                                                                 .derivative = Derivative::pieces,
                                                                 .elementwise = true,
                                                                 .takes = Takes::numbers}),
    op<OfNumber, &rmod_number>("__rmod__(self, other)", {.doc = "the remainder of other / self",
                                                         .samples = {"P(2, 3), 2.5"},
                                                         .derivative = Derivative::pieces,
                                                         .elementwise = true}),
    op<Reflected, &reflected<&power>>(
        "__rpow__(self, other)",
        {.doc = "other ^ self", .samples = {"T(2, 3), P(3)"}, .elementwise = true, .takes = Takes::numbers}),
    op<OfNumber, &rpow_number>("__rpow__(self, other)",
                               {.doc = "other ^ self", .samples = {"T(2, 3), 2.5"}, .elementwise = true}),
    op<Reflected, &reflected<&matmul>>(
        "__rmatmul__(self, other)",
        {.doc = "other @ self", .samples = {"T(3, 4), T(2, 3)", "T(3), T(3)"}, .takes = Takes::numbers}),
};

} // namespace

extern const Family operators_family;
constinit const Family operators_family{"operators", ops};

} // namespace talweg
