// Old spellings that notebooks still use. They do what the new ones do; new programs write the new ones.
#pragma once

#include <initializer_list>

#include "talweg/create.h"

namespace talweg {

/// torch.autograd.Variable, since 2018 just a tensor: shares the elements of `data`; write
/// `data.requires_grad_()`, or `tensor(..., {.requires_grad = true})`.
inline Tensor Variable(const Tensor& data, bool requires_grad = false) {
  Tensor out = data.detach();
  return requires_grad ? out.requires_grad_() : out;
}

/// torch.FloatTensor and torch.Tensor of a list: always float32; write `tensor({...})`, whose dtype is that
/// of the numbers.
inline Tensor FloatTensor(std::initializer_list<NestedList> list) { return tensor(list, {.dtype = float32}); }
/// torch.DoubleTensor and torch.LongTensor.
inline Tensor DoubleTensor(std::initializer_list<NestedList> list) {
  return tensor(list, {.dtype = float64});
}
inline Tensor LongTensor(std::initializer_list<NestedList> list) { return tensor(list, {.dtype = int64}); }

} // namespace talweg
