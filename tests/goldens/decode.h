// What the cases of a group hold, as values that calls by name take.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "io/json.h"
#include "ops/record.h"
#include "talweg/io.h"

namespace goldens {

using talweg::Dtype;
using talweg::Tensor;
using talweg::Value;
using talweg::ValueList;
namespace json = talweg::json;

/// A case that talweg has no name for: counted apart.
struct Absent : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// A case that differs; the text says how.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A member that must be there.
const json::Value& member(const json::Value& object, std::string_view key);
const std::string& text(const json::Value& v);
bool is_true(const json::Value* v);
double number(const json::Value& v);
int64_t integer(const json::Value& v);
const json::Array& list(const json::Value& v);
const json::Object& object(const json::Value& v);
/// "float32" as a dtype. Throws Failed for one that talweg lacks.
Dtype dtype_named(std::string_view name);

/// The tensors of one case: each key is one tensor, however often it is named.
class Decoder {
 public:
  explicit Decoder(const talweg::SafetensorsReader* store) : store_(store) {}

  Value value(const json::Value& v);
  ValueList values(const json::Value& list);
  std::vector<talweg::NamedValue> named(const json::Value& object);
  Tensor tensor(const json::Value& v);
  /// A fresh copy of what is stored under that key.
  Tensor stored(const std::string& key) const;
  /// The other result that is right too, if one is stored.
  std::optional<Tensor> alternative(const std::string& key) const;
  /// Tensors that require grad, with their keys, in the order they were met.
  const std::vector<std::pair<std::string, Tensor>>& leaves() const { return leaves_; }

 private:
  Tensor described(const json::Value& v, const std::string& key);
  const talweg::SafetensorsReader* store_;
  std::map<std::string, Tensor> seen_;
  std::vector<std::pair<std::string, Tensor>> leaves_;
};

} // namespace goldens
