// The one door between operations and memory. Whoever stands here sees everything that a program computes.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "core/thread_state.h"
#include "kernels/buffer.h"

namespace talweg {

/// What was launched while a Recorder was on: enough to run it again on the same memory.
class Recorder {
 public:
  /// Records the launches of this thread until `stop`. One at a time.
  void start();
  void stop() noexcept;
  /// Runs what was recorded, in order.
  void replay() const;
  size_t size() const { return launches_.size(); }
  void add(const Kernel& kernel, std::span<const Buffer> buffers, const void* attributes, size_t bytes);
  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

 private:
  struct Launch {
    const Kernel* kernel;
    std::vector<Buffer> buffers;
    std::vector<int64_t> geometry;
    std::vector<unsigned char> attributes;
  };
  std::vector<Launch> launches_;
};

/// Runs a kernel. `attributes` is a plain struct; it is copied if a recorder listens.
template <class Attributes>
void launch(const Kernel& kernel, std::span<const Buffer> buffers, const Attributes& attributes) {
  static_assert(std::is_trivially_copyable_v<Attributes>);
  if (thread_state.modes & recording) [[unlikely]]
    thread_state.recorder->add(kernel, buffers, &attributes, sizeof attributes);
  kernel.run(buffers, &attributes);
}
struct NoAttributes {};
inline void launch(const Kernel& kernel, std::span<const Buffer> buffers) {
  launch(kernel, buffers, NoAttributes{});
}
template <size_t N>
void launch(const Kernel& kernel, const Buffer (&buffers)[N]) {
  launch(kernel, std::span<const Buffer>(buffers));
}
template <size_t N, class Attributes>
void launch(const Kernel& kernel, const Buffer (&buffers)[N], const Attributes& attributes) {
  launch(kernel, std::span<const Buffer>(buffers), attributes);
}

} // namespace talweg
