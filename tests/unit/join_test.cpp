#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "talweg/talweg.h"

namespace talweg {
namespace {

using Longs = std::vector<int64_t>;
Longs values(const Tensor& t) { return t.to_vector<int64_t>(); }

TEST(Cat, AlongEitherDimension) {
  Tensor a = arange(4).view({2, 2}), b = arange(4, 6).view({2, 1});
  EXPECT_EQ(values(cat({a, b}, 1)), (Longs{0, 1, 4, 2, 3, 5}));
  EXPECT_EQ(values(cat({a, b.t()})), (Longs{0, 1, 2, 3, 4, 5}));
}

TEST(Cat, PromotesAndPassesOverEmptyVectors) {
  Tensor out = cat({tensor({1, 2}), tensor({0.5}), empty(0, {.dtype = int8})});
  EXPECT_EQ(out.dtype(), float32);
  EXPECT_EQ(cat({empty(0), zeros({2, 3})}).sizes().vec(), (Longs{2, 3}));
}

TEST(Cat, Errors) {
  EXPECT_THROW(cat({}), ValueError);
  EXPECT_THROW(cat({tensor(1)}), ShapeError);
  EXPECT_THROW(cat({zeros({2, 3}), zeros({2, 4})}), ShapeError);
  EXPECT_THROW(cat({zeros({2, 3})}, 2), IndexError);
}

TEST(Combinations, RefusesWhatCannotBeCounted) {
  Tensor x = arange(2);
  EXPECT_TRUE(combinations(x, 16, true).sizes() == IntList({17, 16}));
  EXPECT_TRUE(combinations(arange(1), 1000, true).sizes() == IntList({1, 1000}));
  EXPECT_THROW(combinations(x, 65), ValueError);
}

TEST(Copies, ViewCopyNeedsNoStrides) {
  Tensor x = arange(6).view({3, 2}).t();
  EXPECT_TRUE(equal(view_copy(x, {3, 2}), tensor({{0, 2}, {4, 1}, {3, 5}})));
}

TEST(NanToNum, EndsOfTheDtype) {
  for (Dtype dtype : {float64, float32, bfloat16, float16}) {
    Tensor y = nan_to_num(tensor({NAN, INFINITY, -INFINITY}).to(dtype));
    EXPECT_EQ(y.index({0}).item<double>(), 0);
    double largest = y.index({1}).item<double>();
    EXPECT_EQ(y.index({2}).item<double>(), -largest);
    EXPECT_EQ(largest, dtype == float64    ? 1.7976931348623157e+308
                       : dtype == float32  ? 3.4028234663852886e+38
                       : dtype == bfloat16 ? 3.3895313892515355e+38
                                           : 65504.0);
  }
}

TEST(Indices, OfTriangles) {
  EXPECT_EQ(tril_indices(2, 2, 0, {.dtype = int32}).dtype(), int32);
  EXPECT_THROW(tril_indices(2, 2, 0, {.dtype = float32}), DtypeError);
  EXPECT_THROW(triu_indices(2, 2, 0, {.requires_grad = true}), Error);
}

TEST(Cat, Gradients) {
  Tensor a = ones({2}, {.requires_grad = true}), b = ones({3}, {.dtype = float64, .requires_grad = true});
  Tensor y = cat({a, b});
  EXPECT_EQ(y.grad_fn().name(), "CatBackward0");
  y.backward(arange(5, {.dtype = float64}));
  EXPECT_EQ(values(a.grad()), (Longs{0, 1}));
  EXPECT_EQ(a.grad().dtype(), float32);
  EXPECT_EQ(values(b.grad()), (Longs{2, 3, 4}));
}

TEST(Stack, NewDimension) {
  Tensor a = tensor({1, 2}), b = tensor({3, 4});
  EXPECT_EQ(values(stack({a, b}, -1)), (Longs{1, 3, 2, 4}));
  EXPECT_EQ(stack({tensor(1), tensor(2)}).sizes().vec(), (Longs{2}));
  EXPECT_THROW(stack({a, tensor({1})}), ShapeError);
  Tensor x = ones({2}, {.requires_grad = true});
  stack({x, x}).backward(tensor({{1.0f, 2.0f}, {3.0f, 4.0f}}));
  EXPECT_EQ(values(x.grad()), (Longs{4, 6}));
}

} // namespace
} // namespace talweg
