// The bits of integers.
#include "talweg/ops/bits.h"

#include <array>

#include "core/raise.h"
#include "formulas/bits.h"
#include "formulas/special.h"
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr unsigned no_floats = 0x3ff & ~only_floats;
constexpr unsigned only_integers = no_floats & not_bool;

constexpr Pointwise bitwise_and_op{formulas::bitwise_and_formula, "bitwise_and", "", no_floats};
constexpr Pointwise bitwise_or_op{formulas::bitwise_or_formula, "bitwise_or", "", no_floats};
constexpr Pointwise bitwise_xor_op{formulas::bitwise_xor_formula, "bitwise_xor", "", no_floats};
constexpr Pointwise bitwise_not_op{formulas::bitwise_not_formula, "bitwise_not", "", no_floats};
constexpr Pointwise bitwise_left_shift_op{formulas::left_shift_formula, "bitwise_left_shift", "",
                                          only_integers};
constexpr Pointwise bitwise_right_shift_op{formulas::right_shift_formula, "bitwise_right_shift", "",
                                           only_integers};
constexpr Pointwise gcd_op{formulas::gcd_formula, "gcd", "", only_integers};
constexpr Pointwise lcm_op{formulas::lcm_formula, "lcm", "", only_integers};

// The width of the elements that are shifted.
Params width_of(const Operand& self, const Operand& other) {
  return params({itemsize(result_type(std::array{self, other})) * 8});
}

} // namespace

#define TALWEG_BITS(name, ...)                                                                              \
  Tensor name(const Tensor& self, const Tensor& other) {                                                    \
    return pointwise(name##_op, self, other __VA_ARGS__);                                                   \
  }                                                                                                         \
  Tensor name(const Tensor& self, Scalar other) { return pointwise(name##_op, {self, other} __VA_ARGS__); } \
  Tensor name(Scalar self, const Tensor& other) { return pointwise(name##_op, {self, other} __VA_ARGS__); } \
  const Tensor& name##_(const Tensor& self, const Tensor& other) {                                          \
    return pointwise_(name##_op, self, other __VA_ARGS__);                                                  \
  }                                                                                                         \
  const Tensor& name##_(const Tensor& self, Scalar other) {                                                 \
    return pointwise_(name##_op, self, other __VA_ARGS__);                                                  \
  }

TALWEG_BITS(bitwise_and)
TALWEG_BITS(bitwise_or)
TALWEG_BITS(bitwise_xor)
TALWEG_BITS(bitwise_left_shift, , width_of(self, other))
TALWEG_BITS(bitwise_right_shift, , width_of(self, other))

#undef TALWEG_BITS

Tensor bitwise_not(const Tensor& self) {
  check_defined(self, "bitwise_not");
  return self.dtype() == bool_ ? logical_not(self) : pointwise(bitwise_not_op, self);
}
const Tensor& bitwise_not_(const Tensor& self) {
  check_defined(self, "bitwise_not_");
  return self.dtype() == bool_ ? logical_not_(self) : pointwise_(bitwise_not_op, self);
}
Tensor gcd(const Tensor& self, const Tensor& other) { return pointwise(gcd_op, self, other); }
const Tensor& gcd_(const Tensor& self, const Tensor& other) { return pointwise_(gcd_op, self, other); }
Tensor lcm(const Tensor& self, const Tensor& other) { return pointwise(lcm_op, self, other); }
const Tensor& lcm_(const Tensor& self, const Tensor& other) { return pointwise_(lcm_op, self, other); }

namespace {

#define TALWEG_TWO(name, text, what, ...)                                               \
  op<Binary, &name>(#name "(self, other)", {.doc = text,                                \
                                            .samples = {__VA_ARGS__},                   \
                                            .derivative = Derivative::none,             \
                                            .why_not = "integers have none",            \
                                            .in_place = boxed<BinaryInPlace, &name##_>, \
                                            .elementwise = true,                        \
                                            .takes = what})
// A number makes truth values integers, so these forms take them in any case.
#define TALWEG_BITS(name, text, what, ...)                                                    \
  TALWEG_TWO(name, text, what, __VA_ARGS__),                                                  \
      op<OfNumber, &name>(#name "(self, other)", {.doc = text,                                \
                                                  .samples = {"Z(2, 3; 5), 2"},               \
                                                  .derivative = Derivative::none,             \
                                                  .why_not = "integers have none",            \
                                                  .in_place = boxed<NumberInPlace, &name##_>, \
                                                  .elementwise = true}),                      \
      op<NumberFirst, &name>(#name "(self, other)", {.doc = text,                             \
                                                     .samples = {"2, Z(2, 3; 5)"},            \
                                                     .derivative = Derivative::none,          \
                                                     .why_not = "integers have none",         \
                                                     .elementwise = true})
#define TALWEG_WORD(word, name, what)                                             \
  op<Binary, &name>(word "(self, other)", {.doc = "the operator of Python",       \
                                           .samples = {"Z(2, 3; 5), Z(3; 5)"},    \
                                           .derivative = Derivative::none,        \
                                           .why_not = "integers have none",       \
                                           .elementwise = true,                   \
                                           .takes = what}),                       \
      op<OfNumber, &name>(word "(self, other)", {.doc = "the operator of Python", \
                                                 .samples = {"Z(2, 3; 5), 2"},    \
                                                 .derivative = Derivative::none,  \
                                                 .why_not = "integers have none", \
                                                 .elementwise = true})

template <Binary* f>
Tensor reflected(const Tensor& self, const Tensor& other) {
  return f(other, self);
}
template <NumberFirst* f>
Tensor reflected(const Tensor& self, Scalar other) {
  return f(other, self);
}

constinit const Op ops[] = {
    TALWEG_BITS(bitwise_and, "the bits that both have", Takes::all, "Z(2, 3; 5), Z(2, 3; 5)",
                "Z(2, 1; 5), Z(4; 5)", "B(3), B(3)"),
    TALWEG_BITS(bitwise_or, "the bits that either has", Takes::all, "Z(2, 3; 5), Z(2, 3; 5)",
                "Z(2, 1; 5), Z(4; 5)", "B(3), B(3)"),
    TALWEG_BITS(bitwise_xor, "the bits that one of both has", Takes::all, "Z(2, 3; 5), Z(2, 3; 5)",
                "Z(2, 1; 5), Z(4; 5)", "B(3), B(3)"),
    TALWEG_BITS(bitwise_left_shift, "self * 2 ^ other", Takes::numbers, "Z(2, 3; 5), Z(2, 3; 5)",
                "Z(2, 1; 5), Z(4; 5)"),
    TALWEG_BITS(bitwise_right_shift, "self / 2 ^ other", Takes::numbers, "Z(2, 3; 5), Z(2, 3; 5)",
                "Z(2, 1; 5), Z(4; 5)"),
    op<Unary, &bitwise_not>("bitwise_not(self)", {.doc = "the bits that self hasn't",
                                                  .samples = {"Z(2, 3; 5)", "B(3)"},
                                                  .derivative = Derivative::none,
                                                  .why_not = "integers have none",
                                                  .in_place = boxed<UnaryInPlace, &bitwise_not_>,
                                                  .elementwise = true}),
    TALWEG_TWO(gcd, "the greatest common divisor", Takes::numbers, "Z(2, 3; 5), Z(2, 3; 5)",
               "Z(2, 1; 5), Z(4; 5)"),
    TALWEG_TWO(lcm, "the least common multiple", Takes::numbers, "Z(2, 3; 5), Z(2, 3; 5)",
               "Z(2, 1; 5), Z(4; 5)"),
    TALWEG_WORD("__and__", bitwise_and, Takes::all),
    TALWEG_WORD("__or__", bitwise_or, Takes::all),
    TALWEG_WORD("__xor__", bitwise_xor, Takes::all),
    TALWEG_WORD("__lshift__", bitwise_left_shift, Takes::numbers),
    TALWEG_WORD("__rshift__", bitwise_right_shift, Takes::numbers),
    TALWEG_WORD("__rand__", reflected<&bitwise_and>, Takes::all),
    TALWEG_WORD("__ror__", reflected<&bitwise_or>, Takes::all),
    TALWEG_WORD("__rxor__", reflected<&bitwise_xor>, Takes::all),
    TALWEG_WORD("__rlshift__", reflected<&bitwise_left_shift>, Takes::numbers),
    TALWEG_WORD("__rrshift__", reflected<&bitwise_right_shift>, Takes::numbers),
};

#undef TALWEG_TWO
#undef TALWEG_BITS
#undef TALWEG_WORD

} // namespace

extern const Family bits_family;
constinit const Family bits_family{"bits", ops};

} // namespace talweg
