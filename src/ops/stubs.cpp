#include "talweg/tensor.h"
#include "talweg/create.h"
namespace talweg {
Tensor stack(const std::vector<Tensor>&, int64_t) { throw 1; }
Tensor index_put(const Tensor&, std::span<const Index>, const Tensor&, bool) { throw 1; }
Tensor eq(const Tensor&, Scalar) { throw 1; }
Tensor where(const Tensor&, const Tensor&, const Tensor&) { throw 1; }
Tensor where(const Tensor&, Scalar, const Tensor&) { throw 1; }
Tensor where(const Tensor&, const Tensor&, Scalar) { throw 1; }
Tensor log(const Tensor&) { throw 1; }
Tensor logical_and(const Tensor&, const Tensor&) { throw 1; }
Tensor ge(const Tensor&, Scalar) { throw 1; }
Index::~Index() {}
Index::Index(const Tensor&):kind_(Kind::tensor) {}
Index::Index(const Index& o):kind_(o.kind_) {}
}
