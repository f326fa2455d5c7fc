// Orders along one dimension. Buffers are contiguous and seen as (outer, n, inner); elements are float32,
// float64 or int64. NaN is larger than every number; all NaN are equal.
#pragma once

#include "kernels/buffer.h"

namespace talweg {

enum class Pick : uint8_t { sort, top, kth, median, nanmedian, mode };

struct OrderCall {
  int64_t n, inner;
  int64_t k; // how many (top), or which, counted from 1 (kth)
  Pick pick;
  bool descending; // sort, top
  bool sorted;     // top
};

/// Buffers: in; values, of in's dtype; indices, int64. Both results have n (sort), k (top) or 1 elements
/// along the dimension.
extern const Kernel order_kernel;

struct RowCall {
  int64_t rows, columns;
};
/// Buffers: in (rows, columns); order, int64: the rows from the smallest, compared from the first column.
extern const Kernel row_order_kernel;

struct SearchCall {
  int64_t n;      // length of a line of boundaries
  int64_t wanted; // elements that look in each line
  bool right;
};
/// Buffers: where, int64; boundaries, wanted (of one dtype), and a sorter (int64) of boundaries, if given.
extern const Kernel search_kernel;

} // namespace talweg
