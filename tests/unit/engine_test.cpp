// The walk itself: shared nodes, walks inside walks, errors in the middle.
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "talweg/talweg.h"

namespace {

float number(const tw::Tensor& t) { return t.item<float>(); }

tw::Tensor leaf(float value) { return tw::tensor({value}).requires_grad_(); }

TEST(Engine, ANodeThatTwoEdgesLeadToIsAskedOnceWithTheSum) {
  tw::Tensor x = leaf(3);
  int asked = 0;
  {
    tw::Tensor square = x * x;
    square.register_hook([&](const tw::Tensor&) {
      ++asked;
      return tw::Tensor();
    });
    tw::Tensor y = square * square + square;
    y.backward();
  }
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(number(x.grad()), 4 * 27 + 6); // d(x^4 + x^2)
}

TEST(Engine, SharedNodesWithoutHandlesBehindUnsharedOnes) {
  tw::Tensor x = leaf(2);
  auto twice_used = [](const tw::Tensor& t) {
    tw::Tensor s = t * 3;
    return s * s + s;
  };
  tw::Tensor y = ((twice_used(x + 1) + 1) * 2 + x).sum();
  y.backward();
  EXPECT_EQ(number(x.grad()), 2 * (2 * 9 * 3 + 3) + 1); // s = 3 (x + 1)
}

TEST(Engine, GradientsOfALeafAreSummedBeforeTheyAreAdded) {
  // The neighbours of 1e8 are 8 apart: added one by one, every 3 would be lost.
  tw::Tensor x = leaf(1);
  x.set_grad(tw::tensor({1e8f}));
  (x * 3 + x * 3).backward();
  EXPECT_EQ(number(x.grad()), 1e8f + 6);
  x.set_grad(tw::tensor({1e8f}));
  (x * 3 + x * 3 + x * 3).backward();
  EXPECT_EQ(number(x.grad()), 1e8f + 9);
}

TEST(Engine, AHookMayWalkTheSameLeaves) {
  tw::Tensor x = leaf(2), w = leaf(5);
  tw::Tensor h = x * w;
  h.register_hook([&](const tw::Tensor& g) {
    tw::EnableGradGuard on; // hooks run without recording
    (x * x * w).backward(); // adds 20 and 4
    return g * 10;
  });
  tw::Tensor y = h * 2 + x * 7 + w;
  y.backward();
  EXPECT_EQ(number(x.grad()), 20 * 5 + 7 + 20);
  EXPECT_EQ(number(w.grad()), 20 * 2 + 1 + 4);
}

TEST(Engine, AHookMayWalkTheSameNodes) {
  tw::Tensor x = leaf(2);
  tw::Tensor inner = x * x;
  tw::Tensor outer = inner * 3;
  outer.register_hook([&](const tw::Tensor&) {
    inner.backward({}, true); // adds 4
    return tw::Tensor();
  });
  (outer + inner).backward();
  EXPECT_EQ(number(x.grad()), 4 * 4 + 4);
}

TEST(Engine, AfterAnErrorNothingIsLeftBehind) {
  tw::Tensor x = leaf(2);
  tw::Tensor a = x * 3;
  bool fails = true;
  a.register_hook([&](const tw::Tensor&) -> tw::Tensor {
    if (fails) throw std::runtime_error("not now");
    return {};
  });
  tw::Tensor y = a * 2 + x;
  EXPECT_THROW(y.backward({}, true), std::runtime_error);
  fails = false;
  x.set_grad({});
  y.backward();
  EXPECT_EQ(number(x.grad()), 7);
}

TEST(Engine, HooksOfLeavesSeeTheWholeGradientOnce) {
  tw::Tensor x = leaf(2);
  int seen = 0;
  float value = 0;
  x.register_hook([&](const tw::Tensor& g) {
    ++seen;
    value = number(g);
    return tw::Tensor();
  });
  (x * 2 + x * 3 + x).backward();
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(value, 6);
}

// A derivative that differentiates something of its own with respect to a leaf that the walk around it
// passes.
struct Nested : tw::autograd::Function<Nested> {
  static inline tw::Tensor weight;
  static inline float inner = 0;
  static tw::Tensor forward(tw::autograd::Context&, const tw::Tensor& x) { return x * 1; }
  static std::vector<tw::Tensor> backward(tw::autograd::Context&, const std::vector<tw::Tensor>& grads) {
    tw::EnableGradGuard on;
    inner = number(tw::autograd::grad({(weight * 3).sum()}, {weight})[0]);
    return grads;
  }
};

TEST(Engine, ADerivativeMayDifferentiateByALeafThatWaits) {
  tw::Tensor w = leaf(2), x = leaf(5);
  Nested::weight = w;
  (w + Nested::apply(x)).sum().backward();
  Nested::weight = {};
  EXPECT_EQ(Nested::inner, 3);
  EXPECT_EQ(number(w.grad()), 1);
  EXPECT_EQ(number(x.grad()), 1);
}

TEST(Engine, AGraphMadeByTwoThreadsIsDifferentiated) {
  tw::Tensor x = leaf(2);
  tw::Tensor h = x;
  for (int i = 0; i < 100; ++i) h = h * 1;
  float got = 0;
  std::thread([&] { got = number(tw::autograd::grad({(h * 3).sum()}, {x})[0]); }).join();
  EXPECT_EQ(got, 3);
}

TEST(Engine, AHookCantChangeWhatAGradientIs) {
  tw::Tensor w = tw::ones({3}).requires_grad_();
  auto hook = w.register_hook([](const tw::Tensor& g) { return g.sum(); });
  EXPECT_THROW((w * 2).sum().backward(), tw::AutogradError);
  hook.remove();
  hook = w.register_hook([](const tw::Tensor& g) { return g.to(tw::float64); });
  EXPECT_THROW((w * 2).sum().backward(), tw::AutogradError);
}

TEST(Engine, HooksMayRemoveHooks) {
  tw::Tensor x = leaf(2);
  int first = 0, second = 0;
  tw::HookHandle a, b;
  a = x.register_hook([&, mark = std::string(100, 'a')](const tw::Tensor&) {
    ++first;
    a.remove();
    b.remove();
    EXPECT_EQ(mark.size(), 100u); // what it works on is still there
    return tw::Tensor();
  });
  b = x.register_hook([&, mark = std::string(100, 'b')](const tw::Tensor&) {
    second += mark[50] == 'b';
    return tw::Tensor();
  });
  (x * 2).backward();
  (x * 2).backward();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
}

TEST(Engine, AHookIsRemovedWhereItWasRegistered) {
  tw::Tensor x = leaf(2);
  tw::Tensor y = x * 2;
  int called = 0;
  auto hook = y.register_hook([&](const tw::Tensor&) {
    ++called;
    return tw::Tensor();
  });
  y.mul_(3);
  hook.remove();
  y.backward();
  EXPECT_EQ(called, 0);
}

TEST(Engine, AHookMayLetGoOfTheGraph) {
  tw::Tensor x = leaf(2);
  tw::Tensor loss = x * 3;
  loss.register_hook([&](const tw::Tensor&) {
    loss.detach_();
    return tw::Tensor();
  });
  loss.backward();
  EXPECT_EQ(number(x.grad()), 3);
}

} // namespace
