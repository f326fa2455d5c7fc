// What reductions share: which dimensions go, the shape that is left, and the way back for gradients.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/shape.h"
#include "ops/launch.h"
#include "talweg/tensor.h"

namespace talweg {

/// A reduction of some dimensions of a tensor.
struct Reduction {
  uint64_t mask = 0; // a bit for each reduced dimension
  bool keepdim = false;
  int64_t rank = 0;
  int64_t count = 1; // elements that make up one result
  Dims sizes;        // of the result

  /// An empty list reduces all dimensions. Throws as wrap_dims does.
  Reduction(const Tensor& self, IntList dim, bool keepdim, std::string_view op);

  bool reduces(int64_t d) const { return mask >> d & 1; }
  /// Strides of a row-major result read with the input's sizes: 0 where it is reduced.
  Dims result_strides(IntList input_sizes) const;
};

/// What a kernel makes of `in`: a tensor of r's sizes, which the kernel sees with in's and strides of 0.
template <class Attributes = NoAttributes>
Tensor reduced(const Kernel& kernel, const Tensor& in, const Reduction& r, Dtype dtype,
               const Attributes& attributes = {}) {
  Tensor out = new_tensor(dtype, r.sizes);
  Dims strides = r.result_strides(in.sizes());
  launch(kernel, {buffer_as(out, in.sizes(), strides, in.numel()), buffer_of(in)}, attributes);
  return out;
}

/// The shape of an input, for gradients that go back to it.
struct InputDims {
  std::vector<int64_t> sizes;
  uint64_t mask;
  bool keepdim;

  InputDims(const Tensor& self, const Reduction& r)
      : sizes(self.sizes().vec()), mask(r.mask), keepdim(r.keepdim) {}
  /// A result (or its gradient) with reduced dimensions of size 1: it broadcasts to the input.
  Tensor aligned(const Tensor& t) const;
  /// Repeated without a copy to the input's sizes.
  Tensor spread(const Tensor& t) const;
};

/// Float, Long, ...: what PyTorch calls a dtype in errors.
std::string_view scalar_type_name(Dtype dtype);

} // namespace talweg
