// The loops of formulas/special.h: each number by itself, in double whatever its type.
#include <cmath>
#include <cstdint>
#include <limits>

#include "formulas/special.h"

namespace talweg {

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double log_gamma(double x) {
#if defined(__GLIBC__)
  int sign; // lgamma would leave it where other threads write it too
  return ::lgamma_r(x, &sign);
#else
  return std::lgamma(x);
#endif
}

// Reflection to positive numbers, recurrence up to 10, then Stirling's series.
double digamma_of(double x) {
  if (x == 0) return std::copysign(infinity, -x);
  if (x < 0) {
    if (std::trunc(x) == x) return not_a_number;
    double whole, part = std::modf(x, &whole);
    return digamma_of(1 - x) - pi / std::tan(pi * part);
  }
  double below = 0;
  for (; x < 10; ++x) below -= 1 / x;
  if (x > 1e17) return below + std::log(x);
  double z = 1 / (x * x);
  static constexpr double c[] = {8.33333333333333333333e-2, -2.10927960927960927961e-2,
                                 7.57575757575757575758e-3, -4.16666666666666666667e-3,
                                 3.96825396825396825397e-3, -8.33333333333333333333e-3,
                                 8.33333333333333333333e-2};
  double series = 0;
  for (double k : c) series = series * z + k;
  return below + std::log(x) - 0.5 / x - z * series;
}

// Hurwitz's zeta by the formula of Euler and Maclaurin.
double zeta(double x, double q) {
  if (x == 1) return infinity;
  if (x < 1) return not_a_number;
  if (q <= 0) {
    if (q == std::floor(q)) return infinity;
    if (x != std::floor(x)) return not_a_number;
  }
  double sum = std::pow(q, -x), a = q, term = 0;
  for (int i = 0; i < 9 || a <= 9; ++i) {
    a += 1;
    term = std::pow(a, -x);
    sum += term;
    if (std::fabs(term) < 1e-17 * std::fabs(sum)) return sum;
  }
  sum += term * a / (x - 1) - 0.5 * term;
  // (2k)! / B2k
  static constexpr double c[] = {12.0,
                                 -720.0,
                                 30240.0,
                                 -1209600.0,
                                 47900160.0,
                                 -1.8924375803183791606e9,
                                 7.47242496e10,
                                 -2.950130727918164224e12,
                                 1.1646782814350067249e14,
                                 -4.5979787224074726105e15,
                                 1.8152105401943546773e17,
                                 -7.1661652561756670113e18};
  double factor = 1, k = 0;
  for (double divisor : c) {
    factor *= x + k;
    term /= a;
    double part = factor * term / divisor;
    sum += part;
    if (std::fabs(part) < 1e-17 * std::fabs(sum)) break;
    k += 1;
    factor *= x + k;
    term /= a;
    k += 1;
  }
  return sum;
}

double trigamma(double x) {
  double sign = 1, result = 0;
  if (x < 0.5) {
    sign = -1;
    double sine = std::sin(pi * x);
    result -= pi * pi / (sine * sine);
    x = 1 - x;
  }
  for (; x < 12; ++x) result += 1 / (x * x);
  double z = 1 / (x * x);
  static constexpr double c[] = {5.0 / 66, -1.0 / 30, 1.0 / 42, -1.0 / 30, 1.0 / 6};
  double series = 0;
  for (double k : c) series = series * z + k;
  return sign * (result + 1 / x + z / 2 + series * z / x);
}

double polygamma_of(double x, double n) {
  if (n == 0) return digamma_of(x);
  if (n == 1) return trigamma(x);
  double size = std::exp(log_gamma(n + 1)) * zeta(n + 1, x);
  return std::fmod(n, 2) == 0 ? -size : size;
}

// e^-|x| I(x) of order 0 or 1: the power series, all of one sign, or from 30 on the asymptotic one.
double bessel(double x, int order) {
  double a = std::fabs(x);
  if (!(a < infinity)) return a == infinity ? 0 : x;
  double value;
  if (a < 30) {
    double quarter = a * a / 4, term = order ? a / 2 : 1, sum = term;
    for (int k = 1; term > sum * 1e-17; ++k) {
      term *= quarter / (static_cast<double>(k) * (k + order));
      sum += term;
    }
    value = sum * std::exp(-a);
  } else {
    double term = 1, sum = 1;
    for (int k = 1; std::fabs(term) > 1e-17 && k < 40; ++k) {
      int odd = 2 * k - 1;
      term *= static_cast<double>(odd * odd - 4 * order) / (8 * a * k);
      sum += term;
    }
    value = sum / std::sqrt(2 * pi * a);
  }
  return order && x < 0 ? -value : value;
}
double grown(double scaled, double x) {
  double half = std::exp(std::fabs(x) / 2);
  return std::isinf(x) ? x * (scaled == scaled ? 1 : not_a_number) : scaled * half * half;
}
// As in PyTorch, where an infinity meets a zero.
double i0_of(double x) { return std::isinf(x) ? not_a_number : grown(bessel(x, 0), x); }
double i0e(double x) { return bessel(x, 0); }
double i1(double x) { return grown(bessel(x, 1), x); }
double i1e(double x) { return bessel(x, 1); }

template <class T, double (*f)(double)>
void run(void* out, const void* const* in, int64_t lanes, const Params*) {
  auto* to = static_cast<T*>(out);
  auto* x = static_cast<const T*>(in[0]);
  for (int64_t i = 0; i < lanes * 64 / static_cast<int64_t>(sizeof(T)); ++i) to[i] = static_cast<T>(f(x[i]));
}
template <class T, double (*f)(double, double), bool number>
void run_two(void* out, const void* const* in, int64_t lanes, const Params* params) {
  auto* to = static_cast<T*>(out);
  auto* x = static_cast<const T*>(in[0]);
  auto* y = static_cast<const T*>(in[1]);
  for (int64_t i = 0; i < lanes * 64 / static_cast<int64_t>(sizeof(T)); ++i)
    to[i] = static_cast<T>(f(x[i], number ? params->number[0] : static_cast<double>(y[i])));
}
template <double (*f)(double)>
constexpr Tiles floating() {
  Tiles t;
  t.value[compute_float32] = &run<float, f>;
  t.value[compute_float64] = &run<double, f>;
  return t;
}
template <double (*f)(double, double), bool number>
constexpr Tiles floating() {
  Tiles t;
  t.value[compute_float32] = &run_two<float, f, number>;
  t.value[compute_float64] = &run_two<double, f, number>;
  return t;
}

// Euclid's algorithm on magnitudes, which the lowest number has too.
template <class T>
std::make_unsigned_t<T> common_divisor(T x, T y) {
  using U = std::make_unsigned_t<T>;
  U a = x < 0 ? U(0) - static_cast<U>(x) : static_cast<U>(x),
    b = y < 0 ? U(0) - static_cast<U>(y) : static_cast<U>(y);
  while (b != 0) {
    U rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
template <class T, bool least>
void run_divisor(void* out, const void* const* in, int64_t lanes, const Params*) {
  using U = std::make_unsigned_t<T>;
  auto* to = static_cast<T*>(out);
  auto* x = static_cast<const T*>(in[0]);
  auto* y = static_cast<const T*>(in[1]);
  for (int64_t i = 0; i < lanes * 64 / static_cast<int64_t>(sizeof(T)); ++i) {
    U divisor = common_divisor(x[i], y[i]);
    if constexpr (least) {
      U multiple =
          divisor == 0 ? U(0) : static_cast<U>(x[i]) * static_cast<U>(y[i] / static_cast<T>(divisor));
      T whole = static_cast<T>(multiple);
      to[i] = whole < 0 ? static_cast<T>(U(0) - multiple) : whole;
    } else {
      to[i] = static_cast<T>(divisor);
    }
  }
}
template <bool least>
constexpr Tiles divisors() {
  Tiles t;
  t.value[compute_int32] = &run_divisor<int32_t, least>;
  t.value[compute_int64] = &run_divisor<int64_t, least>;
  return t;
}

} // namespace

namespace formulas {

const Tiles gcd_scalar = divisors<false>();
const Tiles lcm_scalar = divisors<true>();
const Tiles lgamma_scalar = floating<&log_gamma>();
const Tiles digamma_scalar = floating<&digamma_of>();
const Tiles polygamma_scalar = floating<&polygamma_of, true>();
const Tiles i0_scalar = floating<&i0_of>();
const Tiles i0e_scalar = floating<&i0e>();
const Tiles i1_scalar = floating<&i1>();
const Tiles i1e_scalar = floating<&i1e>();
const Tiles zeta_scalar = floating<&zeta, false>();

} // namespace formulas

} // namespace talweg
