// Comparing tensors, and the same elements in other geometries of memory.
#pragma once

#include <gtest/gtest.h>

#include "ops/record.h"

namespace talweg::testing {

struct Tolerance {
  double relative = 0, absolute = 0;
};

/// Same results, sizes and values; dtypes are left to whoever cares.
::testing::AssertionResult agree(const ValueList& got, const ValueList& want, Tolerance t = {});
::testing::AssertionResult agree(const std::vector<Tensor>& got, const std::vector<Tensor>& want,
                                 Tolerance t = {});
/// Same dtypes, sizes and bits. NaNs are one.
::testing::AssertionResult same_bits(const ValueList& got, const ValueList& want);
::testing::AssertionResult same_bits(const std::vector<Tensor>& got, const std::vector<Tensor>& want);
bool same_bits(const Tensor& a, const Tensor& b);

/// Memory in reverse order of dimensions; a copy where there are fewer than two.
Tensor transposed(const Tensor& t);
/// Every second element of larger memory.
Tensor sliced(const Tensor& t);
/// The first row for all, in the memory of one.
Tensor repeated(const Tensor& t);
/// Numbers that arithmetic treats apart, in front: NaN, both infinities, -0.
Tensor with_specials(const Tensor& t);

} // namespace talweg::testing
