// Family `promotion`: the dtype of a result, from dtypes, dimensions and numbers.
#include <array>

#include "goldens/cases.h"
#include "talweg/create.h"

namespace goldens {

using namespace talweg;

namespace {

Value operand(const json::Value& v) {
  if (auto* name = v.as<std::string>()) return dtype_named(*name);
  if (auto* kind = v.find("scalar")) {
    const std::string& k = text(*kind);
    if (k == "bool") return true;
    if (k == "int") return int64_t{2};
    return 2.0;
  }
  if (!v.as<json::Object>()) return Decoder(nullptr).value(v);
  Dtype dtype = dtype_named(text(member(v, "dtype")));
  return integer(member(v, "dim")) == 0 ? ones({}, {.dtype = dtype}) : ones(2, {.dtype = dtype});
}

// The recorded operands are those that promote. Operations that take more get it here, by what their records
// ask for: a list of tensors instead of one, a condition before them, a dimension behind them.
void complete(const std::string& record, ValueList& arguments) {
  auto overloads = find_ops(record);
  if (overloads.empty()) return;
  const Op& op = *overloads.front();
  std::array<Param, 16> params;
  size_t count = parse_signature(op.signature, params);
  if (op.kinds[0] == ParamKind::tensors) {
    arguments = {Value(arguments)};
  } else if (params[0].name == "condition") {
    ValueList all{tensor(true)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    arguments = all;
  } else if (count > arguments.size()) {
    const Param& next = params[arguments.size()];
    if (next.name == "dim" && next.standard.empty()) arguments.emplace_back(int64_t{0});
  }
}

Dtype dtype_of_result(const ValueList& results) {
  const Value& v = results.at(0);
  if (auto* t = v.as<Tensor>()) return t->dtype();
  if (auto* d = v.as<Dtype>()) return *d;
  throw Failed("the result has no dtype");
}

} // namespace

void replay_promotion(const Group& group, const json::Value& c) {
  std::string record = record_of(group.op);
  ValueList arguments;
  for (const json::Value& v : list(member(c, "args"))) arguments.push_back(operand(v));
  if (auto* promoted = c.find("promoted")) {
    Dtype got = promote_types(*arguments.at(0).as<Dtype>(), *arguments.at(1).as<Dtype>());
    if (name(got) != text(*promoted))
      throw Failed("promote_types gives " + std::string(name(got)) + ", expected " + text(*promoted));
  }
  complete(record, arguments);
  if (auto* error = c.find("error")) {
    expect_error(*error, [&] { call_op(record, arguments); });
    return;
  }
  const json::Value& wanted = member(c, "output");
  ValueList results = call_op(record, arguments);
  if (auto* truth = wanted.as<bool>()) {
    auto* got = results.at(0).as<bool>();
    if (!got || *got != *truth) throw Failed(*truth ? "false, expected true" : "true, expected false");
    return;
  }
  Dtype got = dtype_of_result(results);
  if (name(got) != text(wanted))
    throw Failed("dtype " + std::string(name(got)) + ", expected " + text(wanted));
}

} // namespace goldens
