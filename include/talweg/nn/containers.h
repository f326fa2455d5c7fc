// Modules made of modules.
#pragma once

#include <span>
#include <tuple>
#include <vector>

#include "talweg/nn/module.h"

namespace talweg::nn {

/// A list of modules: `nn::ModuleList<nn::Linear> layers;`. Any standard container does as well.
template <class M>
using ModuleList = std::vector<M>;

namespace detail {
template <class M, class... A>
decltype(auto) call(M& module, const A&... input) {
  if constexpr (requires { module(input...); })
    return module(input...);
  else
    return module.forward(input...);
}
template <class M, class... A>
concept Callable = requires(M& module, const A&... input) {
  module(input...);
}
|| requires(M& module, const A&... input) { module.forward(input...); };

[[noreturn]] void refuse_call(ModuleRef m, size_t inputs);
} // namespace detail

/// Modules one after the other; each gets what the one before gives. They are called "0", "1", ...:
/// `nn::Sequential net(nn::Linear(2, 16), nn::Tanh(), nn::Linear(16, 1));`
template <class... M>
class Sequential {
 public:
  explicit Sequential(M... modules) : modules_(std::move(modules)...) {}
  template <class Input>
  auto operator()(const Input& input) const {
    return run<0>(input);
  }
  static constexpr size_t size() { return sizeof...(M); }
  template <size_t I>
  auto& get() {
    return std::get<I>(modules_);
  }
  template <size_t I>
  const auto& get() const {
    return std::get<I>(modules_);
  }
  Sequential clone() const {
    return std::apply([](const M&... m) { return Sequential(detail::clone_member<M>(m)...); }, modules_);
  }

 private:
  friend struct reflect::Access;
  static constexpr bool talweg_listed = true;
  template <class F>
  void talweg_members(F&& f) {
    std::apply(f, modules_);
  }
  static constexpr std::string_view talweg_names() { return {}; }

  template <size_t I, class Input>
  auto run(const Input& input) const {
    if constexpr (I == sizeof...(M))
      return input;
    else
      return run<I + 1>(detail::call(std::get<I>(modules_), input));
  }
  std::tuple<M...> modules_;
};

/// One module of any type, called with tensors.
class AnyModule {
 public:
  AnyModule() = default;
  template <class M>
  requires(!std::is_same_v<M, AnyModule> && ModuleLike<M>) AnyModule(M module)
      : held_(new Held<M>(std::move(module))) {}
  AnyModule(AnyModule&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  AnyModule& operator=(AnyModule&& other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~AnyModule() { delete held_; }

  explicit operator bool() const { return held_ != nullptr; }
  /// Throws TypeError if the module doesn't take so many tensors.
  Tensor operator()(const Tensor& input) const { return forward({&input, 1}); }
  Tensor forward(std::span<const Tensor> inputs) const { return held_->forward(inputs); }
  ModuleRef module_ref() const { return held_->ref(); }
  AnyModule clone() const {
    AnyModule out;
    if (held_) out.held_ = held_->clone();
    return out;
  }

 private:
  friend struct reflect::Access;
  static constexpr bool talweg_listed = true;

  struct Base {
    Base() = default;
    virtual ~Base() = default;
    virtual ModuleRef ref() = 0;
    virtual Tensor forward(std::span<const Tensor> inputs) = 0;
    virtual Base* clone() const = 0;
  };
  template <class M>
  struct Held final : Base {
    explicit Held(M m) : module(std::move(m)) {}
    ModuleRef ref() override { return detail::ref_of(module); }
    Tensor forward(std::span<const Tensor> in) override {
      if constexpr (detail::Callable<M, Tensor>) {
        if (in.size() == 1) return detail::call(module, in[0]);
      }
      if constexpr (detail::Callable<M, Tensor, Tensor>) {
        if (in.size() == 2) return detail::call(module, in[0], in[1]);
      }
      detail::refuse_call(ref(), in.size());
    }
    Base* clone() const override { return new Held(detail::clone_member<M>(module)); }
    M module;
  };

  Base* held_ = nullptr;
};

/// A Sequential whose modules are given while the program runs; they are called "0", "1", ... unless they get
/// names.
class AnySequential {
 public:
  static constexpr std::string_view module_name = "Sequential";
  AnySequential() = default;
  explicit AnySequential(std::vector<AnyModule> modules) {
    for (auto& m : modules) append(std::move(m));
  }
  /// Adds a module at the end.
  AnySequential& append(AnyModule module) { return append(std::to_string(size()), std::move(module)); }
  AnySequential& append(std::string name, AnyModule module) {
    modules_.emplace_back(std::move(name), std::move(module));
    return *this;
  }
  size_t size() const { return modules_.size(); }
  const AnyModule& operator[](size_t i) const { return modules_[i].second; }
  Tensor operator()(const Tensor& input) const {
    Tensor x = input;
    for (const auto& [name, m] : modules_) x = m(x);
    return x;
  }
  AnySequential clone() const {
    AnySequential out;
    for (const auto& [name, m] : modules_) out.append(name, m.clone());
    return out;
  }

 private:
  friend struct reflect::Access;
  static constexpr bool talweg_listed = true;
  static constexpr bool talweg_counted = true;
  template <class F>
  void talweg_members(F&& f) {
    for (auto& [name, m] : modules_) f(std::string_view(name), m);
  }

  std::vector<std::pair<std::string, AnyModule>> modules_;
};

} // namespace talweg::nn
