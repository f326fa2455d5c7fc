// Strided memory as the printing code sees it: bytes, an element type, a shape.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "talweg/dtype.h"

namespace talweg {

/// Elements in memory that somebody else owns, aligned or not. Strides count elements; 0 repeats.
struct ArrayView {
  const void* data;
  Dtype dtype;
  std::span<const int64_t> sizes, strides;

  int64_t dim() const { return static_cast<int64_t>(sizes.size()); }
  int64_t numel() const {
    int64_t n = 1;
    for (int64_t size : sizes) n *= size;
    return n;
  }
};

namespace detail {
template <class T>
T load(const void* data, int64_t offset) {
  T value;
  std::memcpy(&value, static_cast<const char*>(data) + offset * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return value;
}
} // namespace detail

/// The floating-point element at `offset` (in elements); every float type fits a double.
inline double load_float(const void* data, Dtype dtype, int64_t offset) {
  switch (dtype) {
    case Dtype::float16:
      return detail::load<Half>(data, offset);
    case Dtype::bfloat16:
      return detail::load<BFloat16>(data, offset);
    case Dtype::float32:
      return detail::load<float>(data, offset);
    default:
      return detail::load<double>(data, offset);
  }
}

/// The integer or bool element at `offset` (in elements).
inline int64_t load_int(const void* data, Dtype dtype, int64_t offset) {
  switch (dtype) {
    case Dtype::bool_:
      return detail::load<uint8_t>(data, offset) != 0;
    case Dtype::uint8:
      return detail::load<uint8_t>(data, offset);
    case Dtype::int8:
      return detail::load<int8_t>(data, offset);
    case Dtype::int16:
      return detail::load<int16_t>(data, offset);
    case Dtype::int32:
      return detail::load<int32_t>(data, offset);
    default:
      return detail::load<int64_t>(data, offset);
  }
}

/// True if a summarised dimension of `size` (at least 1) shows `edgeitems` at each end and "..." between.
inline bool is_folded(int64_t size, int64_t edgeitems) { return edgeitems <= (size - 1) / 2; }

/// Calls `f(offset)` for the elements in index order; where `summarize`, only for those shown.
template <class F>
void for_each_shown(const ArrayView& a, bool summarize, int64_t edgeitems, F&& f, int64_t axis = 0,
                    int64_t offset = 0) {
  if (axis == a.dim()) {
    f(offset);
    return;
  }
  int64_t size = a.sizes[axis];
  bool folded = summarize && is_folded(size, edgeitems);
  for (int64_t i = 0; i < size; i++) {
    if (folded && i == edgeitems) i = size - edgeitems;
    if (i < size) for_each_shown(a, summarize, edgeitems, f, axis + 1, offset + i * a.strides[axis]);
  }
}

} // namespace talweg
