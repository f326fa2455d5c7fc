// One record per operation: its C++ function, its Python signature, what proves it and what documents it.
// Everything derived (calls by name, errors about arguments, conformance tests, docs) reads records.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "talweg/tensor.h"

namespace talweg {

struct Value;
using ValueList = std::vector<Value>;
/// A tuple where Python tells it from a list: x[1, 2] isn't x[[1, 2]].
struct Tuple {
  ValueList items;
};

/// An argument or a result of a call by name. What a variant of so many types is made of is compiled once, in
/// record.cpp: in each family it would be most of the object file.
struct Value {
  std::variant<NoneIndex, bool, int64_t, double, std::string, Dtype, Tensor, ValueList, Slice, EllipsisIndex,
               Generator, Tuple>
      content = NoneIndex{};
  Value();
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Value>) Value(T&& v) : content(std::forward<T>(v)) {}
  template <class T>
  const T* as() const {
    return std::get_if<T>(&content);
  }
  bool is_none() const { return as<NoneIndex>() != nullptr; }
};

/// What a parameter takes, told by its C++ type.
enum class ParamKind : uint8_t {
  tensor,
  scalar,
  optional_scalar,
  integer,
  optional_integer,
  floating,
  boolean,
  text,
  dtype,
  int_list,
  tensors,
  indices,
  generator,
  optional_boolean
};

/// Arguments in the order of the parameters; missing ones hold the default.
using BoxedCall = void (*)(std::string_view op, std::span<const Value> arguments, ValueList& results);

/// How far a derivative can be checked by finite differences.
enum class Derivative : uint8_t {
  smooth, // everywhere the samples are
  pieces, // smooth between points; the samples stay away from them
  linear, // and the second derivative is zero
  none,   // results are integers, truth values or constants
};

/// Which dtypes every call takes: the floating ones, and ... What isn't taken is refused with an error.
enum class Takes : uint8_t {
  all,     // integers and bool
  numbers, // integers
  floats,  // no others
  wide,    // not even float16 and bfloat16
};

/// What a record states beside its signature. Each statement is held against the operation by
/// tests/unit/conformance_*.cpp; docs/add-an-operation.md says how to choose.
struct OpInfo {
  std::string_view doc = {};
  /// Argument texts of sample calls, in the language of tests/support/sample.h: `T(2, 3), I(4; 3),
  /// alpha=2.5`.
  std::array<std::string_view, 8> samples = {};
  std::string_view unsampled = {}; // why there are none
  Derivative derivative = Derivative::smooth;
  std::string_view why_not = {}; // why there is no derivative
  BoxedCall in_place = nullptr;  // `name_`
  bool elementwise = false;      // arguments broadcast; an element depends on the elements at its place alone
  Takes takes = Takes::all;
  bool rounds_by_layout = false;    // adds in an order that depends on strides: other last bits
  bool numbers_as_tensors = false;  // a number is taken where the signature says Tensor
  bool writes_self = false;         // set by op(): the function gives back its first argument, written
  std::string_view undeclared = {}; // why there is neither a declaration nor a method: called by name alone
};

struct Op {
  std::string_view signature; // "sum(self, dim=[], keepdim=False, dtype=None)"
  BoxedCall call;
  std::span<const ParamKind> kinds;
  OpInfo info;

  std::string_view name() const { return signature.substr(0, signature.find('(')); }
};

/// One parameter of a signature.
struct Param {
  std::string_view name;
  std::string_view standard; // text of the default; empty if it must be given
  bool keyword_only;
  bool spread = false; // `*tensors`: a list, or its elements one after the other
};

namespace detail {

/// The kind of a parameter, and what holds an argument for it during the call.
template <ParamKind k, class H>
struct Passed {
  static constexpr ParamKind kind = k;
  using Held = H;
};
template <class T>
struct ParamOf;
template <>
struct ParamOf<Tensor> : Passed<ParamKind::tensor, Tensor> {};
template <>
struct ParamOf<Scalar> : Passed<ParamKind::scalar, Scalar> {};
template <>
struct ParamOf<std::optional<Scalar>> : Passed<ParamKind::optional_scalar, std::optional<Scalar>> {};
template <>
struct ParamOf<int64_t> : Passed<ParamKind::integer, int64_t> {};
template <>
struct ParamOf<std::optional<int64_t>> : Passed<ParamKind::optional_integer, std::optional<int64_t>> {};
template <>
struct ParamOf<double> : Passed<ParamKind::floating, double> {};
template <>
struct ParamOf<bool> : Passed<ParamKind::boolean, bool> {};
template <>
struct ParamOf<std::optional<bool>> : Passed<ParamKind::optional_boolean, std::optional<bool>> {};
template <>
struct ParamOf<std::string_view> : Passed<ParamKind::text, std::string> {};
template <>
struct ParamOf<std::optional<Dtype>> : Passed<ParamKind::dtype, std::optional<Dtype>> {};
template <>
struct ParamOf<Dtype> : Passed<ParamKind::dtype, Dtype> {};
template <>
struct ParamOf<IntList> : Passed<ParamKind::int_list, std::vector<int64_t>> {};
template <>
struct ParamOf<std::vector<Tensor>> : Passed<ParamKind::tensors, std::vector<Tensor>> {};
template <>
struct ParamOf<std::span<const Index>> : Passed<ParamKind::indices, std::vector<Index>> {};
template <>
struct ParamOf<std::optional<Generator>> : Passed<ParamKind::generator, std::optional<Generator>> {};

template <class A>
using param_of = ParamOf<std::remove_cvref_t<A>>;

void unbox(const Value& v, Tensor& out);
void unbox(const Value& v, Scalar& out);
void unbox(const Value& v, std::optional<Scalar>& out);
void unbox(const Value& v, int64_t& out);
void unbox(const Value& v, std::optional<int64_t>& out);
void unbox(const Value& v, double& out);
void unbox(const Value& v, bool& out);
void unbox(const Value& v, std::optional<bool>& out);
void unbox(const Value& v, std::string& out);
void unbox(const Value& v, std::optional<Dtype>& out);
void unbox(const Value& v, Dtype& out);
void unbox(const Value& v, std::vector<int64_t>& out);
void unbox(const Value& v, std::vector<Tensor>& out);
void unbox(const Value& v, std::vector<Index>& out);
void unbox(const Value& v, std::optional<Generator>& out);

inline void put(ValueList& out, const Tensor& t) { out.emplace_back(t); }
inline void put(ValueList& out, Dtype d) { out.emplace_back(d); }
inline void put(ValueList& out, bool b) { out.emplace_back(b); }
inline void put(ValueList& out, int64_t i) { out.emplace_back(i); }
inline void put(ValueList& out, double d) { out.emplace_back(d); }
inline void put(ValueList& out, Scalar s) {
  if (s.is_boolean())
    out.emplace_back(s.to<bool>());
  else if (s.is_integral())
    out.emplace_back(s.to<int64_t>());
  else
    out.emplace_back(s.to<double>());
}
inline void put(ValueList& out, const std::vector<int64_t>& list) {
  out.emplace_back(ValueList(list.begin(), list.end()));
}
inline void put(ValueList& out, const std::vector<Tensor>& list) {
  for (const Tensor& t : list) out.emplace_back(t);
}
inline void put(ValueList& out, const std::pair<Tensor, Tensor>& p) {
  out.emplace_back(p.first);
  out.emplace_back(p.second);
}
inline void put(ValueList& out, const std::tuple<Tensor, Tensor, Tensor>& t) {
  out.emplace_back(std::get<0>(t));
  out.emplace_back(std::get<1>(t));
  out.emplace_back(std::get<2>(t));
}

// One body for all functions of one signature.
template <class R, class... A>
[[gnu::noinline]] void call_boxed(R (*f)(A...), std::span<const Value> arguments, ValueList& out) {
  std::tuple<typename param_of<A>::Held...> held;
  size_t i = 0;
  std::apply([&](auto&... h) { (unbox(arguments[i++], h), ...); }, held);
  std::apply([&](auto&... h) { put(out, f(h...)); }, held);
}

template <class F, F* f>
struct Box;
template <class R, class... A, R (*f)(A...)>
struct Box<R(A...), f> {
  static void call(std::string_view, std::span<const Value> arguments, ValueList& out) {
    call_boxed<R, A...>(f, arguments, out);
  }
  static constexpr std::array<ParamKind, sizeof...(A)> kinds{param_of<A>::kind...};
  static constexpr bool writes_self = std::is_same_v<R, const Tensor&>;
};

} // namespace detail

/// The boxed call of a function; Sig picks an overload.
template <class Sig, Sig* f>
inline constexpr BoxedCall boxed = &detail::Box<Sig, f>::call;

/// The parameters in a signature's text. Throws (while compiling: fails) if the text is malformed.
constexpr size_t parse_signature(std::string_view text, std::span<Param> out) {
  size_t at = text.find('(') + 1, count = 0;
  bool keyword_only = false;
  auto skip = [&] {
    while (at < text.size() && text[at] == ' ') ++at;
  };
  for (skip(); at < text.size() && text[at] != ')'; skip()) {
    size_t start = at;
    int depth = 0;
    while (at < text.size() && (depth > 0 || (text[at] != ',' && text[at] != ')'))) {
      if (text[at] == '[' || text[at] == '(') ++depth;
      if (text[at] == ']' || text[at] == ')') --depth;
      ++at;
    }
    std::string_view part = text.substr(start, at - start);
    if (at < text.size() && text[at] == ',') ++at;
    if (part == "*") {
      keyword_only = true;
      continue;
    }
    if (count == out.size()) throw "too many parameters";
    const bool spread = part.starts_with('*');
    if (spread) part.remove_prefix(1);
    size_t equals = part.find('=');
    out[count++] = {part.substr(0, equals),
                    equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1),
                    keyword_only, spread};
    keyword_only |= spread;
  }
  if (at >= text.size()) throw "the signature has no closing parenthesis";
  return count;
}

/// Whether a default's text is of the parameter's kind.
constexpr bool default_fits(std::string_view text, ParamKind kind) {
  if (text.empty()) return true;
  bool none = text == "None", boolean = text == "True" || text == "False";
  bool number = text[0] == '-' || (text[0] >= '0' && text[0] <= '9');
  bool whole = number && text.find('.') == std::string_view::npos && text.find('e') == std::string_view::npos;
  switch (kind) {
    case ParamKind::tensor:
    case ParamKind::optional_scalar:
    case ParamKind::optional_integer:
    case ParamKind::generator:
    case ParamKind::optional_boolean:
    case ParamKind::dtype:
      return none || (kind == ParamKind::optional_scalar && number);
    case ParamKind::scalar:
      return number || boolean;
    case ParamKind::integer:
      return whole;
    case ParamKind::floating:
      return number;
    case ParamKind::boolean:
      return boolean;
    case ParamKind::text:
      return text[0] == '\'' || none;
    case ParamKind::int_list:
      return text[0] == '[' || none || whole;
    case ParamKind::tensors:
    case ParamKind::indices:
      return false;
  }
  return false;
}

/// A record. The text must have as many parameters as the function, and defaults of their kinds, or it
/// doesn't compile.
template <class Sig, Sig* f>
constexpr Op op(std::string_view signature, OpInfo info) {
  Param params[16];
  size_t count = parse_signature(signature, params);
  const auto& kinds = detail::Box<Sig, f>::kinds;
  if (count != kinds.size()) throw "the signature and the function differ in the number of parameters";
  for (size_t i = 0; i < count; ++i)
    if (!default_fits(params[i].standard, kinds[i])) throw "a default isn't of its parameter's kind";
  info.writes_self = detail::Box<Sig, f>::writes_self;
  return {signature, boxed<Sig, f>, kinds, info};
}

using NamedValue = std::pair<std::string, Value>;

/// All records of that name (overloads), in order.
std::vector<const Op*> find_ops(std::string_view name);
/// Calls an operation by name as Python would: positional and keyword arguments, `name_` for the form in
/// place. Throws KeyError for an unknown name, TypeError where no overload takes these arguments.
ValueList call_op(std::string_view name, std::span<const Value> arguments,
                  std::span<const NamedValue> keywords = {});
/// The same on one record, whatever other overloads of the name would take.
ValueList call_record(const Op& op, std::span<const Value> arguments,
                      std::span<const NamedValue> keywords = {}, bool in_place = false);
/// The arguments in the order of the signature's parameters, defaults filled in. Throws TypeError if they
/// don't fit.
ValueList bind_arguments(const Op& op, std::span<const Value> arguments,
                         std::span<const NamedValue> keywords);
ValueList bind_arguments(std::string_view signature, std::span<const ParamKind> kinds,
                         std::span<const Value> arguments, std::span<const NamedValue> keywords);
/// A tensor made of a number, that promotes as a number.
Tensor wrapped_number(Scalar s);

struct Family {
  std::string_view name;
  std::span<const Op> ops;
};
/// The list of families: the only one.
std::span<const Family* const> op_families();

} // namespace talweg
