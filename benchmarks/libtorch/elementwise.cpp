// The elementwise rows in LibTorch, over a result that exists.
#include "elementwise.h"

#include <torch/torch.h>

namespace {

#define ELEMENT(NAME, STATEMENT)                                                        \
  template <int N>                                                                      \
  void elem_##NAME(int64_t n) {                                                         \
    [[maybe_unused]] auto x = torch::linspace(0.1, 4, N), y = torch::linspace(1, 2, N), \
                          out = torch::empty({N});                                      \
    for (int64_t i = 0; i < n; ++i) STATEMENT;                                          \
  }
ELEMENT(add, torch::add_out(out, x, y))
ELEMENT(mul, torch::mul_out(out, x, y))
ELEMENT(copy, out.copy_(x))
ELEMENT(relu, at::relu_out(out, x))
ELEMENT(sqrt, torch::sqrt_out(out, x))
ELEMENT(exp, torch::exp_out(out, x))
ELEMENT(exp_fresh, rows::keep(x.exp()))
ELEMENT(log, torch::log_out(out, x))
ELEMENT(sin, torch::sin_out(out, x))
ELEMENT(tanh, torch::tanh_out(out, x))
ELEMENT(erf, torch::erf_out(out, x))
ELEMENT(pow, torch::pow_out(out, x, 2.5))
ELEMENT(sigmoid, torch::sigmoid_out(out, x))
ELEMENT(silu, at::silu_out(out, x))
ELEMENT(gelu_erf, at::gelu_out(out, x))
ELEMENT(gelu_tanh, at::gelu_out(out, x, "tanh"))
#undef ELEMENT

#include "elementwise_rows.h"

} // namespace

rows::Run elementwise_row(const char* name) { return rows::find(elementwise_rows, name); }
