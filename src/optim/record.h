// One record per optimizer: its constructor by name, for tests, Python and export.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "ops/record.h"
#include "talweg/optim.h"

namespace talweg::optim {

/// A group as Python's dictionary states it: `{'params': [...], 'lr': 0.02}`.
struct BoxedGroup {
  std::vector<Tensor> params;
  std::vector<NamedValue> options;
};

struct OptimizerRecord {
  std::string_view signature; // "SGD(params, lr=0.001, momentum=0, ...)"
  std::unique_ptr<Optimizer> (*make)(std::span<const BoxedGroup> groups,
                                     std::span<const NamedValue> keywords);

  std::string_view name() const { return signature.substr(0, signature.find('(')); }
};

/// Sets one option from a value by name. Throws TypeError.
OptionValue option_of(std::string_view optimizer, std::string_view option, const OptionValue& before,
                      const Value& value);
[[noreturn]] void refuse_option(std::string_view optimizer, std::string_view option);

struct OptimizerAccess {
  template <class O>
  static void set(typename O::Options& options, std::span<const NamedValue> values) {
    for (const auto& [key, value] : values) {
      bool found = false;
      for (const auto& f : O::Traits::fields) {
        if (f.name != key) continue;
        f.set(&options, option_of(O::Traits::type.name, key, f.get(&options), value));
        found = true;
      }
      if (!found) refuse_option(O::Traits::type.name, key);
    }
  }
  template <class O>
  static std::unique_ptr<Optimizer> make(std::span<const BoxedGroup> groups,
                                         std::span<const NamedValue> keywords) {
    typename O::Options defaults;
    set<O>(defaults, keywords);
    std::vector<typename O::Group> list;
    for (const BoxedGroup& g : groups) {
      typename O::Options options = defaults;
      set<O>(options, g.options);
      list.emplace_back(g.params, options);
    }
    return std::make_unique<O>(std::move(list));
  }
  // Each option of the text must be a field, and the other way round.
  template <class O>
  static constexpr bool agrees(std::string_view signature) {
    Param params[16];
    size_t count = parse_signature(signature, params);
    if (count != std::size(O::Traits::fields) + 1 || params[0].name != "params") return false;
    for (const auto& f : O::Traits::fields) {
      bool found = false;
      for (size_t i = 1; i < count; ++i) found |= params[i].name == f.name;
      if (!found) return false;
    }
    return true;
  }
};

/// A record. Its text must name the options that the optimizer has, or it doesn't compile.
template <class O>
constexpr OptimizerRecord optimizer(std::string_view signature) {
  if (!OptimizerAccess::agrees<O>(signature)) throw "the signature and the optimizer's options differ";
  return {signature, &OptimizerAccess::make<O>};
}

/// The list of optimizers: the only one.
std::span<const OptimizerRecord* const> optimizer_records();

/// Makes an optimizer by name; options that a group doesn't state are those of `keywords`, else the defaults.
/// Throws KeyError for an unknown name, TypeError for options that it doesn't have or of the wrong kind.
std::unique_ptr<Optimizer> make_optimizer(std::string_view name, std::span<const BoxedGroup> groups,
                                          std::span<const NamedValue> keywords = {});

} // namespace talweg::optim
