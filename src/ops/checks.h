// Checks that many operations begin with.
#pragma once

#include <string_view>

#include "core/raise.h"
#include "core/tensor_object.h"
#include "talweg/errors.h"
#include "talweg/tensor.h"

namespace talweg {

inline void check_defined(const Tensor& t, std::string_view op) {
  if (!t.defined()) raise<TypeError>({"[", op, "] the tensor is undefined"});
}

inline void check_defined(const Tensor& a, const Tensor& b, std::string_view op) {
  if (!a.defined() || !b.defined()) raise<TypeError>({"[", op, "] a tensor is undefined"});
}

/// Whether writing to one may change the other.
inline bool shares_memory(const Tensor& a, const Tensor& b) {
  return storage_begin(object(a)) == storage_begin(object(b));
}

} // namespace talweg
