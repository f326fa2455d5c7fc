// The derivatives of pointwise operations.
#include "ops/pointwise_node.h"

#include "core/shape.h"
#include "talweg/create.h"

namespace talweg {

const NodeType PointwiseNode::node_type{&apply, &release, &destroy, &name, sizeof(PointwiseNode)};

void PointwiseNode::release(Node* node) noexcept {
  auto* self = static_cast<PointwiseNode*>(node);
  for (; self->saved_count > 0; --self->saved_count) self->saved[self->saved_count - 1].reset();
}
void PointwiseNode::destroy(Node* node) noexcept {
  if (static_cast<PointwiseNode*>(node)->saved_count > 0) release(node);
  static_cast<PointwiseNode*>(node)->~PointwiseNode();
}
std::string_view PointwiseNode::name(const Node* node) {
  return static_cast<const PointwiseNode*>(node)->op->node;
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
  if (op->formula.composed || !g->has(lane_flag) || extra || thread_state.modes != grad_off ||
      !(direct_dtypes(floats) & dtype_bit(g->dtype)))
    return false;
  const Formula& f = op->formula;
  const void* data[most_inputs + 2] = {g->data, g->data, g->data, g->data, g->data};
  Lane64 lane;
  for (int i = 0; i < saved_count; ++i) {
    const SavedTensor& s = saved[i];
    TensorObject* o = s.checked(this);
    if (s.tag() == one_input) [[unlikely]] {
      splat_element(lane, o);
      data[one_input + 1] = lane.bytes;
      continue;
    }
    if (!small_and_alike(g, o)) return false;
    data[s.tag() == result_tag ? f.inputs + 1 : s.tag() + 1] = o->data;
  }
  if (scalar_input != no_input && ((f.uses[0] | f.uses[1] | f.uses[2]) & uses_input(scalar_input))) {
    splat(lane, g->dtype, Scalar(scalar));
    data[scalar_input + 1] = lane.bytes;
  }
  const Edge* to = edges();
  for (int i = f.derivatives - 1; i >= 0; --i) {
    if (!to[i].node) continue;
    // The last one takes the gradient's place if nobody else has it.
    const bool free = i == 0 && is_sole(b.grad());
    Tensor gradient = free                   ? b.take_grad()
                      : f.passes_gradient[i] ? b.grad()
                                             : adopt(new_lane_like(g, g->dtype));
    if (!f.passes_gradient[i]) run_derivative(i, object(gradient), data, 1);
    if (i == one_input) [[unlikely]]
      gradient = to_one(gradient);
    b.set(static_cast<size_t>(i), std::move(gradient));
  }
  return true;
}

// The same where all are whole tensors of equal sizes.
bool PointwiseNode::apply_whole(Backward& b) {
  TensorObject* g = object(b.grad());
  if (op->formula.composed || !is_whole(g) || extra || scalar_input != no_input || one_input != no_input ||
      thread_state.modes != grad_off || !(direct_dtypes(floats) & dtype_bit(g->dtype)))
    return false;
  const Formula& f = op->formula;
  const void* data[most_inputs + 2] = {g->data, g->data, g->data, g->data, g->data};
  for (int i = 0; i < saved_count; ++i) {
    const SavedTensor& s = saved[i];
    TensorObject* o = s.checked(this);
    if (!is_whole(o) || !same_dtype_and_sizes(g, o)) return false;
    data[s.tag() == result_tag ? f.inputs + 1 : s.tag() + 1] = o->data;
  }
  for (int i = 0; i < f.derivatives; ++i) {
    if (!edges()[i].node) continue;
    auto at = static_cast<size_t>(i);
    if (f.passes_gradient[i]) {
      b.set(at, b.grad());
      continue;
    }
    TensorObject* out = new_dense_like(g, g->dtype);
    b.set(at, adopt(out));
    run_derivative(i, out, data, lanes_of(out));
  }
  return true;
}

void PointwiseNode::apply_any(Backward& b) {
  const Formula& f = op->formula;
  const Tensor& g = b.grad();
  const Params p = params();
  Tensor tensors[most_inputs + 1];
  for (int i = 0; i < saved_count; ++i) tensors[saved[i].tag()] = saved[i].unpack(this);
  if (scalar_input != no_input) {
    tensors[scalar_input] = full({}, Scalar(scalar), {.dtype = float64});
    mark_wrapped(object(tensors[scalar_input]));
  }
  InputShape shape_of_one;
  for (int i = 0; i < f.derivatives; ++i) {
    auto at = static_cast<size_t>(i);
    if (!b.needs(at)) continue;
    if (i == one_input) shape_of_one = {std::vector<int64_t>(one_rank, 1), g.dtype()};
    const InputShape* shape = i == one_input                          ? &shape_of_one
                              : extra && !extra->input_shapes.empty() ? &extra->input_shapes[at]
                                                                      : nullptr;
    Tensor out;
    if (f.passes_gradient[i]) {
      out = g;
    } else if (grad_enabled() || f.composed) {
      out = f.on_tensors[i](g, tensors, tensors[result_tag], p);
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
      run_loops(tiles_of(f).derivative[i][compute_of(g.dtype())], g.dtype(), false, out,
                {operands, static_cast<size_t>(n)}, p);
    }
    b.set(at, shape ? sum_to(out, shape->sizes, shape->dtype) : out);
  }
}

void PointwiseNode::apply(Node* node, Backward& b) {
  auto* self = static_cast<PointwiseNode*>(node);
  // A sum hands its gradient on as it is.
  if (self->op->formula.passes_all && !self->extra && self->one_input == no_input) {
    const Edge* to = self->edges();
    if (to[0].node) b.set(0, b.grad());
    if (self->edge_count > 1 && to[1].node) b.set(1, b.take_grad());
    return;
  }
  if (self->released) [[unlikely]] {
    if (self->needed() & ~1u) SavedTensor::refuse_freed();
  }
  if (self->apply_small(b) || self->apply_whole(b)) return;
  self->apply_any(b);
}

} // namespace talweg
