#include "kernels/index.h"

#include <cstring>
#include <vector>

#include "kernels/cast.h"

namespace talweg {

namespace {

// Sizes and the strides of up to two operands, without dimensions of size 1 and with neighbours joined where
// that is the same walk.
struct Grid {
  int rank = 0;
  int64_t count = 1;
  int64_t sizes[max_rank], a[max_rank], b[max_rank];

  void add(int64_t size, int64_t stride_a, int64_t stride_b) {
    count *= size;
    if (size == 1) return;
    if (rank > 0 && a[rank - 1] == stride_a * size && b[rank - 1] == stride_b * size) {
      sizes[rank - 1] *= size;
      a[rank - 1] = stride_a;
      b[rank - 1] = stride_b;
      return;
    }
    sizes[rank] = size;
    a[rank] = stride_a;
    b[rank] = stride_b;
    ++rank;
  }

  /// f(offset_a, offset_b, n, step_a, step_b) for each run of the last dimension, in row-major order.
  template <class F>
  void runs(F f) const {
    if (count == 0) return;
    if (rank == 0) {
      f(int64_t{0}, int64_t{0}, int64_t{1}, int64_t{0}, int64_t{0});
      return;
    }
    int last = rank - 1;
    int64_t at[max_rank] = {}, x = 0, y = 0;
    for (;;) {
      f(x, y, sizes[last], a[last], b[last]);
      int d = last - 1;
      for (; d >= 0; --d) {
        x += a[d];
        y += b[d];
        if (++at[d] < sizes[d]) break;
        x -= at[d] * a[d];
        y -= at[d] * b[d];
        at[d] = 0;
      }
      if (d < 0) return;
    }
  }
};

// Where the elements named by the indices begin, in the whole and in the part.
struct Places {
  std::vector<int64_t> whole, part;
};

struct Walked {
  Grid before, after; // a: whole, b: part
  Places places;
};

Walked prepare(const Buffer& whole, const Buffer& part, std::span<const Buffer> indices,
               const IndexPlan& plan) {
  Walked w;
  int part_dim = 0, rest = 0;
  for (int d = 0; d < whole.rank; ++d) {
    if (plan.indexed >> d & 1) continue;
    if (rest == plan.place) part_dim += plan.rank;
    (rest < plan.place ? w.before : w.after).add(whole.sizes[d], whole.strides[d], part.strides[part_dim]);
    ++part_dim;
    ++rest;
  }
  Grid grid;
  const Buffer& first = indices[0];
  for (int d = 0; d < plan.rank; ++d) grid.add(first.sizes[d], part.strides[plan.place + d], 0);
  auto count = static_cast<size_t>(grid.count);
  w.places.part.reserve(count);
  grid.runs([&](int64_t x, int64_t, int64_t n, int64_t step, int64_t) {
    for (int64_t i = 0; i < n; ++i) w.places.part.push_back(x + i * step);
  });
  w.places.whole.assign(count, 0);
  size_t k = 0;
  for (int d = 0; d < whole.rank; ++d) {
    if (!(plan.indexed >> d & 1)) continue;
    const Buffer& index = indices[k++];
    Grid walk;
    for (int i = 0; i < plan.rank; ++i) walk.add(index.sizes[i], index.strides[i], 0);
    const auto* values = index.as<const int64_t>();
    int64_t size = whole.sizes[d], stride = whole.strides[d];
    int64_t* out = w.places.whole.data();
    walk.runs([&](int64_t x, int64_t, int64_t n, int64_t step, int64_t) {
      for (int64_t i = 0; i < n; ++i) {
        int64_t v = values[x + i * step];
        *out++ += (v < 0 ? v + size : v) * stride;
      }
    });
  }
  return w;
}

// f(whole offset, part offset, n, whole step, part step) for runs of elements, places in order outside of the
// inner run.
template <class F>
void each_run(const Walked& w, F f) {
  const auto& places = w.places;
  w.before.runs([&](int64_t x0, int64_t y0, int64_t n0, int64_t xs, int64_t ys) {
    for (int64_t i = 0; i < n0; ++i) {
      int64_t x1 = x0 + i * xs, y1 = y0 + i * ys;
      for (size_t p = 0; p < places.whole.size(); ++p) {
        int64_t x2 = x1 + places.whole[p], y2 = y1 + places.part[p];
        w.after.runs(
            [&](int64_t x, int64_t y, int64_t n, int64_t sx, int64_t sy) { f(x2 + x, y2 + y, n, sx, sy); });
      }
    }
  });
}

// Copies don't care for the type, only for its size.
template <class F>
void with_size(Dtype dtype, F&& f) {
  switch (itemsize(dtype)) {
    case 1:
      return f(static_cast<uint8_t*>(nullptr));
    case 2:
      return f(static_cast<uint16_t*>(nullptr));
    case 4:
      return f(static_cast<uint32_t*>(nullptr));
    default:
      return f(static_cast<uint64_t*>(nullptr));
  }
}

template <class T>
void copy_run(T* to, int64_t to_step, const T* from, int64_t from_step, int64_t n) {
  if (to_step == 1 && from_step == 1 && n >= 8) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(T));
    return;
  }
  for (int64_t i = 0; i < n; ++i) to[i * to_step] = from[i * from_step];
}

template <class T>
T plus(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a || b;
  else if constexpr (is_short_float<T>)
    return T(static_cast<float>(a) + static_cast<float>(b));
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  else
    return a + b;
}

void run_index(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &part = buffers[0], &whole = buffers[1];
  if (part.numel == 0) return;
  Walked w = prepare(whole, part, buffers.subspan(2), *static_cast<const IndexPlan*>(attributes));
  with_size(part.dtype, [&]<class T>(T*) {
    auto* out = part.as<T>();
    const auto* in = whole.as<const T>();
    each_run(w, [&](int64_t x, int64_t y, int64_t n, int64_t sx, int64_t sy) {
      copy_run(out + y, sy, in + x, sx, n);
    });
  });
}

void run_put(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &whole = buffers[0], &part = buffers[1];
  if (part.numel == 0) return;
  Walked w = prepare(whole, part, buffers.subspan(2), *static_cast<const IndexPlan*>(attributes));
  with_size(part.dtype, [&]<class T>(T*) {
    auto* out = whole.as<T>();
    const auto* in = part.as<const T>();
    each_run(w, [&](int64_t x, int64_t y, int64_t n, int64_t sx, int64_t sy) {
      copy_run(out + x, sx, in + y, sy, n);
    });
  });
}

void run_add(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &whole = buffers[0], &part = buffers[1];
  if (part.numel == 0) return;
  Walked w = prepare(whole, part, buffers.subspan(2), *static_cast<const IndexPlan*>(attributes));
  with_type(part.dtype, [&]<class T>(T*) {
    auto* out = whole.as<T>();
    const auto* in = part.as<const T>();
    each_run(w, [&](int64_t x, int64_t y, int64_t n, int64_t sx, int64_t sy) {
      for (int64_t i = 0; i < n; ++i) out[x + i * sx] = plus<T>(out[x + i * sx], in[y + i * sy]);
    });
  });
}

// f(offset in self without dim, offset in other, index offset, n, steps) over the sizes of index.
template <class F>
void gather_runs(const Buffer& self, const Buffer& other, const Buffer& index, int dim, F f) {
  // The index tensor is walked beside the other two: its offsets are counted by a second grid of the same
  // shape.
  int rank = index.rank;
  if (index.numel == 0) return;
  if (rank == 0) {
    f(int64_t{0}, int64_t{0}, int64_t{0}, int64_t{1}, int64_t{0}, int64_t{0}, int64_t{0});
    return;
  }
  auto self_stride = [&](int d) { return d == dim || self.rank == 0 ? 0 : self.strides[d]; };
  auto other_stride = [&](int d) { return other.rank == 0 ? 0 : other.strides[d]; };
  int last = rank - 1;
  int64_t at[max_rank] = {}, x = 0, y = 0, z = 0;
  for (;;) {
    f(x, y, z, index.sizes[last], self_stride(last), other_stride(last), index.strides[last]);
    int d = last - 1;
    for (; d >= 0; --d) {
      x += self_stride(d);
      y += other_stride(d);
      z += index.strides[d];
      if (++at[d] < index.sizes[d]) break;
      x -= at[d] * self_stride(d);
      y -= at[d] * other_stride(d);
      z -= at[d] * index.strides[d];
      at[d] = 0;
    }
    if (d < 0) return;
  }
}

void run_gather(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &out = buffers[0], &self = buffers[1], &index = buffers[2];
  int dim = static_cast<const GatherPlan*>(attributes)->dim;
  int64_t stride = self.rank == 0 ? 0 : self.strides[dim];
  const auto* values = index.as<const int64_t>();
  with_size(out.dtype, [&]<class T>(T*) {
    auto* to = out.as<T>();
    const auto* from = self.as<const T>();
    gather_runs(self, out, index, dim,
                [&](int64_t x, int64_t y, int64_t z, int64_t n, int64_t sx, int64_t sy, int64_t sz) {
                  for (int64_t i = 0; i < n; ++i)
                    to[y + i * sy] = from[x + i * sx + values[z + i * sz] * stride];
                });
  });
}

void run_scatter_add(std::span<const Buffer> buffers, const void* attributes) {
  const Buffer &self = buffers[0], &src = buffers[1], &index = buffers[2];
  int dim = static_cast<const GatherPlan*>(attributes)->dim;
  int64_t stride = self.rank == 0 ? 0 : self.strides[dim];
  const auto* values = index.as<const int64_t>();
  with_type(self.dtype, [&]<class T>(T*) {
    auto* to = self.as<T>();
    const auto* from = src.as<const T>();
    gather_runs(self, src, index, dim,
                [&](int64_t x, int64_t y, int64_t z, int64_t n, int64_t sx, int64_t sy, int64_t sz) {
                  for (int64_t i = 0; i < n; ++i) {
                    T& element = to[x + i * sx + values[z + i * sz] * stride];
                    element = plus<T>(element, from[y + i * sy]);
                  }
                });
  });
}

// f(flat position, value is not zero) over a mask in row-major order.
template <class F>
void each_truth(const Buffer& mask, F f) {
  Grid grid;
  for (int d = 0; d < mask.rank; ++d) grid.add(mask.sizes[d], mask.strides[d], 0);
  with_type(mask.dtype, [&]<class T>(T*) {
    const auto* in = mask.as<const T>();
    int64_t flat = 0;
    grid.runs([&](int64_t x, int64_t, int64_t n, int64_t step, int64_t) {
      for (int64_t i = 0; i < n; ++i) f(flat++, cast<bool>(in[x + i * step]));
    });
  });
}

void run_nonzero(std::span<const Buffer> buffers, const void*) {
  const Buffer& mask = buffers[0];
  int64_t found = 0;
  each_truth(mask, [&](int64_t flat, bool truth) {
    if (!truth) return;
    for (int d = mask.rank; d-- > 0;) {
      buffers[static_cast<size_t>(d) + 1].as<int64_t>()[found] = flat % mask.sizes[d];
      flat /= mask.sizes[d];
    }
    ++found;
  });
}

} // namespace

const Kernel index_kernel{"index", run_index};
const Kernel index_put_kernel{"index_put", run_put};
const Kernel index_add_kernel{"index_add", run_add};
const Kernel gather_kernel{"gather", run_gather};
const Kernel scatter_add_kernel{"scatter_add", run_scatter_add};
const Kernel nonzero_kernel{"nonzero", run_nonzero};

BadIndex find_bad_index(const Buffer& index, int64_t low, int64_t size) {
  Grid grid;
  for (int d = 0; d < index.rank; ++d) grid.add(index.sizes[d], index.strides[d], 0);
  const auto* values = index.as<const int64_t>();
  BadIndex bad{0, false};
  grid.runs([&](int64_t x, int64_t, int64_t n, int64_t step, int64_t) {
    if (bad.found) return;
    for (int64_t i = 0; i < n; ++i) {
      int64_t v = values[x + i * step];
      if (v < low || v >= size) {
        bad = {v, true};
        return;
      }
    }
  });
  return bad;
}

int64_t count_nonzero(const Buffer& mask) {
  int64_t count = 0;
  each_truth(mask, [&](int64_t, bool truth) { count += truth; });
  return count;
}

} // namespace talweg
