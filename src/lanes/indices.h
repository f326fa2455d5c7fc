// Numbers for expanding packs, where the standard library mustn't be: 0, 1, ... N - 1.
#pragma once

namespace talweg {

template <int... I>
struct Indices {};

namespace detail {
template <int N, int... I>
struct CountedDown : CountedDown<N - 1, N - 1, I...> {};
template <int... I>
struct CountedDown<0, I...> {
  using type = Indices<I...>;
};
} // namespace detail

template <int N>
using indices_below = typename detail::CountedDown<N>::type;

} // namespace talweg
