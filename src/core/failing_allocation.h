// For tests: allocations that fail when asked to.
#pragma once

#include <cstdint>

namespace talweg {

/// While it stands, allocations of this thread are counted, and the one after the first `successes` throws
/// std::bad_alloc. The thread's free lists are closed, so that each allocation is one of the heap's: the fast
/// paths stay as they are and pay nothing.
class FailingAllocation {
 public:
  explicit FailingAllocation(int64_t successes);
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;

  /// Whether it has failed.
  bool happened() const;
};

/// Counts one allocation; whether it is the one to fail. Also called by an `operator new` of the test's own.
bool allocation_fails() noexcept;

} // namespace talweg
