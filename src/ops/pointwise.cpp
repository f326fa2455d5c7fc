#include "ops/pointwise.h"

#include "ops/pointwise_node.h"

namespace talweg {

namespace {

// The edge of an input that is no view: those go the general way of gradient_edge.
inline Edge small_edge(TensorObject* o) {
  if (!o->has(requires_grad_flag)) return {};
  if (Node* node = node_of(o)) {
    retain(node);
    return {node, output_nr(o)};
  }
  LeafNode& leaf = meta_of(o).leaf;
  retain(o);
  return {&leaf, 0};
}
inline Edge edge_of(TensorObject* o) {
  if (o->has(view_flag)) [[unlikely]]
    return gradient_edge(o);
  return small_edge(o);
}

enum class Second { none, tensor, number };

// Gives a fresh result its history, and gives it back; lets it go if that fails.
template <Second second>
[[gnu::noinline]] TensorObject* record_small(TensorObject* out, const Pointwise& op, TensorObject* a,
                                             [[maybe_unused]] TensorObject* b,
                                             [[maybe_unused]] const Scalar* number, const Params& params) {
  const Formula& f = op.formula;
  if (f.derivatives == 0 || !is_floating_point(out->dtype)) return out;
  Edge edge_a, edge_b;
  PointwiseNode* node;
  try {
    edge_a = edge_of(a);
    if constexpr (second == Second::tensor) edge_b = edge_of(b);
    if (!edge_a.node && !edge_b.node) return out;
    node = make_node<PointwiseNode>(op, edge_a, edge_b, params);
  } catch (...) {
    release_edge(edge_a);
    release_edge(edge_b);
    release(out);
    throw;
  }
  if constexpr (second == Second::number) {
    node->scalar = number->to<double>();
    node->scalar_input = 1;
  }
  unsigned needed = edge_a.node ? f.uses[0] : 0;
  if constexpr (second == Second::tensor) needed |= edge_b.node ? f.uses[1] : 0;
  if (needed & uses_input(0)) node->save_input(a, 0);
  if constexpr (second == Second::tensor)
    if (needed & uses_input(1)) node->save_input(b, 1);
  if (needed & uses_result) node->save_result(out);
  unsigned flags = a->flags;
  if constexpr (second == Second::tensor) flags |= b->flags;
  if (flags & inference_flag) [[unlikely]] {
    try {
      finish_saving(node, {node->saved, node->saved_count});
    } catch (...) {
      drop_node(node);
      release(out);
      throw;
    }
  }
  out->grad_fn = node;
  out->set(requires_grad_flag);
  return out;
}

inline bool wants_history(uint32_t flags, uint32_t modes) {
  return (flags & (requires_grad_flag | view_flag)) && !(modes & no_history);
}
// Whether the loops work on `o` as it lies in memory, and nobody listens.
inline bool runs_directly(const Pointwise& op, const TensorObject* o, uint32_t modes) {
  return !(modes & ~no_history) && (op.direct >> static_cast<int>(o->dtype) & 1);
}
inline bool fits(const Scalar& number, const TensorObject* o) {
  return !number.is_floating_point() || is_floating_point(o->dtype);
}
inline Dtype dtype_of_result(const Pointwise& op, const TensorObject* o) {
  return op.formula.boolean ? bool_ : o->dtype;
}
inline Tile tile_of(const Pointwise& op, const TensorObject* o) {
  return tiles_of(op.formula).value[direct_compute(o->dtype)];
}

// The path of every operation on at most 64 bytes: no loop, no tail, no broadcast. Null if it isn't one.
template <Second second>
inline TensorObject* small(const Pointwise& op, TensorObject* a, [[maybe_unused]] TensorObject* b,
                           [[maybe_unused]] const Scalar* number, const Params& params) {
  if (!a || !a->has(lane_flag)) return nullptr;
  if constexpr (second == Second::tensor)
    if (!b || !small_and_alike(a, b)) return nullptr;
  const uint32_t modes = thread_state.modes;
  if (!runs_directly(op, a, modes)) return nullptr;
  if constexpr (second == Second::number)
    if (!fits(*number, a)) return nullptr;
  const Tile tile = tile_of(op, a);
  const void* data[most_inputs] = {a->data};
  if constexpr (second == Second::tensor) data[1] = b->data;
  [[maybe_unused]] Lane64 lane;
  if constexpr (second == Second::number) {
    splat(lane, a->dtype, *number);
    data[1] = lane.bytes;
  }
  TensorObject* out = new_lane_like(a, dtype_of_result(op, a));
  tile(out->inside, data, 1, &params);
  uint32_t flags = a->flags;
  if constexpr (second == Second::tensor) flags |= b->flags;
  return wants_history(flags, modes) ? record_small<second>(out, op, a, b, number, params) : out;
}

// Two small tensors of one dtype, one of them a single element and no deeper than the other.
TensorObject* small_repeated(const Pointwise& op, TensorObject* a, TensorObject* b, const Params& params) {
  if (!a || !b || !(a->flags & b->flags & lane_flag) || a->dtype != b->dtype) return nullptr;
  int one;
  if (b->numel == 1 && b->rank <= a->rank)
    one = 1;
  else if (a->numel == 1 && a->rank <= b->rank)
    one = 0;
  else
    return nullptr;
  const uint32_t modes = thread_state.modes;
  if (!runs_directly(op, a, modes)) return nullptr;
  Lane64 lane;
  splat_element(lane, one ? b : a);
  const void* data[most_inputs] = {one ? a->data : lane.bytes, one ? lane.bytes : b->data};
  TensorObject* like = one ? a : b;
  TensorObject* out = new_lane_like(like, dtype_of_result(op, like));
  tile_of(op, like)(out->inside, data, 1, &params);
  if (wants_history(a->flags | b->flags, modes)) {
    record_small<Second::tensor>(out, op, a, b, nullptr, params);
    if (auto* node = static_cast<PointwiseNode*>(node_of(out))) {
      node->one_input = static_cast<int8_t>(one);
      node->one_rank = (one ? b : a)->rank;
    }
  }
  return out;
}

// Whole tensors of one dtype and equal sizes: one call of the loop, no walk over dimensions. Null if they
// aren't. `b` is null if there is one input.
TensorObject* whole(const Pointwise& op, TensorObject* a, TensorObject* b, const Params& params) {
  if (!a || !is_whole(a) || a->has(wrapped_flag)) return nullptr;
  if (b && (!is_whole(b) || b->has(wrapped_flag) || !same_dtype_and_sizes(a, b))) return nullptr;
  const uint32_t modes = thread_state.modes;
  if (!runs_directly(op, a, modes)) return nullptr;
  const void* data[most_inputs] = {a->data, b ? b->data : nullptr};
  TensorObject* out = new_dense_like(a, dtype_of_result(op, a));
  tile_of(op, a)(out->data, data, lanes_of(a), &params);
  const uint32_t flags = a->flags | (b ? b->flags : 0u);
  if (!wants_history(flags, modes)) return out;
  return b ? record_small<Second::tensor>(out, op, a, b, nullptr, params)
           : record_small<Second::none>(out, op, a, nullptr, nullptr, params);
}

// What isn't small. Out of line, so that the small path needs few registers.
[[gnu::noinline]] Tensor large(const Pointwise& op, const Tensor& a, const Params& params) {
  if (TensorObject* out = whole(op, object(a), nullptr, params)) return adopt(out);
  Operand operands[] = {a};
  return general(op, operands, params);
}
[[gnu::noinline]] Tensor large(const Pointwise& op, const Tensor& a, const Tensor& b, const Params& params) {
  if (TensorObject* out = small_repeated(op, object(a), object(b), params)) return adopt(out);
  if (b.defined())
    if (TensorObject* out = whole(op, object(a), object(b), params)) return adopt(out);
  Operand operands[] = {a, b};
  return general(op, operands, params);
}
[[gnu::noinline]] Tensor large(const Pointwise& op, const Tensor& a, const Scalar& b, const Params& params) {
  Operand operands[] = {a, b};
  return general(op, operands, params);
}
[[gnu::noinline]] const Tensor& large_in_place(const Pointwise& op, const Tensor& self, const Operand& b,
                                               const Params& params) {
  Operand operands[] = {self, b};
  return general_in_place(op, operands, params);
}

template <Second second>
inline bool small_in_place(const Pointwise& op, TensorObject* a, [[maybe_unused]] TensorObject* b,
                           [[maybe_unused]] const Scalar* number, const Params& params) {
  if (!a || !a->has(lane_flag)) return false;
  uint32_t flags = a->flags;
  if constexpr (second == Second::tensor) {
    if (!b || !small_and_alike(a, b)) return false;
    flags |= b->flags;
  }
  const uint32_t modes = thread_state.modes;
  if (!runs_directly(op, a, modes) || op.formula.boolean || wants_history(flags, modes) ||
      (flags & inference_flag))
    return false;
  if constexpr (second == Second::number)
    if (!fits(*number, a)) return false;
  const Tile tile = tile_of(op, a);
  const void* data[most_inputs] = {a->data};
  if constexpr (second == Second::tensor) data[1] = b->data;
  [[maybe_unused]] Lane64 lane;
  if constexpr (second == Second::number) {
    splat(lane, a->dtype, *number);
    data[1] = lane.bytes;
  }
  // Whole lanes are read before one is written: another view of the same bytes is read in time.
  tile(a->data, data, 1, &params);
  bump_version(a);
  return true;
}

} // namespace

Tensor pointwise(const Pointwise& op, const Tensor& a, const Params& params) {
  if (TensorObject* out = small<Second::none>(op, object(a), nullptr, nullptr, params)) [[likely]]
    return adopt(out);
  return large(op, a, params);
}

Tensor pointwise(const Pointwise& op, const Tensor& a, const Tensor& b, const Params& params) {
  if (TensorObject* out = small<Second::tensor>(op, object(a), object(b), nullptr, params)) [[likely]]
    return adopt(out);
  return large(op, a, b, params);
}

Tensor pointwise(const Pointwise& op, const Tensor& a, Scalar b, const Params& params) {
  if (TensorObject* out = small<Second::number>(op, object(a), nullptr, &b, params)) [[likely]]
    return adopt(out);
  return large(op, a, b, params);
}

Tensor pointwise(const Pointwise& op, std::initializer_list<Operand> operands, const Params& params) {
  return general(op, {operands.begin(), operands.size()}, params);
}

const Tensor& pointwise_(const Pointwise& op, const Tensor& self, const Params& params) {
  if (small_in_place<Second::none>(op, object(self), nullptr, nullptr, params)) [[likely]]
    return self;
  Operand operands[] = {self};
  return general_in_place(op, operands, params);
}

const Tensor& pointwise_(const Pointwise& op, const Tensor& self, const Tensor& b, const Params& params) {
  if (small_in_place<Second::tensor>(op, object(self), object(b), nullptr, params)) [[likely]]
    return self;
  return large_in_place(op, self, b, params);
}

const Tensor& pointwise_(const Pointwise& op, const Tensor& self, Scalar b, const Params& params) {
  if (small_in_place<Second::number>(op, object(self), nullptr, &b, params)) [[likely]]
    return self;
  return large_in_place(op, self, b, params);
}

const Tensor& pointwise_(const Pointwise& op, const Tensor& self, std::initializer_list<Operand> others,
                         const Params& params) {
  Operand operands[most_inputs] = {self};
  size_t n = 1;
  for (const Operand& o : others) operands[n++] = o;
  return general_in_place(op, {operands, n}, params);
}

} // namespace talweg
