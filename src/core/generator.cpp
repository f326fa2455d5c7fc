#include "core/generator.h"
#include "core/raise.h"

#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "talweg/errors.h"

namespace talweg {

namespace {

constexpr int n = GeneratorState::words;
constexpr int m = 397;

typedef uint32_t Word4 __attribute__((vector_size(16)));

Word4 load(const uint32_t* from) {
  Word4 out;
  std::memcpy(&out, from, sizeof out);
  return out;
}
void store(uint32_t* to, Word4 value) { std::memcpy(to, &value, sizeof value); }

// One step of the recurrence; T is a word or four of them.
template <class T>
T twist(T word, T next, T far) {
  T mixed = (word & 0x80000000u) | (next & 0x7fffffffu);
  return far ^ (mixed >> 1) ^ ((T{} - (next & 1u)) & 0x9908b0dfu);
}

// The words in [begin, end) of the next block. The word that each one mixes in stands `shift` further on; it
// is at least 227 away, so four at a time neither read nor write too early.
void twist_range(uint32_t* s, int begin, int end, int shift) {
  int i = begin;
  for (; i + 4 <= end; i += 4) store(s + i, twist(load(s + i), load(s + i + 1), load(s + i + shift)));
  for (; i < end; ++i) s[i] = twist(s[i], s[i + 1], s[i + shift]);
}

// PyTorch's layout of a state, little-endian; a u64 per word.
constexpr size_t seed_at = 0, left_at = 8, seeded_at = 12, next_at = 16, words_at = 24;
constexpr size_t normal_at = words_at + 8 * n + 8; // the middle one of three doubles
constexpr size_t has_normal_at = normal_at + 16, float_normal_at = has_normal_at + 8;
constexpr size_t has_float_normal_at = float_normal_at + 4;
static_assert(has_float_normal_at + 4 == GeneratorState::state_bytes);

template <class T>
void put(std::span<uint8_t> out, size_t at, T value) {
  std::memcpy(out.data() + at, &value, sizeof value);
}
template <class T>
T get(std::span<const uint8_t> from, size_t at) {
  T value;
  std::memcpy(&value, from.data() + at, sizeof value);
  return value;
}

[[noreturn]] void refuse(const std::string& what) { raise<ValueError>({"[Generator.set_state] ", what}); }

} // namespace

void GeneratorState::manual_seed(uint64_t seed) {
  seed_ = seed;
  left_ = 1;
  next_ = 0;
  has_normal_ = has_float_normal_ = false;
  words_[0] = static_cast<uint32_t>(seed);
  for (uint32_t j = 1; j < n; ++j) words_[j] = 1812433253u * (words_[j - 1] ^ words_[j - 1] >> 30) + j;
}

uint64_t GeneratorState::seed() {
  manual_seed(nondeterministic_seed());
  return seed_;
}

void GeneratorState::copy_from(const GeneratorState& other) {
  seed_ = other.seed_;
  left_ = other.left_;
  next_ = other.next_;
  has_normal_ = other.has_normal_;
  has_float_normal_ = other.has_float_normal_;
  float_normal_ = other.float_normal_;
  normal_ = other.normal_;
  std::memcpy(words_, other.words_, sizeof words_);
  temper();
}

void GeneratorState::regenerate() {
  twist_range(words_, 0, n - m, m);
  twist_range(words_, n - m, n - 1, m - n);
  words_[n - 1] = twist(words_[n - 1], words_[0], words_[m - 1]);
  temper();
  left_ = n + 1;
  next_ = 0;
}

void GeneratorState::temper() {
  static_assert(n % 4 == 0);
  for (int i = 0; i < n; i += 4) {
    Word4 y = load(words_ + i);
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    store(tempered_ + i, y ^ y >> 18);
  }
}

double GeneratorState::next_normal() {
  if (has_normal_) {
    has_normal_ = false;
    return normal_;
  }
  // The C library's functions, as in PyTorch: the bits depend on them.
  double u1 = next_uniform();
  double u2 = next_uniform();
  double radius = std::sqrt(-2.0 * std::log1p(-u2));
  double theta = 2.0 * 3.14159265358979323846 * u1;
  normal_ = radius * std::sin(theta);
  has_normal_ = true;
  return radius * std::cos(theta);
}

void GeneratorState::get_state(std::span<uint8_t, state_bytes> out) const {
  std::memset(out.data(), 0, out.size());
  put<uint64_t>(out, seed_at, seed_);
  put<int32_t>(out, left_at, left_);
  put<int32_t>(out, seeded_at, 1);
  put<uint64_t>(out, next_at, next_);
  for (int i = 0; i < n; ++i) put<uint64_t>(out, words_at + 8 * static_cast<size_t>(i), words_[i]);
  if (has_normal_) {
    put<double>(out, normal_at, normal_);
    put<int32_t>(out, has_normal_at, 1);
  }
  if (has_float_normal_) {
    put<float>(out, float_normal_at, float_normal_);
    put<uint8_t>(out, has_float_normal_at, 1);
  }
}

void GeneratorState::set_state(std::span<const uint8_t> bytes) {
  if (bytes.size() != state_bytes)
    refuse("a state has " + std::to_string(state_bytes) + " bytes, got " + std::to_string(bytes.size()));
  if (get<int32_t>(bytes, seeded_at) == 0) refuse("this state was never seeded (bytes 12 to 15 are 0)");
  auto left = get<int32_t>(bytes, left_at);
  auto next = get<uint64_t>(bytes, next_at);
  if (left < 1 || left > n)
    refuse("the number of words left (bytes 8 to 11) must be in [1, 624], got " + std::to_string(left));
  if (next > static_cast<uint64_t>(n) - static_cast<uint64_t>(left) + 1)
    refuse("the next word (bytes 16 to 23) is " + std::to_string(next) + ", but with " +
           std::to_string(left - 1) + " words left it can't be beyond " + std::to_string(n - left + 1));
  for (int i = 0; i < n; ++i) {
    auto word = get<uint64_t>(bytes, words_at + 8 * static_cast<size_t>(i));
    if (word > 0xffffffffu)
      refuse("word " + std::to_string(i) + " has more than 32 bits: " + std::to_string(word));
  }
  seed_ = get<uint64_t>(bytes, seed_at);
  left_ = left;
  next_ = static_cast<uint32_t>(next);
  for (int i = 0; i < n; ++i)
    words_[i] = static_cast<uint32_t>(get<uint64_t>(bytes, words_at + 8 * static_cast<size_t>(i)));
  has_normal_ = get<int32_t>(bytes, has_normal_at) != 0;
  normal_ = get<double>(bytes, normal_at);
  has_float_normal_ = get<uint8_t>(bytes, has_float_normal_at) != 0;
  float_normal_ = get<float>(bytes, float_normal_at);
  temper();
}

uint64_t nondeterministic_seed() {
  std::random_device device;
  uint64_t high = device();
  return high << 32 | device();
}

} // namespace talweg
