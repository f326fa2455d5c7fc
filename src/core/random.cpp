#include "talweg/random.h"

#include <atomic>

#include "core/generator.h"
#include "core/raise.h"

namespace talweg {

struct Generator::Shared {
  explicit Shared(uint64_t seed) : state(seed) {}
  std::atomic<int64_t> handles{1};
  GeneratorState state;
};

Generator::Generator() : shared_(new Shared(GeneratorState::default_seed)) {}
Generator::Generator(detail::Seed seed) : shared_(new Shared(seed.value)) {}

Generator::Generator(const Generator& other) noexcept : shared_(other.shared_) {
  if (shared_) shared_->handles.fetch_add(1, std::memory_order_relaxed);
}

Generator& Generator::operator=(const Generator& other) noexcept {
  Generator copy(other);
  return *this = static_cast<Generator&&>(copy);
}

Generator& Generator::operator=(Generator&& other) noexcept {
  Shared* shared = other.shared_;
  other.shared_ = nullptr;
  release();
  shared_ = shared;
  return *this;
}

Generator::~Generator() { release(); }

void Generator::release() noexcept {
  if (shared_ && shared_->handles.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared_;
}

GeneratorState& Generator::state() const {
  if (!shared_) raise<ValueError>({"[Generator] this generator was moved from"});
  return shared_->state;
}

const Generator& Generator::manual_seed(detail::Seed seed) const {
  GeneratorState& s = state();
  GeneratorLock lock(s);
  s.manual_seed(seed.value);
  return *this;
}

uint64_t Generator::seed() const {
  GeneratorState& s = state();
  GeneratorLock lock(s);
  return s.seed();
}

uint64_t Generator::initial_seed() const {
  GeneratorState& s = state();
  GeneratorLock lock(s);
  return s.initial_seed();
}

Generator Generator::clone() const {
  Generator out;
  GeneratorState& s = state();
  GeneratorLock lock(s);
  out.state().copy_from(s);
  return out;
}

std::vector<uint8_t> Generator::state_bytes() const {
  std::vector<uint8_t> out(GeneratorState::state_bytes);
  GeneratorState& s = state();
  GeneratorLock lock(s);
  s.get_state(std::span<uint8_t, GeneratorState::state_bytes>(out));
  return out;
}

void Generator::set_state_bytes(std::span<const uint8_t> bytes) const {
  GeneratorState& s = state();
  GeneratorLock lock(s);
  s.set_state(bytes);
}

Generator& default_generator() {
  // Never destroyed: objects of static storage may still draw while the program ends.
  static Generator& generator = *new Generator(nondeterministic_seed());
  return generator;
}

Generator& manual_seed(detail::Seed seed) {
  default_generator().manual_seed(seed);
  return default_generator();
}
uint64_t seed() { return default_generator().seed(); }
uint64_t initial_seed() { return default_generator().initial_seed(); }

ForkRng::ForkRng() : kept_(default_generator().clone()) {}
ForkRng::~ForkRng() {
  GeneratorState& s = default_generator().state();
  GeneratorLock lock(s);
  s.copy_from(kept_.state());
}

} // namespace talweg
