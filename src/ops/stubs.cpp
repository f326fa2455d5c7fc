#include "talweg/tensor.h"
#include "talweg/create.h"
namespace talweg {
Tensor sum(const Tensor&, IntList, bool, std::optional<Dtype>) { throw 1; }
Tensor any(const Tensor&) { throw 1; }
Tensor eq(const Tensor&, Scalar) { throw 1; }
Tensor where(const Tensor&, const Tensor&, const Tensor&) { throw 1; }
Tensor where(const Tensor&, Scalar, const Tensor&) { throw 1; }
Tensor where(const Tensor&, const Tensor&, Scalar) { throw 1; }
Tensor log(const Tensor&) { throw 1; }
Tensor logical_and(const Tensor&, const Tensor&) { throw 1; }
Tensor ge(const Tensor&, Scalar) { throw 1; }
}
