// One record per module: its constructor by name, for tests, Python and export. state_dict, repr and the call
// are those of the AnyModule that it makes.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ops/record.h"
#include "talweg/nn/containers.h"

namespace talweg::nn {

/// Modules for a container; those without a name are called by their number.
using NamedAnyModules = std::vector<std::pair<std::string, AnyModule>>;

struct ModuleRecord {
  std::string_view signature;                          // "Linear(in_features, out_features, bias=True)"
  AnyModule (*make)(std::span<const Value> arguments); // in the order of the parameters
  AnyModule (*make_of)(NamedAnyModules modules);       // or, for a container, of modules
  std::span<const ParamKind> kinds;

  std::string_view name() const { return signature.substr(0, signature.find('(')); }
};

namespace detail {

template <class... A>
AnyModule make_boxed(AnyModule (*f)(A...), std::span<const Value> arguments) {
  std::tuple<typename talweg::detail::param_of<A>::Held...> held;
  size_t i = 0;
  std::apply([&](auto&... h) { (talweg::detail::unbox(arguments[i++], h), ...); }, held);
  return std::apply([&](auto&... h) { return f(h...); }, held);
}
template <class F, F* f>
struct ModuleBox;
template <class... A, AnyModule (*f)(A...)>
struct ModuleBox<AnyModule(A...), f> {
  static AnyModule make([[maybe_unused]] std::span<const Value> arguments) {
    if constexpr (sizeof...(A) == 0)
      return f();
    else
      return make_boxed<A...>(f, arguments);
  }
  static constexpr std::array<ParamKind, sizeof...(A)> kinds{talweg::detail::param_of<A>::kind...};
};

} // namespace detail

/// The record of a module made by `make`. The text must have as many parameters, or it doesn't compile.
template <auto make>
constexpr ModuleRecord module(std::string_view signature) {
  using Box = detail::ModuleBox<std::remove_pointer_t<decltype(make)>, make>;
  Param params[16];
  if (parse_signature(signature, params) != Box::kinds.size())
    throw "the signature and the function differ in the number of parameters";
  return {signature, &Box::make, nullptr, Box::kinds};
}

std::span<const ModuleRecord> module_records();

/// Makes a module by name as Python would; a container of `modules`. Throws KeyError for an unknown name,
/// TypeError where the arguments don't fit.
AnyModule make_module(std::string_view name, std::span<const Value> arguments,
                      std::span<const NamedValue> keywords = {}, NamedAnyModules modules = {});

/// The functions of nn::init, as operations: `kaiming_uniform_(tensor, a=0.0, mode='fan_in',
/// nonlinearity='leaky_relu')`.
std::span<const Op> init_records();
/// Calls one by name. Throws KeyError for an unknown name, TypeError where the arguments don't fit.
ValueList call_init(std::string_view name, std::span<const Value> arguments,
                    std::span<const NamedValue> keywords = {});

} // namespace talweg::nn
