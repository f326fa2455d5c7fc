// Training steps and single operations, in the rows' names that other libraries were measured under.
#include <talweg/talweg.h>

#include "timing.h"

namespace {

using rows::keep;
namespace nn = tw::nn;
namespace optim = tw::optim;

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

#define OPERATION(NAME, EXPRESSION)                                  \
  template <int N, bool grad>                                        \
  void NAME(int64_t n) {                                             \
    [[maybe_unused]] auto x = sample(N, grad), y = sample(N, false); \
    for (int64_t i = 0; i < n; ++i) keep(EXPRESSION);                \
  }
OPERATION(op_add, x + y)
OPERATION(op_mul, x* y)
OPERATION(op_pow2, x.pow(2))
OPERATION(op_tanh, x.tanh())
OPERATION(op_exp, x.exp())
OPERATION(op_sum, x.sum())
OPERATION(op_mean, x.mean())
OPERATION(op_view, x.view({-1}))
OPERATION(op_empty, tw::empty({N}))
OPERATION(op_copy, tw::Tensor(x))
#undef OPERATION
template <int N>
void op_add_inplace(int64_t n) {
  auto x = sample(N, false), y = tw::zeros({N});
  for (int64_t i = 0; i < n; ++i) x += y;
}
template <int N>
void op_mul_sum_backward(int64_t n) {
  auto x = sample(N, true), y = sample(N, false);
  for (int64_t i = 0; i < n; ++i) {
    (x * y).sum().backward();
    x.set_grad({});
  }
}
void op_item(int64_t n) {
  auto x = sample(1, false);
  for (int64_t i = 0; i < n; ++i) keep(x.item<float>());
}

// Over a result that exists: in place, where the others write to `out`.
template <int N>
void elem_add(int64_t n) {
  auto x = sample(N, false), y = tw::zeros({N});
  for (int64_t i = 0; i < n; ++i) x.add_(y);
}
template <int N>
void elem_relu(int64_t n) {
  auto x = sample(N, false);
  for (int64_t i = 0; i < n; ++i) x.relu_();
}
template <int N>
void elem_exp(int64_t n) {
  auto x = sample(N, false);
  for (int64_t i = 0; i < n; ++i) keep(x.exp());
}
template <int N>
void elem_tanh(int64_t n) {
  auto x = sample(N, false);
  for (int64_t i = 0; i < n; ++i) keep(x.tanh());
}

#define SIZES(NAME, F) \
  {"op.n1." NAME, F<1, false>}, {"op.n16." NAME, F<16, false>}, { "op.n1024." NAME, F<1024, false> }
#define SIZES_GRAD(NAME, F)                                                     \
  {"op.n1." NAME ".grad", F<1, true>}, {"op.n16." NAME ".grad", F<16, true>}, { \
    "op.n1024." NAME ".grad", F<1024, true>                                     \
  }
constexpr rows::Row table[] = {
    {"a", a},
    {"a.forward", a_forward},
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
    {"op.n1.handle_copy", op_copy<1, false>},
    {"op.n1.add_inplace", op_add_inplace<1>},
    {"op.n16.add_inplace", op_add_inplace<16>},
    {"op.n1024.add_inplace", op_add_inplace<1024>},
    {"op.n1.mul_sum_backward", op_mul_sum_backward<1>},
    {"op.n16.mul_sum_backward", op_mul_sum_backward<16>},
    {"op.n1.item", op_item},
    {"elem.add.1000", elem_add<1000>},
    {"elem.add.100000", elem_add<100000>},
    {"elem.relu.1000", elem_relu<1000>},
    {"elem.relu.100000", elem_relu<100000>},
    {"elem.exp.1000", elem_exp<1000>},
    {"elem.exp.100000", elem_exp<100000>},
    {"elem.tanh.1000", elem_tanh<1000>},
    {"elem.tanh.100000", elem_tanh<100000>},
};

} // namespace

int main(int argc, char** argv) {
  timing::report(argv[0], table, sizeof table / sizeof *table, argc > 1 ? argv[1] : nullptr);
}
