// Which dtype operands of several kinds meet in.
#include "core/raise.h"
#include "core/tensor_object.h"
#include "ops/pointwise.h"
#include "talweg/errors.h"

namespace talweg {

Dtype result_type(std::span<const Operand> operands) {
  // Three groups, by how much they count: tensors with dimensions, 0-d tensors, numbers.
  bool present[3] = {};
  Dtype dtypes[3] = {bool_, bool_, bool_};
  for (const Operand& o : operands) {
    if (o.tensor && !o.tensor->defined())
      raise<TypeError>({"[result_type] an argument is an undefined Tensor"});
    int group;
    Dtype d;
    if (o.tensor) {
      const TensorObject* t = object(*o.tensor);
      group = t->has(wrapped_flag) ? 2 : t->rank == 0 ? 1 : 0;
      d = t->dtype;
      if (group == 2 && is_floating_point(d)) d = get_default_dtype();
    } else {
      group = 2;
      d = o.scalar.dtype();
    }
    dtypes[group] = present[group] ? promote_types(dtypes[group], d) : d;
    present[group] = true;
  }
  auto kind = [](Dtype d) { return d == bool_ ? 0 : is_floating_point(d) ? 2 : 1; };
  Dtype out = bool_;
  bool started = false;
  for (int g = 0; g < 3; ++g) {
    if (!present[g]) continue;
    if (!started || kind(dtypes[g]) > kind(out)) out = dtypes[g];
    started = true;
  }
  return out;
}

bool can_cast(Dtype from, Dtype to) {
  if (talweg::is_floating_point(from) && !talweg::is_floating_point(to)) return false;
  return to != bool_ || from == bool_;
}

Params params(std::initializer_list<Scalar> numbers) {
  Params p;
  int i = 0;
  for (Scalar s : numbers) {
    p.number[i] = s.to<double>();
    p.integer[i] = s.is_floating_point() ? 0 : s.to<int64_t>();
    ++i;
  }
  return p;
}

} // namespace talweg
