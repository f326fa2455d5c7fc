// Copies, conversions and fills.
#include "talweg/ops/copy.h"

#include <string>

#include "core/shape.h"
#include "kernels/pointwise.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

void check_defined(const Tensor& t, std::string_view op) {
  if (!t.defined()) throw TypeError("[" + std::string(op) + "] the tensor is undefined");
}

// A tensor of self's sizes whose strides follow self's where those are dense.
Tensor dense_like(const Tensor& self, Dtype dtype) {
  TensorObject* o = object(self);
  std::span<const int64_t> sizes(o->sizes(), o->rank), strides(o->strides(), o->rank);
  int64_t extent = 1;
  for (size_t i = 0; i < sizes.size(); ++i) extent += (sizes[i] - 1) * strides[i];
  if (o->has(contiguous_flag) || extent != o->numel || may_overlap_itself(sizes, strides)) return new_tensor(dtype, sizes);
  return new_tensor_strided(dtype, sizes, strides);
}

void write(const Tensor& out, const Tensor& in) {
  Dims strides = broadcast_strides(in.sizes(), in.strides(), out.sizes());
  launch(copy_kernel, {buffer_of(out), buffer_as(in, out.sizes(), strides, out.numel())});
}

void back_to_dtype(Backward& b, Dtype dtype) {
  if (b.grad().defined()) b.set(0, to(b.grad(), dtype));
}

}  // namespace

Tensor clone(const Tensor& self) {
  check_defined(self, "clone");
  Tensor out = dense_like(self, self.dtype());
  write(out, self);
  return record(std::move(out), "CloneBackward0", {&self}, {}, [](Backward& b) { b.set(0, b.grad()); });
}

Tensor contiguous(const Tensor& self) {
  check_defined(self, "contiguous");
  if (self.is_contiguous()) return self;
  Tensor out = new_tensor(self.dtype(), self.sizes());
  write(out, self);
  return record(std::move(out), "CloneBackward0", {&self}, {}, [](Backward& b) { b.set(0, b.grad()); });
}

Tensor to(const Tensor& self, Dtype dtype, bool copy) {
  check_defined(self, "to");
  if (self.dtype() == dtype) return copy ? clone(self) : self;
  Tensor out = dense_like(self, dtype);
  write(out, self);
  return record(std::move(out), "ToCopyBackward0", {&self}, {}, [from = self.dtype()](Backward& b) { back_to_dtype(b, from); });
}

const Tensor& copy_(const Tensor& self, const Tensor& src) {
  check_defined(self, "copy_");
  check_defined(src, "copy_");
  Dims joined = broadcast_sizes(self.sizes(), src.sizes(), "copy_");
  if (!(IntList(joined) == self.sizes()))
    throw ShapeError("[copy_] output with shape " + to_string(self.sizes()) + " doesn't match the broadcast shape " + to_string(joined));
  if (self.is_same(src)) return self;
  const Tensor* others[] = {&src};
  bool recorded = begin_write(self, "copy_", others);
  Node* node = write_node(recorded, "CopyBackwards", {&self, &src}, {}, [sizes = Dims(src.sizes()), from = src.dtype()](Backward& b) {
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, zeros_like(b.grad()));
    if (b.needs(1)) b.set(1, sum_to(b.grad(), sizes, from));
  });
  Tensor source = src;
  if (storage_begin(object(src)) == storage_begin(object(self))) source = clone(src.detach());
  write(self, source);
  end_write(self, node);
  return self;
}

const Tensor& fill_(const Tensor& self, Scalar value) {
  check_defined(self, "fill_");
  bool recorded = begin_write(self, "fill_");
  Node* node = write_node(recorded, "FillBackward0", {&self}, {}, [](Backward& b) { b.set(0, zeros_like(b.grad())); });
  launch(fill_kernel, {buffer_of(self)}, value);
  end_write(self, node);
  return self;
}

const Tensor& fill_(const Tensor& self, const Tensor& value) {
  check_defined(value, "fill_");
  if (value.dim() != 0)
    throw ShapeError("[fill_] only supports 0-dimension value tensor but got tensor with " + std::to_string(value.dim()) + " dimensions");
  return copy_(self, value);
}

const Tensor& zero_(const Tensor& self) {
  check_defined(self, "zero_");
  bool recorded = begin_write(self, "zero_");
  Node* node = write_node(recorded, "ZeroBackward0", {&self}, {}, [](Backward& b) { b.set(0, zeros_like(b.grad())); });
  launch(fill_kernel, {buffer_of(self)}, Scalar(0));
  end_write(self, node);
  return self;
}

}  // namespace talweg
