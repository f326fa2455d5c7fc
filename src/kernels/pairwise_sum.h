// Sums in the order in which NumPy adds.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

/// buffers[0]: one sum per row; buffers[1]: contiguous, its last dimension the rows. Both float32 or both
/// float64. Pairwise: up to 128 numbers by eight running sums, more by halves.
extern const Kernel pairwise_sum_kernel;

/// buffers[0] (outer, inner); buffers[1] (outer, n, inner), contiguous. Row after row.
extern const Kernel row_sum_kernel;

} // namespace talweg
