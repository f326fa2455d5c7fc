#include "talweg/tensor.h"
namespace talweg {
Tensor any(const Tensor&) { throw 1; }
}
