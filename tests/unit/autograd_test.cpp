// The graph and its rules, as PyTorch has them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/tensor_object.h"
#include "ops/launch.h"
#include "talweg/talweg.h"

namespace talweg {
namespace {

std::vector<double> numbers(const Tensor& t) { return t.to_vector<double>(); }
using Numbers = std::vector<double>;

Tensor leaf(std::initializer_list<NestedList> values) {
  return tensor(values, {.dtype = float64, .requires_grad = true});
}

// The text of the error that f throws.
template <class E, class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("another error: ") + e.what();
  }
  return "nothing was thrown";
}

TEST(Backward, AccumulatesIntoLeaves) {
  Tensor x = leaf({1, 2, 3});
  (x * x).sum().backward();
  EXPECT_EQ(numbers(x.grad()), (Numbers{2, 4, 6}));
  (x * 3).sum().backward();
  EXPECT_EQ(numbers(x.grad()), (Numbers{5, 7, 9}));
  x.set_grad({});
  EXPECT_FALSE(x.grad().defined());
  x.mul(2).backward(tensor({1, 10, 100}, {.dtype = float64}));
  EXPECT_EQ(numbers(x.grad()), (Numbers{2, 20, 200}));
}

TEST(Backward, OneTensorInManyPlaces) {
  Tensor x = leaf({2});
  Tensor y = x * x;
  (y + y * x + x).sum().backward();
  EXPECT_EQ(numbers(x.grad()), (Numbers{4 + 12 + 1}));
}

TEST(Backward, AsksForAGradient) {
  Tensor x = leaf({1, 2});
  EXPECT_NE(error_of<AutogradError>([&] {
              (x * 2).backward();
            }).find("grad can be implicitly created only for scalar outputs"),
            std::string::npos);
  EXPECT_NE(error_of<AutogradError>([&] { tensor({1.0}).backward(); }).find("does not require grad"),
            std::string::npos);
  EXPECT_THROW((x * 2).backward(tensor({1.0})), ShapeError);
}

TEST(Backward, FreesTheGraphUnlessRetained) {
  Tensor x = leaf({1, 2});
  Tensor y = (x * x).sum();
  y.backward({}, true);
  y.backward();
  EXPECT_EQ(numbers(x.grad()), (Numbers{4, 8}));
  EXPECT_NE(error_of<AutogradError>([&] {
              y.backward();
            }).find("Trying to backward through the graph a second time"),
            std::string::npos);
  Tensor z = (x + 1).sum(); // keeps nothing
  z.backward();
  z.backward();
}

TEST(Grad, LeavesLeavesAlone) {
  Tensor x = leaf({1, 2}), w = leaf({3});
  auto grads = autograd::grad({(x * w).sum()}, {x, w});
  EXPECT_EQ(numbers(grads[0]), (Numbers{3, 3}));
  EXPECT_EQ(numbers(grads[1]), (Numbers{3}));
  EXPECT_FALSE(x.grad().defined());
}

TEST(Grad, OfUnusedInputs) {
  Tensor x = leaf({1, 2}), z = leaf({1});
  EXPECT_NE(error_of<AutogradError>([&] {
              autograd::grad({x.sum()}, {z});
            }).find("appears to not have been used in the graph"),
            std::string::npos);
  auto grads = autograd::grad({x.sum()}, {z, x}, {.allow_unused = true});
  EXPECT_FALSE(grads[0].defined());
  EXPECT_EQ(numbers(grads[1]), (Numbers{1, 1}));
  EXPECT_NE(error_of<AutogradError>([&] {
              autograd::grad({x.sum()}, {tensor({1.0})});
            }).find("does not require grad"),
            std::string::npos);
}

TEST(Grad, OfAnIntermediate) {
  Tensor x = leaf({2});
  Tensor y = x * x;
  EXPECT_EQ(numbers(autograd::grad({(y * y).sum()}, {y})[0]), (Numbers{8}));
}

TEST(Grad, ToTheThirdOrder) {
  Tensor x = leaf({3});
  Tensor y = x.pow(4).sum();
  Tensor first = autograd::grad({y}, {x}, {.create_graph = true})[0];
  Tensor second = autograd::grad({first.sum()}, {x}, {.create_graph = true})[0];
  Tensor third = autograd::grad({second.sum()}, {x}, {.create_graph = true})[0];
  EXPECT_EQ(numbers(first), (Numbers{108}));
  EXPECT_EQ(numbers(second), (Numbers{108}));
  EXPECT_EQ(numbers(third), (Numbers{72}));
  EXPECT_TRUE(third.requires_grad());
}

TEST(Modes, NoGradRecordsNothing) {
  Tensor x = leaf({1});
  {
    NoGradGuard guard;
    EXPECT_FALSE((x * 2).requires_grad());
    {
      EnableGradGuard inner;
      EXPECT_TRUE((x * 2).requires_grad());
    }
    x += 1;
  }
  EXPECT_TRUE(is_grad_enabled());
  EXPECT_EQ(numbers(x), (Numbers{2}));
  EXPECT_FALSE(no_grad([&] { return x * 2; }).requires_grad());
}

TEST(Leaves, AreWhatHasNoHistory) {
  Tensor x = leaf({1}), y = x * 2;
  EXPECT_TRUE(x.is_leaf());
  EXPECT_FALSE(y.is_leaf());
  EXPECT_TRUE(y.detach().is_leaf());
  EXPECT_FALSE(y.detach().requires_grad());
  EXPECT_EQ(x.grad_fn() ? 1 : 0, 0);
  EXPECT_THROW(arange(3).requires_grad_(), Error);
  EXPECT_THROW(y.requires_grad_(false), Error);
}

TEST(Leaves, AreNotWrittenInPlace) {
  Tensor x = leaf({1, 2});
  EXPECT_NE(error_of<AutogradError>([&] {
              x += 1;
            }).find("a leaf Variable that requires grad is being used in an in-place operation"),
            std::string::npos);
  EXPECT_NE(error_of<AutogradError>([&] {
              x.view({2, 1}).mul_(2);
            }).find("a view of a leaf Variable that requires grad"),
            std::string::npos);
  EXPECT_EQ(numbers(x), (Numbers{1, 2}));
  x.data() -= 1;
  EXPECT_EQ(numbers(x), (Numbers{0, 1}));
}

TEST(Versions, GuardWhatWasSaved) {
  Tensor x = leaf({1, 2});
  Tensor a = x * 1, y = a * a;
  a.add_(1);
  EXPECT_NE(
      error_of<AutogradError>([&] { y.sum().backward(); }).find("has been modified by an inplace operation"),
      std::string::npos);
  Tensor e = x.exp(), s = e.sum();
  e.mul_(2); // exp keeps its result
  EXPECT_THROW(s.backward(), AutogradError);
}

TEST(Versions, DetachSharesThemAndDataDoesNot) {
  Tensor x = leaf({1, 2}), a = x * 1, b = x * 1;
  Tensor y = a * a, z = b * b;
  a.data().mul_(2);
  EXPECT_NO_THROW(y.sum().backward());
  b.detach().mul_(2);
  EXPECT_THROW(z.sum().backward(), AutogradError);
}

TEST(Views, WritingOneRewritesTheOthers) {
  Tensor w = leaf({{1, 2}, {3, 4}});
  Tensor b = w * 2, u = b.view(-1), v = b.select(0, 0);
  b.reset();
  v.mul_(3);
  EXPECT_EQ(numbers(u), (Numbers{6, 12, 6, 8}));
  u.sum().backward();
  EXPECT_EQ(numbers(w.grad()), (Numbers{6, 6, 2, 2}));
}

TEST(Views, WriteThroughTheBase) {
  Tensor w = leaf({1, 2, 3});
  Tensor b = w * 2, v = b.narrow(0, 1, 2);
  b.mul_(5);
  v.sum().backward();
  EXPECT_EQ(numbers(w.grad()), (Numbers{0, 10, 10}));
}

TEST(Views, CopySlicesTakesTheOtherOperandToo) {
  Tensor x = leaf({1, 2, 3}), y = leaf({10, 20});
  Tensor base = zeros({3}, {.dtype = float64});
  base.narrow(0, 1, 2).copy_(y);
  EXPECT_TRUE(base.requires_grad());
  (base * x).sum().backward();
  EXPECT_EQ(numbers(y.grad()), (Numbers{2, 3}));
  EXPECT_EQ(numbers(x.grad()), (Numbers{0, 10, 20}));
}

TEST(Views, OfSeveralOutputsAreNotWritten) {
  Tensor w = leaf({{1, 2}, {3, 4}});
  Tensor b = w * 2;
  auto rows = b.unbind();
  EXPECT_THROW(rows[0].mul_(2), AutogradError);
  Tensor quiet;
  {
    NoGradGuard guard;
    quiet = b.view(-1);
  }
  EXPECT_TRUE(quiet.requires_grad());
  EXPECT_THROW(quiet.mul_(2), AutogradError);
  EXPECT_THROW(quiet.backward(ones({4}, {.dtype = float64})), AutogradError);
}

TEST(Hooks, SeeAndReplaceGradients) {
  Tensor x = leaf({1, 2}), y = x * 3;
  Numbers seen;
  auto hook = y.register_hook([&](const Tensor& g) {
    seen = numbers(g);
    return g * 10;
  });
  y.sum().backward();
  EXPECT_EQ(seen, (Numbers{1, 1}));
  EXPECT_EQ(numbers(x.grad()), (Numbers{30, 30}));
  Tensor z = x * 3;
  auto removed = z.register_hook([&](const Tensor& g) { return g * 0; });
  removed.remove();
  z.sum().backward();
  EXPECT_EQ(numbers(x.grad()), (Numbers{33, 33}));
}

TEST(Hooks, OnLeaves) {
  Tensor x = leaf({1, 2});
  x.register_hook([](const Tensor& g) { return g * 2; });
  (x * 3).sum().backward();
  EXPECT_EQ(numbers(x.grad()), (Numbers{6, 6}));
}

TEST(RetainGrad, KeepsTheGradientOfAnIntermediate) {
  Tensor x = leaf({1, 2}), y = x * 3;
  EXPECT_FALSE(y.retains_grad());
  y.retain_grad();
  EXPECT_TRUE(y.retains_grad());
  (y * y).sum().backward();
  EXPECT_EQ(numbers(y.grad()), (Numbers{6, 12}));
}

TEST(Chain, OfAMillionNodes) {
  Tensor x = leaf({1});
  {
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y + 1;
    y.sum().backward();
    EXPECT_EQ(numbers(x.grad()), (Numbers{1}));
    Tensor kept = x;
    for (int i = 0; i < 1'000'000; ++i) kept = kept * 1; // destroyed without a walk
  }
}

struct Cube : autograd::Function<Cube> {
  static Tensor forward(autograd::Context& context, const Tensor& x) {
    context.save_for_backward({x});
    return x * x * x;
  }
  static std::vector<Tensor> backward(autograd::Context& context, const std::vector<Tensor>& grads) {
    return {grads[0] * 3 * context.saved_tensors()[0].pow(2)};
  }
};

TEST(Functions, OfTheUser) {
  Tensor x = leaf({2, 3});
  Tensor y = Cube::apply(x);
  EXPECT_NE(y.repr().find("grad_fn=<CubeBackward>"), std::string::npos) << y.repr();
  y.sum().backward({}, true);
  EXPECT_EQ(numbers(x.grad()), (Numbers{12, 27}));
  EXPECT_TRUE(autograd::gradcheck([](const Tensor& t) { return Cube::apply(t); }, {x}));
  EXPECT_TRUE(autograd::gradgradcheck([](const Tensor& t) { return Cube::apply(t); }, {x}));
  EXPECT_FALSE(Cube::apply(x.detach()).requires_grad());
}

TEST(Functions, GuardWhatTheySave) {
  Tensor x = leaf({2}), a = x * 1, y = Cube::apply(a);
  a.add_(1);
  EXPECT_THROW(y.sum().backward(), AutogradError);
  Tensor z = Cube::apply(x).sum();
  z.backward();
  EXPECT_THROW(z.backward(), AutogradError);
}

// Two results, one of them saved; state of its own.
struct Parts : autograd::Function<Parts, struct PartsState> {
  static std::vector<Tensor> forward(PartsState& state, const Tensor& x, const Tensor& y, double scale);
  static std::vector<Tensor> backward(PartsState& state, const std::vector<Tensor>& grads);
};
struct PartsState : autograd::Context {
  double scale = 1;
};
std::vector<Tensor> Parts::forward(PartsState& state, const Tensor& x, const Tensor& y, double scale) {
  state.scale = scale;
  Tensor e = x.exp();
  state.save_for_backward({e});
  return {e, y * scale};
}
std::vector<Tensor> Parts::backward(PartsState& state, const std::vector<Tensor>& grads) {
  return {grads[0] * state.saved_tensors()[0], grads[1] * state.scale};
}

TEST(Functions, WithSeveralResults) {
  Tensor x = leaf({0, 1}), y = leaf({5});
  auto parts = Parts::apply(x, y, 4.0);
  parts[1].sum().backward();
  EXPECT_EQ(numbers(y.grad()), (Numbers{4}));
  EXPECT_EQ(numbers(x.grad()), (Numbers{0, 0})); // zeros stand for the result that nobody used
  auto again = Parts::apply(x, y, 2.0);
  (again[0].sum() + again[1].sum()).backward();
  EXPECT_EQ(numbers(x.grad()), numbers(again[0]));
  EXPECT_EQ(numbers(y.grad()), (Numbers{6}));
}

struct DoubledInPlace : autograd::Function<DoubledInPlace> {
  static Tensor forward(autograd::Context& context, const Tensor& x) {
    x.mul_(2);
    context.mark_dirty({x});
    return x;
  }
  static std::vector<Tensor> backward(autograd::Context&, const std::vector<Tensor>& grads) {
    return {grads[0] * 2};
  }
};

TEST(Functions, ThatWriteInPlace) {
  Tensor x = leaf({1, 2}), a = x * 3;
  Tensor b = DoubledInPlace::apply(a);
  EXPECT_TRUE(a.is_same(b));
  a.sum().backward();
  EXPECT_EQ(numbers(x.grad()), (Numbers{6, 6}));
  EXPECT_THROW(DoubledInPlace::apply(x), AutogradError);
}

struct WrongCount : autograd::Function<WrongCount> {
  static Tensor forward(autograd::Context&, const Tensor& x, const Tensor& y) { return x + y; }
  static std::vector<Tensor> backward(autograd::Context&, const std::vector<Tensor>& grads) {
    return {grads[0]};
  }
};

TEST(Functions, MustReturnAGradientForEachTensor) {
  Tensor x = leaf({1}), y = leaf({1});
  EXPECT_NE(
      error_of<AutogradError>([&] { WrongCount::apply(x, y).sum().backward(); }).find("expected 2, got 1"),
      std::string::npos);
}

struct WrongGradient : autograd::Function<WrongGradient> {
  static Tensor forward(autograd::Context& context, const Tensor& x) {
    context.save_for_backward({x});
    return x * x;
  }
  static std::vector<Tensor> backward(autograd::Context& context, const std::vector<Tensor>& grads) {
    return {grads[0] * context.saved_tensors()[0]};
  }
};

TEST(Gradcheck, NamesWhatIsWrong) {
  Tensor x = leaf({2, 3});
  auto f = [](const Tensor& t) { return WrongGradient::apply(t); };
  std::string text = error_of<AutogradError>([&] { autograd::gradcheck(f, {x}); });
  EXPECT_NE(text.find("d output 0 [0] / d input 0 [0]"), std::string::npos) << text;
  EXPECT_NE(text.find("backward gives 2, differences give 4"), std::string::npos) << text;
  EXPECT_FALSE(autograd::gradcheck(f, {x}, {.raise_exception = false}));
  EXPECT_THROW(autograd::gradcheck(f, {tensor({1.0}, {.dtype = float32, .requires_grad = true})}),
               AutogradError);
  EXPECT_TRUE(autograd::gradcheck(
      [](const std::vector<Tensor>& ts) {
        return std::vector<Tensor>{ts[0] * ts[1], ts[0] + 1};
      },
      {x, leaf({4, 5})}));
}

// Step (a) of the benchmarks: at the door between operations and memory everything is seen, so it can be run
// again.
TEST(Recorder, ReplaysAStep) {
  auto step = [](const Tensor& x) {
    Tensor y = x.pow(2) + 2 * x + 1;
    y.sum().backward();
    x.data() -= 0.1 * x.grad();
    x.grad().zero_();
  };
  Tensor x = tensor({1.5, -0.25, 3.0, 0.1}, {.dtype = float32, .requires_grad = true});
  Tensor twin = x.detach().clone().requires_grad_();
  step(x);
  step(twin);
  Recorder recorder;
  recorder.start();
  step(x);
  recorder.stop();
  EXPECT_GT(recorder.size(), 5u);
  step(twin);
  for (int i = 0; i < 10; ++i) {
    recorder.replay();
    step(twin);
  }
  auto got = x.to_vector<float>(), want = twin.to_vector<float>();
  EXPECT_EQ(std::memcmp(got.data(), want.data(), got.size() * sizeof(float)), 0);
}

} // namespace
} // namespace talweg
