// The families of operations: the only list of them. Each stands in the file of its name.
#include "ops/record.h"

namespace talweg {

extern const Family arithmetic_family;
extern const Family compare_family;
extern const Family copy_family;
extern const Family create_family;
extern const Family elementary_family;
extern const Family extrema_family;
extern const Family gather_family;
extern const Family index_family;
extern const Family join_family;
extern const Family losses_family;
extern const Family operators_family;
extern const Family parts_family;
extern const Family products_family;
extern const Family random_family;
extern const Family reduce_family;
extern const Family softmax_family;
extern const Family views_family;
extern const Family activations_family;
extern const Family bits_family;
extern const Family exponential_family;
extern const Family predicates_family;
extern const Family rounding_family;
extern const Family special_family;
extern const Family trigonometry_family;

std::span<const Family* const> op_families() {
  static constexpr const Family* families[] = {
      &activations_family, &arithmetic_family, &bits_family,        &compare_family,   &copy_family,
      &create_family,      &elementary_family, &exponential_family, &predicates_family, &rounding_family,
      &special_family,     &trigonometry_family,
      &extrema_family,    &gather_family,  &index_family,    &join_family,   &losses_family,
      &operators_family,  &parts_family,   &products_family, &random_family, &reduce_family,
      &softmax_family,    &views_family,
  };
  return families;
}

} // namespace talweg
