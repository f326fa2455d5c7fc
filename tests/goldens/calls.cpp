// Families `ops` and `errors`, and what all families share: calls by PyTorch's names, errors, gradients.
#include <algorithm>

#include "goldens/cases.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/random.h"

namespace goldens {

using namespace talweg;

namespace {

// Records have PyTorch's names without the place where PyTorch keeps them.
constexpr std::string_view places[] = {"torch.nn.functional.", "Tensor.", "torch."};

bool is_known(std::string_view name) {
  if (!find_ops(name).empty()) return true;
  if (!name.ends_with('_')) return false;
  auto found = find_ops(name.substr(0, name.size() - 1));
  return std::any_of(found.begin(), found.end(), [](const Op* op) { return op->info.in_place != nullptr; });
}

const std::string& name_in(const Group& group, const json::Value& c) {
  auto* name = c.find("function");
  return name ? text(*name) : group.op;
}

void refuse_python(const json::Value& c) {
  if (c.find("script")) throw Absent("a script of Python");
  if (c.find("formula")) throw Absent("a formula of Python");
}

bool is_nonunique(const json::Value& c, size_t i) {
  auto* mark = c.find("nonunique");
  if (!mark) return false;
  if (auto* places = mark->as<json::Array>())
    return std::any_of(places->begin(), places->end(),
                       [&](const json::Value& p) { return integer(p) == static_cast<int64_t>(i); });
  return is_true(mark);
}

bool wants_grad(const Value& v) {
  auto* t = v.as<Tensor>();
  return t && t->defined() && t->requires_grad();
}

struct Arguments {
  ValueList positional;
  std::vector<NamedValue> named;
};

// The arguments; the first is copied if the call writes it.
Arguments arguments_of(const json::Value& c, Decoder& decoder) {
  Arguments a{decoder.values(member(c, "args")), {}};
  if (auto* keywords = c.find("kwargs")) a.named = decoder.named(*keywords);
  if (is_true(c.find("inplace")) && !a.positional.empty())
    if (auto* first = a.positional[0].as<Tensor>()) a.positional[0] = first->clone();
  if (auto* seed = c.find("seed")) manual_seed(integer(*seed));
  return a;
}

} // namespace

std::string record_of(std::string_view python_name) {
  std::string_view name = python_name;
  // A method that takes its arguments in another order than the function has a record of its own.
  if (is_known(name)) return std::string(name);
  for (std::string_view place : places)
    if (name.starts_with(place)) {
      name.remove_prefix(place.size());
      break;
    }
  std::string special;
  if (name.starts_with("special.")) {
    special = "special_" + std::string(name.substr(8));
    if (!is_known(special)) special = special.substr(8);
    name = special;
  }
  if (!is_known(name)) throw Absent("no record '" + std::string(name) + "'");
  return std::string(name);
}

ValueList call(std::string_view python_name, const ValueList& arguments,
               const std::vector<NamedValue>& keywords) {
  return call_op(record_of(python_name), arguments, keywords);
}

void check_error_kind(const std::string& wanted, const Error& met) {
  bool right = wanted == "IndexError"  ? dynamic_cast<const IndexError*>(&met) != nullptr
               : wanted == "TypeError" ? dynamic_cast<const TypeError*>(&met) != nullptr
                                       : true;
  if (!right) throw Failed("expected " + wanted + ", another error was thrown: " + met.what());
}

void check_gradients(const json::Value& c, const ValueList& outputs, Decoder& decoder, Tolerance tolerance) {
  auto* vjp = c.find("vjp");
  if (!vjp) return;
  auto* vjp2 = c.find("vjp2");
  auto& cotangents = list(member(*vjp, "cotangents"));
  std::vector<Tensor> ys, starts, inputs;
  for (size_t i = 0; i < cotangents.size() && i < outputs.size(); ++i) {
    if (cotangents[i].is_null() || !wants_grad(outputs[i])) continue;
    ys.push_back(*outputs[i].as<Tensor>());
    starts.push_back(decoder.stored(text(member(cotangents[i], "tensor"))));
  }
  for (const auto& [key, leaf] : decoder.leaves()) inputs.push_back(leaf);
  std::vector<Tensor> grads(inputs.size());
  if (!ys.empty())
    grads = autograd::grad(ys, inputs,
                           {.grad_outputs = starts,
                            .retain_graph = vjp2 != nullptr,
                            .create_graph = vjp2 != nullptr,
                            .allow_unused = true});

  auto check = [&](const char* what, const json::Value& wanted, const std::vector<Tensor>& got, Tolerance t) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      const std::string& key = decoder.leaves()[i].first;
      auto* want = wanted.find(key);
      if (!want) continue;
      std::string where = std::string(what) + " of " + key;
      if (want->is_null()) {
        if (got[i].defined() && got[i].ne(0).any().item<bool>())
          throw Failed(where + ": expected none or zero");
        continue;
      }
      // No gradient is a gradient of zero.
      Tensor g = got[i].defined() ? got[i].detach() : zeros_like(inputs[i].detach());
      expect_same(where, Value(g), *want, decoder, t);
    }
  };
  check("gradient", member(*vjp, "grads"), grads, Tolerance::of(*vjp, tolerance));
  if (!vjp2) return;

  std::vector<Tensor> firsts, vectors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    auto* vector = member(*vjp2, "vectors").find(decoder.leaves()[i].first);
    if (!vector || vector->is_null() || !grads[i].defined() || !grads[i].requires_grad()) continue;
    firsts.push_back(grads[i]);
    vectors.push_back(decoder.stored(text(member(*vector, "tensor"))));
  }
  std::vector<Tensor> seconds(inputs.size());
  if (!firsts.empty())
    seconds = autograd::grad(firsts, inputs, {.grad_outputs = vectors, .allow_unused = true});
  check("second gradient", member(*vjp2, "grads"), seconds, Tolerance::of(*vjp2, tolerance));
}

void replay_call(const Group& group, const json::Value& c) {
  refuse_python(c);
  std::string record = record_of(name_in(group, c));
  Decoder decoder(group.store.get());
  Arguments a = arguments_of(c, decoder);
  ValueList results = call_op(record, a.positional, a.named);
  if (is_true(c.find("inplace"))) results = {a.positional.at(0)};

  auto& wanted = list(member(c, "outputs"));
  if (results.size() != wanted.size())
    throw Failed(std::to_string(results.size()) + " outputs, expected " + std::to_string(wanted.size()));
  Tolerance tolerance = Tolerance::of(c);
  for (size_t i = 0; i < wanted.size(); ++i)
    expect_same("output " + std::to_string(i), results[i], wanted[i], decoder, tolerance, is_nonunique(c, i));
  check_gradients(c, results, decoder, tolerance);
}

void replay_error(const Group& group, const json::Value& c) {
  refuse_python(c);
  if (auto* constructor = c.find("constructor")) {
    Decoder decoder(group.store.get());
    expect_error(member(c, "error"), [&] {
      nn::AnyModule module = module_of(*constructor, decoder);
      auto* given = c.find("args");
      std::vector<Tensor> inputs;
      if (given)
        for (const Value& v : decoder.values(*given))
          if (auto* t = v.as<Tensor>()) inputs.push_back(*t);
      if (given) module.forward(inputs);
    });
    return;
  }
  std::string record = record_of(name_in(group, c));
  Decoder decoder(group.store.get());
  Arguments a = arguments_of(c, decoder);
  expect_error(member(c, "error"), [&] { call_op(record, a.positional, a.named); });
}

} // namespace goldens
