// Indexing by NumPy's rules as PyTorch has them: views where integers, slices, None and Ellipsis suffice,
// copies else.
#include "talweg/ops/index.h"

#include <algorithm>
#include <new>
#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/index.h"
#include "ops/history.h"
#include "ops/index.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

static_assert(sizeof(Tensor) == sizeof(void*) && alignof(Tensor) == alignof(void*));
Index::Index(const Tensor& indices) : kind_(Kind::tensor) { ::new (tensor_) Tensor(indices); }
Index::Index(const Index& other) : kind_(other.kind_), integer_(other.integer_), slice_(other.slice_) {
  ::new (tensor_) Tensor(other.tensor());
}
Index::~Index() { std::launder(reinterpret_cast<Tensor*>(tensor_))->~Tensor(); }
// Without a tensor the bytes are zero: an undefined Tensor.
const Tensor& Index::tensor() const { return *std::launder(reinterpret_cast<const Tensor*>(tensor_)); }

namespace {

std::string in(std::string_view op) { return "[" + std::string(op) + "] "; }
std::string bracketed(IntList sizes) {
  std::string text = to_string(sizes);
  if (sizes.size() == 1) text = "(" + std::to_string(sizes[0]) + ")";
  text.front() = '[';
  text.back() = ']';
  return text;
}

bool is_mask(Dtype d) { return d == bool_ || d == uint8; }
bool is_full(const Slice& s) {
  return s.step == 1 && s.start.value_or(0) == 0 && (!s.stop || *s.stop == INT64_MAX);
}

// What integers, slices, None and Ellipsis make of a tensor, and the tensors that index the rest, by
// dimension.
struct Parsed {
  Tensor view;
  std::vector<Tensor> tensors;
  /// A mask takes as many dimensions as it has: the places after it stay empty.
  void put(int64_t dim, Tensor t) {
    auto at = static_cast<size_t>(dim);
    tensors.resize(at + (is_mask(t.dtype()) ? static_cast<size_t>(t.dim()) : 1));
    tensors[at] = std::move(t);
  }
};

int64_t named_dims(std::span<const Index> indices) {
  int64_t count = 0;
  for (const Index& i : indices) {
    if (i.kind() == Index::Kind::integer || i.kind() == Index::Kind::slice)
      ++count;
    else if (i.kind() == Index::Kind::tensor)
      count += is_mask(i.tensor().dtype()) ? i.tensor().dim() : 1;
  }
  return count;
}

Tensor sliced(const Tensor& t, int64_t dim, const Slice& s, bool alone, std::string_view op) {
  if (s.step == 0) raise<ValueError>({in(op), "slice step cannot be zero"});
  if (s.step < 0) raise<ValueError>({in(op), "step must be greater than zero, got ", s.step});
  if (!alone && is_full(s)) return t;
  return slice(t, dim, s.start.value_or(0), s.stop.value_or(INT64_MAX), s.step);
}

Tensor selected(const Tensor& t, int64_t dim, int64_t index, size_t position, std::string_view op) {
  if (t.dim() == 0)
    raise<IndexError>({in(op),
                       "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` "
                       "in C++ to convert a 0-dim tensor to a number"});
  int64_t n = t.size(dim);
  if (index < -n || index >= n)
    raise<IndexError>(
        {in(op), "index ", index, " is out of bounds for dimension ", position, " with size ", n});
  return select(t, dim, index);
}

// A truth value indexes a new dimension of size 1: all of it or nothing.
Tensor truth_index(bool truth) { return zeros(truth ? 1 : 0, {.dtype = int64}); }

Parsed parse(const Tensor& self, std::span<const Index> indices, std::string_view op) {
  if (!self.defined()) raise<TypeError>({in(op), "the tensor is undefined"});
  for (const Index& i : indices)
    if (i.kind() == Index::Kind::tensor && !i.tensor().defined())
      raise<TypeError>({in(op), "a tensor among the indices is undefined"});
  int64_t named = named_dims(indices);
  bool alone = indices.size() == 1;
  if (named > self.dim() && !(alone && indices[0].kind() != Index::Kind::tensor))
    raise<IndexError>({in(op), "too many indices for tensor of dimension ", self.dim()});
  Parsed p{self, {}};
  int64_t dim = 0;
  for (size_t position = 0; position < indices.size(); ++position) {
    const Index& i = indices[position];
    switch (i.kind()) {
      case Index::Kind::integer:
        p.view = selected(p.view, dim, i.integer(), position, op);
        break;
      case Index::Kind::slice:
        p.view = sliced(p.view, dim++, i.slice(), alone, op);
        break;
      case Index::Kind::none:
        p.view = unsqueeze(p.view, dim++);
        break;
      case Index::Kind::ellipsis:
        dim += self.dim() - named;
        break;
      case Index::Kind::boolean:
        p.view = unsqueeze(p.view, dim);
        p.put(dim++, truth_index(i.integer() != 0));
        break;
      case Index::Kind::tensor: {
        const Tensor& t = i.tensor();
        if (t.dim() == 0 && is_mask(t.dtype())) {
          p.view = unsqueeze(p.view, dim);
          p.put(dim++, truth_index(t.item<bool>()));
        } else if (t.dim() == 0 && is_integral(t.dtype())) {
          p.view = selected(p.view, dim, t.item<int64_t>(), position, op);
        } else {
          p.put(dim, t);
          dim += is_mask(t.dtype()) ? t.dim() : 1;
        }
        break;
      }
    }
  }
  return p;
}

// Index tensors made ready for the kernels: int64, masks as positions, one shape for all.
struct Picked {
  std::vector<Tensor> by_dim;  // undefined where a dimension isn't indexed
  std::vector<Tensor> tensors; // the defined ones, in order
  Dims sizes;                  // of the indices together
  Dims result;
  IndexPlan plan{};

  // As indices of a public operation, for derivatives.
  std::vector<Index> indices() const {
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
};

void check_mask(const Tensor& whole, const Tensor& mask, size_t dim, std::string_view op) {
  for (int64_t j = 0; j < mask.dim(); ++j) {
    int64_t d = static_cast<int64_t>(dim) + j;
    if (d >= whole.dim())
      raise<IndexError>({in(op), "too many indices for tensor of dimension ", whole.dim()});
    if (mask.size(j) != whole.size(d))
      raise<IndexError>({in(op), "The shape of the mask ", bracketed(mask.sizes()), " at index ", j,
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
        raise<IndexError>({in(op),
                           "shape mismatch: indexing tensors could not be broadcast together with shapes ",
                           shapes(tensors)});
      sizes[d] = n;
    }
  }
  return sizes;
}

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
      raise<IndexError>(
          {in(op), "tensors used as indices must be long, int, byte or bool tensors, got ", name(t.dtype())});
    }
  }
  if (static_cast<int64_t>(p.by_dim.size()) > whole.dim())
    raise<IndexError>(
        {in(op), "too many indices for tensor of dimension ", whole.dim(), " (got ", p.by_dim.size(), ")"});
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
    raise<ShapeError>({in(op), "the result would have more than ", max_rank, " dimensions"});
  for (size_t i = 0; i < p.sizes.size(); ++i)
    p.result.insert(static_cast<size_t>(p.plan.place) + i, p.sizes[i]);
  if (numel_of(p.sizes) == 0) return p;
  bool empty = numel_of(p.result) == 0;
  for (size_t d = 0; d < p.by_dim.size(); ++d) {
    if (!p.by_dim[d].defined()) continue;
    int64_t n = whole.size(static_cast<int64_t>(d));
    if (n > 0 && empty) continue;
    if (n == 0) raise<IndexError>({in(op), "index is out of bounds for dimension with size 0"});
    if (BadIndex bad = find_bad_index(buffer_of(p.by_dim[d]), -n, n); bad.found)
      raise<IndexError>(
          {in(op), "index ", bad.value, " is out of bounds for dimension ", d, " with size ", n});
  }
  return p;
}

// Buffers of a part, a whole (in the order given) and the index tensors, read as if all had the sizes of the
// indices.
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

// Index tensors that a node keeps, with the versions they must still have.
class KeptIndices {
 public:
  explicit KeptIndices(const Picked& p) : indices_(p.indices()) {
    for (const Index& i : indices_) versions_.push_back(i.tensor().defined() ? i.tensor().version() : 0);
  }
  std::span<const Index> get() const {
    for (size_t i = 0; i < indices_.size(); ++i)
      if (indices_[i].tensor().defined() && indices_[i].tensor().version() != versions_[i])
        raise<AutogradError>(
            {"[backward] one of the variables needed for gradient computation has been modified by an "
             "inplace operation: a tensor of indices "
             "was at version ",
             versions_[i], ", is at ", indices_[i].tensor().version(), "; index by a clone() of it"});
    return indices_;
  }

 private:
  std::vector<Index> indices_;
  std::vector<uint32_t> versions_;
};

Tensor alias(const Tensor& self) {
  Tensor out = make_view(self, self.sizes(), self.strides(), 0);
  if (!needs_grad(self)) return out;
  const Tensor* inputs[] = {&self};
  set_history(object(out),
              function_node("AliasBackward0", inputs, {}, 1, [](Backward& b) { b.set(0, b.grad()); }), 0);
  return out;
}

Tensor read(const Tensor& whole, const Picked& p) {
  Tensor out = new_tensor(whole.dtype(), p.result);
  launch_with(index_kernel, buffer_of(out), buffer_of(whole), p);
  if (!needs_grad(whole)) return out;
  return record(std::move(out), "IndexBackward0", {&whole}, {},
                [sizes = Dims(whole.sizes()), kept = KeptIndices(p)](Backward& b) {
                  b.set(0, index_put(zeros(sizes, {.dtype = b.grad().dtype()}), kept.get(), b.grad(), true));
                });
}

// A value of the dtype written to, and its strides for the sizes of the result.
struct Source {
  Tensor value;
  Dims strides;
};

Tensor without_leading_ones(const Tensor& value) {
  int64_t ones = 0;
  while (ones < value.dim() && value.size(ones) == 1) ++ones;
  if (ones == 0) return value;
  return view(value, IntList(value.sizes().data() + ones, value.sizes().size() - static_cast<size_t>(ones)));
}

bool shares_memory(const Tensor& a, const Tensor& b) {
  return storage_begin(object(a)) == storage_begin(object(b));
}

Tensor in_dtype(const Tensor& value, Dtype dtype, std::string_view op) {
  if (!value.defined()) raise<TypeError>({in(op), "the value is undefined"});
  if (value.dtype() == dtype) return value;
  if (object(value)->has(wrapped_flag)) return to(value, dtype);
  raise<DtypeError>({in(op), "Index put requires the source and destination dtypes match, got ", name(dtype),
                     " for the destination and ", name(value.dtype()), " for the source."});
}

Source source_for(const Tensor& value, const Dims& result, std::string_view op) {
  Source s{value, {}};
  size_t rank = static_cast<size_t>(s.value.dim());
  bool fits = rank <= result.size();
  for (size_t d = 0; fits && d < rank; ++d) {
    int64_t n = s.value.sizes()[d];
    fits = n == 1 || n == result[result.size() - rank + d];
  }
  if (!fits)
    raise<ShapeError>({in(op), "shape mismatch: value tensor of shape ", bracketed(s.value.sizes()),
                       " cannot be broadcast to indexing result of shape ", bracketed(result)});
  s.strides = broadcast_strides(s.value.sizes(), s.value.strides(), result);
  return s;
}

auto put_backward(const Picked& p, const Tensor& value, bool accumulate) {
  return [kept = KeptIndices(p), accumulate, sizes = Dims(value.sizes())](Backward& b) {
    if (!b.grad().defined()) return;
    if (b.needs(0))
      b.set(0,
            accumulate ? b.grad() : index_put(b.grad(), kept.get(), zeros({}, {.dtype = b.grad().dtype()})));
    if (b.needs(1)) b.set(1, sum_to(index(b.grad(), kept.get()), sizes, b.grad().dtype()));
  };
}

void write(const Tensor& whole, const Picked& p, const Source& source, bool accumulate) {
  const Tensor from = shares_memory(whole, source.value) ? clone(source.value.detach()) : source.value;
  Dims strides = broadcast_strides(from.sizes(), from.strides(), p.result);
  Picked apart = p;
  for (Tensor& t : apart.tensors)
    if (shares_memory(whole, t)) t = clone(t);
  launch_with(accumulate ? index_add_kernel : index_put_kernel, buffer_of(whole),
              buffer_as(from, p.result, strides, numel_of(p.result)), apart);
}

void write_tensors(const Tensor& whole, const std::vector<Tensor>& tensors, const Tensor& value,
                   bool accumulate, std::string_view op) {
  Picked p = pick(whole, tensors, op);
  Source source = source_for(in_dtype(value, whole.dtype(), op), p.result, op);
  const Tensor* others[] = {&source.value};
  bool recorded = begin_write(whole, op, others);
  Node* node = recorded ? write_node(true, "IndexPutBackward0", {&whole, &source.value}, {},
                                     put_backward(p, source.value, accumulate))
                        : nullptr;
  write(whole, p, source, accumulate);
  end_write(whole, node);
}

Tensor put_copy(const Tensor& self, const std::vector<Tensor>& tensors, const Tensor& value,
                bool accumulate) {
  Picked picked = pick(self, tensors, "index_put");
  Source source = source_for(in_dtype(value, self.dtype(), "index_put"), picked.result, "index_put");
  Tensor out = clone(self.detach());
  write(out, picked, source, accumulate);
  const Tensor* inputs[] = {&self, &source.value};
  if (!any_needs_grad(inputs)) return out;
  return record(std::move(out), "IndexPutBackward0", inputs, {},
                put_backward(picked, source.value, accumulate));
}

} // namespace

std::vector<Tensor> nonzero_columns(const Tensor& mask, std::string_view op) {
  if (thread_state.modes & recording)
    raise<ValueError>({in(op),
                       "a mask as index can't be recorded: how many elements it names depends on its values; "
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

Tensor index(const Tensor& self, std::span<const Index> indices) {
  Parsed p = parse(self, indices, "index");
  if (p.tensors.empty()) return p.view.is_same(self) ? alias(self) : p.view;
  return read(p.view, pick(p.view, p.tensors, "index"));
}

const Tensor& index_put_(const Tensor& self, std::span<const Index> indices, const Tensor& value,
                         bool accumulate) {
  Parsed p = parse(self, indices, "index_put_");
  if (!value.defined()) raise<TypeError>({"[index_put_] the value is undefined"});
  if (!p.tensors.empty()) {
    write_tensors(p.view, p.tensors, without_leading_ones(value), accumulate, "index_put_");
  } else if (accumulate) {
    add_(p.view, without_leading_ones(value));
  } else {
    copy_(p.view, without_leading_ones(value));
  }
  return self;
}

Tensor index_put(const Tensor& self, std::span<const Index> indices, const Tensor& value, bool accumulate) {
  Parsed p = parse(self, indices, "index_put");
  if (!value.defined()) raise<TypeError>({"[index_put] the value is undefined"});
  if (p.tensors.empty() || !p.view.is_same(self)) {
    Tensor out = clone(self);
    index_put_(out, indices, value, accumulate);
    return out;
  }
  return put_copy(self, p.tensors, without_leading_ones(value), accumulate);
}

Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  if (!self.defined() || !index.defined()) raise<TypeError>({"[index_select] a tensor is undefined"});
  if (index.dtype() != int64 && index.dtype() != int32)
    raise<DtypeError>({"[index_select] index_select(): Expected dtype int32 or int64 for index, got ",
                       name(index.dtype())});
  if (index.dim() > 1)
    raise<IndexError>({"[index_select] index_select(): Index is supposed to be a vector, got sizes ",
                       IntList(index.sizes())});
  int64_t d = wrap_dim(dim, self.dim(), "index_select");
  if (self.dim() == 0 && index.numel() != 1)
    raise<IndexError>({"[index_select] index_select(): Index to scalar can have only 1 value, got ",
                       index.numel(), " value(s)"});
  Tensor whole = self.dim() == 0 ? self.view(1) : self;
  Tensor vector = to(index, int64);
  int64_t n = whole.size(d);
  if (BadIndex bad = find_bad_index(buffer_of(vector), 0, n); bad.found)
    raise<IndexError>(
        {"[index_select] index out of range in self: index ", bad.value, " along a dimension of size ", n});
  if (vector.dim() == 0) vector = vector.view(1);
  std::vector<Tensor> by_dim(static_cast<size_t>(d) + 1);
  by_dim.back() = vector;
  Picked p = pick(whole, by_dim, "index_select");
  Tensor out = new_tensor(self.dtype(), self.dim() == 0 ? IntList() : IntList(p.result));
  Dims strides = Dims::contiguous_strides(p.result);
  launch_with(index_kernel, buffer_as(out, p.result, strides, out.numel()), buffer_of(whole), p);
  if (!needs_grad(self)) return out;
  return record(std::move(out), "IndexSelectBackward0", {&self}, {},
                [sizes = Dims(self.sizes()), rows = Dims(whole.sizes()), kept = KeptIndices(p),
                 picked = p.result](Backward& b) {
                  Tensor whole_grad = index_put(zeros(rows, {.dtype = b.grad().dtype()}), kept.get(),
                                                b.grad().reshape(picked), true);
                  b.set(0, whole_grad.reshape(sizes));
                });
}

namespace {

// Positions along dim for gather and scatter: as many dimensions as self (a 0-d tensor counts as a vector of
// one).
Tensor positions(const Tensor& self, int64_t dim, const Tensor& index, std::string_view op) {
  if (index.numel() == 0) return to(index, int64);
  if (index.dtype() != int64 && index.dtype() != int32)
    raise<DtypeError>({in(op), op, "(): Expected dtype int32/int64 for index, got ", name(index.dtype())});
  Tensor at = to(index, int64);
  if (std::max<int64_t>(index.dim(), 1) != std::max<int64_t>(self.dim(), 1))
    raise<ShapeError>({in(op), "Index tensor must have the same number of dimensions as input tensor: index ",
                       IntList(index.sizes()), ", self ", IntList(self.sizes())});
  for (int64_t d = 0; d < index.dim() && d < self.dim(); ++d)
    if (d != dim && index.size(d) > self.size(d))
      raise<ShapeError>({in(op), "Size does not match at dimension ", d, " expected index ",
                         bracketed(index.sizes()), " to be no larger than self ", bracketed(self.sizes()),
                         " apart from dimension ", dim});
  int64_t n = self.dim() == 0 ? 1 : self.size(dim);
  if (BadIndex bad = find_bad_index(buffer_of(at), 0, n); bad.found)
    raise<IndexError>(
        {in(op), "index ", bad.value, " is out of bounds for dimension ", dim, " with size ", n});
  return at;
}

void check_defined(const Tensor& a, const Tensor& b, std::string_view op) {
  if (!a.defined() || !b.defined()) raise<TypeError>({in(op), "a tensor is undefined"});
}

// What scatter_add and its form in place check first.
Tensor scatter_positions(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                         std::string_view op) {
  check_defined(self, index, op);
  check_defined(self, src, op);
  if (self.dtype() != src.dtype())
    raise<DtypeError>({in(op), "scatter(): Expected self.dtype to be equal to src.dtype, got ",
                       name(self.dtype()), " and ", name(src.dtype())});
  Tensor at = positions(self, dim, index, op);
  if (index.numel() == 0) return at;
  if (std::max<int64_t>(index.dim(), 1) != std::max<int64_t>(src.dim(), 1))
    raise<ShapeError>({in(op), "Index tensor must have the same number of dimensions as src tensor: index ",
                       IntList(index.sizes()), ", src ", IntList(src.sizes())});
  for (int64_t d = 0; d < index.dim() && d < src.dim(); ++d)
    if (index.size(d) > src.size(d))
      raise<ShapeError>({in(op), "Expected index ", bracketed(index.sizes()), " to be no larger than self ",
                         bracketed(self.sizes()), " apart from dimension ", dim,
                         " and to be no larger size than src ", bracketed(src.sizes())});
  return at;
}

void scatter(const Tensor& out, int64_t dim, const Tensor& at, const Tensor& src) {
  if (at.numel() == 0) return;
  const Tensor from = shares_memory(out, src) ? clone(src.detach()) : src;
  const Tensor where = shares_memory(out, at) ? clone(at) : at;
  launch(scatter_add_kernel, {buffer_of(out), buffer_of(from), buffer_of(where)},
         GatherPlan{static_cast<int32_t>(dim)});
}

// src may be larger than index: what isn't read has no gradient.
Tensor source_gradient(const Tensor& grad, int64_t dim, const Tensor& at, const Dims& sizes) {
  Tensor read = gather(grad, dim, at);
  if (IntList(sizes) == read.sizes()) return read;
  Tensor whole = zeros(sizes, {.dtype = grad.dtype()}), part = whole;
  for (int64_t d = 0; d < read.dim(); ++d) part = narrow(part, d, 0, read.size(d));
  part.copy_(read);
  return whole;
}

auto scatter_backward(int64_t dim, const Tensor& src) {
  return [dim, sizes = Dims(src.sizes())](Backward& b) {
    if (!b.grad().defined()) return;
    if (b.needs(0)) b.set(0, b.grad());
    if (b.needs(1)) b.set(1, source_gradient(b.grad(), dim, b.saved(0), sizes));
  };
}

} // namespace

Tensor gather(const Tensor& self, int64_t dim, const Tensor& index) {
  check_defined(self, index, "gather");
  int64_t d = wrap_dim(dim, self.dim(), "gather");
  Tensor at = positions(self, d, index, "gather");
  Tensor out = new_tensor(self.dtype(), index.sizes());
  if (out.numel() > 0)
    launch(gather_kernel, {buffer_of(out), buffer_of(self), buffer_of(at)},
           GatherPlan{static_cast<int32_t>(d)});
  return record(std::move(out), "GatherBackward0", {&self}, {{at}},
                [d, sizes = Dims(self.sizes())](Backward& b) {
                  b.set(0, scatter_add(zeros(sizes, {.dtype = b.grad().dtype()}), d, b.saved(0), b.grad()));
                });
}

Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  check_defined(self, index, "scatter_add");
  int64_t d = wrap_dim(dim, self.dim(), "scatter_add");
  Tensor at = scatter_positions(self, d, index, src, "scatter_add");
  Tensor out = clone(self.detach());
  scatter(out, d, at, src);
  return record(std::move(out), "ScatterAddBackward0", {&self, &src}, {{at}}, scatter_backward(d, src));
}

const Tensor& scatter_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  check_defined(self, index, "scatter_add_");
  int64_t d = wrap_dim(dim, self.dim(), "scatter_add_");
  Tensor at = scatter_positions(self, d, index, src, "scatter_add_");
  const Tensor* others[] = {&src};
  bool recorded = begin_write(self, "scatter_add_", others);
  Node* node = write_node(recorded, "ScatterAddBackward0", {&self, &src}, {{at}}, scatter_backward(d, src));
  scatter(self, d, at, src);
  end_write(self, node);
  return self;
}

namespace {

// PyTorch's index_put takes a list of tensors, in which None leaves a dimension alone.
std::vector<Tensor> by_dimension(std::span<const Index> indices) {
  std::vector<Tensor> list;
  bool any = false;
  for (const Index& i : indices) {
    if (i.kind() != Index::Kind::tensor && i.kind() != Index::Kind::none)
      raise<TypeError>({"[index_put] expected a list of tensors, and None for dimensions left alone"});
    list.push_back(i.tensor());
    any |= i.tensor().defined();
    for (int64_t d = 1; i.tensor().defined() && is_mask(i.tensor().dtype()) && d < i.tensor().dim(); ++d)
      list.emplace_back();
  }
  if (!any) raise<ValueError>({"[index_put] expected at least one tensor of indices"});
  return list;
}
Tensor index_put_tensors(const Tensor& self, std::span<const Index> indices, const Tensor& values,
                         bool accumulate) {
  check_defined(self, values, "index_put");
  return put_copy(self, by_dimension(indices), values, accumulate);
}
const Tensor& index_put_tensors_(const Tensor& self, std::span<const Index> indices, const Tensor& values,
                                 bool accumulate) {
  check_defined(self, values, "index_put_");
  write_tensors(self, by_dimension(indices), values, accumulate, "index_put_");
  return self;
}
const Tensor& set_item(const Tensor& self, std::span<const Index> index, const Tensor& value) {
  return index_put_(self, index, value, false);
}

constinit const Op ops[] = {
    op<Tensor(const Tensor&, std::span<const Index>), &index>(
        "__getitem__(self, index)", {.doc = "self[index] by NumPy's rules: integers, slices, None, Ellipsis, "
                                            "truth values, masks and tensors of integers",
                                     .samples = {"T(3, 4), [1]", "T(3, 4), [I(5; 3)]",
                                                 "T(3, 4), [I(2, 2; 3), I(2; 4)]", "T(3, 4), [B(3, 4)]"},
                                     .derivative = Derivative::linear}),
    op<Tensor(const Tensor&, std::span<const Index>), &index>(
        "index(self, indices)",
        {.doc = "self[indices]", .samples = {"T(3, 4), [I(5; 3)]"}, .derivative = Derivative::linear}),
    op<const Tensor&(const Tensor&, std::span<const Index>, const Tensor&), &set_item>(
        "__setitem__(self, index, value)",
        {.doc = "self[index] = value",
         .samples = {"T(3, 4), (1, slice(0, 2)), T(2)", "T(3, 4), ..., T(4)", "T(3, 4), [I(5; 3)], 1.5",
                     "T(3, 4), B(3, 4), T()"},
         .derivative = Derivative::linear,
         .numbers_as_tensors = true}),
    op<Tensor(const Tensor&, std::span<const Index>, const Tensor&, bool), &index_put_tensors>(
        "index_put(self, indices, values, accumulate=False)",
        {.doc = "a copy of self with self[indices] = values",
         .samples = {"T(3, 4), [I(5; 3)], T(5, 4), True", "T(3, 4), [I(5; 3), I(5; 4)], T(5), True"},
         .derivative = Derivative::linear,
         .in_place = boxed<const Tensor&(const Tensor&, std::span<const Index>, const Tensor&, bool),
                           &index_put_tensors_>}),
    op<Tensor(const Tensor&, int64_t, const Tensor&), &index_select>(
        "index_select(self, dim, index)",
        {.doc = "slices of dim in the order of index",
         .samples = {"T(3, 4), 0, I(5; 3)", "T(3, 4), 1, I(2; 4)", "T(2, 3, 4), -1, I(6; 4)"},
         .derivative = Derivative::linear}),
    op<Tensor(const Tensor&, int64_t, const Tensor&), &gather>(
        "gather(self, dim, index)", {.doc = "out[i][j] = self[index[i][j]][j] for dim 0, and so on",
                                     .samples = {"T(3, 4), 0, I(5, 4; 3)", "T(3, 4), 1, I(3, 2; 4)"},
                                     .derivative = Derivative::linear}),
    op<Tensor(const Tensor&, int64_t, const Tensor&, const Tensor&), &scatter_add>(
        "scatter_add(self, dim, index, src)",
        {.doc = "self with out[index[i][j]][j] += src[i][j] for dim 0, and so on",
         .samples = {"T(3, 4), 0, I(5, 4; 3), T(5, 4)", "T(3, 4), 1, I(3, 2; 4), T(3, 2)"},
         .derivative = Derivative::linear,
         .in_place =
             boxed<const Tensor&(const Tensor&, int64_t, const Tensor&, const Tensor&), &scatter_add_>}),
};

} // namespace

extern const Family index_family;
constinit const Family index_family{"index", ops};

} // namespace talweg
