// What stands under every operation: memory, sizes, numbers on their way into a dtype.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "talweg/talweg.h"

using namespace talweg;

namespace {

// A part of a tensor shares its bytes with what lies behind it.
TEST(Data, OfAPartLeavesTheRest) {
  Tensor w = ones({4, 3});
  w[1].data().zero_();
  EXPECT_TRUE(w.equal(tensor({{1., 1., 1.}, {0., 0., 0.}, {1., 1., 1.}, {1., 1., 1.}})));
  w[3].data().fill_(5);
  EXPECT_TRUE(w[3].equal(full({3}, 5.)));

  Tensor x = arange(40.);
  Tensor part = x.narrow(0, 0, 20).data();
  part.add_(ones({20}));
  part.mul_(2);
  part.data().add_(ones({20}));
  EXPECT_TRUE(x.narrow(0, 20, 20).equal(arange(20., 40.)));
  EXPECT_TRUE(x.narrow(0, 0, 20).equal(arange(20.) * 2 + 3));
  Tensor y = zeros({6}), few = y.narrow(0, 1, 2);
  few.data().fill_(1);
  few.data().data().add_(1);
  EXPECT_TRUE(y.equal(tensor({0., 2., 2., 0., 0., 0.})));
}

TEST(Data, OfAPartAsAParameter) {
  Tensor x = ones({40});
  nn::Parameter p(x.narrow(0, 0, 20).data());
  p.set_grad(ones({20}));
  optim::SGD sgd({p}, {.lr = 0.5, .weight_decay = 0.1});
  sgd.step();
  optim::Adam adam({p}, {.lr = 0.5, .weight_decay = 0.1});
  adam.step();
  EXPECT_TRUE(x.narrow(0, 20, 20).equal(ones({20})));
  EXPECT_LT(x[19].item<float>(), 0.5f);
}

TEST(Data, OfTheWholeIsWrittenInPlace) {
  Tensor x = ones({3}), large = ones({5, 7});
  x.data().add_(x);
  large.data().add_(large);
  large.view({35}).data().mul_(2);
  EXPECT_TRUE(x.equal(full({3}, 2.)));
  EXPECT_TRUE(large.equal(full({5, 7}, 4.)));
}

// A gradient over memory of somebody else's is copied: later ones are added to it in place.
TEST(Data, IsNotTakenAsAGradient) {
  Tensor w = ones({20}), leaf = ones({20}, {.requires_grad = true});
  float numbers[20] = {1, 1};
  auto hook = leaf.register_hook([&](const Tensor&) { return w.data(); });
  (leaf * 2).sum().backward();
  (leaf * 2).sum().backward();
  EXPECT_TRUE(w.equal(ones({20})));
  EXPECT_TRUE(leaf.grad().equal(full({20}, 2.)));
  hook.remove();
  leaf.set_grad({});
  leaf.register_hook([&](const Tensor&) { return from_blob(numbers, {20}); });
  (leaf * 2).sum().backward();
  (leaf * 2).sum().backward();
  EXPECT_EQ(numbers[0], 1);
  EXPECT_EQ(leaf.grad()[0].item<float>(), 2);
}

TEST(Rank, EndsAtSixtyFour) {
  const std::vector<int64_t> most(64, 1), more(65, 1), many(1000, 1);
  Tensor x = zeros(most);
  EXPECT_EQ(x.dim(), 64);
  EXPECT_THROW(zeros(more), ShapeError);
  EXPECT_THROW(zeros(many), ShapeError);
  EXPECT_THROW(x.unsqueeze(0), ShapeError);
  EXPECT_THROW(ones({1}).view(many), ShapeError);
  EXPECT_THROW(ones({1}).reshape(many), ShapeError);
  EXPECT_THROW(ones({1}).expand(many), ShapeError);
  const std::vector<Index> nones(100, None);
  EXPECT_THROW((void)x.index(nones), Error);
  EXPECT_THROW((void)ones({1}).index(nones), Error);
  EXPECT_THROW((void)ones({1}).as_strided(many, many), ShapeError);
  float number = 1;
  EXPECT_THROW(from_blob(&number, many), ShapeError);
}

std::string text_of(void (*call)()) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

TEST(Errors, NameASizeGivenAsOneInteger) {
  EXPECT_NE(text_of([] { (void)zeros({4}).view(3); }).find("(3,)"), std::string::npos);
  EXPECT_NE(text_of([] { (void)zeros({4}).reshape(7); }).find("(7,)"), std::string::npos);
}

TEST(Inference, SmallTensorsRefuseWritesOutside) {
  Tensor small, large;
  {
    InferenceMode inference;
    small = ones({3});
    large = ones({30});
    small.zero_();
  }
  EXPECT_THROW(small.zero_(), AutogradError);
  EXPECT_THROW(small.fill_(2), AutogradError);
  EXPECT_THROW(large.fill_(2), AutogradError);
  EXPECT_TRUE(small.equal(zeros({3})));
  NoGradGuard no_grad;
  EXPECT_THROW(small.zero_(), AutogradError);
}

TEST(Numbers, OutOfRangeAreRefused) {
  for (int64_t n : {2, 20}) {
    EXPECT_THROW(full(n, 3e9, {.dtype = int32}), ValueError) << n;
    EXPECT_THROW(full(n, int64_t{1} << 40, {.dtype = int32}), ValueError) << n;
    EXPECT_THROW(full(n, NAN, {.dtype = int64}), ValueError) << n;
    EXPECT_THROW(full(n, -300, {.dtype = uint8}), ValueError) << n;
    EXPECT_THROW(full(n, 1e300), ValueError) << n;
    EXPECT_THROW(full_like(zeros(n), 1e300), ValueError) << n;
    EXPECT_THROW(zeros(n, {.dtype = int32}).fill_(3e9), ValueError) << n;
    EXPECT_THROW(zeros(n, {.dtype = float16}).fill_(1e6), ValueError) << n;
    EXPECT_EQ(full(n, -1, {.dtype = uint8})[0].item<int>(), 255);
    EXPECT_EQ(full(n, 2.9, {.dtype = int32})[0].item<int>(), 2);
    EXPECT_TRUE(std::isinf(full(n, INFINITY)[0].item<float>()));
    EXPECT_EQ(full(n, 3e38)[0].item<float>(), 3e38f);
  }
}

// Operands wrap or overflow as PyTorch's do.
TEST(Numbers, OutOfRangeOperandsWrap) {
  for (int64_t n : {2, 20}) {
    Tensor x = zeros(n, {.dtype = int32});
    EXPECT_TRUE((x + (int64_t{1} << 40)).equal(x)) << n;
    EXPECT_TRUE((zeros(n, {.dtype = int8}) + 300).equal(full(n, 44, {.dtype = int8}))) << n;
    EXPECT_TRUE((zeros(n, {.dtype = uint8}) - 300).equal(full(n, 212, {.dtype = uint8}))) << n;
    EXPECT_TRUE(std::isinf((zeros(n) + 1e300)[0].item<float>())) << n;
    Tensor yes = ones(n, {.dtype = bool_});
    EXPECT_THROW(where(yes, x, int64_t{1} << 40), ValueError) << n;
    EXPECT_THROW(where(yes, zeros(n), 1e300), ValueError) << n;
    EXPECT_TRUE(std::isinf(where(logical_not(yes), zeros(n, {.dtype = float16}), 1e6)[0].item<float>())) << n;
    EXPECT_THROW(add(x, x, int64_t{1} << 40), ValueError) << n;
    EXPECT_THROW(add(zeros(n, {.dtype = float16}), ones(n, {.dtype = float16}), 1e6), ValueError) << n;
    EXPECT_THROW(pow(x, int64_t{1} << 40), ValueError) << n;
    EXPECT_TRUE(pow(ones(n), 1e300).equal(ones(n))) << n;
  }
}

TEST(Numbers, OutOfRangeInLists) {
  EXPECT_THROW(tensor(3e9, {.dtype = int32}), ValueError);
  EXPECT_THROW(tensor({3e9, 1.}, {.dtype = int32}), ValueError);
  EXPECT_EQ(tensor({-1}, {.dtype = uint8})[0].item<int>(), 255);
  EXPECT_TRUE(std::isinf(tensor(1e300, {.dtype = float32}).item<float>()));
  EXPECT_TRUE(std::isinf(tensor({1e300}, {.dtype = float32})[0].item<float>()));
}

TEST(Foreign, MemoryHasCountableStrides) {
  float numbers[8] = {};
  EXPECT_THROW(from_blob(numbers, {3}, {-1}), ShapeError);
  EXPECT_THROW(from_blob(numbers, {3, 3}, {INT64_MAX / 2, INT64_MAX / 2}), ShapeError);
  EXPECT_THROW(from_blob(numbers, {2}, {INT64_MAX / 2}), ShapeError);
  EXPECT_EQ(from_blob(numbers, {2, 2}, {4, 1}).numel(), 4);
}

TEST(History, OfAWrittenPartIsWalkedOnce) {
  Tensor x = ones({3}, {.requires_grad = true}), y = x + 1, part = y.narrow(0, 0, 2);
  part.mul_(part.detach().clone());
  Tensor total = (y + 0).sum();
  total.backward();
  EXPECT_THROW(total.backward(), AutogradError);
  Tensor again = x + 2;
  again.narrow(0, 0, 2).add_(1);
  Tensor sum = (again + 0).sum();
  sum.backward({}, true);
  sum.backward();
  EXPECT_THROW(sum.backward(), AutogradError);
}

TEST(History, KeepsGradientsThroughWrites) {
  Tensor x = ones({3}, {.requires_grad = true}), y = x * 2;
  y.retain_grad();
  y.mul_(3);
  EXPECT_TRUE(y.retains_grad());
  (y * 5).sum().backward();
  EXPECT_TRUE(y.grad().equal(full({3}, 5.)));
  EXPECT_TRUE(x.grad().equal(full({3}, 30.)));

  Tensor base = x * 2, part = base.narrow(0, 0, 2);
  base.retain_grad();
  part.retain_grad();
  part.mul_(3);
  ((base * 5).sum() + (part * 1).sum()).backward();
  EXPECT_TRUE(part.grad().equal(full({2}, 1.)));
  EXPECT_TRUE(base.grad().equal(tensor({6., 6., 5.})));
}

TEST(History, OfAWriteThatIsRefusedLeavesTheElements) {
  Tensor x = ones({20}, {.requires_grad = true}), y = x * 2;
  struct Refused {};
  int count = 0;
  autograd::SavedTensorsHooks hooks(
      [&](const Tensor& t) -> Tensor {
        if (++count >= 1) throw Refused();
        return t;
      },
      [](const Tensor& t) { return t; });
  EXPECT_THROW(y.narrow(0, 0, 10).mul_(ones({10}) * 3), Refused);
  EXPECT_TRUE(y.detach().equal(full({20}, 2.)));
  EXPECT_EQ(y.version(), 0u);
}

TEST(Losses, LeaveOutAClassThatIsWrittenLater) {
  Tensor x = zeros({2, 3}, {.requires_grad = true}), target = tensor({0, 2});
  Tensor loss = nll_loss(x, target);
  target.data().fill_(1000000);
  loss.backward();
  EXPECT_TRUE(x.grad().equal(zeros({2, 3})));
}

struct Scale : autograd::Function<Scale> {
  static Tensor forward(autograd::Context& context, const Tensor& x, const Tensor& by) {
    context.save_for_backward({x, by});
    return x * by;
  }
  static std::vector<Tensor> backward(autograd::Context& context, const std::vector<Tensor>& grads) {
    return {grads[0] * context.saved_tensors()[1], (grads[0] * context.saved_tensors()[0]).sum()};
  }
};
TEST(Functions, TakeParameters) {
  nn::Parameter p(ones({3}));
  nn::Buffer b(full({}, 4.));
  Scale::apply(p, b).sum().backward();
  EXPECT_TRUE(p.grad().equal(full({3}, 4.)));
}

struct ParameterServer {
  nn::Linear layer{2, 3};
};
TEST(Modules, PrintByTheirKind) {
  EXPECT_NE(nn::repr(ParameterServer()).find("(layer): Linear"), std::string::npos);
}

} // namespace
