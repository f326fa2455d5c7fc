// Comparisons and logic.
#include "talweg/ops/compare.h"

#include "core/raise.h"
#include "formulas/compare.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr Pointwise eq_op{formulas::eq_formula, "eq", "EqBackward0"};
constexpr Pointwise ne_op{formulas::ne_formula, "ne", "NeBackward0"};
constexpr Pointwise lt_op{formulas::lt_formula, "lt", "LtBackward0"};
constexpr Pointwise le_op{formulas::le_formula, "le", "LeBackward0"};
constexpr Pointwise gt_op{formulas::gt_formula, "gt", "GtBackward0"};
constexpr Pointwise ge_op{formulas::ge_formula, "ge", "GeBackward0"};
constexpr Pointwise logical_and_op{formulas::logical_and_formula, "logical_and", "LogicalAndBackward0"};
constexpr Pointwise logical_or_op{formulas::logical_or_formula, "logical_or", "LogicalOrBackward0"};
constexpr Pointwise logical_xor_op{formulas::logical_xor_formula, "logical_xor", "LogicalXorBackward0"};
constexpr Pointwise logical_not_op{formulas::logical_not_formula, "logical_not", "LogicalNotBackward0"};

} // namespace

Tensor eq(const Tensor& self, const Tensor& other) { return pointwise(eq_op, self, other); }
Tensor eq(const Tensor& self, Scalar other) { return pointwise(eq_op, self, other); }
Tensor ne(const Tensor& self, const Tensor& other) { return pointwise(ne_op, self, other); }
Tensor ne(const Tensor& self, Scalar other) { return pointwise(ne_op, self, other); }
Tensor lt(const Tensor& self, const Tensor& other) { return pointwise(lt_op, self, other); }
Tensor lt(const Tensor& self, Scalar other) { return pointwise(lt_op, self, other); }
Tensor le(const Tensor& self, const Tensor& other) { return pointwise(le_op, self, other); }
Tensor le(const Tensor& self, Scalar other) { return pointwise(le_op, self, other); }
Tensor gt(const Tensor& self, const Tensor& other) { return pointwise(gt_op, self, other); }
Tensor gt(const Tensor& self, Scalar other) { return pointwise(gt_op, self, other); }
Tensor ge(const Tensor& self, const Tensor& other) { return pointwise(ge_op, self, other); }
Tensor ge(const Tensor& self, Scalar other) { return pointwise(ge_op, self, other); }

Tensor logical_and(const Tensor& self, const Tensor& other) { return pointwise(logical_and_op, self, other); }
Tensor logical_or(const Tensor& self, const Tensor& other) { return pointwise(logical_or_op, self, other); }
Tensor logical_xor(const Tensor& self, const Tensor& other) { return pointwise(logical_xor_op, self, other); }
Tensor logical_not(const Tensor& self) { return pointwise(logical_not_op, self); }

namespace {

// A comparison in place has a node all the same: what it wrote doesn't depend on what was compared.
const Tensor& compare_in_place(const Pointwise& op, const char* node, const Tensor& self, const Tensor* other,
                               Scalar number) {
  bool recorded = self.defined() && is_floating_point(self.dtype()) &&
                  (needs_grad(self) || (other && needs_grad(*other)));
  if (!recorded) {
    if (other)
      pointwise_(op, self, *other);
    else
      pointwise_(op, self, number);
    return self;
  }
  auto sizes = other ? other->sizes().vec() : std::vector<int64_t>();
  auto dtype = other ? other->dtype() : self.dtype();
  auto apply = [sizes, dtype](Backward& b) {
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, zeros_like(b.grad()));
    if (b.needs(1)) b.set(1, zeros(sizes, {.dtype = dtype}));
  };
  const Tensor none;
  OwnedNode history = write_node(true, node, {&self, other ? other : &none}, {}, std::move(apply));
  if (other)
    pointwise_(op, self, *other);
  else
    pointwise_(op, self, number);
  end_write(self, std::move(history), true);
  return self;
}

} // namespace

const Tensor& eq_(const Tensor& self, const Tensor& other) {
  return compare_in_place(eq_op, "EqBackward1", self, &other, 0);
}
const Tensor& eq_(const Tensor& self, Scalar other) {
  return compare_in_place(eq_op, "EqBackward0", self, nullptr, other);
}
const Tensor& ne_(const Tensor& self, const Tensor& other) {
  return compare_in_place(ne_op, "NeBackward1", self, &other, 0);
}
const Tensor& ne_(const Tensor& self, Scalar other) {
  return compare_in_place(ne_op, "NeBackward0", self, nullptr, other);
}
const Tensor& lt_(const Tensor& self, const Tensor& other) {
  return compare_in_place(lt_op, "LtBackward1", self, &other, 0);
}
const Tensor& lt_(const Tensor& self, Scalar other) {
  return compare_in_place(lt_op, "LtBackward0", self, nullptr, other);
}
const Tensor& le_(const Tensor& self, const Tensor& other) {
  return compare_in_place(le_op, "LeBackward1", self, &other, 0);
}
const Tensor& le_(const Tensor& self, Scalar other) {
  return compare_in_place(le_op, "LeBackward0", self, nullptr, other);
}
const Tensor& gt_(const Tensor& self, const Tensor& other) {
  return compare_in_place(gt_op, "GtBackward1", self, &other, 0);
}
const Tensor& gt_(const Tensor& self, Scalar other) {
  return compare_in_place(gt_op, "GtBackward0", self, nullptr, other);
}
const Tensor& ge_(const Tensor& self, const Tensor& other) {
  return compare_in_place(ge_op, "GeBackward1", self, &other, 0);
}
const Tensor& ge_(const Tensor& self, Scalar other) {
  return compare_in_place(ge_op, "GeBackward0", self, nullptr, other);
}

const Tensor& logical_and_(const Tensor& self, const Tensor& other) {
  return pointwise_(logical_and_op, self, other);
}
const Tensor& logical_or_(const Tensor& self, const Tensor& other) {
  return pointwise_(logical_or_op, self, other);
}
const Tensor& logical_xor_(const Tensor& self, const Tensor& other) {
  return pointwise_(logical_xor_op, self, other);
}
const Tensor& logical_not_(const Tensor& self) { return pointwise_(logical_not_op, self); }

bool equal(const Tensor& self, const Tensor& other) {
  check_defined(self, other, "equal");
  return self.sizes() == other.sizes() && !any(ne(self, other)).item<bool>();
}

namespace {

using OfTensors = Tensor(const Tensor&, const Tensor&);
using OfNumber = Tensor(const Tensor&, Scalar);
using TensorsInPlace = const Tensor&(const Tensor&, const Tensor&);
using NumberInPlace = const Tensor&(const Tensor&, Scalar);

#define TALWEG_COMPARISON(name, sign)                                                                        \
  op<OfTensors, &name>(#name "(self, other)",                                                                \
                       {.doc = "self " sign " other, as truth values",                                       \
                        .samples = {"T(2, 3), T(2, 3)", "T(2, 1), T(4)", "I(2, 3; 3), I(3; 3)", "T(), T(5)", \
                                    "B(2, 3), B(3)"},                                                        \
                        .derivative = Derivative::none,                                                      \
                        .why_not = "the result is a truth value",                                            \
                        .in_place = boxed<TensorsInPlace, &name##_>,                                         \
                        .elementwise = true}),                                                               \
      op<OfNumber, &name>(#name "(self, other)",                                                             \
                          {.doc = "self " sign " other, as truth values",                                    \
                           .samples = {"T(2, 3), 0.5", "I(2, 3; 3), 1", "I(2, 3; 3), 1.5"},                  \
                           .derivative = Derivative::none,                                                   \
                           .why_not = "the result is a truth value",                                         \
                           .in_place = boxed<NumberInPlace, &name##_>,                                       \
                           .elementwise = true})

#define TALWEG_LOGIC(name, text)                                                              \
  op<OfTensors, &name>(#name "(self, other)",                                                 \
                       {.doc = text,                                                          \
                        .samples = {"B(2, 3), B(2, 3)", "B(2, 1), T(4)", "I(2, 3; 2), B(3)"}, \
                        .derivative = Derivative::none,                                       \
                        .why_not = "the result is a truth value",                             \
                        .in_place = boxed<TensorsInPlace, &name##_>,                          \
                        .elementwise = true})

constinit const Op ops[] = {
    TALWEG_COMPARISON(eq, "=="),
    TALWEG_COMPARISON(ne, "!="),
    TALWEG_COMPARISON(lt, "<"),
    TALWEG_COMPARISON(le, "<="),
    TALWEG_COMPARISON(gt, ">"),
    TALWEG_COMPARISON(ge, ">="),
    TALWEG_LOGIC(logical_and, "whether both aren't zero"),
    TALWEG_LOGIC(logical_or, "whether either isn't zero"),
    TALWEG_LOGIC(logical_xor, "whether one of both isn't zero"),
    op<Tensor(const Tensor&), &logical_not>("logical_not(self)",
                                            {.doc = "whether self is zero",
                                             .samples = {"B(2, 3)", "I(2, 3; 2)", "T(3)"},
                                             .derivative = Derivative::none,
                                             .why_not = "the result is a truth value",
                                             .in_place = boxed<const Tensor&(const Tensor&), &logical_not_>,
                                             .elementwise = true}),
    op<bool(const Tensor&, const Tensor&), &equal>("equal(self, other)",
                                                   {.doc = "whether sizes and all elements are equal",
                                                    .samples = {"B(2, 3), B(2, 3)", "T(2), T(3)"},
                                                    .derivative = Derivative::none,
                                                    .why_not = "the result is a truth value"}),
};

#undef TALWEG_COMPARISON
#undef TALWEG_LOGIC

} // namespace

extern const Family compare_family;
constinit const Family compare_family{"compare", ops};

} // namespace talweg
