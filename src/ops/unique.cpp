// Different elements, and different neighbours.
#include "core/raise.h"
#include "core/shape.h"
#include "kernels/order.h"
#include "ops/checks.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/order.h"

namespace talweg {

namespace {

using Three = std::tuple<Tensor, Tensor, Tensor>;

// Rows from the smallest, compared column by column.
Tensor order_of_rows(const Tensor& rows) {
  Dtype inner = is_integral(rows.dtype()) ? int64 : rows.dtype() == float64 ? float64 : float32;
  Tensor in = contiguous(to(rows, inner)), order = new_tensor(int64, Dims(1, rows.size(0)));
  launch(row_order_kernel, {buffer_of(in), buffer_of(order)}, RowCall{rows.size(0), rows.size(1)});
  return order;
}

// Runs of equal slices along the first dimension. `order`, if defined, is where the slices stood before.
Three runs(const Tensor& slices, const Tensor& order, bool return_inverse, bool return_counts) {
  int64_t n = slices.size(0);
  Tensor differs = ne(slice(slices, 0, 1), slice(slices, 0, 0, n > 0 ? n - 1 : 0));
  if (slices.dim() > 1)
    differs = any(reshape(differs, {n > 0 ? n - 1 : 0, slices.numel() / (n > 0 ? n : 1)}), 1);
  Tensor begins = n > 0 ? cat({ones({1}, {.dtype = bool_}), differs}) : zeros({0}, {.dtype = bool_});
  Tensor starts = squeeze(nonzero(begins), 1);
  Three out{index_select(slices, 0, starts), {}, {}};
  if (return_inverse) {
    Tensor number = cumsum(begins, 0) - 1;
    if (order.defined()) {
      Index at[] = {order};
      number = index_put(zeros({n}, {.dtype = int64}), at, number);
    }
    std::get<1>(out) = number;
  }
  if (return_counts) std::get<2>(out) = diff(cat({starts, full({1}, n)}), 1, 0);
  if (return_counts && n == 0) std::get<2>(out) = zeros({0}, {.dtype = int64});
  return out;
}

Three different(const Tensor& self, bool ordered, bool return_inverse, bool return_counts,
                std::optional<int64_t> dim, std::string_view op) {
  check_defined(self, op);
  NoGradGuard quiet;
  Tensor x = self.detach();
  if (!dim) {
    Tensor flat = reshape(x, {-1}), order;
    if (ordered) std::tie(flat, order) = sort(flat);
    Three out = runs(flat, order, return_inverse, return_counts);
    if (return_inverse) std::get<1>(out) = reshape(std::get<1>(out), x.sizes());
    return out;
  }
  int64_t d = wrap_dim(*dim, x.dim(), op);
  Tensor slices = x.dim() == 0 ? view(x, {1}) : contiguous(movedim(x, d, 0)), order;
  int64_t n = slices.size(0);
  if (slices.numel() == 0 && n > 0)
    raise<ShapeError>(
        {"[", op, "] There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"});
  if (ordered && n > 0) {
    order = order_of_rows(reshape(slices, {n, slices.numel() / n}));
    slices = index_select(slices, 0, order);
  }
  Three out = runs(slices, order, return_inverse, return_counts);
  if (x.dim() > 0) std::get<0>(out) = contiguous(movedim(std::get<0>(out), 0, d));
  return out;
}

} // namespace

Three unique(const Tensor& self, bool, bool return_inverse, bool return_counts, std::optional<int64_t> dim) {
  return different(self, true, return_inverse, return_counts, dim, "unique");
}
Three unique_consecutive(const Tensor& self, bool return_inverse, bool return_counts,
                         std::optional<int64_t> dim) {
  return different(self, false, return_inverse, return_counts, dim, "unique_consecutive");
}

namespace {

// What was asked for.
std::vector<Tensor> asked(const Three& all) {
  std::vector<Tensor> out{std::get<0>(all)};
  for (const Tensor& t : {std::get<1>(all), std::get<2>(all)})
    if (t.defined()) out.push_back(t);
  return out;
}
std::vector<Tensor> unique_asked(const Tensor& self, bool sorted, bool return_inverse, bool return_counts,
                                 std::optional<int64_t> dim) {
  return asked(unique(self, sorted, return_inverse, return_counts, dim));
}
std::vector<Tensor> unique_consecutive_asked(const Tensor& self, bool return_inverse, bool return_counts,
                                             std::optional<int64_t> dim) {
  return asked(unique_consecutive(self, return_inverse, return_counts, dim));
}

constinit const Op ops[] = {
    op<std::vector<Tensor>(const Tensor&, bool, bool, bool, std::optional<int64_t>), &unique_asked>(
        "unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None)",
        {.doc = "the different elements in order",
         .samples = {"Z(3, 4; 2)", "Z(3, 4; 2), True, True, True", "Z(5, 2; 1), True, True, True, 0",
                     "Z(2, 5; 1), dim=1"},
         .derivative = Derivative::none,
         .why_not = "PyTorch has none"}),
    op<std::vector<Tensor>(const Tensor&, bool, bool, std::optional<int64_t>), &unique_consecutive_asked>(
        "unique_consecutive(self, return_inverse=False, return_counts=False, dim=None)",
        {.doc = "each run of equal elements once",
         .samples = {"Z(3, 4; 1)", "Z(3, 4; 1), True, True", "Z(5, 2; 1), True, True, 0"},
         .derivative = Derivative::none,
         .why_not = "PyTorch has none"}),
};

} // namespace

extern const Family unique_family;
constinit const Family unique_family{"unique", ops};

} // namespace talweg
