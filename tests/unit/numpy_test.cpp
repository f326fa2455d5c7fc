// NumPy's names, dtypes, sums and text.
#include "talweg/numpy.h"

#include <gtest/gtest.h>

#include "talweg/legacy.h"
#include "talweg/repr.h"

namespace {

using namespace talweg;
namespace np = talweg::numpy;

TEST(Numpy, Dtypes) {
  EXPECT_EQ(np::arange(3).dtype(), int64);
  EXPECT_EQ(np::arange(3.0).dtype(), float64);
  EXPECT_EQ(np::ones({2}).dtype(), float64);
  EXPECT_EQ(np::array({1, 2}).dtype(), int64);
  EXPECT_EQ(np::array({1, 2.5}).dtype(), float64);
  EXPECT_EQ(np::array({np::arange(2), np::ones({2})}).dtype(), float64);
  EXPECT_EQ(np::concatenate({np::arange(2), zeros({2})}).dtype(), float64);
}

TEST(Numpy, PairwiseSums) {
  // One after the other gives 99.9999999999986.
  Tensor x = np::full({1000}, 0.1);
  EXPECT_EQ(static_cast<double>(np::sum(x)), 100.00000000000001);
  EXPECT_EQ(np::mean(np::arange(4)), 1.5);
  EXPECT_EQ(np::sum(np::arange(4)).dtype(), int64);
  Tensor table = np::reshape(np::arange(6.0), {2, 3});
  EXPECT_EQ(np::sum(table, 0).to_vector<double>(), (std::vector<double>{3, 5, 7}));
  EXPECT_EQ(np::average(table, 1).to_vector<double>(), (std::vector<double>{1, 4}));
  EXPECT_EQ(np::sum(np::transpose(table)), 15);
}

TEST(Numpy, Text) {
  EXPECT_EQ(np::str(np::array({0.5, 1.0})), "[0.5 1. ]");
  EXPECT_EQ(np::repr(np::array({0.5, 1.0})), "array([0.5, 1. ])");
  EXPECT_EQ(np::repr(np::average(np::array({0.5}))), "np.float64(0.5)");
  EXPECT_EQ(np::str(np::average(np::array({0.5}))), "0.5");
  EXPECT_EQ(np::repr(tensor(18.666666f)), "array(18.666666, dtype=float32)");
}

TEST(Numpy, Dot) {
  EXPECT_EQ(np::dot(np::arange(3), np::ones({3})).item<double>(), 3);
  EXPECT_EQ(np::dot(np::ones({1, 3}), np::ones({3, 2})).sizes(), IntList({1, 2}));
  EXPECT_THROW(np::dot(np::ones({1, 1, 1}), np::ones({1})), ShapeError);
}

TEST(Numpy, OldSpellings) {
  Tensor x = FloatTensor({1, 2});
  EXPECT_EQ(x.dtype(), float32);
  Tensor v = Variable(x, true);
  EXPECT_TRUE(v.requires_grad());
  EXPECT_FALSE(x.requires_grad());
  EXPECT_EQ(v.data_ptr(), x.data_ptr());
  EXPECT_EQ(LongTensor({{1}}).dtype(), int64);
}

TEST(Repr, AsPython) {
  EXPECT_EQ(repr(0.1), "0.1");
  EXPECT_EQ(repr(0.1f), "0.10000000149011612");
  EXPECT_EQ(repr(1e-5), "1e-05");
  EXPECT_EQ(repr(true), "True");
  EXPECT_EQ(repr(std::vector<double>{0.5, 1}), "[0.5, 1.0]");
  EXPECT_EQ(repr(std::vector<int>{1, 2}), "[1, 2]");
  EXPECT_EQ(repr(std::vector<std::vector<double>>{{1}, {}}), "[[1.0], []]");
}

} // namespace
