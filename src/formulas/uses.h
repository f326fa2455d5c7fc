// A number that remembers what it was made of: calling a derivative with it while compiling tells what must
// be saved.
#pragma once

#include <cstdint>
#include <type_traits>

namespace talweg {

struct Uses {
  unsigned mask;
  bool original; // no operation has touched it
  constexpr Uses() : mask(0), original(false) {}
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Uses(T) : Uses() {}
  static constexpr Uses bit(unsigned mask) {
    Uses u;
    u.mask = mask;
    return u;
  }
  static constexpr Uses untouched() {
    Uses u = bit(1);
    u.original = true;
    return u;
  }
  static constexpr Uses join(Uses a) { return bit(a.mask); }
  static constexpr Uses join(Uses a, Uses b) { return bit(a.mask | b.mask); }

  // An order, which decides nothing here.
  explicit constexpr operator int64_t() const { return 0; }

  friend constexpr Uses operator-(Uses a) { return join(a); }
  friend constexpr Uses operator!(Uses a) { return join(a); }
#define TALWEG_USES(op) \
  friend constexpr Uses operator op(Uses a, Uses b) { return join(a, b); }
  TALWEG_USES(+)
  TALWEG_USES(-)
  TALWEG_USES(*)
  TALWEG_USES(/)
  TALWEG_USES(&)
  TALWEG_USES(|)
  TALWEG_USES(^)
  TALWEG_USES(<)
  TALWEG_USES(<=)
  TALWEG_USES(>)
  TALWEG_USES(>=)
  TALWEG_USES(==)
  TALWEG_USES(!=)
#undef TALWEG_USES
#define TALWEG_USES(function) \
  friend constexpr Uses function(Uses a) { return join(a); }
  TALWEG_USES(abs)
  TALWEG_USES(exp)
  TALWEG_USES(log)
  TALWEG_USES(sqrt)
  TALWEG_USES(tanh)
  TALWEG_USES(sign)
  TALWEG_USES(rsqrt)
  TALWEG_USES(exp2)
  TALWEG_USES(log1p)
  TALWEG_USES(sin)
  TALWEG_USES(cos)
  TALWEG_USES(sinh)
  TALWEG_USES(cosh)
  TALWEG_USES(erf)
  TALWEG_USES(sigmoid)
  TALWEG_USES(digamma)
  TALWEG_USES(special_i0e)
  TALWEG_USES(special_i1)
  TALWEG_USES(special_i1e)
  TALWEG_USES(i0)
  TALWEG_USES(special_erfcx)
#undef TALWEG_USES
#define TALWEG_USES(function) \
  friend constexpr Uses function(Uses a, Uses b) { return join(a, b); }
  TALWEG_USES(pow)
  TALWEG_USES(maximum)
  TALWEG_USES(minimum)
  TALWEG_USES(div_floor)
  TALWEG_USES(div_trunc)
  TALWEG_USES(remainder)
#undef TALWEG_USES
  template <class N>
  friend constexpr Uses polygamma(N, Uses a) {
    return join(a);
  }
  friend constexpr Uses where(Uses a, Uses b, Uses c) { return join(join(a, b), c); }
};

} // namespace talweg
