// The same rows in LibTorch. A shared object of its own, so that only this file pays for LibTorch's headers.
#include <torch/torch.h>

#include "elementwise.h"
#include "rows.h"

namespace {

using rows::keep;
namespace lib = torch;

void a(int64_t n) {
  auto x = torch::ones({1}, torch::requires_grad());
  for (int64_t i = 0; i < n; ++i) {
    auto y = x.pow(2) + 2 * x + 1;
    y.backward();
    x.data() -= 0.1 * x.grad();
    x.mutable_grad().zero_();
  }
}
void b(int64_t n) {
  auto x = torch::tensor({{1.f}, {2.f}, {3.f}}), y = torch::tensor({{2.f}, {4.f}, {6.f}});
  auto w = torch::zeros({1}, torch::requires_grad());
  for (int64_t i = 0; i < n; ++i) {
    auto loss = (x * w - y).pow(2).mean();
    loss.backward();
    w.data() -= 0.1 * w.grad();
    w.mutable_grad().zero_();
  }
}
void c(int64_t n) {
  torch::nn::Linear net(torch::nn::LinearOptions(1, 1).bias(false));
  torch::optim::SGD optimizer(net->parameters(), 0.01);
  auto x = torch::tensor({{1.f}, {2.f}, {3.f}, {4.f}}), y = 2 * x;
  for (int64_t i = 0; i < n; ++i) {
    auto loss = torch::mse_loss(net(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
}
void d(int64_t n) {
  torch::manual_seed(0);
  torch::nn::Sequential net(torch::nn::Linear(2, 16), torch::nn::Tanh(), torch::nn::Linear(16, 16),
                            torch::nn::Tanh(), torch::nn::Linear(16, 1));
  torch::optim::Adam optimizer(net->parameters(), 0.001);
  auto x = torch::randn({32, 2}), y = torch::randn({32, 1});
  for (int64_t i = 0; i < n; ++i) {
    auto loss = torch::mse_loss(net->forward(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
}

torch::Tensor sample(int64_t count, bool grad) { return torch::full({count}, 0.75f).requires_grad_(grad); }
void forget_grad(torch::Tensor& x) { x.mutable_grad().reset(); }

#include "shared_rows.h"

} // namespace

extern "C" rows::Run libtorch_row(const char* name) {
  static const bool one_thread = [] {
    torch::set_num_threads(1);
    return true;
  }();
  (void)one_thread;
  rows::Run row = rows::find(shared_rows, name);
  return row ? row : elementwise_row(name);
}
