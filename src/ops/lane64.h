// A number repeated over the 64 bytes that every small tensor has.
#pragma once

#include <cstring>

#include "core/tensor_object.h"
#include "kernels/cast.h"
#include "talweg/scalar.h"

namespace talweg {

struct alignas(64) Lane64 {
  unsigned char bytes[64];
};
template <class T>
inline void splat(Lane64& lane, T value) {
  for (size_t i = 0; i < 64; i += sizeof(T)) std::memcpy(lane.bytes + i, &value, sizeof(T));
}
/// A number repeated, as an element of one of the direct dtypes.
inline void splat(Lane64& lane, Dtype dtype, Scalar s) {
  if (dtype == float32)
    splat(lane, s.to<float>());
  else if (dtype == float64)
    splat(lane, s.to<double>());
  else if (dtype == int32)
    splat(lane,
          s.is_floating_point() ? cast<int32_t>(s.to<double>()) : static_cast<int32_t>(s.to<int64_t>()));
  else
    splat(lane, s.is_floating_point() ? cast<int64_t>(s.to<double>()) : s.to<int64_t>());
}
/// Repeats one element of 4 or 8 bytes.
inline void splat_element(Lane64& lane, const TensorObject* o) {
  if (itemsize(o->dtype) == 4) {
    uint32_t word;
    std::memcpy(&word, o->data, 4);
    splat(lane, word);
  } else {
    uint64_t word;
    std::memcpy(&word, o->data, 8);
    splat(lane, word);
  }
}

/// Writes one number everywhere: the body of fill_, zero_ and the factories.
void fill_elements(const Tensor& self, Scalar value);

} // namespace talweg
