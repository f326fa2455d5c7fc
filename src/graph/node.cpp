#include "graph/node.h"
#include "core/raise.h"
#include "graph/origin.h"

#include <algorithm>
#include <string>

#include "talweg/errors.h"

namespace talweg {

void Node::keep_outer_edges(std::span<const Edge> edges) {
  try {
    outer_edges = static_cast<Edge*>(allocate(edges.size_bytes()));
  } catch (...) {
    for (const Edge& e : edges) release_edge(e);
    throw;
  }
  std::copy(edges.begin(), edges.end(), outer_edges);
}

// Leaves come first: their gradient is added as soon as all parts of it are there.
Node::Node(const NodeType* type, NodeKind kind)
    : Attachment{&drop_node},
      references(1),
      edge_count(0),
      output_count(1),
      kind(kind),
      sequence(UINT64_MAX),
      type(type),
      waiting(0),
      epoch(0),
      extra(nullptr),
      inner_edges{} {}

void Node::end_rare() noexcept {
  for (const Edge& e : edge_span()) release_edge(e);
  if (edge_count > 2) deallocate(outer_edges, edge_count * sizeof(Edge));
  delete extra;
}

NodeExtra& Node::more() {
  if (!extra) extra = new NodeExtra;
  if (kind == NodeKind::simple) kind = NodeKind::operation;
  return *extra;
}

NodeExtra::~NodeExtra() {
  end_origin(origin);
  for (auto& [output, o] : retained) release_memory(o);
}

void retain_edge(const Edge& edge) noexcept {
  if (!edge.node) return;
  if (edge.node->kind == NodeKind::leaf)
    retain(static_cast<LeafNode*>(edge.node)->leaf);
  else
    retain(edge.node);
}

[[gnu::always_inline]] static inline void end_node(Node* node) noexcept {
  size_t bytes = node->type->bytes;
  node->type->destroy(node);
  deallocate_node(node, bytes);
}

// A node that ends lets go of others: they are put on a list instead of being ended from within, so that a
// chain of a million nodes needs no stack. The place of the sequence number links the list: nobody asks a
// node that has ended.
void drop_node(Attachment* attachment) noexcept {
  auto* node = static_cast<Node*>(attachment);
  if (!detail::count_down(node->references)) return;
  ThreadState& state = thread_state;
  if (state.draining) {
    node->sequence = reinterpret_cast<uint64_t>(state.dropped);
    state.dropped = node;
    return;
  }
  state.draining = true;
  end_node(node);
  while (auto* next = static_cast<Node*>(state.dropped)) {
    state.dropped = reinterpret_cast<Attachment*>(next->sequence);
    end_node(next);
  }
  state.draining = false;
}

bool Backward::needs(size_t input) const { return node_->edges()[input].node != nullptr; }
Tensor Backward::saved(size_t i) const { return static_cast<SavingNode*>(node_)->saved[i].unpack(node_); }

void release_saved(Node* node) noexcept {
  for (SavedTensor& s : static_cast<SavingNode*>(node)->saved) s.reset();
}
std::string_view label_of(const Node* node) { return static_cast<const SavingNode*>(node)->label; }

void SavedTensor::refuse_freed() {
  raise<AutogradError>(
      {"Trying to backward through the graph a second time (or directly access saved tensors after they have "
       "already been freed). "
       "Saved intermediate values of the graph are freed when you call .backward() or autograd::grad(). "
       "Specify retain_graph = true if "
       "you need to backward through the graph a second time or if you need to access saved tensors after "
       "calling backward."});
}

void SavedTensor::refuse_changed(const Node* node) const {
  raise<AutogradError>(
      {"one of the variables needed for gradient computation has been modified by an inplace operation: [",
       talweg::name(object_->dtype), " ", IntList(IntList(object_->sizes(), object_->rank)), "], saved by ",
       node->name(), ", is at version ", object_->version(), "; expected version ", version_,
       " instead. Hint: write to a clone(), or compute out of place."});
}

Tensor SavedTensor::unpack(Node* node) const {
  if (kind_ == Kind::packed) return unpack_packed(node);
  TensorObject* o = checked(node);
  if (!o) return {};
  if (kind_ == Kind::input) return share(o);
  if (try_retain(o)) {
    Tensor t = adopt(o);
    if (o->grad_fn == node) return t;
  }
  // The result itself has ended: another object over its bytes stands in, with the same history.
  Tensor view = new_view(o, {o->sizes(), o->rank}, {o->strides(), o->rank}, 0);
  retain(node);
  set_history(object(view), node, output_nr_);
  return view;
}

uint64_t new_hook_id() {
  static uint64_t last = 0;
  return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

namespace {

// retain_grad() outlives a write in place: its registration goes from the old node to the new one.
void move_retained(TensorObject* o, Node* from, Node* to, uint32_t output) {
  if (!from || !from->extra) return;
  auto& old = from->extra->retained;
  for (size_t i = 0; i < old.size(); ++i)
    if (old[i].second == o) {
      to->more().retained.emplace_back(output, o);
      old.erase(old.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
}

// What may fail, before anything has changed.
[[gnu::noinline]] void prepare_history(TensorObject* o, Node* node, uint32_t output) {
  OwnedNode owned(node);
  if (thread_state.modes & anomaly) note_origin(node);
  if (output != 0 || o->meta) meta_of(o);
  if (find_meta(o) && find_meta(o)->retains_grad) move_retained(o, node_of(o), node, output);
  owned.release();
}

} // namespace

void set_history(TensorObject* o, Node* node, uint32_t output) {
  if ((thread_state.modes & anomaly) || output != 0 || o->meta) [[unlikely]]
    prepare_history(o, node, output);
  if (o->grad_fn) drop(o->grad_fn);
  __atomic_store_n(&o->grad_fn, node, __ATOMIC_RELAXED);
  if (!o->has(requires_grad_flag)) o->set(requires_grad_flag);
  if (o->meta) find_meta(o)->output_nr = output;
}

namespace {

// The engine itself adds gradients to leaves; see autograd/engine.cpp.
void apply_leaf(Node*, Backward&) {}
void release_nothing(Node*) noexcept {}
void destroy_nothing(Node*) noexcept {}
std::string_view leaf_name(const Node*) { return "AccumulateGrad"; }
const NodeType leaf_type{&apply_leaf, &release_nothing, &destroy_nothing, &leaf_name, 0};

void drop_meta(Attachment* attachment) noexcept { delete static_cast<Meta*>(attachment); }

} // namespace

LeafNode::LeafNode(TensorObject* leaf) : Node(&leaf_type, NodeKind::leaf), leaf(leaf) {}

Meta::Meta(TensorObject* owner) : Attachment{&drop_meta}, leaf(owner) {}

Meta& make_meta(TensorObject* o) {
  auto* made = new Meta(o);
  Attachment* found = nullptr;
  if (__atomic_compare_exchange_n(&o->meta, &found, static_cast<Attachment*>(made), false, __ATOMIC_ACQ_REL,
                                  __ATOMIC_ACQUIRE))
    return *made;
  delete made; // another thread was first
  return *static_cast<Meta*>(found);
}

} // namespace talweg
