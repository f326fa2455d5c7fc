// What optimizers share on the inside.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "graph/node.h"
#include "kernels/buffer.h"
#include "talweg/optim.h"

namespace talweg::optim {

template <auto member>
constexpr Optimizer::Field Optimizer::field(std::string_view name) {
  using Options = decltype([]<class O, class T>(T O::*) -> O { return {}; }(member));
  using Type = std::remove_cvref_t<decltype(std::declval<Options>().*member)>;
  return {name,
          [](const void* options) -> OptionValue { return static_cast<const Options*>(options)->*member; },
          [](void* options, const OptionValue& value) {
            static_cast<Options*>(options)->*member = std::get<Type>(value);
          }};
}

/// As Python writes the number.
std::string text_of(Number n);
/// Throws ValueError "Invalid learning rate: -1.0" unless value >= 0.
void check_not_negative(std::string_view what, Number value);

/// The gradient of a parameter, or null.
inline const Tensor* gradient_of(const Tensor& parameter) {
  Meta* meta = find_meta(object(parameter));
  return meta && meta->grad.defined() ? &meta->grad : nullptr;
}

/// Runs a step's kernel on parameter, gradient and state. What isn't contiguous, or neither float32 nor
/// float64, is worked on in a copy.
void run_step(const Kernel& kernel, std::span<const Tensor* const> tensors, const void* step, size_t bytes);

} // namespace talweg::optim
