// Making tensors.
#include "talweg/create.h"

#include <cmath>
#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/cast.h"
#include "kernels/pointwise.h"
#include "kernels/range.h"
#include "ops/checks.h"
#include "ops/lane64.h"
#include "ops/launch.h"
#include "ops/number.h"
#include "ops/record.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

Tensor finish(Tensor t, const TensorOptions& options) {
  if (options.requires_grad) t.requires_grad_();
  return t;
}

Tensor filled(Dtype dtype, IntList size, Scalar value, const TensorOptions& options) {
  value = number_for(value, dtype, "full");
  Tensor t = new_tensor(dtype, size);
  fill_elements(t, value);
  return finish(std::move(t), options);
}

struct NestedShape {
  Dims sizes;
  Dtype dtype = bool_;
  bool started = false;
};

// Python's kinds: bool, int64, the default floating type.
Dtype python_dtype(Dtype d) {
  return is_floating_point(d) ? get_default_dtype() : d == bool_ ? bool_ : int64;
}

void measure(std::span<const NestedList> list, size_t depth, NestedShape& shape) {
  auto n = static_cast<int64_t>(list.size());
  if (depth == shape.sizes.size()) {
    shape.sizes.push_back(n);
  } else if (shape.sizes[depth] != n) {
    raise<ValueError>(
        {"[tensor] expected sequence of length ", shape.sizes[depth], " at dim ", depth, " (got ", n, ")"});
  }
  for (const NestedList& e : list) {
    if (e.is_number() != list[0].is_number())
      raise<ValueError>({"[tensor] numbers and lists are mixed at dim ", depth + 1});
    if (e.is_number()) {
      if (shape.sizes.size() > depth + 1) raise<ValueError>({"[tensor] rows of different depth"});
      Dtype d = python_dtype(e.dtype());
      shape.dtype = shape.started ? promote_types(shape.dtype, d) : d;
      shape.started = true;
    } else {
      measure(e.list(), depth + 1, shape);
    }
  }
}

template <class T>
void gather_numbers(std::span<const NestedList> list, T*& out) {
  for (const NestedList& e : list) {
    if constexpr (std::is_integral_v<T>)
      if (e.is_number()) number_for(e.scalar(), dtype_of<T>, "tensor");
    if (e.is_number())
      *out++ = e.scalar().is_floating_point() ? cast<T>(e.scalar().to<double>())
                                              : cast<T>(e.scalar().to<int64_t>());
    else
      gather_numbers(e.list(), out);
  }
}

} // namespace

namespace detail {

Tensor tensor_from_nested(std::span<const NestedList> list, const TensorOptions& options) {
  NestedShape shape;
  measure(list, 0, shape);
  Tensor t =
      new_tensor(options.dtype.value_or(shape.started ? shape.dtype : get_default_dtype()), shape.sizes);
  with_type(t.dtype(), [&]<class T>(T*) {
    T* out = static_cast<T*>(t.data_ptr());
    gather_numbers(list, out);
  });
  return finish(std::move(t), options);
}

Tensor tensor_from_scalar(Scalar value, const TensorOptions& options) {
  const Dtype dtype = options.dtype.value_or(value.dtype());
  if (is_integral(dtype)) value = number_for(value, dtype, "tensor");
  Tensor t = new_tensor(dtype, {});
  fill_elements(t, value);
  return finish(std::move(t), options);
}

Tensor tensor_from_elements(const void* data, Dtype source, IntList sizes, std::optional<Dtype> inferred,
                            const TensorOptions& options) {
  Tensor t = new_tensor(options.dtype.value_or(inferred.value_or(source)), sizes);
  // A container that is empty may have no memory.
  if (t.numel() > 0) {
    Tensor foreign = new_foreign(const_cast<void*>(data), source, sizes, Dims::contiguous_strides(sizes),
                                 nullptr, nullptr);
    copy_kernel.run(std::array{buffer_of(t), buffer_of(foreign)}, nullptr);
  }
  return finish(std::move(t), options);
}

// The bytes from the first element to the last must be countable, and none may lie before the first.
static void check_reach(IntList sizes, IntList strides, int64_t size) {
  int64_t last = 0, bytes = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (strides[i] < 0) raise<ShapeError>({"[from_blob] negative strides are not supported, got ", strides});
    int64_t reach = 0;
    if (sizes[i] > 1 && (__builtin_mul_overflow(sizes[i] - 1, strides[i], &reach) ||
                         __builtin_add_overflow(last, reach, &last)))
      bytes = -1;
  }
  if (bytes < 0 || last == INT64_MAX || __builtin_mul_overflow(last + 1, size, &bytes))
    raise<ShapeError>({"[from_blob] sizes ", sizes, " and strides ", strides, " overflow"});
}

Tensor foreign_tensor(void* data, Dtype dtype, IntList sizes, const IntList* strides, void (*release)(void*),
                      void* context) {
  try {
    if (strides && strides->size() != sizes.size())
      raise<ShapeError>({"[from_blob] ", sizes.size(), " sizes and ", strides->size(), " strides"});
    if (!data && checked_numel(sizes, itemsize(dtype)) > 0)
      raise<ValueError>({"[from_blob] the memory is a null pointer"});
    checked_numel(sizes, itemsize(dtype));
    if (strides) check_reach(sizes, *strides, itemsize(dtype));
    return new_foreign(data, dtype, sizes, strides ? Dims(*strides) : Dims::contiguous_strides(sizes),
                       release, context);
  } catch (...) {
    if (release) release(context);
    throw;
  }
}

} // namespace detail

Tensor tensor(const std::vector<bool>& values, const TensorOptions& options) {
  Tensor t = new_tensor(bool_, IntList(static_cast<int64_t>(values.size())));
  auto out = t.span<bool>();
  for (size_t i = 0; i < values.size(); ++i) out[i] = values[i];
  return finish(to(t, options.dtype.value_or(bool_)), options);
}

Tensor empty(IntList size, const TensorOptions& options) {
  return finish(new_tensor(options.dtype.value_or(get_default_dtype()), size), options);
}
Tensor zeros(IntList size, const TensorOptions& options) {
  return filled(options.dtype.value_or(get_default_dtype()), size, 0, options);
}
Tensor ones(IntList size, const TensorOptions& options) {
  return filled(options.dtype.value_or(get_default_dtype()), size, 1, options);
}
Tensor full(IntList size, Scalar fill_value, const TensorOptions& options) {
  return filled(options.dtype.value_or(fill_value.dtype()), size, fill_value, options);
}

Tensor arange(Scalar end, const TensorOptions& options) { return arange(0, end, 1, options); }

namespace {

int64_t arange_count(Dtype dtype, Scalar start, Scalar end, Scalar step) {
  if (dtype == int64) {
    int64_t a = start.to<int64_t>(), b = end.to<int64_t>(), s = step.to<int64_t>();
    int64_t span = 0, padded = 0;
    if (__builtin_sub_overflow(b, a, &span) || __builtin_add_overflow(span, s > 0 ? s - 1 : s + 1, &padded))
      raise<ValueError>({"[arange] invalid size, possible overflow"});
    return padded / s;
  }
  double count = std::ceil((end.to<double>() - start.to<double>()) / step.to<double>());
  if (!(count >= 0 && count < 0x1p63)) raise<ValueError>({"[arange] invalid size, possible overflow"});
  return static_cast<int64_t>(count);
}

// int64 counts in integers, every other dtype in double.
template <class A>
void check_range(Scalar start, Scalar end, Scalar step) {
  A first = start.to<A>(), last = end.to<A>(), by = step.to<A>();
  if (!(by > 0 || by < 0)) raise<ValueError>({"[arange] step must be nonzero"});
  if (!std::isfinite(start.to<double>()) || !std::isfinite(end.to<double>()))
    raise<ValueError>({"[arange] unsupported range: bounds must be finite"});
  if ((by > 0 && first > last) || (by < 0 && first < last))
    raise<ValueError>({"[arange] upper bound and lower bound inconsistent with step sign"});
}

} // namespace

Tensor arange(Scalar start, Scalar end, Scalar step, const TensorOptions& options) {
  bool floating = start.is_floating_point() || end.is_floating_point() || step.is_floating_point();
  Dtype dtype = options.dtype.value_or(floating ? get_default_dtype() : int64);
  if (dtype == bool_) raise<DtypeError>({"[arange] not implemented for bool; use an integer dtype"});
  for (Scalar s : {start, end, step})
    if (is_integral(dtype)) checked_number(s, int64, "arange");
  if (dtype == int64)
    check_range<int64_t>(start, end, step);
  else
    check_range<double>(start, end, step);
  Tensor t = new_tensor(dtype, IntList(arange_count(dtype, start, end, step)));
  launch(arange_kernel, {buffer_of(t)}, Range{start, step});
  return finish(std::move(t), options);
}

Tensor linspace(Scalar start, Scalar end, int64_t steps, const TensorOptions& options) {
  if (steps < 0) raise<ValueError>({"[linspace] number of steps must be non-negative, got ", steps});
  Dtype dtype = options.dtype.value_or(get_default_dtype());
  if (dtype == bool_) raise<DtypeError>({"[linspace] not implemented for bool"});
  Tensor t = new_tensor(dtype, IntList(steps));
  if (steps == 1) fill_(t, checked_number(start, dtype, "linspace"));
  if (steps > 1)
    launch(linspace_kernel, {buffer_of(t)},
           Range{checked_number(start, dtype, "linspace"), checked_number(end, dtype, "linspace")});
  return finish(std::move(t), options);
}

Tensor eye(int64_t n, const TensorOptions& options) { return eye(n, n, options); }
Tensor eye(int64_t n, int64_t m, const TensorOptions& options) {
  if (n < 0 || m < 0) raise<ValueError>({"[eye] n and m must be greater or equal to 0, got ", n, " and ", m});
  Tensor t = zeros({n, m}, {.dtype = options.dtype});
  diagonal(t).fill_(1);
  return finish(std::move(t), options);
}

Tensor empty_like(const Tensor& self, const TensorOptions& options) {
  check_defined(self, "empty_like");
  TensorObject* o = object(self);
  if (o->has(lane_flag) && options.dtype.value_or(o->dtype) == o->dtype)
    return finish(adopt(new_lane_like(o, o->dtype)), options);
  std::span<const int64_t> sizes(o->sizes(), o->rank), strides(o->strides(), o->rank);
  Dtype dtype = options.dtype.value_or(o->dtype);
  bool dense = !o->has(contiguous_flag) && is_dense(sizes, strides);
  return finish(dense ? new_tensor_strided(dtype, sizes, strides) : new_tensor(dtype, sizes), options);
}
Tensor full_like(const Tensor& self, Scalar fill_value, const TensorOptions& options) {
  Tensor t = empty_like(self, {.dtype = options.dtype});
  fill_elements(t, number_for(fill_value, t.dtype(), "full_like"));
  return finish(std::move(t), options);
}
Tensor zeros_like(const Tensor& self, const TensorOptions& options) { return full_like(self, 0, options); }
Tensor ones_like(const Tensor& self, const TensorOptions& options) { return full_like(self, 1, options); }

namespace {
TensorOptions with_dtype_of(const Tensor& self, const TensorOptions& options, std::string_view op) {
  if (!self.defined()) raise<TypeError>({"[", op, "] the tensor is undefined"});
  return {options.dtype.value_or(self.dtype()), options.requires_grad};
}
} // namespace

Tensor new_empty(const Tensor& self, IntList size, const TensorOptions& options) {
  return empty(size, with_dtype_of(self, options, "new_empty"));
}
Tensor new_zeros(const Tensor& self, IntList size, const TensorOptions& options) {
  return zeros(size, with_dtype_of(self, options, "new_zeros"));
}
Tensor new_ones(const Tensor& self, IntList size, const TensorOptions& options) {
  return ones(size, with_dtype_of(self, options, "new_ones"));
}
Tensor new_full(const Tensor& self, IntList size, Scalar fill_value, const TensorOptions& options) {
  return full(size, fill_value, with_dtype_of(self, options, "new_full"));
}
Tensor Tensor::new_empty(IntList size) const { return talweg::new_empty(*this, size); }
Tensor Tensor::new_empty(IntList size, const TensorOptions& options) const {
  return talweg::new_empty(*this, size, options);
}
Tensor Tensor::new_zeros(IntList size) const { return talweg::new_zeros(*this, size); }
Tensor Tensor::new_zeros(IntList size, const TensorOptions& options) const {
  return talweg::new_zeros(*this, size, options);
}
Tensor Tensor::new_ones(IntList size) const { return talweg::new_ones(*this, size); }
Tensor Tensor::new_ones(IntList size, const TensorOptions& options) const {
  return talweg::new_ones(*this, size, options);
}
Tensor Tensor::new_full(IntList size, Scalar fill_value) const {
  return talweg::new_full(*this, size, fill_value);
}
Tensor Tensor::new_full(IntList size, Scalar fill_value, const TensorOptions& options) const {
  return talweg::new_full(*this, size, fill_value, options);
}

namespace {

using Type = std::optional<Dtype>;
using OfSize = Tensor(IntList, Type, bool);
using Like = Tensor(const Tensor&, Type, bool);
using LikeOfSize = Tensor(const Tensor&, IntList, Type, bool);

// A factory called by name: its options are the last two arguments.
template <auto factory>
Tensor of_size(IntList size, Type dtype, bool requires_grad) {
  return factory(size, TensorOptions{dtype, requires_grad});
}
template <auto factory>
Tensor like(const Tensor& self, Type dtype, bool requires_grad) {
  return factory(self, TensorOptions{dtype, requires_grad});
}
template <auto factory>
Tensor like_of_size(const Tensor& self, IntList size, Type dtype, bool requires_grad) {
  return factory(self, size, TensorOptions{dtype, requires_grad});
}
Tensor full_of_size(IntList size, Scalar fill_value, Type dtype, bool requires_grad) {
  return full(size, fill_value, {dtype, requires_grad});
}
Tensor full_like_by_name(const Tensor& self, Scalar fill_value, Type dtype, bool requires_grad) {
  return full_like(self, fill_value, {dtype, requires_grad});
}
Tensor new_full_by_name(const Tensor& self, IntList size, Scalar fill_value, Type dtype, bool requires_grad) {
  return new_full(self, size, fill_value, {dtype, requires_grad});
}
Tensor arange_to(Scalar end, Type dtype, bool requires_grad) { return arange(end, {dtype, requires_grad}); }
Tensor arange_between(Scalar start, Scalar end, Scalar step, Type dtype, bool requires_grad) {
  return arange(start, end, step, {dtype, requires_grad});
}
Tensor linspace_by_name(Scalar start, Scalar end, int64_t steps, Type dtype, bool requires_grad) {
  return linspace(start, end, steps, {dtype, requires_grad});
}
Tensor eye_square(int64_t n, Type dtype, bool requires_grad) { return eye(n, {dtype, requires_grad}); }
Tensor eye_of(int64_t n, int64_t m, Type dtype, bool requires_grad) {
  return eye(n, m, {dtype, requires_grad});
}

constexpr OpInfo constant(std::string_view doc, std::array<std::string_view, 8> samples) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::none, .why_not = "constants"};
}
constexpr OpInfo undefined(std::string_view doc) {
  return {.doc = doc,
          .unsampled = "the elements are whatever the memory holds",
          .derivative = Derivative::none,
          .why_not = "undefined elements"};
}

constinit const Op ops[] = {
    op<OfSize, &of_size<&empty>>("empty(size, *, dtype=None, requires_grad=False)",
                                 undefined("undefined elements")),
    op<OfSize, &of_size<&zeros>>("zeros(size, *, dtype=None, requires_grad=False)",
                                 constant("zeros", {"[2, 3]", "[]"})),
    op<OfSize, &of_size<&ones>>("ones(size, *, dtype=None, requires_grad=False)",
                                constant("ones", {"[2, 3]", "[]"})),
    op<Tensor(IntList, Scalar, Type, bool), &full_of_size>(
        "full(size, fill_value, *, dtype=None, requires_grad=False)",
        constant("one value everywhere", {"[2, 3], 1.5", "[2, 3], 3", "[33], True"})),
    op<Tensor(Scalar, Type, bool), &arange_to>("arange(end, *, dtype=None, requires_grad=False)",
                                               constant("0, 1, ... below end", {"5", "33.5"})),
    op<Tensor(Scalar, Scalar, Scalar, Type, bool), &arange_between>(
        "arange(start, end, step=1, *, dtype=None, requires_grad=False)",
        constant("start, start + step, ... below end", {"1, 7", "0.5, 3, 0.25", "7, -7, -2"})),
    op<Tensor(Scalar, Scalar, int64_t, Type, bool), &linspace_by_name>(
        "linspace(start, end, steps, *, dtype=None, requires_grad=False)",
        constant("numbers from start to end", {"0, 1, 5", "-1.5, 2, 33", "3, 4, 1"})),
    op<Tensor(int64_t, Type, bool), &eye_square>("eye(n, *, dtype=None, requires_grad=False)",
                                                 constant("ones on the diagonal", {"3"})),
    op<Tensor(int64_t, int64_t, Type, bool), &eye_of>("eye(n, m, *, dtype=None, requires_grad=False)",
                                                      constant("ones on the diagonal", {"3, 5", "4, 2"})),
    op<Like, &like<&empty_like>>("empty_like(input, *, dtype=None, requires_grad=False)",
                                 undefined("empty of self's shape")),
    op<Like, &like<&zeros_like>>("zeros_like(input, *, dtype=None, requires_grad=False)",
                                 constant("zeros of self's shape", {"T(2, 3)", "T()"})),
    op<Like, &like<&ones_like>>("ones_like(input, *, dtype=None, requires_grad=False)",
                                constant("ones of self's shape", {"T(2, 3)", "T()"})),
    op<Tensor(const Tensor&, Scalar, Type, bool), &full_like_by_name>(
        "full_like(input, fill_value, *, dtype=None, requires_grad=False)",
        constant("one value in self's shape", {"T(2, 3), 1.5", "T(33), 3"})),
    op<LikeOfSize, &like_of_size<&new_empty>>("new_empty(self, size, *, dtype=None, requires_grad=False)",
                                              undefined("empty of self's dtype")),
    op<LikeOfSize, &like_of_size<&new_zeros>>("new_zeros(self, size, *, dtype=None, requires_grad=False)",
                                              constant("zeros of self's dtype", {"T(2), [2, 3]"})),
    op<LikeOfSize, &like_of_size<&new_ones>>("new_ones(self, size, *, dtype=None, requires_grad=False)",
                                             constant("ones of self's dtype", {"T(2), [2, 3]"})),
    op<Tensor(const Tensor&, IntList, Scalar, Type, bool), &new_full_by_name>(
        "new_full(self, size, fill_value, *, dtype=None, requires_grad=False)",
        constant("one value, of self's dtype", {"T(2), [2, 3], 1.5"})),
};

} // namespace

extern const Family create_family;
constinit const Family create_family{"create", ops};

} // namespace talweg
