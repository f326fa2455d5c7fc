#include "talweg/dtype.h"

#include <string>

#include "core/raise.h"
#include "talweg/errors.h"

namespace talweg {

namespace {
uint8_t default_dtype = static_cast<uint8_t>(float32);
}

Dtype get_default_dtype() { return static_cast<Dtype>(__atomic_load_n(&default_dtype, __ATOMIC_RELAXED)); }

void set_default_dtype(Dtype dtype) {
  if (!is_floating_point(dtype))
    raise<TypeError>({"[set_default_dtype] only floating-point types are accepted, got ", name(dtype)});
  __atomic_store_n(&default_dtype, static_cast<uint8_t>(dtype), __ATOMIC_RELAXED);
}

// The order of Dtype is the order of promotion but for two pairs that have no order: uint8 with int8 gives
// int16, float16 with bfloat16 gives float32.
Dtype promote_types(Dtype a, Dtype b) {
  if (a == b) return a;
  Dtype low = a < b ? a : b, high = a < b ? b : a;
  if (low == uint8 && high == int8) return int16;
  if (low == float16 && high == bfloat16) return float32;
  return high;
}

} // namespace talweg
