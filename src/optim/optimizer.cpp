#include "optim/optimizer.h"
#include "core/raise.h"

#include <algorithm>
#include <unordered_set>

#include "core/format_number.h"
#include "graph/node.h"
#include "ops/launch.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/warnings.h"

namespace talweg::optim {

Optimizer::~Optimizer() = default;

std::string text_of(Number n) {
  return n.is_integral() ? std::to_string(static_cast<int64_t>(n)) : format_repr(static_cast<double>(n));
}

void check_not_negative(std::string_view what, Number value) {
  if (!(value >= 0)) raise<ValueError>({"Invalid ", what, ": ", text_of(value)});
}

void Optimizer::add_slots(const std::vector<Tensor>& params) {
  if (params.empty()) raise<ValueError>({"[", type_.name, "] optimizer got an empty parameter list"});
  std::unordered_set<const void*> known, fresh;
  for (size_t g = 0; g < group_count(); ++g)
    for (const Tensor& p : *group(g).params) known.insert(p.handle());
  for (const Tensor& p : params) {
    if (!p.defined()) raise<TypeError>({"[", type_.name, "] a parameter is an undefined Tensor"});
    if (!p.is_leaf() && !p.retains_grad())
      raise<ValueError>({"[", type_.name, "] can't optimize a non-leaf Tensor"});
    if (!p.is_floating_point())
      raise<TypeError>({"[", type_.name, "] a parameter holds ", name(p.dtype()),
                        "; only floating-point tensors have gradients"});
    if (known.count(p.handle()))
      raise<ValueError>({"[", type_.name, "] some parameters appear in more than one parameter group"});
    if (!fresh.insert(p.handle()).second)
      raise<ValueError>({"[", type_.name, "] a parameter stands twice in one parameter group"});
  }
  slots_.resize(slots_.size() + params.size());
}

void Optimizer::zero_grad() {
  for (size_t g = 0; g < group_count(); ++g)
    for (const Tensor& p : *group(g).params)
      if (Meta* meta = find_meta(object(p))) meta->grad.reset();
}

namespace {
template <class Fields>
auto& field_named(const Fields& fields, std::string_view name) {
  return *std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.name == name; });
}
} // namespace

double Optimizer::lr() const {
  return std::get<Number>(field_named(type_.fields, "lr").get(group(0).options));
}
void Optimizer::set_lr(Number lr) {
  for (size_t g = 0; g < group_count(); ++g) field_named(type_.fields, "lr").set(group(g).options, lr);
}

NamedTensors Optimizer::state(const Tensor& parameter) const {
  NamedTensors out;
  size_t i = 0;
  for (size_t g = 0; g < group_count(); ++g)
    for (const Tensor& p : *group(g).params) {
      const Slot& slot = slots_[i++];
      if (!p.is_same(parameter)) continue;
      if (type_.counts_steps && slot.step > 0)
        out.emplace_back("step",
                         tensor(slot.step, {.dtype = get_default_dtype() == float64 ? float64 : float32}));
      for (size_t k = 0; k < type_.tensors.size(); ++k)
        if (slot.tensors[k].defined()) out.emplace_back(type_.tensors[k], slot.tensors[k]);
      return out;
    }
  raise<KeyError>({"[", type_.name, "] this tensor is none of the optimizer's parameters"});
}

OptimizerState Optimizer::state_dict() const {
  OptimizerState out;
  int64_t i = 0;
  for (size_t g = 0; g < group_count(); ++g) {
    OptimizerState::Group saved;
    for (const Field& f : type_.fields) saved.options.emplace_back(f.name, f.get(group(g).options));
    for (const Tensor& p : *group(g).params) {
      NamedTensors kept = state(p);
      if (!kept.empty()) out.state.emplace_back(i, std::move(kept));
      saved.params.push_back(i++);
    }
    out.param_groups.push_back(std::move(saved));
  }
  return out;
}

void Optimizer::set_slot(Slot& slot, const Tensor& parameter, const NamedTensors& saved) const {
  for (const auto& [key, value] : saved) {
    if (key == "step" && type_.counts_steps) {
      slot.step = value.item<double>();
      continue;
    }
    auto at = std::find(type_.tensors.begin(), type_.tensors.end(), key);
    if (at == type_.tensors.end())
      raise<ValueError>({"[load_state_dict] ", type_.name, " keeps no \"", key, "\""});
    if (!(value.sizes() == parameter.sizes()))
      raise<ValueError>({"[load_state_dict] \"", key, "\" has sizes ", IntList(value.sizes()),
                         ", its parameter ", IntList(parameter.sizes())});
    NoGradGuard guard;
    slot.tensors[at - type_.tensors.begin()] = value.detach().to(parameter.dtype(), true);
  }
}

void Optimizer::load_state_dict(const OptimizerState& state) {
  if (state.param_groups.size() != group_count())
    raise<ValueError>({"[load_state_dict] loaded state dict has a different number of parameter groups"});
  std::vector<Slot> slots(slots_.size());
  size_t i = 0;
  for (size_t g = 0; g < group_count(); ++g) {
    const auto& saved = state.param_groups[g];
    const auto& params = *group(g).params;
    if (saved.params.size() != params.size())
      raise<ValueError>(
          {"[load_state_dict] loaded state dict contains a parameter group that doesn't match the size of "
           "optimizer's group"});
    for (size_t k = 0; k < params.size(); ++k, ++i)
      for (const auto& [number, kept] : state.state)
        if (number == saved.params[k]) set_slot(slots[i], params[k], kept);
    for (const Field& f : type_.fields)
      for (const auto& [key, value] : saved.options)
        if (key == f.name && value.index() != f.get(group(g).options).index())
          raise<ValueError>(
              {"[load_state_dict] the option ", key, " of ", type_.name, " has a value of another kind"});
  }
  slots_ = std::move(slots);
  for (size_t g = 0; g < group_count(); ++g)
    for (const Field& f : type_.fields)
      for (const auto& [key, value] : state.param_groups[g].options)
        if (key == f.name) f.set(group(g).options, value);
}

std::string Optimizer::repr() const {
  struct Text {
    std::string operator()(bool b) const { return b ? "True" : "False"; }
    std::string operator()(Number n) const { return text_of(n); }
    std::string operator()(const std::pair<Number, Number>& p) const {
      return "(" + text_of(p.first) + ", " + text_of(p.second) + ")";
    }
  };
  std::string out = std::string(type_.name) + " (";
  for (size_t g = 0; g < group_count(); ++g) {
    out += "\nParameter Group " + std::to_string(g);
    for (const Field& f : type_.fields)
      out += "\n    " + std::string(f.name) + ": " + std::visit(Text{}, f.get(group(g).options));
    out += "\n";
  }
  return out + ")";
}

namespace {

bool runs_as_it_lies(const TensorObject* o, Dtype dtype) {
  return o->has(contiguous_flag) && o->dtype == dtype;
}

} // namespace

void run_step(const Kernel& kernel, std::span<const Tensor* const> tensors, const void* step, size_t bytes) {
  const TensorObject* p = object(*tensors[0]);
  Dtype dtype = p->dtype == float64 ? float64 : float32;
  Buffer buffers[5];
  Tensor copies[5], written[5];
  bool direct = true;
  for (size_t k = 0; k < tensors.size(); ++k) {
    if (runs_as_it_lies(object(*tensors[k]), dtype)) [[likely]] {
      buffers[k] = buffer_of(*tensors[k]);
    } else {
      NoGradGuard guard;
      Tensor dense = tensors[k]->detach().to(dtype).contiguous();
      copies[k] = dense.data_ptr() == tensors[k]->data_ptr() ? dense.clone() : dense;
      buffers[k] = buffer_of(copies[k]);
      if (k != 1) written[k] = tensors[k]->detach(); // now, for it allocates
      direct = false;
    }
  }
  std::span<const Buffer> used(buffers, tensors.size());
  if (thread_state.modes & recording) [[unlikely]]
    thread_state.recorder->add(kernel, used, step, bytes);
  kernel.run(used, step);
  if (!direct) [[unlikely]] {
    NoGradGuard guard;
    for (size_t k = 0; k < tensors.size(); ++k)
      if (written[k].defined()) written[k].copy_(copies[k]);
  }
  bump_version(object(*tensors[0]));
}

} // namespace talweg::optim
