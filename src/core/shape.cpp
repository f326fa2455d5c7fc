#include "core/shape.h"
#include "core/raise.h"

#include <algorithm>
#include <string>

#include "talweg/errors.h"

namespace talweg {

void refuse_rank(size_t rank) { raise<ShapeError>({"a tensor has at most 64 dimensions, got ", rank}); }

std::string to_string(IntList list) {
  std::string text = "(";
  for (size_t i = 0; i < list.size(); ++i) text += (i ? ", " : "") + std::to_string(list[i]);
  return text + (list.size() == 1 ? ",)" : ")");
}

Dims Dims::contiguous_strides(std::span<const int64_t> sizes) {
  Dims strides(sizes.size());
  int64_t step = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = step;
    step *= std::max<int64_t>(sizes[i], 1);
  }
  return strides;
}

int64_t numel_of(std::span<const int64_t> sizes) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  return n;
}

int64_t checked_numel(std::span<const int64_t> sizes, int64_t itemsize) {
  int64_t bytes = itemsize, extent = itemsize;
  for (int64_t s : sizes) {
    if (s < 0) raise<ShapeError>({"[empty] a size can't be negative, got ", IntList(sizes)});
    // The strides of an empty tensor count its empty dimension as one: they must not overflow either.
    if (__builtin_mul_overflow(bytes, s, &bytes) ||
        __builtin_mul_overflow(extent, std::max<int64_t>(s, 1), &extent))
      raise<ShapeError>({"the bytes of a tensor of sizes ", IntList(sizes), " can't be counted in 64 bits"});
  }
  return bytes / itemsize;
}

int64_t wrap_dim(int64_t dim, int64_t rank, std::string_view op) {
  int64_t limit = std::max<int64_t>(rank, 1);
  if (dim < -limit || dim >= limit)
    raise<IndexError>({"[", op, "] Dimension out of range (expected to be in range of [", -limit, ", ",
                       limit - 1, "], but got ", dim, ")"});
  return dim < 0 ? dim + limit : dim;
}

uint64_t wrap_dims(IntList dims, int64_t rank, std::string_view op) {
  if (dims.empty()) return rank >= 64 ? ~uint64_t{0} : (uint64_t{1} << rank) - 1;
  uint64_t mask = 0;
  for (int64_t d : dims) {
    uint64_t bit = uint64_t{1} << wrap_dim(d, rank, op);
    if (mask & bit)
      raise<ShapeError>(
          {"[", op, "] dim ", d, " appears multiple times in the list of dims ", IntList(dims)});
    mask |= bit;
  }
  return mask;
}

Dims broadcast_sizes(std::span<const int64_t> a, std::span<const int64_t> b, std::string_view op) {
  Dims out(std::max(a.size(), b.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    size_t from_end = out.size() - i;
    int64_t x = from_end > a.size() ? 1 : a[a.size() - from_end];
    int64_t y = from_end > b.size() ? 1 : b[b.size() - from_end];
    if (x != y && x != 1 && y != 1)
      raise<ShapeError>({"[", op, "] sizes ", IntList(a), " and ", IntList(b),
                         " can't be broadcast: dimension ", i, " has ", x, " and ", y,
                         "; sizes must be equal or 1, counted from the last"});
    out[i] = x == 1 ? y : x;
  }
  return out;
}

Dims broadcast_strides(std::span<const int64_t> sizes, std::span<const int64_t> strides,
                       std::span<const int64_t> target) {
  Dims out(target.size());
  size_t lead = target.size() - sizes.size();
  for (size_t i = 0; i < sizes.size(); ++i)
    out[lead + i] = sizes[i] == 1 && target[lead + i] != 1 ? 0 : strides[i];
  return out;
}

Dims infer_sizes(IntList sizes, int64_t numel, std::string_view op) {
  Dims out(sizes);
  int64_t known = 1, unknown = -1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1) {
      if (unknown >= 0)
        raise<ShapeError>({"[", op, "] only one dimension can be inferred, got ", IntList(sizes)});
      unknown = static_cast<int64_t>(i);
    } else if (sizes[i] < 0) {
      raise<ShapeError>({"[", op, "] invalid shape dimension ", sizes[i], " in ", IntList(sizes)});
    } else if (__builtin_mul_overflow(known, sizes[i], &known)) {
      raise<ShapeError>({"[", op, "] the elements of ", IntList(sizes), " can't be counted in 64 bits"});
    }
  }
  if (unknown >= 0) {
    if (known == 0)
      raise<ShapeError>({"[", op, "] cannot reshape tensor of ", numel, " elements into shape ",
                         IntList(sizes),
                         " because the unspecified dimension size -1 can be any value and is ambiguous"});
    if (numel % known == 0) {
      out[static_cast<size_t>(unknown)] = numel / known;
      return out;
    }
  } else if (known == numel) {
    return out;
  }
  raise<ShapeError>({"[", op, "] shape ", IntList(sizes), " is invalid for input of size ", numel});
}

// Walks both geometries from the last dimension, group by group: a group of old dimensions that lies in
// memory without a gap can be cut anew, a gap can't be bridged.
bool view_strides(std::span<const int64_t> old_sizes, std::span<const int64_t> old_strides,
                  std::span<const int64_t> sizes, Dims& strides) {
  strides = Dims(sizes.size());
  int64_t numel = numel_of(old_sizes);
  if (numel == 0) {
    if (IntList(old_sizes) == IntList(sizes))
      strides = Dims(old_strides);
    else
      strides = Dims::contiguous_strides(sizes);
    return true;
  }
  auto view_dim = static_cast<int64_t>(sizes.size()) - 1;
  int64_t base_stride = old_sizes.empty() ? 1 : old_strides.back();
  int64_t group = 1, taken = 1;
  if (old_sizes.empty()) {
    for (auto& s : strides) s = 1;
    return true;
  }
  for (auto d = static_cast<int64_t>(old_sizes.size()) - 1; d >= 0; --d) {
    auto u = static_cast<size_t>(d);
    group *= old_sizes[u];
    if (d == 0 || (old_sizes[u - 1] != 1 && old_strides[u - 1] != group * base_stride)) {
      while (view_dim >= 0 && (taken < group || sizes[static_cast<size_t>(view_dim)] == 1)) {
        strides[static_cast<size_t>(view_dim)] = taken * base_stride;
        taken *= sizes[static_cast<size_t>(view_dim)];
        --view_dim;
      }
      if (taken != group) return false;
      if (d > 0) {
        base_stride = old_strides[u - 1];
        group = 1;
        taken = 1;
      }
    }
  }
  return view_dim == -1;
}

bool may_overlap_itself(std::span<const int64_t> sizes, std::span<const int64_t> strides) {
  // Sorted by stride, each dimension must step over all that the smaller ones reach.
  std::array<std::pair<int64_t, int64_t>, 64> dims;
  size_t n = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return false;
    if (sizes[i] > 1) dims[n++] = {strides[i], sizes[i]};
  }
  std::sort(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(n));
  int64_t reach = 0;
  for (size_t i = 0; i < n; ++i) {
    if (dims[i].first <= reach) return true;
    reach += dims[i].first * (dims[i].second - 1);
  }
  return false;
}

int64_t extent_of(std::span<const int64_t> sizes, std::span<const int64_t> strides) {
  int64_t extent = 1;
  for (size_t i = 0; i < sizes.size(); ++i) extent += (sizes[i] - 1) * strides[i];
  return extent;
}

bool is_dense(std::span<const int64_t> sizes, std::span<const int64_t> strides) {
  return extent_of(sizes, strides) == numel_of(sizes) && !may_overlap_itself(sizes, strides);
}

} // namespace talweg
