// The sample calls that records state as text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ops/record.h"

namespace talweg::testing {

/// The arguments of one call.
struct Sample {
  std::string text;
  ValueList positional;
  std::vector<NamedValue> named;
  std::vector<bool> constant; // per tensor, in order: the operation has no gradient for it
};

/// The call that a text states: `T(2, 3), I(4; 3), alpha=2.5`. Floating tensors are float64; the numbers look
/// random and are the same in every run. Throws ValueError for text that isn't understood.
Sample parse_sample(std::string_view text);
/// One value in the same language: also what stands as default in a signature.
Value parse_value(std::string_view text);

/// The same call with every tensor replaced by f(tensor).
Sample with_tensors(const Sample& sample, const std::function<Tensor(const Tensor&)>& f);
/// All tensors of a call, in order.
std::vector<Tensor> tensors_of(const Sample& sample);

} // namespace talweg::testing
