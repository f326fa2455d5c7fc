// Copies, conversions and fills.
#include "talweg/ops/copy.h"

#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/pointwise.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/lane64.h"
#include "ops/launch.h"
#include "ops/number.h"
#include "ops/pointwise.h"
#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

void write(const Tensor& out, const Tensor& in) {
  Dims strides = broadcast_strides(in.sizes(), in.strides(), out.sizes());
  launch(copy_kernel, {buffer_of(out), buffer_as(in, out.sizes(), strides, out.numel())});
}

void back_to_dtype(Backward& b, Dtype dtype) {
  if (b.grad().defined()) b.set(0, to(b.grad(), dtype));
}

} // namespace

Tensor clone(const Tensor& self) {
  check_defined(self, "clone");
  Tensor out = empty_like(self);
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
  Tensor out = empty_like(self, {.dtype = dtype});
  write(out, self);
  return record(std::move(out), "ToCopyBackward0", {&self}, {},
                [from = self.dtype()](Backward& b) { back_to_dtype(b, from); });
}

const Tensor& copy_(const Tensor& self, const Tensor& src) {
  check_defined(self, "copy_");
  check_defined(src, "copy_");
  Dims joined = broadcast_sizes(self.sizes(), src.sizes(), "copy_");
  if (!(IntList(joined) == self.sizes()))
    raise<ShapeError>({"[copy_] output with shape ", IntList(self.sizes()),
                       " doesn't match the broadcast shape ", IntList(joined)});
  if (self.is_same(src)) return self;
  const Tensor* others[] = {&src};
  bool recorded = begin_write(self, "copy_", others);
  OwnedNode node = write_node(recorded, "CopyBackwards", {&self, &src}, {},
                              [sizes = Dims(src.sizes()), from = src.dtype()](Backward& b) {
                                if (!b.grad().defined()) return;
                                if (b.needs(0)) b.set(0, zeros_like(b.grad()));
                                if (b.needs(1)) b.set(1, sum_to(b.grad(), sizes, from));
                              });
  Tensor source = src;
  if (shares_memory(self, src)) source = clone(src.detach());
  write(self, source);
  end_write(self, std::move(node));
  return self;
}

namespace {

// Whether all elements lie in one lane that may be overwritten, and nobody listens.
bool is_plain_lane(const TensorObject* o) {
  return o->has(lane_flag) && (direct_dtypes(numbers) & dtype_bit(o->dtype)) &&
         !(thread_state.modes & ~grad_off);
}

const Tensor& write_number(const Tensor& self, Scalar value, std::string_view op, const char* name) {
  check_defined(self, op);
  TensorObject* o = object(self);
  value = number_for(value, o->dtype, op);
  if (is_plain_lane(o) && !o->has(inference_flag) &&
      (!grad_enabled() || !(o->flags & (requires_grad_flag | view_flag)))) [[likely]] {
    splat(*static_cast<Lane64*>(o->data), o->dtype, value);
    bump_version(o);
    return self;
  }
  bool recorded = begin_write(self, op);
  OwnedNode node =
      write_node(recorded, name, {&self}, {}, [](Backward& b) { b.set(0, zeros_like(b.grad())); });
  fill_elements(self, value);
  end_write(self, std::move(node));
  return self;
}

} // namespace

void fill_elements(const Tensor& self, Scalar value) {
  if (self.numel() == 0) return; // a view without elements may begin where its bytes end
  TensorObject* o = object(self);
  if (is_plain_lane(o))
    splat(*static_cast<Lane64*>(o->data), o->dtype, value);
  else
    launch(fill_kernel, {buffer_of(self)}, value);
}

const Tensor& fill_(const Tensor& self, Scalar value) {
  return write_number(self, value, "fill_", "FillBackward0");
}

const Tensor& fill_(const Tensor& self, const Tensor& value) {
  check_defined(value, "fill_");
  if (value.dim() != 0)
    raise<ShapeError>(
        {"[fill_] only supports 0-dimension value tensor but got tensor with ", value.dim(), " dimensions"});
  return copy_(self, value);
}

const Tensor& zero_(const Tensor& self) { return write_number(self, 0, "zero_", "ZeroBackward0"); }

Tensor to(const Tensor& self, const Tensor& other, bool copy) {
  check_defined(other, "to");
  return to(self, other.dtype(), copy);
}
Tensor fill(const Tensor& self, Scalar value) {
  Tensor out = clone(self);
  fill_(out, value);
  return out;
}
Tensor fill(const Tensor& self, const Tensor& value) {
  Tensor out = clone(self);
  fill_(out, value);
  return out;
}

Dtype result_type(const Tensor& tensor1, const Tensor& tensor2) {
  const Operand operands[] = {tensor1, tensor2};
  return result_type(operands);
}

namespace {

using Unary = Tensor(const Tensor&);

template <Dtype dtype>
Tensor as(const Tensor& self) {
  return to(self, dtype);
}

Tensor to_dtype(const Tensor& self, Dtype dtype, bool, bool copy) { return to(self, dtype, copy); }
// There is one device, so what stands in its place changes nothing.
Tensor to_device(const Tensor& self, std::string_view device, std::optional<Dtype> dtype, bool, bool copy) {
  if (!device.empty() && !device.starts_with("cpu"))
    raise<ValueError>({"[to] there is no device '", device, "', only cpu"});
  check_defined(self, "to");
  return to(self, dtype.value_or(self.dtype()), copy);
}
Tensor to_other(const Tensor& self, const Tensor& other, bool, bool copy) { return to(self, other, copy); }
const Tensor& copy_in(const Tensor& self, const Tensor& src, bool) { return copy_(self, src); }
Scalar item(const Tensor& self) { return self.item(); }

constexpr OpInfo conversion(std::string_view doc, std::array<std::string_view, 8> samples = {"T(2, 3)"}) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::linear};
}
constexpr std::string_view to_in_cpp = "to(dtype) in C++: most of these names are its words";
constexpr OpInfo to_float(std::string_view doc) {
  return {.doc = doc, .samples = {"T(2, 3)"}, .derivative = Derivative::linear, .undeclared = to_in_cpp};
}
constexpr OpInfo to_whole(std::string_view doc) {
  return {.doc = doc,
          .samples = {"P(2, 3)", "Z(2, 3; 9)"},
          .derivative = Derivative::none,
          .why_not = "no floating-point dtype",
          .undeclared = to_in_cpp};
}

constinit const Op ops[] = {
    op<Dtype(const Tensor&, const Tensor&), &result_type>("result_type(tensor1, tensor2)",
                                                          {.doc = "the dtype in which two operands meet",
                                                           .samples = {"T(2, 3), I(2; 3)", "Z(2; 3), 1.5"},
                                                           .derivative = Derivative::none,
                                                           .why_not = "the result is a dtype",
                                                           .numbers_as_tensors = true}),
    op<bool(Dtype, Dtype), &can_cast>("can_cast(from_, to)",
                                      {.doc = "whether values of one dtype may be written into another",
                                       .samples = {"float64, int32", "int64, float16"},
                                       .derivative = Derivative::none,
                                       .why_not = "the result is a truth value"}),
    op<Unary, &clone>("clone(self)", {.doc = "a copy with its own memory",
                                      .samples = {"T(2, 3)", "T()"},
                                      .derivative = Derivative::linear}),
    op<Unary, &contiguous>("contiguous(self)", {.doc = "self, or a copy that is row-major without gaps",
                                                .samples = {"T(2, 3)"},
                                                .derivative = Derivative::linear}),
    op<Tensor(const Tensor&, Dtype, bool, bool), &to_dtype>(
        "to(self, dtype, non_blocking=False, copy=False)",
        conversion("self converted to a dtype", {"T(2, 3), float32", "Z(5; 9), float16, copy=True"})),
    op<Tensor(const Tensor&, std::string_view, std::optional<Dtype>, bool, bool), &to_device>(
        "to(self, device=None, dtype=None, non_blocking=False, copy=False)",
        conversion("self converted to a dtype", {"T(2, 3)", "T(2, 3), 'cpu', float32"})),
    op<Tensor(const Tensor&, const Tensor&, bool, bool), &to_other>(
        "to(self, other, non_blocking=False, copy=False)",
        conversion("self converted to other's dtype", {"T(2, 3), C(2)", "T(2, 3), I(; 2)"})),
    op<Unary, &as<float32>>("float(self)", to_float("to(float32)")),
    op<Unary, &as<float64>>("double(self)", to_float("to(float64)")),
    op<Unary, &as<float16>>("half(self)", to_float("to(float16)")),
    op<Unary, &as<bfloat16>>("bfloat16(self)", to_float("to(bfloat16)")),
    op<Unary, &as<int64>>("long(self)", to_whole("to(int64)")),
    op<Unary, &as<int32>>("int(self)", to_whole("to(int32)")),
    op<Unary, &as<int16>>("short(self)", to_whole("to(int16)")),
    op<Unary, &as<int8>>("char(self)", to_whole("to(int8)")),
    op<Unary, &as<uint8>>("byte(self)", to_whole("to(uint8)")),
    op<Unary, &as<bool_>>("bool(self)", to_whole("to(bool)")),
    op<const Tensor&(const Tensor&, const Tensor&, bool), &copy_in>(
        "copy_(self, src, non_blocking=False)",
        conversion("writes src, broadcast and converted", {"T(2, 3), T(3)", "T(2, 3), T()"})),
    op<Tensor(const Tensor&, const Tensor&), &fill>(
        "fill(self, value)", {.doc = "one value everywhere",
                              .samples = {"T(2, 3), T()"},
                              .derivative = Derivative::linear,
                              .in_place = boxed<const Tensor&(const Tensor&, const Tensor&), &fill_>}),
    op<Tensor(const Tensor&, Scalar), &fill>(
        "fill(self, value)", {.doc = "one value everywhere",
                              .samples = {"T(2, 3), 1.5"},
                              .derivative = Derivative::linear,
                              .in_place = boxed<const Tensor&(const Tensor&, Scalar), &fill_>}),
    op<const Tensor&(const Tensor&), &zero_>("zero_(self)", conversion("writes zeros")),
    op<Scalar(const Tensor&), &item>("item(self)", {.doc = "the one element as a number",
                                                    .samples = {"T()", "T(1, 1)"},
                                                    .derivative = Derivative::none,
                                                    .why_not = "a number of C++",
                                                    .undeclared = "a method alone"}),
};

} // namespace

extern const Family copy_family;
constinit const Family copy_family{"copy", ops};

} // namespace talweg
