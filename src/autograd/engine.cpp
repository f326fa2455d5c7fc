#include "autograd/engine.h"

#include <algorithm>

#include "core/raise.h"
#include "core/shape.h"
#include "graph/origin.h"
#include "ops/history.h"
#include "ops/pointwise.h"
#include "talweg/autograd.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

// A vector of pointers whose first elements need no allocation.
class NodeList {
 public:
  ~NodeList() {
    if (data_ != inner_) delete[] data_;
  }
  void push(Node* n) {
    if (size_ == capacity_) grow();
    data_[size_++] = n;
  }
  Node* pop() { return data_[--size_]; }
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  Node** begin() { return data_; }
  Node** end() { return data_ + size_; }

 private:
  [[gnu::noinline]] void grow() {
    auto** larger = new Node*[capacity_ * 2];
    std::copy(begin(), end(), larger);
    if (data_ != inner_) delete[] data_;
    data_ = larger;
    capacity_ *= 2;
  }
  static constexpr size_t inner_capacity = 32;
  Node* inner_[inner_capacity];
  Node** data_ = inner_;
  size_t size_ = 0, capacity_ = inner_capacity;
};

// Different for each walk of the process.
uint32_t new_epoch() {
  static uint32_t last = 0;
  uint32_t epoch = detail::has_one_thread() ? ++last : __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
  return epoch != 0 ? epoch : new_epoch(); // 0 is what fresh nodes have
}

// The order of PyTorch's ready queue: the node made last is asked first. It fixes the order of additions, so
// the bits.
bool asked_later(const Node* a, const Node* b) { return a->sequence < b->sequence; }

Tensor& gradient_of(Node* node, uint32_t output) {
  if (output == 0) return node->gradient;
  auto& more = node->more().gradients;
  if (more.size() < output) more.resize(node->output_count > output ? node->output_count - 1u : output);
  return more[output - 1];
}

void add_to(Tensor& sum, Tensor part) {
  if (!sum.defined()) {
    sum = std::move(part);
  } else if (!grad_enabled() && is_sole(sum)) {
    add_into(sum, part);
  } else if (!grad_enabled() && is_sole(part) && part.sizes() == sum.sizes()) {
    // Addition commutes bit for bit: the fresh tensor takes the sum.
    add_into(part, sum);
    sum = std::move(part);
  } else {
    sum = add(sum, part);
  }
}

// The first gradient of a leaf is taken over if nobody else has it.
void start_grad(Tensor& grad, TensorObject* leaf, Tensor gradient) {
  TensorObject* g = object(gradient);
  IntList sizes(leaf->sizes(), leaf->rank), strides(leaf->strides(), leaf->rank);
  if (!(gradient.sizes() == sizes))
    raise<AutogradError>({"[backward] a gradient of sizes ", gradient.sizes(), " arrives at a leaf of sizes ",
                          sizes, ": a derivative has to give the sizes of its input"});
  if (is_sole(gradient) && (IntList(g->strides(), g->rank) == strides ||
                            (g->has(contiguous_flag) && leaf->has(contiguous_flag)))) {
    grad = std::move(gradient);
    return;
  }
  bool dense = !leaf->has(contiguous_flag) && is_dense(sizes, strides);
  Tensor copy = dense ? new_tensor_strided(leaf->dtype, sizes, strides) : new_tensor(leaf->dtype, sizes);
  copy.copy_(gradient);
  grad = std::move(copy);
}

// Into .grad of a leaf.
void accumulate(TensorObject* leaf, Tensor gradient) {
  Tensor& grad = meta_of(leaf).grad;
  if (!grad.defined())
    start_grad(grad, leaf, std::move(gradient));
  else if (grad_enabled())
    grad = add(grad, gradient);
  else
    add_into(grad, gradient);
}

class Walk {
 public:
  explicit Walk(const EngineCall& call) : call_(call), epoch_(new_epoch()) {}
  ~Walk() {
    if (!finished_) clear();
    if (!rare_) return;
    for (Outer& o : rare_->outer) o.give_back();
    delete rare_;
  }

  void run(std::span<const Edge> roots, std::span<Tensor> gradients) {
    for (const Edge& root : roots)
      if (root.node->epoch != epoch_) start(root.node, 0);
    for (size_t i = 0; i < roots.size(); ++i) {
      Tensor& sum = gradient_of(roots[i].node, roots[i].output);
      if (!sum.defined())
        std::swap(sum, gradients[i]);
      else
        add_to(sum, std::move(gradients[i]));
    }
    counted_ = listening_ || roots.size() != 1;
    if (counted_) {
      count_from(0);
      if (!call_.captures.empty()) mark_needed(roots);
    }
    for (const Edge& root : roots)
      if (root.node->waiting == 0 && !root.node->queued) enqueue(root.node);
    while (Node* node = next_) {
      next_ = ready_.empty() ? nullptr : next_of_heap();
      node->queued = false;
      ask(node);
      if (must_count_) [[unlikely]]
        count_rest();
    }
    if (!counted_)
      for (Node* node : seen_)
        if (node->kind == NodeKind::leaf) ask_leaf(node);
    finished_ = true;
  }

 private:
  // What a walk around this one (a derivative may call backward itself) has in a node that both pass.
  struct Outer {
    Node* node;
    uint32_t waiting, epoch;
    bool queued, needed;
    Tensor gradient;
    std::vector<Tensor> more;
    explicit Outer(Node* n)
        : node(n),
          waiting(n->waiting),
          epoch(n->epoch),
          queued(n->queued),
          needed(n->needed),
          gradient(std::move(n->gradient)) {
      if (n->extra) more.swap(n->extra->gradients);
    }
    void give_back() noexcept {
      node->waiting = waiting;
      node->epoch = epoch;
      node->queued = queued;
      node->needed = needed;
      node->gradient = std::move(gradient);
      if (node->extra) node->extra->gradients.swap(more);
    }
  };

  // How many gradients each node waits for, from the nodes at `first` of seen_ on.
  void count_from(size_t first) {
    const uint32_t epoch = epoch_;
    for (size_t i = first; i < seen_.size(); ++i) {
      const Node* node = seen_.begin()[i];
      const Edge* edges = node->edges();
      for (const Edge* e = edges + node->edge_count; e-- != edges;) {
        Node* next = e->node;
        if (!next) continue;
        if (next->epoch == epoch)
          ++next->waiting;
        else
          start(next, 1);
      }
    }
  }

  // A walk begins without counting: a node that one edge alone leads to is ready when it is reached, and
  // leaves are asked at the end. From the first node on that others lead to as well, the rest is counted.
  [[gnu::noinline]] void count_rest() {
    must_count_ = false;
    counted_ = true;
    epoch_ = new_epoch();
    const size_t passed = seen_.size();
    auto begin_at = [this](Node* n) {
      if (n->epoch == epoch_) return;
      n->epoch = epoch_;
      seen_.push(n);
    };
    if (next_) begin_at(next_);
    for (Node* n : ready_) begin_at(n);
    for (Node* n : rare().shared) begin_at(n);
    for (size_t i = 0; i < passed; ++i)
      if (Node* n = seen_.begin()[i]; n->kind == NodeKind::leaf) begin_at(n);
    count_from(passed);
    for (Node* n : rare().shared)
      if (n->waiting == 0 && !n->queued) enqueue(n);
    for (size_t i = 0; i < passed; ++i) {
      Node* n = seen_.begin()[i];
      if (n->kind == NodeKind::leaf && n->waiting == 0 && !n->queued) enqueue(n);
    }
  }
  [[gnu::noinline]] void keep_shared(Node* node) { rare().shared.push_back(node); }
  [[gnu::always_inline]] void pass_uncounted(Node* node) {
    if (node->kind == NodeKind::simple && __atomic_load_n(&node->references, __ATOMIC_RELAXED) == 1)
      return enqueue(node);
    if (node->kind == NodeKind::leaf && !node->extra) return;
    must_count_ = true;
    if (node->kind != NodeKind::leaf) keep_shared(node);
  }

  // Marks what leads to a capture: a node does if it is one or if a node behind one of its edges does. Depth
  // first, under an epoch of its own.
  void mark_needed(std::span<const Edge> roots) {
    for (Node* n : seen_) n->needed = false;
    for (const Capture& c : call_.captures)
      if (c.edge.node->epoch == epoch_) c.edge.node->needed = true;
    epoch_ = new_epoch();
    struct Step {
      Node* node;
      uint32_t edge;
    };
    std::vector<Step> path;
    for (const Edge& root : roots) {
      if (root.node->epoch == epoch_) continue;
      root.node->epoch = epoch_;
      path.push_back({root.node, 0});
      while (!path.empty()) {
        auto& [node, edge] = path.back();
        if (edge == node->edge_count) {
          const bool needed = node->needed;
          path.pop_back();
          if (needed && !path.empty()) path.back().node->needed = true;
          continue;
        }
        Node* next = node->edges()[edge++].node;
        if (!next) continue;
        if (next->epoch == epoch_) {
          node->needed |= next->needed;
        } else {
          next->epoch = epoch_;
          path.push_back({next, 0});
        }
      }
    }
  }

  // The first time that this walk sees a node.
  [[gnu::always_inline]] void start(Node* node, uint32_t waiting) {
    if (node->waiting != 0 || node->queued || node->gradient.defined()) [[unlikely]]
      keep_for_outer(node);
    seen_.push(node);
    node->epoch = epoch_;
    node->waiting = waiting;
    node->queued = false;
  }
  // What few walks need.
  struct Rare {
    std::vector<Outer> outer;
    std::vector<Node*> shared; // reached before they were counted
  };
  Rare& rare() {
    if (!rare_) rare_ = new Rare;
    return *rare_;
  }
  [[gnu::noinline]] void keep_for_outer(Node* node) { rare().outer.emplace_back(node); }

  // After an error no gradient stays in a node, none counts as waiting, and what nodes have saved is let go.
  void clear() noexcept {
    for (Node* n : seen_) {
      if (n->kind != NodeKind::leaf) release(n);
      n->waiting = 0;
      n->queued = false;
      n->gradient.reset();
      if (n->extra) n->extra->gradients.clear();
    }
  }

  // next_ is the first of all that are ready; the heap has the others.
  [[gnu::always_inline]] void enqueue(Node* node) {
    node->queued = true;
    if (!next_)
      next_ = node;
    else
      enqueue_behind(node);
  }
  [[gnu::noinline]] void enqueue_behind(Node* node) {
    if (asked_later(next_, node)) std::swap(next_, node);
    ready_.push(node);
    if (ready_.size() > 1) std::push_heap(ready_.begin(), ready_.end(), asked_later);
  }
  [[gnu::noinline]] Node* next_of_heap() {
    if (ready_.size() > 1) std::pop_heap(ready_.begin(), ready_.end(), asked_later);
    return ready_.pop();
  }

  // One result, at most two inputs, nobody listening: most nodes.
  [[gnu::always_inline]] void ask_simple(Node* node) {
    Tensor results[2];
    if (node->gradient.defined()) [[likely]] {
      Backward backward(node, {&node->gradient, 1}, results);
      node->type->apply(node, backward);
      node->gradient.reset();
      release(node);
    }
    pass(node->inner_edges[0], results[0]);
    pass(node->inner_edges[1], results[1]);
  }

  [[gnu::always_inline]] void release(Node* node) {
    if (call_.keep_graph) return;
    node->type->release(node);
    node->released = true;
  }

  [[gnu::always_inline]] void pass(const Edge& e, Tensor& gradient) {
    Node* node = e.node;
    if (!node) return;
    if (node->epoch != epoch_) start(node, 0);
    if (e.output == 0 && !node->gradient.defined()) [[likely]]
      std::swap(node->gradient, gradient);
    else if (gradient.defined())
      add_to(gradient_of(node, e.output), std::move(gradient));
    if (!counted_)
      pass_uncounted(node);
    else if (--node->waiting == 0)
      enqueue(node);
  }

  [[gnu::always_inline]] void ask(Node* node) {
    if (listening_) return ask_any(node);
    if (node->kind == NodeKind::simple) return ask_simple(node);
    if (node->kind == NodeKind::operation || node->extra) return ask_any(node);
    ask_leaf(node);
  }
  static void ask_leaf(Node* node) {
    if (node->gradient.defined()) accumulate(static_cast<LeafNode*>(node)->leaf, std::move(node->gradient));
  }

  [[gnu::noinline]] void ask_any(Node* node) {
    bool wanted = call_.captures.empty() || node->needed;
    Tensor inner[4];
    std::vector<Tensor> outer;
    std::span<Tensor> grads(inner, 1);
    if (node->output_count > 1) {
      outer.resize(node->output_count);
      grads = outer;
    }
    grads[0] = std::move(node->gradient);
    node->gradient = Tensor();
    if (node->extra) [[unlikely]] {
      auto& more = node->extra->gradients;
      for (size_t i = 0; i < more.size() && i + 1 < grads.size(); ++i) grads[i + 1] = std::move(more[i]);
      more.clear();
      if (wanted) before(node, grads);
    }
    bool any = false;
    for (const Tensor& g : grads) any |= g.defined();
    for (Capture& c : call_.captures)
      if (c.edge.node == node && grads[c.edge.output].defined()) c.gradient = grads[c.edge.output];
    if (node->kind == NodeKind::leaf) {
      if (any && call_.captures.empty()) {
        TensorObject* leaf = static_cast<LeafNode*>(node)->leaf;
        accumulate(leaf, std::move(grads[0]));
        if (node->extra) after_accumulation(leaf, *node->extra);
      }
      return;
    }
    std::span<Tensor> results(inner + 1, 3);
    std::vector<Tensor> many;
    if (node->edge_count > 3) {
      many.resize(node->edge_count);
      results = many;
    }
    if (any && wanted && has_needed_edge(node)) {
      if (node->extra && !node->extra->node_hooks.empty())
        call_with_hooks(node, grads, results);
      else
        call_node(node, grads, results);
      release(node);
    }
    for (size_t i = 0; i < node->edge_count; ++i) pass(node->edges()[i], results[i]);
  }

  void call_node(Node* node, std::span<Tensor> grads, std::span<Tensor> results) {
    Backward backward(node, grads, results);
    if (!(thread_state.modes & anomaly)) [[likely]] {
      node->type->apply(node, backward);
      return;
    }
    try {
      node->type->apply(node, backward);
    } catch (const AutogradError& e) {
      raise<AutogradError>({e.what(), text_of_origin(node)});
    }
    if (watching_)
      for (size_t i = 0; i < node->edge_count; ++i)
        if (results[i].defined() && has_nan(results[i]))
          raise<AutogradError>({"Function '", node->name(), "' returned nan values in its ", i, "th output.",
                                text_of_origin(node)});
  }

  static bool has_nan(const Tensor& t) {
    NoGradGuard quiet;
    return is_floating_point(t.dtype()) && ne(t, t).any().item<bool>();
  }

  // Hooks may replace what the node gets and what it gives; the list is copied, since one may remove itself.
  [[gnu::noinline]] void call_with_hooks(Node* node, std::span<Tensor> grads, std::span<Tensor> results) {
    const std::vector<NodeHook> hooks = node->extra->node_hooks;
    std::vector<Tensor> out(grads.begin(), grads.end());
    for (const NodeHook& h : hooks)
      if (!h.after) out = replaced(node, h.call(h.context.get(), {}, out), out);
    std::copy(out.begin(), out.end(), grads.begin());
    call_node(node, grads, results);
    std::vector<Tensor> in(results.begin(), results.begin() + node->edge_count);
    for (const NodeHook& h : hooks)
      if (h.after) in = replaced(node, h.call(h.context.get(), in, out), in);
    std::copy(in.begin(), in.end(), results.begin());
  }
  static std::vector<Tensor> replaced(Node* node, std::vector<Tensor> list, const std::vector<Tensor>& old) {
    if (list.size() != old.size())
      raise<AutogradError>({"[", node->name(), "] hook has returned an incorrect number of values: got ",
                            list.size(), ", expected ", old.size()});
    for (size_t i = 0; i < old.size(); ++i) check_replacement(node, old[i], list[i]);
    return list;
  }
  static void check_replacement(Node* node, const Tensor& old, const Tensor& replacement) {
    if (!old.defined() || !replacement.defined()) return;
    if (!(old.sizes() == replacement.sizes()))
      raise<AutogradError>({"[", node->name(), "] hook has changed the size of value: got ",
                            replacement.sizes(), ", expected ", old.sizes()});
    if (old.dtype() != replacement.dtype())
      raise<AutogradError>({"[", node->name(), "] hook has changed the type of value: got ",
                            name(replacement.dtype()), ", expected ", name(old.dtype())});
  }

  // An optimizer may stand here: it runs as outside of backward, on a leaf whose grad is complete.
  [[gnu::noinline]] static void after_accumulation(TensorObject* leaf, NodeExtra& extra) {
    const std::vector<Hook> hooks = extra.post_hooks;
    Tensor t = share(leaf);
    for (const Hook& h : hooks) h.call(h.context.get(), t);
  }

  bool has_needed_edge(Node* node) const {
    if (call_.captures.empty()) return true;
    for (const Edge& e : node->edge_span())
      if (e.node && e.node->needed) return true;
    return false;
  }

  // Hooks on the results of this node, then gradients that are kept.
  void before(Node* node, std::span<Tensor> grads) {
    std::vector<Hook> hooks = node->extra->hooks; // a hook may remove itself
    for (const Hook& h : hooks) {
      if (!grads[h.output].defined()) continue;
      Tensor replaced = h.call(h.context.get(), grads[h.output]);
      if (!replaced.defined()) continue;
      check_replacement(node, grads[h.output], replaced);
      grads[h.output] = replaced;
    }
    if (!call_.captures.empty()) return;
    for (auto& [output, o] : node->extra->retained)
      if (grads[output].defined() && try_retain(o)) {
        Tensor owner = adopt(o);
        Tensor& grad = meta_of(o).grad;
        grad = grad.defined() ? add(grad, grads[output]) : grads[output];
      }
  }

  const EngineCall& call_;
  const bool watching_ = (thread_state.modes & (anomaly | nan_allowed)) == anomaly;
  const bool listening_ = !call_.captures.empty() || (thread_state.modes & anomaly);
  uint32_t epoch_;
  bool finished_ = false;
  bool counted_ = true;
  bool must_count_ = false;
  Node* next_ = nullptr;
  NodeList seen_, ready_;
  Rare* rare_ = nullptr;
};

} // namespace

void run_engine(std::span<const Edge> roots, std::span<Tensor> gradients, const EngineCall& call) {
  struct ModeOfWalk {
    uint32_t before = thread_state.modes;
    explicit ModeOfWalk(bool record) { thread_state.modes = record ? before & ~grad_off : before | grad_off; }
    ~ModeOfWalk() { thread_state.modes = before; }
  } mode(call.create_graph);
  Walk(call).run(roots, gradients);
}

} // namespace talweg
