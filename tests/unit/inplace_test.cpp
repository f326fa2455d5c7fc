// Forms in place: comparisons keep the dtype, metadata forms change the tensor itself.
#include <gtest/gtest.h>

#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/tensor.h"

using namespace talweg;

namespace {

Tensor history(IntList sizes, Tensor& leaf) {
  leaf = ones(sizes).requires_grad_();
  return leaf * 2;
}

TEST(InPlace, ComparisonsKeepTheDtype) {
  Tensor x = arange(3, {.dtype = int32});
  x.eq_(1.0);
  EXPECT_TRUE(x.equal(tensor({0, 1, 0})));
  EXPECT_EQ(x.dtype(), int32);
  Tensor y = arange(3, {.dtype = float32});
  y.lt_(tensor({1, 1, 5}));
  EXPECT_EQ(y.dtype(), float32);
  EXPECT_TRUE(y.equal(tensor({1, 0, 1})));
  EXPECT_EQ(y.version(), 1u);
  y.logical_not_();
  EXPECT_TRUE(y.equal(tensor({0, 1, 0})));
}

TEST(InPlace, ComparisonsCutGradients) {
  Tensor leaf, y = history({3}, leaf);
  y.gt_(1);
  EXPECT_EQ(y.grad_fn().name(), "GtBackward0");
  y.sum().backward();
  EXPECT_TRUE(leaf.grad().equal(zeros({3})));
  Tensor z = history({2, 3}, leaf), row = z.select(0, 0);
  row.eq_(ones({3}));
  z.sum().backward();
  EXPECT_TRUE(leaf.grad().select(0, 0).equal(zeros({3})));
  EXPECT_TRUE(leaf.grad().select(0, 1).equal(full({3}, 2)));
  EXPECT_THROW(leaf.eq_(1), AutogradError);
}

TEST(InPlace, GeometryOfTheTensorItself) {
  Tensor x = arange(6).view({2, 3}).clone();
  uint32_t before = x.version();
  const Tensor& same = x.transpose_(0, 1);
  EXPECT_TRUE(same.is_same(x));
  EXPECT_EQ(x.sizes(), IntList({3, 2}));
  EXPECT_EQ(x.strides(), IntList({1, 3}));
  EXPECT_FALSE(x.is_contiguous());
  EXPECT_EQ(x.version(), before + 1);
  x.t_();
  EXPECT_TRUE(x.is_contiguous());
  EXPECT_TRUE(x.equal(arange(6).view({2, 3})));
  for (int i = 0; i < 5; ++i) x.unsqueeze_(i % 2);
  EXPECT_EQ(x.dim(), 7);
  EXPECT_TRUE((x + 1).sum().equal(tensor(21)));
  x.squeeze_();
  EXPECT_EQ(x.sizes(), IntList({2, 3}));
  EXPECT_TRUE(x.equal(arange(6).view({2, 3})));
}

TEST(InPlace, StridedForgetsNoMemory) {
  Tensor x = arange(6, {.dtype = float32});
  x.as_strided_({2, 2, 2, 2}, {1, 1, 1, 1}, 1);
  EXPECT_EQ(x.select(0, 1).select(0, 1).select(0, 1).select(0, 1).item<float>(), 5);
  EXPECT_THROW(x.as_strided_({7}, {1}, 0), ShapeError);
  x.as_strided_({2}, {1}, 1);
  x.add_(10);
  x.as_strided_({6}, {1}, 0);
  EXPECT_TRUE(x.equal(tensor({0, 11, 12, 3, 4, 5})));
  Tensor small = arange(4), view = small.view({2, 2});
  EXPECT_THROW(small.as_strided_({2}, {1}), MemoryError);
  small.transpose_(0, 0);
  view.as_strided_({2}, {1}, 2);
  EXPECT_TRUE(view.equal(tensor({2, 3})));
}

TEST(InPlace, GeometryHasHistory) {
  Tensor leaf, y = history({2, 3}, leaf);
  y.t_();
  EXPECT_EQ(y.grad_fn().name(), "TBackward1");
  (y * arange(6, {.dtype = float32}).view({3, 2})).sum().backward();
  EXPECT_TRUE(leaf.grad().equal((arange(6, {.dtype = float32}).view({3, 2}) * 2).t()));
  Tensor base = history({2, 3}, leaf), view = base.view({3, 2});
  view.t_();
  EXPECT_EQ(base.sizes(), IntList({2, 3}));
  EXPECT_EQ(view.grad_fn().name(), "TBackward1");
  view.mul_(3);
  base.sum().backward();
  EXPECT_TRUE(leaf.grad().equal(full({2, 3}, 6)));
  EXPECT_THROW(leaf.unsqueeze_(0), AutogradError);
  Tensor strided = history({2, 3}, leaf);
  strided.as_strided_({2}, {1}, 1);
  strided.sum().backward();
  EXPECT_TRUE(leaf.grad().equal(tensor({0, 2, 2, 0, 0, 0}).view({2, 3})));
}

TEST(InPlace, Addmm) {
  Tensor leaf, y = history({2, 2}, leaf);
  Tensor a = ones({2, 3}), b = ones({3, 2});
  y.addmm_(a, b, 0.5, 2);
  EXPECT_TRUE(y.equal(full({2, 2}, 7)));
  EXPECT_EQ(y.grad_fn().name(), "AddmmBackward0");
  y.sum().backward();
  EXPECT_TRUE(leaf.grad().equal(ones({2, 2})));
  EXPECT_THROW(ones({2}).addmm_(a, b), ShapeError);
}

} // namespace
