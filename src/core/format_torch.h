// Tensors as PyTorch 2.13 prints them: the rules of its torch/_tensor_str.py.
#pragma once

#include <string>
#include <string_view>

#include "core/array_view.h"
#include "talweg/dtype.h"
#include "talweg/print.h"

namespace talweg {

/// What a tensor's repr shows beside its elements.
struct ReprExtras {
  /// What stands before the elements; its length is the indent of the lines that follow.
  std::string_view prefix = "tensor(";
  /// The dtype that goes without saying, beside int64 and bool.
  Dtype default_dtype = Dtype::float32;
  /// Shown unless there is a grad_fn.
  bool requires_grad = false;
  /// "MulBackward0"; empty if none.
  std::string_view grad_fn = {};
  /// The repr of a forward-mode tangent; empty if none.
  std::string_view tangent = {};
  /// Puts "Parameter containing:" on a line before.
  bool is_parameter = false;
};

/// The elements in brackets, without prefix and suffixes. `indent`: the characters before it on its line.
std::string torch_body(const ArrayView& array, const PrintOptions& options, int indent);

/// `tensor([0.5000], dtype=torch.float64, grad_fn=<MulBackward0>)`.
std::string torch_repr(const ArrayView& array, const PrintOptions& options, const ReprExtras& extras);

/// A shape as Python prints a tuple: "()", "(3,)", "(2, 3)".
std::string shape_tuple(std::span<const int64_t> sizes);

} // namespace talweg
