// Optimizers: options, groups, state, text and errors; their arithmetic is compared with PyTorch's by the
// goldens.
#include "talweg/optim.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "kernels/isa.h"
#include "ops/launch.h"
#include "talweg/autograd.h"
#include "talweg/create.h"

namespace {

using namespace talweg;

Tensor parameter(const std::vector<float>& values, const std::vector<float>& grad = {}) {
  Tensor p = tensor(values).requires_grad_();
  if (!grad.empty()) p.set_grad(tensor(grad));
  return p;
}

TEST(Optim, SgdIsOneFusedMultiplyAdd) {
  Tensor p = parameter({1, 2, 3}, {0.1f, 0.2f, 0.3f});
  uint32_t version = p.version();
  optim::SGD({p}, {.lr = 0.1}).step();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(p.at<float>(i), std::fma(-0.1f, p.grad().at<float>(i), static_cast<float>(i + 1)));
  EXPECT_EQ(p.version(), version + 1);
  EXPECT_TRUE(p.is_leaf());
}

TEST(Optim, GradientsAreNeverWritten) {
  Tensor p = parameter({1, 2}, {3, 4});
  optim::SGD sgd({p}, {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.5, .nesterov = true, .maximize = true});
  sgd.step();
  sgd.step();
  optim::Adam adam({p}, {.weight_decay = 0.1, .amsgrad = true});
  adam.step();
  EXPECT_EQ(p.grad().to_vector<float>(), (std::vector<float>{3, 4}));
  // Nor does the momentum share their memory.
  EXPECT_NE(sgd.state(p)[0].second.data_ptr(), p.grad().data_ptr());
}

// A parameter after three steps of an optimizer, its elements in one row or every second of a longer one.
template <class Make>
std::vector<float> after_steps(bool strided, Make make) {
  Tensor storage = zeros({2 * 37});
  Tensor p = strided ? storage.slice(0, 0, 74, 2) : zeros({37});
  p.copy_(arange(37).to(float32) * 0.1);
  p.requires_grad_();
  p.set_grad((arange(37).to(float32) - 10) * 0.03);
  auto optimizer = make(p);
  for (int i = 0; i < 3; ++i) optimizer->step();
  return p.to_vector<float>();
}

TEST(Optim, SameBitsOnEveryInstructionSetAndLayout) {
  auto sgd = [](const Tensor& p) {
    return std::make_unique<optim::SGD>(std::vector{p},
                                        optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1});
  };
  auto adam = [](const Tensor& p) {
    return std::make_unique<optim::Adam>(std::vector{p}, optim::AdamOptions{.lr = 0.1, .amsgrad = true});
  };
  auto wanted_sgd = after_steps(false, sgd), wanted_adam = after_steps(false, adam);
  Isa before = static_cast<Isa>(isa_index());
  for (Isa isa : {Isa::base, Isa::avx2, Isa::avx512}) {
    if (!is_supported(isa)) continue;
    set_isa(isa);
    for (bool strided : {false, true}) {
      EXPECT_EQ(after_steps(strided, sgd), wanted_sgd) << name(isa) << strided;
      EXPECT_EQ(after_steps(strided, adam), wanted_adam) << name(isa) << strided;
    }
  }
  set_isa(before);
}

TEST(Optim, AStepIsRecordedAtTheDoor) {
  Tensor p = parameter({1, 2}, {3, 4});
  optim::SGD sgd({p}, {.lr = 0.5});
  Recorder recorder;
  recorder.start();
  sgd.step();
  recorder.stop();
  EXPECT_EQ(recorder.size(), 1u);
  recorder.replay();
  EXPECT_EQ(p.to_vector<float>(), (std::vector<float>{-2, -2}));
}

TEST(Optim, GroupsAndLearningRates) {
  Tensor a = parameter({1}, {1}), b = parameter({1}, {1});
  optim::SGD sgd({{{a}, {.lr = 0.5}}, {{b}, {.lr = 0.25}}});
  EXPECT_EQ(sgd.param_groups().size(), 2u);
  sgd.step();
  EXPECT_EQ(a.at<float>(0), 0.5f);
  EXPECT_EQ(b.at<float>(0), 0.75f);
  sgd.param_groups()[0].lr = 0.125;
  sgd.param_groups()[1].lr *= 0.5;
  EXPECT_EQ(sgd.lr(), 0.125);
  sgd.step();
  EXPECT_EQ(a.at<float>(0), 0.375f);
  EXPECT_EQ(b.at<float>(0), 0.625f);
  sgd.set_lr(0.0625);
  EXPECT_EQ(sgd.param_groups()[1].lr, 0.0625);
  Tensor c = parameter({1}, {1});
  sgd.add_param_group({{c}, {.lr = 1}});
  sgd.step();
  EXPECT_EQ(c.at<float>(0), 0);
}

template <class O, class Options>
void round_trip(const Options& options) {
  Tensor a = parameter({1, 2, 3}), b = parameter({1, 2, 3});
  O first({a}, options);
  auto pull = [](const Tensor& p) { p.set_grad((p.detach() - 1) * 0.5); };
  for (int i = 0; i < 3; ++i) {
    pull(a);
    first.step();
  }
  O second({b});
  b.data().copy_(a.detach());
  second.load_state_dict(first.state_dict());
  for (int i = 0; i < 3; ++i) {
    pull(a);
    pull(b);
    first.step();
    second.step();
  }
  EXPECT_EQ(a.to_vector<float>(), b.to_vector<float>());
  EXPECT_EQ(first.repr(), second.repr());
}

TEST(Optim, StateAndOptionsGoThereAndBack) {
  round_trip<optim::SGD>(optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .nesterov = true});
  round_trip<optim::Adam>(optim::AdamOptions{.lr = 0.1, .betas = {0.8, 0.9}, .amsgrad = true});
  Tensor p = parameter({1}, {1}), q = parameter({1, 2}, {1, 2});
  optim::SGD one({p}, {.momentum = 0.9}), other({q}, {.momentum = 0.5});
  one.step();
  EXPECT_THROW(other.load_state_dict(one.state_dict()), ValueError);
  EXPECT_EQ(other.param_groups()[0].momentum, 0.5);
  EXPECT_THROW(optim::SGD({p, parameter({1})}).load_state_dict(one.state_dict()), ValueError);
}

TEST(Optim, Text) {
  Tensor p = parameter({1});
  EXPECT_EQ(optim::SGD({p}, {.lr = 0.01}).repr(),
            "SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.01\n    maximize: False\n    momentum: "
            "0\n    nesterov: "
            "False\n    weight_decay: 0\n)");
  EXPECT_EQ(optim::Adam({p}, {.lr = 1}).repr(),
            "Adam (\nParameter Group 0\n    amsgrad: False\n    betas: (0.9, 0.999)\n    "
            "decoupled_weight_decay: False\n    eps: 1e-08\n    lr: 1\n    "
            "maximize: False\n    weight_decay: 0\n)");
}

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const ValueError& e) {
    return e.what();
  }
  return {};
}

TEST(Optim, Errors) {
  Tensor p = parameter({1});
  EXPECT_EQ(error_of([&] { optim::SGD({p}, {.lr = -1.0}); }), "Invalid learning rate: -1.0");
  EXPECT_EQ(error_of([&] { optim::SGD({p}, {.lr = NAN}); }), "Invalid learning rate: nan");
  EXPECT_EQ(error_of([&] { optim::SGD({p}, {.momentum = -0.5}); }), "Invalid momentum value: -0.5");
  EXPECT_EQ(error_of([&] { optim::SGD({p}, {.weight_decay = -1}); }), "Invalid weight_decay value: -1");
  EXPECT_EQ(error_of([&] { optim::SGD({p}, {.nesterov = true}); }),
            "Nesterov momentum requires a momentum and zero dampening");
  EXPECT_EQ(error_of([&] {
              optim::Adam({p}, {.betas = {1.0, 0.9}});
            }),
            "Invalid beta parameter at index 0: 1.0");
  EXPECT_EQ(error_of([&] { optim::Adam({p}, {.eps = -1e-8}); }), "Invalid epsilon value: -1e-08");
  EXPECT_NE(
      error_of([&] { optim::SGD(std::vector<Tensor>{}); }).find("optimizer got an empty parameter list"),
      std::string::npos);
  EXPECT_NE(error_of([&] { optim::SGD({p * 2}); }).find("can't optimize a non-leaf Tensor"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              optim::SGD({{{p}, {}}, {{p}, {}}});
            }).find("some parameters appear in more than one parameter group"),
            std::string::npos);
}

TEST(Optim, ParametersWithoutGradientStay) {
  Tensor p = parameter({1}), q = parameter({1}, {1});
  optim::Adam adam({p, q});
  adam.step();
  EXPECT_EQ(p.at<float>(0), 1);
  EXPECT_NE(q.at<float>(0), 1);
  EXPECT_TRUE(adam.state(p).empty());
  EXPECT_EQ(adam.state(q).size(), 3u);
  adam.zero_grad();
  EXPECT_FALSE(q.grad().defined());
}

} // namespace
