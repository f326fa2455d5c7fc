// The user's formulas: bits of the built-in operations, promotion, broadcasting, derivatives.
#include <gtest/gtest.h>

#include <talweg/talweg.h>

#include "kernels/isa.h"

namespace {

using tw::Tensor;

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.sizes() == b.sizes() &&
         !tw::logical_and(a != b, tw::logical_not(tw::logical_and(a != a, b != b))).any().item<bool>();
}

TEST(Formula, BitsOfTheBuiltInOperations) {
  auto swish = tw::pointwise([](auto x) { return x / (1 + exp(-x)); });
  auto mix = tw::pointwise([](auto x, auto y) {
    return where(x > y, 2 * tanh(x) - pow(y, 2), maximum(x, y) / (1 + abs(x * y))) + 1 / (x * x + 3);
  });
  const tw::Isa before = static_cast<tw::Isa>(tw::isa_index());
  for (tw::Isa isa : {tw::Isa::base, tw::Isa::avx2, tw::Isa::avx512}) {
    if (!tw::is_supported(isa)) continue;
    tw::set_isa(isa);
    for (tw::Dtype dtype : {tw::float32, tw::float64})
      for (int64_t n : {1, 7, 16, 33, 257, 3000}) {
        Tensor x = tw::randn(n, {.dtype = dtype}), y = tw::randn(n, {.dtype = dtype});
        EXPECT_TRUE(same_bits(swish(x), x / (1 + tw::exp(-x))));
        Tensor wanted =
            tw::where(x > y, 2 * tw::tanh(x) - tw::pow(y, 2), tw::maximum(x, y) / (1 + tw::abs(x * y))) +
            1 / (x * x + 3);
        EXPECT_TRUE(same_bits(mix(x, y), wanted));
      }
  }
  tw::set_isa(before);
}

TEST(Formula, LayoutsAndBroadcasts) {
  auto f = tw::pointwise([](auto x, auto y, auto z) { return x * y - z; });
  Tensor x = tw::randn({5, 40}).t(), y = tw::randn({1, 5}), z = tw::randn({2, 40, 1});
  EXPECT_TRUE(same_bits(f(x, y, z), x * y - z));
  EXPECT_EQ(f(tw::randn({0, 5}), y, tw::randn({1, 1})).numel(), 0);
  EXPECT_THROW(f(x, tw::randn(3), z), tw::ShapeError);
  EXPECT_THROW(f(x, Tensor(), z), tw::TypeError);
}

TEST(Formula, Promotes) {
  auto line = tw::pointwise([](auto x) { return 2 * x + 1; });
  auto half = tw::pointwise([](auto x) { return x / 2; });
  auto sum = tw::pointwise([](auto x, auto y) { return x + y; });
  EXPECT_EQ(line(tw::arange(3)).dtype(), tw::int64);
  EXPECT_EQ(line(tw::arange(3)).to_vector<int64_t>(), (std::vector<int64_t>{1, 3, 5}));
  EXPECT_EQ(half(tw::arange(3)).dtype(), tw::float32);
  EXPECT_EQ(half(tw::ones(3, {.dtype = tw::float16})).dtype(), tw::float16);
  EXPECT_EQ(sum(tw::ones(2), tw::ones(2, {.dtype = tw::float64})).dtype(), tw::float64);
  EXPECT_EQ(sum(tw::ones(2), tw::ones({}, {.dtype = tw::float64})).dtype(), tw::float32);
  auto positive = tw::pointwise([](auto x) { return (!(x <= 0)) & (x != 2); });
  EXPECT_EQ(positive(tw::arange(4)).dtype(), tw::bool_);
  EXPECT_EQ(positive(tw::arange(4)).to_vector<int64_t>(), (std::vector<int64_t>{0, 1, 0, 1}));
}

TEST(Formula, DerivativesOfEveryOperation) {
  auto check = [](auto f) {
    auto op = tw::pointwise(f);
    Tensor x = tw::tensor({0.3, 0.8, 1.7, 2.4}, {.dtype = tw::float64, .requires_grad = true});
    EXPECT_TRUE(tw::autograd::gradcheck([&](const Tensor& t) { return op(t); }, {x}));
    EXPECT_TRUE(tw::autograd::gradgradcheck([&](const Tensor& t) { return op(t); }, {x}));
  };
  check([](auto x) { return exp(x) - log(x) * sqrt(x); });
  check([](auto x) { return tanh(x) / sigmoid(x) + relu(x - 1); });
  check([](auto x) { return pow(x, 2) + pow(x, 3) - pow(x, 1.5) * abs(x - 1); });
  check([](auto x) { return pow(x, x) + pow(2, x) + reciprocal(x) + 3 / x; });
  check([](auto x) { return clamp(x * x, 0.5, 4) + minimum(x, 1) * maximum(x, 2); });
  check([](auto x) { return where((x > 0.5) | (x < 0.1), square(x), -x); });
}

TEST(Formula, DerivativesOfSeveralInputsAndAnyOrder) {
  auto f = tw::pointwise([](auto x, auto y, auto z) { return x * exp(y) / z + pow(z, y); });
  tw::TensorOptions wide{.dtype = tw::float64, .requires_grad = true};
  std::vector<Tensor> in{tw::rand({2, 1}, wide), tw::rand(3, wide), tw::ones({}, wide)};
  auto call = [&](const Tensor& x, const Tensor& y, const Tensor& z) { return f(x, y, z); };
  EXPECT_TRUE(tw::autograd::gradcheck(call, in));
  EXPECT_TRUE(tw::autograd::gradgradcheck(call, in));
  auto fourth = tw::pointwise([](auto x) { return square(square(x)); });
  Tensor x = tw::tensor({2.}, wide), y = fourth(x);
  for (int order = 0; order < 4; ++order) y = tw::autograd::grad({y.sum()}, {x}, {.create_graph = true})[0];
  EXPECT_NEAR(y.item<double>(), 24, 1e-12);
}

TEST(Formula, IsNamedAndFrozenAndShared) {
  double factor = 3;
  auto scaled = tw::pointwise([&](auto x) { return factor * x; }, "scaled");
  factor = 5;
  Tensor x = tw::ones(2, {.requires_grad = true});
  Tensor y;
  {
    auto copy = scaled;
    y = copy(x);
  }
  EXPECT_EQ(y.grad_fn().name(), "scaledBackward");
  EXPECT_EQ(y.detach().to_vector<double>(), (std::vector<double>{3, 3}));
  y.sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{3, 3}));
  auto flat = tw::pointwise([](auto) { return 1; });
  EXPECT_EQ(flat(x).detach().to_vector<double>(), (std::vector<double>{1, 1}));
  auto polynomial = tw::pointwise([](auto t) {
    decltype(t) sum = 0;
    for (double c : {1., 2., 3.}) sum = sum * t + c;
    return sum;
  });
  EXPECT_EQ(polynomial(tw::full(1, 2.)).item<double>(), 11);
}

TEST(Formula, TooLongIsRefused) {
  EXPECT_THROW(tw::pointwise([](auto x) {
                 std::vector<tw::Symbol> all;
                 for (int i = 0; i < 60; ++i) all.push_back(exp(x + i));
                 tw::Symbol sum = all[0];
                 for (const auto& s : all) sum = s * sum;
                 return sum;
               }),
               tw::ValueError);
}

} // namespace
