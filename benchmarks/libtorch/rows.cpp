// The same rows in LibTorch. A shared object of its own, so that only this file pays for LibTorch's headers.
#include <torch/torch.h>

#include "rows.h"

namespace {

using rows::keep;

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

#define OPERATION(NAME, EXPRESSION)                   \
  template <int N, bool grad>                         \
  void NAME(int64_t n) {                              \
    auto x = sample(N, grad), y = sample(N, false);   \
    for (int64_t i = 0; i < n; ++i) keep(EXPRESSION); \
  }
OPERATION(op_add, x + y)
OPERATION(op_mul, x* y)
OPERATION(op_pow2, x.pow(2))
OPERATION(op_tanh, x.tanh())
OPERATION(op_exp, x.exp())
OPERATION(op_sum, x.sum())
OPERATION(op_mean, x.mean())
OPERATION(op_view, x.view({-1}))
OPERATION(op_empty, torch::empty({N}))
#undef OPERATION
template <int N>
void op_add_inplace(int64_t n) {
  auto x = sample(N, false), y = torch::zeros({N});
  for (int64_t i = 0; i < n; ++i) x += y;
}
template <int N>
void op_mul_sum_backward(int64_t n) {
  auto x = sample(N, true), y = sample(N, false);
  for (int64_t i = 0; i < n; ++i) {
    (x * y).sum().backward();
    x.mutable_grad().reset();
  }
}
void op_item(int64_t n) {
  auto x = sample(1, false);
  for (int64_t i = 0; i < n; ++i) keep(x.item<float>());
}

template <int N>
void elem_add(int64_t n) {
  auto x = sample(N, false), y = sample(N, false), out = sample(N, false);
  for (int64_t i = 0; i < n; ++i) torch::add_out(out, x, y);
}
template <int N>
void elem_exp(int64_t n) {
  auto x = sample(N, false), out = sample(N, false);
  for (int64_t i = 0; i < n; ++i) torch::exp_out(out, x);
}
template <int N>
void elem_tanh(int64_t n) {
  auto x = sample(N, false), out = sample(N, false);
  for (int64_t i = 0; i < n; ++i) torch::tanh_out(out, x);
}

#define SIZES(NAME, F) \
  {"op.n1." NAME, F<1, false>}, {"op.n16." NAME, F<16, false>}, { "op.n1024." NAME, F<1024, false> }
#define SIZES_GRAD(NAME, F)                                                     \
  {"op.n1." NAME ".grad", F<1, true>}, {"op.n16." NAME ".grad", F<16, true>}, { \
    "op.n1024." NAME ".grad", F<1024, true>                                     \
  }
constexpr rows::Row table[] = {
    {"a", a},
    {"b", b},
    {"c", c},
    {"d", d},
    SIZES("add", op_add),
    SIZES_GRAD("add", op_add),
    SIZES("mul", op_mul),
    SIZES_GRAD("mul", op_mul),
    SIZES("pow2", op_pow2),
    SIZES_GRAD("pow2", op_pow2),
    SIZES("tanh", op_tanh),
    SIZES_GRAD("tanh", op_tanh),
    SIZES("exp", op_exp),
    SIZES("sum", op_sum),
    SIZES_GRAD("sum", op_sum),
    SIZES("mean", op_mean),
    SIZES_GRAD("mean", op_mean),
    SIZES("view", op_view),
    SIZES("empty", op_empty),
    {"op.n1.add_inplace", op_add_inplace<1>},
    {"op.n16.add_inplace", op_add_inplace<16>},
    {"op.n1024.add_inplace", op_add_inplace<1024>},
    {"op.n1.mul_sum_backward", op_mul_sum_backward<1>},
    {"op.n16.mul_sum_backward", op_mul_sum_backward<16>},
    {"op.n1.item", op_item},
    {"elem.add.1000", elem_add<1000>},
    {"elem.add.100000", elem_add<100000>},
    {"elem.exp.1000", elem_exp<1000>},
    {"elem.exp.100000", elem_exp<100000>},
    {"elem.tanh.1000", elem_tanh<1000>},
    {"elem.tanh.100000", elem_tanh<100000>},
};

} // namespace

extern "C" rows::Run libtorch_row(const char* name) {
  static const bool one_thread = [] {
    torch::set_num_threads(1);
    return true;
  }();
  (void)one_thread;
  return rows::find(table, sizeof table / sizeof *table, name);
}
