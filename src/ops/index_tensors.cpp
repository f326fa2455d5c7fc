#include "ops/index_tensors.h"

#include <algorithm>

#include "core/raise.h"
#include "ops/launch.h"
#include "talweg/errors.h"
#include "talweg/ops/copy.h"

namespace talweg {

std::string bracketed(IntList sizes) {
  std::string text = to_string(sizes);
  if (sizes.size() == 1) text = "(" + std::to_string(sizes[0]) + ")";
  text.front() = '[';
  text.back() = ']';
  return text;
}

std::vector<Tensor> nonzero_columns(const Tensor& mask, std::string_view op) {
  if (thread_state.modes & recording)
    raise<ValueError>(
        {"[", op,
         "] a mask as index can't be recorded: how many elements it names depends on its values; "
         "use where or masked_fill"});
  int64_t count = count_nonzero(buffer_of(mask));
  std::vector<Tensor> columns;
  std::vector<Buffer> buffers{buffer_of(mask)};
  for (int64_t d = 0; d < mask.dim(); ++d) {
    columns.push_back(new_tensor(int64, IntList(count)));
    buffers.push_back(buffer_of(columns.back()));
  }
  launch(nonzero_kernel, std::span<const Buffer>(buffers));
  return columns;
}

std::vector<Index> Picked::indices() const {
  std::vector<Index> list;
  list.reserve(by_dim.size());
  for (const Tensor& t : by_dim) {
    if (t.defined())
      list.emplace_back(t);
    else
      list.emplace_back(Slice());
  }
  return list;
}

namespace {

void check_mask(const Tensor& whole, const Tensor& mask, size_t dim, std::string_view op) {
  for (int64_t j = 0; j < mask.dim(); ++j) {
    int64_t d = static_cast<int64_t>(dim) + j;
    if (d >= whole.dim())
      raise<IndexError>({"[", op, "] too many indices for tensor of dimension ", whole.dim()});
    if (mask.size(j) != whole.size(d))
      raise<IndexError>({"[", op, "] The shape of the mask ", bracketed(mask.sizes()), " at index ", j,
                         " does not match the shape of the indexed tensor ", bracketed(whole.sizes()),
                         " at index ", d});
  }
}

std::string shapes(const std::vector<Tensor>& tensors) {
  std::string text;
  for (const Tensor& t : tensors) text += (text.empty() ? "" : ", ") + bracketed(t.sizes());
  return text;
}

Dims common_sizes(const std::vector<Tensor>& tensors, std::string_view op) {
  Dims sizes;
  for (const Tensor& t : tensors)
    while (static_cast<int64_t>(sizes.size()) < t.dim()) sizes.insert(0, 1);
  for (const Tensor& t : tensors) {
    size_t lead = sizes.size() - static_cast<size_t>(t.dim());
    for (size_t d = lead; d < sizes.size(); ++d) {
      int64_t n = t.sizes()[d - lead];
      if (n == 1 || n == sizes[d]) continue;
      if (sizes[d] != 1)
        raise<IndexError>({"[", op,
                           "] shape mismatch: indexing tensors could not be broadcast together with shapes ",
                           shapes(tensors)});
      sizes[d] = n;
    }
  }
  return sizes;
}

} // namespace

Picked pick(const Tensor& whole, const std::vector<Tensor>& given, std::string_view op) {
  Picked p;
  size_t next = 0;
  for (size_t i = 0; i < given.size(); i = next) {
    const Tensor& t = given[i];
    next = i + (t.defined() && is_mask(t.dtype()) ? static_cast<size_t>(std::max<int64_t>(t.dim(), 1)) : 1);
    if (!t.defined()) {
      p.by_dim.emplace_back();
    } else if (is_mask(t.dtype())) {
      check_mask(whole, t, p.by_dim.size(), op);
      for (Tensor& column : nonzero_columns(t, op)) p.by_dim.push_back(std::move(column));
    } else if (t.dtype() == int64 || t.dtype() == int32) {
      p.by_dim.push_back(to(t, int64));
    } else {
      raise<IndexError>({"[", op, "] tensors used as indices must be long, int, byte or bool tensors, got ",
                         name(t.dtype())});
    }
  }
  if (static_cast<int64_t>(p.by_dim.size()) > whole.dim())
    raise<IndexError>({"[", op, "] too many indices for tensor of dimension ", whole.dim(), " (got ",
                       p.by_dim.size(), ")"});
  // Indices side by side put their dimensions there; with others between them they come first.
  int first = -1, last = -1;
  for (size_t d = 0; d < p.by_dim.size(); ++d) {
    if (!p.by_dim[d].defined()) continue;
    if (first < 0) first = static_cast<int>(d);
    last = static_cast<int>(d);
    p.plan.indexed |= uint64_t{1} << d;
    p.tensors.push_back(p.by_dim[d]);
  }
  p.sizes = common_sizes(p.tensors, op);
  bool adjacent = last - first + 1 == static_cast<int>(p.tensors.size());
  p.plan.place = adjacent ? first : 0;
  p.plan.rank = static_cast<int32_t>(p.sizes.size());
  for (int64_t d = 0; d < whole.dim(); ++d)
    if (!(p.plan.indexed >> d & 1)) p.result.push_back(whole.size(d));
  if (p.result.size() + p.sizes.size() > static_cast<size_t>(max_rank))
    raise<ShapeError>({"[", op, "] the result would have more than ", max_rank, " dimensions"});
  for (size_t i = 0; i < p.sizes.size(); ++i)
    p.result.insert(static_cast<size_t>(p.plan.place) + i, p.sizes[i]);
  if (numel_of(p.sizes) == 0) return p;
  bool empty = numel_of(p.result) == 0;
  for (size_t d = 0; d < p.by_dim.size(); ++d) {
    if (!p.by_dim[d].defined()) continue;
    int64_t n = whole.size(static_cast<int64_t>(d));
    if (n > 0 && empty) continue;
    if (n == 0) raise<IndexError>({"[", op, "] index is out of bounds for dimension with size 0"});
    if (BadIndex bad = find_bad_index(buffer_of(p.by_dim[d]), -n, n); bad.found)
      raise<IndexError>(
          {"[", op, "] index ", bad.value, " is out of bounds for dimension ", d, " with size ", n});
  }
  return p;
}

void launch_with(const Kernel& kernel, const Buffer& first, const Buffer& second, const Picked& p) {
  std::vector<Dims> strides;
  strides.reserve(p.tensors.size());
  std::vector<Buffer> buffers{first, second};
  int64_t count = numel_of(p.sizes);
  for (const Tensor& t : p.tensors) {
    strides.push_back(broadcast_strides(t.sizes(), t.strides(), p.sizes));
    buffers.push_back(buffer_as(t, p.sizes, strides.back(), count));
  }
  launch(kernel, std::span<const Buffer>(buffers), p.plan);
}

KeptIndices::KeptIndices(const Picked& p) : indices_(p.indices()) {
  for (const Index& i : indices_) versions_.push_back(i.tensor().defined() ? i.tensor().version() : 0);
}
std::span<const Index> KeptIndices::get() const {
  for (size_t i = 0; i < indices_.size(); ++i)
    if (indices_[i].tensor().defined() && indices_[i].tensor().version() != versions_[i])
      raise<AutogradError>(
          {"[backward] one of the variables needed for gradient computation has been modified by an "
           "inplace operation: a tensor of indices was at version ",
           versions_[i], ", is at ", indices_[i].tensor().version(), "; index by a clone() of it"});
  return indices_;
}

} // namespace talweg
