// Arrays and scalars as NumPy 2.4 prints them: the rules of its arrayprint.py, floatmode "maxprec".
#pragma once

#include <string>

#include "core/array_view.h"
#include "talweg/dtype.h"

namespace talweg {

/// The options of numpy.set_printoptions that talweg follows, with NumPy's defaults.
struct NumpyPrintOptions {
  /// Digits behind the decimal point, at most.
  int precision = 8;
  /// Arrays with more elements are summarised.
  int64_t threshold = 1000;
  /// Items shown at each end of a summarised dimension.
  int64_t edgeitems = 3;
  /// Characters per line.
  int linewidth = 75;
  /// Writes small values positionally, as 0. where `precision` doesn't reach them.
  bool suppress = false;
};

/// `str(array)`: `[0.5 1. ]`; of a 0-d array `str` of its scalar. Throws TypeError for bfloat16.
std::string numpy_str(const ArrayView& array, const NumpyPrintOptions& options = {});
/// `repr(array)`: `array([0.5, 1. ], dtype=float32)`. Throws TypeError for bfloat16, which NumPy lacks.
std::string numpy_repr(const ArrayView& array, const NumpyPrintOptions& options = {});

/// `str` of a NumPy scalar: `0.5`, `1e+06`, `3`, `True`. Throws TypeError for bfloat16.
std::string numpy_scalar_str(const void* element, Dtype dtype);
/// `repr` of a NumPy scalar: `np.float64(0.5)`, `np.int64(3)`, `np.True_`. Throws TypeError for bfloat16.
std::string numpy_scalar_repr(const void* element, Dtype dtype);

} // namespace talweg
