// Rows that read the same in talweg and in LibTorch. Each side includes this once, in its unnamed namespace,
// after it has said what differs: `lib` (its namespace), sample(count, grad), forget_grad(x) and the steps a
// to d.

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
OPERATION(op_empty, lib::empty({N}))
#undef OPERATION
template <int N>
void op_add_inplace(int64_t n) {
  auto x = sample(N, false), y = lib::zeros({N});
  for (int64_t i = 0; i < n; ++i) x += y;
}
template <int N>
void op_mul_sum_backward(int64_t n) {
  auto x = sample(N, true), y = sample(N, false);
  for (int64_t i = 0; i < n; ++i) {
    (x * y).sum().backward();
    forget_grad(x);
  }
}
void op_item(int64_t n) {
  auto x = sample(1, false);
  for (int64_t i = 0; i < n; ++i) keep(x.item<float>());
}

#define SIZES(NAME, F) \
  {"op.n1." NAME, F<1, false>}, {"op.n16." NAME, F<16, false>}, { "op.n1024." NAME, F<1024, false> }
#define SIZES_GRAD(NAME, F)                                                     \
  {"op.n1." NAME ".grad", F<1, true>}, {"op.n16." NAME ".grad", F<16, true>}, { \
    "op.n1024." NAME ".grad", F<1024, true>                                     \
  }
constexpr rows::Row shared_rows[] = {
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
};
#undef SIZES
#undef SIZES_GRAD
