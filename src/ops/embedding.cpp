// Rows of a table, picked by integers.
#include "talweg/ops/embedding.h"

#include "core/raise.h"
#include "core/shape.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "ops/vector_norm.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

// Shrinks the rows that are picked and have a larger norm.
void shrink_rows(const Tensor& weight, const Tensor& flat, double max_norm, double norm_type) {
  NoGradGuard quiet;
  Tensor table = weight.detach();
  std::vector<bool> seen(static_cast<size_t>(table.size(0)));
  for (int64_t row : flat.span<int64_t>()) {
    if (seen[static_cast<size_t>(row)]) continue;
    seen[static_cast<size_t>(row)] = true;
    Tensor one = select(table, 0, row);
    double norm = norm_along(reshape(one, {-1}), norm_type, 0, false, "embedding").item<double>();
    if (norm > max_norm) one.mul_(Scalar(max_norm / (norm + 1e-7)));
  }
}

} // namespace

Tensor embedding(const Tensor& input, const Tensor& weight, std::optional<int64_t> padding_idx,
                 std::optional<Scalar> max_norm, double norm_type, bool scale_grad_by_freq, bool) {
  check_defined(input, weight, "embedding");
  if (weight.dim() != 2) raise<ShapeError>({"[embedding] 'weight' must be 2-D"});
  if (input.dtype() != int64 && input.dtype() != int32)
    raise<DtypeError>({"[embedding] Expected tensor for argument 'indices' to have one of the following scalar types: "
                       "Long, Int; but got ", scalar_type_name(input.dtype())});
  int64_t rows = weight.size(0), padding = -1;
  if (padding_idx) {
    padding = *padding_idx;
    if (padding >= rows || padding < -rows)
      raise<ValueError>({"[embedding] Padding_idx must be within num_embeddings"});
    if (padding < 0) padding += rows;
  }
  Tensor flat = reshape(contiguous(to(input, int64)), {-1});
  for (int64_t i : flat.span<int64_t>())
    if (i < 0 || i >= rows) raise<IndexError>({"[embedding] index out of range in self: ", i, "; rows are 0 to ", rows - 1});
  if (max_norm) shrink_rows(weight, flat, max_norm->to<double>(), norm_type);
  Dims sizes(input.sizes());
  for (int64_t d = 1; d < weight.dim(); ++d) sizes.push_back(weight.size(d));
  Tensor out;
  {
    NoGradGuard quiet;
    out = reshape(index_select(weight.detach(), 0, flat), sizes);
  }
  return record(std::move(out), "EmbeddingBackward0", {&weight}, {{flat}},
                [padding, scale_grad_by_freq, table = weight.sizes().vec()](Backward& b) {
                  if (!b.grad().defined()) return;
                  Tensor rows_of = b.saved(0);
                  std::vector<int64_t> picked = table;
                  picked[0] = rows_of.numel();
                  Tensor g = reshape(b.grad(), picked);
                  std::vector<int64_t> column(table.size(), 1);
                  column[0] = rows_of.numel();
                  if (scale_grad_by_freq) {
                    Tensor counts = zeros({table[0]}, {.dtype = g.dtype()});
                    counts.scatter_add_(0, rows_of, ones({rows_of.numel()}, {.dtype = g.dtype()}));
                    g = g / view(index_select(counts, 0, rows_of), column);
                  }
                  if (padding >= 0) g = masked_fill(g, view(eq(rows_of, Scalar(padding)), column), Scalar(0));
                  Tensor where_to = expand(view(rows_of, column), picked);
                  b.set(0, scatter_add(zeros(table, {.dtype = g.dtype()}), 0, where_to, g));
                });
}

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight, const Tensor& bias) {
  check_defined(input1, input2, "bilinear");
  check_defined(weight, "bilinear");
  if (input1.dim() < 1 || input1.dim() != input2.dim())
    raise<ShapeError>({"[bilinear] bilinear(): input dimensions do not match: got ", input1.dim(), " and ", input2.dim()});
  if (weight.dim() != 3 || weight.size(1) != input1.size(-1) || weight.size(2) != input2.size(-1))
    raise<ShapeError>({"[bilinear] the inputs ", IntList(input1.sizes()), " and ", IntList(input2.sizes()),
                       " don't fit a weight of ", IntList(weight.sizes()), "; accepted is (out, in1, in2)"});
  for (int64_t d = 0; d + 1 < input1.dim(); ++d)
    if (input1.size(d) != input2.size(d))
      raise<ShapeError>({"[bilinear] bilinear(): input batch dimensions do not match at dim ", d, ": got ",
                         input1.size(d), " and ", input2.size(d)});
  if (bias.defined() && (bias.dim() != 1 || bias.size(0) != weight.size(0)))
    raise<ShapeError>({"[bilinear] bias has sizes ", IntList(bias.sizes()), ", expected ", weight.size(0)});
  Dims sizes(input1.sizes());
  sizes.back() = weight.size(0);
  Tensor a = reshape(input1, {-1, 1, 1, weight.size(1)}), c = reshape(input2, {-1, 1, weight.size(2), 1});
  Tensor out = reshape(matmul(matmul(a, weight), c), sizes);
  return bias.defined() ? out + bias : out;
}

namespace {

constinit const Op ops[] = {
    op<decltype(embedding), &embedding>(
        "embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, "
        "sparse=False)",
        {.doc = "the rows of a table that integers pick",
         .samples = {"I(2, 3; 4), T(4, 2)", "I(5; 4), T(4, 2), padding_idx=1", "I(; 4), T(4, 3)",
                     "I(6; 3), T(3, 2), scale_grad_by_freq=True"},
         .derivative = Derivative::linear}),
    op<decltype(bilinear), &bilinear>("bilinear(input1, input2, weight, bias=None)",
                                      {.doc = "input1 @ weight[k] @ input2 + bias[k]",
                                       .samples = {"T(2, 3), T(2, 4), T(5, 3, 4), T(5)", "T(3), T(4), T(2, 3, 4)"},
                                       .takes = Takes::floats}),
};

} // namespace

extern const Family embedding_family;
constinit const Family embedding_family{"embedding", ops};

} // namespace talweg
