// Counts of events: Poisson and binomial.
#include <math.h> // lgamma_r: std::lgamma writes a global

#include <cmath>
#include <iterator>

#include "kernels/random.h"
#include "kernels/random_loops.h"

namespace talweg::kernels {

namespace {

double log_gamma(double x) {
  int sign;
  return ::lgamma_r(x, &sign);
}

// Below a rate of 10 by multiplying uniforms (Knuth), else by Hoermann's transformed rejection with squeeze,
// PTRS ("The transformed rejection method for generating Poisson random variables", 1993).
int64_t poisson_draw(GeneratorState& generator, double rate) {
  if (rate == 0) return 0;
  if (!(rate >= 10)) {
    double limit = std::exp(-rate);
    int64_t count = 0;
    for (double product = generator.next_uniform(); product > limit; product *= generator.next_uniform())
      ++count;
    return count;
  }
  const double log_rate = std::log(rate);
  const double b = 0.931 + 2.53 * std::sqrt(rate);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    double u = generator.next_uniform() - 0.5;
    double v = generator.next_uniform();
    double us = 0.5 - std::fabs(u);
    auto k = static_cast<int64_t>(std::floor((2 * a / us + b) * u + rate + 0.43));
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    auto count = static_cast<double>(k);
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <=
        -rate + count * log_rate - log_gamma(count + 1))
      return k;
  }
}

// What Stirling's formula for ln k! leaves out.
double stirling_tail(double k) {
  static constexpr double small[] = {
      0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
      0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287};
  if (k < static_cast<double>(std::size(small))) return small[static_cast<size_t>(k)];
  double square = (k + 1) * (k + 1);
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}

// Successes counted by the geometric gaps between them.
template <class T>
T binomial_by_gaps(GeneratorState& generator, T trials, T p) {
  double log_failure = std::log1p(-p);
  T successes = 0;
  double at = 0;
  for (;;) {
    at += std::ceil(std::log(generator.next_uniform()) / log_failure);
    if (at > trials) return successes;
    successes += 1;
  }
}

// Hoermann's transformed rejection with squeeze, BTRS ("The generation of binomial random variates", 1993),
// for p <= 1/2 and trials * p >= 10. Sums of T and double mix as in PyTorch: the bits depend on it.
template <class T>
T binomial_by_rejection(GeneratorState& generator, T trials, T p) {
  const double stddev = std::sqrt(trials * p * (1 - p));
  const double b = 1.15 + 2.53 * stddev;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double c = trials * p + 0.5;
  const double squeeze = 0.92 - 4.2 / b;
  const double odds = p / (1 - p);
  const double alpha = (2.83 + 5.1 / b) * stddev;
  const double mode = std::floor((trials + 1) * p);
  for (;;) {
    double u = generator.next_uniform() - 0.5;
    double v = generator.next_uniform();
    double us = 0.5 - std::abs(u);
    T k = static_cast<T>(std::floor((2 * a / us + b) * u + c));
    if (k < 0 || k > trials) continue;
    if (us >= 0.07 && v <= squeeze) return k;
    v = std::log(v * alpha / (a / (us * us) + b));
    double bound = (mode + 0.5) * std::log((mode + 1) / (odds * (trials - mode + 1))) +
                   (trials + 1) * std::log((trials - mode + 1) / (trials - k + 1)) +
                   (k + 0.5) * std::log(odds * (trials - k + 1) / (k + 1)) + stirling_tail(mode) +
                   stirling_tail(trials - mode) - stirling_tail(k) - stirling_tail(trials - k);
    if (v <= bound) return k;
  }
}

template <class T>
T binomial_draw(GeneratorState& generator, T trials, T p) {
  if (trials <= 0 || p <= 0) return 0;
  if (p >= 1) return trials;
  if (std::isnan(p)) return p;
  bool mirrored = p > T(0.5);
  T rarer = mirrored ? static_cast<T>(1.0 - p) : p;
  T successes = trials * rarer >= 10 ? binomial_by_rejection(generator, trials, rarer)
                                     : binomial_by_gaps(generator, trials, rarer);
  return mirrored ? trials - successes : successes;
}

} // namespace

void poisson(GeneratorState& generator, const Destination& out, const Source& rates) {
  with_floating_type(out.dtype, [&]<class T>(T*) {
    fill<T, T>(out, rates,
               [&](T rate) { return stored<T>(poisson_draw(generator, static_cast<double>(rate))); });
  });
}

void binomial(GeneratorState& generator, const Destination& out, const void* trials, const void* p) {
  with_floating_type(out.dtype, [&]<class T>(T* data) {
    if constexpr (std::is_floating_point_v<T>) {
      data = static_cast<T*>(out.data);
      for (int64_t i = 0; i < out.numel; ++i)
        data[i] = binomial_draw(generator, static_cast<const T*>(trials)[i], static_cast<const T*>(p)[i]);
    }
  });
}

} // namespace talweg::kernels
