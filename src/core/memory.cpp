#include "core/memory.h"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "core/failing_allocation.h"
#include "core/thread_state.h"

namespace talweg {

thread_local constinit ThreadState thread_state{};

namespace {

// Classes by multiples of 64 up to 256 bytes, tensor objects and nodes are 192 bytes and must not pay for
// 256; above them by powers of two, 512 bytes and on.
constexpr size_t largest_cached = size_t{64} << 11;
constexpr int class_of(size_t bytes) {
  if (bytes <= 256) return static_cast<int>((bytes + 63) / 64) - 1;
  return std::bit_width((bytes - 1) / 256) + 3;
}
constexpr size_t class_bytes(int index) {
  return index < 4 ? size_t(index + 1) * 64 : size_t{256} << (index - 3);
}
static_assert(class_of(largest_cached) < ThreadState::block_classes && class_bytes(class_of(300)) == 512);

void close_lists() {
  for (auto& list : thread_state.blocks) {
    while (void* block = list.head) {
      list.head = next_block(block);
      std::free(block);
    }
    list.room = 0;
  }
}
void open_lists() {
  for (int i = 0; i < ThreadState::block_classes; ++i)
    thread_state.blocks[i].room = static_cast<uint32_t>(bytes_kept_per_class / class_bytes(i));
}

// Hands the lists back when the thread ends; frees that come later go to the heap.
struct ThreadEnd {
  ~ThreadEnd() {
    thread_state.ended = true;
    thread_state.keeps_blocks = false;
    close_lists();
  }
};

[[gnu::noinline]] void register_thread_end() {
  thread_state.keeps_blocks = true;
  open_lists();
  static thread_local ThreadEnd end;
  [[maybe_unused]] auto* touched = &end;
}

// How many allocations may succeed before one fails; negative: all.
thread_local constinit int64_t successes_left = -1;

[[gnu::noinline]] void* allocate_from_heap(size_t bytes) {
  void* block = nullptr;
  if (bytes > SIZE_MAX - 128 || allocation_fails()) throw std::bad_alloc();
  if (posix_memalign(&block, 64, (bytes + 63) & ~size_t{63}) != 0) throw std::bad_alloc();
  return block;
}

} // namespace

bool allocation_fails() noexcept {
  if (successes_left < 0) [[likely]]
    return false;
  return successes_left-- == 0;
}

FailingAllocation::FailingAllocation(int64_t successes) {
  if (!thread_state.keeps_blocks && !thread_state.ended) register_thread_end();
  close_lists();
  successes_left = successes;
}
FailingAllocation::~FailingAllocation() {
  successes_left = -1;
  if (thread_state.keeps_blocks) open_lists();
}
bool FailingAllocation::happened() const { return successes_left < 0; }

void* allocate(size_t bytes) {
  if (bytes > SIZE_MAX - 256) throw std::bad_alloc();
  size_t whole = bytes + spare_bytes;
  if (whole > largest_cached || TALWEG_ADDRESS_SANITIZER) return allocate_from_heap(whole);
  int index = class_of(whole);
  auto& list = thread_state.blocks[index];
  if (void* block = list.head) {
    list.head = next_block(block);
    ++list.room;
    return block;
  }
  return allocate_from_heap(class_bytes(index));
}

void deallocate(void* block, size_t bytes) noexcept {
  size_t whole = bytes + spare_bytes;
  if (whole > largest_cached || TALWEG_ADDRESS_SANITIZER) return std::free(block);
  int index = class_of(whole);
  auto& list = thread_state.blocks[index];
  if (!thread_state.keeps_blocks) {
    if (thread_state.ended) return std::free(block);
    register_thread_end();
  }
  if (list.room == 0) return std::free(block);
  link_block(block, list.head);
  list.head = block;
  --list.room;
}

} // namespace talweg
