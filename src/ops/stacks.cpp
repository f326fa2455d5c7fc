// Stacking, splitting and broadcasting of several tensors.
#include <algorithm>

#include "core/shape.h"
#include "ops/checks.h"
#include "ops/record.h"
#include "talweg/ops/join.h"

namespace talweg {

namespace {

void not_empty(const std::vector<Tensor>& tensors, std::string_view op) {
  if (tensors.empty()) raise<ValueError>({"[", op, "] ", op, " expects a non-empty TensorList"});
  for (const Tensor& t : tensors) check_defined(t, op);
}
template <class F>
std::vector<Tensor> each(const std::vector<Tensor>& tensors, F f) {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(f(t));
  return out;
}

} // namespace

Tensor atleast_1d(const Tensor& input) {
  check_defined(input, "atleast_1d");
  return input.dim() == 0 ? reshape(input, 1) : input;
}
Tensor atleast_2d(const Tensor& input) {
  check_defined(input, "atleast_2d");
  return input.dim() == 0 ? reshape(input, {1, 1}) : input.dim() == 1 ? unsqueeze(input, 0) : input;
}
Tensor atleast_3d(const Tensor& input) {
  check_defined(input, "atleast_3d");
  if (input.dim() == 0) return reshape(input, {1, 1, 1});
  if (input.dim() == 1) return unsqueeze(unsqueeze(input, 0), -1);
  return input.dim() == 2 ? unsqueeze(input, -1) : input;
}
std::vector<Tensor> atleast_1d(const std::vector<Tensor>& tensors) {
  return each(tensors, [](const Tensor& t) { return atleast_1d(t); });
}
std::vector<Tensor> atleast_2d(const std::vector<Tensor>& tensors) {
  return each(tensors, [](const Tensor& t) { return atleast_2d(t); });
}
std::vector<Tensor> atleast_3d(const std::vector<Tensor>& tensors) {
  return each(tensors, [](const Tensor& t) { return atleast_3d(t); });
}

Tensor hstack(const std::vector<Tensor>& tensors) {
  not_empty(tensors, "hstack");
  std::vector<Tensor> list = atleast_1d(tensors);
  return cat(list, list[0].dim() == 1 ? 0 : 1);
}
Tensor vstack(const std::vector<Tensor>& tensors) {
  not_empty(tensors, "vstack");
  return cat(atleast_2d(tensors), 0);
}
Tensor row_stack(const std::vector<Tensor>& tensors) { return vstack(tensors); }
Tensor dstack(const std::vector<Tensor>& tensors) {
  not_empty(tensors, "dstack");
  return cat(atleast_3d(tensors), 2);
}
Tensor column_stack(const std::vector<Tensor>& tensors) {
  not_empty(tensors, "column_stack");
  return hstack(each(tensors, [](const Tensor& t) { return t.dim() <= 1 ? reshape(t, {t.numel(), 1}) : t; }));
}

std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors) {
  Dims sizes;
  for (const Tensor& t : tensors) {
    check_defined(t, "broadcast_tensors");
    sizes = broadcast_sizes(sizes, t.sizes(), "broadcast_tensors");
  }
  return each(tensors, [&](const Tensor& t) { return t.sizes() == IntList(sizes) ? t : expand(t, sizes); });
}

std::vector<int64_t> broadcast_shapes(const std::vector<std::vector<int64_t>>& shapes) {
  Dims sizes;
  for (const auto& shape : shapes) {
    for (int64_t n : shape)
      if (n < 0)
        raise<ShapeError>(
            {"[broadcast_shapes] Trying to create tensor with negative dimension (", n, "): (", n, ")"});
    sizes = broadcast_sizes(sizes, shape, "broadcast_shapes");
  }
  return IntList(sizes).vec();
}

namespace {

// Pieces between these positions, by Python's slices.
std::vector<Tensor> cut_at(const Tensor& self, IntList at, int64_t d) {
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (int64_t end : at) {
    parts.push_back(slice(self, d, start, end));
    start = end;
  }
  parts.push_back(slice(self, d, start, self.size(d)));
  return parts;
}
int64_t dim_to_split(const Tensor& self, int64_t dim) {
  check_defined(self, "tensor_split");
  if (self.dim() == 0)
    raise<ShapeError>(
        {"[tensor_split] tensor_split expected at least a 1-dimensional tensor, but got a tensor "
         "with 0 dims"});
  return wrap_dim(dim, self.dim(), "tensor_split");
}

} // namespace

std::vector<Tensor> tensor_split(const Tensor& self, IntList at, int64_t dim) {
  int64_t d = dim_to_split(self, dim);
  return cut_at(self, at, d);
}
std::vector<Tensor> tensor_split(const Tensor& self, int64_t sections, int64_t dim) {
  int64_t d = dim_to_split(self, dim), n = self.size(d), start = 0;
  if (sections <= 0)
    raise<ValueError>({"[tensor_split] number of sections must be larger than 0, got ", sections});
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < sections; ++i) {
    int64_t length = n / sections + (i < n % sections);
    parts.push_back(slice(self, d, start, start + length));
    start += length;
  }
  return parts;
}
std::vector<Tensor> tensor_split(const Tensor& self, const Tensor& at, int64_t dim) {
  check_defined(self, at, "tensor_split");
  if (at.dtype() != int64)
    raise<DtypeError>(
        {"[tensor_split] tensor_split expected tensor_indices_or_sections to have dtype of long, "
         "but got ",
         at.dtype()});
  if (at.dim() == 0) return tensor_split(self, at.item<int64_t>(), dim);
  if (at.dim() != 1)
    raise<ShapeError>(
        {"[tensor_split] tensor_split expected tensor_indices_or_sections to be a zero-dimensional "
         "or one-dimensional tensor, but got a tensor with ",
         at.dim(), " dims"});
  std::vector<int64_t> list = at.to_vector<int64_t>();
  return tensor_split(self, IntList(list), dim);
}

namespace {

int64_t wide_enough(const Tensor& self, int64_t least, int64_t dim, std::string_view op) {
  check_defined(self, op);
  if (self.dim() < least)
    raise<ShapeError>({"[", op, "] torch.", op, " requires a tensor with at least ", least,
                       " dimension, but got a tensor with ", self.dim(), " dimensions!"});
  return dim;
}
std::vector<Tensor> equal_pieces(const Tensor& self, int64_t n, int64_t dim, std::string_view op) {
  if (n <= 0 || self.size(dim) % n != 0)
    raise<ShapeError>({"[", op, "] torch.", op, " attempted to split along dimension ", dim,
                       ", but the size of the dimension ", self.size(dim),
                       " is not divisible by the split_size ", n, "!"});
  return tensor_split(self, n, dim);
}

} // namespace

std::vector<Tensor> hsplit(const Tensor& self, int64_t n) {
  wide_enough(self, 1, 0, "hsplit");
  return equal_pieces(self, n, self.dim() == 1 ? 0 : 1, "hsplit");
}
std::vector<Tensor> hsplit(const Tensor& self, IntList at) {
  wide_enough(self, 1, 0, "hsplit");
  return tensor_split(self, at, self.dim() == 1 ? 0 : 1);
}
std::vector<Tensor> vsplit(const Tensor& self, int64_t n) {
  return equal_pieces(self, n, wide_enough(self, 2, 0, "vsplit"), "vsplit");
}
std::vector<Tensor> vsplit(const Tensor& self, IntList at) {
  return tensor_split(self, at, wide_enough(self, 2, 0, "vsplit"));
}
std::vector<Tensor> dsplit(const Tensor& self, int64_t n) {
  return equal_pieces(self, n, wide_enough(self, 3, 2, "dsplit"), "dsplit");
}
std::vector<Tensor> dsplit(const Tensor& self, IntList at) {
  return tensor_split(self, at, wide_enough(self, 3, 2, "dsplit"));
}

namespace {

using OfList = Tensor(const std::vector<Tensor>&);
using Lists = std::vector<Tensor>(const std::vector<Tensor>&);
using Unary = Tensor(const Tensor&);
using Sections = std::vector<Tensor>(const Tensor&, int64_t);
using Cuts = std::vector<Tensor>(const Tensor&, IntList);

std::vector<int64_t> broadcast_shapes_by_name(std::span<const Index> shapes) {
  std::vector<std::vector<int64_t>> list;
  for (const Index& i : shapes) {
    if (i.kind() == Index::Kind::integer)
      list.push_back({i.integer()});
    else if (i.kind() == Index::Kind::tensor)
      list.push_back(i.tensor().reshape(-1).to_vector<int64_t>());
    else
      raise<TypeError>({"[broadcast_shapes] expected integers or lists of them"});
  }
  return broadcast_shapes(list);
}

constexpr OpInfo linear(std::string_view doc, std::array<std::string_view, 8> samples) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::linear};
}

constinit const Op ops[] = {
    op<OfList, &hstack>("hstack(tensors)", linear("side by side", {"[T(2, 3), T(2, 1)]", "[T(2), T()]"})),
    op<OfList, &vstack>("vstack(tensors)", linear("one below the other", {"[T(2, 3), T(3)]"})),
    op<OfList, &row_stack>("row_stack(tensors)", linear("vstack", {"[T(2, 3), T(3)]"})),
    op<OfList, &dstack>("dstack(tensors)",
                        linear("one behind the other", {"[T(2, 3), T(2, 3)]", "[T(2), T(2)]"})),
    op<OfList, &column_stack>("column_stack(tensors)",
                              linear("side by side, vectors as columns", {"[T(2, 3), T(2)]"})),
    op<Unary, &atleast_1d>("atleast_1d(input)", linear("with 1 dimension or more", {"T()", "T(3)"})),
    op<Unary, &atleast_2d>("atleast_2d(input)", linear("with 2 dimensions or more", {"T()", "T(3)"})),
    op<Unary, &atleast_3d>("atleast_3d(input)",
                           linear("with 3 dimensions or more", {"T()", "T(3)", "T(2, 3)"})),
    op<Lists, &atleast_1d>("atleast_1d(*tensors)", linear("each with 1 dimension or more", {"[T(), T(3)]"})),
    op<Lists, &atleast_2d>("atleast_2d(*tensors)", linear("each with 2 dimensions or more", {"[T(), T(3)]"})),
    op<Lists, &atleast_3d>("atleast_3d(*tensors)", linear("each with 3 dimensions or more", {"[T(), T(3)]"})),
    op<Lists, &broadcast_tensors>("broadcast_tensors(*tensors)",
                                  linear("expanded to the sizes in which all meet", {"[T(2, 1), T(3)]"})),
    op<std::vector<int64_t>(std::span<const Index>), &broadcast_shapes_by_name>(
        "broadcast_shapes(*shapes)", {.doc = "the sizes in which all meet",
                                      .samples = {"[2, 1], [3]", "[5, 1], 5"},
                                      .derivative = Derivative::none,
                                      .why_not = "sizes"}),
    op<std::vector<Tensor>(const Tensor&, int64_t, int64_t), &tensor_split>(
        "tensor_split(self, indices_or_sections, dim=0)",
        linear("that many pieces", {"T(5, 3), 3", "T(5, 3), 2, -1"})),
    op<std::vector<Tensor>(const Tensor&, IntList, int64_t), &tensor_split>(
        "tensor_split(self, indices_or_sections, dim=0)",
        linear("cut at these positions", {"T(5, 3), [1, 3]", "T(5, 3), [4, 2], 1"})),
    op<std::vector<Tensor>(const Tensor&, const Tensor&, int64_t), &tensor_split>(
        "tensor_split(self, indices_or_sections, dim=0)",
        linear("cut as a tensor says", {"T(5, 3), I(2; 3)"})),
    op<Sections, &hsplit>("hsplit(self, indices_or_sections)",
                          linear("equal pieces", {"T(2, 4), 2", "T(4), 2"})),
    op<Cuts, &hsplit>("hsplit(self, indices_or_sections)",
                      linear("cut at these positions", {"T(2, 4), [1, 3]"})),
    op<Sections, &vsplit>("vsplit(self, indices_or_sections)", linear("equal pieces", {"T(4, 3), 2"})),
    op<Cuts, &vsplit>("vsplit(self, indices_or_sections)",
                      linear("cut at these positions", {"T(4, 3), [1, 3]"})),
    op<Sections, &dsplit>("dsplit(self, indices_or_sections)", linear("equal pieces", {"T(2, 2, 4), 2"})),
    op<Cuts, &dsplit>("dsplit(self, indices_or_sections)",
                      linear("cut at these positions", {"T(2, 2, 4), [1, 3]"})),
};

} // namespace

extern const Family stacks_family;
constinit const Family stacks_family{"stacks", ops};

} // namespace talweg
