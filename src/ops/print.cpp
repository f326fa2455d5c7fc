// Tensors as text.
#include "talweg/print.h"

#include "core/format_torch.h"
#include "ops/history.h"
#include "talweg/tensor.h"

namespace talweg {

std::string Tensor::repr() const {
  if (!defined()) return "tensor(undefined)";
  TensorObject* o = object(*this);
  Node* node = grad_fn_of(o);
  ReprExtras extras;
  extras.default_dtype = get_default_dtype();
  extras.requires_grad = requires_grad();
  if (node) extras.grad_fn = node->name();
  extras.is_parameter = o->has(parameter_flag);
  return torch_repr({o->data, o->dtype, {o->sizes(), o->rank}, {o->strides(), o->rank}}, get_printoptions(),
                    extras);
}

} // namespace talweg
