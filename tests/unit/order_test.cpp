// Orders, running sums and searches at their ends. Values are PyTorch's.
#include <gtest/gtest.h>

#include <cmath>

#include "talweg/talweg.h"

namespace tw = talweg;

namespace {

const double nan_value = std::nan("");

TEST(Order, NanIsLargestAndEqualElementsKeepTheirOrder) {
  tw::Tensor x = tw::tensor({2.0, nan_value, -1.0, 2.0});
  auto [up, at] = x.sort();
  EXPECT_EQ(at.to_vector<int64_t>(), (std::vector<int64_t>{2, 0, 3, 1}));
  EXPECT_TRUE(std::isnan(up.at<float>(3)));
  auto [down, where] = x.sort(-1, true, true);
  EXPECT_EQ(where.to_vector<int64_t>(), (std::vector<int64_t>{1, 0, 3, 2}));
  EXPECT_TRUE(std::isnan(x.median().item<float>()));
  EXPECT_EQ(x.nanmedian().item<float>(), 2);
  EXPECT_TRUE(std::isnan(x.min().item<float>()));
  EXPECT_EQ(x.argmin().item<int64_t>(), 1);
}

TEST(Order, QuantilesOfSeveralShares) {
  tw::Tensor x = tw::tensor({4.0, 1.0, 3.0, 2.0});
  tw::Tensor q = tw::tensor({0.0, 0.5, 1.0});
  EXPECT_EQ(x.quantile(q).to_vector<float>(), (std::vector<float>{1, 2.5, 4}));
  EXPECT_EQ(x.nanquantile(q).to_vector<float>(), (std::vector<float>{1, 2.5, 4}));
  EXPECT_THROW(x.quantile(1.5), tw::ValueError);
}

TEST(Order, RunsOfEqualElements) {
  tw::Tensor x = tw::tensor({2, 2, 1, 2});
  auto [values, inverse, counts] = x.unique(true, true, true);
  EXPECT_EQ(values.to_vector<int64_t>(), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(inverse.to_vector<int64_t>(), (std::vector<int64_t>{1, 1, 0, 1}));
  EXPECT_EQ(counts.to_vector<int64_t>(), (std::vector<int64_t>{1, 3}));
  auto [runs, none, lengths] = x.unique_consecutive(false, true);
  EXPECT_FALSE(none.defined());
  EXPECT_EQ(runs.to_vector<int64_t>(), (std::vector<int64_t>{2, 1, 2}));
  EXPECT_EQ(lengths.to_vector<int64_t>(), (std::vector<int64_t>{2, 1, 1}));
}

TEST(Scan, GradientsPassZerosAndInfinities) {
  tw::Tensor x = tw::tensor({2.0, 0.0, 3.0}).requires_grad_();
  x.cumprod(0).sum().backward();
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{1, 8, 0}));
  EXPECT_EQ(x.cumprod(0).grad_fn().name(), "CumprodBackward0");
  tw::Tensor big = tw::tensor({1000.0, 1000.0}).requires_grad_();
  big.logcumsumexp(0).sum().backward();
  EXPECT_NEAR(big.grad().at<float>(0), 1.5, 1e-4); // 1000.69 is rounded
  EXPECT_NEAR(big.grad().at<float>(1), 0.5, 1e-4);
}

TEST(Search, BeforeAndBehindEqualElements) {
  tw::Tensor b = tw::tensor({1.0, 2.0, 2.0, 3.0}), x = tw::tensor({2.0, nan_value, 0.0});
  EXPECT_EQ(tw::searchsorted(b, x).to_vector<int64_t>(), (std::vector<int64_t>{1, 4, 0}));
  EXPECT_EQ(tw::bucketize(x, b, false, true).to_vector<int64_t>(), (std::vector<int64_t>{3, 4, 0}));
  EXPECT_EQ(tw::zeros({}).nonzero().sizes(), (tw::IntList{0, 0}));
  EXPECT_EQ(tw::tensor({1, 1, 3}).bincount().to_vector<int64_t>(), (std::vector<int64_t>{0, 2, 0, 1}));
}

} // namespace
