// Tensors as indices: masks turned to positions, everything checked and broadcast, ready for the kernels.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"
#include "kernels/index.h"
#include "talweg/ops/index.h"
#include "talweg/tensor.h"

namespace talweg {

inline bool is_mask(Dtype d) { return d == bool_ || d == uint8; }
/// Sizes as PyTorch's errors show them: [2, 3].
std::string bracketed(IntList sizes);

/// Where a tensor is not zero: one int64 vector per dimension, in row-major order. Can't be recorded, since
/// the sizes depend on values.
std::vector<Tensor> nonzero_columns(const Tensor& mask, std::string_view op);

/// Index tensors made ready for the kernels: int64, masks as positions, one shape for all.
struct Picked {
  std::vector<Tensor> by_dim;  // undefined where a dimension isn't indexed
  std::vector<Tensor> tensors; // the defined ones, in order
  Dims sizes;                  // of the indices together
  Dims result;
  IndexPlan plan{};
  /// As indices of a public operation, for derivatives.
  std::vector<Index> indices() const;
};

/// The tensors that index `whole`, by dimension (undefined where none does). After a mask of several
/// dimensions come as many places without a tensor as it takes more than one.
Picked pick(const Tensor& whole, const std::vector<Tensor>& given, std::string_view op);

/// Launches with the buffers of a part and a whole (in the order given) and of the index tensors, read as if
/// all had the sizes of the indices.
void launch_with(const Kernel& kernel, const Buffer& first, const Buffer& second, const Picked& p);

/// Index tensors that a node keeps, with the versions they must still have.
class KeptIndices {
 public:
  explicit KeptIndices(const Picked& p);
  /// Throws AutogradError if one was written to since.
  std::span<const Index> get() const;

 private:
  std::vector<Index> indices_;
  std::vector<uint32_t> versions_;
};

} // namespace talweg
