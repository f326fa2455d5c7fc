// Derivatives as functions of functions: PyTorch's torch.func, and torch.autograd.functional.
#pragma once

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "talweg/autograd.h"
#include "talweg/tensor.h"

namespace talweg::func {

namespace detail {

using Tensors = std::vector<Tensor>;
/// A function of tensors without its type.
struct Fn {
  void* f;
  Tensors (*call)(void* f, const Tensors& x);
};
template <class T>
constexpr bool is_tensor = std::is_same_v<std::decay_t<T>, Tensor>;

template <class R>
Tensors listed(R&& result) {
  if constexpr (is_tensor<R>)
    return {std::forward<R>(result)};
  else
    return std::forward<R>(result);
}
template <class F, size_t... I>
Tensors call_spread(F& f, const Tensors& x, std::index_sequence<I...>) {
  return listed(f(x[I]...));
}
template <size_t N, class F>
Fn erase(F& f) {
  return {const_cast<void*>(static_cast<const void*>(&f)), [](void* p, const Tensors& x) {
            return call_spread(*static_cast<F*>(p), x, std::make_index_sequence<N>{});
          }};
}
/// What F gives for these arguments: a Tensor or a vector of them.
template <class F, class... A>
using ResultOf = std::decay_t<std::invoke_result_t<F&, const A&...>>;

struct GradAndValue {
  Tensors grads;
  Tensor value;
};
GradAndValue grad_and_value(Fn f, const Tensors& x, const std::vector<int64_t>& argnums);
/// [result][argument].
std::vector<Tensors> jacobian(Fn f, const Tensors& x, const std::vector<int64_t>& argnums, bool forward);
/// The results of f, and the gradients that they pass back to x.
class Pullback {
 public:
  Pullback(Fn f, const Tensors& x);
  Tensors results() const;
  Tensors operator()(const Tensors& cotangents) const;

 private:
  Tensors x_, results_;
  bool outer_;
};
/// The results of f, and how they move with x.
class Pushforward {
 public:
  Pushforward(Fn f, const Tensors& x);
  Tensors results() const;
  Tensors operator()(const Tensors& tangents) const;

 private:
  Tensors x_, results_, cotangents_, pulled_;
  bool outer_;
};
using Dims = std::vector<std::optional<int64_t>>;
Tensors vmap(Fn f, const Tensors& x, const Dims& in_dims, int64_t out_dim);

template <class R>
auto as(Tensors results) {
  if constexpr (is_tensor<R>)
    return std::move(results[0]);
  else
    return results;
}
template <bool one>
auto first_if(Tensors list) {
  if constexpr (one)
    return std::move(list[0]);
  else
    return list;
}
template <class R, bool one>
auto jacobian_as(std::vector<Tensors> all) {
  if constexpr (is_tensor<R>) {
    return first_if<one>(std::move(all[0]));
  } else {
    std::vector<decltype(first_if<one>(Tensors()))> out;
    for (auto& row : all) out.push_back(first_if<one>(std::move(row)));
    return out;
  }
}

template <bool one, class F>
auto grad_of(F f, std::vector<int64_t> argnums) {
  return [f = std::move(f), argnums = std::move(argnums)]<class... A>(const A&... x) mutable {
    return first_if<one>(grad_and_value(erase<sizeof...(A)>(f), {x...}, argnums).grads);
  };
}
template <bool one, class F>
auto grad_and_value_of(F f, std::vector<int64_t> argnums) {
  return [f = std::move(f), argnums = std::move(argnums)]<class... A>(const A&... x) mutable {
    GradAndValue g = grad_and_value(erase<sizeof...(A)>(f), {x...}, argnums);
    return std::pair(first_if<one>(std::move(g.grads)), std::move(g.value));
  };
}
template <bool one, class F>
auto jacobian_of(F f, std::vector<int64_t> argnums, bool forward) {
  return [f = std::move(f), argnums = std::move(argnums), forward]<class... A>(const A&... x) mutable {
    return jacobian_as<ResultOf<F, A...>, one>(jacobian(erase<sizeof...(A)>(f), {x...}, argnums, forward));
  };
}

} // namespace detail

/// The function that gives the gradient of f, a function of tensors that returns one number, with respect to
/// the argument `argnum`, or to several: then a vector of gradients. Differentiable again, so that grads
/// nest. Throws ShapeError where f returns more than one number or dimensions.
template <class F>
auto grad(F f, int64_t argnum = 0) {
  return detail::grad_of<true>(std::move(f), {argnum});
}
template <class F>
auto grad(F f, std::vector<int64_t> argnums) {
  return detail::grad_of<false>(std::move(f), std::move(argnums));
}
/// The same, with the value of f: a pair (gradient, value).
template <class F>
auto grad_and_value(F f, int64_t argnum = 0) {
  return detail::grad_and_value_of<true>(std::move(f), {argnum});
}
template <class F>
auto grad_and_value(F f, std::vector<int64_t> argnums) {
  return detail::grad_and_value_of<false>(std::move(f), std::move(argnums));
}

/// f(x...), and the function from a cotangent of each result to a vector with the gradient of each argument.
template <class F, class... A>
auto vjp(F f, const A&... x) {
  detail::Pullback back(detail::erase<sizeof...(A)>(f), {x...});
  auto value = detail::as<detail::ResultOf<F, A...>>(back.results());
  return std::pair(std::move(value), [back = std::move(back)](const auto&... cotangents) {
    if constexpr ((detail::is_tensor<decltype(cotangents)> && ...))
      return back({cotangents...});
    else
      return back(cotangents...);
  });
}

/// A pair: f of the primals, and how it moves when they move by the tangents. By two walks backward.
template <class F, class... A>
auto jvp(F f, const std::tuple<A...>& primals, const std::tuple<A...>& tangents) {
  auto list = [](const auto&... x) { return detail::Tensors{x...}; };
  detail::Pushforward push(detail::erase<sizeof...(A)>(f), std::apply(list, primals));
  using R = detail::ResultOf<F, A...>;
  auto moved = detail::as<R>(push(std::apply(list, tangents)));
  return std::pair(detail::as<R>(push.results()), std::move(moved));
}
template <class F>
auto jvp(F f, const Tensor& primal, const Tensor& tangent) {
  return jvp(std::move(f), std::tuple(primal), std::tuple(tangent));
}
/// f(x...), and the function from a tangent of each argument to how the results move, for use many times.
template <class F, class... A>
auto linearize(F f, const A&... x) {
  using R = detail::ResultOf<F, A...>;
  detail::Pushforward push(detail::erase<sizeof...(A)>(f), {x...});
  auto value = detail::as<R>(push.results());
  return std::pair(std::move(value), [push = std::move(push)](const auto&... tangents) {
    return detail::as<R>(push({tangents...}));
  });
}

/// The function that gives d f / d argument: of sizes (f's sizes..., the argument's sizes...). A vector of
/// them for several `argnums`, and one entry for each result where f returns a vector. jacrev walks backward
/// once for each number of the result, jacfwd once for each number of the argument.
template <class F>
auto jacrev(F f, int64_t argnum = 0) {
  return detail::jacobian_of<true>(std::move(f), {argnum}, false);
}
template <class F>
auto jacrev(F f, std::vector<int64_t> argnums) {
  return detail::jacobian_of<false>(std::move(f), std::move(argnums), false);
}
template <class F>
auto jacfwd(F f, int64_t argnum = 0) {
  return detail::jacobian_of<true>(std::move(f), {argnum}, true);
}
template <class F>
auto jacfwd(F f, std::vector<int64_t> argnums) {
  return detail::jacobian_of<false>(std::move(f), std::move(argnums), true);
}
/// Second derivatives: jacfwd(jacrev(f)). Several `argnums` give a matrix of them.
template <class F>
auto hessian(F f, int64_t argnum = 0) {
  return jacfwd(jacrev(std::move(f), argnum), argnum);
}
template <class F>
auto hessian(F f, std::vector<int64_t> argnums) {
  return jacfwd(jacrev(std::move(f), argnums), argnums);
}
/// The product of the Hessian of f, which returns one number, with a vector: a pair (value, product).
template <class F>
auto hvp(F f, const Tensor& x, const Tensor& v) {
  Tensor value;
  auto gradient = [&](const Tensor& t) {
    auto [g, y] = grad_and_value(f)(t);
    value = y;
    return g;
  };
  Tensor product = jvp(gradient, x, v).second;
  return std::pair(value.detach(), product);
}

/// f over the slices of its arguments along `in_dims` (0 for all; an empty one hands the argument to each
/// call as it is), results stacked along `out_dim`. f is called once for each slice: the meaning of PyTorch's
/// vmap, differentiable, but no faster than the loop that it is.
template <class F>
auto vmap(F f, detail::Dims in_dims = {}, int64_t out_dim = 0) {
  return [f = std::move(f), in_dims = std::move(in_dims), out_dim]<class... A>(const A&... x) mutable {
    return detail::as<detail::ResultOf<F, A...>>(
        detail::vmap(detail::erase<sizeof...(A)>(f), {x...}, in_dims, out_dim));
  };
}
template <class F>
auto vmap(F f, int64_t in_dim, int64_t out_dim = 0) {
  return [f = std::move(f), in_dim, out_dim]<class... A>(const A&... x) mutable {
    return detail::as<detail::ResultOf<F, A...>>(
        detail::vmap(detail::erase<sizeof...(A)>(f), {x...}, detail::Dims(sizeof...(A), in_dim), out_dim));
  };
}

} // namespace talweg::func

namespace talweg::autograd::functional {

/// d f / d x for f of one tensor; see func::jacrev.
template <class F>
auto jacobian(F f, const Tensor& x) {
  return func::jacrev(std::move(f))(x);
}
/// Second derivatives of f, which returns one number.
template <class F>
auto hessian(F f, const Tensor& x) {
  return func::hessian(std::move(f))(x);
}
/// f(x) and the gradient that v passes back to x.
template <class F>
std::pair<Tensor, Tensor> vjp(F f, const Tensor& x, const Tensor& v) {
  auto [value, back] = func::vjp(std::move(f), x);
  return {value, back(v)[0]};
}
/// f(x) and how it moves when x moves by v.
template <class F>
std::pair<Tensor, Tensor> jvp(F f, const Tensor& x, const Tensor& v) {
  return func::jvp(std::move(f), x, v);
}
/// f(x) and the product of its Hessian with v; the Hessian is symmetric, so vhp is the same.
template <class F>
std::pair<Tensor, Tensor> hvp(F f, const Tensor& x, const Tensor& v) {
  return func::hvp(std::move(f), x, v);
}
template <class F>
std::pair<Tensor, Tensor> vhp(F f, const Tensor& x, const Tensor& v) {
  return func::hvp(std::move(f), x, v);
}

} // namespace talweg::autograd::functional
