// Making tensors: from numbers, from containers, from memory.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "talweg/tensor.h"

namespace talweg {

/// What factories may be told. dtype is the default dtype (or what the values say) where it is left out.
struct TensorOptions {
  std::optional<Dtype> dtype = {};
  bool requires_grad = false;
};

/// Numbers in nested braces, as `tensor` takes them: `{{1, 2}, {3, 4}}`.
class NestedList {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16> NestedList(
      T value)
      : scalar_(value), dtype_(dtype_of<T>), is_number_(true) {}
  NestedList(std::initializer_list<NestedList> list) {
    list_ = list.begin();
    size_ = list.size();
  }
  bool is_number() const { return is_number_; }
  Scalar scalar() const { return scalar_; }
  Dtype dtype() const { return dtype_; }
  std::span<const NestedList> list() const { return {list_, size_}; }

 private:
  Scalar scalar_;
  Dtype dtype_ = float32;
  bool is_number_ = false;
  const NestedList* list_ = nullptr;
  size_t size_ = 0;
};

namespace detail {
Tensor tensor_from_nested(std::span<const NestedList> list, const TensorOptions& options);
Tensor tensor_from_scalar(Scalar value, const TensorOptions& options);
Tensor tensor_from_elements(const void* data, Dtype source, IntList sizes, std::optional<Dtype> inferred,
                            const TensorOptions& options);

template <class T>
concept Number = std::is_arithmetic_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;
template <class C>
concept NumberRange = requires(const C& c) {
  c.data();
  c.size();
  requires Number<std::remove_cvref_t<decltype(*c.data())>>;
};
template <class C>
concept RangeOfRanges = requires(const C& c) {
  c.begin();
  c.size();
  requires NumberRange<std::remove_cvref_t<decltype(*c.begin())>>;
};
} // namespace detail

/// A tensor with these numbers. Python's rule for the dtype: bool, int64, or the default floating type; the
/// containers' own element type where that is narrower is kept for std containers: vector<double> gives
/// float64.
inline Tensor tensor(std::initializer_list<NestedList> list, const TensorOptions& options = {}) {
  return detail::tensor_from_nested({list.begin(), list.size()}, options);
}
/// A 0-d tensor.
template <detail::Number T>
Tensor tensor(T value, const TensorOptions& options = {}) {
  return detail::tensor_from_scalar(Scalar(value), options);
}
/// A copy of a vector, array or span of numbers, with its element type as dtype.
template <detail::NumberRange C>
Tensor tensor(const C& values, const TensorOptions& options = {}) {
  using T = std::remove_cvref_t<decltype(*values.data())>;
  return detail::tensor_from_elements(values.data(), dtype_of<T>, static_cast<int64_t>(values.size()),
                                      dtype_of<T>, options);
}
/// A copy of rows of equal length.
template <detail::RangeOfRanges C>
Tensor tensor(const C& rows, const TensorOptions& options = {}) {
  std::vector<Tensor> parts;
  for (const auto& row : rows) parts.push_back(tensor(row, TensorOptions{.dtype = options.dtype}));
  if (parts.empty()) return detail::tensor_from_nested({}, options);
  Tensor out = stack(parts);
  return options.requires_grad ? out.requires_grad_() : out;
}
Tensor tensor(const std::vector<bool>& values, const TensorOptions& options = {});

/// A tensor over memory of yours, without copying; `owner` (anything movable) lives as long as the memory is
/// used.
template <class T, class Owner>
Tensor from_blob(T* data, IntList sizes, Owner owner);
/// The same where you guarantee that the memory outlives the tensor and all its views.
template <class T>
Tensor from_blob(T* data, IntList sizes);
template <class T>
Tensor from_blob(T* data, IntList sizes, IntList strides);

/// Undefined elements.
Tensor empty(IntList size, const TensorOptions& options = {});
Tensor zeros(IntList size, const TensorOptions& options = {});
Tensor ones(IntList size, const TensorOptions& options = {});
/// One value everywhere; its kind gives the dtype (bool, int64, default) where none is named.
Tensor full(IntList size, Scalar fill_value, const TensorOptions& options = {});
/// start, start + step, ... below end. Integers give int64. Elements are start + i * step.
Tensor arange(Scalar end, const TensorOptions& options = {});
Tensor arange(Scalar start, Scalar end, Scalar step = 1, const TensorOptions& options = {});
/// `steps` numbers from start to end, both included; the second half is counted from the end.
Tensor linspace(Scalar start, Scalar end, int64_t steps, const TensorOptions& options = {});
/// base to the power of `steps` numbers from start to end.
Tensor logspace(Scalar start, Scalar end, int64_t steps, double base = 10, const TensorOptions& options = {});
/// A number without dimensions; floating unless a dtype is named.
Tensor scalar_tensor(Scalar s, const TensorOptions& options = {});
/// Undefined elements under strides of your choice, or with dimensions laid out in an order.
Tensor empty_strided(IntList size, IntList stride, const TensorOptions& options = {});
Tensor empty_permuted(IntList size, IntList physical_layout, const TensorOptions& options = {});
/// Row and column numbers of the elements on and below (above) a diagonal of a matrix.
Tensor tril_indices(int64_t row, int64_t col, int64_t offset = 0, const TensorOptions& options = {});
Tensor triu_indices(int64_t row, int64_t col, int64_t offset = 0, const TensorOptions& options = {});
/// Ones on the diagonal.
Tensor eye(int64_t n, const TensorOptions& options = {});
Tensor eye(int64_t n, int64_t m, const TensorOptions& options = {});
/// Shape and dtype of another tensor.
Tensor empty_like(const Tensor& input, const TensorOptions& options = {});
Tensor zeros_like(const Tensor& input, const TensorOptions& options = {});
Tensor ones_like(const Tensor& input, const TensorOptions& options = {});
Tensor full_like(const Tensor& input, Scalar fill_value, const TensorOptions& options = {});
/// The dtype of another tensor.
Tensor new_empty(const Tensor& self, IntList size, const TensorOptions& options = {});
Tensor new_zeros(const Tensor& self, IntList size, const TensorOptions& options = {});
Tensor new_ones(const Tensor& self, IntList size, const TensorOptions& options = {});
Tensor new_full(const Tensor& self, IntList size, Scalar fill_value, const TensorOptions& options = {});
Tensor new_empty_strided(const Tensor& self, IntList size, IntList stride, const TensorOptions& options = {});

namespace detail {
Tensor foreign_tensor(void* data, Dtype dtype, IntList sizes, const IntList* strides, void (*release)(void*),
                      void* context);
}
template <class T, class Owner>
Tensor from_blob(T* data, IntList sizes, Owner owner) {
  auto* kept = new Owner(std::move(owner));
  return detail::foreign_tensor(
      data, dtype_of<T>, sizes, nullptr, [](void* p) { delete static_cast<Owner*>(p); }, kept);
}
template <class T>
Tensor from_blob(T* data, IntList sizes) {
  return detail::foreign_tensor(data, dtype_of<T>, sizes, nullptr, nullptr, nullptr);
}
template <class T>
Tensor from_blob(T* data, IntList sizes, IntList strides) {
  return detail::foreign_tensor(data, dtype_of<T>, sizes, &strides, nullptr, nullptr);
}

} // namespace talweg
