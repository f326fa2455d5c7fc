// Tensors made with a geometry of one's own, of powers, and of positions.
#include <algorithm>

#include "core/shape.h"
#include "ops/checks.h"
#include "ops/record.h"
#include "talweg/create.h"

namespace talweg {

namespace {
Tensor finish(Tensor t, const TensorOptions& options) {
  return options.requires_grad ? t.requires_grad_() : t;
}
} // namespace

Tensor logspace(Scalar start, Scalar end, int64_t steps, double base, const TensorOptions& options) {
  if (steps < 0) raise<ValueError>({"[logspace] number of steps must be non-negative, got ", steps});
  Dtype dtype = options.dtype.value_or(get_default_dtype());
  if (is_integral(dtype)) {
    // PyTorch counts the exponents of integers in float32 and raises in double.
    Tensor e = linspace(start.to<int64_t>(), end.to<int64_t>(), steps, {.dtype = float32});
    return to(pow(Scalar(base), to(e, float64)), dtype);
  }
  Dtype wide = dtype == float64 ? float64 : float32;
  Tensor e = linspace(start, end, steps, {.dtype = wide});
  return finish(to(pow(Scalar(base), e), dtype), options);
}

Tensor scalar_tensor(Scalar s, const TensorOptions& options) {
  return full({}, s,
              {.dtype = options.dtype.value_or(get_default_dtype()), .requires_grad = options.requires_grad});
}

Tensor empty_strided(IntList size, IntList stride, const TensorOptions& options) {
  if (size.size() != stride.size())
    raise<ShapeError>({"[empty_strided] mismatch in length of strides and shape: ", IntList(size), " and ",
                       IntList(stride)});
  Dtype dtype = options.dtype.value_or(get_default_dtype());
  checked_numel(size, itemsize(dtype));
  for (int64_t s : stride)
    if (s < 0)
      raise<ShapeError>({"[empty_strided] negative strides are not supported, got ", IntList(stride)});
  int64_t elements = numel_of(size) == 0 ? 0 : extent_of(size, stride);
  Tensor memory = new_tensor(dtype, std::array{elements});
  return finish(new_view(object(memory), size, stride, 0), options);
}

Tensor empty_permuted(IntList size, IntList physical_layout, const TensorOptions& options) {
  if (size.size() != physical_layout.size())
    raise<ShapeError>(
        {"[empty_permuted] Number of dimensions in size does not match the length of the physical_layout; "
         "i.e. len(size) = ",
         size.size(), " is not equal to len(physical_layout) = ", physical_layout.size()});
  Dims strides(size.size(), 0);
  uint64_t seen = 0;
  int64_t next = 1;
  for (size_t i = size.size(); i-- > 0;) {
    int64_t d = physical_layout[i];
    if (d < 0 || d >= static_cast<int64_t>(size.size()))
      raise<ShapeError>({"[empty_permuted] Dimension out of range (expected to be between 0 and ",
                         size.size() - 1, ", but got ", d, " at index ", i, ")"});
    if (seen >> d & 1) raise<ShapeError>({"[empty_permuted] Duplicate dim not allowed"});
    seen |= uint64_t{1} << d;
    strides[static_cast<size_t>(d)] = next;
    next *= std::max<int64_t>(size[static_cast<size_t>(d)], 1);
  }
  return empty_strided(size, strides, options);
}

Tensor new_empty_strided(const Tensor& self, IntList size, IntList stride, const TensorOptions& options) {
  check_defined(self, "new_empty_strided");
  return empty_strided(size, stride, {options.dtype.value_or(self.dtype()), options.requires_grad});
}
Tensor Tensor::new_empty_strided(IntList size, IntList stride) const {
  return talweg::new_empty_strided(*this, size, stride);
}
Tensor Tensor::new_empty_strided(IntList size, IntList stride, const TensorOptions& options) const {
  return talweg::new_empty_strided(*this, size, stride, options);
}

namespace {

Tensor triangle_indices(int64_t rows, int64_t columns, int64_t offset, bool upper,
                        const TensorOptions& options) {
  Dtype dtype = options.dtype.value_or(int64);
  if (dtype != int64 && dtype != int32)
    raise<DtypeError>({"[", upper ? "triu_indices" : "tril_indices", "] isn't defined for ", name(dtype),
                       "; accepted are int32, int64"});
  if (rows < 0 || columns < 0)
    raise<ValueError>({"[", upper ? "triu_indices" : "tril_indices",
                       "] row and col must be non-negative, got ", rows, " and ", columns});
  std::vector<int64_t> at[2];
  for (int64_t i = 0; i < rows; ++i) {
    int64_t first = upper ? std::clamp<int64_t>(i + offset, 0, columns) : 0,
            last = upper ? columns : std::clamp<int64_t>(i + offset + 1, 0, columns);
    for (int64_t j = first; j < last; ++j) {
      at[0].push_back(i);
      at[1].push_back(j);
    }
  }
  return finish(to(stack({tensor(at[0]), tensor(at[1])}), dtype), options);
}

} // namespace

Tensor tril_indices(int64_t row, int64_t col, int64_t offset, const TensorOptions& options) {
  return triangle_indices(row, col, offset, false, options);
}
Tensor triu_indices(int64_t row, int64_t col, int64_t offset, const TensorOptions& options) {
  return triangle_indices(row, col, offset, true, options);
}

namespace {

using Type = std::optional<Dtype>;
using Indices = Tensor(int64_t, int64_t, int64_t, Type, bool);
Tensor logspace_by_name(Scalar start, Scalar end, int64_t steps, double base, Type dtype,
                        bool requires_grad) {
  return logspace(start, end, steps, base, {dtype, requires_grad});
}
Tensor scalar_by_name(Scalar s, Type dtype, bool requires_grad) {
  return scalar_tensor(s, {dtype, requires_grad});
}
Tensor strided_by_name(IntList size, IntList stride, Type dtype, bool requires_grad) {
  return empty_strided(size, stride, {dtype, requires_grad});
}
Tensor permuted_by_name(IntList size, IntList physical_layout, Type dtype, bool requires_grad) {
  return empty_permuted(size, physical_layout, {dtype, requires_grad});
}
Tensor new_strided_by_name(const Tensor& self, IntList size, IntList stride, Type dtype, bool requires_grad) {
  return new_empty_strided(self, size, stride, {dtype, requires_grad});
}
template <auto f>
Tensor indices_by_name(int64_t row, int64_t col, int64_t offset, Type dtype, bool requires_grad) {
  return f(row, col, offset, TensorOptions{dtype, requires_grad});
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
    op<Tensor(Scalar, Scalar, int64_t, double, Type, bool), &logspace_by_name>(
        "logspace(start, end, steps, base=10.0, *, dtype=None, requires_grad=False)",
        constant("powers of base", {"0, 2, 5", "-1, 1, 4, 2.0"})),
    op<Tensor(Scalar, Type, bool), &scalar_by_name>("scalar_tensor(s, *, dtype=None, requires_grad=False)",
                                                    constant("a number without dimensions", {"3", "1.5"})),
    op<Tensor(IntList, IntList, Type, bool), &strided_by_name>(
        "empty_strided(size, stride, *, dtype=None, requires_grad=False)",
        undefined("undefined elements under strides")),
    op<Tensor(IntList, IntList, Type, bool), &permuted_by_name>(
        "empty_permuted(size, physical_layout, *, dtype=None, requires_grad=False)",
        undefined("undefined elements, laid out in an order")),
    op<Tensor(const Tensor&, IntList, IntList, Type, bool), &new_strided_by_name>(
        "new_empty_strided(self, size, stride, *, dtype=None, requires_grad=False)",
        undefined("undefined elements of self's dtype")),
    op<Indices, &indices_by_name<&tril_indices>>(
        "tril_indices(row, col, offset=0, *, dtype=None, requires_grad=False)",
        constant("positions on and below a diagonal", {"3, 4", "3, 3, -1"})),
    op<Indices, &indices_by_name<&triu_indices>>(
        "triu_indices(row, col, offset=0, *, dtype=None, requires_grad=False)",
        constant("positions on and above a diagonal", {"3, 4", "3, 3, 1"})),
};

} // namespace

extern const Family create_layouts_family;
constinit const Family create_layouts_family{"create_layouts", ops};

} // namespace talweg
