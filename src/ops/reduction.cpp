#include "ops/reduction.h"

#include "ops/checks.h"

namespace talweg {

std::string_view scalar_type_name(Dtype dtype) {
  constexpr std::string_view names[dtype_count] = {"Bool", "Byte", "Char",     "Short", "Int",
                                                   "Long", "Half", "BFloat16", "Float", "Double"};
  return names[static_cast<int>(dtype)];
}

Reduction::Reduction(const Tensor& self, IntList dim, bool keep, std::string_view op) : keepdim(keep) {
  check_defined(self, op);
  rank = self.dim();
  mask = wrap_dims(dim, rank, op);
  // A 0-d tensor has no dimension 0, though naming it is allowed.
  if (rank == 0) mask = 0;
  IntList input = self.sizes();
  for (int64_t d = 0; d < rank; ++d) {
    int64_t n = input[static_cast<size_t>(d)];
    if (reduces(d)) {
      count *= n;
      if (keepdim) sizes.push_back(1);
    } else {
      sizes.push_back(n);
    }
  }
}

Dims Reduction::result_strides(IntList input_sizes) const {
  Dims strides(input_sizes.size());
  int64_t step = 1;
  for (size_t i = input_sizes.size(); i-- > 0;) {
    if (reduces(static_cast<int64_t>(i))) continue;
    strides[i] = step;
    step *= input_sizes[i] > 1 ? input_sizes[i] : 1;
  }
  return strides;
}

Tensor InputDims::aligned(const Tensor& t) const {
  if (keepdim) return t;
  Dims kept{IntList(sizes)};
  for (size_t i = 0; i < sizes.size(); ++i)
    if (mask >> i & 1) kept[i] = 1;
  return view(t, kept);
}

Tensor InputDims::spread(const Tensor& t) const { return expand(aligned(t), sizes); }

} // namespace talweg
