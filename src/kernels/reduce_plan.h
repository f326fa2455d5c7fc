// In which order a reduction visits memory. Results depend on it, so it is PyTorch's order: reduced dimensions first,
// then by stride, neighbours joined, walked as planes of two dimensions.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/buffer.h"

namespace talweg {

/// The dimensions of a reduction from the fastest; `out` has strides of 0 where it is reduced. Strides in elements.
struct ReducePlan {
  int rank = 0;
  int64_t sizes[max_rank];
  int64_t out[max_rank];
  int64_t in[max_rank];

  /// `out` has the sizes of `in`. Both without empty dimensions.
  ReducePlan(const Buffer& out_buffer, const Buffer& in_buffer) {
    int order[max_rank];
    int n = in_buffer.rank;
    for (int i = 0; i < n; ++i) order[i] = n - 1 - i;
    for (int i = 1; i < n; ++i) {
      int at = i;
      for (int before = i - 1; before >= 0; --before) {
        int sign = compare(out_buffer, in_buffer, order[before], order[at]);
        if (sign < 0) break;
        if (sign > 0) {
          std::swap(order[before], order[at]);
          at = before;
        }
      }
    }
    for (int i = 0; i < n; ++i) add(in_buffer.sizes[order[i]], out_buffer.strides[order[i]], in_buffer.strides[order[i]]);
    for (int d = rank; d < 2; ++d) sizes[d] = 1, out[d] = in[d] = 0;
  }

  /// Calls f(out offset, in offset) for each plane of the first two dimensions.
  template <class F>
  void planes(F&& f) const {
    int64_t at[max_rank] = {};
    int64_t out_offset = 0, in_offset = 0;
    for (;;) {
      f(out_offset, in_offset);
      int d = 2;
      for (; d < rank; ++d) {
        out_offset += out[d];
        in_offset += in[d];
        if (++at[d] < sizes[d]) break;
        out_offset -= at[d] * out[d];
        in_offset -= at[d] * in[d];
        at[d] = 0;
      }
      if (d >= rank) return;
    }
  }

 private:
  // Positive: b is the faster dimension. Zero: the order stays.
  static int compare(const Buffer& out, const Buffer& in, int a, int b) {
    if ((out.strides[a] == 0) != (out.strides[b] == 0)) return out.strides[b] == 0 ? 1 : -1;
    for (const Buffer* buffer : {&out, &in}) {
      int64_t x = buffer->strides[a], y = buffer->strides[b];
      if (x == 0 || y == 0) continue;
      if (x != y) return x < y ? -1 : 1;
      if (in.sizes[a] > in.sizes[b]) return 1;
    }
    return 0;
  }
  void add(int64_t size, int64_t out_stride, int64_t in_stride) {
    if (rank > 0) {
      int last = rank - 1;
      if (sizes[last] == 1 || size == 1 || (sizes[last] * out[last] == out_stride && sizes[last] * in[last] == in_stride)) {
        if (sizes[last] == 1) out[last] = out_stride, in[last] = in_stride;
        sizes[last] *= size;
        return;
      }
    }
    sizes[rank] = size;
    out[rank] = out_stride;
    in[rank++] = in_stride;
  }
};

}  // namespace talweg
