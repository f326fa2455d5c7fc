#pragma once

// Which instruction set this file is being compiled for, and the registers it has. Only files of an `isa`
// folder include what stands in lanes/: each is compiled once per set, so everything here has internal
// linkage (an unnamed namespace) and is forced inline, and no weak symbol can carry one set's code into
// another's callers.

#include <cstdint>
#include <type_traits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define TALWEG_ISA avx512
#define TALWEG_ISA_AVX512 1
#elif defined(__AVX2__) && defined(__FMA__)
#define TALWEG_ISA avx2
#define TALWEG_ISA_AVX2 1
#else
#define TALWEG_ISA base
#define TALWEG_ISA_BASE 1
#endif

#define TALWEG_INLINE inline __attribute__((always_inline))
// Mathematical functions. Where fused multiply-adds are calls, inlining each use would fill a megabyte for
// nothing.
#if TALWEG_ISA_BASE
#define TALWEG_FUNCTION __attribute__((noinline, unused))
#else
#define TALWEG_FUNCTION TALWEG_INLINE
#endif

// Runs a statement for k = 0 .. registers - 1, unrolled in the source: at -O2 a loop would keep the array in
// memory.
#define TALWEG_EACH_REGISTER(...)             \
  do {                                        \
    {                                         \
      [[maybe_unused]] constexpr int k = 0;   \
      __VA_ARGS__;                            \
    }                                         \
    if constexpr (registers_per_lane > 1) {   \
      {                                       \
        [[maybe_unused]] constexpr int k = 1; \
        __VA_ARGS__;                          \
      }                                       \
    }                                         \
    if constexpr (registers_per_lane > 2) {   \
      {                                       \
        [[maybe_unused]] constexpr int k = 2; \
        __VA_ARGS__;                          \
      }                                       \
      {                                       \
        [[maybe_unused]] constexpr int k = 3; \
        __VA_ARGS__;                          \
      }                                       \
    }                                         \
  } while (false)

namespace talweg {
namespace {

inline constexpr int lane_bytes = 64;

#if TALWEG_ISA_AVX512
inline constexpr int register_bytes = 64;
#elif TALWEG_ISA_AVX2
inline constexpr int register_bytes = 32;
#else
inline constexpr int register_bytes = 16;
#endif

inline constexpr int registers_per_lane = lane_bytes / register_bytes;

/// The signed integer as wide as T.
template <class T>
using IntOf = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;

template <class T>
struct RegisterOf {
  typedef T type __attribute__((vector_size(register_bytes)));
  typedef T half __attribute__((vector_size(register_bytes / 2)));
};

/// One hardware register of T, a vector-extension type.
template <class T>
using Register = typename RegisterOf<T>::type;

} // namespace
} // namespace talweg
