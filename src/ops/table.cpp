// The families of operations: the only list of them. Each stands in the file of its name.
#include "ops/record.h"

namespace talweg {

extern const Family activations_family;
extern const Family arithmetic_family;
extern const Family arrange_family;
extern const Family batch_products_family;
extern const Family bits_family;
extern const Family compare_family;
extern const Family copies_family;
extern const Family copy_family;
extern const Family create_family;
extern const Family create_layouts_family;
extern const Family differences_family;
extern const Family distances_family;
extern const Family dropout_family;
extern const Family einsum_family;
extern const Family elementary_family;
extern const Family embedding_family;
extern const Family exponential_family;
extern const Family extrema_family;
extern const Family gather_family;
extern const Family index_family;
extern const Family join_family;
extern const Family layout_family;
extern const Family losses_family;
extern const Family margin_losses_family;
extern const Family masked_family;
extern const Family normalization_family;
extern const Family norms_family;
extern const Family operators_family;
extern const Family order_family;
extern const Family pad_family;
extern const Family parts_family;
extern const Family pointwise_losses_family;
extern const Family predicates_family;
extern const Family products_family;
extern const Family random_family;
extern const Family reduce_family;
extern const Family rounding_family;
extern const Family scan_family;
extern const Family scatter_family;
extern const Family search_family;
extern const Family softmax_family;
extern const Family special_family;
extern const Family spread_family;
extern const Family stacks_family;
extern const Family trigonometry_family;
extern const Family unique_family;
extern const Family views_family;

std::span<const Family* const> op_families() {
  static constexpr const Family* families[] = {
      &activations_family,  &arithmetic_family,
      &arrange_family,      &batch_products_family,
      &bits_family,         &compare_family,
      &copies_family,       &copy_family,
      &create_family,       &create_layouts_family,
      &differences_family,  &distances_family,
      &dropout_family,      &einsum_family,
      &elementary_family,   &embedding_family,
      &exponential_family,  &extrema_family,
      &gather_family,       &index_family,
      &join_family,         &layout_family,
      &losses_family,       &margin_losses_family,
      &masked_family,       &normalization_family,
      &norms_family,        &operators_family,
      &order_family,        &pad_family,
      &parts_family,        &pointwise_losses_family,
      &predicates_family,   &products_family,
      &random_family,       &reduce_family,
      &rounding_family,     &scan_family,
      &scatter_family,      &search_family,
      &softmax_family,      &special_family,
      &spread_family,       &stacks_family,
      &trigonometry_family, &unique_family,
      &views_family,
  };
  return families;
}

} // namespace talweg
