// Hooks on saved tensors: what a node keeps goes through them.
#include "core/raise.h"
#include "graph/node.h"
#include "talweg/autograd_modes.h"
#include "talweg/errors.h"

namespace talweg {

using autograd::detail::SavedHooks;

namespace {

SavedHooks* innermost() { return static_cast<SavedHooks*>(thread_state.saved_hooks); }

void release(SavedHooks* hooks) noexcept {
  if (__atomic_sub_fetch(&hooks->references, 1, __ATOMIC_ACQ_REL) == 0) hooks->end(hooks);
}

// Hooks run as ordinary code without history, and what they compute isn't packed itself.
struct InsideHook {
  uint32_t modes = thread_state.modes;
  InsideHook() { thread_state.modes = (modes & ~uint32_t{packing}) | grad_off; }
  ~InsideHook() { thread_state.modes = modes; }
};

} // namespace

void autograd::detail::enter_saved_hooks(SavedHooks* hooks) {
  hooks->outer = innermost();
  thread_state.saved_hooks = hooks;
  thread_state.modes |= packing;
}
void autograd::detail::leave_saved_hooks(SavedHooks* hooks) noexcept {
  thread_state.saved_hooks = hooks->outer;
  if (!hooks->outer) thread_state.modes &= ~uint32_t{packing};
  release(hooks);
}

// What hooks gave for a tensor, and where the gradient of that tensor goes.
struct SavedTensor::Packed {
  SavedHooks* hooks;
  void* kept;
  Edge edge; // of an input that requires grad
  bool is_result;
};

void SavedTensor::pack() {
  TensorObject* o = object_;
  SavedHooks* hooks = innermost();
  Tensor bare = new_view(o, {o->sizes(), o->rank}, {o->strides(), o->rank}, 0);
  const uint32_t version = o->version();
  void* kept;
  {
    InsideHook inside;
    kept = hooks->pack(hooks, bare);
  }
  if (o->version() != version) {
    hooks->end_packed(kept);
    raise<AutogradError>(
        {"A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
         "can "
         "not be modified by in-place operations; clone() first."});
  }
  Packed* packed = nullptr;
  Edge edge;
  try {
    if (kind_ == Kind::input && requires_grad(o)) edge = gradient_edge(o);
    packed = new Packed{hooks, kept, edge, kind_ == Kind::result};
  } catch (...) {
    release_edge(edge);
    hooks->end_packed(kept);
    throw;
  }
  __atomic_add_fetch(&hooks->references, 1, __ATOMIC_RELAXED);
  reset();
  object_ = reinterpret_cast<TensorObject*>(packed);
  kind_ = Kind::packed;
}

Tensor SavedTensor::unpack_packed(Node* node) const {
  const Packed& p = *packed();
  Tensor t;
  {
    InsideHook inside;
    t = p.hooks->unpack(p.hooks, p.kept);
  }
  if (!t.defined())
    raise<AutogradError>({"[", node->name(), "] a saved tensor unpack hook returned an undefined Tensor"});
  if (!grad_enabled() || (!p.edge.node && !p.is_result)) return t;
  // A second derivative goes on to where the tensor came from.
  TensorObject* o = object(t);
  Tensor linked = new_view(o, {o->sizes(), o->rank}, {o->strides(), o->rank}, 0);
  if (p.is_result) {
    retain(node);
    set_history(object(linked), node, output_nr_);
    return linked;
  }
  auto pass = [](Backward& b) { b.set(0, b.grad()); };
  Edge edge = p.edge;
  retain_edge(edge);
  set_history(
      object(linked),
      make_node<FunctionNode<decltype(pass)>>("AliasBackward0", OwnedEdges({&edge, 1}), 1u, std::move(pass)),
      0);
  return linked;
}

void SavedTensor::end_packed() noexcept {
  Packed* p = packed();
  p->hooks->end_packed(p->kept);
  release_edge(p->edge);
  release(p->hooks);
  delete p;
}

void finish_saving(Node* node, std::span<SavedTensor> saved) {
  const bool packs = thread_state.modes & packing;
  for (SavedTensor& s : saved) {
    if (s.is_inference())
      raise<AutogradError>(
          {"Inference tensors cannot be saved for backward. Please do not use Tensors created in inference "
           "mode "
           "in computation tracked by autograd. To work around this, you can make a clone to get a normal "
           "tensor "
           "and use it in autograd, or use NoGradGuard instead of InferenceMode."});
    if (packs && (s.kind() == SavedTensor::Kind::input || s.kind() == SavedTensor::Kind::result)) {
      node->more();
      s.pack();
    }
  }
}

} // namespace talweg
