// How operations write history: who requires grad, nodes for results, views, and writes in place by PyTorch's
// rules.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>

#include "graph/node.h"

namespace talweg {

inline bool needs_grad(const Tensor& t) { return grad_enabled() && t.defined() && requires_grad(object(t)); }

/// One tensor that a node keeps; `when` false keeps nothing (nobody will ask).
struct Save {
  const Tensor& tensor;
  bool when = true;
  bool is_result = false;
};
inline Save result(const Tensor& t) { return {t, true, true}; }

/// Sets up a node's edges and saved tensors around a function object; see `record`.
template <class F>
OwnedNode function_node(const char* label, std::span<const Tensor* const> inputs,
                        std::initializer_list<Save> saved, uint32_t outputs, F f) {
  Edge inner[8];
  std::vector<Edge> outer;
  Edge* edges = inner;
  if (inputs.size() > 8) {
    outer.resize(inputs.size());
    edges = outer.data();
  }
  OwnedEdges owned({edges, inputs.size()});
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i]->defined()) edges[i] = gradient_edge(object(*inputs[i]));
  auto* node = make_node<FunctionNode<F>>(label, std::move(owned), outputs, std::move(f));
  OwnedNode out(node);
  int i = 0;
  for (const Save& s : saved) {
    if (s.when && s.tensor.defined()) {
      if (s.is_result)
        node->saved[i].save_result(object(s.tensor));
      else
        node->saved[i].save_input(object(s.tensor));
    }
    ++i;
  }
  finish_saving(node, {node->saved, static_cast<size_t>(i)});
  return out;
}

using Inputs = std::initializer_list<const Tensor*>;
inline bool any_needs_grad(std::span<const Tensor* const> inputs) {
  if (!grad_enabled()) return false;
  for (const Tensor* t : inputs)
    if (t->defined() && requires_grad(object(*t))) return true;
  return false;
}

/// Gives `out` its history if an input requires grad: `f(Backward&)` sets the inputs' gradients. Returns out.
template <class F>
Tensor record(Tensor out, const char* label, std::span<const Tensor* const> inputs,
              std::initializer_list<Save> saved, F f) {
  if (any_needs_grad(inputs) && is_floating_point(out.dtype()))
    set_history(object(out), function_node(label, inputs, saved, 1, std::move(f)).release(), 0);
  return out;
}
template <class F>
Tensor record(Tensor out, const char* label, Inputs inputs, std::initializer_list<Save> saved, F f) {
  return record(std::move(out), label, std::span<const Tensor* const>(inputs.begin(), inputs.size()), saved,
                std::move(f));
}

/// The same for two results of one node with one input. Both are kept alive by the caller's handles.
template <class F>
std::pair<Tensor, Tensor> record_pair(std::pair<Tensor, Tensor> out, const char* label, const Tensor& input,
                                      std::initializer_list<Save> saved, F f) {
  if (!needs_grad(input) || !is_floating_point(out.first.dtype())) return out;
  const Tensor* inputs[] = {&input};
  meta_of(object(out.second)).output_nr = 1; // a saved result asks
  OwnedNode node = function_node(label, inputs, saved, 2, std::move(f));
  retain(node.get());
  set_history(object(out.first), node.get(), 0);
  set_history(object(out.second), node.release(), 1);
  return out;
}

/// A differentiable view of `base` (a handle of its base is kept) with the given geometry; no history yet.
Tensor make_view(const Tensor& self, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                 int64_t offset_bytes, ViewKind kind = ViewKind::plain);

/// Gives a strided view of `self` its history.
void set_strided_history(const Tensor& view, const Tensor& self);

/// Called before a write in place, with the other inputs that may require grad. Throws AutogradError where
/// PyTorch does (leaves that require grad, views of them, views that can't carry history), MemoryError where
/// `self` overlaps itself. Returns whether the write must be recorded.
bool begin_write(const Tensor& self, std::string_view op, std::span<const Tensor* const> others = {});
/// The same before a change of geometry, which may overlap itself.
bool begin_change(const Tensor& self, std::string_view op, std::span<const Tensor* const> others = {});
/// Gives self the geometry of `view`, made from it, and the history through it, whose node is then called
/// `node`.
const Tensor& change_geometry(const Tensor& self, Tensor view, const char* node);
/// What becomes the history once `self` is written, from the node of the write: that of the base, around the
/// node, if self is a view. Made before the write, which then can't be left half done.
OwnedNode history_of_write(const Tensor& self, OwnedNode node);
/// Called after it: bumps the version, unless it is `counted` already, and sets the history if there is one.
void end_write(const Tensor& self, OwnedNode history, bool counted = false);
/// The history of a write in place to the first input, made before the write; null unless `recorded`.
template <class F>
OwnedNode write_node(bool recorded, const char* label, Inputs inputs, std::initializer_list<Save> saved,
                     F f) {
  if (!recorded) return nullptr;
  return history_of_write(**inputs.begin(),
                          function_node(label, std::span<const Tensor* const>(inputs.begin(), inputs.size()),
                                        saved, 1, std::move(f)));
}

/// Adds up what broadcasting repeated, so that `grad` has `sizes`, and converts it to `dtype`.
Tensor sum_to(const Tensor& grad, IntList sizes, Dtype dtype);

} // namespace talweg
