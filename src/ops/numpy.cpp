// NumPy's names: where it differs from PyTorch, in dtypes, sums and text.
#include "talweg/numpy.h"

#include <string>

#include "core/format_numpy.h"
#include "core/raise.h"
#include "core/shape.h"
#include "kernels/cast.h"
#include "kernels/pairwise_sum.h"
#include "ops/launch.h"
#include "talweg/autograd.h"
#include "talweg/errors.h"

namespace talweg::numpy {

namespace {

Dtype default_of(Dtype d) { return is_floating_point(d) ? float64 : d; }

// The floating dtype that holds all integers of this one, as NumPy sees it.
Dtype floating_for(Dtype d) {
  switch (d) {
    case Dtype::bool_:
    case Dtype::int8:
    case Dtype::uint8:
      return float16;
    case Dtype::int16:
      return float32;
    default:
      return float64;
  }
}
Dtype promoted(Dtype a, Dtype b) {
  if (is_floating_point(a) != is_floating_point(b))
    return is_floating_point(a) ? promote_types(a, floating_for(b)) : promote_types(floating_for(a), b);
  return promote_types(a, b);
}

// In which dtype NumPy adds, and whether it adds floats.
Dtype sum_dtype(const Tensor& x) { return is_floating_point(x.dtype()) ? x.dtype() : int64; }

// The elements in the order of memory if they lie densely, else in order.
Tensor in_memory_order(const Tensor& x) {
  Tensor t = x.T();
  return !x.is_contiguous() && t.is_contiguous() ? t : x.contiguous();
}

Tensor reduced(const Tensor& x, int64_t axis) {
  NoGradGuard guard;
  Dtype dtype = sum_dtype(x);
  Dtype inner = dtype == float32 || dtype == float64 ? dtype : dtype == int64 ? int64 : float32;
  if (inner == int64) return talweg::sum(x, axis, false, int64);
  Tensor dense = x.detach().to(inner).contiguous();
  axis = wrap_dim(axis, dense.dim(), "sum");
  Dims sizes;
  int64_t outer = 1, rows = dense.size(axis), columns = 1;
  for (int64_t d = 0; d < dense.dim(); ++d) {
    if (d != axis) sizes.push_back(dense.size(d));
    if (d < axis) outer *= dense.size(d);
    if (d > axis) columns *= dense.size(d);
  }
  Tensor out = empty(sizes, {.dtype = inner});
  if (axis == dense.dim() - 1)
    launch(pairwise_sum_kernel, {buffer_of(out), buffer_of(dense)});
  else
    launch(row_sum_kernel, {buffer_of(out), buffer_of(dense.view({outer, rows, columns}))});
  return out.to(dtype);
}

ArrayView view_of(const Tensor& x) {
  if (!x.defined()) raise<TypeError>({"[numpy] the tensor is undefined"});
  TensorObject* o = object(x);
  return {o->data, o->dtype, {o->sizes(), o->rank}, {o->strides(), o->rank}};
}

template <class F>
std::string with_element(Number x, F f) {
  return with_type(x.dtype(), [&]<class T>(T*) {
    T element = cast<T>(static_cast<double>(x));
    return f(&element, x.dtype());
  });
}

} // namespace

Tensor array(std::initializer_list<NestedList> list, std::optional<Dtype> dtype) {
  Tensor t = tensor(list, {.dtype = dtype});
  return dtype || !t.is_floating_point() ? t : tensor(list, {.dtype = float64});
}
Tensor array(const std::vector<Tensor>& rows, std::optional<Dtype> dtype) {
  if (rows.empty()) return empty(0, {.dtype = dtype.value_or(float64)});
  Dtype common = rows[0].dtype();
  for (const Tensor& r : rows) common = promoted(common, r.dtype());
  std::vector<Tensor> converted;
  converted.reserve(rows.size());
  for (const Tensor& r : rows) converted.push_back(r.to(dtype.value_or(common)));
  return stack(converted);
}
Tensor array(const std::vector<double>& values, std::optional<Dtype> dtype) {
  return tensor(values, {.dtype = dtype});
}

Tensor arange(Scalar stop) { return numpy::arange(Scalar(0), stop); }
Tensor arange(Scalar start, Scalar stop, Scalar step) {
  bool whole = !start.is_floating_point() && !stop.is_floating_point() && !step.is_floating_point();
  return talweg::arange(start, stop, step, {.dtype = whole ? int64 : float64});
}
Tensor zeros(IntList shape, Dtype dtype) { return talweg::zeros(shape, {.dtype = dtype}); }
Tensor ones(IntList shape, Dtype dtype) { return talweg::ones(shape, {.dtype = dtype}); }
Tensor full(IntList shape, Scalar value, std::optional<Dtype> dtype) {
  return talweg::full(shape, value, {.dtype = dtype.value_or(default_of(value.dtype()))});
}
Tensor eye(int64_t n, Dtype dtype) { return talweg::eye(n, {.dtype = dtype}); }
Tensor linspace(Scalar start, Scalar stop, int64_t num) {
  return talweg::linspace(start, stop, num, {.dtype = float64});
}

Tensor concatenate(const std::vector<Tensor>& arrays, int64_t axis) {
  if (arrays.empty()) raise<ValueError>({"[concatenate] need at least one array to concatenate"});
  Dtype common = arrays[0].dtype();
  for (const Tensor& a : arrays) common = promoted(common, a.dtype());
  std::vector<Tensor> converted;
  converted.reserve(arrays.size());
  for (const Tensor& a : arrays) converted.push_back(a.to(common));
  return cat(converted, axis);
}

Tensor dot(const Tensor& a, const Tensor& b) {
  if (a.dim() == 0 || b.dim() == 0) return a * b;
  if (a.dim() > 2 || b.dim() > 2)
    raise<ShapeError>({"[dot] takes vectors and matrices, got ", IntList(a.sizes()), " and ",
                       IntList(b.sizes()), "; use matmul"});
  Dtype common = promoted(a.dtype(), b.dtype());
  return talweg::matmul(a.to(common), b.to(common));
}

Number sum(const Tensor& x) {
  NoGradGuard guard;
  Tensor total = reduced(talweg::reshape(in_memory_order(x.detach()), -1), 0);
  return {total.item<double>(), total.dtype()};
}
Tensor sum(const Tensor& x, int64_t axis) { return reduced(x, axis); }
Number mean(const Tensor& x) {
  // Integers are converted before they are added, as NumPy does.
  Tensor floats = is_floating_point(x.dtype()) ? x : x.to(float64);
  Number total = numpy::sum(floats);
  double quotient = static_cast<double>(total) / static_cast<double>(x.numel());
  return total.dtype() == float64 ? Number(quotient, float64)
                                  : Number(static_cast<float>(quotient), total.dtype());
}
Tensor mean(const Tensor& x, int64_t axis) {
  Tensor floats = is_floating_point(x.dtype()) ? x : x.to(float64);
  return numpy::sum(floats, axis) / static_cast<double>(x.size(axis));
}

std::string str(const Tensor& x) { return numpy_str(view_of(x)); }
std::string repr(const Tensor& x) { return numpy_repr(view_of(x)); }
std::string str(Number x) { return with_element(x, numpy_scalar_str); }
std::string repr(Number x) { return with_element(x, numpy_scalar_repr); }

} // namespace talweg::numpy
