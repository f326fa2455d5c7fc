// The graph that a computation leaves behind: one node per operation, edges to where its inputs came from.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tensor_object.h"
#include "talweg/tensor.h"

namespace talweg {

struct Node;

/// Where the gradient of an input goes: a node and which of its outputs the input was. No node: nowhere.
struct Edge {
  Node* node = nullptr;
  uint32_t output = 0;
};

/// What a node is asked by the engine: gradients of its outputs in, gradients of its inputs out.
class Backward {
 public:
  Backward(Node* node, std::span<Tensor> grads, std::span<Tensor> results)
      : node_(node), grads_(grads), results_(results) {}
  /// Gradient of an output; undefined counts as zero.
  const Tensor& grad(size_t output = 0) const { return grads_[output]; }
  std::span<const Tensor> grads() const { return grads_; }
  /// Hands the gradient of the first output over: nobody asks for it again.
  Tensor take_grad() { return std::move(grads_[0]); }
  /// Whether somebody waits for the gradient of this input.
  bool needs(size_t input) const;
  void set(size_t input, Tensor gradient) { std::swap(results_[input], gradient); }
  /// A tensor the node has saved. Throws AutogradError if it was changed since.
  Tensor saved(size_t i) const;
  Node* node() const { return node_; }

 private:
  Node* node_;
  std::span<Tensor> grads_;
  std::span<Tensor> results_;
};

/// What all nodes of one kind share.
struct NodeType {
  void (*apply)(Node* node, Backward& backward);
  /// Lets go of saved tensors and whatever else the derivative needs.
  void (*release)(Node* node) noexcept;
  void (*destroy)(Node* node) noexcept;
  std::string_view (*name)(const Node* node);
  uint32_t bytes;
};

/// A tensor kept for the derivative, with the version it must still have. An input is kept by a handle; a
/// result of the node itself by its memory alone, so that there is no cycle.
class SavedTensor {
 public:
  enum class Kind : uint8_t { none, input, result, packed };
  SavedTensor() = default;
  SavedTensor(const SavedTensor&) = delete;
  SavedTensor& operator=(const SavedTensor&) = delete;
  ~SavedTensor() { reset(); }

  void save_input(TensorObject* o, uint8_t tag = 0) noexcept {
    retain(o);
    object_ = o;
    version_ = o->version();
    kind_ = Kind::input;
    tag_ = tag;
  }
  void save_result(TensorObject* o, uint8_t tag = 0) noexcept; // defined below Meta
  void reset() noexcept {
    if (kind_ == Kind::none) return;
    if (kind_ == Kind::input)
      release(object_);
    else if (kind_ == Kind::result)
      release_memory(object_);
    else
      end_packed();
    kind_ = Kind::none;
    object_ = nullptr;
  }
  Kind kind() const { return kind_; }
  uint8_t tag() const { return tag_; }
  /// The object itself, its version checked. Throws AutogradError.
  TensorObject* checked(const Node* node) const; // defined below Node
  /// Throws the error for a graph that is walked a second time.
  [[noreturn, gnu::cold]] static void refuse_freed();
  /// As a Tensor with its history, also if its last handle has gone.
  Tensor unpack(Node* node) const;
  /// Whether what was kept was made in inference mode.
  bool is_inference() const { return kind_ == Kind::input && object_->has(inference_flag); }
  /// Hands what was kept to the innermost hooks, and keeps what they give instead.
  void pack();

 private:
  struct Packed;
  Packed* packed() const { return reinterpret_cast<Packed*>(object_); }
  Tensor unpack_packed(Node* node) const;
  void end_packed() noexcept;

  TensorObject* object_ = nullptr;
  uint32_t version_ = 0;
  [[noreturn, gnu::cold]] void refuse_changed(const Node* node) const;

  uint16_t output_nr_ = 0;
  Kind kind_ = Kind::none;
  uint8_t tag_ = 0;
};
static_assert(sizeof(SavedTensor) == 16);

/// Sizes and dtype of an input, for gradients that must be brought back to them.
struct InputShape {
  std::vector<int64_t> sizes;
  Dtype dtype;
};

/// Names a new hook: different for each of the process.
uint64_t new_hook_id();

/// What a hook's function works on. Shared by its list and by a walk that calls it, so that a hook may remove
/// any hook, also itself.
using HookContext = std::shared_ptr<void>;

struct Hook {
  uint64_t id;
  uint32_t output;
  detail::HookFn call;
  HookContext context;
};

/// A hook of a node: before it runs, on the gradients of its outputs, or after it, on those of its inputs.
struct NodeHook {
  uint64_t id;
  bool after;
  detail::NodeHookFn call;
  HookContext context;
};

struct Origin;

/// What few nodes need.
struct NodeExtra {
  Origin* origin = nullptr; // in anomaly mode: where the node was made
  std::vector<NodeHook> node_hooks;
  std::vector<Hook> post_hooks;  // of a leaf, after its grad has been added to
  std::vector<Tensor> gradients; // of outputs after the first, while the engine runs
  std::vector<Hook> hooks;       // on the gradients of outputs, before the node is asked
  std::vector<std::pair<uint32_t, TensorObject*>> retained; // weak: outputs whose grad is kept
  std::vector<InputShape> input_shapes;
  ~NodeExtra();
};

/// Most operations are simple: at most two edges, one output, nothing extra.
enum class NodeKind : uint8_t { simple, operation, leaf };

void drop_node(Attachment* attachment) noexcept;

struct Node : Attachment {
  uint32_t references;
  uint32_t edge_count;
  uint32_t output_count;
  NodeKind kind;
  bool released = false;
  bool queued = false; // engine: in the ready list
  bool needed = false; // engine: leads to a gradient that was asked for
  uint64_t sequence;   // later nodes are asked first
  const NodeType* type;
  uint32_t waiting; // engine: gradients still to come
  uint32_t epoch;   // engine: the walk that has seen this node
  Tensor gradient;  // engine: of the first output
  NodeExtra* extra;
  union {
    Edge inner_edges[2];
    Edge* outer_edges;
  };

  Edge* edges() { return edge_count <= 2 ? inner_edges : outer_edges; }
  const Edge* edges() const { return edge_count <= 2 ? inner_edges : outer_edges; }
  std::span<const Edge> edge_span() const { return {edges(), edge_count}; }
  std::string_view name() const { return type->name(this); }
  NodeExtra& more();

  /// Sets up what all nodes have; `edges` are taken over. Used by make_node.
  Node(const NodeType* type, std::span<const Edge> edges, uint32_t outputs);
  /// The same with at most two edges and one output: most nodes.
  Node(const NodeType* type, uint32_t edges, Edge first, Edge second)
      : Attachment{&drop_node},
        references(1),
        edge_count(edges),
        output_count(1),
        kind(NodeKind::simple),
        sequence(thread_state.next_sequence++),
        type(type),
        waiting(0),
        epoch(0),
        extra(nullptr),
        inner_edges{first, second} {}
  /// The same for the node of a leaf.
  Node(const NodeType* type, NodeKind kind);
  ~Node();

 private:
  void keep_outer_edges(std::span<const Edge> edges);
  void end_rare() noexcept;
};

void retain_edge(const Edge& edge) noexcept;
inline void release_edge(const Edge& edge) noexcept;
inline void retain(Node* node) { detail::count_up(node->references); }

struct DropNode {
  void operator()(Node* node) const noexcept { drop_node(node); }
};
using OwnedNode = std::unique_ptr<Node, DropNode>;

/// Edges on their way into a node: released unless a node's constructor takes them as a span.
class OwnedEdges {
 public:
  explicit OwnedEdges(std::span<Edge> edges) : edges_(edges) {}
  OwnedEdges(const OwnedEdges&) = delete;
  OwnedEdges& operator=(const OwnedEdges&) = delete;
  ~OwnedEdges() {
    for (const Edge& e : edges_) release_edge(e);
  }
  operator std::span<const Edge>() && { return std::exchange(edges_, {}); }

 private:
  std::span<Edge> edges_;
};

/// The node of a leaf: adds what arrives to the leaf's grad. An edge to it holds a handle of the leaf.
struct LeafNode : Node {
  TensorObject* leaf;
  explicit LeafNode(TensorObject* leaf);
};

inline TensorObject* SavedTensor::checked(const Node* node) const {
  if (kind_ == Kind::none) {
    if (node->released) refuse_freed();
    return nullptr;
  }
  if (object_->version() != version_) refuse_changed(node);
  return object_;
}

inline void release_edge(const Edge& edge) noexcept {
  if (!edge.node) return;
  if (edge.node->kind == NodeKind::leaf)
    release(static_cast<LeafNode*>(edge.node)->leaf);
  else
    drop_node(edge.node);
}

inline Node::Node(const NodeType* t, std::span<const Edge> edges, uint32_t outputs)
    : Attachment{&drop_node},
      references(1),
      edge_count(static_cast<uint32_t>(edges.size())),
      output_count(outputs),
      kind(edges.size() <= 2 && outputs == 1 ? NodeKind::simple : NodeKind::operation),
      sequence(thread_state.next_sequence++),
      type(t),
      waiting(0),
      epoch(0),
      extra(nullptr) {
  if (edges.size() <= 2) [[likely]] {
    inner_edges[0] = edges.size() > 0 ? edges[0] : Edge{};
    inner_edges[1] = edges.size() > 1 ? edges[1] : Edge{};
  } else {
    keep_outer_edges(edges);
  }
}

inline Node::~Node() {
  if (edge_count <= 2 && !extra) [[likely]] {
    release_edge(inner_edges[0]);
    release_edge(inner_edges[1]);
  } else {
    end_rare();
  }
}

/// What autograd keeps for a tensor beside grad_fn.
struct Meta : Attachment {
  Tensor grad;
  uint32_t output_nr = 0; // which output of grad_fn
  bool retains_grad = false;
  LeafNode leaf;
  explicit Meta(TensorObject* owner);
};

/// Several threads that only read a tensor may be the first to ask for its meta.
inline Meta* find_meta(const TensorObject* o) {
  return static_cast<Meta*>(__atomic_load_n(&o->meta, __ATOMIC_ACQUIRE));
}
Meta& make_meta(TensorObject* o);
inline Meta& meta_of(TensorObject* o) {
  Meta* meta = find_meta(o);
  return meta ? *meta : make_meta(o);
}
inline Node* node_of(const TensorObject* o) { return static_cast<Node*>(o->grad_fn); }
inline uint32_t output_nr(const TensorObject* o) { return o->meta ? find_meta(o)->output_nr : 0; }

inline void SavedTensor::save_result(TensorObject* o, uint8_t tag) noexcept {
  retain_memory(o);
  object_ = o;
  version_ = o->version();
  output_nr_ = static_cast<uint16_t>(output_nr(o));
  kind_ = Kind::result;
  tag_ = tag;
}

/// Makes `node` (one reference is taken over, also if this throws) the history of `o`. A gradient that was to
/// be kept is from now on that of the new history.
void set_history(TensorObject* o, Node* node, uint32_t output);

// A view is given its history by an operation: these are defined in ops/history.cpp.
/// Whether gradients flow into `t`. A view may have got its history through its base since it was made.
bool requires_grad_slow(TensorObject* o);
inline bool requires_grad(TensorObject* o) {
  if (o->has(view_flag)) [[unlikely]]
    return requires_grad_slow(o);
  return o->has(requires_grad_flag);
}
/// grad_fn, a view's brought up to date first. Null for leaves.
Node* grad_fn_of(TensorObject* o);
/// Where the gradient of `o` goes, retained for the caller; no node if it doesn't require grad.
Edge gradient_edge(TensorObject* o);

inline bool grad_enabled() { return !(thread_state.modes & no_history); }
inline void bump_version(TensorObject* o) { ++o->root->version_; }

/// A node that keeps tensors for its derivative.
struct SavingNode : Node {
  static constexpr int most_saved = 4;
  const char* label;
  SavedTensor saved[most_saved];
  SavingNode(const NodeType* type, const char* label, std::span<const Edge> edges, uint32_t outputs)
      : Node(type, edges, outputs), label(label) {}
};

/// A node whose derivative is a function object: `f(Backward&)`.
template <class F>
struct FunctionNode : SavingNode {
  F function;

  static const NodeType node_type;
  FunctionNode(const char* label, std::span<const Edge> edges, uint32_t outputs, F&& f)
      : SavingNode(&node_type, label, edges, outputs), function(std::move(f)) {}
  static void apply(Node* node, Backward& backward) { static_cast<FunctionNode*>(node)->function(backward); }
  static void destroy(Node* node) noexcept { static_cast<FunctionNode*>(node)->~FunctionNode(); }
};

/// Called once a new node has saved its tensors: refuses those of inference mode, and hands the rest to hooks
/// if there are any.
void finish_saving(Node* node, std::span<SavedTensor> saved);

void release_saved(Node* node) noexcept;
std::string_view label_of(const Node* node);

template <class F>
const NodeType FunctionNode<F>::node_type{&FunctionNode<F>::apply, &release_saved, &FunctionNode<F>::destroy,
                                          &label_of, sizeof(FunctionNode<F>)};

inline void* allocate_node(size_t bytes) {
  return bytes <= object_bytes ? allocate_object() : allocate(bytes);
}
inline void deallocate_node(void* node, size_t bytes) noexcept {
  if (bytes <= object_bytes)
    deallocate_object(node);
  else
    deallocate(node, bytes);
}

/// Edges that come as OwnedEdges are released if this throws.
template <class N, class... A>
N* make_node(A&&... arguments) {
  void* memory = allocate_node(sizeof(N));
  try {
    return ::new (memory) N(std::forward<A>(arguments)...);
  } catch (...) {
    deallocate_node(memory, sizeof(N));
    throw;
  }
}

} // namespace talweg
