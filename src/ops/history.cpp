#include "ops/history.h"

#include <algorithm>
#include <mutex>

#include "core/raise.h"
#include "core/shape.h"
#include "ops/checks.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

struct Geometry {
  Dims sizes, strides;
  int64_t offset; // elements from the start of the memory
  explicit Geometry(const TensorObject* o)
      : sizes(std::span<const int64_t>(o->sizes(), o->rank)),
        strides(std::span<const int64_t>(o->strides(), o->rank)),
        offset((static_cast<char*>(o->data) - storage_begin(o)) / itemsize(o->dtype)) {}
};

// A gradient with the geometry of `base`, so that views of the base can be laid over it.
Tensor dense_like(const Geometry& base, Dtype dtype) {
  if (may_overlap_itself(base.sizes, base.strides)) return new_tensor(dtype, base.sizes);
  if (is_dense(base.sizes, base.strides)) return new_tensor_strided(dtype, base.sizes, base.strides);
  // A base with gaps: a strided tensor without history, or foreign memory.
  Tensor memory =
      new_tensor(dtype, IntList(numel_of(base.sizes) == 0 ? 0 : extent_of(base.sizes, base.strides)));
  return new_view(object(memory), base.sizes, base.strides, 0);
}

// The history of a base after a write through one of its views: the gradient of the written part goes through
// the operation that wrote, the rest passes on.
struct CopySlices {
  Geometry base, view;
  Dtype dtype;
  OwnedNode inner;
  void operator()(Backward& b) {
    if (!inner) SavedTensor::refuse_freed();
    if (!b.grad().defined()) return;
    Tensor whole = dense_like(base, dtype);
    whole.copy_(b.grad());
    // Memory before the base's own start (an expanded base) isn't the view's.
    Tensor part = as_strided(whole, view.sizes, view.strides, view.offset - base.offset);
    Tensor grads[] = {part.clone()};
    std::vector<Tensor> results(inner->edge_count);
    Backward inside(inner.get(), grads, results);
    inner->type->apply(inner.get(), inside);
    for (size_t i = 1; i < results.size(); ++i)
      if (b.needs(i)) b.set(i, std::move(results[i]));
    if (!b.needs(0)) return;
    if (results[0].defined())
      part.copy_(results[0]);
    else
      part.zero_();
    b.set(0, std::move(whole));
  }
};

using CopySlicesNode = FunctionNode<CopySlices>;
const NodeType copy_slices_type{
    &CopySlicesNode::apply,
    [](Node* node) noexcept { static_cast<CopySlicesNode*>(node)->function.inner.reset(); },
    &CopySlicesNode::destroy, &label_of, sizeof(CopySlicesNode)};

// What stands before a base's memory offset can't be reached through as_strided of a fresh tensor.
Tensor strided_backward(const Tensor& grad, const Geometry& input, const Geometry& output) {
  auto extent = [](const Geometry& g, int64_t low) {
    int64_t last = g.offset - low;
    for (size_t i = 0; i < g.sizes.size(); ++i) last += (g.sizes[i] - 1) * g.strides[i];
    return last + 1;
  };
  int64_t low = std::min(input.offset, output.offset);
  int64_t length = numel_of(input.sizes) == 0 ? 0 : extent(input, low);
  if (numel_of(output.sizes) != 0) length = std::max(length, extent(output, low));
  Tensor memory = zeros(length, {.dtype = grad.dtype()});
  if (may_overlap_itself(output.sizes, output.strides)) {
    Tensor places = as_strided(arange(length), output.sizes, output.strides, output.offset - low);
    Index flat[] = {places.reshape(-1)};
    memory = index_put(memory, flat, grad.reshape(-1), true);
  } else {
    Tensor written = memory.clone();
    as_strided(written, output.sizes, output.strides, output.offset - low).copy_(grad);
    memory = written;
  }
  if (may_overlap_itself(input.sizes, input.strides)) {
    // Each element of an input that repeats in memory gets its share.
    Tensor count = zeros(length, {.dtype = grad.dtype()});
    Tensor places = as_strided(arange(length), input.sizes, input.strides, input.offset - low);
    Index flat[] = {places.reshape(-1)};
    count = index_put(count, flat, ones({}, {.dtype = grad.dtype()}), true);
    memory = memory / count;
  }
  return as_strided(memory, input.sizes, input.strides, input.offset - low);
}

} // namespace

static OwnedNode strided_history(TensorObject* view, TensorObject* source) {
  Edge edge = gradient_edge(source);
  OwnedEdges owned({&edge, 1});
  auto backward = [input = Geometry(source), output = Geometry(view)](Backward& b) {
    if (b.grad().defined()) b.set(0, strided_backward(b.grad(), input, output));
  };
  using N = FunctionNode<decltype(backward)>;
  return OwnedNode(make_node<N>("AsStridedBackward0", std::move(owned), 1u, std::move(backward)));
}
void set_strided_history(const Tensor& view, const Tensor& self) {
  set_history(object(view), strided_history(object(view), object(self)).release(), 0);
}

// A view requires grad if its base does, even if it was made in no_grad mode and has no history.
bool requires_grad_slow(TensorObject* o) {
  return grad_fn_of(o) != nullptr || o->has(requires_grad_flag) ||
         (o->has(view_flag) && requires_grad(o->view.base));
}

// A view whose base was written gets a new history when somebody asks for it: threads that only read may be
// several, the first one makes it.
[[gnu::noinline]] static Node* renew_history(TensorObject* o) {
  static constinit std::mutex renewing;
  OwnedNode old; // ends once the lock has gone: it may call anything
  std::lock_guard lock(renewing);
  const uint32_t version = o->version();
  if (__atomic_load_n(&o->view.version_seen, __ATOMIC_ACQUIRE) == version) return node_of(o);
  OwnedNode fresh = strided_history(o, o->view.base);
  if (Node* before = node_of(o)) {
    retain(before);
    old.reset(before);
  }
  set_history(o, fresh.release(), 0);
  __atomic_store_n(&o->view.version_seen, version, __ATOMIC_RELEASE);
  return node_of(o);
}

Node* grad_fn_of(TensorObject* o) {
  if (!o->has(view_flag) || !requires_grad(o->view.base)) return node_of(o);
  if (__atomic_load_n(&o->view.version_seen, __ATOMIC_ACQUIRE) == o->version()) return node_of(o);
  return renew_history(o);
}

Edge gradient_edge(TensorObject* o) {
  if (Node* node = grad_fn_of(o)) {
    retain(node);
    return {node, output_nr(o)};
  }
  if (!o->has(requires_grad_flag)) return {};
  retain(o);
  return {&meta_of(o).leaf, 0};
}

Tensor make_view(const Tensor& self, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                 int64_t offset_bytes, ViewKind kind) {
  Tensor out = new_view(object(self), sizes, strides, offset_bytes);
  TensorObject *o = object(out), *source = object(self);
  TensorObject* base = source->has(view_flag) ? source->view.base : source;
  if (kind == ViewKind::plain && !grad_enabled())
    kind = thread_state.modes & inference ? ViewKind::inference_mode : ViewKind::no_grad_mode;
  if (source->has(view_flag) && kind == ViewKind::plain) kind = source->view.kind;
  retain(base);
  o->view = {base, o->version(), kind};
  o->set(view_flag);
  return out;
}

bool begin_write(const Tensor& self, std::string_view op, std::span<const Tensor* const> others) {
  check_defined(self, op);
  TensorObject* o = object(self);
  if (!o->has(contiguous_flag) && may_overlap_itself({o->sizes(), o->rank}, {o->strides(), o->rank}))
    raise<MemoryError>(
        {"[", op,
         "] unsupported operation: more than one element of the written-to tensor refers to a "
         "single memory location. Please clone() the tensor before performing the operation."});
  return begin_change(self, op, others);
}

bool begin_change(const Tensor& self, std::string_view op, std::span<const Tensor* const> others) {
  check_defined(self, op);
  TensorObject* o = object(self);
  if (o->has(inference_flag) && !(thread_state.modes & inference))
    raise<AutogradError>(
        {"[", op,
         "] Inplace update to inference tensor outside InferenceMode is not allowed. You can "
         "make a clone to get a normal tensor before doing inplace update."});
  if (!grad_enabled()) return false;
  bool own = requires_grad(o);
  bool recorded = own || any_needs_grad(others);
  if (o->has(view_flag)) {
    if (recorded && o->view.kind == ViewKind::several_outputs)
      raise<AutogradError>({"[", op,
                            "] this view is one of several outputs of a function (unbind, split, chunk); "
                            "such views can't be modified in place: write out of place, or to a clone()"});
    if (recorded && o->view.kind == ViewKind::no_grad_mode)
      raise<AutogradError>({"[", op,
                            "] a view was created in no_grad mode and is being modified in place with grad "
                            "mode enabled: make the view with grad enabled, or write under no_grad"});
    if (recorded && o->view.kind == ViewKind::inference_mode)
      raise<AutogradError>({"[", op,
                            "] a view was created in inference mode and is being modified in place with grad "
                            "mode enabled: make the view outside InferenceMode, or write under no_grad"});
    TensorObject* base = o->view.base;
    if (!base->has(view_flag) && !base->grad_fn && base->has(requires_grad_flag))
      raise<AutogradError>({"[", op,
                            "] a view of a leaf Variable that requires grad is being used in an in-place "
                            "operation; write under no_grad, or through data()"});
  } else if (!o->grad_fn && o->has(requires_grad_flag)) {
    raise<AutogradError>({"[", op,
                          "] a leaf Variable that requires grad is being used in an in-place operation; "
                          "write under no_grad, or through data()"});
  }
  return recorded;
}

const Tensor& change_geometry(const Tensor& self, Tensor view, const char* node) {
  TensorObject* o = object(self);
  OwnedNode history(node_of(object(view)));
  const uint32_t output = history ? output_nr(object(view)) : 0;
  if (history) {
    static_cast<SavingNode*>(history.get())->label = node;
    retain(history.get());
  }
  take_geometry(o, std::move(view));
  bump_version(o);
  if (history) {
    set_history(o, history.release(), output);
    if (o->has(view_flag)) o->view.version_seen = o->version();
  }
  return self;
}

OwnedNode history_of_write(const Tensor& self, OwnedNode node) {
  TensorObject* o = object(self);
  if (!node || !o->has(view_flag)) return node;
  // The operation's first input was the view; now it is the part of the base.
  TensorObject* base = o->view.base;
  std::vector<Edge> edges(node->edge_count);
  OwnedEdges owned(edges);
  edges[0] = gradient_edge(base);
  for (size_t i = 1; i < edges.size(); ++i) {
    edges[i] = node->edges()[i];
    retain_edge(edges[i]);
  }
  // Through an integer type or a leaf without grad no gradient flows; the part still has to be cut out.
  CopySlices slices{Geometry(base), Geometry(o), base->dtype, std::move(node)};
  Node* whole = make_node<CopySlicesNode>("CopySlices", std::move(owned), 1u, std::move(slices));
  whole->type = &copy_slices_type;
  return OwnedNode(whole);
}

void end_write(const Tensor& self, OwnedNode history, bool counted) {
  TensorObject* o = object(self);
  if (!counted) bump_version(o);
  if (history) set_history(o->has(view_flag) ? o->view.base : o, history.release(), 0);
}

Tensor sum_to(const Tensor& grad, IntList sizes, Dtype dtype) {
  Tensor out = grad;
  if (!(grad.sizes() == sizes)) {
    int64_t lead = grad.dim() - static_cast<int64_t>(sizes.size());
    Dims dims;
    for (int64_t d = 0; d < grad.dim(); ++d)
      if (d < lead || (sizes[static_cast<size_t>(d - lead)] == 1 && grad.size(d) != 1)) dims.push_back(d);
    // Leading dimensions alone leave no ones to view away: the sum belongs to nobody else and becomes a
    // leaf's grad.
    bool keep = static_cast<int64_t>(dims.size()) > lead;
    if (!dims.empty()) out = sum(grad, dims, keep);
    if (keep && lead > 0) out = view(out, sizes);
  }
  return to(out, dtype);
}

} // namespace talweg
