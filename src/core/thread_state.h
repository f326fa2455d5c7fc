// What belongs to one thread: free lists, modes, the order of graph nodes, the list of things being dropped.
#pragma once

#include <cstdint>

namespace talweg {

struct Attachment;
class Recorder;

/// Modes that the fast paths test in one comparison with zero.
enum Mode : uint32_t {
  grad_off = 1,
  recording = 2,
  anomaly = 4,      // nodes remember where they were made, and gradients are watched
  packing = 8,      // what nodes save goes through hooks
  nan_allowed = 16, // anomaly mode doesn't look for NaN
  inference = 128,  // new tensors are inference tensors; the bit of their flag
};
/// Modes in which no history is recorded.
inline constexpr uint32_t no_history = grad_off | inference;

/// Trivially destructible and small, so that it may be read after the thread's destructors have run
/// (a static Tensor) and loaded by dlopen with the initial-exec model.
struct ThreadState {
  static constexpr int block_classes = 16;

  struct FreeList {
    void* head;
    uint32_t room; // how many more blocks the list may hold; 0 until its first use
  };

  uint32_t modes;
  bool draining;
  bool keeps_blocks; // the free lists may grow: the thread's end will hand them back, and hasn't yet
  bool ended;
  uint64_t next_sequence;
  Attachment* dropped;
  Recorder* recorder;
  const void* labels; // the innermost label scope
  void* saved_hooks;  // the innermost hooks on saved tensors
  FreeList blocks[block_classes];
};
static_assert(sizeof(ThreadState) <= 512);

extern thread_local constinit ThreadState thread_state;

} // namespace talweg
