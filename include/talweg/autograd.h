// Walking the graph: gradients, grad modes, functions of your own, and checks of derivatives.
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "talweg/autograd_modes.h"
#include "talweg/tensor.h"

namespace talweg {

/// Whether operations of this thread record history.
bool is_grad_enabled();
/// Sets it; returns what it was.
bool set_grad_enabled(bool enabled);

/// While one lives, this thread records history or doesn't, whatever was before.
class AutoGradMode {
 public:
  explicit AutoGradMode(bool enabled) : previous_(set_grad_enabled(enabled)) {}
  ~AutoGradMode() { set_grad_enabled(previous_); }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;

 private:
  bool previous_;
};
/// While one lives, this thread records no history.
struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};
/// While one lives, this thread records history again, inside a NoGradGuard say.
struct EnableGradGuard : AutoGradMode {
  EnableGradGuard() : AutoGradMode(true) {}
};
/// Calls f without (with) recording and returns its result.
template <class F>
decltype(auto) no_grad(F&& f) {
  NoGradGuard guard;
  return std::forward<F>(f)();
}
template <class F>
decltype(auto) enable_grad(F&& f) {
  EnableGradGuard guard;
  return std::forward<F>(f)();
}

namespace autograd {

/// Adds d(sum of tensors . grad_tensors) / d leaf into the grad of every leaf that requires grad. A gradient
/// may be left out (undefined, or the whole list empty) for tensors of one element. retain_graph is
/// create_graph unless given.
void backward(const std::vector<Tensor>& tensors, const std::vector<Tensor>& grad_tensors = {},
              std::optional<bool> retain_graph = {}, bool create_graph = false);

/// How `grad` walks.
struct GradOptions {
  std::vector<Tensor> grad_outputs = {}; // one for each output; may be left out where it has one element
  std::optional<bool> retain_graph = {}; // whether the graph can be walked again; create_graph unless given
  bool create_graph = false;             // whether the gradients have a history of their own
  bool allow_unused = false;             // undefined gradients, not errors, for inputs outside the graph
};
/// Gradients of outputs with respect to inputs, without touching any grad. An input that isn't part of the
/// graph throws AutogradError, or gives an undefined Tensor with `allow_unused`.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options = {});

/// What a Function keeps between forward and backward.
class Context {
 public:
  /// Keeps inputs or results for backward, under PyTorch's rules of versions.
  void save_for_backward(std::vector<Tensor> tensors) { to_save_ = std::move(tensors); }
  /// What was kept. Throws AutogradError if it was changed in place since, or freed by an earlier backward.
  const std::vector<Tensor>& saved_tensors() const { return saved_; }
  /// Whether the gradient of this tensor argument is wanted.
  bool needs_input_grad(size_t i) const { return i < needs_.size() && needs_[i]; }
  /// Arguments that forward has written in place; it must return them.
  void mark_dirty(std::vector<Tensor> tensors) { dirty_ = std::move(tensors); }
  /// Results that no gradient flows through, as integers by nature.
  void mark_non_differentiable(std::vector<Tensor> tensors) { constant_ = std::move(tensors); }
  /// Whether backward gets zeros (the default) or undefined tensors for results that nobody used.
  void set_materialize_grads(bool materialize) { materialize_ = materialize; }

 private:
  friend struct FunctionAccess;
  std::vector<Tensor> to_save_, saved_, dirty_, constant_;
  std::vector<bool> needs_;
  bool materialize_ = true;
};

struct FunctionAccess {
  using BackwardFn = std::vector<Tensor> (*)(void* state, const std::vector<Tensor>& grads);
  /// The state of one call, until a node takes it over.
  struct Owned {
    void* state;
    void (*end)(void*);
    Owned(void* s, void (*e)(void*)) : state(s), end(e) {}
    Owned(Owned&& other) noexcept : state(std::exchange(other.state, nullptr)), end(other.end) {}
    ~Owned() {
      if (state) end(state);
    }
  };
  static std::vector<Tensor> finish(std::vector<Tensor> outputs, const std::vector<Tensor>& inputs,
                                    Context& context, Owned& state, BackwardFn backward,
                                    std::string_view name);
  static void set_needs(Context& context, const std::vector<Tensor>& inputs);
  struct Node;

  /// "Cube": a type's name without its namespaces.
  template <class T>
  static constexpr std::string_view name_of() {
    std::string_view text = __PRETTY_FUNCTION__;
    text = text.substr(text.find("T = ") + 4);
    text = text.substr(0, text.find_first_of(";]"));
    return text.substr(text.rfind(':') == std::string_view::npos ? 0 : text.rfind(':') + 1);
  }
};

// clang-format off
/// A differentiable function of your own:
///
///     struct Cube : autograd::Function<Cube> {
///       static Tensor forward(Context& context, const Tensor& x) {
///         context.save_for_backward({x});
///         return x * x * x;
///       }
///       static std::vector<Tensor> backward(Context& context, const std::vector<Tensor>& grads) {
///         return {grads[0] * 3 * context.saved_tensors()[0].pow(2)};
///       }
///     };
///     Tensor y = Cube::apply(x);
///
/// forward runs without recording and returns a Tensor or a vector of them; backward returns one gradient for
/// each Tensor argument, in order, undefined where there is none. Written with public operations, it can be
/// differentiated again. State that backward needs beside tensors stands in a type of yours derived from
/// Context.
// clang-format on
template <class Derived, class State = Context>
struct Function {
  /// Whether A is a range of tensors: a vector, say. (A Tensor is one of its rows, but counts as itself.)
  template <class A>
  static constexpr bool holds_tensors = [] {
    if constexpr (std::is_base_of_v<Tensor, A>)
      return false;
    else if constexpr (requires(const A& a) { *std::begin(a); })
      return std::is_base_of_v<Tensor, std::remove_cvref_t<decltype(*std::begin(std::declval<const A&>()))>>;
    else
      return false;
  }();

  template <class... A>
  static auto apply(const A&... arguments) {
    static_assert((!holds_tensors<A> && ...),
                  "Function::apply takes tensors one by one: a gradient can't find its way into a container");
    std::vector<Tensor> inputs;
    (
        [&] {
          if constexpr (std::is_base_of_v<Tensor, A>) inputs.push_back(arguments);
        }(),
        ...);
    auto* state = new State;
    FunctionAccess::Owned owned{state, [](void* s) { delete static_cast<State*>(s); }};
    FunctionAccess::set_needs(*state, inputs);
    auto run = [&] {
      NoGradGuard guard;
      return Derived::forward(*state, arguments...);
    };
    auto call = [](void* s, const std::vector<Tensor>& grads) -> std::vector<Tensor> {
      return Derived::backward(*static_cast<State*>(s), grads);
    };
    constexpr std::string_view name = FunctionAccess::name_of<Derived>();
    auto result = run();
    if constexpr (std::is_same_v<decltype(result), Tensor>)
      return FunctionAccess::finish({result}, inputs, *state, owned, call, name)[0];
    else
      return FunctionAccess::finish(std::move(result), inputs, *state, owned, call, name);
  }
};

struct GradcheckOptions {
  double eps = 1e-6; // half the distance of finite differences
  double atol = 1e-5;
  double rtol = 1e-3;
  bool raise_exception = true;
};

namespace detail {
using CheckedFn = std::vector<Tensor> (*)(void* f, const std::vector<Tensor>& inputs);
bool gradcheck(CheckedFn call, void* f, const std::vector<Tensor>& inputs, const GradcheckOptions& options);
bool gradgradcheck(CheckedFn call, void* f, const std::vector<Tensor>& inputs,
                   const std::vector<Tensor>& grad_outputs, const GradcheckOptions& options);

// Calls f with the vector, or with its tensors one by one; a Tensor alone counts as a list of one.
template <class F, size_t... I>
auto call_spread(F& f, const std::vector<Tensor>& inputs, std::index_sequence<I...>)
    -> decltype(f(inputs[I]...)) {
  return f(inputs[I]...);
}
template <class F, size_t N = 1>
std::vector<Tensor> call_checked(void* context, const std::vector<Tensor>& inputs) {
  F& f = *static_cast<F*>(context);
  auto listed = [](auto result) {
    if constexpr (std::is_same_v<decltype(result), Tensor>)
      return std::vector<Tensor>{result};
    else
      return std::vector<Tensor>(std::move(result));
  };
  if constexpr (
      requires { f(inputs); } && !requires(const Tensor& t) { f(t); }) {
    return listed(f(inputs));
  } else {
    static_assert(N <= 8, "f must take a vector of tensors, or up to eight tensors");
    if constexpr (requires { call_spread(f, inputs, std::make_index_sequence<N>{}); })
      if (inputs.size() == N) return listed(call_spread(f, inputs, std::make_index_sequence<N>{}));
    if constexpr (N < 8)
      return call_checked<F, N + 1>(context, inputs);
    else
      throw TypeError("[gradcheck] f doesn't take as many tensors as there are inputs");
  }
}
} // namespace detail

/// Compares the gradients of `f(inputs)` with finite differences, for every input that requires grad; these
/// must be float64. `f` takes the tensors one by one, or a vector of them, and returns a Tensor or a vector.
/// Returns true, or throws AutogradError that names the input, the result and both numbers (returns false
/// where raise_exception is off).
template <class F>
bool gradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {}) {
  return detail::gradcheck(&detail::call_checked<std::remove_reference_t<F>>,
                           const_cast<void*>(static_cast<const void*>(&f)), inputs, options);
}
/// The same for the gradients' own gradients. `grad_outputs` are random numbers where none are given.
template <class F>
bool gradgradcheck(F&& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& grad_outputs = {},
                   const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(&detail::call_checked<std::remove_reference_t<F>>,
                               const_cast<void*>(static_cast<const void*>(&f)), inputs, grad_outputs,
                               options);
}

} // namespace autograd
} // namespace talweg
