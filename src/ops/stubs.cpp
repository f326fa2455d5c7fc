#include "talweg/tensor.h"
#include "talweg/create.h"
namespace talweg {
Tensor sum(const Tensor&, IntList, bool, std::optional<Dtype>) { throw 1; }
Tensor any(const Tensor&) { throw 1; }
Tensor stack(const std::vector<Tensor>&, int64_t) { throw 1; }
Tensor index_put(const Tensor&, std::span<const Index>, const Tensor&, bool) { throw 1; }
Index::~Index() {}
Index::Index(const Tensor&):kind_(Kind::tensor) {}
Index::Index(const Index& o):kind_(o.kind_) {}
}
