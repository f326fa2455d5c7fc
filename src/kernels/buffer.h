// What a kernel is given: memory with a geometry.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/tensor_object.h"

namespace talweg {

/// One operand of a kernel. Sizes and strides (in elements) are borrowed for the time of the launch.
struct Buffer {
  void* data;
  TensorObject* object; // whose memory it is: a recorder keeps it alive
  const int64_t* sizes;
  const int64_t* strides;
  int64_t numel;
  uint8_t rank;
  Dtype dtype;
  bool contiguous;
  bool padded; // 64 bytes behind the last element may be read and, for a result, overwritten

  std::span<const int64_t> size_span() const { return {sizes, rank}; }
  std::span<const int64_t> stride_span() const { return {strides, rank}; }
  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
};

inline Buffer buffer_of(const Tensor& t) {
  TensorObject* o = object(t);
  return {o->data,
          o,
          o->sizes(),
          o->strides(),
          o->numel,
          o->rank,
          o->dtype,
          o->has(contiguous_flag),
          o->has(padded_flag) && (o->is_root() || o->has(lane_flag))};
}

/// The same memory read as if it had other sizes (a broadcast).
inline Buffer buffer_as(const Tensor& t, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                        int64_t numel) {
  Buffer b = buffer_of(t);
  b.sizes = sizes.data();
  b.strides = strides.data();
  b.rank = static_cast<uint8_t>(sizes.size());
  b.contiguous = b.contiguous && b.numel == numel;
  b.numel = numel;
  return b;
}

/// Something that loops over memory. `attributes` is a plain struct that the kernel knows.
struct Kernel {
  std::string_view name;
  void (*run)(std::span<const Buffer> buffers, const void* attributes);
};

} // namespace talweg
