// Normals, and what else is made of uniform or normal doubles.
#include <cmath>

#include "kernels/random.h"
#include "kernels/random_fills.h"
#include "kernels/random_loops.h"

namespace talweg::kernels {

namespace {

constexpr int block = normal_block;

// The next `count` uniforms in [0, 1).
void uniforms(GeneratorState& generator, float* out, int64_t count) {
  while (count > 0) {
    std::span<const uint32_t> words = generator.take(count);
    auto drawn = static_cast<int64_t>(words.size());
    random_fills().uniforms(out, words.data(), drawn, {.from = 0, .width = 1, .low = 0, .high = 1});
    out += drawn;
    count -= drawn;
  }
}
void uniforms(GeneratorState& generator, double* out, int64_t count) {
  for (int64_t i = 0; i < count; ++i) out[i] = generator.next_uniform();
}

// Box and Muller's transform of blocks, in place.
void box_muller(float* data, int64_t blocks, float mean, float std) {
  random_fills().normals(data, blocks, mean, std);
}
void box_muller(double* data, int64_t blocks, double mean, double std) {
  constexpr double two_pi = 6.28318530717958647692;
  for (double* d = data; d != data + blocks * block; d += block) {
    for (int j = 0; j < block / 2; ++j) {
      // The C library's functions, as in PyTorch: the bits depend on them.
      double radius = std::sqrt(-2 * std::log(1 - d[j]));
      double theta = two_pi * d[j + block / 2];
      d[j] = std::fma(radius * std::cos(theta), std, mean);
      d[j + block / 2] = std::fma(radius * std::sin(theta), std, mean);
    }
  }
}

// All uniforms first, then the blocks in place; a tail draws the last 16 anew.
template <class T>
void normal_blocks(GeneratorState& generator, T* out, int64_t count, T mean, T std) {
  uniforms(generator, out, count);
  box_muller(out, count / block, mean, std);
  if (count % block == 0) return;
  T* tail = out + count - block;
  uniforms(generator, tail, block);
  box_muller(tail, 1, mean, std);
}

// The short types compute in float32, a few blocks at a time; a tail draws the last 16 anew.
template <class T>
void normal_short_blocks(GeneratorState& generator, T* out, int64_t count, float mean, float std) {
  constexpr int64_t most = 16 * block;
  auto some = [&](T* to, int64_t n) {
    float buffer[most];
    uniforms(generator, buffer, n);
    box_muller(buffer, n / block, mean, std);
    for (int64_t i = 0; i < n; ++i) to[i] = T(buffer[i]);
  };
  const int64_t whole = count - count % block;
  for (int64_t i = 0; i < whole; i += most) some(out + i, whole - i < most ? whole - i : most);
  if (whole != count) some(out + count - block, block);
}

template <class Draw>
void fill_doubles(const Destination& out, Draw&& draw) {
  with_type(out.dtype, [&]<class T>(T*) { fill<T>(out, [&] { return stored<T>(draw()); }); });
}

} // namespace

void normal(GeneratorState& generator, const Destination& out, double mean, double std) {
  if (!out.contiguous || out.numel < block)
    return fill_doubles(out, [&] { return std::fma(generator.next_normal(), std, mean); });
  with_floating_type(out.dtype, [&]<class T>(T* data) {
    data = static_cast<T*>(out.data);
    auto mean_in_type = static_cast<Computed<T>>(mean), std_in_type = static_cast<Computed<T>>(std);
    if constexpr (is_short_float<T>)
      normal_short_blocks(generator, data, out.numel, mean_in_type, std_in_type);
    else
      normal_blocks(generator, data, out.numel, mean_in_type, std_in_type);
  });
}

void log_normal(GeneratorState& generator, const Destination& out, double mean, double std) {
  fill_doubles(out, [&] { return std::exp(std::fma(generator.next_normal(), std, mean)); });
}

void exponential(GeneratorState& generator, const Destination& out, double rate) {
  fill_doubles(out, [&] { return -1.0 / rate * std::log1p(-generator.next_uniform()); });
}

void cauchy(GeneratorState& generator, const Destination& out, double median, double sigma) {
  fill_doubles(out, [&] {
    return std::fma(sigma, std::tan(3.14159265358979323846 * (generator.next_uniform() - 0.5)), median);
  });
}

void geometric(GeneratorState& generator, const Destination& out, double p) {
  double log_failure = std::log1p(-p);
  fill_doubles(out, [&] { return std::ceil(std::log(generator.next_uniform()) / log_failure); });
}

void rrelu(GeneratorState& generator, const Destination& out, void* noise, const void* x, double lower,
           double upper) {
  with_floating_type(out.dtype, [&]<class T>(T* data) {
    using C = Computed<T>;
    data = static_cast<T*>(out.data);
    const T* from = static_cast<const T*>(x);
    const double low = static_cast<C>(lower), width = static_cast<double>(static_cast<C>(upper)) - low;
    for (int64_t i = 0; i < out.numel; ++i) {
      const T value = from[i];
      const bool leaks = value <= T(0);
      // PyTorch compiles this loop without fused multiply-adds.
      const C slope = leaks ? static_cast<C>(generator.next_uniform() * width + low) : C(1);
      data[i] = leaks ? T(static_cast<C>(value) * slope) : value;
      static_cast<T*>(noise)[i] = T(slope);
    }
  });
}

} // namespace talweg::kernels
