// Channels and classes rearranged, powers side by side, coordinates; and a tensor's sizes changed in place.
#include <algorithm>

#include "core/shape.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/ops/arrange.h"

namespace talweg {

Tensor one_hot(const Tensor& input, int64_t num_classes) {
  check_defined(input, "one_hot");
  if (input.dtype() != int64)
    raise<DtypeError>(
        {"[one_hot] one_hot is only applicable to index tensor of type LongTensor, got ", input.dtype()});
  Dims sizes(input.sizes());
  if (input.numel() == 0) {
    if (num_classes <= 0)
      raise<ValueError>({"[one_hot] Can not infer total number of classes from empty tensor."});
    sizes.push_back(num_classes);
    return zeros(sizes, {.dtype = int64});
  }
  if (neg(input).max().item<int64_t>() > 0)
    raise<ValueError>({"[one_hot] Class values must be non-negative."});
  int64_t largest = input.max().item<int64_t>();
  if (num_classes == -1) num_classes = largest + 1;
  if (num_classes < 1) raise<ValueError>({"[one_hot] num_classes should be positive"});
  if (largest >= num_classes) raise<ValueError>({"[one_hot] Class values must be smaller than num_classes."});
  sizes.push_back(num_classes);
  return scatter(zeros(sizes, {.dtype = int64}), -1, unsqueeze(input, -1), 1);
}

Tensor linalg_vander(const Tensor& x, std::optional<int64_t> N) {
  check_defined(x, "linalg.vander");
  if (x.dim() == 0) raise<ShapeError>({"[linalg.vander] linalg.vander: x must be at least 1-dimensional"});
  int64_t n = N.value_or(x.size(-1));
  if (n <= 1 && N) raise<ValueError>({"[linalg.vander] N must be greater than 1, got ", n});
  std::vector<Tensor> powers{ones(x.sizes(), {.dtype = is_integral(x.dtype()) ? int64 : x.dtype()})};
  for (int64_t i = 1; i < n; ++i) powers.push_back(powers.back() * x);
  return stack(powers, -1);
}
Tensor vander(const Tensor& x, std::optional<int64_t> N, bool increasing) {
  check_defined(x, "vander");
  if (x.dim() != 1) raise<ShapeError>({"[vander] x must be a one-dimensional tensor, got ", x.dim(), "D"});
  int64_t n = N.value_or(x.size(0));
  if (n < 0) raise<ValueError>({"[vander] N must be non-negative, got ", n});
  Dtype dtype = is_integral(x.dtype()) ? int64 : x.dtype();
  if (n == 0) return zeros({x.size(0), 0}, {.dtype = dtype});
  std::vector<Tensor> powers{ones(x.sizes(), {.dtype = dtype})};
  for (int64_t i = 1; i < n; ++i) powers.push_back(powers.back() * x);
  if (!increasing) std::reverse(powers.begin(), powers.end());
  return stack(powers, -1);
}

Tensor pixel_shuffle(const Tensor& input, int64_t upscale_factor) {
  check_defined(input, "pixel_shuffle");
  const int64_t r = upscale_factor;
  if (input.dim() < 3)
    raise<ShapeError>(
        {"[pixel_shuffle] pixel_shuffle expects input to have at least 3 dimensions, but got input with ",
         input.dim(), " dimension(s)"});
  if (r <= 0)
    raise<ValueError>({"[pixel_shuffle] pixel_shuffle expects a positive upscale_factor, but got ", r});
  int64_t c = input.size(-3), h = input.size(-2), w = input.size(-1);
  if (c % (r * r) != 0)
    raise<ShapeError>(
        {"[pixel_shuffle] pixel_shuffle expects its input's 'channel' dimension to be divisible by the "
         "square of upscale_factor, but input.size(-3)=",
         c, " is not divisible by ", r * r});
  Dims lead(input.sizes()), sizes, split;
  for (size_t d = 0; d + 3 < lead.size(); ++d) {
    sizes.push_back(lead[d]);
    split.push_back(lead[d]);
  }
  for (int64_t n : {c / (r * r), r, r, h, w}) split.push_back(n);
  for (int64_t n : {c / (r * r), h * r, w * r}) sizes.push_back(n);
  Tensor t = reshape(input, split);
  return reshape(movedim(t, {-4, -3}, {-3, -1}), sizes);
}
Tensor pixel_unshuffle(const Tensor& input, int64_t downscale_factor) {
  check_defined(input, "pixel_unshuffle");
  const int64_t r = downscale_factor;
  if (input.dim() < 3)
    raise<ShapeError>(
        {"[pixel_unshuffle] pixel_unshuffle expects input to have at least 3 dimensions, but got input with ",
         input.dim(), " dimension(s)"});
  if (r <= 0)
    raise<ValueError>({"[pixel_unshuffle] pixel_unshuffle expects a positive downscale_factor, but got ", r});
  int64_t c = input.size(-3), h = input.size(-2), w = input.size(-1);
  if (h % r != 0 || w % r != 0)
    raise<ShapeError>(
        {"[pixel_unshuffle] pixel_unshuffle expects height and width to be divisible by downscale_factor, "
         "but ",
         h, " and ", w, " are not by ", r});
  Dims lead(input.sizes()), sizes, split;
  for (size_t d = 0; d + 3 < lead.size(); ++d) {
    sizes.push_back(lead[d]);
    split.push_back(lead[d]);
  }
  for (int64_t n : {c, h / r, r, w / r, r}) split.push_back(n);
  for (int64_t n : {c * r * r, h / r, w / r}) sizes.push_back(n);
  return reshape(movedim(reshape(input, split), {-3, -1}, {-4, -3}), sizes);
}
Tensor channel_shuffle(const Tensor& input, int64_t groups) {
  check_defined(input, "channel_shuffle");
  if (input.dim() < 3)
    raise<ShapeError>(
        {"[channel_shuffle] channel_shuffle expects input with > 2 dims, but got input with sizes ",
         IntList(input.sizes())});
  int64_t c = input.size(1);
  if (groups <= 0)
    raise<ValueError>(
        {"[channel_shuffle] Number of groups to divide channels in must be positive. Value of groups:",
         groups});
  if (c % groups != 0)
    raise<ShapeError>({"[channel_shuffle] Number of channels must be divisible by groups. Got ", c,
                       " channels and ", groups, " groups."});
  Dims split(input.sizes());
  split[1] = groups;
  split.insert(2, c / groups);
  return reshape(transpose(reshape(input, split), 1, 2), input.sizes());
}

Tensor sum_to_size(const Tensor& self, IntList size) {
  check_defined(self, "sum_to_size");
  bool fits = static_cast<int64_t>(size.size()) <= self.dim();
  const size_t lead = fits ? self.sizes().size() - size.size() : 0;
  Dims gone;
  for (size_t d = 0; fits && d < self.sizes().size(); ++d) {
    if (d < lead) {
      gone.push_back(static_cast<int64_t>(d));
      continue;
    }
    fits = size[d - lead] == self.sizes()[d] || size[d - lead] == 1;
    if (size[d - lead] == 1 && self.sizes()[d] != 1) gone.push_back(static_cast<int64_t>(d));
  }
  if (!fits)
    raise<ShapeError>({"[sum_to_size] size {", IntList(size), "} is not expandable to size {",
                       IntList(self.sizes()), "}."});
  if (size.empty()) return sum(self);
  if (gone.empty()) return self;
  return view(sum(self, gone, true), size);
}

std::vector<Tensor> unravel_index(const Tensor& indices, IntList shape) {
  check_defined(indices, "unravel_index");
  if (!is_integral(indices.dtype(), false))
    raise<TypeError>(
        {"[unravel_index] expected 'indices' to be an integer tensor, but got ", indices.dtype()});
  for (int64_t n : shape)
    if (n < 0)
      raise<ValueError>({"[unravel_index] 'shape' cannot have negative values, but got ", IntList(shape)});
  std::vector<Tensor> out;
  int64_t stride = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    out.push_back(remainder(div(indices, stride, "floor"), shape[d]));
    stride *= shape[d];
  }
  std::reverse(out.begin(), out.end());
  return out;
}

const Tensor& resize_(const Tensor& self, IntList size) {
  check_defined(self, "resize_");
  int64_t n = checked_numel(size, self.element_size());
  if (self.requires_grad()) raise<AutogradError>({"[resize_] cannot resize variables that require grad"});
  if (self.sizes() == size) return self;
  if ((self.storage_offset() + n) * self.element_size() > storage_bytes(object(self)))
    raise<ShapeError>({"[resize_] ", IntList(size), " needs more memory than the tensor has (",
                       storage_bytes(object(self)), " bytes); make a new tensor"});
  begin_change(self, "resize_");
  return change_geometry(self, as_strided(self, size, Dims::contiguous_strides(size), self.storage_offset()),
                         "ResizeBackward0");
}
const Tensor& resize_as_(const Tensor& self, const Tensor& the_template) {
  check_defined(the_template, "resize_as_");
  return resize_(self, the_template.sizes());
}

namespace {

constexpr OpInfo linear(std::string_view doc, std::array<std::string_view, 8> samples) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::linear};
}
using OfInt = Tensor(const Tensor&, int64_t);
using Opt = std::optional<int64_t>;

constinit const Op ops[] = {
    op<OfInt, &one_hot>("one_hot(input, num_classes=-1)", {.doc = "classes as rows with a one",
                                                           .samples = {"I(4; 3)", "I(2, 3; 3), 5"},
                                                           .derivative = Derivative::none,
                                                           .why_not = "integers"}),
    op<Tensor(const Tensor&, Opt, bool), &vander>(
        "vander(x, N=None, increasing=False)",
        {.doc = "powers side by side", .samples = {"T(3)", "T(3), 4, True"}}),
    op<Tensor(const Tensor&, Opt), &linalg_vander>(
        "linalg.vander(x, *, N=None)", {.doc = "powers side by side", .samples = {"T(3)", "T(2, 3), N=4"}}),
    op<OfInt, &pixel_shuffle>("pixel_shuffle(input, upscale_factor)",
                              linear("channels as pixels", {"T(1, 4, 2, 3), 2"})),
    op<OfInt, &pixel_unshuffle>("pixel_unshuffle(input, downscale_factor)",
                                linear("pixels as channels", {"T(1, 1, 4, 2), 2"})),
    op<OfInt, &channel_shuffle>("channel_shuffle(input, groups)",
                                linear("channels of groups in turn", {"T(1, 4, 2, 2), 2"})),
    op<Tensor(const Tensor&, IntList), &sum_to_size>(
        "sum_to_size(self, size)", linear("added up to these sizes", {"T(2, 3), [3]", "T(2, 3), [2, 1]"})),
    op<std::vector<Tensor>(const Tensor&, IntList), &unravel_index>("unravel_index(indices, shape)",
                                                                    {.doc = "flat positions as coordinates",
                                                                     .samples = {"I(4; 6), [2, 3]"},
                                                                     .derivative = Derivative::none,
                                                                     .why_not = "integers"}),
    op<const Tensor&(const Tensor&, IntList), &resize_>(
        "resize_(self, size)", {.doc = "other sizes of the same memory",
                                .unsampled = "new elements are whatever the memory holds",
                                .derivative = Derivative::none,
                                .why_not = "undefined elements"}),
    op<const Tensor&(const Tensor&, const Tensor&), &resize_as_>(
        "resize_as_(self, the_template)", {.doc = "resize_ to another's sizes",
                                           .unsampled = "new elements are whatever the memory holds",
                                           .derivative = Derivative::none,
                                           .why_not = "undefined elements"}),
};

} // namespace

extern const Family layout_family;
constinit const Family layout_family{"layout", ops};

} // namespace talweg
