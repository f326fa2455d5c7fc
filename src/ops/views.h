// How operations make views with history.
#pragma once

#include "ops/history.h"
#include "ops/record.h"

namespace talweg {

/// A view with history: `backward` takes the gradient of the view to the gradient of self.
template <class F>
Tensor view_of(const Tensor& self, const Dims& sizes, const Dims& strides, int64_t offset_elements,
               const char* node, F backward, ViewKind kind = ViewKind::plain) {
  Tensor out = make_view(self, sizes, strides, offset_elements * self.element_size(), kind);
  if (!needs_grad(self)) return out;
  auto apply = [backward](Backward& b) {
    if (b.grad().defined()) b.set(0, backward(b.grad()));
  };
  const Tensor* inputs[] = {&self};
  set_history(object(out), function_node(node, inputs, {}, 1, std::move(apply)).release(), 0);
  return out;
}

/// What the record of a view has in common with all others.
constexpr OpInfo linear_view(std::string_view doc, std::array<std::string_view, 8> samples,
                             BoxedCall in_place = nullptr, std::string_view undeclared = {}) {
  return {.doc = doc,
          .samples = samples,
          .derivative = Derivative::linear,
          .in_place = in_place,
          .undeclared = undeclared};
}

} // namespace talweg
