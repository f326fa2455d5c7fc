// What can be done with every module: a struct of parameters, buffers and modules, found and named by
// reflection.
//
//     struct Net {
//       nn::Linear fc1{784, 128};
//       nn::Linear fc2{128, 10};
//       Tensor operator()(const Tensor& x) const { return fc2(relu(fc1(x))); }
//     };
//     Net net;
//     for (const auto& [name, p] : tw::named_parameters(net)) ...   // fc1.weight, fc1.bias, ...
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "talweg/nn/parameter.h"
#include "talweg/nn/reflect.h"
#include "talweg/random.h"

namespace talweg {

namespace reflect {
template <>
inline constexpr bool holds_no_tensors<Generator> = true;
template <>
inline constexpr bool holds_no_tensors<Scalar> = true;
} // namespace reflect

namespace nn {

class Visitor;

/// What stands inside a module: members of a class, or the elements of a container.
enum class Contents : unsigned char { members, listed_modules, keyed_modules, parameters };

/// What is known of all modules of one type.
struct ModuleType {
  std::string_view name;                  // "Linear"
  std::string (*extra_repr)(const void*); // "in_features=1, ..."; null if it has none
  bool* (*training)(void*);               // null if it behaves alike in training and evaluation
  void (*walk)(void*, Visitor&);          // its members, in order
  Contents contents = Contents::members;
};

/// A module of any type.
struct ModuleRef {
  void* module;
  const ModuleType* type;
};

/// Is shown the members of a module. Names are those within the module.
class Visitor {
 public:
  virtual void parameter(std::string_view name, Parameter& parameter);
  virtual void buffer(std::string_view name, Buffer& buffer);
  virtual void tensor(std::string_view name, Tensor& tensor);
  virtual void module(std::string_view name, ModuleRef module);

 protected:
  ~Visitor() = default;
};

/// A class that stands for modules of any type (AnyModule) gives the one it holds.
template <class M>
concept Erased = requires(M& m) {
  { m.module_ref() } -> std::same_as<ModuleRef>;
};

namespace detail {

template <class M>
ModuleRef ref_of(const M& module);

std::string_view index_name(char (&text)[24], size_t i);

template <class T>
void visit(std::string_view name, T& member, Visitor& v);

// A container of modules is one itself, as torch.nn.ModuleList is.
template <class C>
struct Container {
  static constexpr reflect::Kind kind = reflect::kind<C>;
  template <class F>
  static void each(C& c, F&& f) {
    char text[24];
    if constexpr (kind == reflect::Kind::tuple) {
      [&]<size_t... I>(std::index_sequence<I...>) { (f(index_name(text, I), get<I>(c)), ...); }
      (std::make_index_sequence<std::tuple_size<C>::value>());
    } else if constexpr (kind == reflect::Kind::keyed) {
      for (auto& [key, value] : c) {
        if constexpr (std::is_convertible_v<decltype(key), std::string_view>)
          f(std::string_view(key), value);
        else
          f(index_name(text, static_cast<size_t>(key)), value);
      }
    } else {
      size_t i = 0;
      for (auto& value : c) f(index_name(text, i++), value);
    }
  }
  template <reflect::Kind wanted>
  static constexpr bool of() {
    if constexpr (kind == reflect::Kind::keyed)
      return reflect::kind<typename C::mapped_type> == wanted;
    else if constexpr (kind == reflect::Kind::range)
      return reflect::kind<typename C::value_type> == wanted;
    else
      return false;
  }
  static void walk(void* p, Visitor& v) {
    each(*static_cast<C*>(p), [&](std::string_view name, auto& value) { visit(name, value, v); });
  }
  static constexpr bool of_parameters = of<reflect::Kind::parameter>();
  static constexpr ModuleType type{kind == reflect::Kind::keyed
                                       ? (of_parameters ? "ParameterDict" : "ModuleDict")
                                       : (of_parameters ? "ParameterList" : "ModuleList"),
                                   nullptr, nullptr, &walk,
                                   of_parameters                  ? Contents::parameters
                                   : kind == reflect::Kind::keyed ? Contents::keyed_modules
                                                                  : Contents::listed_modules};
};

template <class T>
void visit(std::string_view name, T& constant_or_not, Visitor& v) {
  using M = std::remove_const_t<T>;
  using reflect::Kind;
  constexpr Kind kind = reflect::kind<M>;
  static_assert(kind != Kind::unknown,
                "talweg: a member of this module can't be looked into (a class with constructors, private "
                "members, a base class, references or "
                "more than 64 members, or a C array): list the members of its class with TALWEG_MODULE(...), "
                "use std::array, or, if it holds "
                "no tensors, specialise talweg::reflect::holds_no_tensors for it");
  auto& member = const_cast<M&>(constant_or_not);
  if constexpr (kind == Kind::parameter)
    v.parameter(name, member);
  else if constexpr (kind == Kind::buffer)
    v.buffer(name, member);
  else if constexpr (kind == Kind::tensor)
    v.tensor(name, member);
  else if constexpr (Erased<M>) {
    if (static_cast<bool>(member)) v.module(name, member.module_ref());
  } else if constexpr (kind == Kind::module)
    v.module(name, ref_of(member));
  else if constexpr (kind == Kind::holder) {
    if (static_cast<bool>(member)) visit(name, *member, v);
  } else if constexpr (kind == Kind::range || kind == Kind::keyed || kind == Kind::tuple) {
    v.module(name, {&member, &Container<M>::type});
  }
}

template <class M>
struct TypeOf {
  static void walk(void* p, Visitor& v) {
    reflect::for_each_member(*static_cast<M*>(p), [&](std::string_view name, size_t i, auto& member) {
      char text[24];
      visit(name.empty() ? index_name(text, i) : name, member, v);
    });
  }
  static std::string extra_repr(const void* p) {
    if constexpr (requires(const M& m) { std::string(m.extra_repr()); })
      return static_cast<const M*>(p)->extra_repr();
    else
      return {};
  }
  static constexpr bool has_extra_repr = requires(const M& m) { std::string(m.extra_repr()); };
  static constexpr bool has_training = requires(M & m) { m.training = true; };
  static bool* training(void* p) {
    if constexpr (has_training)
      return &static_cast<M*>(p)->training;
    else
      return nullptr;
  }
  static constexpr std::string_view name() {
    if constexpr (requires { std::string_view(M::module_name); })
      return M::module_name;
    else
      return reflect::type_name<M>();
  }
  static constexpr ModuleType type{name(), has_extra_repr ? &extra_repr : nullptr,
                                   has_training ? &training : nullptr, &walk};
};

template <class M>
ModuleRef ref_of(const M& module) {
  auto& m = const_cast<M&>(module);
  if constexpr (Erased<M>)
    return m.module_ref();
  else if constexpr (reflect::kind<M> == reflect::Kind::module)
    return {&m, &TypeOf<M>::type};
  else if constexpr (reflect::kind<M> == reflect::Kind::holder)
    return ref_of(*m);
  else {
    constexpr auto kind = reflect::kind<M>;
    static_assert(
        kind == reflect::Kind::range || kind == reflect::Kind::keyed || kind == reflect::Kind::tuple,
        "talweg: this is no module that can be looked into: it has neither parameters nor modules among its "
        "members, nor operator() or "
        "forward; or it isn't a plain struct: then list its members with TALWEG_MODULE(...)");
    return {&m, &Container<M>::type};
  }
}

} // namespace detail

/// Anything the functions below take: every class but tensors; whether it really is a module is checked while
/// compiling.
template <class M>
concept ModuleLike = std::is_class_v<M> && !std::is_base_of_v<Tensor, M>;

} // namespace nn

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
using NamedModules = std::vector<std::pair<std::string, nn::ModuleRef>>;

/// Tensors under names, in order: what is saved of a module. A reference to a tensor stays good while others
/// are added.
class StateDict {
 public:
  using Item = std::pair<std::string, Tensor>;
  StateDict() = default;
  StateDict(std::initializer_list<Item> items);
  StateDict(const StateDict& other);
  StateDict(StateDict&& other) noexcept = default;
  StateDict& operator=(StateDict other) noexcept {
    items_.swap(other.items_);
    return *this;
  }
  ~StateDict();

  class Iterator {
   public:
    explicit Iterator(Item* const* at) : at_(at) {}
    const Item& operator*() const { return **at_; }
    const Item* operator->() const { return *at_; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(Iterator a, Iterator b) { return a.at_ == b.at_; }

   private:
    Item* const* at_;
  };
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  Iterator begin() const { return Iterator(items_.data()); }
  Iterator end() const { return Iterator(items_.data() + items_.size()); }
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  /// Null if there is no such key.
  const Tensor* find(std::string_view key) const;
  /// Throws KeyError with the nearest key.
  const Tensor& at(std::string_view key) const;
  /// The tensor under the key, undefined at first.
  Tensor& operator[](std::string_view key);
  /// Whether there was one.
  bool erase(std::string_view key);

 private:
  std::vector<Item*> items_;
};

/// What load_state_dict met without `strict`.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys, unexpected_keys;
};

namespace nn::detail {
NamedTensors named_parameters(ModuleRef m);
NamedTensors named_buffers(ModuleRef m);
NamedModules named_modules(ModuleRef m);
NamedModules named_children(ModuleRef m);
StateDict state_dict(ModuleRef m);
IncompatibleKeys load_state_dict(ModuleRef m, const StateDict& state, bool strict);
void train(ModuleRef m, bool mode);
void to(ModuleRef m, Dtype dtype);
void zero_grad(ModuleRef m);
void requires_grad(ModuleRef m, bool requires_grad);
void apply(ModuleRef m, const ModuleType* type, void (*call)(void* f, void* module), void* f);
std::string repr(ModuleRef m);
std::vector<Tensor> second(const NamedTensors& list);
Parameter copy_of(const Parameter& p);
Buffer copy_of(const Buffer& b);
Tensor copy_of(const Tensor& t);

// The class that F's call operator takes by reference.
template <class F>
struct ArgumentOf;
template <class F, class A>
struct ArgumentOf<void (F::*)(A&)> {
  using type = A;
};
template <class F, class A>
struct ArgumentOf<void (F::*)(A&) const> {
  using type = A;
};

template <class T>
T clone_member(const T& member);
} // namespace nn::detail

/// All parameters of a module and of the modules in it, each once, the module's own first, as
/// torch.nn.Module.parameters. Throws TypeError if a bare Tensor member requires grad: nobody would train or
/// save it.
template <nn::ModuleLike M>
std::vector<Tensor> parameters(const M& module) {
  return nn::detail::second(nn::detail::named_parameters(nn::detail::ref_of(module)));
}
/// The same with their names: "fc1.weight".
template <nn::ModuleLike M>
NamedTensors named_parameters(const M& module) {
  return nn::detail::named_parameters(nn::detail::ref_of(module));
}
template <nn::ModuleLike M>
std::vector<Tensor> buffers(const M& module) {
  return nn::detail::second(nn::detail::named_buffers(nn::detail::ref_of(module)));
}
template <nn::ModuleLike M>
NamedTensors named_buffers(const M& module) {
  return nn::detail::named_buffers(nn::detail::ref_of(module));
}
/// The module itself under "", and all modules in it.
template <nn::ModuleLike M>
NamedModules named_modules(const M& module) {
  return nn::detail::named_modules(nn::detail::ref_of(module));
}
/// The modules that are its members.
template <nn::ModuleLike M>
NamedModules named_children(const M& module) {
  return nn::detail::named_children(nn::detail::ref_of(module));
}
/// The number of elements of all parameters.
template <nn::ModuleLike M>
int64_t num_parameters(const M& module) {
  int64_t n = 0;
  for (const Tensor& p : parameters(module)) n += p.numel();
  return n;
}

/// Parameters and buffers under their names, sharing memory with the module, without history.
template <nn::ModuleLike M>
StateDict state_dict(const M& module) {
  return nn::detail::state_dict(nn::detail::ref_of(module));
}
/// Copies values into the module's parameters and buffers. Throws KeyError for missing or unexpected keys
/// (unless not `strict`) and ShapeError for sizes that differ; the text lists them all, and nothing has been
/// written.
template <nn::ModuleLike M>
IncompatibleKeys load_state_dict(const M& module, const StateDict& state, bool strict = true) {
  return nn::detail::load_state_dict(nn::detail::ref_of(module), state, strict);
}

/// Sets the member `bool training` of every module that has one. Returns the module.
template <nn::ModuleLike M>
M& train(M& module, bool mode = true) {
  nn::detail::train(nn::detail::ref_of(module), mode);
  return module;
}
template <nn::ModuleLike M>
M& eval(M& module) {
  return train(module, false);
}
/// Converts floating-point parameters and buffers. Make optimizers afterwards: the parameters are new
/// tensors.
template <nn::ModuleLike M>
M& to(M& module, Dtype dtype) {
  nn::detail::to(nn::detail::ref_of(module), dtype);
  return module;
}
/// Lets go of all gradients.
template <nn::ModuleLike M>
void zero_grad(const M& module) {
  nn::detail::zero_grad(nn::detail::ref_of(module));
}
/// Freezes (false) or unfreezes all parameters.
template <nn::ModuleLike M>
M& requires_grad_(M& module, bool requires_grad = true) {
  nn::detail::requires_grad(nn::detail::ref_of(module), requires_grad);
  return module;
}
/// Calls f for every module of the type that f takes, inner ones first:
/// `apply(net, [](nn::Linear& m) { m.bias.data().zero_(); });`
template <nn::ModuleLike M, class F>
M& apply(M& module, F&& f) {
  using Function = std::remove_cvref_t<F>;
  using Wanted = std::remove_const_t<typename nn::detail::ArgumentOf<decltype(&Function::operator())>::type>;
  nn::detail::apply(
      nn::detail::ref_of(module), &nn::detail::TypeOf<Wanted>::type,
      [](void* function, void* m) { (*static_cast<Function*>(function))(*static_cast<Wanted*>(m)); },
      const_cast<Function*>(&f));
  return module;
}
/// A module of the same structure with copies of all tensors. A class with TALWEG_MODULE gives a member
/// clone().
template <nn::ModuleLike M>
M clone(const M& module) {
  return nn::detail::clone_member(module);
}

/// The text that PyTorch prints for a module.
template <nn::ModuleLike M>
requires(reflect::kind<M> == reflect::Kind::module) std::string repr(const M& module) {
  return nn::detail::repr(nn::detail::ref_of(module));
}

template <class Stream, nn::ModuleLike M>
requires requires(Stream& s, const char* c) {
  s.write(c, 1);
} &&(reflect::kind<M> == reflect::Kind::module) Stream& operator<<(Stream& stream, const M& module) {
  std::string text = repr(module);
  stream.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
  return stream;
}

namespace nn {
// Found for nn::Linear and its like by the types of their arguments.
using talweg::operator<<;
using talweg::apply;
using talweg::buffers;
using talweg::clone;
using talweg::eval;
using talweg::load_state_dict;
using talweg::named_buffers;
using talweg::named_children;
using talweg::named_modules;
using talweg::named_parameters;
using talweg::num_parameters;
using talweg::parameters;
using talweg::repr;
using talweg::state_dict;
using talweg::train;

namespace detail {

template <class T>
T clone_member(const T& member) {
  using reflect::Kind;
  constexpr Kind kind = reflect::kind<T>;
  if constexpr (kind == Kind::parameter || kind == Kind::buffer || kind == Kind::tensor) {
    return copy_of(member);
  } else if constexpr (kind == Kind::ignored) {
    return member;
  } else if constexpr (kind == Kind::holder) {
    using Held = std::remove_cvref_t<decltype(*member)>;
    if (!static_cast<bool>(member)) return T();
    if constexpr (std::is_constructible_v<T, Held*>)
      return T(new Held(clone_member<Held>(*member)));
    else
      return T(clone_member<Held>(*member));
  } else if constexpr (kind == Kind::tuple) {
    return [&]<size_t... I>(std::index_sequence<I...>) {
      return T{clone_member<std::remove_cv_t<std::tuple_element_t<I, T>>>(get<I>(member))...};
    }
    (std::make_index_sequence<std::tuple_size<T>::value>());
  } else if constexpr (kind == Kind::keyed) {
    T out;
    for (const auto& [key, value] : member) out.emplace(key, clone_member<typename T::mapped_type>(value));
    return out;
  } else if constexpr (kind == Kind::range) {
    T out;
    for (const auto& value : member) out.insert(out.end(), clone_member<typename T::value_type>(value));
    return out;
  } else if constexpr (requires {
                         { member.clone() } -> std::same_as<T>;
                       }) {
    return member.clone();
  } else {
    static_assert(
        std::is_aggregate_v<T>,
        "talweg: a class with TALWEG_MODULE that is to be cloned gives a member function clone() const");
    return reflect::detail::with_members(member,
                                         []<class... A>(const A&... a) { return T{clone_member<A>(a)...}; });
  }
}

} // namespace detail
} // namespace nn
} // namespace talweg
