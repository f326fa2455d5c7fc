// nn::init beyond what the recorded cases show: what must hold for every shape.
#include <gtest/gtest.h>

#include <algorithm>

#include "talweg/talweg.h"

namespace {

using namespace talweg;
namespace init = nn::init;

double distance(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

TEST(Init, OrthogonalMatricesHaveOrthonormalRowsOrColumns) {
  manual_seed(1);
  for (auto [rows, columns] : {std::pair{1, 1}, {1, 5}, {5, 1}, {7, 7}, {20, 9}, {9, 20}}) {
    Tensor w = empty({rows, columns}, {.dtype = float64});
    init::orthogonal_(w, 2);
    Tensor product = rows < columns ? mm(w, w.t()) : mm(w.t(), w);
    EXPECT_LT(distance(product, 4 * eye(std::min(rows, columns), {.dtype = float64})), 1e-13);
  }
}

TEST(Init, OrthogonalIsTheFactorWithAPositiveDiagonal) {
  manual_seed(2);
  Tensor drawn = randn({6, 4}, {.dtype = float64}), w = empty({6, 2, 2}, {.dtype = float64});
  manual_seed(2);
  init::orthogonal_(w);
  Tensor r = mm(w.view({6, 4}).t(), drawn);
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_GT(r[i][i].item<double>(), 0);
    for (int64_t k = 0; k < i; ++k) EXPECT_NEAR(r[i][k].item<double>(), 0, 1e-14);
  }
}

TEST(Init, OrthogonalTakesWhatAFactorisationTakes) {
  EXPECT_THROW(init::orthogonal_(empty({3})), ValueError);
  EXPECT_THROW(init::orthogonal_(empty({3, 3}, {.dtype = float16})), DtypeError);
  Tensor none = empty({0, 3}), strided = zeros({4, 3}).t();
  EXPECT_EQ(init::orthogonal_(none).numel(), 0);
  init::orthogonal_(strided);
  EXPECT_LT(distance(mm(strided, strided.t()), eye(3)), 1e-6);
}

TEST(Init, TruncatedNormalStaysInside) {
  manual_seed(3);
  for (auto [mean, std, a, b] : {std::tuple{0., 1., -2., 2.}, {0., 1., 2.5, 3.}, {5., 1., 0., 1.}}) {
    Tensor w = empty({1000});
    init::trunc_normal_(w, mean, std, a, b);
    EXPECT_TRUE(((w >= a) & (w <= b)).all().item<bool>());
  }
}

TEST(Init, NothingIsRecorded) {
  Tensor w = zeros({3, 3}, {.requires_grad = true});
  init::orthogonal_(w);
  init::sparse_(w, 0.5);
  EXPECT_TRUE(w.is_leaf());
}

} // namespace
