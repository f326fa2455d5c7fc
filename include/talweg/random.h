// Generators of random numbers: the same seed gives PyTorch's numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "talweg/errors.h"

namespace talweg {

class GeneratorState;
class Tensor;

namespace detail {
// Any integer; a negative one counts modulo 2^64.
struct Seed {
  uint64_t value;
  template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  constexpr Seed(Integer seed) : value(static_cast<uint64_t>(seed)) {}
};
} // namespace detail

/// A stream of random numbers: MT19937 (Matsumoto and Nishimura), seeded and read as PyTorch does on the CPU.
/// A handle: copies share one stream. Draws lock it, so threads may share it; the order among them is theirs.
class TALWEG_EXPORT Generator {
 public:
  /// A new stream with the seed 67280421310721, as `torch.Generator()`.
  Generator();
  /// A new stream of this seed. Seeds that agree in their low 32 bits give the same numbers.
  explicit Generator(detail::Seed seed);
  Generator(const Generator& other) noexcept;
  Generator(Generator&& other) noexcept : shared_(other.shared_) { other.shared_ = nullptr; }
  Generator& operator=(const Generator& other) noexcept;
  Generator& operator=(Generator&& other) noexcept;
  ~Generator();

  /// Starts the stream of `seed` anew.
  const Generator& manual_seed(detail::Seed seed) const;
  /// Seeds with a number from the operating system, and returns it.
  uint64_t seed() const;
  /// The seed that the stream was started with.
  uint64_t initial_seed() const;
  /// A new generator that goes on as this one would.
  Generator clone() const;

  /// The state in the 5056 bytes of PyTorch's `get_state()`.
  std::vector<uint8_t> state_bytes() const;
  /// Goes on from such a state. Throws ValueError that names what is wrong; then nothing has changed.
  void set_state_bytes(std::span<const uint8_t> bytes) const;

  /// True if both are the same stream.
  friend bool operator==(const Generator& a, const Generator& b) { return a.shared_ == b.shared_; }

  /// The stream itself, for operations that draw.
  GeneratorState& state() const;

 private:
  struct Shared;
  void release() noexcept;

  Shared* shared_;
};

/// What draws where no generator is named. Seeded by the operating system until somebody seeds it.
TALWEG_EXPORT Generator& default_generator();

/// Seeds the default generator, and returns it. Negative seeds count modulo 2^64.
TALWEG_EXPORT Generator& manual_seed(detail::Seed seed);
/// Seeds the default generator with a number from the operating system, and returns that.
TALWEG_EXPORT uint64_t seed();
/// The seed of the default generator.
TALWEG_EXPORT uint64_t initial_seed();

/// The state of the default generator, PyTorch's 5056 bytes as uint8; and going on from one.
Tensor get_rng_state();
void set_rng_state(const Tensor& state);

/// While it lives, draws from the default generator are forgotten: PyTorch's `torch.random.fork_rng()`.
class TALWEG_EXPORT ForkRng {
 public:
  ForkRng();
  ~ForkRng();
  ForkRng(const ForkRng&) = delete;
  ForkRng& operator=(const ForkRng&) = delete;

 private:
  Generator kept_;
};

} // namespace talweg
