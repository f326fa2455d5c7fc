// Blocks of memory. Every block is aligned to 64 bytes and has 64 spare bytes behind it, so that a kernel may
// read and write whole lanes.
#pragma once

#include <cstddef>
#include <cstring>

#include "core/thread_state.h"

#if defined(__SANITIZE_ADDRESS__)
#define TALWEG_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TALWEG_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef TALWEG_ADDRESS_SANITIZER
#define TALWEG_ADDRESS_SANITIZER 0
#endif

namespace talweg {

inline constexpr size_t spare_bytes = 64;
/// What a thread's free list of one size may hold.
inline constexpr size_t bytes_kept_per_class = size_t{1} << 20;

/// A block of at least `bytes` + 64 bytes, from the thread's free lists where it has one. Throws
/// std::bad_alloc.
void* allocate(size_t bytes);
/// Gives back what `allocate(bytes)` returned; the same `bytes`. Any thread.
void deallocate(void* block, size_t bytes) noexcept;

/// Bytes of a tensor object and of a common graph node: the size that the fast paths ask for.
inline constexpr size_t object_bytes = 192;

/// A free block holds the address of the next one.
inline void* next_block(const void* block) {
  void* next;
  std::memcpy(&next, block, sizeof next);
  return next;
}
inline void link_block(void* block, void* next) { std::memcpy(block, &next, sizeof next); }

/// `object_bytes` without spare bytes; one pop where the thread's list isn't empty.
inline void* allocate_object() {
  auto& list = thread_state.blocks[object_bytes / 64 - 1];
  if (void* block = list.head) [[likely]] {
    list.head = next_block(block);
    ++list.room;
    return block;
  }
  return allocate(object_bytes - spare_bytes);
}
inline void deallocate_object(void* block) noexcept {
  auto& list = thread_state.blocks[object_bytes / 64 - 1];
  if (!TALWEG_ADDRESS_SANITIZER && list.room != 0) [[likely]] {
    link_block(block, list.head);
    list.head = block;
    --list.room;
    return;
  }
  deallocate(block, object_bytes - spare_bytes);
}

} // namespace talweg
