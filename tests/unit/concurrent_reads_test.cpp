// Threads that only read a tensor may be the first to ask for what is made when somebody asks.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "talweg/talweg.h"

using namespace talweg;

namespace {

// Runs f in two threads that start as close together as they can.
template <class F>
void twice_at_once(F f) {
  std::atomic<int> waiting = 2;
  auto run = [&] {
    --waiting;
    while (waiting > 0) std::this_thread::yield();
    f();
  };
  std::thread other(run);
  run();
  other.join();
}

TEST(ConcurrentReads, RenewTheHistoryOfAViewOnce) {
  for (int i = 0; i < 200; ++i) {
    Tensor leaf = ones({6}, {.requires_grad = true}), x = leaf * 2, part = x.narrow(0, 1, 3);
    x.mul_(3);
    std::atomic<int> right = 0, next = 0;
    Tensor sums[2];
    twice_at_once([&] {
      if (part.requires_grad() && part.grad_fn().name() == "AsStridedBackward0") ++right;
      sums[next++] = (part * 2).sum();
    });
    ASSERT_EQ(right, 2);
    (sums[0] + sums[1]).backward();
    ASSERT_TRUE(leaf.grad().equal(tensor({0., 24., 24., 24., 0., 0.})));
  }
}

TEST(ConcurrentReads, MakeTheNodeOfALeafOnce) {
  for (int i = 0; i < 200; ++i) {
    Tensor leaf = ones({6}, {.requires_grad = true});
    Tensor sums[2];
    std::atomic<int> next = 0;
    twice_at_once([&] { sums[next++] = (leaf * 2).sum(); });
    (sums[0] + sums[1]).backward();
    ASSERT_TRUE(leaf.grad().equal(full({6}, 4.)));
  }
}

} // namespace
