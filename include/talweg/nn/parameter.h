// What a module holds: parameters, which are trained and saved, and buffers, which are only saved.
#pragma once

#include <utility>

#include "talweg/tensor.h"

namespace talweg::nn {

/// A Tensor that a module owns: it requires grad, `parameters(module)` finds it and `state_dict` saves it. It
/// is a Tensor in every expression. A default-constructed one is absent, as the bias of a layer without.
class Parameter : public Tensor {
 public:
  Parameter() = default;
  /// A parameter of these values. Shares the elements of `data`, not its history.
  Parameter(Tensor data, bool requires_grad = true);
  Parameter(Parameter&&) noexcept = default;
  Parameter& operator=(Parameter&&) noexcept = default;
  Parameter(const Parameter&) =
      delete; // modules don't copy by accident: tw::clone(net), or pass by reference
  Parameter& operator=(const Parameter&) = delete;
};

/// A Tensor that `state_dict` saves and nobody trains: running statistics, masks.
class Buffer : public Tensor {
 public:
  Buffer() = default;
  Buffer(Tensor data) : Tensor(std::move(data)) {}
  Buffer(Buffer&&) noexcept = default;
  Buffer& operator=(Buffer&&) noexcept = default;
  Buffer(const Buffer&) = delete; // modules don't copy by accident: tw::clone(net), or pass by reference
  Buffer& operator=(const Buffer&) = delete;
};

} // namespace talweg::nn
