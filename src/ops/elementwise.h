// What the records of elementwise functions have in common.
#pragma once

#include "ops/record.h"

namespace talweg {

using Unary = Tensor(const Tensor&);
using UnaryInPlace = const Tensor&(const Tensor&);
using Binary = Tensor(const Tensor&, const Tensor&);
using BinaryInPlace = const Tensor&(const Tensor&, const Tensor&);
using OfNumber = Tensor(const Tensor&, Scalar);
using NumberInPlace = const Tensor&(const Tensor&, Scalar);
using NumberFirst = Tensor(Scalar, const Tensor&);

} // namespace talweg

// The record of `name(self)`, which has a form in place; the samples follow the text.
#define TALWEG_ELEMENTWISE(name, text, ...)                                    \
  op<Unary, &name>(#name "(self)", {.doc = text,                               \
                                    .samples = {__VA_ARGS__},                  \
                                    .in_place = boxed<UnaryInPlace, &name##_>, \
                                    .elementwise = true})
