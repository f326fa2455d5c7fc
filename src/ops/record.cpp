#include "ops/record.h"
#include "core/raise.h"

#include <charconv>

#include "core/tensor_object.h"
#include "ops/pointwise.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

Value::Value() = default;
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

Tensor wrapped_number(Scalar s) {
  Dtype d = s.is_floating_point() ? float64 : s.is_boolean() ? bool_ : int64;
  Tensor t = full({}, s, {.dtype = d});
  mark_wrapped(object(t));
  return t;
}

namespace {

std::optional<Scalar> number_of(const Value& v) {
  if (auto* b = v.as<bool>()) return Scalar(*b);
  if (auto* i = v.as<int64_t>()) return Scalar(*i);
  if (auto* d = v.as<double>()) return Scalar(*d);
  if (auto* t = v.as<Tensor>(); t && t->defined() && t->numel() == 1) return t->item();
  return {};
}

bool is_int_list(const Value& v) {
  if (auto* list = v.as<ValueList>()) {
    for (const Value& e : *list)
      if (!e.as<int64_t>()) return false;
    return true;
  }
  return v.as<int64_t>() != nullptr;
}

bool fits(const Value& v, ParamKind kind, bool numbers_as_tensors) {
  bool none = v.is_none();
  const Tensor* tensor = v.as<Tensor>();
  bool number = v.as<bool>() || v.as<int64_t>() || v.as<double>();
  bool number_like =
      number || (tensor && tensor->defined() && tensor->dim() == 0 && !tensor->requires_grad());
  switch (kind) {
    case ParamKind::tensor:
      return none || tensor || (number && numbers_as_tensors);
    case ParamKind::scalar:
      return number_like;
    case ParamKind::optional_scalar:
      return none || number_like;
    case ParamKind::integer:
      return v.as<int64_t>() || v.as<bool>();
    case ParamKind::optional_integer:
      return none || v.as<int64_t>();
    case ParamKind::floating:
      return number_like;
    case ParamKind::boolean:
      return v.as<bool>();
    case ParamKind::optional_boolean:
      return none || v.as<bool>();
    case ParamKind::text:
      return none || v.as<std::string>();
    case ParamKind::dtype:
      return none || v.as<Dtype>();
    case ParamKind::int_list:
      return none || is_int_list(v);
    case ParamKind::tensors: {
      auto* list = v.as<ValueList>();
      if (!list) return false;
      for (const Value& e : *list)
        if (!e.as<Tensor>()) return false;
      return true;
    }
    case ParamKind::indices:
      return none || tensor || v.as<bool>() || v.as<int64_t>() || v.as<ValueList>() || v.as<Tuple>() ||
             v.as<Slice>() || v.as<EllipsisIndex>();
    case ParamKind::generator:
      return none || v.as<Generator>();
  }
  return false;
}

Value parse_default(std::string_view text) {
  if (text == "None") return {};
  if (text == "True") return true;
  if (text == "False") return false;
  if (text[0] == '\'') return std::string(text.substr(1, text.size() - 2));
  if (text[0] == '[') {
    ValueList list;
    for (size_t at = 1; at < text.size();) {
      int64_t n = 0;
      auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), n);
      if (error == std::errc()) list.emplace_back(n);
      at = static_cast<size_t>(end - text.data()) + 1;
    }
    return list;
  }
  if (text.find_first_of(".e") == std::string_view::npos) {
    int64_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
  }
  double d = 0;
  std::from_chars(text.data(), text.data() + text.size(), d);
  return d;
}

// The arguments of one overload, or what is wrong with them.
struct Bound {
  std::vector<Value> values;
  std::string problem;
};

// Keywords that choose among what there is one of here: every record takes them and nothing follows from
// them.
bool is_sole_choice(std::string_view key, const Value& v) {
  constexpr std::string_view keys[] = {"device", "layout", "memory_format", "pin_memory", "non_blocking"};
  for (std::string_view k : keys)
    if (k == key) return v.is_none() || v.as<std::string>() || v.as<bool>();
  return false;
}

Bound bind(const Op& op, std::span<const Value> arguments, std::span<const NamedValue> keywords) {
  Param params[16];
  size_t count = parse_signature(op.signature, params);
  Bound bound{std::vector<Value>(count), {}};
  std::vector<bool> given(count);
  size_t positional = 0;
  while (positional < count && !params[positional].keyword_only) ++positional;
  size_t next = 0;
  for (size_t i = 0; i < positional && next < arguments.size(); ++i) {
    // Sizes may be spread: x.view(2, 3).
    if (op.kinds[i] == ParamKind::int_list && arguments[next].as<int64_t>() &&
        arguments.size() - next > positional - i && i + 1 == positional) {
      ValueList rest(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
      bound.values[i] = rest;
      next = arguments.size();
    } else if (params[i].spread && !(arguments.size() - next == 1 && arguments[next].as<ValueList>() &&
                                     op.kinds[i] == ParamKind::tensors)) {
      ValueList rest(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
      for (const Value& e : rest)
        if (e.as<std::string>()) {
          bound.problem = "doesn't take text for '" + std::string(params[i].name) + "'";
          return bound;
        }
      if (op.kinds[i] == ParamKind::tensors)
        bound.values[i] = rest;
      else
        bound.values[i] = Tuple{rest};
      next = arguments.size();
    } else {
      bound.values[i] = arguments[next++];
    }
    given[i] = true;
  }
  if (next < arguments.size()) {
    bound.problem = "takes " + std::to_string(positional) + " positional arguments, " +
                    std::to_string(arguments.size()) + " were given";
    return bound;
  }
  for (const NamedValue& keyword : keywords) {
    const std::string& key = keyword.first;
    const Value& value = keyword.second;
    size_t i = 0;
    // Other words for a parameter count where none has the word itself.
    auto is_alias = [&](const Param& p) {
      return ((key == "input" || key == "tensor") && p.name == "self") ||
             (key == "axis" && p.name == "dim") || (key == "keepdims" && p.name == "keepdim");
    };
    while (i < count && params[i].name != key) ++i;
    if (i == count)
      for (i = 0; i < count && !is_alias(params[i]);) ++i;
    if (i == count) {
      if (is_sole_choice(key, value)) continue;
      bound.problem = "has no parameter '" + key + "'";
      return bound;
    }
    if (given[i]) {
      bound.problem = "got several values for '" + key + "'";
      return bound;
    }
    bound.values[i] = value;
    given[i] = true;
  }
  for (size_t i = 0; i < count; ++i) {
    if (!given[i]) {
      if (params[i].standard.empty()) {
        bound.problem = "misses argument '" + std::string(params[i].name) + "'";
        return bound;
      }
      bound.values[i] = parse_default(params[i].standard);
    } else if (!fits(bound.values[i], op.kinds[i], op.info.numbers_as_tensors) ||
               (bound.values[i].is_none() && op.kinds[i] != ParamKind::indices &&
                op.kinds[i] != ParamKind::optional_scalar && params[i].standard != "None" &&
                params[i].standard != "[]")) {
      bound.problem = "doesn't take this kind of value for '" + std::string(params[i].name) + "'";
      return bound;
    }
  }
  return bound;
}

} // namespace

namespace detail {

void unbox(const Value& v, Tensor& out) {
  if (auto* t = v.as<Tensor>())
    out = *t;
  else if (auto s = number_of(v))
    out = wrapped_number(*s);
}
void unbox(const Value& v, Scalar& out) { out = *number_of(v); }
void unbox(const Value& v, std::optional<Scalar>& out) { out = number_of(v); }
void unbox(const Value& v, int64_t& out) { out = number_of(v)->to<int64_t>(); }
void unbox(const Value& v, std::optional<int64_t>& out) {
  if (auto* i = v.as<int64_t>()) out = *i;
}
void unbox(const Value& v, double& out) { out = number_of(v)->to<double>(); }
void unbox(const Value& v, bool& out) { out = *v.as<bool>(); }
void unbox(const Value& v, std::optional<bool>& out) {
  if (auto* b = v.as<bool>()) out = *b;
}
void unbox(const Value& v, std::string& out) {
  if (auto* s = v.as<std::string>()) out = *s;
}
void unbox(const Value& v, std::optional<Dtype>& out) {
  if (auto* d = v.as<Dtype>()) out = *d;
}
void unbox(const Value& v, Dtype& out) {
  if (auto* d = v.as<Dtype>()) out = *d;
}
void unbox(const Value& v, std::vector<int64_t>& out) {
  if (auto* i = v.as<int64_t>())
    out = {*i};
  else if (auto* list = v.as<ValueList>())
    for (const Value& e : *list) out.push_back(*e.as<int64_t>());
}
void unbox(const Value& v, std::vector<Tensor>& out) {
  for (const Value& e : *v.as<ValueList>()) out.push_back(*e.as<Tensor>());
}

void unbox(const Value& v, std::optional<Generator>& out) {
  if (auto* g = v.as<Generator>()) out = *g;
}

namespace {
Tensor index_tensor(const ValueList& list);

// A Python list among indices is a tensor of integers or truth values.
Tensor index_element(const Value& v) {
  if (auto* list = v.as<ValueList>()) return index_tensor(*list);
  if (auto* b = v.as<bool>()) return tensor(*b);
  if (auto* i = v.as<int64_t>()) return tensor(*i);
  if (auto* t = v.as<Tensor>()) return *t;
  raise<TypeError>({"[index] a list among indices may hold integers and truth values only"});
}
Tensor index_tensor(const ValueList& list) {
  if (list.empty()) return empty({0}, {.dtype = int64});
  std::vector<Tensor> parts;
  for (const Value& e : list) parts.push_back(index_element(e));
  return stack(parts);
}
} // namespace

namespace {
void add_index(const Value& e, std::vector<Index>& out) {
  if (e.is_none())
    out.emplace_back(None);
  else if (e.as<EllipsisIndex>())
    out.emplace_back(Ellipsis);
  else if (auto* s = e.as<Slice>())
    out.emplace_back(*s);
  else if (auto* b = e.as<bool>())
    out.emplace_back(*b);
  else if (auto* i = e.as<int64_t>())
    out.emplace_back(*i);
  else if (auto* t = e.as<Tensor>())
    out.emplace_back(*t);
  else if (auto* list = e.as<ValueList>())
    out.emplace_back(index_tensor(*list));
  else
    raise<IndexError>(
        {"[index] only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
         "indices"});
}

// A list with anything but numbers in it is meant as a tuple.
bool is_tuple(const ValueList& list) {
  for (const Value& e : list)
    if (!e.as<bool>() && !e.as<int64_t>() && !e.as<double>()) return true;
  return false;
}
} // namespace

void unbox(const Value& v, std::vector<Index>& out) {
  const ValueList* items = v.as<Tuple>() ? &v.as<Tuple>()->items : v.as<ValueList>();
  if (!items || (!v.as<Tuple>() && !is_tuple(*items))) {
    add_index(v, out);
    return;
  }
  out.reserve(items->size());
  for (const Value& e : *items) add_index(e, out);
}

} // namespace detail

std::vector<const Op*> find_ops(std::string_view name) {
  std::vector<const Op*> found;
  for (const Family* family : op_families())
    for (const Op& op : family->ops)
      if (op.name() == name) found.push_back(&op);
  return found;
}

ValueList call_op(std::string_view name, std::span<const Value> arguments,
                  std::span<const NamedValue> keywords) {
  auto found = find_ops(name);
  bool in_place = false;
  if (found.empty() && name.ends_with('_') && !name.starts_with('_')) {
    for (const Op* op : find_ops(name.substr(0, name.size() - 1)))
      if (op->info.in_place) found.push_back(op);
    in_place = true;
  }
  if (found.empty()) raise<KeyError>({"there is no operation '", name, "'"});
  std::string problems;
  for (const Op* op : found) {
    Bound bound = bind(*op, arguments, keywords);
    if (bound.problem.empty()) {
      ValueList results;
      (in_place ? op->info.in_place : op->call)(name, bound.values, results);
      return results;
    }
    problems += "\n  " + std::string(op->signature) + " " + bound.problem;
  }
  raise<TypeError>({"[", name, "] received an invalid combination of arguments:", problems});
}

ValueList call_record(const Op& op, std::span<const Value> arguments, std::span<const NamedValue> keywords,
                      bool in_place) {
  ValueList bound = bind_arguments(op, arguments, keywords), results;
  (in_place ? op.info.in_place : op.call)(op.name(), bound, results);
  return results;
}

ValueList bind_arguments(const Op& op, std::span<const Value> arguments,
                         std::span<const NamedValue> keywords) {
  Bound bound = bind(op, arguments, keywords);
  if (!bound.problem.empty()) raise<TypeError>({"[", op.name(), "] ", op.signature, " ", bound.problem});
  return std::move(bound.values);
}

ValueList bind_arguments(std::string_view signature, std::span<const ParamKind> kinds,
                         std::span<const Value> arguments, std::span<const NamedValue> keywords) {
  return bind_arguments(Op{signature, nullptr, kinds, {}}, arguments, keywords);
}

} // namespace talweg
