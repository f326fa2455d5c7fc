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
  std::string letters; // one per tensor, in order: what it was written as
};

/// The call that a text states, as in Python: numbers, `True`, `None`, `'text'`, `float64`, `[lists]`, `(2,
/// 3)`, `name=value`, in indices `slice(1, 3)` and `...`; and tensors, whose numbers look random and are the
/// same in every run. A letter and the sizes:
///
///     T(2, 3)      normal numbers
///     P(2, 3)      positive: 0.25 to 2.25
///     A(2, 3)      the same, ascending
///     C(2, 3)      weights: 0.1 to 0.9, floating, no gradient
///     U(2, 3)      between 0 and 1
///     S(2, 3)      between -1 and 1
///     G(2, 3)      greater than one: 1.25 to 3.25
///     D(2, 3)      distinct, 0.1 or more from each other and from every multiple of 1/2: away from kinks,
///     ties I(2, 3; 5)   positions: 0 to 4, always int64 B(2, 3)      truth values, always bool Z(2, 3; 5)
///     whole numbers: -5 to 5 as int64, tried in every integer dtype (without signs in uint8)
///
/// T, P, A, U, S, G and D are float64, tried in every dtype that the record takes (as integers: |3x| + 1).
/// Throws ValueError for text that isn't understood.
Sample parse_sample(std::string_view text);
/// One value in the same language: also what stands as default in a signature.
Value parse_value(std::string_view text);

/// The same call with every tensor replaced by f(tensor).
Sample with_tensors(const Sample& sample, const std::function<Tensor(const Tensor&)>& f);
/// All tensors of a call, in order.
std::vector<Tensor> tensors_of(const Sample& sample);

} // namespace talweg::testing
