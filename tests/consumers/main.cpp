#include <talweg/dtype.h>
#include <talweg/errors.h>
#include <iostream>

namespace tw = talweg;

int main() {
  std::cout << tw::name(tw::promote_types(tw::int64, tw::float32)) << '\n';
  // An error of the library is caught by its base, also across the border of a shared library.
  try {
    tw::set_default_dtype(tw::int8);
  } catch (const tw::Error& error) {
    std::cout << error.what() << '\n';
    return 0;
  }
  return 1;
}
