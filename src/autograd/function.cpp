// Functions of the user: a node that calls back.
#include <algorithm>
#include <memory>
#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "ops/history.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg::autograd {

struct FunctionAccess::Node : talweg::Node {
  std::string label;
  Owned state;
  Context* context; // part of the state
  BackwardFn backward;
  std::unique_ptr<SavedTensor[]> saved;
  size_t saved_count = 0;
  std::vector<InputShape> input_shapes, output_shapes;

  static const NodeType node_type;
  Node(std::span<const Edge> edges, uint32_t outputs, std::string_view name, Owned&& owned, Context& c,
       BackwardFn f)
      : talweg::Node(&node_type, edges, outputs),
        label(std::string(name) + "Backward"),
        state(std::move(owned)),
        context(&c),
        backward(f) {}

  static void apply(talweg::Node* base, Backward& b);
  static void release(talweg::Node* base) noexcept {
    auto* node = static_cast<Node*>(base);
    for (size_t i = 0; i < node->saved_count; ++i) node->saved[i].reset();
  }
  static void destroy(talweg::Node* base) noexcept { static_cast<Node*>(base)->~Node(); }
  static std::string_view name(const talweg::Node* base) { return static_cast<const Node*>(base)->label; }

  void save(const std::vector<Tensor>& tensors);
  void set_gradients(Backward& b, std::vector<Tensor>& grads) const;
};

const NodeType FunctionAccess::Node::node_type{&apply, &release, &destroy, &name,
                                               sizeof(FunctionAccess::Node)};

namespace {

bool holds(const std::vector<Tensor>& list, const Tensor& t) {
  return std::any_of(list.begin(), list.end(), [&](const Tensor& e) { return e.is_same(t); });
}

InputShape shape_of(const Tensor& t) {
  return t.defined() ? InputShape{t.sizes().vec(), t.dtype()} : InputShape{{}, float32};
}

bool expands_to(IntList sizes, IntList larger) {
  if (sizes.size() > larger.size()) return false;
  size_t lead = larger.size() - sizes.size();
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] != larger[lead + i] && sizes[i] != 1) return false;
  return true;
}

} // namespace

void FunctionAccess::Node::apply(talweg::Node* base, Backward& b) {
  auto* node = static_cast<Node*>(base);
  Context& context = *node->context;
  std::vector<Tensor> grads(b.grads().begin(), b.grads().end());
  for (size_t i = 0; i < grads.size(); ++i)
    if (!grads[i].defined() && context.materialize_)
      grads[i] = zeros(node->output_shapes[i].sizes, {.dtype = node->output_shapes[i].dtype});
  // What is unpacked must not stay in the node: a saved result would hold its own history.
  struct Unpacked {
    std::vector<Tensor>& list;
    ~Unpacked() { list.clear(); }
  } unpacked{context.saved_};
  for (size_t i = 0; i < node->saved_count; ++i) context.saved_.push_back(node->saved[i].unpack(node));
  std::vector<Tensor> results = node->backward(node->state.state, grads);
  node->set_gradients(b, results);
}

void FunctionAccess::Node::set_gradients(Backward& b, std::vector<Tensor>& grads) const {
  while (grads.size() > edge_count && !grads.back().defined()) grads.pop_back();
  if (grads.size() != edge_count)
    raise<AutogradError>(
        {"[", label, "] function returned an incorrect number of gradients (expected ", edge_count, ", got ",
         grads.size(),
         "): backward returns one for each Tensor that forward takes, undefined where there is none"});
  for (size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined() || !b.needs(i)) continue;
    const InputShape& input = input_shapes[i];
    if (!expands_to(input.sizes, grads[i].sizes()))
      raise<AutogradError>({"[", label, "] function returned an invalid gradient at index ", i, " - got ",
                            IntList(grads[i].sizes()), " but expected shape compatible with ",
                            IntList(IntList(input.sizes))});
    bool same = grads[i].sizes() == IntList(input.sizes) && grads[i].dtype() == input.dtype;
    b.set(i, same ? grads[i] : sum_to(grads[i], input.sizes, input.dtype));
  }
}

void FunctionAccess::set_needs(Context& context, const std::vector<Tensor>& inputs) {
  for (const Tensor& t : inputs) context.needs_.push_back(needs_grad(t));
}

std::vector<Tensor> FunctionAccess::finish(std::vector<Tensor> outputs, const std::vector<Tensor>& inputs,
                                           Context& context, Owned& state, BackwardFn backward,
                                           std::string_view name) {
  std::string where = "[" + std::string(name) + "] ";
  for (const Tensor& t : context.dirty_) {
    if (!holds(inputs, t) || !holds(outputs, t))
      raise<AutogradError>({where, "a tensor marked dirty must be an argument and be returned"});
    if (grad_enabled() && t.is_leaf() && t.requires_grad())
      raise<AutogradError>({where,
                            "a leaf Variable that requires grad is being used in an in-place operation; "
                            "write under no_grad, or through data()"});
  }
  if (std::find(context.needs_.begin(), context.needs_.end(), true) == context.needs_.end()) return outputs;

  // An argument that is returned as it came gets a tensor of its own, or its history would be replaced.
  std::vector<Tensor> to_save = std::move(context.to_save_);
  for (Tensor& out : outputs)
    if (out.defined() && holds(inputs, out) && !holds(context.dirty_, out)) {
      Tensor alias = out.detach();
      for (Tensor& s : to_save)
        if (s.is_same(out) && !holds(inputs, s)) s = alias;
      out = alias;
    }

  std::vector<Edge> edges(inputs.size());
  OwnedEdges owned(edges);
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].defined()) edges[i] = gradient_edge(object(inputs[i]));
  auto* node = make_node<Node>(std::move(owned), static_cast<uint32_t>(outputs.size()), name,
                               std::move(state), context, backward);
  OwnedNode made(node); // ends the state too if no result needs it
  for (const Tensor& t : inputs) node->input_shapes.push_back(shape_of(t));
  for (const Tensor& t : outputs) node->output_shapes.push_back(shape_of(t));

  bool used = false;
  std::vector<Tensor> results; // those that carry the node
  for (uint32_t i = 0; i < outputs.size(); ++i) {
    const Tensor& out = outputs[i];
    if (!out.defined() || !is_floating_point(out.dtype()) || holds(context.constant_, out)) continue;
    TensorObject* o = object(out);
    used = true;
    if (holds(context.dirty_, out) && o->has(view_flag)) {
      if (outputs.size() != 1 || !inputs[0].is_same(out))
        raise<AutogradError>(
            {where, "a function that writes a view in place must take it first and return it alone"});
      retain(node);
      end_write(out, history_of_write(out, OwnedNode(node)));
    } else {
      retain(node);
      set_history(o, node, i);
      results.push_back(out);
    }
  }
  context.dirty_.clear();
  context.constant_.clear();
  if (used) {
    node->saved = std::make_unique<SavedTensor[]>(to_save.size());
    node->saved_count = to_save.size();
    for (size_t i = 0; i < to_save.size(); ++i) {
      if (!to_save[i].defined()) continue;
      TensorObject* o = object(to_save[i]);
      if (holds(results, to_save[i]))
        node->saved[i].save_result(o);
      else
        node->saved[i].save_input(o);
    }
    finish_saving(node, {node->saved.get(), node->saved_count});
  }
  return outputs;
}

} // namespace talweg::autograd
