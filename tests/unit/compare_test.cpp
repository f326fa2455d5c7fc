// Comparisons and logic.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/tensor.h"

namespace {

using namespace talweg;

const double nan = std::nan("");

std::vector<int> truths(const Tensor& t) {
  EXPECT_EQ(t.dtype(), bool_);
  return t.to_vector<int>();
}

TEST(Compare, ComparesAsIeee754) {
  Tensor x = tensor({1.0, 2.0, nan, 0.0}), y = tensor({1.0, 3.0, nan, -0.0});
  EXPECT_EQ(truths(x == y), (std::vector<int>{1, 0, 0, 1}));
  EXPECT_EQ(truths(x != y), (std::vector<int>{0, 1, 1, 0}));
  EXPECT_EQ(truths(x < y), (std::vector<int>{0, 1, 0, 0}));
  EXPECT_EQ(truths(x <= y), (std::vector<int>{1, 1, 0, 1}));
  EXPECT_EQ(truths(x > y), (std::vector<int>{0, 0, 0, 0}));
  EXPECT_EQ(truths(x >= y), (std::vector<int>{1, 0, 0, 1}));
}

TEST(Compare, PromotesBeforeItCompares) {
  Tensor big = tensor({(int64_t{1} << 40) + 1});
  EXPECT_EQ(truths(big == double(int64_t{1} << 40)), std::vector<int>{1}); // both as float32
  EXPECT_EQ(truths(big == (int64_t{1} << 40)), std::vector<int>{0});
  EXPECT_EQ(truths(tensor({1, 2, 3}) < tensor({1.5})), (std::vector<int>{1, 0, 0}));
  EXPECT_EQ(truths(tensor({true, false}) == 1), (std::vector<int>{1, 0}));
  EXPECT_EQ(truths(tensor({true}) == 2), std::vector<int>{0});
}

TEST(Compare, TakesANumberAsAnElementOfTheDtype) {
  EXPECT_EQ(truths(tensor({44}, {.dtype = uint8}) == 300), std::vector<int>{1});
  EXPECT_EQ(truths(tensor({0.1}, {.dtype = float16}) == 0.1), std::vector<int>{1});
}

TEST(Compare, BroadcastsAndWalksAnyStrides) {
  Tensor x = arange(6).view({2, 3});
  EXPECT_EQ((x.t() < tensor({1, 4})).sizes().vec(), (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(truths((x.t() < tensor({1, 4})).contiguous()), (std::vector<int>{1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(truths(zeros({0, 3}) == ones({1, 3})), std::vector<int>{});
  EXPECT_THROW(lt(ones({2}), ones({3})), ShapeError);
}

TEST(Compare, HasNoGradient) {
  Tensor x = ones({2});
  x.requires_grad_();
  EXPECT_FALSE((x > 0).requires_grad());
}

TEST(Logic, WhateverIsNotZeroIsTrue) {
  Tensor x = tensor({nan, 0.5, 0.0, -0.0});
  EXPECT_EQ(truths(logical_not(x)), (std::vector<int>{0, 0, 1, 1}));
  EXPECT_EQ(truths(logical_and(x, tensor({1, 0, 1, 1}))), (std::vector<int>{1, 0, 0, 0}));
  EXPECT_EQ(truths(logical_or(x, tensor({0, 0, 0, 1}))), (std::vector<int>{1, 1, 0, 1}));
  EXPECT_EQ(truths(logical_xor(x, tensor({true, true, true, false}))), (std::vector<int>{0, 0, 1, 0}));
  EXPECT_EQ(truths((!(x > 0.25)) | (x == 0.5)), (std::vector<int>{1, 1, 1, 1}));
}

TEST(Equal, WantsSizesAndAllElements) {
  EXPECT_TRUE(equal(tensor({1, 2}), tensor({1.0, 2.0})));
  EXPECT_FALSE(equal(tensor({1, 2}), tensor({1, 3})));
  EXPECT_FALSE(equal(ones({2}), ones({2, 1})));
  EXPECT_FALSE(equal(tensor({nan}), tensor({nan})));
  EXPECT_TRUE(equal(zeros({0}), zeros({0})));
}

TEST(Compare, ByNameAsPython) {
  Value two = int64_t{2};
  Tensor x = tensor({1, 2});
  Value arguments[] = {x, two};
  EXPECT_EQ(truths(*call_op("eq", arguments)[0].as<Tensor>()), (std::vector<int>{0, 1}));
  Value wrong[] = {two, x};
  EXPECT_THROW(call_op("eq", wrong), TypeError);
  EXPECT_THROW(call_op("logical_and", arguments), TypeError);
}

} // namespace
