#include "goldens/decode.h"

#include <cmath>

#include "core/tensor_object.h"
#include "talweg/create.h"

namespace goldens {

using namespace talweg;

const json::Value& member(const json::Value& object, std::string_view key) {
  auto* v = object.find(key);
  if (!v) throw Failed("the case has no '" + std::string(key) + "'");
  return *v;
}
template <class T>
static const T& as(const json::Value& v, const char* kind) {
  auto* t = v.as<T>();
  if (!t) throw Failed(std::string("the case has something else where ") + kind + " is expected");
  return *t;
}
const std::string& text(const json::Value& v) { return as<std::string>(v, "text"); }
const json::Array& list(const json::Value& v) { return as<json::Array>(v, "a list"); }
const json::Object& object(const json::Value& v) { return as<json::Object>(v, "an object"); }
int64_t integer(const json::Value& v) { return as<int64_t>(v, "an integer"); }
bool is_true(const json::Value* v) {
  auto* b = v ? v->as<bool>() : nullptr;
  return b && *b;
}
double number(const json::Value& v) {
  if (auto* i = v.as<int64_t>()) return static_cast<double>(*i);
  if (auto* b = v.as<bool>()) return *b;
  if (auto* special = v.find("float")) {
    const std::string& name = text(*special);
    return name == "nan" ? NAN : name == "inf" ? INFINITY : -INFINITY;
  }
  return as<double>(v, "a number");
}

Dtype dtype_named(std::string_view name) {
  for (int i = 0; i < dtype_count; ++i)
    if (talweg::name(static_cast<Dtype>(i)) == name) return static_cast<Dtype>(i);
  throw Failed("there is no dtype " + std::string(name));
}

static std::vector<int64_t> integers(const json::Value& v) {
  std::vector<int64_t> out;
  for (const json::Value& e : list(v)) out.push_back(integer(e));
  return out;
}

static void gather_numbers(const json::Value& v, size_t depth, std::vector<int64_t>& sizes,
                           std::vector<double>& numbers) {
  auto* items = v.as<json::Array>();
  if (!items) {
    numbers.push_back(number(v));
    return;
  }
  if (sizes.size() <= depth) sizes.push_back(static_cast<int64_t>(items->size()));
  for (const json::Value& e : *items) gather_numbers(e, depth + 1, sizes, numbers);
}

static Tensor from_values(const json::Value& v) {
  std::vector<int64_t> sizes;
  std::vector<double> numbers;
  gather_numbers(member(v, "values"), 0, sizes, numbers);
  Tensor flat = talweg::tensor(numbers);
  return flat.view(sizes).to(dtype_named(text(member(v, "dtype"))), true);
}

static Tensor from_recipe(const json::Value& v) {
  const json::Value& value = member(v, "value");
  Dtype dtype = dtype_named(text(member(v, "dtype")));
  Scalar scalar = value.as<int64_t>() ? Scalar(*value.as<int64_t>())
                  : value.as<bool>()  ? Scalar(*value.as<bool>())
                                      : Scalar(number(value));
  Tensor out = full(integers(member(v, "full")), scalar, {.dtype = dtype});
  if (auto* order = v.find("permute")) out = out.permute(integers(*order));
  return out;
}

Tensor Decoder::stored(const std::string& key) const {
  if (!store_) throw Failed("the group has no tensors beside it");
  return store_->read(key);
}

std::optional<Tensor> Decoder::alternative(const std::string& key) const {
  std::string other = key + "@avx2";
  if (!store_ || !store_->contains(other)) return {};
  return store_->read(other);
}

Tensor Decoder::described(const json::Value& v, const std::string& key) {
  Tensor out = stored(key);
  if (v.find("stride")) {
    auto sizes = integers(member(v, "shape")), strides = integers(member(v, "stride"));
    auto* offset = v.find("offset");
    out = as_strided(out, sizes, strides, offset ? integer(*offset) : 0).detach();
  }
  if (is_true(v.find("parameter"))) talweg::object(out)->flags |= parameter_flag;
  if (is_true(v.find("requires_grad"))) {
    out.requires_grad_();
    leaves_.emplace_back(key, out);
  }
  return out;
}

Tensor Decoder::tensor(const json::Value& v) {
  const std::string& key = text(member(v, "tensor"));
  Tensor& seen = seen_[key];
  if (!seen.defined()) seen = described(v, key);
  return seen;
}

Value Decoder::value(const json::Value& v) {
  if (v.is_null()) return {};
  if (auto* b = v.as<bool>()) return *b;
  if (auto* i = v.as<int64_t>()) return *i;
  if (auto* d = v.as<double>()) return *d;
  if (auto* s = v.as<std::string>()) return *s;
  if (v.as<json::Array>()) return values(v);
  if (v.find("tensor")) return tensor(v);
  if (v.find("full")) return from_recipe(v);
  if (v.find("values")) return from_values(v);
  if (v.find("float")) return number(v);
  if (auto* items = v.find("tuple")) return values(*items);
  if (auto* name = v.find("dtype")) return dtype_named(text(*name));
  if (v.find("ellipsis")) return EllipsisIndex{};
  for (const char* word : {"device", "layout", "memory_format"})
    if (auto* name = v.find(word)) return text(*name);
  if (auto* parts = v.find("slice")) {
    auto part = [&](size_t i) {
      const json::Value& e = list(*parts).at(i);
      return e.is_null() ? std::optional<int64_t>() : std::optional<int64_t>(integer(e));
    };
    return Slice(part(0), part(1), part(2).value_or(1));
  }
  if (v.find("lambda") || v.find("function")) throw Absent("a function of Python as argument");
  if (v.find("module")) throw Absent("a module as argument");
  throw Failed("the case has a value of unknown kind");
}

ValueList Decoder::values(const json::Value& v) {
  ValueList out;
  for (const json::Value& e : list(v)) out.push_back(value(e));
  return out;
}

std::vector<NamedValue> Decoder::named(const json::Value& v) {
  std::vector<NamedValue> out;
  for (const auto& [key, e] : object(v)) out.emplace_back(key, value(e));
  return out;
}

} // namespace goldens
