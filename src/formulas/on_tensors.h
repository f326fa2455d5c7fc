// Formulas for everyone who isn't an instruction set: names, tables, what derivatives use, derivatives on
// Tensors.
#pragma once

#include <type_traits>

#include "formulas/formula.h"
#include "formulas/uses.h"
#include "lanes/indices.h"
#include "talweg/tensor.h"

namespace talweg {

// Names that lanes have and tensors spell otherwise.
inline Tensor div_floor(const Tensor& a, const Tensor& b) { return div(a, b, "floor"); }
inline Tensor div_trunc(const Tensor& a, const Tensor& b) { return div(a, b, "trunc"); }

/// A derivative on Tensors: gradient, inputs, result, numbers. Differentiable again.
using TensorDerivative = Tensor (*)(const Tensor& grad, const Tensor* inputs, const Tensor& result,
                                    const Params& params);

struct Formula {
  std::string_view name;
  const Tiles* const* tiles = nullptr; // by instruction set
  uint8_t inputs = 0;
  uint8_t derivatives = 0;
  bool boolean = false;  // the result is a truth value
  bool composed = false; // derivatives have no loops: they run on tensors
  bool numbers = false; // derivatives take numbers beside the tensors
  unsigned types = 0;
  unsigned uses[most_inputs] = {};        // bit i + 1: derivative reads input i; bit 4: the result
  bool passes_gradient[most_inputs] = {}; // the derivative is the gradient itself
  bool passes_all = false;                // all derivatives are
  TensorDerivative on_tensors[most_inputs] = {};
};

inline constexpr unsigned uses_result = 16;
constexpr unsigned uses_input(int i) { return 2u << i; }

struct Named {
  std::string_view name;
  const Tiles* const* tiles;
  constexpr Formula operator=(Formula body) const {
    body.name = name;
    body.tiles = tiles;
    return body;
  }
};

namespace detail {

// Calls D with gradient, N inputs, the result and as many numbers as it takes.
template <class D, class T, class Number, int... I>
constexpr auto call_derivative(const T& g, const T* in, const T& out, Number number, Indices<I...>) {
  if constexpr (std::is_invocable_v<D, T, decltype(in[I])..., T>)
    return D{}(g, in[I]..., out);
  else if constexpr (std::is_invocable_v<D, T, decltype(in[I])..., T, decltype(number(0))>)
    return D{}(g, in[I]..., out, number(0));
  else if constexpr (std::is_invocable_v<D, T, decltype(in[I])..., T, decltype(number(0)),
                                         decltype(number(0))>)
    return D{}(g, in[I]..., out, number(0), number(1));
  else
    return D{}(g, in[I]..., out, number(0), number(1), number(2));
}

// Whether D can't be called without numbers.
template <class D, int... I>
constexpr bool takes_numbers(Indices<I...>) {
  return !std::is_invocable_v<D, Uses, decltype((void)I, Uses())..., Uses>;
}

template <class D, int N>
constexpr unsigned uses_of() {
  Uses in[] = {Uses::bit(2), Uses::bit(4), Uses::bit(8)};
  auto number = [](int) { return Uses(0); };
  return call_derivative<D>(Uses::bit(1), in, Uses::bit(16), number, indices_below<N>{}).mask;
}

// Only a derivative that returns its first argument untouched gives back the very object it was called with.
template <class D, int N>
constexpr bool passes_gradient() {
  Uses in[] = {Uses::bit(2), Uses::bit(4), Uses::bit(8)};
  auto number = [](int) { return Uses(0); };
  return call_derivative<D>(Uses::untouched(), in, Uses::bit(16), number, indices_below<N>{}).original;
}

template <class D, int N>
Tensor derivative_on_tensors(const Tensor& g, const Tensor* in, const Tensor& out, const Params& params) {
  auto number = [&params](int i) { return params.number[i]; };
  return call_derivative<D>(g, in, out, number, indices_below<N>{});
}

template <unsigned Set, int N, class... D>
constexpr Formula make_formula() {
  Formula f;
  f.inputs = N;
  f.derivatives = sizeof...(D);
  f.types = Set & numbers;
  f.composed = Set & composed;
  f.numbers = (takes_numbers<D>(indices_below<N>{}) || ... || false);
  int i = 0;
  ((f.uses[i] = uses_of<D, N>(), f.passes_gradient[i] = passes_gradient<D, N>(),
    f.on_tensors[i] = &derivative_on_tensors<D, N>, ++i),
   ...);
  f.passes_all = (passes_gradient<D, N>() && ...);
  return f;
}

} // namespace detail

template <unsigned Set, class Value, class... D>
constexpr Formula unary(Value, D...) {
  return detail::make_formula<Set, 1, D...>();
}
template <unsigned Set, class Value, class... D>
constexpr Formula binary(Value, D...) {
  return detail::make_formula<Set, 2, D...>();
}
template <unsigned Set, class Value, class... D>
constexpr Formula ternary(Value, D...) {
  return detail::make_formula<Set, 3, D...>();
}
/// Formulas of one and of two numbers whose result is a truth value.
template <unsigned Set, class Value>
constexpr Formula truth(Value) {
  Formula f = detail::make_formula<Set, 1>();
  f.boolean = true;
  return f;
}
template <unsigned Set, class Value>
constexpr Formula compare(Value) {
  Formula f = detail::make_formula<Set, 2>();
  f.boolean = true;
  return f;
}

} // namespace talweg
