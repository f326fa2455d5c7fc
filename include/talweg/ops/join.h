// Several tensors as one.
#pragma once

#include <cstdint>
#include <vector>

namespace talweg {

class Tensor;

/// One after the other along a dimension that exists. Dtypes promote; empty 1-d tensors are passed over.
Tensor cat(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// cat.
Tensor concat(const std::vector<Tensor>& tensors, int64_t dim = 0);
Tensor concatenate(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// Along a new dimension; all of one shape.
Tensor stack(const std::vector<Tensor>& tensors, int64_t dim = 0);

} // namespace talweg
