// Losses with a margin: between classes, between pairs, between triplets.
#include "core/raise.h"
#include "core/shape.h"
#include "ops/checks.h"
#include "ops/loss_parts.h"
#include "ops/record.h"
#include "ops/reduction.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/more_losses.h"
#include "talweg/ops/normalization.h"

namespace talweg {

namespace {

// max(0, x), with PyTorch's gradient of 1 at 0.
Tensor positive_part(const Tensor& x) { return clamp(x, Scalar(0)); }

Tensor masked(const Tensor& losses, const Tensor& kept) { return where(kept, losses, Scalar(0)); }

// log(sigmoid(x)), without overflow.
Tensor log_sigmoid_of(const Tensor& x) {
  return minimum(x, zeros_like(x.detach())) - log(exp(-abs(x)) + Scalar(1));
}

} // namespace

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target, double margin,
                            std::string_view reduction) {
  check_defined(input, target, "hinge_embedding_loss");
  LossReduction r = reduction_of(reduction, "hinge_embedding_loss");
  // PyTorch rounds the margin to the input's dtype first.
  Tensor rest = full({}, Scalar(margin), {.dtype = input.dtype()}) - input;
  Tensor far = masked(positive_part(rest), ne(target, Scalar(1)));
  return reduce_losses(far + masked(input, ne(target, Scalar(-1))), r);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                           std::string_view reduction) {
  check_defined(input1, input2, "margin_ranking_loss");
  check_defined(target, "margin_ranking_loss");
  LossReduction r = reduction_of(reduction, "margin_ranking_loss");
  if (input1.dim() != input2.dim() || input1.dim() != target.dim())
    raise<ShapeError>(
        {"[margin_ranking_loss] All input tensors should have same dimension but got sizes: input1: ",
         IntList(input1.sizes()), ", input2: ", IntList(input2.sizes()),
         ", target: ", IntList(target.sizes())});
  return reduce_losses(positive_part(-target * (input1 - input2) + Scalar(margin)), r);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                             std::string_view reduction) {
  check_defined(input1, input2, "cosine_embedding_loss");
  check_defined(target, "cosine_embedding_loss");
  LossReduction r = reduction_of(reduction, "cosine_embedding_loss");
  int64_t rank = target.dim();
  if (rank > 1)
    raise<ShapeError>(
        {"[cosine_embedding_loss] 0D or 1D target tensor expected, multi-target not supported"});
  if (input1.dim() != rank + 1 || input2.dim() != rank + 1)
    raise<ShapeError>({"[cosine_embedding_loss] ", rank, "D target tensor expects ", rank + 1,
                       "D input tensors, but found inputs with sizes ", IntList(input1.sizes()), " and ",
                       IntList(input2.sizes()), "."});
  constexpr double eps = 1e-12;
  Tensor products = sum(input1 * input2, rank);
  Tensor first = sum(input1 * input1, rank) + Scalar(eps), second = sum(input2 * input2, rank) + Scalar(eps);
  Tensor cosine = products / sqrt(first * second);
  Tensor near = masked(Scalar(1) - cosine, eq(target, Scalar(1)));
  return reduce_losses(near + masked(positive_part(cosine - Scalar(margin)), eq(target, Scalar(-1))), r);
}

namespace {

void check_classes(const Tensor& input, const Tensor& target, std::string_view op) {
  check_defined(input, target, op);
  if (!is_floating_point(input.dtype()))
    raise<DtypeError>({"[", op, "] not implemented for '", scalar_type_name(input.dtype()),
                       "'; accepted are floating-point tensors"});
  if (target.dtype() != int64)
    raise<DtypeError>(
        {"[", op, "] expected scalar type Long for the target but found ", scalar_type_name(target.dtype())});
  if (input.dim() > 2 || (input.dim() == 2 && input.size(1) == 0))
    raise<ShapeError>({"[", op,
                       "] Expected non-empty vector or matrix with optional 0-dim batch size, but got: ",
                       IntList(input.sizes())});
}

} // namespace

Tensor multi_margin_loss(const Tensor& input, const Tensor& target, int64_t p, double margin,
                         const Tensor& weight, std::string_view reduction) {
  LossReduction r = reduction_of(reduction, "multi_margin_loss");
  if (p != 1 && p != 2) raise<ValueError>({"[multi_margin_loss] only p == 1 and p == 2 supported"});
  check_classes(input, target, "multi_margin_loss");
  if (weight.defined() && weight.dim() != 1)
    raise<ValueError>({"[multi_margin_loss] weight must be one-dimensional"});
  int64_t samples = input.dim() == 2 ? input.size(0) : 1;
  int64_t classes = input.dim() == 2 ? input.size(1) : input.numel();
  if (target.dim() > 1 || target.numel() != samples)
    raise<ShapeError>({"[multi_margin_loss] inconsistent target size, got: ", IntList(target.sizes()),
                       ", expected ", samples});
  if (weight.defined() && weight.numel() != classes)
    raise<ShapeError>({"[multi_margin_loss] inconsistent weight size, expected ", classes, " but got ",
                       IntList(weight.sizes())});
  Tensor x = reshape(input, {samples, classes}), chosen = reshape(contiguous(target), {samples, 1});
  for (int64_t c : chosen.span<int64_t>())
    if (c < 0 || c >= classes)
      raise<IndexError>({"[multi_margin_loss] target ", c, " out of range 0 to ", classes - 1});
  Tensor terms = positive_part(Scalar(margin) - gather(x, 1, chosen) + x);
  if (p == 2) terms = terms * terms;
  if (weight.defined()) terms = terms * reshape(index_select(weight, 0, reshape(chosen, {-1})), {samples, 1});
  terms = masked(terms, ne(view(arange(classes), {1, classes}), chosen));
  Tensor losses = sum(terms, 1) / Scalar(classes);
  return input.dim() == 2
             ? reduce_losses(losses, r)
             : reshape(losses, target.dim() == 0 || r != LossReduction::none ? std::vector<int64_t>{}
                                                                             : std::vector<int64_t>{1});
}

Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target, std::string_view reduction) {
  LossReduction r = reduction_of(reduction, "multilabel_margin_loss");
  check_classes(input, target, "multilabel_margin_loss");
  if (!(target.sizes() == input.sizes()))
    raise<ShapeError>({"[multilabel_margin_loss] inconsistent target size: ", IntList(target.sizes()),
                       " for input of size: ", IntList(input.sizes())});
  int64_t samples = input.dim() == 2 ? input.size(0) : 1;
  int64_t classes = input.dim() == 2 ? input.size(1) : input.numel();
  // Lists end at the first -1; what stands behind it counts as nothing.
  Tensor dense = contiguous(target), listed = zeros({samples, classes}, {.dtype = bool_});
  Tensor counts = zeros({samples, classes}, {.dtype = bool_}),
         known = zeros({samples, classes}, {.dtype = int64});
  auto from = dense.span<int64_t>();
  for (int64_t n = 0; n < samples; ++n)
    for (int64_t j = 0; j < classes; ++j) {
      int64_t c = from[static_cast<size_t>(n * classes + j)];
      if (c < -1 || c >= classes)
        raise<IndexError>({"[multilabel_margin_loss] argument #2 'target' is out of range: ", c});
      if (c == -1) break;
      known.at<int64_t>(n, j) = c;
      counts.at<bool>(n, j) = true;
      listed.at<bool>(n, c) = true;
    }
  Tensor x = reshape(input, {samples, classes});
  Tensor terms = positive_part(Scalar(1) - unsqueeze(gather(x, 1, known), 2) + unsqueeze(x, 1));
  terms = masked(terms, logical_and(unsqueeze(counts, 2), unsqueeze(logical_not(listed), 1)));
  Tensor losses = sum(terms, {1, 2}) / Scalar(classes);
  return input.dim() == 2 ? reduce_losses(losses, r) : reshape(losses, std::vector<int64_t>{});
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target, const Tensor& weight,
                                   std::string_view reduction) {
  check_defined(input, target, "multilabel_soft_margin_loss");
  LossReduction r = reduction_of(reduction, "multilabel_soft_margin_loss");
  if (!is_floating_point(input.dtype()))
    raise<DtypeError>({"[multilabel_soft_margin_loss] log_sigmoid isn't defined for ", name(input.dtype()),
                       "; accepted are float16, bfloat16, float32, float64"});
  if (input.dim() == 0)
    raise<IndexError>(
        {"[multilabel_soft_margin_loss] Dimension out of range: the last dimension holds the classes"});
  Tensor loss = -(target * log_sigmoid_of(input) + (Scalar(1) - target) * log_sigmoid_of(-input));
  if (weight.defined()) loss = loss * weight;
  return reduce_losses(sum(loss, input.dim() - 1) / Scalar(input.size(-1)), r);
}

namespace {

void check_triplet(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin,
                   std::string_view op) {
  check_defined(anchor, positive, op);
  check_defined(negative, op);
  if (!(margin > 0)) raise<ValueError>({"[", op, "] margin must be greater than 0, got ", margin});
  if (anchor.dim() != positive.dim() || anchor.dim() != negative.dim())
    raise<ShapeError>({"[", op,
                       "] The anchor, positive, and negative tensors are expected to have the same number of "
                       "dimensions, but got: anchor ",
                       anchor.dim(), "D, positive ", positive.dim(), "D, and negative ", negative.dim(),
                       "D inputs"});
}

Tensor triplet(const Tensor& anchor, const Tensor& good, const Tensor& bad, double margin, double p,
               double eps, bool swap, LossReduction r) {
  Tensor near = pairwise_distance(anchor, good, p, eps), far = pairwise_distance(anchor, bad, p, eps);
  if (swap) far = minimum(far, pairwise_distance(good, bad, p, eps));
  return reduce_losses(positive_part(Scalar(margin) + near - far), r);
}

} // namespace

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin, double p, double eps, bool swap, std::string_view reduction) {
  LossReduction r = reduction_of(reduction, "triplet_margin_loss");
  check_triplet(anchor, positive, negative, margin, "triplet_margin_loss");
  return triplet(anchor, positive, negative, margin, p, eps, swap, r);
}
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         double margin, bool swap, std::string_view reduction) {
  LossReduction r = reduction_of(reduction, "triplet_margin_with_distance_loss");
  check_triplet(anchor, positive, negative, margin, "triplet_margin_with_distance_loss");
  return triplet(anchor, positive, negative, margin, 2, 1e-6, swap, r);
}

namespace {

using Old = std::optional<bool>;
using Text = std::string_view;

Tensor functional_hinge(const Tensor& input, const Tensor& target, double margin, Old size_average,
                        Old reduce, Text reduction) {
  return hinge_embedding_loss(input, target, margin, legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_ranking(const Tensor& a, const Tensor& b, const Tensor& target, double margin,
                          Old size_average, Old reduce, Text reduction) {
  return margin_ranking_loss(a, b, target, margin, legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_cosine(const Tensor& a, const Tensor& b, const Tensor& target, double margin,
                         Old size_average, Old reduce, Text reduction) {
  return cosine_embedding_loss(a, b, target, margin, legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_multi_margin(const Tensor& input, const Tensor& target, int64_t p, double margin,
                               const Tensor& weight, Old size_average, Old reduce, Text reduction) {
  return multi_margin_loss(input, target, p, margin, weight,
                           legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_multilabel(const Tensor& input, const Tensor& target, Old size_average, Old reduce,
                             Text reduction) {
  return multilabel_margin_loss(input, target, legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_multilabel_soft(const Tensor& input, const Tensor& target, const Tensor& weight,
                                  Old size_average, Old reduce, Text reduction) {
  return multilabel_soft_margin_loss(input, target, weight,
                                     legacy_reduction(size_average, reduce, reduction));
}
Tensor functional_triplet(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin,
                          double p, double eps, bool swap, Old size_average, Old reduce, Text reduction) {
  return triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap,
                             legacy_reduction(size_average, reduce, reduction));
}

constinit const Op ops[] = {
    op<decltype(functional_hinge), &functional_hinge>(
        "hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction='mean')",
        {.doc = "input where target is 1, max(0, margin - input) where it is -1",
         .samples = {"D(2, 3), I(2, 3; 2)", "D(2, 3), I(2, 3; 2), reduction='none'"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_ranking), &functional_ranking>(
        "margin_ranking_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, "
        "reduction='mean')",
        {.doc = "max(0, -target * (input1 - input2) + margin)",
         .samples = {"G(2, 3), U(2, 3), C(2, 3), margin=1.5",
                     "G(4), U(4), C(4), margin=2.5, reduction='none'"},
         .derivative = Derivative::pieces,
         .takes = Takes::numbers,
         .rounds_by_layout = true}),
    op<decltype(functional_cosine), &functional_cosine>(
        "cosine_embedding_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, "
        "reduction='mean')",
        {.doc = "1 - cosine where target is 1, max(0, cosine - margin) where it is -1",
         .samples = {"T(2, 3), T(2, 3), I(2; 2)", "T(3), T(3), I(; 2)"},
         .derivative = Derivative::pieces,
         .rounds_by_layout = true}),
    op<decltype(functional_multi_margin), &functional_multi_margin>(
        "multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, "
        "reduction='mean')",
        {.doc = "what the other classes come within a margin of the target's",
         .samples = {"U(2, 3), I(2; 3)", "U(3), I(; 3)", "U(2, 3), I(2; 3), p=2, weight=C(3)",
                     "U(2, 3), I(2; 3), reduction='none'"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_multilabel), &functional_multilabel>(
        "multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction='mean')",
        {.doc = "what the other classes come within a margin of each target's",
         .samples = {"U(2, 3), I(2, 3; 3)", "U(3), I(3; 3)"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_multilabel_soft), &functional_multilabel_soft>(
        "multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, "
        "reduction='mean')",
        {.doc = "binary_cross_entropy_with_logits, its mean over classes",
         .samples = {"D(2, 3), U(2, 3)", "D(2, 3), U(2, 3), C(3), reduction='none'"},
         .derivative = Derivative::pieces,
         .takes = Takes::floats,
         .rounds_by_layout = true}),
    op<decltype(functional_triplet), &functional_triplet>(
        "triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-06, swap=False, "
        "size_average=None, reduce=None, reduction='mean')",
        {.doc = "max(0, margin + |anchor - positive| - |anchor - negative|)",
         .samples = {"T(2, 3), T(2, 3), T(2, 3), margin=9.0",
                     "T(2, 3), T(2, 3), T(2, 3), margin=9.0, swap=True"},
         .derivative = Derivative::pieces,
         .rounds_by_layout = true}),
    op<decltype(triplet_margin_with_distance_loss), &triplet_margin_with_distance_loss>(
        "triplet_margin_with_distance_loss(anchor, positive, negative, *, margin=1.0, swap=False, "
        "reduction='mean')",
        {.doc = "triplet_margin_loss by pairwise_distance",
         .samples = {"T(2, 3), T(2, 3), T(2, 3), margin=9.0"},
         .derivative = Derivative::pieces,
         .rounds_by_layout = true}),
};

} // namespace

extern const Family margin_losses_family;
constinit const Family margin_losses_family{"margin_losses", ops};

} // namespace talweg
