// Calling a formula as an operation: promotion, broadcasting, the loops, the graph node. The path of small
// tensors is here and nowhere else.
#pragma once

#include <initializer_list>
#include <string_view>

#include "formulas/formula.h"
#include "talweg/tensor.h"

namespace talweg {

constexpr unsigned dtype_bit(Dtype d) { return 1u << static_cast<int>(d); }
inline constexpr unsigned not_bool = 0x3fe;
inline constexpr unsigned only_floats =
    dtype_bit(float16) | dtype_bit(bfloat16) | dtype_bit(float32) | dtype_bit(float64);
/// The dtypes that loops exist for, of `Types`.
constexpr unsigned direct_dtypes(unsigned types) {
  return (types & floats ? dtype_bit(float32) | dtype_bit(float64) : 0u) |
         (types & integers ? dtype_bit(int32) | dtype_bit(int64) : 0u);
}

/// A pointwise operation: what it computes and what it is called.
struct Pointwise {
  const Formula& formula;
  std::string_view op;      // in errors: "[add] ..."
  const char* node;         // in the graph: "AddBackward0"
  unsigned accepts = 0x3ff; // a bit per Dtype, of the promoted dtype
  bool divides = false;     // integers are refused a divisor of zero
  bool subtracts = false;   // truth values are refused even where they would be promoted
  // The accepted dtypes on which the loops work as the elements lie in memory.
  unsigned direct = accepts & direct_dtypes(formula.types) & (divides ? only_floats : ~0u);
};

/// A tensor or a number that an operation takes.
struct Operand {
  const Tensor* tensor = nullptr;
  Scalar scalar;
  Operand() = default;
  Operand(const Tensor& t) : tensor(&t) {}
  Operand(Scalar s) : scalar(s) {}
};

/// PyTorch's promotion: dimensioned tensors before 0-d ones before numbers, a later group counts only if its
/// kind (bool, integer, floating) is higher.
Dtype result_type(std::span<const Operand> operands);
/// Whether values of one kind may be written into another: not floating into integer, not numbers into bool.
bool can_cast(Dtype from, Dtype to);

/// What elements are computed in: float32 for short floats, else their own dtype.
constexpr Dtype wide(Dtype d) { return d == float16 || d == bfloat16 ? float32 : d; }

Tensor pointwise(const Pointwise& op, const Tensor& a, const Params& params = no_params);
Tensor pointwise(const Pointwise& op, const Tensor& a, const Tensor& b, const Params& params = no_params);
Tensor pointwise(const Pointwise& op, const Tensor& a, Scalar b, const Params& params = no_params);
/// Any operands.
Tensor pointwise(const Pointwise& op, std::initializer_list<Operand> operands,
                 const Params& params = no_params);

/// Into the first operand.
const Tensor& pointwise_(const Pointwise& op, const Tensor& self, const Params& params = no_params);
const Tensor& pointwise_(const Pointwise& op, const Tensor& self, const Tensor& b,
                         const Params& params = no_params);
const Tensor& pointwise_(const Pointwise& op, const Tensor& self, Scalar b, const Params& params = no_params);
const Tensor& pointwise_(const Pointwise& op, const Tensor& self, std::initializer_list<Operand> others,
                         const Params& params = no_params);

/// sum += part: add_ without alpha, for the engine.
void add_into(const Tensor& sum, const Tensor& part);

/// Numbers beside the tensors.
Params params(std::initializer_list<Scalar> numbers);

} // namespace talweg
