// In which order a reduction visits memory. Results depend on it, so it is PyTorch's order: reduced
// dimensions first, then by stride, neighbours joined, walked as planes of two dimensions.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/buffer.h"

namespace talweg {

/// The dimensions of a reduction from the fastest; `out` has strides of 0 where it is reduced. Strides in
/// elements.
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
    for (int i = 0; i < n; ++i)
      add(in_buffer.sizes[order[i]], out_buffer.strides[order[i]], in_buffer.strides[order[i]]);
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
      if (sizes[last] == 1 || size == 1 ||
          (sizes[last] * out[last] == out_stride && sizes[last] * in[last] == in_stride)) {
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

/// How many elements a result has.
inline int64_t kept_elements(const Buffer& out) {
  int64_t n = 1;
  for (int d = 0; d < out.rank; ++d)
    if (out.strides[d] != 0) n *= out.sizes[d];
  return n;
}

/// Visits every element of a result: `start()` makes its accumulator, `step(accumulator, element)` takes the
/// input's elements in the plan's order, `end(accumulator, offset)` stores what has come out. No dimension is
/// empty.
template <class In, class Start, class Step, class End>
void reduce_each(const Buffer& out, const Buffer& in, Start start, Step step, End end) {
  ReducePlan plan(out, in);
  int reduced = 0;
  while (reduced < plan.rank && plan.out[reduced] == 0) ++reduced;
  const bool inside = reduced > 0, beside = reduced < plan.rank;
  const int64_t inner = inside ? plan.sizes[0] : 1, stride = inside ? plan.in[0] : 0;
  const int64_t row = beside ? plan.sizes[reduced] : 1, column = beside ? plan.in[reduced] : 0,
                column_out = beside ? plan.out[reduced] : 0;
  int64_t outer = 1, rows = 1;
  for (int d = 1; d < reduced; ++d) outer *= plan.sizes[d];
  for (int d = reduced + 1; d < plan.rank; ++d) rows *= plan.sizes[d];

  struct Cursor {
    const int64_t* strides;
    int64_t offset = 0;
  };
  int64_t at[max_rank] = {};
  auto advance = [&](int first, int last, auto&... cursor) {
    for (int d = first; d < last; ++d) {
      ((cursor.offset += cursor.strides[d]), ...);
      if (++at[d] < plan.sizes[d]) return;
      ((cursor.offset -= at[d] * cursor.strides[d]), ...);
      at[d] = 0;
    }
  };
  // Several results at a time where their elements are neighbours and those of one result aren't.
  constexpr int64_t most_together = 16;
  const int64_t together = stride == 1 || outer * inner == 1 ? 1 : most_together;
  Cursor to{plan.out}, from{plan.in};
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < row; c += together) {
      const int64_t n = row - c < together ? row - c : together;
      decltype(start()) accumulators[most_together];
      for (int64_t k = 0; k < n; ++k) accumulators[k] = start();
      Cursor within{plan.in, from.offset + c * column};
      for (int64_t o = 0; o < outer; ++o) {
        const In* element = in.as<const In>() + within.offset;
        if (n == 1) {
          auto accumulator = accumulators[0];
          for (int64_t i = 0; i < inner; ++i) step(accumulator, element[i * stride]);
          accumulators[0] = accumulator;
        } else {
          for (int64_t i = 0; i < inner; ++i)
            for (int64_t k = 0; k < n; ++k) step(accumulators[k], element[i * stride + k * column]);
        }
        advance(1, reduced, within);
      }
      for (int64_t k = 0; k < n; ++k) end(accumulators[k], to.offset + (c + k) * column_out);
    }
    advance(reduced + 1, plan.rank, to, from);
  }
}

} // namespace talweg
