// A formula: what a pointwise operation computes for one element, and its derivatives, as generic lambdas.
//
// A family file (arithmetic.h, ...) is read twice. Files of an instruction set define TALWEG_ISA and get
// tables of loops over lanes; everyone else gets a Formula that knows those tables, which values each
// derivative uses, and the same derivatives on Tensors (for create_graph).
//
//   TALWEG_FORMULA(sigmoid) = unary<floats>(
//       [](auto x) { return 1 / (1 + exp(-x)); },
//       [](auto g, auto, auto y) { return g * (1 - y) * y; });
//
// names sigmoid_formula, so that `sigmoid` stays the function. A value takes the inputs, a derivative the
// gradient, the inputs and the result; numbers beside the tensors (alpha, limits) follow.
#pragma once

#include <cstdint>
#include <string_view>

namespace talweg {

/// Numbers that a formula takes beside its tensors, each as floating point and as integer.
struct Params {
  static constexpr int most = 3;
  double number[most] = {};
  int64_t integer[most] = {};
};

inline constexpr Params no_params{};

/// A loop over whole lanes of one element type: `lanes` times 64 bytes from each input.
using Tile = void (*)(void* out, const void* const* in, int64_t lanes, const Params* params);

/// The element types that loops exist for; others are converted on the way in and out.
enum Compute : uint8_t { compute_int32, compute_int64, compute_float32, compute_float64, compute_types };

inline constexpr int most_inputs = 3;

/// All loops of one formula for one instruction set; null where the formula has no meaning.
struct Tiles {
  Tile value[compute_types] = {};
  Tile derivative[most_inputs][compute_types] = {};
};

/// `composed` says that derivatives run on Tensors alone: no loops of their own, a third of the code.
enum Types : unsigned { floats = 1, integers = 2, numbers = 3, composed = 4 };

} // namespace talweg

#ifdef TALWEG_ISA

#include "formulas/lane_loops.h"

#define TALWEG_FORMULAS talweg::formulas::TALWEG_ISA
#define TALWEG_FORMULA(name)         \
  extern const Tiles name##_formula; \
  const Tiles name##_formula

#else

#include "formulas/on_tensors.h"

#define TALWEG_FORMULAS talweg::formulas
#ifdef TALWEG_ONLY_BASE
#define TALWEG_FORMULA(name)                                              \
  namespace base {                                                        \
  extern const Tiles name##_formula;                                      \
  }                                                                       \
  inline constexpr const Tiles* name##_tiles[] = {&base::name##_formula}; \
  inline constexpr Formula name##_formula = Named { #name, name##_tiles }
#else
#define TALWEG_FORMULA(name)                                                                    \
  namespace base {                                                                              \
  extern const Tiles name##_formula;                                                            \
  }                                                                                             \
  namespace avx2 {                                                                              \
  extern const Tiles name##_formula;                                                            \
  }                                                                                             \
  namespace avx512 {                                                                            \
  extern const Tiles name##_formula;                                                            \
  }                                                                                             \
  inline constexpr const Tiles* name##_tiles[] = {&base::name##_formula, &avx2::name##_formula, \
                                                  &avx512::name##_formula};                     \
  inline constexpr Formula name##_formula = Named { #name, name##_tiles }
#endif

#endif
