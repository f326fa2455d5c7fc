// Whether what came out is what was recorded.
#pragma once

#include <string>

#include "goldens/decode.h"

namespace goldens {

struct Tolerance {
  double rtol = 0, atol = 0;
  /// Reads `rtol` and `atol`; what isn't there is as in `standard`.
  static Tolerance of(const json::Value& v, Tolerance standard);
  static Tolerance of(const json::Value& v) { return of(v, {}); }
};

/// How two tensors differ; empty if they don't. Dtype and sizes must be the same; integers and truth values
/// are compared exactly, floats by |got - want| <= atol + rtol * |want|, NaN is NaN.
std::string difference(const Tensor& got, const Tensor& want, Tolerance tolerance);

/// The same for any recorded value. Where a second result is stored (`KEY@avx2`), either is right.
std::string difference(const Value& got, const json::Value& want, const Decoder& decoder, Tolerance tolerance,
                       bool shape_only = false);

/// Throws Failed unless `difference` is empty.
template <class... A>
void expect_same(const std::string& what, A&&... arguments) {
  std::string text = difference(arguments...);
  if (!text.empty()) throw Failed(what + ": " + text);
}

} // namespace goldens
