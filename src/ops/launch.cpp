#include "ops/launch.h"
#include "core/raise.h"

#include <utility>

#include "talweg/errors.h"

namespace talweg {

void Recorder::start() {
  if (thread_state.recorder) raise<ValueError>({"[record] this thread already records"});
  thread_state.recorder = this;
  thread_state.modes |= recording;
}

void Recorder::stop() noexcept {
  if (thread_state.recorder != this) return;
  thread_state.recorder = nullptr;
  thread_state.modes &= ~static_cast<uint32_t>(recording);
}

Recorder::~Recorder() {
  stop();
  for (Launch& launch : launches_)
    for (Buffer& b : launch.buffers) release_memory(b.object);
}

void Recorder::add(const Kernel& kernel, std::span<const Buffer> buffers, const void* attributes,
                   size_t bytes) {
  Launch l{&kernel, {}, {}, {}};
  auto* begin = static_cast<const unsigned char*>(attributes);
  l.attributes.assign(begin, begin + bytes);
  for (const Buffer& b : buffers) {
    l.geometry.insert(l.geometry.end(), b.sizes, b.sizes + b.rank);
    l.geometry.insert(l.geometry.end(), b.strides, b.strides + b.rank);
  }
  // Pointers into the geometry are set once it no longer grows; they stay right when the list moves.
  l.buffers.assign(buffers.begin(), buffers.end());
  const int64_t* at = l.geometry.data();
  for (Buffer& b : l.buffers) {
    b.sizes = at;
    b.strides = at + b.rank;
    at += 2 * b.rank;
    // The tensor itself may end (a view, say); what it points into must not.
    b.object = b.object->root;
  }
  launches_.push_back(std::move(l));
  for (Buffer& b : launches_.back().buffers) retain_memory(b.object);
}

void Recorder::replay() const {
  for (const Launch& l : launches_) l.kernel->run(l.buffers, l.attributes.data());
}

} // namespace talweg
