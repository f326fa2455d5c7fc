#include <cmath>

#include "core/raise.h"
#include "kernels/optim.h"
#include "optim/optimizer.h"
#include "optim/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg::optim {

namespace {

void check_beta(int index, Number beta) {
  if (!(beta >= 0 && beta < 1))
    raise<ValueError>({"Invalid beta parameter at index ", index, ": ", text_of(beta)});
}

void check(const AdamOptions& o) {
  check_not_negative("learning rate", o.lr);
  check_not_negative("epsilon value", o.eps);
  check_beta(0, o.betas.first);
  check_beta(1, o.betas.second);
  check_not_negative("weight_decay value", o.weight_decay);
}

} // namespace

struct Adam::Traits : Optimizer {
  static constexpr Field fields[] = {field<&AdamOptions::amsgrad>("amsgrad"),
                                     field<&AdamOptions::betas>("betas"),
                                     field<&AdamOptions::decoupled_weight_decay>("decoupled_weight_decay"),
                                     field<&AdamOptions::eps>("eps"),
                                     field<&AdamOptions::lr>("lr"),
                                     field<&AdamOptions::maximize>("maximize"),
                                     field<&AdamOptions::weight_decay>("weight_decay")};
  static constexpr std::string_view tensors[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  static constexpr Type type{"Adam", fields, true, tensors};
};

Adam::Adam(std::vector<Tensor> params, const AdamOptions& options) : OptimizerOf(Traits::type) {
  add_param_group({std::move(params), options});
}
Adam::Adam(std::vector<Group> groups) : OptimizerOf(Traits::type) {
  if (groups.empty()) raise<ValueError>({"[Adam] optimizer got an empty parameter list"});
  for (Group& g : groups) add_param_group(std::move(g));
}
Adam::Adam(std::vector<Group> groups, const Type& type) : OptimizerOf(type) {
  if (groups.empty()) raise<ValueError>({"[", type.name, "] optimizer got an empty parameter list"});
  for (Group& g : groups) add_param_group(std::move(g));
}

struct AdamW::Traits : Adam::Traits {
  static constexpr Type type{"AdamW", fields, true, tensors};
};

AdamW::AdamW(std::vector<Group> groups) : Adam(std::move(groups), Traits::type) {}
AdamW::AdamW(std::vector<Tensor> params, const AdamWOptions& options)
    : AdamW([&] {
        std::vector<Group> groups;
        groups.emplace_back(std::move(params), options);
        return groups;
      }()) {}

void Adam::add_param_group(Group group) {
  check(group);
  append(std::move(group));
}

void Adam::step() {
  // Room for new state before the first write: a failing allocation leaves every parameter as it was.
  Slot* slot = slots_.data();
  for (const Group& g : groups_)
    for (const Tensor& p : g.params()) {
      Slot& s = *slot++;
      if (s.tensors[1].defined() && (!g.amsgrad || s.tensors[2].defined())) [[likely]]
        continue;
      if (!gradient_of(p)) continue;
      for (int k = 0; k < (g.amsgrad ? 3 : 2); ++k)
        if (!s.tensors[k].defined()) s.tensors[k] = zeros_like(p.detach());
    }
  slot = slots_.data();
  double seen = 0;
  for (const Group& g : groups_) {
    AdamStep step{
        g.betas.first, g.betas.second,          g.eps, g.weight_decay, 1 - g.lr * g.weight_decay, 0, 0,
        g.maximize,    g.decoupled_weight_decay};
    seen = 0;
    for (const Tensor& p : g.params()) {
      Slot& s = *slot++;
      const Tensor* gradient = gradient_of(p);
      if (!gradient) continue;
      // The parameters of a group mostly have made the same number of steps.
      if (s.step + 1 != seen) {
        seen = s.step + 1;
        step.step_size = g.lr / (1 - std::pow(step.beta1, seen));
        step.correction2_root = std::sqrt(1 - std::pow(step.beta2, seen));
      }
      const Tensor* tensors[] = {&p, gradient, &s.tensors[0], &s.tensors[1], &s.tensors[2]};
      run_step(adam_kernel, {tensors, g.amsgrad ? size_t{5} : size_t{4}}, &step, sizeof step);
      s.step = seen;
    }
  }
}

extern const OptimizerRecord adam_record;
constinit const OptimizerRecord adam_record = optimizer<Adam>(
    "Adam(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, *, maximize=False, "
    "decoupled_weight_decay=False)");
extern const OptimizerRecord adamw_record;
constinit const OptimizerRecord adamw_record = optimizer<AdamW>(
    "AdamW(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01, amsgrad=False, *, "
    "maximize=False, "
    "decoupled_weight_decay=True)");

} // namespace talweg::optim
