// Looking into a struct: how many members it has, what they are called, and what each of them is. Everything
// is told by shape, so this header includes next to nothing.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace talweg {

class Tensor;

namespace nn {
class Parameter;
class Buffer;
} // namespace nn

/// Lists the members of a class that isn't an aggregate (it has constructors, private members or a base), so
/// that modules of it are walked as structs are: `TALWEG_MODULE(fc1, fc2)`. Members that hold no tensors may
/// be left out.
#define TALWEG_MODULE(...)                                                    \
  friend struct ::talweg::reflect::Access;                                    \
  static constexpr bool talweg_listed = true;                                 \
  template <class TalwegWalk>                                                 \
  void talweg_members(TalwegWalk&& talweg_walk) {                             \
    talweg_walk(__VA_ARGS__);                                                 \
  }                                                                           \
  static constexpr ::std::string_view talweg_names() { return #__VA_ARGS__; } \
  static_assert(true, "a semicolon may follow")

namespace reflect {

/// Specialise as true for a class of yours that holds no tensors and can't be looked into.
template <class T>
inline constexpr bool holds_no_tensors = false;

/// What a member is to the functions that walk modules.
enum class Kind : unsigned char {
  ignored,   // no tensors inside
  parameter, // nn::Parameter
  buffer,    // nn::Buffer
  tensor,    // a bare Tensor
  module,    // a struct or class of modules and parameters, or one that can be called
  holder,    // a pointer or optional of such
  range,     // a vector, array or list of such
  keyed,     // a map from names to such
  tuple,     // a pair or tuple of which some are such
  unknown,   // can't be looked into
};

struct Access {
  template <class T>
  static constexpr bool listed = requires {
    T::talweg_listed;
  };
  // How many it has, and their names, are known when the program runs: f(name, member).
  template <class T>
  static constexpr bool counted = requires {
    T::talweg_counted;
  };
  template <class T, class F>
  static void members(T& object, F&& f) {
    object.talweg_members(std::forward<F>(f));
  }
  template <class T>
  static constexpr std::string_view names() {
    return T::talweg_names();
  }
};

namespace detail {

// Converts to whatever a member is; only ever named, never called.
struct AnyValue {
  template <class T>
  operator T() const noexcept;
};
template <class Derived>
struct AnyBase {
  template <class T>
  requires(std::is_base_of_v<T, Derived> && !std::is_same_v<T, Derived>) operator T() const noexcept;
};
template <size_t>
using AnyAt = AnyValue;

template <class T, class Sequence>
inline constexpr bool takes = false;
template <class T, size_t... I>
inline constexpr bool takes<T, std::index_sequence<I...>> = requires {
  T{AnyAt<I>{}...};
};

inline constexpr size_t most_members = 64;

// The counts that T{...} compiles with form an interval that ends at the number of members; it needn't start
// at 0, since members without a default must be given.
template <class T, size_t N = 0, bool started = false>
constexpr size_t count_members() {
  if constexpr (N > most_members + 1) {
    return started ? N : 0;
  } else if constexpr (takes<T, std::make_index_sequence<N>>) {
    return count_members<T, N + 1, true>();
  } else if constexpr (started) {
    return N - 1;
  } else {
    return count_members<T, N + 1, false>();
  }
}

// Whether an aggregate can be looked into, once per type.
template <class T>
inline constexpr size_t member_count = count_members<T>();
template <class T>
inline constexpr bool has_base = requires {
  T{AnyBase<T>{}};
};
template <class T>
constexpr bool can_look_into() {
  if constexpr (std::is_empty_v<T>)
    return true;
  else if constexpr (has_base<T>)
    return false;
  else
    return member_count<T> > 0 && member_count<T> <= most_members;
}

#define TALWEG_M1 m1
#define TALWEG_M2 TALWEG_M1, m2
#define TALWEG_M3 TALWEG_M2, m3
#define TALWEG_M4 TALWEG_M3, m4
#define TALWEG_M5 TALWEG_M4, m5
#define TALWEG_M6 TALWEG_M5, m6
#define TALWEG_M7 TALWEG_M6, m7
#define TALWEG_M8 TALWEG_M7, m8
#define TALWEG_M9 TALWEG_M8, m9
#define TALWEG_M10 TALWEG_M9, m10
#define TALWEG_M11 TALWEG_M10, m11
#define TALWEG_M12 TALWEG_M11, m12
#define TALWEG_M13 TALWEG_M12, m13
#define TALWEG_M14 TALWEG_M13, m14
#define TALWEG_M15 TALWEG_M14, m15
#define TALWEG_M16 TALWEG_M15, m16
#define TALWEG_M17 TALWEG_M16, m17
#define TALWEG_M18 TALWEG_M17, m18
#define TALWEG_M19 TALWEG_M18, m19
#define TALWEG_M20 TALWEG_M19, m20
#define TALWEG_M21 TALWEG_M20, m21
#define TALWEG_M22 TALWEG_M21, m22
#define TALWEG_M23 TALWEG_M22, m23
#define TALWEG_M24 TALWEG_M23, m24
#define TALWEG_M25 TALWEG_M24, m25
#define TALWEG_M26 TALWEG_M25, m26
#define TALWEG_M27 TALWEG_M26, m27
#define TALWEG_M28 TALWEG_M27, m28
#define TALWEG_M29 TALWEG_M28, m29
#define TALWEG_M30 TALWEG_M29, m30
#define TALWEG_M31 TALWEG_M30, m31
#define TALWEG_M32 TALWEG_M31, m32
#define TALWEG_M33 TALWEG_M32, m33
#define TALWEG_M34 TALWEG_M33, m34
#define TALWEG_M35 TALWEG_M34, m35
#define TALWEG_M36 TALWEG_M35, m36
#define TALWEG_M37 TALWEG_M36, m37
#define TALWEG_M38 TALWEG_M37, m38
#define TALWEG_M39 TALWEG_M38, m39
#define TALWEG_M40 TALWEG_M39, m40
#define TALWEG_M41 TALWEG_M40, m41
#define TALWEG_M42 TALWEG_M41, m42
#define TALWEG_M43 TALWEG_M42, m43
#define TALWEG_M44 TALWEG_M43, m44
#define TALWEG_M45 TALWEG_M44, m45
#define TALWEG_M46 TALWEG_M45, m46
#define TALWEG_M47 TALWEG_M46, m47
#define TALWEG_M48 TALWEG_M47, m48
#define TALWEG_M49 TALWEG_M48, m49
#define TALWEG_M50 TALWEG_M49, m50
#define TALWEG_M51 TALWEG_M50, m51
#define TALWEG_M52 TALWEG_M51, m52
#define TALWEG_M53 TALWEG_M52, m53
#define TALWEG_M54 TALWEG_M53, m54
#define TALWEG_M55 TALWEG_M54, m55
#define TALWEG_M56 TALWEG_M55, m56
#define TALWEG_M57 TALWEG_M56, m57
#define TALWEG_M58 TALWEG_M57, m58
#define TALWEG_M59 TALWEG_M58, m59
#define TALWEG_M60 TALWEG_M59, m60
#define TALWEG_M61 TALWEG_M60, m61
#define TALWEG_M62 TALWEG_M61, m62
#define TALWEG_M63 TALWEG_M62, m63
#define TALWEG_M64 TALWEG_M63, m64
#define TALWEG_TIE(N)             \
  else if constexpr (n == N) {    \
    auto& [TALWEG_M##N] = object; \
    return f(TALWEG_M##N);        \
  }

/// Calls f with all members of an aggregate.
template <class T, class F>
constexpr decltype(auto) with_members(T& object, F&& f) {
  constexpr size_t n = member_count<std::remove_const_t<T>>;
  if constexpr (n == 0) {
    return f();
  }
  TALWEG_TIE(1)
  TALWEG_TIE(2)
  TALWEG_TIE(3)
  TALWEG_TIE(4)
  TALWEG_TIE(5)
  TALWEG_TIE(6)
  TALWEG_TIE(7)
  TALWEG_TIE(8)
  TALWEG_TIE(9)
  TALWEG_TIE(10)
  TALWEG_TIE(11)
  TALWEG_TIE(12)
  TALWEG_TIE(13)
  TALWEG_TIE(14)
  TALWEG_TIE(15)
  TALWEG_TIE(16)
  TALWEG_TIE(17)
  TALWEG_TIE(18)
  TALWEG_TIE(19)
  TALWEG_TIE(20)
  TALWEG_TIE(21)
  TALWEG_TIE(22)
  TALWEG_TIE(23)
  TALWEG_TIE(24)
  TALWEG_TIE(25)
  TALWEG_TIE(26)
  TALWEG_TIE(27)
  TALWEG_TIE(28)
  TALWEG_TIE(29)
  TALWEG_TIE(30)
  TALWEG_TIE(31)
  TALWEG_TIE(32)
  TALWEG_TIE(33)
  TALWEG_TIE(34)
  TALWEG_TIE(35)
  TALWEG_TIE(36)
  TALWEG_TIE(37)
  TALWEG_TIE(38)
  TALWEG_TIE(39)
  TALWEG_TIE(40)
  TALWEG_TIE(41)
  TALWEG_TIE(42)
  TALWEG_TIE(43)
  TALWEG_TIE(44)
  TALWEG_TIE(45)
  TALWEG_TIE(46)
  TALWEG_TIE(47)
  TALWEG_TIE(48)
  TALWEG_TIE(49)
  TALWEG_TIE(50)
  TALWEG_TIE(51)
  TALWEG_TIE(52)
  TALWEG_TIE(53)
  TALWEG_TIE(54)
  TALWEG_TIE(55)
  TALWEG_TIE(56)
  TALWEG_TIE(57)
  TALWEG_TIE(58)
  TALWEG_TIE(59)
  TALWEG_TIE(60)
  TALWEG_TIE(61)
  TALWEG_TIE(62)
  TALWEG_TIE(63)
  TALWEG_TIE(64)
}
#undef TALWEG_TIE
#undef TALWEG_M1
#undef TALWEG_M2
#undef TALWEG_M3
#undef TALWEG_M4
#undef TALWEG_M5
#undef TALWEG_M6
#undef TALWEG_M7
#undef TALWEG_M8
#undef TALWEG_M9
#undef TALWEG_M10
#undef TALWEG_M11
#undef TALWEG_M12
#undef TALWEG_M13
#undef TALWEG_M14
#undef TALWEG_M15
#undef TALWEG_M16
#undef TALWEG_M17
#undef TALWEG_M18
#undef TALWEG_M19
#undef TALWEG_M20
#undef TALWEG_M21
#undef TALWEG_M22
#undef TALWEG_M23
#undef TALWEG_M24
#undef TALWEG_M25
#undef TALWEG_M26
#undef TALWEG_M27
#undef TALWEG_M28
#undef TALWEG_M29
#undef TALWEG_M30
#undef TALWEG_M31
#undef TALWEG_M32
#undef TALWEG_M33
#undef TALWEG_M34
#undef TALWEG_M35
#undef TALWEG_M36
#undef TALWEG_M37
#undef TALWEG_M38
#undef TALWEG_M39
#undef TALWEG_M40
#undef TALWEG_M41
#undef TALWEG_M42
#undef TALWEG_M43
#undef TALWEG_M44
#undef TALWEG_M45
#undef TALWEG_M46
#undef TALWEG_M47
#undef TALWEG_M48
#undef TALWEG_M49
#undef TALWEG_M50
#undef TALWEG_M51
#undef TALWEG_M52
#undef TALWEG_M53
#undef TALWEG_M54
#undef TALWEG_M55
#undef TALWEG_M56
#undef TALWEG_M57
#undef TALWEG_M58
#undef TALWEG_M59
#undef TALWEG_M60
#undef TALWEG_M61
#undef TALWEG_M62
#undef TALWEG_M63
#undef TALWEG_M64

template <class... T>
struct Types {};
struct ToTypes {
  template <class... T>
  constexpr Types<std::remove_cv_t<T>...> operator()(T&...) const {
    return {};
  }
};
template <class T>
using MemberTypes = decltype(with_members(std::declval<T&>(), ToTypes{}));

// The names: the address of a member of an object that is declared and nowhere defined, as template argument,
// is spelled out by the compiler.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
struct Box {
  T value;
  Box();
};
template <class T>
struct Ghost {
  static const Box<T> it;
};
#if defined(__clang__) // takes a pointer to a member as template argument only inside a class
template <class P>
struct ByValue {
  P pointer;
};
template <class P>
ByValue(P) -> ByValue<P>;
template <class P>
constexpr auto as_argument(P pointer) {
  return ByValue<P>{pointer};
}
template <ByValue P>
consteval const char* spelled() {
  return __PRETTY_FUNCTION__;
}
#else
template <class P>
constexpr P as_argument(P pointer) {
  return pointer;
}
template <auto P>
consteval const char* spelled() {
  return __PRETTY_FUNCTION__;
}
#endif

constexpr bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80);
}
constexpr std::string_view last_name(std::string_view text) {
  size_t end = text.size();
  while (end > 0 && !in_name(text[end - 1])) --end;
  size_t begin = end;
  while (begin > 0 && in_name(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

template <size_t I, class T>
struct Leaf {
  T* pointer;
};
template <class Sequence, class... T>
struct Pointers;
template <size_t... I, class... T>
struct Pointers<std::index_sequence<I...>, T...> : Leaf<I, T>... {};
template <size_t I, class T>
constexpr T* pointer_at(const Leaf<I, T>& leaf) {
  return leaf.pointer;
}
struct ToPointers {
  template <class... T>
  constexpr auto operator()(T&... member) const {
    return Pointers<std::index_sequence_for<T...>, T...>{{&member}...};
  }
};
struct NameList {
  std::string_view list[most_members] = {};
};
template <class T, size_t... I>
constexpr NameList spell_members(std::index_sequence<I...>) {
  constexpr auto pointers = with_members(Ghost<T>::it.value, ToPointers{});
  return {{last_name(spelled<as_argument(pointer_at<I>(pointers))>())...}};
}
template <class T>
constexpr NameList member_names() {
  if constexpr (member_count<T> == 0)
    return {};
  else
    return spell_members<T>(std::make_index_sequence<member_count<T>>());
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
template <class T>
inline constexpr NameList names_of = member_names<T>();

template <class T>
constexpr const char* spelled_type() {
  return __PRETTY_FUNCTION__;
}

// "Model" from "... [with T = main()::Model]"; the arguments of a template are left out.
constexpr std::string_view short_name(std::string_view text) {
  size_t end = text.rfind(']');
  int depth = 0;
  if (text[end - 1] == '>') {
    do {
      --end;
      if (text[end] == '>') ++depth;
      if (text[end] == '<') --depth;
    } while (depth > 0);
  }
  return last_name(text.substr(0, end));
}
constexpr bool of_std(std::string_view text) {
  size_t at = text.find("T = ");
  return text.substr(at + 4, 5) == "std::";
}

// Whether a class has a member of that name, overloaded or not: in a class that inherits another, the name is
// ambiguous.
struct CallName {
  void operator()();
  void forward();
};
template <class T>
struct WithNames : T, CallName {};
template <class T>
constexpr bool can_be_called() {
  if constexpr (!std::is_class_v<T> || std::is_final_v<T>)
    return false;
  else
    return !requires { &WithNames<T>::operator(); }
  || !requires { &WithNames<T>::forward; };
}

template <class T>
concept Holder = requires(T& t) {
  *t;
  static_cast<bool>(t);
};
template <class T>
concept Range = requires(T& t) {
  t.begin() != t.end();
  typename T::value_type;
};
template <class T>
concept Tuple = requires {
  sizeof(std::tuple_size<T>);
};

template <class T>
constexpr Kind kind_of();

constexpr Kind inner(Kind kind, Kind outer) {
  return kind == Kind::ignored || kind == Kind::unknown ? kind : outer;
}
template <class... T>
constexpr Kind any_of(Types<T...>, Kind outer) {
  Kind out = Kind::ignored;
  for (Kind k : {Kind::ignored, kind_of<T>()...}) {
    if (k == Kind::unknown) return k;
    if (k != Kind::ignored) out = outer;
  }
  return out;
}
template <class T, size_t... I>
constexpr Kind any_element(std::index_sequence<I...>) {
  return any_of(Types<std::remove_cv_t<std::tuple_element_t<I, T>>...>{}, Kind::tuple);
}

// Of a class template of the standard library: none of its arguments may hold tensors.
template <class T>
constexpr Kind standard(T*) {
  return Kind::ignored;
}
template <template <class...> class C, class... A>
constexpr Kind standard(C<A...>*) {
  return (... && (kind_of<A>() == Kind::ignored)) ? Kind::ignored : Kind::unknown;
}

template <class T>
constexpr Kind kind_of() {
  if constexpr (!std::is_same_v<T, std::remove_cv_t<T>>)
    return kind_of<std::remove_cv_t<T>>();
  else if constexpr (std::is_same_v<T, nn::Parameter>)
    return Kind::parameter;
  else if constexpr (std::is_same_v<T, nn::Buffer>)
    return Kind::buffer;
  else if constexpr (std::is_same_v<T, Tensor>)
    return Kind::tensor;
  else if constexpr (holds_no_tensors<T>)
    return Kind::ignored;
  else if constexpr (Access::listed<T>)
    return Kind::module;
  else if constexpr (!std::is_class_v<T> && !std::is_union_v<T>)
    return std::is_array_v<T> ? Kind::unknown : Kind::ignored;
  else if constexpr (Holder<T>)
    return inner(kind_of<std::remove_cvref_t<decltype(*std::declval<T&>())>>(), Kind::holder);
  else if constexpr (requires { typename T::mapped_type; })
    return inner(kind_of<typename T::mapped_type>(), Kind::keyed);
  else if constexpr (Tuple<T>)
    return any_element<T>(std::make_index_sequence<std::tuple_size<T>::value>());
  else if constexpr (Range<T>) {
    if constexpr (std::is_same_v<typename T::value_type, T>)
      return Kind::ignored;
    else
      return inner(kind_of<typename T::value_type>(), Kind::range);
  } else if constexpr (of_std(spelled_type<T>()))
    return standard(static_cast<T*>(nullptr));
  else if constexpr (std::is_aggregate_v<T>) {
    if constexpr (!can_look_into<T>())
      return Kind::unknown;
    else if constexpr (can_be_called<T>())
      return Kind::module;
    else if constexpr (std::is_empty_v<T>)
      return Kind::ignored;
    else
      return any_of(MemberTypes<T>{}, Kind::module);
  } else
    return std::is_empty_v<T> ? Kind::ignored : Kind::unknown;
}

} // namespace detail

template <class T>
inline constexpr Kind kind = detail::kind_of<std::remove_cv_t<T>>();

/// "Model" for `struct Model`, wherever it is declared.
template <class T>
constexpr std::string_view type_name() {
  return detail::short_name(detail::spelled_type<T>());
}

/// Calls f(name, member) for each member, in order. Members of a class come by TALWEG_MODULE; an empty list
/// of names there means that they are called "0", "1", ...
template <class T, class F>
void for_each_member(T& object, F&& f) {
  size_t i = 0;
  if constexpr (Access::counted<T>) {
    Access::members(object, [&](std::string_view name, auto& member) { f(name, i++, member); });
  } else if constexpr (Access::listed<T>) {
    std::string_view rest = Access::names<T>();
    bool numbered = rest.empty();
    Access::members(object, [&](auto&... member) {
      [[maybe_unused]] auto next = [&]() -> std::string_view {
        if (numbered) return {};
        size_t comma = rest.find(',');
        std::string_view name = rest.substr(0, comma);
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        return detail::last_name(name);
      };
      (f(next(), i++, member), ...);
    });
  } else {
    detail::with_members(object,
                         [&](auto&... member) { ((f(detail::names_of<T>.list[i], i, member), ++i), ...); });
  }
}

} // namespace reflect
} // namespace talweg
