// Elements picked by tensors of positions, and written back to them.
#pragma once

#include <cstdint>

#include "kernels/buffer.h"

namespace talweg {

/// Which dimensions of the whole are indexed, and where the dimensions of the index tensors stand among the
/// others.
struct IndexPlan {
  uint64_t indexed; // a bit per dimension of the whole; one index tensor for each, in order
  int32_t place;    // number of dimensions that are not indexed before those of the indices
  int32_t rank;     // dimensions of the index tensors: all of one shape
};

/// part[...] = whole[indices]. Buffers: part, whole, one int64 tensor per indexed dimension, all of the same
/// sizes (strides of 0 where they repeat). Negative positions count from the end.
extern const Kernel index_kernel;
/// whole[indices] = part; of several writes to one element the last stays. Buffers: whole, part, indices.
extern const Kernel index_put_kernel;
/// whole[indices] += part, one after the other in the order of the part.
extern const Kernel index_add_kernel;

/// One dimension along which positions count.
struct GatherPlan {
  int32_t dim;
};
/// out[i][j] = self[index[i][j]][j] and so on along dim. Buffers: out, self, index (int64).
extern const Kernel gather_kernel;
/// self[index[i][j]][j] += src[i][j], in the order of index. Buffers: self, src, index (int64).
extern const Kernel scatter_add_kernel;

/// What a check of positions found wrong.
struct BadIndex {
  int64_t value;
  bool found;
};
/// The first position outside of [low, size).
BadIndex find_bad_index(const Buffer& index, int64_t low, int64_t size);

/// How many elements are not zero.
int64_t count_nonzero(const Buffer& mask);
/// Where they are, in row-major order. Buffers: mask, one contiguous int64 vector per dimension of it.
extern const Kernel nonzero_kernel;

} // namespace talweg
