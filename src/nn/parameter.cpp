#include "talweg/nn/parameter.h"

#include <string>

#include "core/tensor_object.h"
#include "graph/node.h"
#include "talweg/errors.h"

namespace talweg::nn {

Parameter::Parameter(Tensor data, bool requires_grad) {
  if (!data.defined()) return;
  TensorObject* o = object(data);
  bool is_ours_alone = o->handles == 1 && o->memory == 1 && !o->grad_fn && !o->has(view_flag);
  static_cast<Tensor&>(*this) = is_ours_alone ? std::move(data) : data.detach();
  object(*this)->set(parameter_flag);
  if (requires_grad) requires_grad_();
}

} // namespace talweg::nn
