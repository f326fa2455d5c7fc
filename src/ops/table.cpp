// The families of operations: the only list of them. Each stands in the file of its name.
#include "ops/record.h"

namespace talweg {

extern const Family arithmetic_family;
extern const Family extrema_family;
extern const Family losses_family;
extern const Family reduce_family;
extern const Family softmax_family;

std::span<const Family* const> op_families() {
  static constexpr const Family* families[] = {&arithmetic_family, &extrema_family, &losses_family, &reduce_family, &softmax_family};
  return families;
}

}  // namespace talweg
