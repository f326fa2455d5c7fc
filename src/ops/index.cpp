// Indexing by NumPy's rules as PyTorch has them: views where integers, slices, None and Ellipsis suffice,
// copies else.
#include "talweg/ops/index.h"

#include <algorithm>
#include <new>
#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/index.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/index_tensors.h"
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
  if (s.step == 0) raise<ValueError>({"[", op, "] slice step cannot be zero"});
  if (s.step < 0) raise<ValueError>({"[", op, "] step must be greater than zero, got ", s.step});
  if (!alone && is_full(s)) return t;
  return slice(t, dim, s.start.value_or(0), s.stop.value_or(INT64_MAX), s.step);
}

Tensor selected(const Tensor& t, int64_t dim, int64_t index, size_t position, std::string_view op) {
  if (t.dim() == 0)
    raise<IndexError>(
        {"[", op,
         "] invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` "
         "in C++ to convert a 0-dim tensor to a number"});
  int64_t n = t.size(dim);
  if (index < -n || index >= n)
    raise<IndexError>(
        {"[", op, "] index ", index, " is out of bounds for dimension ", position, " with size ", n});
  return select(t, dim, index);
}

// A truth value indexes a new dimension of size 1: all of it or nothing.
Tensor truth_index(bool truth) { return zeros(truth ? 1 : 0, {.dtype = int64}); }

Parsed parse(const Tensor& self, std::span<const Index> indices, std::string_view op) {
  check_defined(self, op);
  for (const Index& i : indices)
    if (i.kind() == Index::Kind::tensor && !i.tensor().defined())
      raise<TypeError>({"[", op, "] a tensor among the indices is undefined"});
  int64_t named = named_dims(indices);
  bool alone = indices.size() == 1;
  if (named > self.dim() && !(alone && indices[0].kind() != Index::Kind::tensor))
    raise<IndexError>({"[", op, "] too many indices for tensor of dimension ", self.dim()});
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

Tensor in_dtype(const Tensor& value, Dtype dtype, std::string_view op) {
  if (!value.defined()) raise<TypeError>({"[", op, "] the value is undefined"});
  if (value.dtype() == dtype) return value;
  if (object(value)->has(wrapped_flag)) return to(value, dtype);
  raise<DtypeError>({"[", op, "] Index put requires the source and destination dtypes match, got ",
                     name(dtype), " for the destination and ", name(value.dtype()), " for the source."});
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
    raise<ShapeError>({"[", op, "] shape mismatch: value tensor of shape ", bracketed(s.value.sizes()),
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
  OwnedNode node = write_node(recorded, "IndexPutBackward0", {&whole, &source.value}, {},
                              put_backward(p, source.value, accumulate));
  write(whole, p, source, accumulate);
  end_write(whole, std::move(node));
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
};

} // namespace

extern const Family index_family;
constinit const Family index_family{"index", ops};

} // namespace talweg
