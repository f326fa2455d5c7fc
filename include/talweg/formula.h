// Pointwise operations of your own: a lambda, traced once.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "talweg/scalar.h"
#include "talweg/tensor.h"

namespace talweg {

class Symbol;
class SymbolMask;

namespace detail {
struct Trace;
enum class SymbolOp : uint8_t {
  input,
  constant, // leaves of an expression
  add,
  sub,
  mul,
  div,
  neg,
  square,
  cube,
  reciprocal,
  pow,
  abs,
  exp,
  log,
  sqrt,
  tanh,
  sigmoid,
  relu,
  maximum,
  minimum,
  where,
  equal,
  less,
  less_equal,
  sin,
  cos,
  tan,
  exp2,
  expm1,
  log2,
  log1p,
  erf,
  sinh,
  cosh,
  asin,
  acos,
  atan,
  floor,
  ceil,
  trunc,
  round
};
Symbol combine(SymbolOp op, const Symbol& a);
Symbol combine(SymbolOp op, const Symbol& a, const Symbol& b);
SymbolMask combine_mask(SymbolOp op, const Symbol& a, const Symbol& b);
} // namespace detail

/// What stands for the elements of a tensor while a formula is traced. Numbers convert to it.
class Symbol {
 public:
  template <class N>
  requires std::is_arithmetic_v<N> Symbol(N number) : number_(number) {}

 private:
  friend struct detail::Trace;
  Symbol(detail::Trace* trace, int id) : trace_(trace), id_(id) {}
  detail::Trace* trace_ = nullptr; // null: a number
  int id_ = -1;
  Scalar number_;
};

/// A truth value while a formula is traced: for `where`, or as the result. There is no `if` on it.
class SymbolMask {
 public:
  explicit operator bool() const = delete;

 private:
  friend struct detail::Trace;
  explicit SymbolMask(Symbol number) : number_(number) {}
  Symbol number_; // 1 or 0
};

#define TALWEG_SYMBOL(sign, op)                                   \
  inline Symbol operator sign(const Symbol& a, const Symbol& b) { \
    return detail::combine(detail::SymbolOp::op, a, b);           \
  }
TALWEG_SYMBOL(+, add)
TALWEG_SYMBOL(-, sub)
TALWEG_SYMBOL(*, mul)
#undef TALWEG_SYMBOL
/// A number divided by a symbol is `number * reciprocal(b)`, as with tensors.
Symbol operator/(const Symbol& a, const Symbol& b);
inline Symbol operator-(const Symbol& a) { return detail::combine(detail::SymbolOp::neg, a); }
inline Symbol operator+(const Symbol& a) { return a; }
#define TALWEG_SYMBOL(name) \
  inline Symbol name(const Symbol& a) { return detail::combine(detail::SymbolOp::name, a); }
TALWEG_SYMBOL(abs)
TALWEG_SYMBOL(exp)
TALWEG_SYMBOL(log)
TALWEG_SYMBOL(sqrt)
TALWEG_SYMBOL(tanh)
TALWEG_SYMBOL(sigmoid)
TALWEG_SYMBOL(relu)
TALWEG_SYMBOL(square)
TALWEG_SYMBOL(reciprocal)
TALWEG_SYMBOL(sin)
TALWEG_SYMBOL(cos)
TALWEG_SYMBOL(tan)
TALWEG_SYMBOL(exp2)
TALWEG_SYMBOL(expm1)
TALWEG_SYMBOL(log2)
TALWEG_SYMBOL(log1p)
TALWEG_SYMBOL(erf)
TALWEG_SYMBOL(sinh)
TALWEG_SYMBOL(cosh)
TALWEG_SYMBOL(asin)
TALWEG_SYMBOL(acos)
TALWEG_SYMBOL(atan)
TALWEG_SYMBOL(floor)
TALWEG_SYMBOL(ceil)
TALWEG_SYMBOL(trunc)
TALWEG_SYMBOL(round)
#undef TALWEG_SYMBOL
inline Symbol maximum(const Symbol& a, const Symbol& b) {
  return detail::combine(detail::SymbolOp::maximum, a, b);
}
inline Symbol minimum(const Symbol& a, const Symbol& b) {
  return detail::combine(detail::SymbolOp::minimum, a, b);
}
Symbol pow(const Symbol& a, const Symbol& b);
inline Symbol clamp(const Symbol& a, const Symbol& low, const Symbol& high) {
  return minimum(high, maximum(low, a));
}

inline SymbolMask operator<(const Symbol& a, const Symbol& b) {
  return detail::combine_mask(detail::SymbolOp::less, a, b);
}
inline SymbolMask operator<=(const Symbol& a, const Symbol& b) {
  return detail::combine_mask(detail::SymbolOp::less_equal, a, b);
}
inline SymbolMask operator>(const Symbol& a, const Symbol& b) { return b < a; }
inline SymbolMask operator>=(const Symbol& a, const Symbol& b) { return b <= a; }
inline SymbolMask operator==(const Symbol& a, const Symbol& b) {
  return detail::combine_mask(detail::SymbolOp::equal, a, b);
}
SymbolMask operator!(const SymbolMask& a);
SymbolMask operator&(const SymbolMask& a, const SymbolMask& b);
SymbolMask operator|(const SymbolMask& a, const SymbolMask& b);
inline SymbolMask operator!=(const Symbol& a, const Symbol& b) { return !(a == b); }
/// a where the mask is true, else b.
Symbol where(const SymbolMask& mask, const Symbol& a, const Symbol& b);

namespace detail {
/// A traced formula that handles share.
class FormulaHandle {
 public:
  explicit FormulaHandle(void* shared) : shared_(shared) {}
  FormulaHandle(const FormulaHandle& other);
  FormulaHandle(FormulaHandle&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  FormulaHandle& operator=(FormulaHandle other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~FormulaHandle();
  Tensor call(const Tensor* const* inputs) const;

 private:
  void* shared_;
};

class Tracing {
 public:
  explicit Tracing(int inputs);
  ~Tracing();
  Tracing(const Tracing&) = delete;
  Tracing& operator=(const Tracing&) = delete;
  Symbol input(int i) const;
  FormulaHandle finish(const Symbol& result, std::string_view name);
  FormulaHandle finish(const SymbolMask& result, std::string_view name);

 private:
  Trace* trace_;
};

template <class F>
constexpr int arity() {
  if constexpr (std::is_invocable_v<F&, Symbol>)
    return 1;
  else if constexpr (std::is_invocable_v<F&, Symbol, Symbol>)
    return 2;
  else {
    static_assert(std::is_invocable_v<F&, Symbol, Symbol, Symbol>,
                  "a formula takes one to three elements, by value or const auto&");
    return 3;
  }
}
} // namespace detail

/// A formula as an operation on N tensors; made by `pointwise`.
template <int N>
class PointwiseFunction {
 public:
  explicit PointwiseFunction(detail::FormulaHandle formula) : formula_(std::move(formula)) {}
  Tensor operator()(const Tensor& x) const requires(N == 1) { return call(x); }
  Tensor operator()(const Tensor& x, const Tensor& y) const requires(N == 2) { return call(x, y); }
  Tensor operator()(const Tensor& x, const Tensor& y, const Tensor& z) const requires(N == 3) {
    return call(x, y, z);
  }

 private:
  template <class... T>
  Tensor call(const T&... x) const {
    const Tensor* inputs[] = {&x...};
    return formula_.call(inputs);
  }
  detail::FormulaHandle formula_;
};

/// A formula of one to three elements as an operation on tensors:
///
///     auto swish = tw::pointwise([](auto x) { return x / (1 + exp(-x)); }, "swish");
///     Tensor y = swish(x);
///
/// The lambda is called once, here, with symbols: numbers that it captures are frozen, and there is no `if`
/// on an element (`where` instead). The operation runs on the library's own loops in one pass over memory,
/// broadcasts and promotes as all pointwise operations, and is differentiable to any order. `name` stands in
/// errors and in the graph
/// ("swishBackward").
template <class F>
requires(!std::is_convertible_v<F, Tensor>) auto pointwise(F f, std::string_view name = "pointwise") {
  constexpr int n = detail::arity<F>();
  detail::Tracing trace(n);
  auto finish = [&](const auto& result) {
    using R = std::decay_t<decltype(result)>;
    if constexpr (std::is_same_v<R, SymbolMask>)
      return PointwiseFunction<n>(trace.finish(result, name));
    else
      return PointwiseFunction<n>(trace.finish(Symbol(result), name));
  };
  if constexpr (n == 1)
    return finish(f(trace.input(0)));
  else if constexpr (n == 2)
    return finish(f(trace.input(0), trace.input(1)));
  else
    return finish(f(trace.input(0), trace.input(1), trace.input(2)));
}

} // namespace talweg
