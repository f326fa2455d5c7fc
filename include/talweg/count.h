// Reference counts. While the process has one thread they need no atomic instruction, which would cost as
// much as the rest of a small operation.
#pragma once

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace talweg::detail {

/// Whether this process has never had a second thread. The C library knows: it makes them.
inline bool has_one_thread() noexcept {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded;
#else
  return false;
#endif
}

inline void count_up(unsigned& count) noexcept {
  if (has_one_thread())
    ++count;
  else
    __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
}

/// Whether that was the last reference. The count of a last reference isn't written: nobody else can read it.
inline bool count_down(unsigned& count) noexcept {
  if (__atomic_load_n(&count, __ATOMIC_ACQUIRE) == 1) return true;
  if (has_one_thread()) {
    --count;
    return false;
  }
  return __atomic_fetch_sub(&count, 1, __ATOMIC_ACQ_REL) == 1;
}

} // namespace talweg::detail
