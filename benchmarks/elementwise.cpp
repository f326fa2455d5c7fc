// Loops over many elements, beside the limit and LibTorch: `elementwise [part of a name]`.
#include "talweg/talweg.h"
#include "timing.h"

namespace {

using rows::keep;

// Results are fresh here; LibTorch's side writes them over an old one (`out=`), exp_fresh apart.
#define ELEMENT(NAME, EXPRESSION)                                                 \
  template <int N>                                                                \
  void elem_##NAME(int64_t n) {                                                   \
    [[maybe_unused]] auto x = tw::linspace(0.1, 4, N), y = tw::linspace(1, 2, N); \
    for (int64_t i = 0; i < n; ++i) keep(EXPRESSION);                             \
  }
ELEMENT(add, x + y)
ELEMENT(mul, x* y)
ELEMENT(copy, x.clone())
ELEMENT(relu, x.relu())
ELEMENT(sqrt, x.sqrt())
ELEMENT(exp, x.exp())
ELEMENT(exp_fresh, x.exp())
ELEMENT(log, x.log())
ELEMENT(sin, x.sin())
ELEMENT(tanh, x.tanh())
ELEMENT(erf, x.erf())
ELEMENT(pow, x.pow(2.5))
ELEMENT(sigmoid, x.sigmoid())
ELEMENT(silu, tw::silu(x))
ELEMENT(gelu_erf, tw::gelu(x))
ELEMENT(gelu_tanh, tw::gelu(x, "tanh"))
#undef ELEMENT

#include "elementwise_rows.h"

} // namespace

int main(int argc, char** argv) { timing::report(argv[0], elementwise_rows, argc > 1 ? argv[1] : nullptr); }
