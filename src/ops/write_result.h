// The form in place of an operation whose values are computed apart.
#pragma once

#include "kernels/pointwise.h"
#include "ops/history.h"
#include "ops/launch.h"

namespace talweg {

/// Writes `value`, computed from the inputs (self is the first), into self, with its history.
template <class F>
const Tensor& write_result(const Tensor& self, const Tensor& value, std::string_view op, const char* node,
                           Inputs inputs, std::initializer_list<Save> saved, F backward) {
  bool recorded = begin_write(self, op, {inputs.begin() + 1, inputs.end()});
  OwnedNode n =
      write_node(recorded && is_floating_point(self.dtype()), node, inputs, saved, std::move(backward));
  launch(copy_kernel, {buffer_of(self), buffer_of(value)});
  end_write(self, std::move(n));
  return self;
}

} // namespace talweg
