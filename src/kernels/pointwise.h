// The driver of all formulas: any strides, dtypes and broadcasts around loops that know whole lanes only.
#pragma once

#include "formulas/formula.h"
#include "kernels/buffer.h"

namespace talweg {

struct PointwiseCall {
  Tile tile;
  Compute compute;
  bool boolean; // the tile writes truth values
  Params params;
};

/// buffers[0] is the result, the others have its sizes (strides of 0 where they repeat).
extern const Kernel pointwise_kernel;

/// Writes buffers[1] into buffers[0], converted; no attributes.
extern const Kernel copy_kernel;

/// Writes one number (a Scalar as attribute) everywhere into buffers[0].
extern const Kernel fill_kernel;

} // namespace talweg
