// Distances between vectors.
#pragma once

#include <cstdint>
#include <string_view>

namespace talweg {

class Tensor;

/// The p-norm of every row of x1 (*, P, M) minus every row of x2 (*, R, M) -> (*, P, R). compute_mode says
/// whether p = 2 goes through a product: "use_mm_for_euclid_dist_if_necessary" (more than 25 rows),
/// "use_mm_for_euclid_dist" or "donot_use_mm_for_euclid_dist".
Tensor cdist(const Tensor& x1, const Tensor& x2, double p = 2,
             std::string_view compute_mode = "use_mm_for_euclid_dist_if_necessary");
/// The p-norm of the differences of all pairs of rows.
Tensor pdist(const Tensor& input, double p = 2);
/// The p-norm of x1 - x2 + eps over the last dimension.
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p = 2, double eps = 1e-6,
                         bool keepdim = false);

} // namespace talweg
