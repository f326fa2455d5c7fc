#include "talweg/tensor.h"
namespace talweg {
Tensor sum(const Tensor&, IntList, bool, std::optional<Dtype>) { throw 1; }
Tensor any(const Tensor&) { throw 1; }
}
