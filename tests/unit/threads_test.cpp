// Two threads train two models at once; under the thread sanitizer they must not meet.
#include <gtest/gtest.h>

#include <talweg/talweg.h>

#include <thread>

namespace {

using tw::Tensor;

struct Net {
  tw::nn::Linear fc1{4, 8};
  tw::nn::Linear fc2{8, 1};
  Tensor operator()(const Tensor& x) const { return fc2(tw::tanh(fc1(x))); }
};

// Weights and data are made beforehand: the default generator is one for all.
struct Model {
  Net net;
  Tensor x = tw::randn({16, 4}), y = tw::randn({16, 1});
};

template <class F>
double train(const Model& m, const F& swish) {
  tw::optim::Adam optimizer(tw::nn::parameters(m.net), {.lr = 0.01});
  double last = 0;
  for (int step = 0; step < 30; ++step) {
    optimizer.zero_grad();
    Tensor loss = tw::mse_loss(m.net(swish(m.x)), m.y);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
  }
  return last;
}

TEST(Threads, TrainTwoModelsAtOnce) {
  auto swish = tw::pointwise([](auto x) { return x / (1 + exp(-x)); });
  double alone[2], together[2];
  for (int i = 0; i < 2; ++i) {
    tw::manual_seed(i);
    Model m;
    alone[i] = train(m, swish);
  }
  tw::manual_seed(0);
  Model first;
  tw::manual_seed(1);
  Model second;
  std::thread a([&] { together[0] = train(first, swish); });
  std::thread b([&] { together[1] = train(second, swish); });
  a.join();
  b.join();
  EXPECT_EQ(alone[0], together[0]);
  EXPECT_EQ(alone[1], together[1]);
}

TEST(Threads, ShareAFormulaAndItsDerivatives) {
  auto f = tw::pointwise([](auto x) { return x * tanh(x); });
  double out[2];
  auto work = [&](int i) {
    tw::InferenceMode normal(false);
    Tensor x = tw::full(100, 0.5, {.requires_grad = true});
    Tensor g = tw::autograd::grad({f(x).sum()}, {x}, {.create_graph = true})[0];
    out[i] = tw::autograd::grad({g.sum()}, {x})[0].sum().item<double>();
  };
  std::thread a([&] { work(0); }), b([&] { work(1); });
  a.join();
  b.join();
  EXPECT_EQ(out[0], out[1]);
}

TEST(Threads, ModesBelongToOne) {
  tw::InferenceMode guard;
  tw::autograd::AnomalyMode watch;
  bool elsewhere = true;
  std::thread([&] {
    elsewhere = tw::is_inference_mode_enabled() || tw::autograd::is_anomaly_enabled();
  }).join();
  EXPECT_FALSE(elsewhere);
}

} // namespace
