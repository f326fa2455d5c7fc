// Each allocation of a training step fails in turn: it throws std::bad_alloc, nothing is lost or half done,
// and the same step then goes through with the same bits as if nothing had happened.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "core/failing_allocation.h"
#include "talweg/talweg.h"

// The program's own: allocations of the C++ library count too. Small blocks come from malloc as before, so
// that the sanitizers see them. Out of line: where only one of a pair is inlined, the compiler takes them for
// strangers.
[[gnu::noinline]] void* operator new(size_t bytes) {
  void* block = talweg::allocation_fails() ? nullptr : std::malloc(bytes ? bytes : 1);
  if (!block) throw std::bad_alloc();
  return block;
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace {

using tw::Tensor;
namespace nn = tw::nn;

struct Net {
  nn::Linear first{3, 20};
  nn::Linear second{20, 2};
  Tensor operator()(const Tensor& x) const { return second(first(x).tanh()); }
};

using Bytes = std::vector<std::string>;

std::string bytes_of(const Tensor& t) {
  if (!t.defined()) return "none";
  Tensor dense = t.detach().contiguous();
  return {static_cast<const char*>(dense.data_ptr()), static_cast<size_t>(dense.nbytes())};
}

int failures = 0;
void expect(bool holds, const char* what, const char* program, int64_t at) {
  if (holds) return;
  if (++failures < 20) std::printf("%s, allocation %lld: %s\n", program, static_cast<long long>(at), what);
}

// A training program: a net, its optimizer, a step.
template <class Optimizer>
struct Training {
  Net net;
  Optimizer optimizer;
  Tensor x, y;
  bool half;

  Training(typename Optimizer::Options options, bool half_precision, bool strided)
      : net(made(half_precision ? tw::bfloat16 : tw::float32)),
        optimizer(tw::parameters(net), options),
        half(half_precision) {
    x = tw::arange(24.0).reshape({8, 3}) / 24;
    y = tw::arange(16.0).reshape({8, 2}) / 16;
    if (half) x = x.to(tw::bfloat16), y = y.to(tw::bfloat16);
    if (strided) x = x.t().contiguous().t();
  }
  static Net made(tw::Dtype dtype) {
    tw::manual_seed(1);
    return {nn::Linear(3, 20, {.dtype = dtype}), nn::Linear(20, 2, {.dtype = dtype})};
  }
  Tensor loss() const { return tw::mse_loss(net(x), y); }
  void step() {
    optimizer.zero_grad();
    loss().backward();
    optimizer.step();
  }
  Bytes parameters() const {
    Bytes out;
    for (const Tensor& p : tw::parameters(net)) out.push_back(bytes_of(p));
    return out;
  }
  Bytes gradients() const {
    Bytes out;
    for (const Tensor& p : tw::parameters(net)) out.push_back(bytes_of(p.grad()));
    return out;
  }
  Bytes state() const {
    Bytes out;
    for (const Tensor& p : tw::parameters(net))
      for (const auto& [name, t] : optimizer.state(p)) out.push_back(name + bytes_of(t));
    return out;
  }
};

// Each part of the step on its own: where a part fails, what it would have written is untouched.
template <class Optimizer>
void fail_each(const char* program, typename Optimizer::Options options, bool half = false,
               bool strided = false, int warm_steps = 0) {
  const bool whole_steps = !half; // in bfloat16 a step works on copies, one parameter after the other
  int64_t at = 0;
  for (bool more = true; more && at < 5000; ++at) {
    Training<Optimizer> wanted(options, half, strided), got(options, half, strided);
    for (int i = 0; i < warm_steps; ++i) wanted.step(), got.step();
    wanted.step();
    Bytes before = got.parameters(), state_before = got.state();
    bool stepping = false;
    more = false;
    {
      talweg::FailingAllocation failing(at);
      try {
        got.optimizer.zero_grad();
        got.loss().backward();
        stepping = true;
        got.optimizer.step();
      } catch (const std::bad_alloc&) {
        more = true;
      } catch (const tw::Error& e) {
        more = true;
        expect(std::strstr(e.what(), "alloc") != nullptr, e.what(), program, at);
      }
      expect(more == failing.happened(), "an allocation failed and nothing was thrown", program, at);
    }
    if (more) {
      if (whole_steps || !stepping)
        expect(got.parameters() == before, "a parameter has changed", program, at);
      if (!stepping) expect(got.state() == state_before, "the optimizer's state has changed", program, at);
      if (!whole_steps && stepping) continue;
      got.step();
    }
    expect(got.parameters() == wanted.parameters(), "parameters differ after the step was made again",
           program, at);
    expect(got.gradients() == wanted.gradients(), "gradients differ after the step was made again", program,
           at);
    expect(got.state() == wanted.state(), "the optimizer's state differs", program, at);
  }
  std::printf("%s: each of %lld allocations failed in turn\n", program, static_cast<long long>(at - 1));
  expect(at > 10 && at < 5000, "too few or too many allocations: is the count connected?", program, at);
}

// What a user does around training: each call of it throws, and the tensors it read are as before.
template <class F, class Right = bool (*)()>
void fail_each_call(
    const char* program, F call, int64_t least, Right right = [] { return true; }) {
  int64_t at = 0;
  for (bool more = true; more && at < 5000; ++at) {
    more = false;
    {
      talweg::FailingAllocation failing(at);
      try {
        call();
      } catch (const std::bad_alloc&) {
        more = true;
      }
      expect(more == failing.happened(), "an allocation failed and nothing was thrown", program, at);
    }
    expect(!more || right(), "a call that failed has written", program, at);
  }
  std::printf("%s: each of %lld allocations failed in turn\n", program, static_cast<long long>(at - 1));
  expect(at > least && at < 5000, "too few or too many allocations: is the count connected?", program, at);
}

} // namespace

int main() {
  namespace optim = tw::optim;
  fail_each<optim::SGD>("SGD", {.lr = 0.1});
  fail_each<optim::SGD>("SGD with momentum, first step", {.lr = 0.1, .momentum = 0.9});
  fail_each<optim::SGD>("SGD with momentum, later step", {.lr = 0.1, .momentum = 0.9}, false, true, 2);
  fail_each<optim::Adam>("Adam, first step", {.lr = 0.01, .amsgrad = true});
  fail_each<optim::Adam>("Adam, later step", {.lr = 0.01}, false, true, 2);
  fail_each<optim::Adam>("Adam in bfloat16", {.lr = 0.01}, true);

  Tensor x = tw::arange(600.0).reshape({20, 30}), before = x.clone();
  Tensor rows = tw::tensor({1, 2, 3}), w = tw::ones({30}, {.requires_grad = true});
  fail_each_call(
      "views and indices",
      [&] {
        (void)x.index({rows, tw::Slice(1, 9, 2)}).t().reshape({-1}).sum();
      },
      3);
  fail_each_call(
      "broadcasting and conversion", [&] { (void)(x.to(tw::float64) * rows.select(0, 1) + w).mean({0}); }, 3);
  fail_each_call(
      "printing", [&] { (void)x.repr(); }, 1);
  fail_each_call(
      "second derivatives",
      [&] {
        auto first = tw::autograd::grad({(w * w * w).sum()}, {w}, {.create_graph = true});
        (void)tw::autograd::grad({first[0].sum()}, {w});
      },
      5);
  fail_each_call(
      "calls in place", [&] { x.clone().add_(w.detach()).mul_(2).index_put_({rows}, w.detach()); }, 3);
  fail_each_call(
      "recorded calls in place",
      [&] {
        Tensor y = w * 2, part = y.narrow(0, 0, 10);
        part.mul_(part.detach().clone());
        part.add_(w.narrow(0, 5, 10) * w.narrow(0, 0, 1), 2);
        y.index_put_({rows}, w.narrow(0, 0, 3)).fill_(1);
        y.copy_(w).exp_().sum().backward({}, true);
        y.set_grad({});
      },
      20);
  Tensor written, factor = tw::arange(10.0);
  fail_each_call(
      "a recorded write",
      [&] {
        Tensor y = w * 2, part = y.narrow(0, 0, 10);
        (void)part.grad_fn();
        written = y;
        part.mul_(factor);
        written = {};
      },
      5, [&] { return !written.defined() || written.equal(tw::full({30}, 2.0)); });
  Tensor few = tw::ones({3}, {.requires_grad = true});
  fail_each_call(
      "small recorded calls",
      [&] {
        Tensor y = few * 2;
        y.retain_grad();
        y.mul_(3).narrow(0, 0, 2).zero_();
        (y + few).sum().backward();
        (void)tw::addmm(few, tw::ones({2, 3}) * few, tw::ones({3, 3}) * few).sum();
      },
      10);
  fail_each_call(
      "saved tensors through hooks",
      [&] {
        tw::autograd::SavedTensorsHooks hooks([](const Tensor& t) { return t.clone(); },
                                              [](const Tensor& t) { return t; });
        (w * w.exp()).narrow(0, 0, 10).mul_(w.narrow(0, 0, 10)).sum().backward();
      },
      10);
  expect(tw::equal(x, before), "an operand has changed", "calls", 0);
  std::printf(failures ? "%d failures\n" : "no failures\n", failures);
  return failures != 0;
}
