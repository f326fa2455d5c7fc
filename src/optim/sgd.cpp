#include "core/raise.h"
#include "kernels/optim.h"
#include "optim/optimizer.h"
#include "optim/record.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg::optim {

namespace {

void check(const SGDOptions& o) {
  check_not_negative("learning rate", o.lr);
  check_not_negative("momentum value", o.momentum);
  check_not_negative("weight_decay value", o.weight_decay);
  if (o.nesterov && (o.momentum <= 0 || o.dampening != 0))
    raise<ValueError>({"Nesterov momentum requires a momentum and zero dampening"});
}

} // namespace

struct SGD::Traits : Optimizer {
  static constexpr Field fields[] = {
      field<&SGDOptions::dampening>("dampening"), field<&SGDOptions::lr>("lr"),
      field<&SGDOptions::maximize>("maximize"),   field<&SGDOptions::momentum>("momentum"),
      field<&SGDOptions::nesterov>("nesterov"),   field<&SGDOptions::weight_decay>("weight_decay")};
  static constexpr std::string_view tensors[] = {"momentum_buffer"};
  static constexpr Type type{"SGD", fields, false, tensors};
};

SGD::SGD(std::vector<Tensor> params, const SGDOptions& options) : OptimizerOf(Traits::type) {
  add_param_group({std::move(params), options});
}
SGD::SGD(std::vector<Group> groups) : OptimizerOf(Traits::type) {
  if (groups.empty()) raise<ValueError>({"[SGD] optimizer got an empty parameter list"});
  for (Group& g : groups) add_param_group(std::move(g));
}
void SGD::add_param_group(Group group) {
  check(group);
  append(std::move(group));
}

void SGD::step() {
  // Room for new state before the first write: a failing allocation leaves every parameter as it was.
  std::vector<Tensor> fresh;
  Slot* slot = slots_.data();
  for (const Group& g : groups_)
    for (const Tensor& p : g.params())
      if (!(slot++)->tensors[0].defined() && g.momentum != 0 && gradient_of(p)) [[unlikely]]
        fresh.push_back(empty_like(p.detach()));
  Tensor* next_fresh = fresh.data();
  slot = slots_.data();
  for (const Group& g : groups_) {
    SgdStep step{g.lr, g.momentum, g.dampening, g.weight_decay, g.nesterov, g.maximize, false};
    for (const Tensor& p : g.params()) {
      Tensor& kept = (slot++)->tensors[0];
      const Tensor* gradient = gradient_of(p);
      if (!gradient) continue;
      if (step.momentum == 0) {
        const Tensor* tensors[] = {&p, gradient};
        run_step(sgd_kernel, tensors, &step, sizeof step);
      } else {
        step.first = !kept.defined();
        const Tensor* tensors[] = {&p, gradient, step.first ? next_fresh : &kept};
        run_step(sgd_kernel, tensors, &step, sizeof step);
        if (step.first) kept = std::move(*next_fresh++);
      }
    }
  }
}

extern const OptimizerRecord sgd_record;
constinit const OptimizerRecord sgd_record = optimizer<SGD>(
    "SGD(params, lr=0.001, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False)");

} // namespace talweg::optim
