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
    raise<DtypeError>(
        {"[embedding] Expected tensor for argument 'indices' to have one of the following scalar types: "
         "Long, Int; but got ",
         scalar_type_name(input.dtype())});
  int64_t rows = weight.size(0), padding = -1;
  if (padding_idx) {
    padding = *padding_idx;
    if (padding >= rows || padding < -rows)
      raise<ValueError>({"[embedding] Padding_idx must be within num_embeddings"});
    if (padding < 0) padding += rows;
  }
  Tensor flat = reshape(contiguous(to(input, int64)), {-1});
  for (int64_t i : flat.span<int64_t>())
    if (i < 0 || i >= rows)
      raise<IndexError>({"[embedding] index out of range in self: ", i, "; rows are 0 to ", rows - 1});
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

namespace {

constinit const Op ops[] = {
    op<decltype(embedding), &embedding>(
        "embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, "
        "sparse=False)",
        {.doc = "the rows of a table that integers pick",
         .samples = {"I(2, 3; 4), T(4, 2)", "I(5; 4), T(4, 2), padding_idx=1", "I(; 4), T(4, 3)",
                     "I(1; 3), T(3, 2), scale_grad_by_freq=True"},
         .derivative = Derivative::linear}),
};

} // namespace

extern const Family embedding_family;
constinit const Family embedding_family{"embedding", ops};

} // namespace talweg
