// Finding and counting.
#include "talweg/ops/search.h"
#include "core/raise.h"
#include "kernels/order.h"
#include "ops/checks.h"
#include "ops/index_tensors.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

Tensor nonzero(const Tensor& self) {
  check_defined(self, "nonzero");
  std::vector<Tensor> columns = nonzero_numpy(self);
  if (self.dim() > 0) return stack(columns, 1);
  return zeros({ne(self.detach(), 0).item<bool>() ? 1 : 0, 0}, {.dtype = int64});
}
std::vector<Tensor> nonzero_numpy(const Tensor& self) {
  check_defined(self, "nonzero");
  NoGradGuard quiet;
  return nonzero_columns(self.dim() == 0 ? view(ne(self.detach(), 0), {1}) : ne(self.detach(), 0), "nonzero");
}
Tensor argwhere(const Tensor& self) { return nonzero(self); }

namespace {

Tensor found(const Tensor& boundaries, const Tensor& wanted, const Tensor& sorter, bool right,
             bool out_int32) {
  NoGradGuard quiet;
  Dtype common = result_type(boundaries, wanted);
  Dtype inner = is_integral(common) ? int64 : common == float64 ? float64 : float32;
  Tensor b = contiguous(to(boundaries.detach(), inner)), w = contiguous(to(wanted.detach(), inner));
  Tensor out = new_tensor(int64, w.sizes());
  SearchCall call{b.size(-1), b.dim() == 1 || w.dim() == 0 ? w.numel() : w.size(-1), right};
  if (w.numel() > 0) {
    if (sorter.defined()) {
      Tensor s = contiguous(to(sorter.detach(), int64));
      launch(search_kernel, {buffer_of(out), buffer_of(b), buffer_of(w), buffer_of(s)}, call);
    } else {
      launch(search_kernel, {buffer_of(out), buffer_of(b), buffer_of(w)}, call);
    }
  }
  return out_int32 ? to(out, int32) : out;
}

} // namespace

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& input, bool out_int32, bool right,
                    std::string_view side) {
  return searchsorted(sorted_sequence, input, out_int32, right, side, {});
}
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& input, bool out_int32, bool right,
                    std::string_view side, const Tensor& sorter) {
  check_defined(sorted_sequence, input, "searchsorted");
  if (!side.empty() && side != "left" && side != "right")
    raise<ValueError>(
        {"[searchsorted] torch.searchsorted(): side can only be 'left' or 'right' but got ", side});
  if (right && side == "left")
    raise<ValueError>(
        {"[searchsorted] torch.searchsorted(): side and right can't be set to opposites, got side of "
         "left while right was True"});
  if (sorted_sequence.dim() == 0)
    raise<ShapeError>(
        {"[searchsorted] torch.searchsorted(): input value can't be found in a sequence without "
         "dimensions"});
  if (sorter.defined()) {
    if (sorter.sizes() != sorted_sequence.sizes())
      raise<ShapeError>(
          {"[searchsorted] torch.searchsorted(): boundary and sorter must have the same size, but got "
           "boundary tensor ",
           sorted_sequence.sizes(), " and got sorter tensor ", sorter.sizes()});
    if (sorter.dtype() != int64)
      raise<DtypeError>(
          {"[searchsorted] torch.searchsorted(): sorter must be a tensor of long dtype but got dtype ",
           scalar_type_name(sorter.dtype())});
    if (BadIndex bad = find_bad_index(buffer_of(sorter), 0, sorted_sequence.size(-1)); bad.found)
      raise<IndexError>({"[searchsorted] torch.searchsorted(): sorter index out of range: ", bad.value});
  }
  bool fits = sorted_sequence.dim() == 1 || sorted_sequence.dim() == input.dim();
  for (int64_t d = 0; fits && sorted_sequence.dim() > 1 && d + 1 < input.dim(); ++d)
    fits = sorted_sequence.size(d) == input.size(d);
  if (!fits)
    raise<ShapeError>(
        {"[searchsorted] torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
         "dimensions of boundaries tensor and input value tensor must match, but we got boundaries "
         "tensor ",
         sorted_sequence.sizes(), " and input value tensor ", input.sizes()});
  return found(sorted_sequence, input, sorter, right || side == "right", out_int32);
}
Tensor searchsorted(const Tensor& sorted_sequence, Scalar input, bool out_int32, bool right,
                    std::string_view side) {
  return searchsorted(sorted_sequence, wrapped_number(input), out_int32, right, side, {});
}

Tensor bucketize(const Tensor& input, const Tensor& boundaries, bool out_int32, bool right) {
  check_defined(input, boundaries, "bucketize");
  if (boundaries.dim() != 1)
    raise<ShapeError>(
        {"[bucketize] boundaries tensor must be 1 dimension, but got dim(", boundaries.dim(), ")"});
  return found(boundaries, input, {}, right, out_int32);
}
Tensor bucketize(Scalar input, const Tensor& boundaries, bool out_int32, bool right) {
  return bucketize(wrapped_number(input), boundaries, out_int32, right);
}

Tensor bincount(const Tensor& self, int64_t minlength) { return bincount(self, {}, minlength); }
Tensor bincount(const Tensor& self, const Tensor& weights, int64_t minlength) {
  check_defined(self, "bincount");
  if (self.dtype() == bool_ || is_floating_point(self.dtype()))
    raise<DtypeError>(
        {"[bincount] not implemented for '", scalar_type_name(self.dtype()), "'; integers are accepted"});
  if (minlength < 0) raise<ValueError>({"[bincount] minlength should be >= 0, got ", minlength});
  NoGradGuard quiet;
  Tensor at = to(self.detach(), int64);
  if (self.dim() != 1 || (self.numel() > 0 && min(at).item<int64_t>() < 0))
    raise<ShapeError>({"[bincount] bincount only supports 1-d non-negative integral inputs, got sizes ",
                       IntList(self.sizes())});
  if (weights.defined() && weights.sizes() != self.sizes())
    raise<ShapeError>({"[bincount] weights should be 1-d and have the same length as input, got ",
                       IntList(weights.sizes()), " for ", IntList(self.sizes())});
  int64_t n = minlength;
  if (self.numel() > 0 && max(at).item<int64_t>() >= n) n = max(at).item<int64_t>() + 1;
  Tensor each = !weights.defined() ? ones({self.numel()}, {.dtype = int64})
                                   : to(weights.detach(), weights.dtype() == float32 ? float32 : float64);
  if (self.numel() == 0) return zeros({n}, {.dtype = int64});
  return scatter_add(zeros({n}, {.dtype = each.dtype()}), 0, at, each);
}

Tensor histc(const Tensor& self, int64_t bins, Scalar min, Scalar max) {
  check_defined(self, "histc");
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>({"[histc] \"histogram_cpu\" not implemented for '", scalar_type_name(self.dtype()),
                       "'; floating-point tensors are accepted"});
  if (bins <= 0) raise<ValueError>({"[histc] torch.histc(): bins must be > 0, but got ", bins});
  NoGradGuard quiet;
  Dtype inner = self.dtype() == float64 ? float64 : float32;
  Tensor flat = reshape(to(self.detach(), inner), {-1});
  double low = min.to<double>(), high = max.to<double>();
  if (low == high && flat.numel() > 0) {
    auto [least, most] = aminmax(flat);
    low = least.item<double>();
    high = most.item<double>();
  }
  if (!(low - low == 0) || !(high - high == 0))
    raise<ValueError>({"[histc] torch.histc: range of [", low, ", ", high, "] is not finite"});
  if (low == high) {
    low -= 1;
    high += 1;
  }
  if (low > high) raise<ValueError>({"[histc] torch.histc(): max must be larger than min"});
  Index inside[] = {logical_and(ge(flat, low), le(flat, high))};
  Tensor kept = index(flat, inside);
  Tensor at = to((kept - low) * static_cast<double>(bins) / (high - low), int64);
  at = clamp(at, 0, bins - 1);
  Tensor out = scatter_add(zeros({bins}, {.dtype = inner}), 0, at, ones_like(kept));
  return to(out, self.dtype());
}

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool, bool invert) {
  check_defined(elements, test_elements, "isin");
  NoGradGuard quiet;
  Tensor x = elements.detach(), tests = reshape(test_elements.detach(), {-1});
  if (tests.numel() == 0) return full(x.sizes(), invert);
  Dtype common = result_type(elements, test_elements);
  x = to(x, common);
  tests = to(sort(to(tests, common)).first, common);
  Tensor at = clamp(found(tests, x, {}, false, false), std::nullopt, tests.numel() - 1);
  Tensor is = eq(reshape(index_select(tests, 0, reshape(at, {-1})), x.sizes()), x);
  return invert ? logical_not(is) : is;
}
Tensor isin(const Tensor& elements, Scalar test_elements, bool, bool invert) {
  check_defined(elements, "isin");
  return invert ? ne(elements, test_elements) : eq(elements, test_elements);
}
Tensor isin(Scalar elements, const Tensor& test_elements, bool assume_unique, bool invert) {
  return isin(wrapped_number(elements), test_elements, assume_unique, invert);
}

Tensor cov(const Tensor& self, int64_t correction) { return cov(self, correction, {}, {}); }
Tensor cov(const Tensor& self, int64_t correction, const Tensor& fweights, const Tensor& aweights) {
  check_defined(self, "cov");
  if (self.dim() > 2)
    raise<ShapeError>({"[cov] cov(): expected input to have two or fewer dimensions but got an input with ",
                       self.dim(), " dimensions"});
  if (self.dtype() == bool_) raise<DtypeError>({"[cov] cov(): bool dtype is not supported for input"});
  Tensor in = self.dim() < 2 ? reshape(self, {1, -1}) : self;
  int64_t n = in.size(1);
  auto check = [n](const Tensor& w, std::string_view name, bool integers) {
    if (w.dim() > 1)
      raise<ShapeError>({"[cov] cov(): expected ", name, " to have one or fewer dimensions but got ", name,
                         " with ", w.dim(), " dimensions"});
    if (integers ? !is_integral(w.dtype(), false) : !is_floating_point(w.dtype()))
      raise<DtypeError>({"[cov] cov(): expected ", name, " to have ",
                         integers ? "integral" : "floating point", " dtype but got ", name, " with ",
                         scalar_type_name(w.dtype()), " dtype"});
    if (w.numel() != n)
      raise<ShapeError>({"[cov] cov(): expected ", name,
                         " to have the same numel as there are observations in the "
                         "input but got ",
                         w.numel(), " != ", n});
    if (n > 0 && min(w).item<double>() < 0) raise<ValueError>({"[cov] cov(): ", name, " cannot be negative"});
  };
  if (fweights.defined()) check(fweights, "fweights", true);
  if (aweights.defined()) check(aweights, "aweights", false);
  Tensor w = !fweights.defined() ? aweights : !aweights.defined() ? fweights : fweights * aweights;
  Tensor total = w.defined() ? sum(w) : full({}, n, {.dtype = int64});
  if (w.defined() && total.item<double>() == 0)
    raise<ValueError>({"[cov] cov(): weights sum to zero, can't be normalized"});
  Tensor centre = (w.defined() ? sum(in * w, 1) : sum(in, 1)) / total, factor;
  if (w.defined() && aweights.defined() && correction != 0)
    factor = total - Scalar(correction) * sum(w * aweights) / total;
  else
    factor = total - correction;
  if (!w.defined() || !factor.requires_grad()) factor = maximum(factor, zeros_like(factor));
  Tensor away = in - unsqueeze(centre, 1);
  Tensor out = mm(away, t(w.defined() ? away * w : away)) / factor;
  return squeeze(out);
}

Tensor corrcoef(const Tensor& self) {
  check_defined(self, "corrcoef");
  if (self.dim() > 2)
    raise<ShapeError>(
        {"[corrcoef] corrcoef(): expected input to have two or fewer dimensions but got an input with ",
         self.dim(), " dimensions"});
  Tensor c = cov(self);
  if (c.dim() == 0) return c / c;
  Tensor s = sqrt(diagonal(c));
  return clamp(c / view(s, {-1, 1}) / view(s, {1, -1}), -1, 1);
}

namespace {

std::vector<Tensor> nonzero_as(const Tensor& self, bool as_tuple) {
  return as_tuple ? nonzero_numpy(self) : std::vector<Tensor>{nonzero(self)};
}

constexpr OpInfo places(std::string_view doc, std::array<std::string_view, 8> samples) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::none, .why_not = "positions"};
}
constexpr OpInfo also_numbers(OpInfo info) {
  info.numbers_as_tensors = true;
  return info;
}
constexpr OpInfo undeclared(OpInfo info, std::string_view why) {
  info.undeclared = why;
  return info;
}
using Isin = Tensor(const Tensor&, const Tensor&, bool, bool);

constinit const Op ops[] = {
    op<Tensor(const Tensor&), &nonzero>("nonzero(self)",
                                        places("where elements aren't zero", {"B(2, 3)", "T(4)", "T()"})),
    op<std::vector<Tensor>(const Tensor&, bool), &nonzero_as>(
        "nonzero(self, *, as_tuple)",
        undeclared(places("the same as one vector per dimension", {"B(2, 3), as_tuple=True"}),
                   "C++ says nonzero_numpy")),
    op<std::vector<Tensor>(const Tensor&), &nonzero_numpy>(
        "nonzero_numpy(self)",
        places("where elements aren't zero, one vector per dimension", {"B(2, 3)", "T(4)", "T()"})),
    op<Tensor(const Tensor&), &argwhere>("argwhere(self)",
                                         places("where elements aren't zero", {"B(2, 3)", "T(4)", "T()"})),
    op<Tensor(const Tensor&, const Tensor&, bool, bool, std::string_view, const Tensor&), &searchsorted>(
        "searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None)",
        also_numbers(places("where elements would be inserted in a sorted sequence",
                            {"T(4), T(2, 3)", "T(2, 4), T(2, 3), right=True", "T(4), T(), out_int32=True"}))),
    op<Tensor(const Tensor&, const Tensor&, bool, bool), &bucketize>(
        "bucketize(input, boundaries, *, out_int32=False, right=False)",
        also_numbers(
            places("between which boundaries elements lie", {"T(2, 3), T(4)", "T(), T(4), right=True"}))),
    op<Tensor(const Tensor&, const Tensor&, int64_t), &bincount>(
        "bincount(self, weights=None, minlength=0)",
        {.doc = "how often 0, 1, 2 ... occur",
         .samples = {"I(6; 4)", "I(6; 4), C(6)", "I(6; 4), minlength=8"},
         .derivative = Derivative::none,
         .why_not = "counts"}),
    op<Tensor(const Tensor&, int64_t, Scalar, Scalar), &histc>(
        "histc(self, bins=100, min=0, max=0)",
        {.doc = "how many elements lie in each of equal parts of a range",
         .samples = {"D(20), 5", "D(2, 10), 4, -1, 1"},
         .derivative = Derivative::none,
         .why_not = "counts",
         .takes = Takes::floats}),
    op<Isin, &isin>("isin(elements, test_elements, *, assume_unique=False, invert=False)",
                    {.doc = "whether elements are among others",
                     .samples = {"Z(2, 3; 3), Z(4; 3)", "Z(2, 3; 3), Z(2; 3), invert=True"},
                     .derivative = Derivative::none,
                     .why_not = "truth values",
                     .numbers_as_tensors = true}),
    op<Tensor(const Tensor&, int64_t, const Tensor&, const Tensor&), &cov>(
        "cov(self, *, correction=1, fweights=None, aweights=None)",
        {.doc = "covariances of the rows",
         .samples = {"T(2, 5)", "T(3, 4), correction=0", "T(5)", "T(2, 3), aweights=C(3)"},
         .takes = Takes::numbers,
         .rounds_by_layout = true}),
    op<Tensor(const Tensor&), &corrcoef>("corrcoef(self)", {.doc = "correlations of the rows",
                                                            .samples = {"T(2, 5)", "T(3, 4)"},
                                                            .derivative = Derivative::pieces,
                                                            .takes = Takes::numbers,
                                                            .rounds_by_layout = true}),
};

} // namespace

extern const Family search_family;
constinit const Family search_family{"search", ops};

} // namespace talweg
