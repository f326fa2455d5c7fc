// Transforms against what is known in closed form, and against each other.
#include <gtest/gtest.h>

#include <talweg/talweg.h>

namespace {

using tw::Tensor;
namespace func = tw::func;

constexpr tw::TensorOptions wide{.dtype = tw::float64};

void expect_close(const Tensor& got, const Tensor& wanted, double tolerance = 1e-9) {
  ASSERT_EQ(got.sizes().vec(), wanted.sizes().vec());
  EXPECT_LE((got.detach() - wanted.detach()).abs().max().item<double>(), tolerance) << got << wanted;
}

Tensor cube_sum(const Tensor& x) { return (x * x * x).sum(); }

TEST(Transforms, GradNests) {
  Tensor x = tw::tensor({1., -2., 3.}, wide);
  expect_close(func::grad(&cube_sum)(x), 3 * x * x);
  auto second = func::grad([](const Tensor& t) { return func::grad(&cube_sum)(t).sum(); });
  expect_close(second(x), 6 * x);
  auto third = func::grad([&](const Tensor& t) { return second(t).sum(); });
  expect_close(third(x), tw::full(3, 6., wide));
  EXPECT_FALSE(func::grad(&cube_sum)(x).requires_grad());
  EXPECT_FALSE(x.requires_grad());
}

TEST(Transforms, GradKeepsTheGraphOfWhatTheCallerDifferentiates) {
  Tensor w = tw::tensor({2.}, {.dtype = tw::float64, .requires_grad = true});
  Tensor x = tw::tensor({3.}, wide);
  Tensor g = func::grad([&](const Tensor& t) { return (t * t * w).sum(); })(x); // 2 x w
  g.sum().backward();
  expect_close(w.grad(), tw::tensor({6.}, wide));
  Tensor y = tw::tensor({3.}, {.dtype = tw::float64, .requires_grad = true});
  func::grad (&cube_sum)(y).sum().backward();
  expect_close(y.grad(), tw::tensor({18.}, wide));
  EXPECT_FALSE(tw::no_grad([&] { return func::grad(&cube_sum)(y); }).requires_grad());
}

TEST(Transforms, GradAndValueOfSeveralArguments) {
  Tensor x = tw::tensor({1., 2.}, wide), y = tw::tensor({3., 4.}, wide);
  auto f = [](const Tensor& a, const Tensor& b) { return (a * b * b).sum(); };
  auto [grads, value] = func::grad_and_value(f, std::vector<int64_t>{0, -1})(x, y);
  expect_close(value, tw::tensor(41., wide));
  expect_close(grads[0], y * y);
  expect_close(grads[1], 2 * x * y);
  EXPECT_THROW(func::grad(f, 2)(x, y), tw::ValueError);
  EXPECT_THROW(func::grad([](const Tensor& t) { return t * 2; })(x), tw::ShapeError);
}

TEST(Transforms, ProductsWithTheJacobianAgree) {
  Tensor m = tw::randn({2, 3}, wide), v = tw::randn(3, wide), tm = tw::randn({2, 3}, wide),
         tv = tw::randn(3, wide);
  auto f = [](const Tensor& a, const Tensor& b) { return tw::tanh(a.matmul(b * b)); };
  auto jacobians = func::jacrev(f, std::vector<int64_t>{0, 1})(m, v);
  auto forward = func::jacfwd(f, std::vector<int64_t>{0, 1})(m, v);
  expect_close(jacobians[0], forward[0]);
  expect_close(jacobians[1], forward[1]);
  EXPECT_EQ(jacobians[0].sizes().vec(), (std::vector<int64_t>{2, 2, 3}));
  Tensor moved = (jacobians[0] * tm).sum({1, 2}) + jacobians[1].matmul(tv);
  expect_close(func::jvp(f, std::tuple(m, v), std::tuple(tm, tv)).second, moved);
  auto [value, push] = func::linearize(f, m, v);
  expect_close(push(tm, tv), moved);
  expect_close(push(2 * tm, 2 * tv), 2 * moved);
  auto [same, back] = func::vjp(f, m, v);
  expect_close(same, value);
  Tensor c = tw::randn(2, wide);
  expect_close(back(c)[1], c.matmul(jacobians[1]));
  EXPECT_FALSE(value.requires_grad());
  EXPECT_THROW(back(tw::randn(3, wide)), tw::ShapeError);
  EXPECT_THROW(push(tm, tw::randn(2, wide)), tw::ShapeError);
}

TEST(Transforms, SecondDerivatives) {
  Tensor x = tw::tensor({1., 2., -1.}, wide), v = tw::tensor({1., 0., 2.}, wide);
  auto f = [](const Tensor& t) { return (t * t * t).sum() + t[0] * t[1]; };
  Tensor h = func::hessian(f)(x);
  expect_close(h, tw::tensor({{6., 1., 0.}, {1., 12., 0.}, {0., 0., -6.}}, wide));
  expect_close(func::hvp(f, x, v).second, h.matmul(v));
  expect_close(tw::autograd::functional::vhp(f, x, v).second, h.matmul(v));
  expect_close(tw::autograd::functional::hessian(f, x), h);
  auto pair = [](const Tensor& a, const Tensor& b) { return (a * a * b).sum(); };
  auto blocks = func::hessian(pair, std::vector<int64_t>{0, 1})(x, v);
  expect_close(blocks[0][1], tw::tensor({{2., 0., 0.}, {0., 4., 0.}, {0., 0., -2.}}, wide));
  expect_close(blocks[1][1], tw::zeros({3, 3}, wide));
}

TEST(Transforms, VmapIsTheLoopAndDifferentiable) {
  Tensor b = tw::randn({4, 3}, wide), y = tw::randn(3, wide);
  auto f = [](const Tensor& x, const Tensor& w) { return (tw::exp(x) * w).sum(); };
  Tensor rows = func::vmap(func::grad(f), {0, {}})(b, y);
  expect_close(rows, tw::exp(b) * y);
  expect_close(func::vmap([](const Tensor& x) { return x * x; }, 1, 1)(b), b * b);
  auto total = [&](const Tensor& t) { return func::vmap(f, {0, {}})(t, y).sum(); };
  expect_close(func::grad(total)(b), tw::exp(b) * y);
  EXPECT_THROW(func::vmap(f, {0, 0})(b, y), tw::ValueError);
  EXPECT_THROW(func::vmap(f, {3, {}})(b, y), tw::ValueError);
  EXPECT_THROW((func::vmap(f, {std::nullopt, std::nullopt})(b, y)), tw::ValueError);
}

TEST(Transforms, WhatDoesNotDependGivesZeros) {
  Tensor x = tw::randn(3, wide);
  expect_close(func::jacrev([](const Tensor& t) { return tw::ones_like(t); })(x), tw::zeros({3, 3}, wide));
  expect_close(func::jacfwd([](const Tensor& t) { return t * 2; })(x), 2 * tw::eye(3, wide));
  expect_close(func::hessian([](const Tensor& t) { return t.sum(); })(x), tw::zeros({3, 3}, wide));
}

} // namespace
