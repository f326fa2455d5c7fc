// The same elements repeated, turned, moved, or set on a diagonal.
#include "talweg/ops/arrange.h"

#include <algorithm>

#include "core/shape.h"
#include "kernels/scatter.h"
#include "ops/checks.h"
#include "ops/record.h"
#include "ops/write_result.h"
#include "talweg/autograd.h"
#include "talweg/create.h"

namespace talweg {

Tensor repeat(const Tensor& self, IntList repeats) {
  check_defined(self, "repeat");
  if (static_cast<int64_t>(repeats.size()) < self.dim())
    raise<ShapeError>(
        {"[repeat] Number of dimensions of repeat dims can not be smaller than number of dimensions of "
         "tensor: got ",
         IntList(repeats), " for sizes ", IntList(self.sizes())});
  const size_t lead = repeats.size() - self.sizes().size();
  Dims inner, outer, sizes;
  for (size_t d = 0; d < repeats.size(); ++d) {
    int64_t n = d < lead ? 1 : self.sizes()[d - lead];
    if (repeats[d] < 0) raise<ShapeError>({"[repeat] repeats must be non-negative, got ", IntList(repeats)});
    inner.push_back(1);
    inner.push_back(n);
    outer.push_back(repeats[d]);
    outer.push_back(n);
    sizes.push_back(n * repeats[d]);
  }
  if (2 * repeats.size() > 64) raise<ShapeError>({"[repeat] too many dimensions: ", repeats.size()});
  Tensor out;
  {
    NoGradGuard quiet;
    out = reshape(clone(expand(reshape(self, inner), outer)), sizes);
  }
  return record(std::move(out), "RepeatBackward0", {&self}, {},
                [outer, own = Dims(self.sizes())](Backward& b) {
                  if (!b.grad().defined()) return;
                  Dims gone;
                  for (size_t d = 0; d < outer.size(); d += 2) gone.push_back(static_cast<int64_t>(d));
                  if (gone.empty())
                    b.set(0, b.grad());
                  else
                    b.set(0, reshape(sum(reshape(b.grad(), outer), gone), own));
                });
}

Tensor tile(const Tensor& self, IntList dims) {
  check_defined(self, "tile");
  Dims repeats(dims);
  while (static_cast<int64_t>(repeats.size()) < self.dim()) repeats.insert(0, 1);
  return repeat(self, repeats);
}

Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size) {
  check_defined(repeats, "repeat_interleave");
  if (repeats.dim() != 1)
    raise<ShapeError>(
        {"[repeat_interleave] repeat_interleave only accept 1D vector as repeat, got ", repeats.dim(), "D"});
  if (repeats.dtype() != int64 && repeats.dtype() != int32)
    raise<DtypeError>({"[repeat_interleave] repeats has to be Long or Int tensor, got ", repeats.dtype()});
  std::vector<int64_t> counts = repeats.to_vector<int64_t>(), places;
  int64_t total = 0;
  for (int64_t n : counts) {
    if (n < 0) raise<ValueError>({"[repeat_interleave] repeats can not be negative"});
    total += n;
  }
  if (output_size && *output_size != total)
    raise<ShapeError>(
        {"[repeat_interleave] allocated size does not match required size: ", *output_size, " and ", total});
  for (size_t i = 0; i < counts.size(); ++i)
    places.insert(places.end(), static_cast<size_t>(counts[i]), static_cast<int64_t>(i));
  return to(tensor(places), repeats.dtype());
}

Tensor repeat_interleave(const Tensor& self, const Tensor& repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
  check_defined(self, repeats, "repeat_interleave");
  Tensor whole = dim ? self : reshape(self, -1);
  int64_t d = wrap_dim(dim.value_or(0), whole.dim(), "repeat_interleave");
  int64_t n = whole.dim() == 0 ? 1 : whole.size(d);
  Tensor counts = repeats;
  if (repeats.dim() == 0 || (repeats.dim() == 1 && repeats.size(0) == 1))
    counts = expand(reshape(repeats, 1), n);
  else if (repeats.dim() != 1 || repeats.size(0) != n)
    raise<ShapeError>(
        {"[repeat_interleave] repeats must have the same size as input along dim, but got repeats of "
         "sizes ",
         IntList(repeats.sizes()), " and size ", n});
  return index_select(whole, d, repeat_interleave(counts, output_size));
}

Tensor repeat_interleave(const Tensor& self, int64_t repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
  check_defined(self, "repeat_interleave");
  if (repeats < 0) raise<ValueError>({"[repeat_interleave] repeats must be non-negative, got ", repeats});
  Tensor whole = dim && self.dim() > 0 ? self : reshape(self, -1);
  int64_t d = wrap_dim(dim.value_or(0), self.dim(), "repeat_interleave");
  Dims sizes(whole.sizes()), spread(whole.sizes());
  sizes[static_cast<size_t>(d)] *= repeats;
  if (output_size && *output_size != sizes[static_cast<size_t>(d)])
    raise<ShapeError>({"[repeat_interleave] allocated size does not match required size: ", *output_size,
                       " and ", sizes[static_cast<size_t>(d)]});
  spread.insert(static_cast<size_t>(d) + 1, repeats);
  return view(clone(expand(unsqueeze(whole, d + 1), spread)).contiguous(), sizes);
}

Tensor flip(const Tensor& self, IntList dims) {
  check_defined(self, "flip");
  uint64_t mask = dims.empty() ? 0 : wrap_dims(dims, self.dim(), "flip");
  Dims strides(self.sizes()), kept(dims);
  int64_t start = 0;
  for (int64_t d = 0; d < self.dim(); ++d) {
    auto k = static_cast<size_t>(d);
    strides[k] = self.strides()[k];
    if (!(mask >> d & 1)) continue;
    start += (self.size(d) - 1) * strides[k];
    strides[k] = -strides[k];
  }
  Tensor out = new_tensor(self.dtype(), self.sizes());
  if (out.numel() > 0) {
    // Read backwards: the kernel takes any strides.
    Buffer from = buffer_as(self, self.sizes(), strides, self.numel());
    from.data = static_cast<char*>(from.data) + start * self.element_size();
    from.contiguous = from.padded = false;
    launch(copy_kernel, {buffer_of(out), from});
  }
  return record(std::move(out), "FlipBackward0", {&self}, {}, [kept](Backward& b) {
    if (b.grad().defined()) b.set(0, flip(b.grad(), kept));
  });
}
Tensor fliplr(const Tensor& self) {
  check_defined(self, "fliplr");
  if (self.dim() < 2) raise<ShapeError>({"[fliplr] Input must be >= 2-d."});
  return flip(self, 1);
}
Tensor flipud(const Tensor& self) {
  check_defined(self, "flipud");
  if (self.dim() < 1) raise<ShapeError>({"[flipud] Input must be >= 1-d."});
  return flip(self, 0);
}

Tensor roll(const Tensor& self, IntList shifts, IntList dims) {
  check_defined(self, "roll");
  if (shifts.empty()) raise<ShapeError>({"[roll] `shifts` required"});
  if (dims.size() != shifts.size() && !(dims.empty() && shifts.size() == 1))
    raise<ShapeError>(
        {"[roll] shifts and dimensions must align. shifts: ", shifts.size(), ", dims:", dims.size()});
  for (int64_t d : dims) wrap_dim(d, self.dim(), "roll");
  Tensor out;
  {
    NoGradGuard quiet;
    out = dims.empty() ? reshape(self, -1) : self;
    for (size_t i = 0; i < shifts.size() && self.numel() > 0 && out.dim() > 0; ++i) {
      int64_t d = dims.empty() ? 0 : wrap_dim(dims[i], self.dim(), "roll"), n = out.size(d);
      int64_t start = ((-shifts[i]) % n + n) % n;
      out = cat({narrow(out, d, start, n - start), narrow(out, d, 0, start)}, d);
    }
    out = reshape(out, self.sizes());
    if (shares_memory(out, self)) out = clone(out);
  }
  Dims back(shifts);
  for (auto& s : back) s = -s;
  return record(std::move(out), "RollBackward0", {&self}, {}, [back, dims = Dims(dims)](Backward& b) {
    if (b.grad().defined()) b.set(0, roll(b.grad(), back, dims));
  });
}

Tensor rot90(const Tensor& self, int64_t k, IntList dims) {
  check_defined(self, "rot90");
  if (dims.size() != 2)
    raise<ShapeError>({"[rot90] expected total rotation dims == 2, but got dims = ", dims.size()});
  if (self.dim() < 2)
    raise<ShapeError>({"[rot90] expected total dims >= 2, but got total dims = ", self.dim()});
  if (dims[0] == dims[1] || std::abs(dims[0] - dims[1]) == self.dim())
    raise<ShapeError>({"[rot90] expected rotation dims to be different, but got dim0 = ", dims[0],
                       " and dim1 = ", dims[1]});
  const int64_t a = wrap_dim(dims[0], self.dim(), "rot90"), b = wrap_dim(dims[1], self.dim(), "rot90");
  Tensor out;
  {
    NoGradGuard quiet;
    switch ((k % 4 + 4) % 4) {
      case 1:
        out = transpose(flip(self, b), a, b);
        break;
      case 2:
        out = flip(self, {a, b});
        break;
      case 3:
        out = transpose(flip(self, a), a, b);
        break;
      default:
        out = self;
    }
    out = clone(out).contiguous();
  }
  return record(std::move(out), "Rot90Backward0", {&self}, {}, [k, a, b](Backward& w) {
    if (w.grad().defined()) w.set(0, rot90(w.grad(), -k, {a, b}));
  });
}

namespace {

Tensor triangle(const Tensor& self, int64_t diagonal, bool upper, std::string_view op) {
  check_defined(self, op);
  if (self.dim() < 2)
    raise<ShapeError>({"[", op, "] ", op, ": input tensor must have at least 2 dimensions"});
  Tensor out = new_tensor(self.dtype(), self.sizes());
  if (out.numel() > 0)
    launch(triangle_kernel, {buffer_of(out), buffer_of(self)}, TrianglePlan{diagonal, upper});
  return out;
}
auto triangle_backward(int64_t diagonal, bool upper) {
  return [diagonal, upper](Backward& b) {
    if (b.grad().defined()) b.set(0, upper ? triu(b.grad(), diagonal) : tril(b.grad(), diagonal));
  };
}

} // namespace

Tensor tril(const Tensor& self, int64_t diagonal) {
  return record(triangle(self, diagonal, false, "tril"), "TrilBackward0", {&self}, {},
                triangle_backward(diagonal, false));
}
Tensor triu(const Tensor& self, int64_t diagonal) {
  return record(triangle(self, diagonal, true, "triu"), "TriuBackward0", {&self}, {},
                triangle_backward(diagonal, true));
}
const Tensor& tril_(const Tensor& self, int64_t diagonal) {
  return write_result(self, triangle(self, diagonal, false, "tril_"), "tril_", "TrilBackward0", {&self}, {},
                      triangle_backward(diagonal, false));
}
const Tensor& triu_(const Tensor& self, int64_t diagonal) {
  return write_result(self, triangle(self, diagonal, true, "triu_"), "triu_", "TriuBackward0", {&self}, {},
                      triangle_backward(diagonal, true));
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, std::string_view indexing) {
  if (tensors.empty()) raise<ValueError>({"[meshgrid] meshgrid expects a non-empty TensorList"});
  if (!indexing.empty() && indexing != "ij" && indexing != "xy")
    raise<ValueError>(
        {"[meshgrid] torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: ", indexing});
  std::vector<Tensor> list = tensors;
  for (const Tensor& t : list) {
    check_defined(t, "meshgrid");
    if (t.dim() > 1)
      raise<ShapeError>(
          {"[meshgrid] torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ", t.dim(), "D"});
    if (t.dtype() != list[0].dtype())
      raise<DtypeError>({"[meshgrid] torch.meshgrid expects all tensors to have the same dtype"});
  }
  bool swapped = indexing == "xy" && list.size() >= 2;
  if (swapped) std::swap(list[0], list[1]);
  Dims sizes;
  for (const Tensor& t : list) sizes.push_back(t.numel());
  std::vector<Tensor> out;
  for (size_t i = 0; i < list.size(); ++i) {
    Dims own(list.size(), 1);
    own[i] = list[i].numel();
    out.push_back(expand(reshape(list[i], own), sizes));
  }
  if (swapped) std::swap(out[0], out[1]);
  return out;
}

Tensor cartesian_prod(const std::vector<Tensor>& tensors) {
  for (const Tensor& t : tensors) {
    check_defined(t, "cartesian_prod");
    if (t.dim() != 1)
      raise<ShapeError>({"[cartesian_prod] Expect a 1D vector, but got shape ", IntList(t.sizes())});
  }
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns;
  for (const Tensor& t : meshgrid(tensors)) columns.push_back(flatten(t));
  return stack(columns, 1);
}

Tensor combinations(const Tensor& input, int64_t r, bool with_replacement) {
  check_defined(input, "combinations");
  if (input.dim() != 1)
    raise<ShapeError>({"[combinations] Expect a 1D vector, but got shape ", IntList(input.sizes())});
  if (r < 0) raise<ValueError>({"[combinations] Expect a non-negative number, but got ", r});
  if (r == 0) return new_tensor(input.dtype(), IntList(0));
  const int64_t n = input.size(0), step = with_replacement ? 0 : 1;
  constexpr int64_t most = 1 << 16;
  if (r > most)
    raise<ValueError>({"[combinations] r is ", r, "; at most ", most, " elements are chosen at a time"});
  int64_t tuples = 1;
  for (int64_t i = 0; i < r && n > 1; ++i)
    if (__builtin_mul_overflow(tuples, n, &tuples))
      raise<ValueError>({"[combinations] numel: integer multiplication overflow: ", n, " elements, r = ", r});
  std::vector<std::vector<int64_t>> columns(static_cast<size_t>(r));
  std::vector<int64_t> at(static_cast<size_t>(r), 0);
  for (size_t i = 1; i < at.size(); ++i) at[i] = at[i - 1] + step;
  while (n > 0 && at.back() < n) {
    for (size_t i = 0; i < at.size(); ++i) columns[i].push_back(at[i]);
    size_t i = at.size();
    while (i-- > 0 && at[i] + static_cast<int64_t>(at.size() - 1 - i) * step + 1 >= n) {
    }
    if (i == static_cast<size_t>(-1)) break;
    ++at[i];
    for (size_t k = i + 1; k < at.size(); ++k) at[k] = at[k - 1] + step;
  }
  std::vector<Tensor> picked;
  for (const auto& c : columns) picked.push_back(index_select(input, 0, tensor(c)));
  return stack(picked, 1);
}

Tensor block_diag(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> blocks;
  int64_t columns = 0, at = 0;
  for (const Tensor& t : tensors) {
    check_defined(t, "block_diag");
    if (t.dim() > 2)
      raise<ShapeError>({"[block_diag] torch.block_diag: Input tensors must have 2 or fewer dimensions. Got ",
                         t.dim(), "D"});
    blocks.push_back(atleast_2d(t));
    columns += blocks.back().size(1);
  }
  if (blocks.empty()) return zeros({1, 0});
  Dtype dtype = blocks[0].dtype();
  for (const Tensor& b : blocks) dtype = promote_types(dtype, b.dtype());
  std::vector<Tensor> rows;
  for (const Tensor& b : blocks) {
    rows.push_back(constant_pad_nd(to(b, dtype), {at, columns - at - b.size(1)}));
    at += b.size(1);
  }
  return cat(rows, 0);
}

Tensor diag_embed(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  check_defined(self, "diag_embed");
  const int64_t rank = self.dim() + 1;
  if (self.dim() == 0) raise<ShapeError>({"[diag_embed] input must be at least 1-dimensional"});
  int64_t a = wrap_dim(dim1, rank, "diag_embed"), b = wrap_dim(dim2, rank, "diag_embed");
  if (a == b) raise<ShapeError>({"[diag_embed] diagonal dimensions cannot be identical ", dim1, ", ", dim2});
  int64_t n = self.size(-1) + std::abs(offset);
  Dims sizes(self.sizes());
  sizes.erase(sizes.size() - 1);
  sizes.insert(static_cast<size_t>(std::min(a, b)), n);
  sizes.insert(static_cast<size_t>(std::max(a, b)), n);
  Tensor out = zeros(sizes, {.dtype = self.dtype()});
  diagonal(out, offset, a, b).copy_(self.detach());
  return record(std::move(out), "DiagEmbedBackward0", {&self}, {}, [offset, a, b](Backward& w) {
    if (w.grad().defined()) w.set(0, diagonal(w.grad(), offset, a, b));
  });
}
Tensor diag(const Tensor& self, int64_t offset) {
  check_defined(self, "diag");
  if (self.dim() != 1 && self.dim() != 2)
    raise<ShapeError>({"[diag] diag(): Supports 1D or 2D tensors. Got ", self.dim(), "D"});
  return self.dim() == 1 ? diag_embed(self, offset) : clone(diagonal(self, offset));
}
Tensor diagflat(const Tensor& self, int64_t offset) {
  check_defined(self, "diagflat");
  return diag_embed(reshape(contiguous(self), -1), offset);
}

namespace {

constexpr OpInfo linear(std::string_view doc, std::array<std::string_view, 8> samples,
                        BoxedCall in_place = nullptr) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::linear, .in_place = in_place};
}
using Unary = Tensor(const Tensor&);
using OfList = Tensor(const std::vector<Tensor>&);
using OfInt = Tensor(const Tensor&, int64_t);
using OfSizes = Tensor(const Tensor&, IntList);
using Opt = std::optional<int64_t>;

constinit const Op ops[] = {
    op<OfSizes, &repeat>("repeat(self, repeats)",
                         linear("copies side by side", {"T(2, 3), [2, 1]", "T(3), [2, 2]"})),
    op<OfSizes, &tile>("tile(self, dims)", linear("copies side by side", {"T(2, 3), [2]", "T(3), [2, 2]"})),
    op<Tensor(const Tensor&, int64_t, Opt, Opt), &repeat_interleave>(
        "repeat_interleave(self, repeats, dim=None, *, output_size=None)",
        linear("each element several times", {"T(2, 3), 2", "T(2, 3), 2, 1"})),
    op<Tensor(const Tensor&, const Tensor&, Opt, Opt), &repeat_interleave>(
        "repeat_interleave(self, repeats, dim=None, *, output_size=None)",
        linear("each element several times", {"T(2, 3), I(3; 4), 1"})),
    op<Tensor(const Tensor&, Opt), &repeat_interleave>("repeat_interleave(repeats, *, output_size=None)",
                                                       {.doc = "position i repeats[i] times",
                                                        .samples = {"I(4; 3)"},
                                                        .derivative = Derivative::none,
                                                        .why_not = "positions"}),
    op<OfSizes, &flip>("flip(self, dims)",
                       linear("dimensions in reverse", {"T(2, 3), [0]", "T(2, 3, 4), [0, -1]"})),
    op<Unary, &fliplr>("fliplr(self)", linear("columns in reverse", {"T(2, 3)"})),
    op<Unary, &flipud>("flipud(self)", linear("rows in reverse", {"T(2, 3)"})),
    op<Tensor(const Tensor&, IntList, IntList), &roll>(
        "roll(self, shifts, dims=[])",
        linear("moved around the end", {"T(2, 3), 1", "T(2, 3), [1, -2], [0, 1]"})),
    op<Tensor(const Tensor&, int64_t, IntList), &rot90>(
        "rot90(self, k=1, dims=[0, 1])",
        linear("turned by 90 degrees", {"T(2, 3)", "T(2, 3), 2", "T(2, 3, 4), -1, [1, 2]"})),
    op<OfInt, &tril>("tril(self, diagonal=0)",
                     linear("zeros above the diagonal", {"T(3, 4)", "T(2, 3, 3), -1"},
                            boxed<const Tensor&(const Tensor&, int64_t), &tril_>)),
    op<OfInt, &triu>("triu(self, diagonal=0)",
                     linear("zeros below the diagonal", {"T(3, 4)", "T(2, 3, 3), 1"},
                            boxed<const Tensor&(const Tensor&, int64_t), &triu_>)),
    op<std::vector<Tensor>(const std::vector<Tensor>&, std::string_view), &meshgrid>(
        "meshgrid(*tensors, indexing=None)",
        linear("the coordinates of a grid", {"[T(2), T(3)]", "[T(2), T(3)], indexing='xy'"})),
    op<OfList, &cartesian_prod>("cartesian_prod(*tensors)", linear("all tuples", {"[T(2), T(3)]"})),
    op<Tensor(const Tensor&, int64_t, bool), &combinations>(
        "combinations(input, r=2, with_replacement=False)",
        linear("all choices of r elements", {"T(4)", "T(3), 2, True", "T(4), 3"})),
    op<OfList, &block_diag>("block_diag(*tensors)",
                            linear("matrices along the diagonal", {"[T(2, 3), T(2)]"})),
    op<OfInt, &diag>("diag(self, diagonal=0)",
                     linear("a vector as diagonal, or a diagonal as vector", {"T(3), 1", "T(3, 4), -1"})),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &diag_embed>(
        "diag_embed(self, offset=0, dim1=-2, dim2=-1)",
        linear("the last dimension as diagonal", {"T(2, 3)", "T(3), 1", "T(2, 3), -1, 0, 2"})),
    op<OfInt, &diagflat>("diagflat(self, offset=0)",
                         linear("all elements as diagonal", {"T(2, 2)", "T(3), -1"})),
};

} // namespace

extern const Family arrange_family;
constinit const Family arrange_family{"arrange", ops};

} // namespace talweg
