// Pointwise operations on any operands: promotion, broadcasting, strides, writes in place.
#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/pointwise.h"
#include "ops/launch.h"
#include "ops/pointwise_node.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

[[noreturn, gnu::cold]] void refuse(const Pointwise& op, std::string text) {
  raise<DtypeError>({"[", op.op, "] ", std::move(text)});
}

// What the loops run in and what is stored, from the promoted dtype.
struct PromotedTypes {
  Dtype common; // what inputs are converted to
  Dtype result;
};
PromotedTypes types_of(const Pointwise& op, std::span<const Operand> operands) {
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

} // namespace

void run_loops(Tile tile, Dtype common, bool boolean, const Tensor& out, std::span<const Operand> operands,
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
      // A number that the dtype can't hold wraps here, where full() would refuse it.
      numbers[n - 1] = new_tensor(narrow ? common : computed, {});
      fill_elements(numbers[n - 1], o.scalar);
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

namespace {

void check_integer_divisor(const Pointwise& op, Dtype common, std::span<const Operand> operands) {
  if (!is_integral(common) || operands.size() != 2) return;
  const Operand& divisor = operands[1];
  bool zero = divisor.tensor ? divisor.tensor->numel() != 0 && eq(*divisor.tensor, 0).any().item<bool>()
                             : divisor.scalar == Scalar(0);
  if (zero) raise<ValueError>({"[", op.op, "] ZeroDivisionError: an integer is divided by zero"});
}

// The node of a general call. `old_self`: what the first input was before a write in place.
OwnedNode general_node(const Pointwise& op, std::span<const Operand> operands, const Params& params,
                       const Tensor& out, IntList out_sizes, Dtype out_dtype, const Tensor* old_self) {
  Edge edges[most_inputs];
  OwnedEdges owned({edges, static_cast<size_t>(op.formula.inputs)});
  for (size_t i = 0; i < operands.size(); ++i)
    if (operands[i].tensor) edges[i] = gradient_edge(object(*operands[i].tensor));
  auto* node = make_node<PointwiseNode>(op, std::move(owned), params);
  OwnedNode made(node);
  unsigned needed = node->needed();
  bool reshaped = false;
  for (size_t i = 0; i < operands.size(); ++i) {
    const Tensor* t = operands[i].tensor;
    if (!t) {
      node->scalar = operands[i].scalar.to<double>();
      node->scalar_input = static_cast<int8_t>(i);
      continue;
    }
    reshaped |= !(t->sizes() == out_sizes) || t->dtype() != out_dtype;
    if (needed & uses_input(static_cast<int>(i))) {
      const Tensor& kept = old_self && object(*t) == object(*operands[0].tensor) ? *old_self : *t;
      node->save_input(object(kept), static_cast<int>(i));
    }
  }
  if (reshaped)
    for (const Operand& o : operands)
      node->more().input_shapes.push_back(o.tensor ? InputShape{o.tensor->sizes().vec(), o.tensor->dtype()}
                                                   : InputShape{{}, out_dtype});
  if ((needed & uses_result) && out.defined()) node->save_result(object(out));
  finish_saving(node, {node->saved, node->saved_count});
  return made;
}

bool any_requires_grad(std::span<const Operand> operands) {
  if (!grad_enabled()) return false;
  for (const Operand& o : operands)
    if (o.tensor && requires_grad(object(*o.tensor))) return true;
  return false;
}

} // namespace

Tensor general(const Pointwise& op, std::span<const Operand> operands, const Params& params) {
  PromotedTypes types = types_of(op, operands);
  if (op.divides) check_integer_divisor(op, types.common, operands);
  Dims sizes;
  bool started = false;
  for (const Operand& o : operands) {
    if (!o.tensor) continue;
    sizes = started ? broadcast_sizes(sizes, o.tensor->sizes(), op.op) : Dims(o.tensor->sizes());
    started = true;
  }
  Tensor out = new_tensor_strided(types.result, sizes, result_strides(operands, sizes));
  run_loops(tiles_of(op.formula).value[compute_of(types.common)], types.common, op.formula.boolean, out,
            operands, params);
  if (op.formula.derivatives && is_floating_point(types.result) && any_requires_grad(operands))
    set_history(object(out),
                general_node(op, operands, params, out, out.sizes(), out.dtype(), nullptr).release(), 0);
  return out;
}

const Tensor& general_in_place(const Pointwise& op, std::span<const Operand> operands, const Params& params) {
  const Tensor& self = *operands[0].tensor;
  PromotedTypes types = types_of(op, operands);
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
  OwnedNode history;
  PointwiseNode* node = nullptr;
  if (recorded) {
    unsigned used = 0;
    for (int i = 0; i < op.formula.derivatives; ++i) used |= op.formula.uses[i];
    if (used & uses_input(0)) old_self = clone(self.detach());
    for (size_t i = 1; i < operands.size(); ++i)
      if (operands[i].tensor && operands[i].tensor->is_same(self) && !old_self.defined())
        old_self = clone(self.detach());
    history = general_node(op, operands, params, {}, self.sizes(), self.dtype(),
                           old_self.defined() ? &old_self : nullptr);
    node = static_cast<PointwiseNode*>(history.get());
    history = history_of_write(self, std::move(history));
  }
  run_loops(tiles_of(op.formula).value[compute_of(types.common)], types.common, op.formula.boolean, self,
            {sources, operands.size()}, params);
  bump_version(object(self));
  if (node && (node->needed() & uses_result)) {
    node->save_result(object(self));
    finish_saving(node, {node->saved, node->saved_count});
  }
  end_write(self, std::move(history), true);
  return self;
}

} // namespace talweg
