// Elements written along one dimension to positions that a tensor names.
#pragma once

#include <cstdint>

#include "kernels/buffer.h"

namespace talweg {

enum class Scatter : uint8_t { set, sum, prod, amax, amin };

struct ScatterPlan {
  int32_t dim;
  Scatter how;
};
/// self[index[i][j]][j] = how(itself, src[i][j]) and so on along dim, in the order of index. Buffers: self,
/// src, index (int64).
extern const Kernel scatter_kernel;

struct TrianglePlan {
  int64_t diagonal;
  bool upper;
};
/// out = in on one side of the diagonal of the last two dimensions, else zero.
extern const Kernel triangle_kernel;

} // namespace talweg
