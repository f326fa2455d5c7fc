#include "kernels/random_fills.h"

#include "kernels/isa.h"

namespace talweg::kernels {

namespace base {
extern const RandomFills random_fills_of_set;
}
#ifdef TALWEG_ONLY_BASE
const RandomFills& random_fills() { return base::random_fills_of_set; }
#else
namespace avx2 {
extern const RandomFills random_fills_of_set;
}
namespace avx512 {
extern const RandomFills random_fills_of_set;
}

const RandomFills& random_fills() {
  static constexpr const RandomFills* sets[isa_count] = {
      &base::random_fills_of_set, &avx2::random_fills_of_set, &avx512::random_fills_of_set};
  return *sets[isa_index()];
}
#endif

} // namespace talweg::kernels
