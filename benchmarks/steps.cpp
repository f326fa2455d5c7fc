// Training steps and single operations, in the rows' names that other libraries were measured under.
#include <talweg/talweg.h>

#include "timing.h"

namespace {

using rows::keep;
namespace nn = tw::nn;
namespace optim = tw::optim;
namespace lib = tw;

// y = x^2 + 2x + 1 by gradient descent.
void a(int64_t n) {
  auto x = tw::ones({1}, {.requires_grad = true});
  for (int64_t i = 0; i < n; ++i) {
    auto y = x.pow(2) + 2 * x + 1;
    y.backward();
    x.data() -= 0.1 * x.grad();
    x.grad().zero_();
  }
}
void a_forward(int64_t n) {
  auto x = tw::ones({1}, {.requires_grad = true});
  for (int64_t i = 0; i < n; ++i) keep(x.pow(2) + 2 * x + 1);
}
// y = w x on three samples.
void b(int64_t n) {
  auto x = tw::tensor({{1.f}, {2.f}, {3.f}}), y = tw::tensor({{2.f}, {4.f}, {6.f}});
  auto w = tw::zeros({1}, {.requires_grad = true});
  for (int64_t i = 0; i < n; ++i) {
    auto loss = (x * w - y).pow(2).mean();
    loss.backward();
    w.data() -= 0.1 * w.grad();
    w.grad().zero_();
  }
}
// A linear layer of one weight with SGD.
void c(int64_t n) {
  nn::Linear net(1, 1, {.bias = false});
  optim::SGD optimizer(nn::parameters(net), {.lr = 0.01});
  auto x = tw::tensor({{1.f}, {2.f}, {3.f}, {4.f}}), y = 2 * x;
  for (int64_t i = 0; i < n; ++i) {
    auto loss = tw::mse_loss(net(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
}
// A small perceptron with Adam.
struct Mlp {
  nn::Linear fc1{2, 16}, fc2{16, 16}, fc3{16, 1};
  tw::Tensor operator()(const tw::Tensor& x) const { return fc3(fc2(fc1(x).tanh()).tanh()); }
};
void d(int64_t n) {
  tw::manual_seed(0);
  Mlp net;
  optim::Adam optimizer(nn::parameters(net), {.lr = 0.001});
  auto x = tw::randn({32, 2}), y = tw::randn({32, 1});
  for (int64_t i = 0; i < n; ++i) {
    auto loss = tw::mse_loss(net(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
}

tw::Tensor sample(int64_t count, bool grad) { return tw::full({count}, 0.75).requires_grad_(grad); }
void forget_grad(const tw::Tensor& x) { x.set_grad({}); }

void op_copy(int64_t n) {
  auto x = sample(1, false);
  for (int64_t i = 0; i < n; ++i) keep(tw::Tensor(x));
}

#include "shared_rows.h"

constexpr rows::Row own_rows[] = {
    {"a.forward", a_forward},
    {"op.n1.handle_copy", op_copy},
};

} // namespace

int main(int argc, char** argv) {
  const char* filter = argc > 1 ? argv[1] : nullptr;
  timing::report(argv[0], shared_rows, filter);
  timing::report(argv[0], own_rows, filter);
}
