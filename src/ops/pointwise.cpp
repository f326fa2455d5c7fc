#include "ops/pointwise.h"
#include "core/raise.h"

#include <bit>
#include <cstring>
#include <string>

#include "core/shape.h"
#include "kernels/elements.h"
#include "kernels/isa.h"
#include "kernels/pointwise.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr int no_input = 15;

// The node of every pointwise operation. Fits the block of a tensor object.
struct PointwiseNode : Node {
  static constexpr int most_saved = 3;
  const Pointwise* op;
  SavedTensor saved[most_saved]; // tag: which input, or 3 for the result
  double number[Params::most];
  double scalar;       // an operand that was a number
  int8_t scalar_input; // which
  int8_t one_input;    // a small tensor of one element that was repeated
  uint8_t one_rank;    // and its rank

  static const NodeType node_type;
  PointwiseNode(const Pointwise& op, std::span<const Edge> edges, const Params& params)
      : Node(&node_type, edges, 1),
        op(&op),
        scalar(0),
        scalar_input(no_input),
        one_input(no_input),
        one_rank(0) {
    // Only a formula with numbers reads them.
    if (&params != &no_params) std::memcpy(number, params.number, sizeof number);
  }
  static void apply(Node* node, Backward& backward);
  bool apply_small(Backward& backward);
  bool apply_whole(Backward& backward);
  Tensor to_one(const Tensor& gradient) const;
  static void release(Node* node) noexcept {
    for (SavedTensor& s : static_cast<PointwiseNode*>(node)->saved) s.reset();
  }
  static void destroy(Node* node) noexcept { static_cast<PointwiseNode*>(node)->~PointwiseNode(); }
  static std::string_view name(const Node* node) { return static_cast<const PointwiseNode*>(node)->op->node; }

  // What the derivatives of the inputs that wait for a gradient read.
  unsigned needed() const {
    unsigned mask = 0;
    for (int i = 0; i < op->formula.derivatives; ++i)
      if (edges()[i].node) mask |= op->formula.uses[i];
    return mask;
  }
};
static_assert(sizeof(PointwiseNode) <= object_bytes);
const NodeType PointwiseNode::node_type{&apply, &release, &destroy, &name, sizeof(PointwiseNode)};

constexpr uint8_t result_tag = 3;

// The loop over whole lanes that works on this dtype as it lies in memory; null if there is none.
inline Tile direct_tile(const Tile (&tiles)[compute_types], Dtype dtype) {
  static constexpr int8_t compute[dtype_count] = {
      -1, -1, -1, -1, compute_int32, compute_int64, -1, -1, compute_float32, compute_float64};
  int8_t c = compute[static_cast<int>(dtype)];
  return c < 0 ? nullptr : tiles[c];
}
inline const Tiles& tiles_of(const Formula& f) { return *f.tiles[isa_index()]; }

inline bool same_sizes(const TensorObject* a, const TensorObject* b) {
  return std::memcmp(a->inner_sizes, b->inner_sizes, sizeof a->inner_sizes) == 0;
}
constexpr uint32_t head_of(uint16_t flags) {
  return std::endian::native == std::endian::little ? uint32_t{flags} << 16 : flags;
}

// dtype and rank equal, and both small.
inline bool small_and_alike(const TensorObject* a, const TensorObject* b) {
  uint32_t x = a->head(), y = b->head();
  return ((x ^ y) & (0xffffu | head_of(lane_flag))) == 0 && (x & head_of(lane_flag)) && same_sizes(a, b);
}

struct alignas(64) Lane64 {
  unsigned char bytes[64];
};
template <class T>
inline void splat(Lane64& lane, T value) {
  for (size_t i = 0; i < 64; i += sizeof(T)) std::memcpy(lane.bytes + i, &value, sizeof(T));
}
inline void splat(Lane64& lane, Dtype dtype, Scalar s) {
  switch (dtype) {
    case Dtype::float32:
      return splat(lane, s.to<float>());
    case Dtype::float64:
      return splat(lane, s.to<double>());
    case Dtype::int32:
      return splat(lane, static_cast<int32_t>(s.to<int64_t>()));
    default:
      return splat(lane, s.to<int64_t>());
  }
}

// Repeats one element of 4 or 8 bytes.
inline void splat_element(Lane64& lane, const TensorObject* o) {
  if (itemsize(o->dtype) == 4) {
    uint32_t word;
    std::memcpy(&word, o->data, 4);
    splat(lane, word);
  } else {
    uint64_t word;
    std::memcpy(&word, o->data, 8);
    splat(lane, word);
  }
}

// Of two small tensors of one dtype, the one that is a single element and no deeper than the other; -1 if
// neither is.
inline int one_among(const TensorObject* a, const TensorObject* b) {
  if (!(a->flags & b->flags & lane_flag) || a->dtype != b->dtype) return -1;
  if (b->numel == 1 && b->rank <= a->rank) return 1;
  return a->numel == 1 && a->rank <= b->rank ? 0 : -1;
}

// The edge of an input that is no view: those go the general way of gradient_edge.
inline Edge small_edge(TensorObject* o) {
  if (!o->has(requires_grad_flag)) return {};
  if (o->has(view_flag)) [[unlikely]]
    return gradient_edge(o);
  if (Node* node = node_of(o)) {
    retain(node);
    return {node, output_nr(o)};
  }
  retain(o);
  return {&meta_of(o).leaf, 0};
}

template <int N>
[[gnu::noinline]] void record_small(TensorObject* out, const Pointwise& op, TensorObject* const (&in)[N],
                                    const Params& params, const Scalar* scalar, int one) {
  const Formula& f = op.formula;
  if (f.derivatives == 0 || !is_floating_point(out->dtype)) return;
  Edge edges[2];
  for (int i = 0; i < N; ++i) {
    if (in[i]->has(view_flag)) requires_grad_slow(in[i]);
    edges[i] = small_edge(in[i]);
  }
  if (!edges[0].node && !edges[1].node) return;
  auto* node = make_node<PointwiseNode>(op, std::span<const Edge>(edges, f.inputs), params);
  if (scalar) {
    node->scalar = scalar->to<double>();
    node->scalar_input = N;
  }
  if (one >= 0) {
    node->one_input = static_cast<int8_t>(one);
    node->one_rank = in[one]->rank;
  }
  unsigned needed = (edges[0].node ? f.uses[0] : 0) | (edges[1].node ? f.uses[1] : 0);
  SavedTensor* free = node->saved;
  for (int i = 0; i < N; ++i)
    if (needed & uses_input(i)) (free++)->save_input(in[i], static_cast<uint8_t>(i));
  if (needed & uses_result) free->save_result(out, result_tag);
  out->grad_fn = node;
  out->flags |= requires_grad_flag;
}

// The path of every operation on at most 64 bytes: no loop, no tail, no broadcast. Null if it isn't one.
template <int N>
inline TensorObject* small(const Pointwise& op, TensorObject* const (&in)[N], const Scalar* scalar,
                           const Params& params) {
  TensorObject* x = in[0];
  if (!x || !x->has(lane_flag)) return nullptr;
  int one = -1;
  if constexpr (N == 2) {
    if (!in[1]) return nullptr;
    if (!small_and_alike(x, in[1])) {
      one = one_among(x, in[1]);
      if (one < 0) return nullptr;
      x = in[1 - one];
    }
  }
  uint16_t flags = in[0]->flags;
  if constexpr (N == 2) flags |= in[1]->flags;
  uint32_t modes = thread_state.modes;
  if ((flags & wrapped_flag) || (modes & recording)) return nullptr;
  if (scalar && scalar->is_floating_point() && !is_floating_point(x->dtype)) return nullptr;
  if (!(op.accepts & dtype_bit(x->dtype)) || (op.divides && is_integral(x->dtype))) return nullptr;
  Tile tile = direct_tile(tiles_of(op.formula).value, x->dtype);
  if (!tile) return nullptr;
  Lane64 lane;
  const void* data[most_inputs] = {in[0]->data};
  if constexpr (N == 2) data[1] = in[1]->data;
  if (one >= 0) {
    splat_element(lane, in[one]);
    data[one] = lane.bytes;
  }
  if (scalar) {
    splat(lane, x->dtype, *scalar);
    data[N] = lane.bytes;
  }
  TensorObject* out = new_lane_like(x, op.formula.boolean ? bool_ : x->dtype);
  tile(out->data, data, 1, &params);
  if ((flags & (requires_grad_flag | view_flag)) && !(modes & grad_off))
    record_small<N>(out, op, in, params, scalar, one);
  return out;
}

// Row-major, of few dimensions, and readable in whole lanes to its end.
inline bool is_whole(const TensorObject* o) {
  constexpr uint16_t wanted = contiguous_flag | padded_flag;
  return (o->flags & wanted) == wanted && (o->is_root() || o->has(lane_flag)) && o->rank <= inline_rank;
}
inline bool same_dtype_and_sizes(const TensorObject* a, const TensorObject* b) {
  return ((a->head() ^ b->head()) & 0xffffu) == 0 && same_sizes(a, b);
}
inline int64_t lanes_of(const TensorObject* o) { return (o->bytes() + 63) / 64; }

// Whole tensors of one dtype and equal sizes: one call of the loop, no walk over dimensions. Null if they
// aren't.
template <int N>
[[gnu::noinline]] TensorObject* whole(const Pointwise& op, TensorObject* const (&in)[N],
                                      const Params& params) {
  TensorObject* x = in[0];
  if (!x || !is_whole(x)) return nullptr;
  uint16_t flags = x->flags;
  if constexpr (N == 2) {
    if (!in[1] || !is_whole(in[1]) || !same_dtype_and_sizes(x, in[1])) return nullptr;
    flags |= in[1]->flags;
  }
  uint32_t modes = thread_state.modes;
  if ((flags & wrapped_flag) || (modes & recording)) return nullptr;
  if (!(op.accepts & dtype_bit(x->dtype)) || (op.divides && is_integral(x->dtype))) return nullptr;
  Tile tile = direct_tile(tiles_of(op.formula).value, x->dtype);
  if (!tile) return nullptr;
  const void* data[most_inputs] = {x->data};
  if constexpr (N == 2) data[1] = in[1]->data;
  TensorObject* out = new_dense_like(x, op.formula.boolean ? bool_ : x->dtype);
  tile(out->data, data, lanes_of(x), &params);
  if ((flags & (requires_grad_flag | view_flag)) && !(modes & grad_off))
    record_small<N>(out, op, in, params, nullptr, -1);
  return out;
}

template <int N>
inline bool small_in_place(const Pointwise& op, TensorObject* const (&in)[N], const Scalar* scalar,
                           const Params& params) {
  TensorObject* x = in[0];
  if (!x || !x->has(lane_flag)) return false;
  uint16_t flags = x->flags;
  if constexpr (N == 2) {
    if (!in[1] || !small_and_alike(x, in[1])) return false;
    // Another view of the same bytes would be read after it was written.
    flags |= in[1]->flags;
  }
  if ((flags & wrapped_flag) || (thread_state.modes & recording) || op.formula.boolean) return false;
  if ((flags & (requires_grad_flag | view_flag)) && grad_enabled()) return false;
  if (scalar && scalar->is_floating_point() && !is_floating_point(x->dtype)) return false;
  if (!(op.accepts & dtype_bit(x->dtype)) || (op.divides && is_integral(x->dtype))) return false;
  Tile tile = direct_tile(tiles_of(op.formula).value, x->dtype);
  if (!tile) return false;
  Lane64 lane;
  const void* data[most_inputs] = {x->data};
  if constexpr (N == 2) data[1] = in[1]->data;
  if (scalar) {
    splat(lane, x->dtype, *scalar);
    data[N] = lane.bytes;
  }
  tile(x->data, data, 1, &params);
  bump_version(x);
  return true;
}

[[noreturn, gnu::cold]] void refuse(const Pointwise& op, std::string text) {
  raise<DtypeError>({"[", op.op, "] ", std::move(text)});
}

// What the loops run in and what is stored, from the promoted dtype.
struct Types {
  Dtype common; // what inputs are converted to
  Dtype result;
};
Types types_of(const Pointwise& op, std::span<const Operand> operands) {
  for (const Operand& o : operands)
    if (o.tensor && !o.tensor->defined())
      raise<TypeError>({"[", op.op, "] an argument is an undefined Tensor"});
  Dtype common = result_type(operands);
  if (op.subtracts)
    for (const Operand& o : operands)
      if (o.tensor ? o.tensor->dtype() == bool_ : o.scalar.is_boolean())
        refuse(op,
               "Subtraction, the `-` operator, with a bool tensor is not supported; for truth values use "
               "logical_xor or logical_not");
  if (!(op.accepts & dtype_bit(common))) {
    std::string accepted;
    for (int d = 0; d < dtype_count; ++d)
      if (op.accepts >> d & 1)
        accepted += (accepted.empty() ? "" : ", ") + std::string(name(static_cast<Dtype>(d)));
    refuse(op, "isn't defined for " + std::string(name(common)) + "; accepted are " + accepted +
                   (common == bool_ ? "; for truth values use logical_xor, logical_not or where" : ""));
  }
  if (is_integral(common) && op.formula.types == floats) common = get_default_dtype();
  return {common, op.formula.boolean ? bool_ : common};
}

// Strides for a result: those that all inputs of its size share if they are dense, else row-major.
Dims result_strides(std::span<const Operand> operands, std::span<const int64_t> sizes) {
  const Tensor* first = nullptr;
  for (const Operand& o : operands) {
    if (!o.tensor || !(o.tensor->sizes() == IntList(sizes))) continue;
    if (!first)
      first = o.tensor;
    else if (!(first->strides() == o.tensor->strides()))
      return Dims::contiguous_strides(sizes);
  }
  if (!first || first->is_contiguous()) return Dims::contiguous_strides(sizes);
  // Dense: the strides are those of a permuted row-major tensor.
  int64_t extent = 1;
  for (size_t i = 0; i < sizes.size(); ++i) extent += (sizes[i] - 1) * first->strides()[i];
  if (extent != numel_of(sizes) || may_overlap_itself(sizes, first->strides()))
    return Dims::contiguous_strides(sizes);
  return Dims(first->strides());
}

// Runs the loops: operands broadcast to the result's sizes, converted to `common`.
void run(Tile tile, Dtype common, bool boolean, const Tensor& out, std::span<const Operand> operands,
         const Params& params) {
  Buffer buffers[most_inputs + 3] = {buffer_of(out)};
  Tensor numbers[most_inputs + 2];
  Dims strides[most_inputs + 2];
  auto sizes = buffers[0].size_span();
  const Dtype computed = dtype_of_compute(compute_of(common));
  // PyTorch adds or multiplies an operand of a wider dtype as it is, but compares with it, or takes it among
  // integers, as an element of the common dtype.
  const bool narrow = common != computed && (boolean || is_integral(common));
  size_t n = 1;
  for (const Operand& o : operands) {
    const Tensor* t = o.tensor;
    if (!t) {
      numbers[n - 1] = full({}, o.scalar, {.dtype = narrow ? common : computed});
      t = &numbers[n - 1];
    } else if (narrow && promote_types(t->dtype(), common) != common) {
      numbers[n - 1] = to(t->detach(), common);
      t = &numbers[n - 1];
    }
    strides[n - 1] = broadcast_strides(t->sizes(), t->strides(), sizes);
    buffers[n] = buffer_as(*t, sizes, strides[n - 1], buffers[0].numel);
    ++n;
  }
  launch(pointwise_kernel, std::span<const Buffer>(buffers, n),
         PointwiseCall{tile, compute_of(common), boolean, params});
}

void check_integer_divisor(const Pointwise& op, Dtype common, std::span<const Operand> operands) {
  if (!is_integral(common) || operands.size() != 2) return;
  const Operand& divisor = operands[1];
  bool zero = divisor.tensor ? divisor.tensor->numel() != 0 && eq(*divisor.tensor, 0).any().item<bool>()
                             : divisor.scalar == Scalar(0);
  if (zero) raise<ValueError>({"[", op.op, "] ZeroDivisionError: an integer is divided by zero"});
}

// The node of a general call. `old_self`: what the first input was before a write in place.
Node* general_node(const Pointwise& op, std::span<const Operand> operands, const Params& params,
                   const Tensor& out, IntList out_sizes, Dtype out_dtype, const Tensor* old_self) {
  Edge edges[most_inputs];
  for (size_t i = 0; i < operands.size(); ++i)
    if (operands[i].tensor) edges[i] = gradient_edge(object(*operands[i].tensor));
  auto* node = make_node<PointwiseNode>(op, std::span<const Edge>(edges, op.formula.inputs), params);
  unsigned needed = node->needed();
  int n = 0;
  bool reshaped = false;
  for (size_t i = 0; i < operands.size(); ++i) {
    const Tensor* t = operands[i].tensor;
    if (!t) {
      node->scalar = operands[i].scalar.to<double>();
      node->scalar_input = static_cast<int64_t>(i);
      continue;
    }
    reshaped |= !(t->sizes() == out_sizes) || t->dtype() != out_dtype;
    if (needed & uses_input(static_cast<int>(i))) {
      const Tensor& kept = old_self && object(*t) == object(*operands[0].tensor) ? *old_self : *t;
      node->saved[n++].save_input(object(kept), static_cast<uint8_t>(i));
    }
  }
  if (reshaped)
    for (const Operand& o : operands)
      node->more().input_shapes.push_back(o.tensor ? InputShape{o.tensor->sizes().vec(), o.tensor->dtype()}
                                                   : InputShape{{}, out_dtype});
  if ((needed & uses_result) && out.defined()) node->saved[n].save_result(object(out), result_tag);
  return node;
}

bool any_requires_grad(std::span<const Operand> operands) {
  if (!grad_enabled()) return false;
  for (const Operand& o : operands)
    if (o.tensor && requires_grad(object(*o.tensor))) return true;
  return false;
}

Tensor general(const Pointwise& op, std::span<const Operand> operands, const Params& params) {
  Types types = types_of(op, operands);
  if (op.divides) check_integer_divisor(op, types.common, operands);
  Dims sizes;
  bool started = false;
  for (const Operand& o : operands) {
    if (!o.tensor) continue;
    sizes = started ? broadcast_sizes(sizes, o.tensor->sizes(), op.op) : Dims(o.tensor->sizes());
    started = true;
  }
  Tensor out = new_tensor_strided(types.result, sizes, result_strides(operands, sizes));
  run(tiles_of(op.formula).value[compute_of(types.common)], types.common, op.formula.boolean, out, operands,
      params);
  if (op.formula.derivatives && is_floating_point(types.result) && any_requires_grad(operands))
    set_history(object(out), general_node(op, operands, params, out, out.sizes(), out.dtype(), nullptr), 0);
  return out;
}

const Tensor& general_in_place(const Pointwise& op, std::span<const Operand> operands, const Params& params) {
  const Tensor& self = *operands[0].tensor;
  Types types = types_of(op, operands);
  if (op.divides) check_integer_divisor(op, types.common, operands);
  if (!can_cast(types.result, self.dtype()))
    refuse(op, "the result has dtype " + std::string(name(types.result)) + ", which can't be cast to the " +
                   std::string(name(self.dtype())) +
                   " tensor written in place; use the form without underscore");
  Dims sizes(self.sizes());
  const Tensor* others[most_inputs];
  size_t other_count = 0;
  for (size_t i = 1; i < operands.size(); ++i)
    if (const Tensor* t = operands[i].tensor) {
      sizes = broadcast_sizes(sizes, t->sizes(), op.op);
      others[other_count++] = t;
    }
  if (!(IntList(sizes) == self.sizes()))
    raise<ShapeError>({"[", op.op, "] output with shape ", IntList(self.sizes()),
                       " doesn't match the broadcast shape ", IntList(sizes)});
  bool recorded = begin_write(self, op.op, {others, other_count}) && op.formula.derivatives > 0;

  // What shares memory with self without being self must be read before it is overwritten.
  Operand sources[most_inputs];
  Tensor copies[most_inputs];
  for (size_t i = 0; i < operands.size(); ++i) {
    sources[i] = operands[i];
    const Tensor* t = operands[i].tensor;
    if (i > 0 && t && storage_begin(object(*t)) == storage_begin(object(self)) &&
        !(t->data_ptr() == self.data_ptr() && t->sizes() == self.sizes() && t->strides() == self.strides())) {
      copies[i] = clone(t->detach());
      sources[i].tensor = &copies[i];
    }
  }
  Tensor old_self;
  Node* node = nullptr;
  if (recorded) {
    unsigned used = 0;
    for (int i = 0; i < op.formula.derivatives; ++i) used |= op.formula.uses[i];
    if (used & uses_input(0)) old_self = clone(self.detach());
    for (size_t i = 1; i < operands.size(); ++i)
      if (operands[i].tensor && operands[i].tensor->is_same(self) && !old_self.defined())
        old_self = clone(self.detach());
    node = general_node(op, operands, params, {}, self.sizes(), self.dtype(),
                        old_self.defined() ? &old_self : nullptr);
  }
  run(tiles_of(op.formula).value[compute_of(types.common)], types.common, op.formula.boolean, self,
      {sources, operands.size()}, params);
  end_write(self, nullptr);
  if (node) {
    auto* p = static_cast<PointwiseNode*>(node);
    if (p->needed() & uses_result) {
      for (SavedTensor& s : p->saved)
        if (s.kind() == SavedTensor::Kind::none) {
          s.save_result(object(self), result_tag);
          break;
        }
    }
    --object(self)->root->version_;
    end_write(self, node);
  }
  return self;
}

} // namespace

Tensor pointwise(const Pointwise& op, const Tensor& a, const Params& params) {
  if (TensorObject* out = small<1>(op, {object(a)}, nullptr, params)) [[likely]]
    return adopt(out);
  if (TensorObject* out = whole<1>(op, {object(a)}, params)) return adopt(out);
  Operand operands[] = {a};
  return general(op, operands, params);
}

Tensor pointwise(const Pointwise& op, const Tensor& a, const Tensor& b, const Params& params) {
  if (TensorObject* out = small<2>(op, {object(a), object(b)}, nullptr, params)) [[likely]]
    return adopt(out);
  if (TensorObject* out = whole<2>(op, {object(a), object(b)}, params)) return adopt(out);
  Operand operands[] = {a, b};
  return general(op, operands, params);
}

Tensor pointwise(const Pointwise& op, const Tensor& a, Scalar b, const Params& params) {
  if (TensorObject* out = small<1>(op, {object(a)}, &b, params)) [[likely]]
    return adopt(out);
  Operand operands[] = {a, b};
  return general(op, operands, params);
}

Tensor pointwise(const Pointwise& op, std::initializer_list<Operand> operands, const Params& params) {
  return general(op, {operands.begin(), operands.size()}, params);
}

const Tensor& pointwise_(const Pointwise& op, const Tensor& self, const Params& params) {
  if (small_in_place<1>(op, {object(self)}, nullptr, params)) [[likely]]
    return self;
  Operand operands[] = {self};
  return general_in_place(op, operands, params);
}

const Tensor& pointwise_(const Pointwise& op, const Tensor& self, const Tensor& b, const Params& params) {
  if (small_in_place<2>(op, {object(self), object(b)}, nullptr, params)) [[likely]]
    return self;
  Operand operands[] = {self, b};
  return general_in_place(op, operands, params);
}

const Tensor& pointwise_(const Pointwise& op, const Tensor& self, Scalar b, const Params& params) {
  if (small_in_place<1>(op, {object(self)}, &b, params)) [[likely]]
    return self;
  Operand operands[] = {self, b};
  return general_in_place(op, operands, params);
}

const Tensor& pointwise_(const Pointwise& op, const Tensor& self, std::initializer_list<Operand> others,
                         const Params& params) {
  Operand operands[most_inputs] = {self};
  size_t n = 1;
  for (const Operand& o : others) operands[n++] = o;
  return general_in_place(op, {operands, n}, params);
}

// The gradient of an element that was repeated: the sum, under the element's own shape.
Tensor PointwiseNode::to_one(const Tensor& gradient) const {
  Tensor total = sum(gradient);
  // Fresh and seen by nobody else: it may take the shape itself.
  TensorObject* o = object(total);
  o->rank = one_rank;
  for (int d = 0; d < one_rank; ++d) o->inner_sizes[d] = o->inner_strides[d] = 1;
  return total;
}

// The derivatives of small tensors, tile by tile; false if something isn't small.
bool PointwiseNode::apply_small(Backward& b) {
  TensorObject* g = object(b.grad());
  if (!g->has(lane_flag) || extra || (thread_state.modes & (grad_off | recording)) != grad_off) return false;
  const Formula& f = op->formula;
  const void* data[most_inputs + 2] = {g->data, g->data, g->data, g->data, g->data};
  Lane64 lane;
  for (const SavedTensor& s : saved) {
    if (s.kind() == SavedTensor::Kind::none) continue;
    TensorObject* o = s.checked(this);
    if (s.tag() == one_input) {
      splat_element(lane, o);
      data[one_input + 1] = lane.bytes;
      continue;
    }
    if (!small_and_alike(g, o)) return false;
    data[s.tag() == result_tag ? f.inputs + 1 : s.tag() + 1] = o->data;
  }
  const Tiles& tiles = tiles_of(f);
  Params params;
  if (f.numbers) std::memcpy(params.number, number, sizeof number);
  if (scalar_input != no_input) {
    splat(lane, g->dtype, Scalar(scalar));
    data[scalar_input + 1] = lane.bytes;
  }
  const Edge* to = edges();
  for (int i = 0; i < f.derivatives; ++i) {
    if (!to[i].node) continue;
    Tensor gradient = b.grad();
    if (!f.passes_gradient[i]) {
      Tile tile = direct_tile(tiles.derivative[i], g->dtype);
      if (!tile) return false;
      TensorObject* out = new_lane_like(g, g->dtype);
      tile(out->data, data, 1, &params);
      gradient = adopt(out);
    }
    b.set(static_cast<size_t>(i), i == one_input ? to_one(gradient) : std::move(gradient));
  }
  return true;
}

// The same where all are whole tensors of equal sizes.
bool PointwiseNode::apply_whole(Backward& b) {
  TensorObject* g = object(b.grad());
  if (!is_whole(g) || extra || scalar_input != no_input || one_input != no_input ||
      (thread_state.modes & (grad_off | recording)) != grad_off)
    return false;
  const Formula& f = op->formula;
  const void* data[most_inputs + 2] = {g->data, g->data, g->data, g->data, g->data};
  for (const SavedTensor& s : saved) {
    if (s.kind() == SavedTensor::Kind::none) continue;
    TensorObject* o = s.checked(this);
    if (!is_whole(o) || !same_dtype_and_sizes(g, o)) return false;
    data[s.tag() == result_tag ? f.inputs + 1 : s.tag() + 1] = o->data;
  }
  const Tiles& tiles = tiles_of(f);
  Params params;
  std::memcpy(params.number, number, sizeof number);
  for (int i = 0; i < f.derivatives; ++i) {
    if (!edges()[i].node) continue;
    if (f.passes_gradient[i]) {
      b.set(static_cast<size_t>(i), b.grad());
      continue;
    }
    Tile tile = direct_tile(tiles.derivative[i], g->dtype);
    if (!tile) return false;
    TensorObject* out = new_dense_like(g, g->dtype);
    tile(out->data, data, lanes_of(g), &params);
    b.set(static_cast<size_t>(i), adopt(out));
  }
  return true;
}

void PointwiseNode::apply(Node* node, Backward& b) {
  auto* self = static_cast<PointwiseNode*>(node);
  if (self->released) [[unlikely]] {
    if (self->needed() & ~1u) self->saved[0].checked(self);
  }
  if (self->apply_small(b) || self->apply_whole(b)) return;
  const Formula& f = self->op->formula;
  const Tensor& g = b.grad();

  Params params;
  std::memcpy(params.number, self->number, sizeof self->number);
  Tensor tensors[most_inputs + 1];
  for (const SavedTensor& s : self->saved)
    if (s.kind() != SavedTensor::Kind::none) tensors[s.tag()] = s.unpack(self);
  if (self->scalar_input != no_input) {
    tensors[self->scalar_input] = full({}, Scalar(self->scalar), {.dtype = float64});
    object(tensors[self->scalar_input])->flags |= wrapped_flag;
  }
  InputShape shape_of_one;
  for (int i = 0; i < f.derivatives; ++i) {
    auto at = static_cast<size_t>(i);
    if (!b.needs(at)) continue;
    if (i == self->one_input) shape_of_one = {std::vector<int64_t>(self->one_rank, 1), g.dtype()};
    const InputShape* shape = i == self->one_input ? &shape_of_one
                              : self->extra && !self->extra->input_shapes.empty()
                                  ? &self->extra->input_shapes[at]
                                  : nullptr;
    Tensor out;
    if (f.passes_gradient[i]) {
      out = g;
    } else if (grad_enabled()) {
      out = f.on_tensors[i](g, tensors, tensors[result_tag], params);
    } else {
      bool repeats = shape && !(IntList(shape->sizes) == g.sizes());
      Dtype stored = shape && !repeats ? shape->dtype : g.dtype();
      out = new_tensor_strided(is_floating_point(stored) ? stored : g.dtype(), g.sizes(),
                               Dims::contiguous_strides(g.sizes()));
      Operand operands[most_inputs + 2];
      int n = 0;
      operands[n++] = g;
      for (int k = 0; k < f.inputs; ++k)
        operands[n++] = tensors[k].defined() && (f.uses[i] & uses_input(k)) ? tensors[k] : g;
      operands[n++] = tensors[result_tag].defined() && (f.uses[i] & uses_result) ? tensors[result_tag] : g;
      run(tiles_of(f).derivative[i][compute_of(g.dtype())], g.dtype(), false, out,
          {operands, static_cast<size_t>(n)}, params);
    }
    b.set(at, shape ? sum_to(out, shape->sizes, shape->dtype) : out);
  }
}

} // namespace talweg
