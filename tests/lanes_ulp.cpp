// Measures every function of src/lanes against a wider reference and fails where a bound is passed or the
// instruction sets' bits differ. tests/isa/lanes_functions.cpp is compiled once per set, this file once.
// Run: lanes_ulp [name] [--all | --density N]   N: points per sweep (default 400000); --all: every float.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "lanes_functions.h"

namespace {

using Wide = long double;
using talweg_test::LanesFunction;
using talweg_test::LanesTable;

struct Reference {
  const char* name;
  double bound_f32, bound_f64; // ulp; 0: the bits must be right
  double (*unary_f32)(double); // null: the wide one
  Wide (*unary)(Wide);
  double (*binary_f32)(double, double);
  Wide (*binary)(Wide, Wide);
};

template <class W>
W sigmoid(W x) {
  return 1 / (1 + std::exp(-x));
}
template <class W>
W remainder_of_python(W x, W y) {
  const W rest = std::fmod(x, y);
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

// By Newton's steps on erfc, from a start that is a few digits good (Giles, 2012).
template <class W>
W erfinv(W x) {
  const W rest = 1 - std::fabs(x);
  if (!(rest > 0)) return rest == 0 ? std::copysign(W(INFINITY), x) : W(NAN);
  if (x == 0) return x;
  const W w = -std::log(rest * (1 + std::fabs(x))), k = 2 / (W(3.14159265358979323846L) * W(0.147)) - w / 2;
  W y = std::sqrt(std::sqrt(k * k + w / W(0.147)) - k);
  for (int i = 0; i < 8; ++i) {
    const W error = y < 0.5 ? std::fabs(x) - std::erf(y) : std::erfc(y) - rest;
    y += error * std::exp(y * y) * W(0.886226925452758013649L);
  }
  return std::copysign(y, x);
}

#define STD_UNARY(f, bound_f32, bound_f64)                                                               \
  {                                                                                                      \
#f, bound_f32, bound_f64,                                                                            \
        [](double x) -> double { return std::f(x); }, [](Wide x) -> Wide { return std::f(x); }, nullptr, \
                                                                                             nullptr     \
  }

const Reference references[] = {
    STD_UNARY(exp, 1.0, 1.0),
    STD_UNARY(expm1, 1.6, 2.0),
    STD_UNARY(tanh, 0.75, 1.5),
    {"sigmoid", 1.6, 1.6, sigmoid<double>, sigmoid<Wide>, nullptr, nullptr},
    STD_UNARY(log, 1.0, 1.0),
    STD_UNARY(log1p, 1.6, 1.6),
    STD_UNARY(exp2, 1.0, 1.0),
    STD_UNARY(log2, 1.2, 1.2),
    STD_UNARY(log10, 1.2, 1.2),
    STD_UNARY(sin, 1.0, 1.0),
    STD_UNARY(cos, 1.0, 1.0),
    STD_UNARY(tan, 1.25, 1.25),
    STD_UNARY(erf, 1.0, 1.0),
    STD_UNARY(erfc, 2.0, 2.0),
    {"erfinv", 1.0, 5.0, erfinv<double>, erfinv<Wide>, nullptr, nullptr},
    STD_UNARY(asin, 1.2, 1.2),
    STD_UNARY(acos, 1.2, 1.2),
    STD_UNARY(atan, 1.3, 1.3),
    STD_UNARY(sinh, 1.8, 1.8),
    STD_UNARY(cosh, 1.8, 1.8),
    STD_UNARY(asinh, 2.0, 2.0),
    STD_UNARY(acosh, 2.0, 2.0),
    STD_UNARY(atanh, 2.0, 2.0),
    STD_UNARY(sqrt, 0.5001, 0.5001),
    {"round", 0, 0, [](double x) { return std::nearbyint(x); }, [](Wide x) { return std::nearbyint(x); },
     nullptr, nullptr},
    STD_UNARY(floor, 0, 0),
    STD_UNARY(ceil, 0, 0),
    STD_UNARY(trunc, 0, 0),
    {"pow", 0.51, 1.1, nullptr, nullptr, [](double x, double y) { return std::pow(x, y); },
     [](Wide x, Wide y) { return std::pow(x, y); }},
    {"atan2", 2.0, 2.0, nullptr, nullptr, [](double y, double x) { return std::atan2(y, x); },
     [](Wide y, Wide x) { return std::atan2(y, x); }},
    {"hypot", 1.0, 1.0, nullptr, nullptr, [](double x, double y) { return std::hypot(x, y); },
     [](Wide x, Wide y) { return std::hypot(x, y); }},
    {"fmod", 0, 0, nullptr, nullptr, [](double x, double y) { return std::fmod(x, y); },
     [](Wide x, Wide y) { return std::fmod(x, y); }},
    {"remainder", 0.5001, 0.5001, nullptr, nullptr, remainder_of_python<double>, remainder_of_python<Wide>},
};

/// How far `got` is from the true value, in units of the last place of T there.
template <class T, class W>
double ulp_error(T got, W want) {
  const T rounded = static_cast<T>(want);
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got) ? 0 : INFINITY;
  if (want == 0) return got == 0 && std::signbit(got) == std::signbit(want) ? 0 : INFINITY;
  if (std::isinf(rounded) && got == rounded) return 0;
  if (std::isinf(want)) return INFINITY;
  constexpr int digits = std::numeric_limits<T>::digits,
                lowest = std::numeric_limits<T>::min_exponent - digits;
  const int exponent = std::max(std::ilogb(want) - digits + 1, lowest);
  const W value = std::isinf(got)
                      ? std::copysign(std::ldexp(W(1), std::numeric_limits<T>::max_exponent), W(got))
                      : W(got);
  if (got == 0 && std::signbit(got) != std::signbit(want)) return INFINITY;
  return static_cast<double>(std::fabs(std::ldexp(value - want, -exponent)));
}

template <class T>
bool same_bits(T a, T b) {
  return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof(T)) == 0;
}

template <class T>
std::vector<T> special_values() {
  using L = std::numeric_limits<T>;
  std::vector<T> v = {0,
                      L::infinity(),
                      L::quiet_NaN(),
                      L::denorm_min(),
                      L::min(),
                      L::max(),
                      T(1),
                      T(0.5),
                      T(2),
                      T(3),
                      T(10),
                      T(88.72284),
                      T(709.782712893384),
                      T(1024),
                      T(1e15),
                      T(0x1p53),
                      T(0x1p24),
                      T(4.5),
                      T(1) + L::epsilon(),
                      T(1) - L::epsilon() / 2,
                      T(0x1p-30)};
  for (size_t i = 0, n = v.size(); i < n; ++i) v.push_back(-v[i]);
  return v;
}

/// A sweep of arguments: every stride-th bit pattern, and ranges where functions bend.
template <class T>
struct Sweep {
  std::vector<T> x, y;

  Sweep(size_t points, bool binary, unsigned seed) {
    using U = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    std::mt19937_64 draw(seed);
    const auto uniform = [&](double low, double high) {
      return static_cast<T>(low + (high - low) * (static_cast<double>(draw() >> 11) * 0x1p-53));
    };
    const auto any_bits = [&] {
      const U u = static_cast<U>(draw());
      T value;
      std::memcpy(&value, &u, sizeof value);
      return value;
    };
    const std::vector<T> special = special_values<T>();
    for (const T a : special) {
      if (!binary) x.push_back(a);
      for (const T b : special) {
        if (binary) x.push_back(a), y.push_back(b);
      }
    }
    while (x.size() < points || x.size() % 16 != 0) {
      if (!binary) {
        switch (draw() % 8) {
          case 0:
            x.push_back(uniform(-1, 1));
            break;
          case 1:
            x.push_back(uniform(-10, 10));
            break;
          case 2:
            x.push_back(sizeof(T) == 4 ? uniform(-105, 90) : uniform(-750, 711));
            break;
          case 3:
            x.push_back(uniform(0.5, 2));
            break;
          case 4:
            x.push_back(uniform(-40, 40));
            break;
          default:
            x.push_back(any_bits());
        }
        continue;
      }
      switch (draw() % 8) {
        case 0:
          x.push_back(uniform(0, 10)), y.push_back(uniform(-50, 50));
          break;
        case 1:
          x.push_back(uniform(-10, 10)), y.push_back(static_cast<T>(static_cast<int>(draw() % 41) - 20));
          break;
        case 2:
          x.push_back(uniform(0.9, 1.1)), y.push_back(uniform(-5000, 5000));
          break;
        case 3: { // results over the whole range, near its ends too
          const T a = std::fabs(any_bits());
          const double reach = (sizeof(T) == 4 ? 104 : 745) / std::fabs(std::log(static_cast<double>(a)));
          x.push_back(a), y.push_back(uniform(-reach, reach));
          break;
        }
        case 4:
          x.push_back(any_bits()), y.push_back(uniform(-2, 2));
          break;
        default:
          x.push_back(any_bits()), y.push_back(any_bits());
      }
    }
  }
};

struct Worst {
  double ulp = 0;
  double x = 0, y = 0;
  size_t different_bits = 0;
};

/// Runs one function of every set over the sweep and keeps the worst error.
template <class T, class Get>
void measure(const Reference& ref, const std::vector<const LanesFunction*>& sets, Get get,
             const std::vector<T>& x, const std::vector<T>& y, Worst& worst) {
  std::vector<std::vector<T>> out(sets.size(), std::vector<T>(x.size()));
  for (size_t s = 0; s < sets.size(); ++s) get (*sets[s])(out[s].data(), x.data(), y.data(), x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t s = 1; s < sets.size(); ++s) worst.different_bits += !same_bits(out[0][i], out[s][i]);
    double error;
    if constexpr (sizeof(T) == 4) {
      error = ulp_error(out[0][i], ref.binary_f32 ? ref.binary_f32(x[i], y[i]) : ref.unary_f32(x[i]));
    } else {
      error = ulp_error(out[0][i], ref.binary ? ref.binary(x[i], y[i]) : ref.unary(x[i]));
    }
    if (error > worst.ulp || std::isnan(error)) {
      worst.ulp = error, worst.x = static_cast<double>(x[i]),
      worst.y = ref.binary ? static_cast<double>(y[i]) : 0;
    }
  }
}

bool report(const Reference& ref, const char* dtype, double bound, const Worst& w) {
  const bool good = w.ulp <= bound && w.different_bits == 0;
  std::printf("%-10s | %s | %8.4f | %.17g", ref.name, dtype, w.ulp, w.x);
  if (ref.binary) std::printf(", %.17g", w.y);
  if (w.different_bits) std::printf(" | %zu results differ between the sets", w.different_bits);
  std::printf("%s\n", good ? "" : "   <-- FAILS");
  return good;
}

} // namespace

int main(int argc, char** argv) {
  size_t points = 400000;
  bool all = false;
  std::string only;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--all") {
      all = true;
    } else if (word == "--density" && i + 1 < argc) {
      points = std::strtoul(argv[++i], nullptr, 10);
    } else {
      only = word;
    }
  }

  std::vector<const LanesTable*> tables = {&lanes_functions_base};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    tables.insert(tables.begin(), &lanes_functions_avx2);
  } else {
    std::printf("skipped: avx2\n");
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    tables.insert(tables.begin(), &lanes_functions_avx512);
  } else {
    std::printf("skipped: avx512\n");
  }

  std::printf("%-10s | %s | %8s | at\n", "function", "dtype", "max ulp");
  bool good = true;
  for (const Reference& ref : references) {
    if (!only.empty() && only != ref.name) continue;
    std::vector<const LanesFunction*> sets;
    for (const LanesTable* table : tables) {
      for (size_t i = 0; i < table->count; ++i) {
        if (std::strcmp(table->functions[i].name, ref.name) == 0) sets.push_back(&table->functions[i]);
      }
    }
    if (sets.size() != tables.size()) {
      std::printf("%-10s is missing in a table\n", ref.name);
      good = false;
      continue;
    }
    const auto f32 = [](const LanesFunction& f) { return f.f32; };
    const auto f64 = [](const LanesFunction& f) { return f.f64; };
    const bool binary = ref.binary != nullptr;

    Worst worst;
    const Sweep<float> narrow(points, binary, 1);
    measure<float>(ref, sets, f32, narrow.x, narrow.y, worst);
    if (all && !binary) {
      std::vector<float> block(1 << 16);
      for (uint64_t start = 0; start < uint64_t(1) << 32; start += block.size()) {
        for (size_t i = 0; i < block.size(); ++i) {
          const uint32_t bits = static_cast<uint32_t>(start + i);
          std::memcpy(&block[i], &bits, 4);
        }
        measure<float>(ref, sets, f32, block, block, worst);
      }
    }
    good &= report(ref, "f32", ref.bound_f32, worst);

    worst = {};
    const Sweep<double> wide(points / 2, binary, 2);
    measure<double>(ref, sets, f64, wide.x, wide.y, worst);
    good &= report(ref, "f64", ref.bound_f64, worst);
  }
  return good ? 0 : 1;
}
