// Elementary functions, activations and choices; expected values are PyTorch's.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/tensor.h"

namespace {

using namespace talweg;

const double nan = std::nan("");
const double inf = std::numeric_limits<double>::infinity();

using Doubles = std::vector<double>;
Doubles values(const Tensor& t) { return t.to_vector<double>(); }

// NaN equals NaN here.
void expect_values(const Tensor& t, const Doubles& expected) {
  Doubles got = values(t);
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(got[i])) << "element " << i << " is " << got[i];
    else
      EXPECT_EQ(got[i], expected[i]) << "element " << i;
  }
}

// The gradient of f(x).sum() and the node that f leaves.
template <class F>
Tensor gradient(const Tensor& x, F f, std::string_view node) {
  Tensor leaf = x.detach().clone();
  leaf.requires_grad_();
  Tensor y = f(leaf);
  EXPECT_EQ(y.grad_fn().name(), node);
  y.backward(ones(y.sizes(), {.dtype = y.dtype()}));
  return leaf.grad();
}

TEST(Elementary, IntegersGiveTheDefaultDtype) {
  EXPECT_EQ(exp(tensor({0})).dtype(), float32);
  EXPECT_EQ(sqrt(tensor({true})).dtype(), float32);
  EXPECT_EQ(abs(tensor({-3})).dtype(), int64);
  EXPECT_EQ(relu(tensor({-3}, {.dtype = int8})).dtype(), int8);
  EXPECT_THROW(abs(tensor({true})), DtypeError);
  EXPECT_THROW(relu(tensor({true})), DtypeError);
  EXPECT_THROW(exp_(tensor({1})), DtypeError);
}

TEST(Elementary, EdgesOfTheDomains) {
  Tensor x = tensor({0.0, -1.0, inf, -inf, nan});
  expect_values(exp(x), {1, std::exp(-1.0f), inf, 0, nan});
  expect_values(log(x), {-inf, nan, inf, nan, nan});
  expect_values(sqrt(x), {0, nan, inf, nan, nan});
  expect_values(tanh(tensor({0.0, inf, -inf, nan})), {0, 1, -1, nan});
  expect_values(sigmoid(tensor({0.0, inf, -inf, nan, -200.0})), {0.5, 1, 0, nan, 0});
  expect_values(relu(x), {0, 0, inf, 0, nan});
  EXPECT_TRUE(std::signbit(relu(tensor({-0.0})).item<float>()));
  expect_values(abs(tensor({-128}, {.dtype = int8})), {-128});
}

TEST(Elementary, Derivatives) {
  Tensor x = tensor({-2.0, 0.0, 3.0}, {.dtype = float64}), p = tensor({0.25, 1.0, 4.0}, {.dtype = float64});
  expect_values(gradient(
                    x, [](const Tensor& t) { return t.abs(); }, "AbsBackward0"),
                {-1, 0, 1});
  expect_values(gradient(
                    x, [](const Tensor& t) { return t.relu(); }, "ReluBackward0"),
                {0, 0, 1});
  expect_values(gradient(
                    p, [](const Tensor& t) { return t.sqrt(); }, "SqrtBackward0"),
                {1, 0.5, 0.25});
  expect_values(gradient(
                    p, [](const Tensor& t) { return t.log(); }, "LogBackward0"),
                {4, 1, 0.25});
  Tensor y = exp(x);
  expect_values(gradient(
                    x, [](const Tensor& t) { return t.exp(); }, "ExpBackward0"),
                values(y));
  expect_values(gradient(
                    x, [](const Tensor& t) { return t.tanh(); }, "TanhBackward0"),
                values(1 - tanh(x) * tanh(x)));
  expect_values(gradient(
                    x, [](const Tensor& t) { return t.sigmoid(); }, "SigmoidBackward0"),
                values((1 - sigmoid(x)) * sigmoid(x)));
}

TEST(Elementary, SoftsignIsComposed) {
  expect_values(softsign(tensor({-3.0, -0.0, 1.0, inf, nan})), {-0.75, 0, 0.5, nan, nan});
  EXPECT_EQ(softsign(tensor({1, -3})).dtype(), float32);
  EXPECT_THROW(softsign(tensor({true})), DtypeError);
  EXPECT_THROW(softsign(Tensor()), TypeError);
  Tensor x = tensor({-3.0, 0.0, 1.0}, {.dtype = float64});
  expect_values(gradient(
                    x, [](const Tensor& t) { return t.softsign(); }, "DivBackward0"),
                {0.0625, 1, 0.25});
}

TEST(Elementary, WritesInPlace) {
  Tensor x = tensor({4.0, 9.0});
  x.sqrt_();
  expect_values(x, {2, 3});
  Tensor leaf = tensor({1.0, -1.0});
  leaf.requires_grad_();
  Tensor y = leaf * 2;
  y.relu_();
  EXPECT_EQ(y.grad_fn().name(), "ReluBackward0");
  y.backward(ones({2}));
  expect_values(leaf.grad(), {2, 0});
}

TEST(Extremes, NanWinsAndEqualValuesShare) {
  Tensor x = tensor({0.0, 1.0, 2.0, nan}), y = tensor({0.0, 2.0, 1.0, 1.0});
  expect_values(maximum(x, y), {0, 2, 2, nan});
  expect_values(minimum(x, y), {0, 1, 1, nan});
  expect_values(gradient(
                    x, [&](const Tensor& t) { return maximum(t, y); }, "MaximumBackward0"),
                {0.5, 0, 1, 1});
  expect_values(gradient(
                    y, [&](const Tensor& t) { return maximum(x, t); }, "MaximumBackward0"),
                {0.5, 1, 0, 1});
  expect_values(gradient(
                    x, [&](const Tensor& t) { return minimum(t, y); }, "MinimumBackward0"),
                {0.5, 1, 0, 1});
  EXPECT_EQ(maximum(tensor({1}), tensor({1.5})).dtype(), float32);
}

TEST(Clamp, LimitsAreNumbersOrTensors) {
  Tensor x = tensor({-2.0, 0.0, 2.0, nan});
  expect_values(clamp(x, -1, 1), {-1, 0, 1, nan});
  expect_values(clamp(x, {}, 1), {-2, 0, 1, nan});
  expect_values(clamp(x, 2, 1), {1, 1, 1, nan});
  expect_values(clamp(x, nan, 1), {nan, nan, nan, nan});
  expect_values(clamp(x, tensor({-1.0}), Tensor()), {-1, 0, 2, nan});
  EXPECT_THROW(clamp(x, std::nullopt, std::nullopt), ValueError);
  EXPECT_EQ(clamp(tensor({1, 5}), 0.5).dtype(), float32);
  EXPECT_THROW(tensor({1, 5}).clamp_(0.5), DtypeError);
  EXPECT_THROW(clamp(tensor({1}, {.dtype = uint8}), {}, 300), ValueError);
  expect_values(clamp(tensor({1}, {.dtype = uint8}), -1), {255});
}

TEST(Clamp, TheLimitsThemselvesPassTheGradient) {
  Tensor x = tensor({-2.0, -1.0, 0.0, 1.0, 2.0});
  expect_values(gradient(
                    x, [](const Tensor& t) { return t.clamp(-1, 1); }, "ClampBackward1"),
                {0, 1, 1, 1, 0});
  expect_values(gradient(
                    x, [](const Tensor& t) { return t.clamp(1, -1); }, "ClampBackward1"),
                {0, 0, 0, 0, 0});
  Tensor low = tensor({-1.0, -1.0, 1.0, 1.0, 1.0});
  expect_values(gradient(
                    low, [&](const Tensor& t) { return clamp(x, t, Tensor()); }, "ClampBackward0"),
                {1, 0, 1, 0, 0});
}

TEST(Where, PromotesBothSides) {
  Tensor c = tensor({true, false});
  EXPECT_EQ(where(c, 1, 2).dtype(), int64);
  EXPECT_EQ(where(c, 1.0, 2).dtype(), float32);
  EXPECT_EQ(where(c, tensor({1, 1}, {.dtype = int8}), 2.0).dtype(), float32);
  EXPECT_EQ(where(c, tensor(1, {.dtype = float64}), tensor({1.0, 1.0})).dtype(), float32);
  expect_values(where(c, tensor({nan, 1.0}), 5), {nan, 5});
  expect_values(where(tensor({2, 0}, {.dtype = uint8}), 1, 0), {1, 0});
  EXPECT_THROW(where(tensor({1.0}), 1, 2), DtypeError);
  expect_values(gradient(
                    ones({2}), [&](const Tensor& t) { return where(c, t, 3); }, "WhereBackward0"),
                {1, 0});
  expect_values(gradient(
                    ones({2}), [&](const Tensor& t) { return where(c, 3, t); }, "WhereBackward0"),
                {0, 1});
}

TEST(MaskedFill, KeepsTheDtype) {
  Tensor mask = tensor({true, false});
  expect_values(masked_fill(tensor({1, 2}), mask, 7.5), {7, 2});
  EXPECT_EQ(masked_fill(tensor({1, 2}), mask, 7.5).dtype(), int64);
  expect_values(masked_fill(tensor(1.0), mask, 2), {2, 1});
  EXPECT_THROW(masked_fill(ones({2}), tensor({1, 0}, {.dtype = uint8}), 1), DtypeError);
  EXPECT_THROW(masked_fill(ones({2}), mask, ones({1})), ShapeError);
  EXPECT_THROW(masked_fill(tensor({1}, {.dtype = uint8}), tensor({true}), 300), ValueError);
  EXPECT_THROW(ones({1}).masked_fill_(mask, 1), ShapeError);
  expect_values(
      gradient(
          ones({2}), [&](const Tensor& t) { return t.masked_fill(mask, 3); }, "MaskedFillBackward0"),
      {0, 1});
  Tensor value = tensor(2.0);
  expect_values(
      gradient(
          value, [&](const Tensor& t) { return masked_fill(ones({2}), mask, t); }, "MaskedFillBackward1"),
      {1});
}

TEST(Elementary, DerivativesOfDerivatives) {
  Tensor x = tensor({0.5, 1.5}, {.dtype = float64});
  x.requires_grad_();
  Tensor y = tanh(x);
  y.backward(ones({2}, {.dtype = float64}), true, true);
  Tensor first = x.grad();
  x.set_grad({});
  first.backward(ones({2}, {.dtype = float64}));
  Tensor t = tanh(x.detach()), expected = -2 * t * (1 - t * t);
  for (int i = 0; i < 2; ++i) EXPECT_NEAR(x.grad().at<double>(i), expected.at<double>(i), 1e-14);
}

} // namespace
