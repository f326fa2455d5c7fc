// Walking the graph: gradients, grad modes, functions of your own, and checks of derivatives.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "talweg/tensor.h"

namespace talweg {

/// Whether operations of this thread record history.
bool is_grad_enabled();
/// Sets it; returns what it was.
bool set_grad_enabled(bool enabled);

/// While one lives, this thread records no history (or does again), whatever was before.
class AutoGradMode {
 public:
  explicit AutoGradMode(bool enabled) : previous_(set_grad_enabled(enabled)) {}
  ~AutoGradMode() { set_grad_enabled(previous_); }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;

 private:
  bool previous_;
};
struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};
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

/// Adds d(sum of tensors . grad_tensors) / d leaf into the grad of every leaf that requires grad. A gradient may be left
/// out (undefined, or the whole list empty) for tensors of one element. retain_graph is create_graph unless given.
void backward(const std::vector<Tensor>& tensors, const std::vector<Tensor>& grad_tensors = {}, std::optional<bool> retain_graph = {},
              bool create_graph = false);

struct GradOptions {
  std::vector<Tensor> grad_outputs = {};
  std::optional<bool> retain_graph = {};
  bool create_graph = false;
  bool allow_unused = false;
};
/// Gradients of outputs with respect to inputs, without touching any grad. An input that isn't part of the graph throws
/// AutogradError, or gives an undefined Tensor with `allow_unused`.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs, const GradOptions& options = {});

/// What a Function keeps between forward and backward.
class Context {
 public:
  /// Keeps inputs or results for backward, under PyTorch's rules of versions.
  void save_for_backward(std::vector<Tensor> tensors) { to_save_ = std::move(tensors); }
  /// What was kept. Throws AutogradError if it was changed in place since.
  const std::vector<Tensor>& saved_tensors() const { return saved_; }
  /// Whether the gradient of this tensor argument is wanted.
  bool needs_input_grad(size_t i) const { return i < needs_.size() && needs_[i]; }

 private:
  friend struct FunctionAccess;
  std::vector<Tensor> to_save_, saved_;
  std::vector<bool> needs_;
};

struct FunctionAccess {
  using BackwardFn = std::vector<Tensor> (*)(void* state, Context& context, const std::vector<Tensor>& grads);
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
  static std::vector<Tensor> finish(std::vector<Tensor> outputs, std::vector<Tensor> inputs, Context& context, Owned& state, BackwardFn backward);
  static void set_needs(Context& context, const std::vector<Tensor>& inputs);
};

/// A differentiable function of your own:
///
///     struct Cube : autograd::Function<Cube> {
///       static Tensor forward(Context& context, const Tensor& x) { context.save_for_backward({x}); return x * x * x; }
///       static std::vector<Tensor> backward(Context& context, const std::vector<Tensor>& grads) {
///         return {grads[0] * 3 * context.saved_tensors()[0].pow(2)};
///       }
///     };
///     Tensor y = Cube::apply(x);
///
/// forward runs without recording and returns a Tensor or a vector of them; backward returns one gradient for each Tensor
/// argument, in order, undefined where there is none. Written with public operations, it can be differentiated again.
/// State that backward needs beside tensors stands in a type of yours derived from Context.
template <class Derived, class State = Context>
struct Function {
  template <class... A>
  static auto apply(const A&... arguments) {
    std::vector<Tensor> inputs;
    ([&] {
      if constexpr (std::is_same_v<A, Tensor>) inputs.push_back(arguments);
    }(), ...);
    auto* state = new State;
    FunctionAccess::set_needs(*state, inputs);
    auto run = [&] {
      NoGradGuard guard;
      return Derived::forward(*state, arguments...);
    };
    auto call = [](void* s, Context& context, const std::vector<Tensor>& grads) -> std::vector<Tensor> {
      auto& own = *static_cast<State*>(s);
      static_cast<Context&>(own) = std::move(context);
      return Derived::backward(own, grads);
    };
    auto end = [](void* s) { delete static_cast<State*>(s); };
    FunctionAccess::Owned owned{state, end};
    auto result = run();
    if constexpr (std::is_same_v<decltype(result), Tensor>) return FunctionAccess::finish({result}, std::move(inputs), *state, owned, call)[0];
    else return FunctionAccess::finish(std::move(result), std::move(inputs), *state, owned, call);
  }
};

}  // namespace autograd
}  // namespace talweg
