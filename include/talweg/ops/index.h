// Picking elements by position, and writing them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// What stands between NumPy's brackets as None: a new dimension of size 1.
struct NoneIndex {};
/// `...`: as many full slices as are missing.
struct EllipsisIndex {};
inline constexpr NoneIndex None{};
inline constexpr EllipsisIndex Ellipsis{};

/// `start:stop:step`; what is left out or None has Python's default. step must be positive.
struct Slice {
  Slice() = default;
  Slice(std::optional<int64_t> start, std::optional<int64_t> stop, int64_t step = 1)
      : start(start), stop(stop), step(step) {}
  Slice(NoneIndex, std::optional<int64_t> stop, int64_t step = 1) : stop(stop), step(step) {}
  Slice(std::optional<int64_t> start, NoneIndex, int64_t step = 1) : start(start), step(step) {}
  Slice(NoneIndex, NoneIndex, int64_t step = 1) : step(step) {}
  std::optional<int64_t> start, stop;
  int64_t step = 1;
};

/// One element of an index: an integer, Slice, None, Ellipsis, a bool, or a tensor (bool mask or integers).
class Index {
 public:
  enum class Kind : uint8_t { integer, slice, none, ellipsis, boolean, tensor };
  Index(NoneIndex) : kind_(Kind::none) {}
  Index(EllipsisIndex) : kind_(Kind::ellipsis) {}
  Index(Slice slice) : kind_(Kind::slice), slice_(slice) {}
  template <class T>
  requires std::is_integral_v<T> Index(T value)
      : kind_(std::is_same_v<T, bool> ? Kind::boolean : Kind::integer),
        integer_(static_cast<int64_t>(value)) {}
  Index(const Tensor& indices);
  Index(const Index& other);
  Index& operator=(const Index&) = delete;
  ~Index();

  Kind kind() const { return kind_; }
  int64_t integer() const { return integer_; }
  const Slice& slice() const { return slice_; }
  const Tensor& tensor() const;

 private:
  Kind kind_;
  int64_t integer_ = 0;
  Slice slice_;
  alignas(void*) unsigned char tensor_[sizeof(void*)] = {}; // a Tensor, which isn't complete here
};

/// self[indices] by NumPy's rules. Integers, slices, None and Ellipsis give a view, masks and integer tensors
/// a copy.
Tensor index(const Tensor& self, std::span<const Index> indices);
/// self[indices] = values (broadcast); with `accumulate` it is added, once for each time an element is named.
const Tensor& index_put_(const Tensor& self, std::span<const Index> indices, const Tensor& values,
                         bool accumulate = false);
/// A copy of self with self[indices] = values.
Tensor index_put(const Tensor& self, std::span<const Index> indices, const Tensor& values,
                 bool accumulate = false);
/// Rows (or slices of any dim) in the order of a 1-d integer tensor.
Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index);
/// out[i][j] = self[index[i][j]][j] for dim 0, and so on.
Tensor gather(const Tensor& self, int64_t dim, const Tensor& index);
/// A copy of self with out[index[i][j]][j] += src[i][j] for dim 0, and so on, in the order of index.
Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
const Tensor& scatter_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);

} // namespace talweg
