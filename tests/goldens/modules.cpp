// Families `init`, `modules` and `optim`: what modules are born with and compute, what optimizers do with
// given gradients.
#include <algorithm>

#include "goldens/cases.h"
#include "nn/record.h"
#include "optim/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/random.h"
#include "talweg/warnings.h"

namespace goldens {

using namespace talweg;

namespace {

constexpr std::string_view nn_place = "torch.nn.", init_place = "torch.nn.init.",
                           optim_place = "torch.optim.";

// While it lives, floating-point factories give this dtype.
struct DefaultDtype {
  Dtype before = get_default_dtype();
  explicit DefaultDtype(const json::Value& c) {
    if (auto* dtype = c.find("dtype")) set_default_dtype(dtype_named(text(*dtype)));
  }
  ~DefaultDtype() { set_default_dtype(before); }
};

template <class Tensors>
void check_names(const Tensors& got, const json::Value& wanted, const std::string& what) {
  for (const auto& [key, tensor] : got)
    if (!wanted.find(key))
      throw Failed(std::string(what).append(" has \"").append(key).append("\", which isn't expected"));
}

} // namespace

nn::AnyModule module_of(const json::Value& constructor, Decoder& decoder) {
  std::string_view name = text(member(constructor, "module"));
  if (!name.starts_with(nn_place)) throw Absent("no module '" + std::string(name) + "'");
  name.remove_prefix(nn_place.size());
  auto records = nn::module_records();
  if (std::none_of(records.begin(), records.end(), [&](const auto& r) { return r.name() == name; }))
    throw Absent("no module '" + std::string(name) + "'");
  ValueList arguments;
  nn::NamedAnyModules modules;
  for (const json::Value& a : list(member(constructor, "args"))) {
    auto* inner = a.as<json::Array>();
    if (inner &&
        std::all_of(inner->begin(), inner->end(), [](const json::Value& e) { return e.find("module"); })) {
      for (const json::Value& e : *inner) modules.emplace_back("", module_of(e, decoder));
    } else if (auto* dict = a.find("dict")) {
      for (const auto& [key, e] : object(*dict)) modules.emplace_back(key, module_of(e, decoder));
    } else if (a.find("module")) {
      modules.emplace_back("", module_of(a, decoder));
    } else {
      arguments.push_back(decoder.value(a));
    }
  }
  return nn::make_module(name, arguments, decoder.named(member(constructor, "kwargs")), std::move(modules));
}

void replay_init(const Group& group, const json::Value& c) {
  Decoder decoder(group.store.get());
  DefaultDtype dtype(c);
  if (auto* name = c.find("op")) {
    std::string_view function = text(*name);
    function.remove_prefix(std::min(function.size(), init_place.size()));
    auto records = nn::init_records();
    if (std::none_of(records.begin(), records.end(), [&](const Op& r) { return r.name() == function; }))
      throw Absent("no function nn.init." + std::string(function));
    ValueList arguments = decoder.values(member(c, "args"));
    auto keywords = decoder.named(member(c, "kwargs"));
    if (auto* seed = c.find("seed")) manual_seed(integer(*seed));
    ValueList results = nn::call_init(function, arguments, keywords);
    expect_same("result", results.at(0), list(member(c, "outputs")).at(0), decoder, Tolerance::of(c));
    return;
  }
  manual_seed(integer(member(c, "seed")));
  nn::AnyModule module = module_of(member(c, "constructor"), decoder);
  StateDict state = state_dict(module);
  for (const auto& [key, want] : object(member(c, "state"))) {
    const Tensor* got = state.find(key);
    if (!got) throw Failed("no \"" + key + "\" in the state");
    expect_same(key, Value(*got), want, decoder, Tolerance::of(c));
  }
  check_names(state, member(c, "state"), "the state");
  if (auto* after = c.find("after"))
    expect_same("the draw after", Value(rand({2}, {.dtype = float64})), *after, decoder, Tolerance());
}

void replay_module(const Group& group, const json::Value& c) {
  Decoder decoder(group.store.get());
  DefaultDtype dtype(c);
  nn::AnyModule module = module_of(member(c, "constructor"), decoder);
  train(module, is_true(c.find("training")));
  StateDict state;
  for (const auto& [key, value] : object(member(c, "state")))
    state[key] = decoder.stored(text(member(value, "tensor")));
  load_state_dict(module, state);
  std::vector<Tensor> inputs;
  for (const Value& v : decoder.values(member(c, "args"))) {
    if (!v.as<Tensor>()) throw Absent("an argument that is no tensor");
    inputs.push_back(*v.as<Tensor>());
  }
  ValueList outputs{module.forward(inputs)};
  Tolerance tolerance = Tolerance::of(c);
  expect_same("output", outputs[0], list(member(c, "outputs")).at(0), decoder, tolerance);
  auto* vjp = c.find("vjp");
  if (!vjp) return;
  Tensor start = decoder.stored(text(member(list(member(*vjp, "cotangents")).at(0), "tensor")));
  outputs[0].as<Tensor>()->backward(start);
  Tolerance gradients = Tolerance::of(*vjp, tolerance);
  for (const auto& [key, leaf] : decoder.leaves())
    if (auto* want = member(*vjp, "grads").find(key); want && !want->is_null())
      expect_same("gradient of " + key, Value(leaf.grad()), *want, decoder, gradients);
  for (const auto& [key, parameter] : named_parameters(module))
    if (auto* want = member(*vjp, "parameter_grads").find(key); want && !want->is_null())
      expect_same("gradient of " + key, Value(parameter.grad()), *want, decoder, gradients);
}

namespace {

bool is_implementation_choice(std::string_view option) {
  return option == "foreach" || option == "fused" || option == "differentiable" || option == "capturable";
}

std::vector<NamedValue> options_of(const json::Value& v, Decoder& decoder) {
  std::vector<NamedValue> out;
  for (const auto& [key, value] : object(v))
    if (!is_implementation_choice(key) && key != "params") out.emplace_back(key, decoder.value(value));
  return out;
}

std::string_view optimizer_named(std::string_view name) {
  name.remove_prefix(std::min(name.size(), optim_place.size()));
  for (const auto* r : optim::optimizer_records())
    if (r->name() == name) return name;
  throw Absent("no optimizer '" + std::string(name) + "'");
}

// One parameter of a case and what pulls at it.
struct Pulled {
  std::string name;
  Tensor parameter, target, scale, noise;
};

} // namespace

std::unique_ptr<optim::Optimizer> optimizer_of(std::string_view name,
                                               const std::vector<optim::BoxedGroup>& groups,
                                               const json::Value& keywords, Decoder& decoder) {
  return optim::make_optimizer(optimizer_named(name), groups, options_of(keywords, decoder));
}

void replay_optimizer(const Group& group, const json::Value& c) {
  if (c.find("formula")) throw Absent("a formula of Python");
  optimizer_named(group.op);
  Decoder decoder(group.store.get());
  std::vector<Pulled> all;
  for (const auto& [name, problem] : object(member(c, "problem"))) {
    const json::Value& p = problem;
    auto stored = [&](const char* what) { return decoder.stored(text(member(member(p, what), "tensor"))); };
    all.push_back(
        {name, stored("initial").requires_grad_(), stored("target"), stored("scale"), stored("noise")});
  }
  std::vector<optim::BoxedGroup> groups;
  if (auto* given = c.find("groups")) {
    for (const json::Value& g : list(*given)) {
      optim::BoxedGroup boxed{{}, options_of(g, decoder)};
      for (const json::Value& name : list(member(g, "params")))
        for (const Pulled& p : all)
          if (p.name == text(name)) boxed.params.push_back(p.parameter);
      groups.push_back(std::move(boxed));
    }
  } else {
    groups.push_back({});
    for (const Pulled& p : all) groups[0].params.push_back(p.parameter);
  }
  auto optimizer = optimizer_of(group.op, groups, member(c, "kwargs"), decoder);
  const json::Value& steps = member(c, "steps");
  Tolerance tolerance = Tolerance::of(c);
  for (int64_t t = 1; t <= 100; ++t) {
    for (const Pulled& p : all) {
      NoGradGuard guard;
      p.parameter.set_grad(p.scale * (p.parameter.detach() - p.target) + p.noise[t - 1]);
    }
    optimizer->step();
    auto* wanted = steps.find(std::to_string(t));
    if (!wanted) continue;
    for (const Pulled& p : all)
      expect_same(p.name + " after step " + std::to_string(t), Value(p.parameter.detach()),
                  member(*wanted, p.name), decoder, tolerance);
  }
  for (const Pulled& p : all) {
    NamedTensors state = optimizer->state(p.parameter);
    const json::Value& wanted = member(member(c, "state"), p.name);
    check_names(state, wanted, "the state of " + p.name);
    for (const auto& [key, want] : object(wanted)) {
      auto at = std::find_if(state.begin(), state.end(), [&k = key](const auto& e) { return e.first == k; });
      if (at == state.end()) throw Failed("the state of " + p.name + " has no \"" + key + "\"");
      expect_same(key + " of " + p.name, Value(at->second), want, decoder, tolerance);
    }
  }
}

} // namespace goldens
