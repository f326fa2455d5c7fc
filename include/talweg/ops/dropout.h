// Dropout: elements or channels are set to zero at random while training. All draw from default_generator(),
// PyTorch's numbers. Probabilities outside of [0, 1] throw ValueError.
#pragma once

#include <cstdint>

#include "talweg/tensor.h"

namespace talweg {

/// Each element is kept with probability 1 - p and divided by it, or else zero (Srivastava et al., 2014).
Tensor dropout(const Tensor& input, double p = 0.5, bool training = true, bool inplace = false);
/// Whole channels: (C, L) or (N, C, L).
Tensor dropout1d(const Tensor& input, double p = 0.5, bool training = true, bool inplace = false);
/// Whole channels: (N, C, H, W); (N, C, L) with a warning.
Tensor dropout2d(const Tensor& input, double p = 0.5, bool training = true, bool inplace = false);
/// Whole channels: (C, D, H, W) or (N, C, D, H, W).
Tensor dropout3d(const Tensor& input, double p = 0.5, bool training = true, bool inplace = false);
/// What is dropped becomes SELU's limit at minus infinity, then mean and variance are restored (Klambauer et
/// al., 2017).
Tensor alpha_dropout(const Tensor& input, double p = 0.5, bool training = false, bool inplace = false);
/// The same for whole channels: (N, C, ...).
Tensor feature_alpha_dropout(const Tensor& input, double p = 0.5, bool training = false,
                             bool inplace = false);

} // namespace talweg
