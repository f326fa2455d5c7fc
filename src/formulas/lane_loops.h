// Formulas as loops over lanes; read by files of an instruction set only. Nothing here may have a weak
// symbol.
#pragma once

#include <type_traits>

#include "formulas/formula.h"
#include "lanes/indices.h"
#include "lanes/lane.h"
#include "lanes/math.h"

namespace talweg {
namespace {

template <class T>
Lane<T> param_lane(const Params* params, int i) {
  if constexpr (std::is_floating_point_v<T>)
    return Lane<T>(static_cast<T>(params->number[i]));
  else
    return Lane<T>(static_cast<T>(params->integer[i]));
}

// Arguments are expanded by index: I counts tensors, P counts numbers.
template <class T, int>
using Always = T;

// How many numbers follow the N lanes that F takes.
template <class F, class T, int... I>
constexpr bool takes(Indices<I...>) {
  return std::is_invocable_v<F, Always<Lane<T>, I>...>;
}
template <class F, class T, int N>
constexpr int numbers_of() {
  if constexpr (takes<F, T>(indices_below<N>{}))
    return 0;
  else if constexpr (takes<F, T>(indices_below<N + 1>{}))
    return 1;
  else if constexpr (takes<F, T>(indices_below<N + 2>{}))
    return 2;
  else
    return 3;
}

template <class T>
void store(void* out, int64_t i, Lane<T> value) {
  value.store(static_cast<T*>(out) + i * Lane<T>::count);
}
template <class T>
void store(void* out, int64_t i, Mask<T> value) {
  store_mask(value, static_cast<uint8_t*>(out) + i * Lane<T>::count);
}

template <class F, class T, int... I, int... P>
__attribute__((always_inline)) inline void loop(void* out, const void* const* in, int64_t lanes,
                                                [[maybe_unused]] const Params* params, Indices<I...>,
                                                Indices<P...>) {
  [[maybe_unused]] const Lane<T> numbers[sizeof...(P) + 1] = {param_lane<T>(params, P)..., Lane<T>(T(0))};
  // Copied out of `in`: stores could alias the array of pointers.
  const T* source[] = {static_cast<const T*>(in[I])...};
  for (int64_t i = 0; i < lanes; ++i)
    store<T>(out, i, F{}(Lane<T>::load(source[I] + i * Lane<T>::count)..., numbers[P]...));
}

template <class F, class T, int N>
__attribute__((flatten)) void tile(void* out, const void* const* in, int64_t lanes, const Params* params) {
  loop<F, T>(out, in, lanes, params, indices_below<N>{}, indices_below<numbers_of<F, T, N>()>{});
}

template <unsigned Set, int N, class Value, class... D>
constexpr Tiles make_tiles() {
  Tiles tiles;
  if constexpr (Set & floats) {
    tiles.value[compute_float32] = &tile<Value, float, N>;
    tiles.value[compute_float64] = &tile<Value, double, N>;
    if constexpr (!(Set & composed)) {
      int i = 0;
      ((tiles.derivative[i][compute_float32] = &tile<D, float, N + 2>,
        tiles.derivative[i][compute_float64] = &tile<D, double, N + 2>, ++i),
       ...);
    }
  }
  if constexpr (Set & integers) {
    tiles.value[compute_int32] = &tile<Value, int32_t, N>;
    tiles.value[compute_int64] = &tile<Value, int64_t, N>;
  }
  return tiles;
}

template <unsigned Set, class Value, class... D>
constexpr Tiles unary(Value, D...) {
  return make_tiles<Set, 1, Value, D...>();
}
template <unsigned Set, class Value, class... D>
constexpr Tiles binary(Value, D...) {
  return make_tiles<Set, 2, Value, D...>();
}
template <unsigned Set, class Value, class... D>
constexpr Tiles ternary(Value, D...) {
  return make_tiles<Set, 3, Value, D...>();
}
template <unsigned Set, class Value>
constexpr Tiles truth(Value) {
  return make_tiles<Set, 1, Value>();
}
template <unsigned Set, class Value>
constexpr Tiles compare(Value) {
  return make_tiles<Set, 2, Value>();
}

} // namespace
} // namespace talweg
