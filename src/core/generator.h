// The generator behind every random draw: MT19937, a cached normal and a lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

namespace talweg {

/// MT19937 by Makoto Matsumoto and Takuji Nishimura ("Mersenne Twister: a 623-dimensionally equidistributed
/// uniform pseudo-random number generator", ACM TOMACS 8(1), 1998; initialisation of 2002), in PyTorch's
/// dress: a 64-bit seed of which the low half counts, a second normal kept for the next call, a state of 5056
/// bytes.
///
/// A generator is locked per fill: whoever draws holds lock() from its first word to its last. Nothing here
/// locks itself.
class GeneratorState {
 public:
  /// What PyTorch seeds a new generator with.
  static constexpr uint64_t default_seed = 67280421310721u;
  static constexpr size_t state_bytes = 5056;
  static constexpr int words = 624;

  explicit GeneratorState(uint64_t seed = default_seed) { manual_seed(seed); }
  GeneratorState(const GeneratorState&) = delete;
  GeneratorState& operator=(const GeneratorState&) = delete;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

  /// Starts the stream of `seed` and forgets the cached normal.
  void manual_seed(uint64_t seed);
  /// Seeds with a number from the operating system, and returns it.
  uint64_t seed();
  /// The seed that the stream was started with.
  uint64_t initial_seed() const { return seed_; }
  /// Makes this generator go on as `other` would.
  void copy_from(const GeneratorState& other);

  /// The next 32 bits.
  uint32_t random() {
    if (left_ == 1) regenerate();
    --left_;
    return tempered_[next_++];
  }
  /// The next 64 bits: the first word is the high half.
  uint64_t random64() {
    uint64_t high = random();
    return high << 32 | random();
  }
  /// A float32 in [0, 1): the low 24 bits of a word.
  float next_uniform_float() { return static_cast<float>(random() & 0xffffffu) * 0x1p-24f; }
  /// A double in [0, 1): the low 53 bits of two words.
  double next_uniform() { return static_cast<double>(random64() & 0x1fffffffffffffu) * 0x1p-53; }
  /// A standard normal in double, by Box and Muller from two uniforms; every second call returns the cached
  /// half.
  double next_normal();

  /// The words from here to the end of the block, `most` of them at most and one at least: they count as
  /// drawn.
  std::span<const uint32_t> take(int64_t most) {
    if (left_ == 1) regenerate();
    int64_t there = left_ - 1;
    int count = static_cast<int>(most < there ? most : there);
    const uint32_t* from = tempered_ + next_;
    left_ -= count;
    next_ += static_cast<uint32_t>(count);
    return {from, static_cast<size_t>(count)};
  }

  /// Writes the state as PyTorch's get_rng_state() lays it out.
  void get_state(std::span<uint8_t, state_bytes> out) const;
  /// Goes on from a state of that layout. Throws ValueError that names the wrong field; then nothing has
  /// changed.
  void set_state(std::span<const uint8_t> bytes);

 private:
  void regenerate();
  void temper();

  std::mutex mutex_;
  uint64_t seed_ = 0;
  // PyTorch's counters: a new block is due when left_ would fall to 0, so left_ - 1 words stand from next_
  // on.
  int32_t left_ = 1;
  uint32_t next_ = 0;
  bool has_normal_ = false;
  bool has_float_normal_ = false; // never set by a draw; kept because the state has a place for it
  float float_normal_ = 0;
  double normal_ = 0;
  uint32_t words_[words];
  uint32_t tempered_[words]; // the outputs that words_ give
};

/// 64 bits from the operating system.
uint64_t nondeterministic_seed();

/// Holds a generator's lock while it lives.
class GeneratorLock {
 public:
  explicit GeneratorLock(GeneratorState& state) : state_(state) { state_.lock(); }
  ~GeneratorLock() { state_.unlock(); }
  GeneratorLock(const GeneratorLock&) = delete;
  GeneratorLock& operator=(const GeneratorLock&) = delete;

 private:
  GeneratorState& state_;
};

} // namespace talweg
