// Orthogonal factors of matrices.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

/// Q of the factorisation Q R of a matrix with at least as many rows as columns, where the diagonal of R is
/// positive: that makes it the only one. Buffers: Q (contiguous), the matrix, of the same sizes; float32 or
/// float64.
extern const Kernel orthogonal_factor_kernel;

} // namespace talweg
