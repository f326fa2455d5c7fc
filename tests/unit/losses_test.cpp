// Softmax and losses: values, derivatives and errors of torch 2.13.0.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/isa.h"
#include "ops/record.h"
#include "talweg/talweg.h"

namespace talweg {
namespace {

Tensor logits() {
  return tensor({{1.0, -2.0, 0.5}, {0.0, 3.0, -1.0}, {2.0, 2.0, 2.0}, {-1.0, 0.0, 1.0}},
                {.requires_grad = true});
}
Tensor targets() { return tensor({0, 2, -100, 1}); }
Tensor weights() { return tensor({0.5, 2.0, 1.0}); }

Tensor gradient(const Tensor& x, const Tensor& y) {
  x.set_grad({});
  y.backward();
  return x.grad();
}

TEST(Softmax, values) {
  Tensor x = logits().detach();
  EXPECT_EQ(x.softmax(1).repr(),
            "tensor([[0.6037, 0.0301, 0.3662],\n        [0.0466, 0.9362, 0.0171],\n        [0.3333, 0.3333, "
            "0.3333],\n        [0.0900, 0.2447, 0.6652]])");
  EXPECT_EQ(x.softmax(0).repr(),
            "tensor([[0.2369, 0.0047, 0.1360],\n        [0.0871, 0.7020, 0.0303],\n        [0.6439, 0.2583, "
            "0.6095],\n        [0.0321, 0.0350, 0.2242]])");
  EXPECT_EQ(x.log_softmax(1).repr(),
            "tensor([[-0.5046, -3.5046, -1.0046],\n        [-3.0659, -0.0659, -4.0659],\n        [-1.0986, "
            "-1.0986, -1.0986],\n        [-2.4076, -1.4076, -0.4076]])");
  EXPECT_EQ(tensor(5.0).softmax(0).item<double>(), 1);
  EXPECT_EQ(x.to(int64).softmax(1, float64).dtype(), float64);
  EXPECT_THROW(x.to(int64).softmax(1), DtypeError);
  EXPECT_THROW(x.softmax(2), IndexError);
}

TEST(Softmax, large_and_infinite_inputs) {
  double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(tensor({1e30, 1e30}).softmax(0).repr(), "tensor([0.5000, 0.5000])");
  EXPECT_EQ(tensor({-infinity, 0.0}).softmax(0).repr(), "tensor([0., 1.])");
  EXPECT_EQ(tensor({-infinity, 0.0}).log_softmax(0).repr(), "tensor([-inf, 0.])");
  EXPECT_TRUE(std::isnan(tensor({-infinity, -infinity}).softmax(0)[0].item<double>()));
}

// Rows of every length around a lane's, against sums of exp in double; equal bits on every instruction set.
TEST(Softmax, every_length_on_every_instruction_set) {
  Isa before = choose_isa();
  for (int64_t n : {1, 2, 7, 8, 9, 10, 15, 16, 17, 31, 33, 100, 1000}) {
    std::vector<double> values;
    for (int64_t i = 0; i < 5 * n; ++i) values.push_back(std::sin(static_cast<double>(i)) * 4);
    for (Dtype dtype : {float32, float64, float16, bfloat16}) {
      Tensor x = tensor(values).to(dtype).reshape({5, n}), first, first_log;
      double allowed = dtype == float64 ? 1e-14 : dtype == float32 ? 1e-6 : dtype == float16 ? 1e-3 : 8e-3;
      for (Isa isa : {Isa::base, Isa::avx2, Isa::avx512}) {
        if (!is_supported(isa)) continue;
        set_isa(isa);
        Tensor y = x.softmax(1), logs = x.log_softmax(1);
        if (!first.defined()) {
          first = y;
          first_log = logs;
        }
        EXPECT_EQ(std::memcmp(first.data_ptr(), y.data_ptr(), static_cast<size_t>(y.nbytes())), 0) << n;
        EXPECT_EQ(std::memcmp(first_log.data_ptr(), logs.data_ptr(), static_cast<size_t>(y.nbytes())), 0)
            << n;
      }
      auto in = x.to_vector<double>(), got = first.to_vector<double>(),
           got_log = first_log.to_vector<double>();
      for (size_t row = 0; row < 5; ++row) {
        double sum = 0;
        for (size_t i = 0; i < static_cast<size_t>(n); ++i)
          sum += std::exp(in[row * static_cast<size_t>(n) + i]);
        for (size_t i = row * static_cast<size_t>(n); i < (row + 1) * static_cast<size_t>(n); ++i) {
          EXPECT_NEAR(got[i], std::exp(in[i]) / sum, allowed);
          EXPECT_NEAR(got_log[i], in[i] - std::log(sum), allowed * 12);
        }
      }
    }
  }
  set_isa(before);
}

TEST(Softmax, fused_derivative_equals_the_one_in_public_operations) {
  for (bool logarithm : {false, true})
    for (int64_t dim : {0, 1}) {
      Tensor x = logits(),
             g = tensor({{1.0, 0.5, -1.0}, {0.25, 2.0, 0.0}, {-2.0, 1.0, 1.0}, {0.0, 0.0, 3.0}});
      auto f = [&] { return logarithm ? x.log_softmax(dim) : x.softmax(dim); };
      x.set_grad({});
      f().backward(g);
      Tensor fused = x.grad();
      x.set_grad({});
      f().backward(g, {}, true);
      EXPECT_LT((fused - x.grad().detach()).abs().max().item<double>(), 1e-6);
      x.set_grad({}); // a grad with history holds its leaf
    }
}

TEST(Losses, mse) {
  Tensor x = tensor({1.0, 2.0, 4.0}, {.requires_grad = true}), y = tensor({0.0, 0.0, 1.0});
  EXPECT_EQ(mse_loss(x, y).repr(), "tensor(4.6667, grad_fn=<MseLossBackward0>)");
  EXPECT_EQ(mse_loss(x, y, "sum").item<double>(), 14);
  EXPECT_EQ(mse_loss(x, y, "none").repr(), "tensor([1., 4., 9.], grad_fn=<MseLossBackward0>)");
  EXPECT_EQ(gradient(x, mse_loss(x, y)).repr(), "tensor([0.6667, 1.3333, 2.0000])");
  EXPECT_EQ(gradient(x, mse_loss(y, x, "sum")).repr(), "tensor([2., 4., 6.])");
  EXPECT_THROW(mse_loss(x, y, "median"), ValueError);
}

// Twice the same numbers: at most 16 of them, and more.
TEST(Losses, small_mse_equals_the_general_one) {
  for (int64_t n : {1, 3, 7, 8, 11, 16, 17, 40}) {
    std::vector<double> a, b;
    for (int64_t i = 0; i < n; ++i) {
      a.push_back(std::sin(static_cast<double>(i)));
      b.push_back(std::cos(static_cast<double>(3 * i)));
    }
    Tensor x = tensor(a).to(float32).requires_grad_(), y = tensor(b).to(float32);
    Tensor d = x.detach() - y;
    EXPECT_EQ(mse_loss(x, y).item<float>(), (d * d).mean().item<float>()) << n;
    EXPECT_EQ(mse_loss(x, y, "sum").item<float>(), (d * d).sum().item<float>()) << n;
    Tensor expected = Scalar(static_cast<float>(2.0 / static_cast<double>(n))) * d;
    EXPECT_TRUE(gradient(x, mse_loss(x, y)).equal(expected)) << n;
    x.set_grad({});
    mse_loss(x, y).backward({}, {}, true);
    EXPECT_TRUE(x.grad().detach().equal(expected)) << n;
    x.set_grad({});
  }
}

TEST(Losses, cross_entropy_with_classes) {
  Tensor x = logits(), t = targets();
  EXPECT_FLOAT_EQ(cross_entropy(x, t).item<float>(), 1.9926954507827759f);
  EXPECT_FLOAT_EQ(cross_entropy(x, t, "sum").item<float>(), 5.978086471557617f);
  EXPECT_EQ(cross_entropy(x, t, "none").detach().repr(), "tensor([0.5046, 4.0659, 0.0000, 1.4076])");
  EXPECT_FLOAT_EQ(cross_entropy(x, t, weights()).item<float>(), 2.0381126403808594f);
  EXPECT_FLOAT_EQ(cross_entropy(x, t, {}, -100, "mean", 0.25).item<float>(), 1.951028823852539f);
  EXPECT_FLOAT_EQ(cross_entropy(x, t, weights(), -100, "mean", 0.25).item<float>(), 1.9672346115112305f);
  EXPECT_FLOAT_EQ(cross_entropy(x, tensor({0, 2, 1, 1}), {}, 1).item<float>(), 2.285240411758423f);
  EXPECT_EQ(gradient(x, cross_entropy(x, t)).repr(),
            "tensor([[-0.1321,  0.0100,  0.1221],\n        [ 0.0155,  0.3121, -0.3276],\n        [ 0.0000,  "
            "0.0000,  0.0000],\n        [ 0.0300, -0.2518,  0.2217]])");
  EXPECT_EQ(gradient(x, cross_entropy(x, t, weights(), -100, "mean", 0.25)).repr(),
            "tensor([[-0.0040, -0.0419,  0.0459],\n        [ 0.0020,  0.2310, -0.2330],\n        [ 0.0000,  "
            "0.0000,  0.0000],\n        [ 0.0342, -0.3509,  0.3167]])");
  Tensor loss = cross_entropy(x, t);
  EXPECT_EQ(loss.grad_fn().name(), "NllLossBackward0");
}

TEST(Losses, cross_entropy_with_probabilities) {
  Tensor x = logits(), p = x.detach().softmax(1);
  Tensor loss = cross_entropy(x, p, weights(), -100, "mean", 0.25);
  EXPECT_FLOAT_EQ(loss.item<float>(), 1.0912340879440308f);
  EXPECT_EQ(gradient(x, loss).repr(),
            "tensor([[ 0.0594, -0.0466, -0.0128],\n        [ 0.0053,  0.0113, -0.0166],\n        [ 0.0556, "
            "-0.0694,  0.0139],\n        [ 0.0080, -0.0605,  0.0526]])");
}

TEST(Losses, nll_of_any_rank) {
  Tensor x = arange(24).to(float32).reshape({2, 3, 4}).requires_grad_();
  Tensor t = tensor({{0, 1, 2, 0}, {2, 2, 1, 0}});
  EXPECT_EQ(nll_loss(x, t, "none").detach().repr(),
            "tensor([[ -0.,  -5., -10.,  -3.],\n        [-20., -21., -18., -15.]])");
  EXPECT_EQ(nll_loss(x, t, "sum").item<double>(), -92);
  EXPECT_EQ(gradient(x, nll_loss(x, t, "sum")).sum().item<double>(), -8);
  EXPECT_EQ(nll_loss(tensor({1.0, 2.0, 3.0}), tensor(2)).item<double>(), -3);
  EXPECT_EQ(nll_loss(zeros({0, 3}), zeros({0}, {.dtype = int64}), "sum").item<double>(), 0);
  EXPECT_TRUE(std::isnan(nll_loss(zeros({0, 3}), zeros({0}, {.dtype = int64})).item<double>()));
  x.set_grad({});
  nll_loss(x, t).backward({}, {}, true);
  EXPECT_EQ(x.grad()[0][1][1].item<double>(), -0.125);
}

TEST(Losses, errors) {
  Tensor x = logits(), t = targets();
  EXPECT_THROW(nll_loss(x, tensor({0, 1, 2})), ValueError);
  EXPECT_THROW(nll_loss(x, tensor({0, 1, 2, 5})), IndexError);
  EXPECT_THROW(cross_entropy(x, tensor({0, 1, 2, 5}), {}, -100, "mean", 0.1), IndexError);
  EXPECT_THROW(nll_loss(x, t, ones({2})), ShapeError);
  EXPECT_THROW(nll_loss(x, t.to(int32)), DtypeError);
  EXPECT_THROW(nll_loss(x, t, weights().requires_grad_()), AutogradError);
  EXPECT_THROW(nll_loss(ones({2, 3, 4}), zeros({2, 3}, {.dtype = int64})), Error);
  EXPECT_THROW(nll_loss(tensor(1.0), tensor(0)), ValueError);
  EXPECT_THROW(cross_entropy(x, x.to(int64)), DtypeError);
  EXPECT_THROW(cross_entropy(x, x.softmax(1), {}, 1), Error);
  EXPECT_THROW(cross_entropy(x, t, {}, -100, "mean", 2.0), Error);
  EXPECT_THROW(cross_entropy(tensor(1.0), tensor(1.0)), IndexError);
}

TEST(Losses, of_integers) {
  Tensor x = tensor({1, 3, 1}), t = tensor({1, -1, -1});
  // The margin is a number of the input's dtype.
  EXPECT_TRUE(equal(hinge_embedding_loss(x, t, 5.7, "none"), tensor({1, 2, 4})));
  EXPECT_EQ(hinge_embedding_loss(x, t, 5.7, "sum").item<int64_t>(), 7);
  EXPECT_THROW(hinge_embedding_loss(x, t), DtypeError);
  EXPECT_THROW(gaussian_nll_loss(x, t, tensor({1, 1, 1})), DtypeError);
  EXPECT_THROW(multilabel_soft_margin_loss(x.view({1, 3}), t.view({1, 3})), DtypeError);
  EXPECT_THROW(lerp(x, t, 0.5), DtypeError);
}

TEST(Losses, old_arguments) {
  Value x = tensor({1.0, 2.0}), y = tensor({0.0, 0.0});
  auto loss = [&](std::vector<NamedValue> keywords) {
    return *call_op("mse_loss", std::vector<Value>{x, y}, keywords)[0].as<Tensor>();
  };
  EXPECT_EQ(loss({{"size_average", false}}).item<double>(), 5);
  EXPECT_EQ(loss({{"size_average", true}}).item<double>(), 2.5);
  EXPECT_EQ(loss({{"reduce", false}}).numel(), 2);
  EXPECT_EQ(loss({{"weight", tensor({1.0, 3.0})}}).item<double>(), 3.25);
}

} // namespace
} // namespace talweg
