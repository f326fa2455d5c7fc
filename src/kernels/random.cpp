// Uniform numbers, integers and coins.
#include "kernels/random.h"

#include <cmath>
#include <limits>

#include "kernels/random_fills.h"
#include "kernels/random_loops.h"

namespace talweg::kernels {

namespace {

bool is_contiguous(std::span<const int64_t> sizes, std::span<const int64_t> strides) {
  int64_t expected = 1;
  for (size_t d = sizes.size(); d-- > 0;) {
    if (sizes[d] == 1) continue;
    if (strides[d] != expected) return false;
    expected *= sizes[d];
  }
  return true;
}

int64_t product(std::span<const int64_t> sizes) {
  int64_t n = 1;
  for (int64_t size : sizes) n *= size;
  return n;
}

// Binary digits of a type's significand.
template <class T>
inline constexpr int digits = std::is_same_v<T, Half>       ? 11
                              : std::is_same_v<T, BFloat16> ? 8
                                                            : std::numeric_limits<T>::digits;

// One draw scaled to [from, to), in the arithmetic of PyTorch's build with fused multiply-adds.
template <class T>
class UniformDraw {
 public:
  using C = Computed<T>;
  UniformDraw(GeneratorState& generator, double from, double to)
      : generator_(generator),
        from_(static_cast<C>(from)),
        width_(static_cast<C>(to) - static_cast<C>(from)),
        low_(stored<T>(from)),
        high_(stored<T>(to)),
        unit_(from_ == 0 && width_ == 1) {}

  UniformFloats scale() const requires std::is_same_v<T, float> { return {from_, width_, low_, high_}; }

  T operator()() const {
    C x;
    if constexpr (std::is_same_v<C, double>)
      x = generator_.next_uniform();
    else
      x = generator_.next_uniform_float();
    return scaled(x);
  }
  T scaled(C x) const {
    if (!unit_) x = std::fma(x, width_, from_);
    T value = T(x);
    return static_cast<C>(value) == static_cast<C>(high_) ? low_ : value;
  }

 private:
  GeneratorState& generator_;
  C from_, width_;
  T low_, high_;
  bool unit_; // the fused multiply-add would change nothing
};

// Floats in memory order: a block of words at a time.
template <class T>
void uniform_block(GeneratorState& generator, T* out, int64_t count, const UniformDraw<T>& draw) {
  while (count > 0) {
    std::span<const uint32_t> words = generator.take(count);
    auto drawn = static_cast<int64_t>(words.size());
    if constexpr (std::is_same_v<T, float>) {
      random_fills().uniforms(out, words.data(), drawn, draw.scale());
      out += drawn;
    } else {
      for (uint32_t word : words) *out++ = draw.scaled(static_cast<float>(word & 0xffffffu) * 0x1p-24f);
    }
    count -= drawn;
  }
}

} // namespace

Destination::Destination(void* memory, Dtype type, std::span<const int64_t> shape,
                         std::span<const int64_t> steps)
    : data(memory),
      dtype(type),
      numel(product(shape)),
      contiguous(is_contiguous(shape, steps)),
      sizes(shape),
      strides(steps) {}

void uniform(GeneratorState& generator, const Destination& out, double from, double to) {
  if (out.numel == 0) return;
  with_floating_type(out.dtype, [&]<class T>(T* data) {
    UniformDraw<T> draw(generator, from, to);
    data = static_cast<T*>(out.data);
    if constexpr (!std::is_same_v<T, double>) {
      if (out.contiguous || DrawOrder(out.sizes, out.strides).is_dense())
        return uniform_block(generator, data, out.numel, draw);
    }
    fill<T>(out, draw);
  });
}

void bernoulli(GeneratorState& generator, const Destination& out, double p) {
  with_type(out.dtype, [&]<class T>(T*) {
    fill<T>(out, [&] { return stored<T>(int64_t{generator.next_uniform() < p}); });
  });
}

void bernoulli(GeneratorState& generator, const Destination& out, const Source& p) {
  with_type(out.dtype, [&]<class T>(T*) {
    with_floating_type(p.dtype, [&]<class P>(P*) {
      fill<T, P>(out, p, [&](P chance) {
        bool success;
        if constexpr (std::is_same_v<P, double>)
          success = generator.next_uniform() < chance;
        else
          success = generator.next_uniform_float() < static_cast<float>(chance);
        return stored<T>(int64_t{success});
      });
    });
  });
}

void random_integers(GeneratorState& generator, const Destination& out, uint64_t range, int64_t base) {
  // Sums wrap, as in PyTorch.
  auto shifted = [base](uint64_t draw) { return static_cast<int64_t>(draw + static_cast<uint64_t>(base)); };
  with_type(out.dtype, [&]<class T>(T*) {
    if (range >= uint64_t{1} << 28) {
      fill<T>(out, [&] { return stored<T>(shifted(generator.random64() % range)); });
    } else {
      auto small = static_cast<uint32_t>(range);
      fill<T>(out, [&] { return stored<T>(shifted(generator.random() % small)); });
    }
  });
}

void random_all_bits(GeneratorState& generator, const Destination& out) {
  with_type(out.dtype, [&]<class T>(T*) {
    fill<T>(out, [&] { return stored<T>(static_cast<int64_t>(generator.random64())); });
  });
}

void random_integers(GeneratorState& generator, const Destination& out) {
  with_type(out.dtype, [&]<class T>(T*) {
    if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, double>) {
      constexpr uint64_t range = (uint64_t{1} << digits<T>)+(std::is_same_v<T, double> ? 1 : 0);
      fill<T>(out, [&] { return stored<T>(static_cast<int64_t>(generator.random64() % range)); });
    } else {
      constexpr bool floating = std::is_same_v<T, float> || is_short_float<T>;
      constexpr uint32_t range = (uint32_t{1} << digits<T>)+(floating ? 1 : 0);
      fill<T>(out, [&] { return stored<T>(int64_t{generator.random() % range}); });
    }
  });
}

namespace {

int highest_bit(int64_t value) {
  int bit = 0;
  while (value >>= 1) ++bit;
  return bit;
}

// The next number on the other side of `beside`, `towards` +1 or -1, that T can tell from it.
template <class T>
int64_t step_inwards(int64_t rounded, int64_t beside, int towards) {
  int shift = highest_bit(beside < 0 ? -beside : beside) - digits<T> + 1;
  return rounded + towards * (int64_t{1} << (shift < 0 ? 0 : shift));
}

} // namespace

int64_t round_from(Dtype dtype, int64_t from) {
  with_floating_type(dtype, [&]<class T>(T*) {
    if (from == std::numeric_limits<int64_t>::max()) return;
    int64_t rounded = stored<int64_t>(static_cast<double>(stored<T>(from + 1)));
    if (rounded < from) from = step_inwards<T>(rounded, from + 1, 1);
  });
  return from;
}

int64_t round_to(Dtype dtype, int64_t to) {
  with_floating_type(dtype, [&]<class T>(T*) {
    if (to == std::numeric_limits<int64_t>::min()) return;
    int64_t rounded = stored<int64_t>(static_cast<double>(stored<T>(to - 1)));
    if (rounded >= to) to = step_inwards<T>(rounded, to - 1, -1);
  });
  return to;
}

} // namespace talweg::kernels
