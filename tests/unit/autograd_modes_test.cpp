// Inference and anomaly mode, labels, checkpoints, and the hooks that listen.
#include <gtest/gtest.h>

#include <talweg/talweg.h>

#include <string>

namespace {

using tw::Tensor;
namespace autograd = tw::autograd;

Tensor leaf(double value) {
  return tw::tensor({value, value + 1}, {.dtype = tw::float64, .requires_grad = true});
}

template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const tw::AutogradError& e) {
    return e.what();
  }
  return "";
}

TEST(InferenceMode, MakesTensorsThatAutogradRefuses) {
  Tensor w = leaf(1), made, view;
  {
    tw::InferenceMode guard;
    EXPECT_TRUE(tw::is_inference_mode_enabled());
    EXPECT_FALSE(tw::is_grad_enabled());
    made = w * 2;
    view = w.view({2, 1});
    EXPECT_TRUE(tw::zeros({40, 40}).is_inference());
    EXPECT_TRUE(tw::arange(3).is_inference());
    EXPECT_TRUE(made.sum().is_inference());
    made.add_(1);
    {
      tw::InferenceMode normal(false);
      EXPECT_TRUE((w * 2).requires_grad());
      EXPECT_FALSE((w * 2).is_inference());
    }
    tw::EnableGradGuard enable;
    EXPECT_FALSE((w * 2).requires_grad());
  }
  EXPECT_FALSE(tw::is_inference_mode_enabled());
  EXPECT_TRUE(tw::is_grad_enabled());
  EXPECT_TRUE(made.is_inference());
  EXPECT_FALSE(view.is_inference());
  EXPECT_FALSE(made.requires_grad());
  EXPECT_FALSE(made.clone().is_inference());
  EXPECT_FALSE((made + 1).is_inference());
  EXPECT_TRUE(made.view({2, 1}).is_inference());
  EXPECT_TRUE(made.detach().is_inference());
  EXPECT_NE(error_of([&] { made.add_(1); }).find("Inplace update to inference tensor outside"),
            std::string::npos);
  EXPECT_NE(error_of([&] { made.mul_(made); }).find("Inplace update"), std::string::npos);
  EXPECT_NE(error_of([&] { w* made; }).find("Inference tensors cannot be saved for backward"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              tw::ones({2, 2}, {.dtype = tw::float64}).requires_grad_().mm(made.view({2, 1}));
            }).find("cannot be saved"),
            std::string::npos);
  EXPECT_NE(error_of([&] { made.requires_grad_(); }).find("Setting requires_grad=True on inference tensor"),
            std::string::npos);
  EXPECT_NE(error_of([&] { made.version(); }).find("do not track version counter"), std::string::npos);
  EXPECT_NE(error_of([&] { view.mul_(2); }).find("created in inference mode"), std::string::npos);
  (w + made).sum().backward(); // nothing is saved
  EXPECT_EQ(w.grad().to_vector<double>(), (std::vector<double>{1, 1}));
}

TEST(InferenceMode, WritesNormalTensors) {
  Tensor x = tw::zeros(3), w = leaf(1);
  tw::inference_mode([&] {
    x.add_(1);
    w.mul_(2);
    return 0;
  });
  EXPECT_EQ(x.version(), 1u);
  EXPECT_EQ(w.detach().to_vector<double>(), (std::vector<double>{2, 4}));
}

TEST(AnomalyMode, NamesTheNodeAndItsLabel) {
  Tensor x = leaf(0);
  std::string text;
  {
    autograd::AnomalyMode guard;
    EXPECT_TRUE(autograd::is_anomaly_enabled());
    Tensor y;
    {
      auto outer = tw::label("encoder");
      auto inner = tw::label("attention");
      y = tw::sqrt(x * 0) * 0;
    }
    text = error_of([&] { y.sum().backward(); });
  }
  EXPECT_FALSE(autograd::is_anomaly_enabled());
  EXPECT_NE(text.find("Function 'SqrtBackward0' returned nan values in its 0th output."), std::string::npos)
      << text;
  EXPECT_NE(text.find("\"encoder/attention\""), std::string::npos) << text;
  EXPECT_EQ(error_of([&] { (tw::sqrt(x * 0) * 0).sum().backward(); }), "");
  autograd::AnomalyMode quiet(true, false);
  EXPECT_EQ(error_of([&] { (tw::sqrt(x * 0) * 0).sum().backward(); }), "");
}

TEST(AnomalyMode, TellsWhereAChangedTensorWasSaved) {
  autograd::AnomalyMode guard;
  Tensor x = leaf(1), a = x * 2;
  auto scope = tw::label("step");
  Tensor y = a * a;
  a.add_(1);
  std::string text = error_of([&] { y.sum().backward(); });
  EXPECT_NE(text.find("modified by an inplace operation"), std::string::npos);
  EXPECT_NE(text.find("\"step\""), std::string::npos) << text;
}

TEST(AnomalyMode, ChangesNoNumbers) {
  Tensor x = leaf(0.5), w = leaf(1.5);
  auto loss = [&] { return (tw::tanh(x * w) / w).pow(2).mean(); };
  loss().backward();
  Tensor plain = w.grad().clone();
  w.set_grad({});
  autograd::AnomalyMode guard;
  loss().backward();
  EXPECT_TRUE((w.grad() == plain).all().item<bool>());
}

TEST(Hooks, AfterAccumulation) {
  Tensor w = leaf(1);
  int calls = 0;
  auto hook = w.register_post_accumulate_grad_hook([&](const Tensor& p) {
    ++calls;
    p.data() -= 0.5 * p.grad();
    p.set_grad({});
  });
  (w * w + w).sum().backward();
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(w.grad().defined());
  EXPECT_EQ(w.detach().to_vector<double>(), (std::vector<double>{-0.5, -0.5}));
  autograd::grad({(w * 2).sum()}, {w});
  EXPECT_EQ(calls, 1);
  hook.remove();
  (w * w).sum().backward();
  EXPECT_EQ(calls, 1);
  EXPECT_NE(
      error_of([&] { (w * 2).register_post_accumulate_grad_hook([](const Tensor&) {}); }).find("non-leaf"),
      std::string::npos);
}

TEST(Hooks, OfNodes) {
  Tensor w = leaf(1), y = w * 3;
  std::vector<double> seen;
  auto before =
      y.grad_fn().register_prehook([](const std::vector<Tensor>& g) { return std::vector{g[0] * 2}; });
  auto after = y.grad_fn().register_hook([&](const std::vector<Tensor>& in, const std::vector<Tensor>& out) {
    seen = {in[0][0].item<double>(), out[0][0].item<double>()};
  });
  y.sum().backward({}, true);
  EXPECT_EQ(seen, (std::vector<double>{6, 2}));
  EXPECT_EQ(w.grad()[0].item<double>(), 6);
  before.remove();
  y.sum().backward();
  EXPECT_EQ(seen, (std::vector<double>{3, 1}));
}

TEST(SavedTensors, GoThroughHooks) {
  Tensor x = leaf(2), w = leaf(3);
  int packed = 0, unpacked = 0;
  Tensor y;
  {
    autograd::SavedTensorsHooks hooks(
        [&](const Tensor& t) {
          ++packed;
          EXPECT_FALSE(t.requires_grad());
          return t.clone();
        },
        [&](const Tensor& t) {
          ++unpacked;
          return t;
        });
    y = tw::exp(x * w) + tw::tanh(w);
  }
  EXPECT_EQ(packed, 4);
  Tensor g = autograd::grad({y.sum()}, {w}, {.create_graph = true})[0];
  Tensor gg = autograd::grad({g.sum()}, {w}, {.create_graph = true})[0];
  Tensor z = tw::exp(x * w) + tw::tanh(w);
  Tensor h = autograd::grad({z.sum()}, {w}, {.create_graph = true})[0];
  Tensor hh = autograd::grad({h.sum()}, {w})[0];
  EXPECT_TRUE((g == h).all().item<bool>());
  EXPECT_LT((gg - hh).abs().max().item<double>(), 1e-9 * hh.abs().max().item<double>());
  EXPECT_GE(unpacked, packed);
}

TEST(SavedTensors, MayBeKeptShort) {
  Tensor x = leaf(1);
  autograd::SavedTensorsHooks hooks([](const Tensor& t) { return t.to(tw::float16); },
                                    [](const Tensor& t) { return t.to(tw::float64); });
  (x * x).sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{2, 4}));
}

TEST(SavedTensors, PackMayNotWriteAndMayThrow) {
  Tensor x = leaf(1);
  {
    autograd::SavedTensorsHooks hooks([](const Tensor& t) { return t.add_(1); },
                                      [](const Tensor& t) { return t; });
    EXPECT_NE(error_of([&] { tw::tanh(x * 2); }).find("modifying its input in place"), std::string::npos);
  }
  autograd::SavedTensorsHooks hooks([](const Tensor&) -> int { throw tw::ValueError("no"); },
                                    [](int) { return Tensor(); });
  EXPECT_THROW(x * x, tw::ValueError);
}

TEST(Checkpoint, GivesTheSameGradientsAndKeepsNothing) {
  Tensor x = leaf(0.5), w = leaf(0.25);
  int calls = 0;
  auto f = [&](const Tensor& t) {
    ++calls;
    return tw::tanh(t * w) * tw::exp(t);
  };
  Tensor plain = f(x);
  auto wanted = autograd::grad({plain.sum()}, {x, w}, {.create_graph = true});
  auto wanted2 = autograd::grad({wanted[0].sum()}, {x, w});
  calls = 0;
  Tensor y = autograd::checkpoint(f, x);
  EXPECT_EQ(calls, 1);
  auto got = autograd::grad({y.sum()}, {x, w}, {.create_graph = true});
  EXPECT_GE(calls, 2);
  auto got2 = autograd::grad({got[0].sum()}, {x, w});
  for (int i = 0; i < 2; ++i) {
    auto at = static_cast<size_t>(i);
    EXPECT_TRUE((got[at] == wanted[at]).all().item<bool>());
    EXPECT_LT((got2[at] - wanted2[at]).abs().max().item<double>(), 1e-12);
  }
}

TEST(Checkpoint, RepeatsDraws) {
  tw::manual_seed(3);
  Tensor x = leaf(1);
  auto f = [](const Tensor& t) { return tw::exp(t * tw::rand(2, {.dtype = tw::float64})); };
  Tensor y = autograd::checkpoint(f, x);
  Tensor after = tw::rand(3);
  y.sum().backward();
  tw::manual_seed(3);
  Tensor z = f(x);
  EXPECT_TRUE((after == tw::rand(3)).all().item<bool>()); // backward has drawn nothing
  EXPECT_TRUE((x.grad() == autograd::grad({z.sum()}, {x})[0]).all().item<bool>());
}

TEST(Checkpoint, RefusesWhatComputesSomethingElse) {
  Tensor x = leaf(1);
  int calls = 0;
  Tensor y = autograd::checkpoint(
      [&](const Tensor& t) { return ++calls == 1 ? tw::exp(t) : tw::exp(tw::exp(t)); }, x);
  EXPECT_NE(error_of([&] { y.sum().backward(); }).find("A different number of tensors was saved"),
            std::string::npos);
}

} // namespace
