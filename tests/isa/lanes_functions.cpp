// Compiled once per instruction set; gives the table lanes_functions_<set>.

#include "lanes_functions.h"

#include "lanes/lane.h"
#include "lanes/math.h"

namespace talweg {
namespace {

template <class F, class T>
__attribute__((flatten)) void run(T* out, const T* x, const T* y, size_t n) {
  constexpr F f{};
  for (size_t i = 0; i < n; i += Lane<T>::count) {
    if constexpr (F::binary) {
      f(Lane<T>::load(x + i), Lane<T>::load(y + i)).store(out + i);
    } else {
      f(Lane<T>::load(x + i)).store(out + i);
    }
  }
}

#define UNARY(f)                                   \
  struct F_##f {                                   \
    static constexpr bool binary = false;          \
    auto operator()(auto x) const { return f(x); } \
  };
#define BINARY(f)                                             \
  struct F_##f {                                              \
    static constexpr bool binary = true;                      \
    auto operator()(auto x, auto y) const { return f(x, y); } \
  };
#define ROW(f) {#f, F_##f::binary, run<F_##f, float>, run<F_##f, double>},
#define UNARY_FUNCTIONS(FUNCTION) \
  FUNCTION(exp)                   \
  FUNCTION(expm1)                 \
  FUNCTION(tanh)                  \
  FUNCTION(sigmoid)               \
  FUNCTION(log)                   \
  FUNCTION(log1p)                 \
  FUNCTION(exp2)                  \
  FUNCTION(log2)                  \
  FUNCTION(log10)                 \
  FUNCTION(sin)                   \
  FUNCTION(cos)                   \
  FUNCTION(tan)                   \
  FUNCTION(erf)                   \
  FUNCTION(erfc)                  \
  FUNCTION(erfinv)                \
  FUNCTION(asin)                  \
  FUNCTION(acos)                  \
  FUNCTION(atan)                  \
  FUNCTION(sinh)                  \
  FUNCTION(cosh)                  \
  FUNCTION(asinh)                 \
  FUNCTION(acosh)                 \
  FUNCTION(atanh)                 \
  FUNCTION(sqrt)                  \
  FUNCTION(round)                 \
  FUNCTION(floor)                 \
  FUNCTION(ceil)                  \
  FUNCTION(trunc)
#define BINARY_FUNCTIONS(FUNCTION) \
  FUNCTION(pow)                    \
  FUNCTION(atan2)                  \
  FUNCTION(hypot)                  \
  FUNCTION(fmod)                   \
  FUNCTION(remainder)

UNARY_FUNCTIONS(UNARY)
BINARY_FUNCTIONS(BINARY)

constexpr talweg_test::LanesFunction rows[] = {UNARY_FUNCTIONS(ROW) BINARY_FUNCTIONS(ROW)};
constexpr talweg_test::LanesTable table = {rows, sizeof(rows) / sizeof(rows[0])};

} // namespace
} // namespace talweg

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
extern "C" const talweg_test::LanesTable JOIN(lanes_functions_, TALWEG_ISA) = talweg::table;
