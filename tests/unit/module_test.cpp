// Modules: what is found in them, saved, loaded, converted, cloned and printed.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <sstream>

#include "talweg/talweg.h"

namespace {

using namespace talweg;

struct Block {
  nn::Linear fc{2, 2};
  nn::Parameter scale{ones({2})};
  nn::Buffer seen{zeros({2})};
  nn::ReLU act;
  bool training = true;
  Tensor operator()(const Tensor& x) const { return act(fc(x)) * scale; }
};
struct Net {
  Block first;
  std::vector<nn::Linear> layers;
  std::map<std::string, nn::Linear> heads;
  std::optional<nn::Linear> extra;
  std::unique_ptr<Block> last;
  int hidden = 3;
  Tensor note;
};

std::vector<std::string> keys(const NamedTensors& list) {
  std::vector<std::string> out;
  for (const auto& [name, t] : list) out.push_back(name);
  return out;
}
Net make_net() {
  Net net;
  net.layers.emplace_back(2, 3);
  net.layers.emplace_back(3, 2, nn::LinearOptions{.bias = false});
  net.heads.emplace("left", nn::Linear(2, 1));
  net.last = std::make_unique<Block>();
  return net;
}

TEST(Module, NamesInPyTorchsOrder) {
  Net net = make_net();
  EXPECT_EQ(keys(named_parameters(net)),
            (std::vector<std::string>{"first.scale", "first.fc.weight", "first.fc.bias", "layers.0.weight",
                                      "layers.0.bias", "layers.1.weight", "heads.left.weight",
                                      "heads.left.bias", "last.scale", "last.fc.weight", "last.fc.bias"}));
  EXPECT_EQ(keys(named_buffers(net)), (std::vector<std::string>{"first.seen", "last.seen"}));
  net.extra.emplace(2, 2);
  EXPECT_EQ(parameters(net).size(), 13u);
  EXPECT_EQ(num_parameters(net.first), 2 * 2 + 2 + 2);
  EXPECT_TRUE(parameters(net)[0].is_same(net.first.scale));
}

TEST(Module, ABareTensorThatRequiresGradIsAnError) {
  Net net = make_net();
  net.note = ones({1});
  EXPECT_EQ(parameters(net).size(), 11u);
  net.note.requires_grad_();
  EXPECT_THROW(parameters(net), TypeError);
}

TEST(Module, SharedParametersAreFoundOnce) {
  struct Tied {
    std::shared_ptr<nn::Linear> a, b;
  } tied;
  tied.a = tied.b = std::make_shared<nn::Linear>(2, 2);
  EXPECT_EQ(parameters(tied).size(), 2u);
  EXPECT_EQ(state_dict(tied).size(), 4u);
}

TEST(Module, StateGoesThereAndBack) {
  Block a, b;
  load_state_dict(b, state_dict(a));
  EXPECT_TRUE(b.fc.weight.equal(a.fc.weight));
  EXPECT_FALSE(state_dict(a).at("scale").requires_grad());
  // The state shares memory with the module.
  state_dict(a).at("seen").fill_(7);
  EXPECT_EQ(a.seen.at<float>(1), 7);
}

TEST(Module, WrongStateIsListedAndNothingIsWritten) {
  Block block;
  StateDict state = state_dict(clone(block));
  state["fc.wieght"] = state["fc.weight"];
  state.erase("fc.weight");
  state["scale"] = zeros({3});
  state["seen"] = ones({2});
  try {
    load_state_dict(block, state);
    FAIL();
  } catch (const KeyError& e) {
    std::string text = e.what();
    EXPECT_NE(text.find("Error(s) in loading state_dict for Block:"), std::string::npos);
    EXPECT_NE(text.find("Missing key(s) in state_dict: \"fc.weight\". "), std::string::npos);
    EXPECT_NE(text.find("Unexpected key(s) in state_dict: \"fc.wieght\". "), std::string::npos);
    EXPECT_NE(text.find("Is \"fc.wieght\" meant for \"fc.weight\"?"), std::string::npos);
    EXPECT_NE(text.find("size mismatch for scale: copying a param with shape torch.Size([3]) from "
                        "checkpoint, the shape in current model is "
                        "torch.Size([2])."),
              std::string::npos);
  }
  EXPECT_EQ(block.seen.at<float>(0), 0);
  EXPECT_THROW(load_state_dict(block, state, false), ShapeError);
  state.erase("scale");
  auto keys = load_state_dict(block, state, false);
  EXPECT_EQ(keys.missing_keys, (std::vector<std::string>{"scale", "fc.weight"}));
  EXPECT_EQ(keys.unexpected_keys, std::vector<std::string>{"fc.wieght"});
  EXPECT_EQ(block.seen.at<float>(0), 1);
}

TEST(Module, AModulePrefixIsRecognised) {
  nn::Linear linear(1, 1, {.bias = false});
  try {
    load_state_dict(linear, {{"module.weight", ones({1, 1})}});
    FAIL();
  } catch (const KeyError& e) {
    EXPECT_NE(std::string(e.what()).find("Is \"module.weight\" meant for \"weight\"?"), std::string::npos);
  }
}

TEST(Module, TrainEvalToZeroGradApply) {
  Net net = make_net();
  eval(net);
  EXPECT_FALSE(net.first.training);
  EXPECT_FALSE(net.last->training);
  train(net);
  EXPECT_TRUE(net.last->training);
  to(net, float64);
  EXPECT_EQ(net.first.fc.weight.dtype(), float64);
  EXPECT_EQ(net.first.seen.dtype(), float64);
  EXPECT_TRUE(net.first.fc.weight.requires_grad());
  EXPECT_THROW(to(net, int64), TypeError);
  net.first.scale.set_grad(ones({2}, {.dtype = float64}));
  zero_grad(net);
  EXPECT_FALSE(net.first.scale.grad().defined());
  int linears = 0;
  apply(net, [&](nn::Linear& m) {
    nn::init::zeros_(m.weight);
    ++linears;
  });
  EXPECT_EQ(linears, 5);
  EXPECT_EQ(net.layers[0].weight.at<double>(0, 0), 0);
  requires_grad_(net, false);
  EXPECT_FALSE(net.first.scale.requires_grad());
}

TEST(Module, ACloneIsDeep) {
  Net net = make_net();
  Net copy = clone(net);
  EXPECT_EQ(keys(named_parameters(copy)), keys(named_parameters(net)));
  EXPECT_TRUE(copy.layers[0].weight.equal(net.layers[0].weight));
  EXPECT_NE(copy.layers[0].weight.data_ptr(), net.layers[0].weight.data_ptr());
  EXPECT_TRUE(copy.last->scale.requires_grad());
  EXPECT_FALSE(std::is_copy_constructible_v<Net>);
  EXPECT_TRUE(std::is_move_constructible_v<Net>);
}

TEST(Module, Text) {
  Net net = make_net();
  net.layers.emplace_back(3, 2, nn::LinearOptions{.bias = false});
  std::ostringstream out;
  out << net;
  EXPECT_EQ(out.str(), R"(Net(
  (first): Block(
    (fc): Linear(in_features=2, out_features=2, bias=True)
    (act): ReLU()
  )
  (layers): ModuleList(
    (0): Linear(in_features=2, out_features=3, bias=True)
    (1-2): 2 x Linear(in_features=3, out_features=2, bias=False)
  )
  (heads): ModuleDict(
    (left): Linear(in_features=2, out_features=1, bias=True)
  )
  (last): Block(
    (fc): Linear(in_features=2, out_features=2, bias=True)
    (act): ReLU()
  )
))");
  EXPECT_EQ(repr(nn::ReLU({.inplace = true})), "ReLU(inplace=True)");
}

TEST(Module, Sequentials) {
  nn::Sequential fixed(nn::Linear(2, 3), nn::Tanh(), nn::Linear(3, 1));
  EXPECT_EQ(keys(named_parameters(fixed)),
            (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"}));
  nn::AnySequential free;
  free.append(clone(fixed.get<0>())).append(nn::Tanh()).append(clone(fixed.get<2>()));
  EXPECT_EQ(repr(free), repr(fixed));
  load_state_dict(free, state_dict(fixed));
  Tensor x = ones({4, 2});
  EXPECT_TRUE(free(x).equal(fixed(x)));
  nn::AnySequential named;
  named.append("in", nn::Linear(2, 3)).append(nn::Tanh());
  EXPECT_EQ(keys(named_parameters(named)), (std::vector<std::string>{"in.weight", "in.bias"}));
  EXPECT_EQ(repr(clone(named)),
            "Sequential(\n  (in): Linear(in_features=2, out_features=3, bias=True)\n  (1): Tanh()\n)");
  EXPECT_THROW(nn::AnyModule(nn::Tanh()).forward(std::vector{x, x}), TypeError);
}

TEST(Module, Parameters) {
  Tensor data = ones({2});
  nn::Parameter p(data);
  EXPECT_EQ(p.repr(), "Parameter containing:\ntensor([1., 1.], requires_grad=True)");
  EXPECT_FALSE(data.requires_grad());
  data.fill_(3);
  EXPECT_EQ(p.at<float>(0), 3);
  EXPECT_EQ(repr(std::vector<Tensor>{p, data}),
            "[Parameter containing:\ntensor([3., 3.], requires_grad=True), tensor([3., 3.])]");
  EXPECT_FALSE(nn::Parameter().defined());
  EXPECT_EQ(repr(Tensor()), "None");
}

TEST(Module, BornAsPyTorchs) {
  manual_seed(0);
  nn::Linear linear(2, 3);
  EXPECT_EQ(linear.weight.at<float>(0, 1), 0.37932288646697998f);
  EXPECT_EQ(linear.bias.at<float>(2), -0.062751516699790955f);
}

TEST(Module, OldOptionsOfLossesWarn) {
  static std::string heard;
  auto before = set_warning_handler([](std::string_view category, std::string_view message) {
    heard = std::string(category) + ": " + std::string(message);
  });
  nn::MSELoss loss({.size_average = false});
  set_warning_handler(before);
  EXPECT_EQ(loss.reduction, "sum");
  EXPECT_EQ(
      heard,
      "UserWarning: size_average and reduce args will be deprecated, please use reduction='sum' instead.");
}

} // namespace
