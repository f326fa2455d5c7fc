#include "kernels/qr.h"

#include <cmath>
#include <vector>

namespace talweg {

namespace {

// A matrix by rows, in double whatever the dtype. A column of it, from the diagonal down, holds the vector v
// of the reflection I - scale v v'.
class Reflections {
 public:
  Reflections(int64_t rows, int64_t columns)
      : rows_(rows), columns_(columns), data_(static_cast<size_t>(rows * columns)) {}
  double* row(int64_t i) { return data_.data() + i * columns_; }

  // Householder's factorisation: reflection by reflection, the matrix turns to R, of which only the signs of
  // the diagonal are kept. Then Q is the product of the reflections, built from the last to the first, each
  // in place of its vector.
  void orthogonalize() {
    std::vector<double> scale(static_cast<size_t>(columns_)), sign(scale.size());
    for (int64_t j = 0; j < columns_; ++j) {
      double squares = 0;
      for (int64_t i = j; i < rows_; ++i) squares += row(i)[j] * row(i)[j];
      double &top = row(j)[j], norm = std::sqrt(squares);
      // The sign without cancellation.
      const double diagonal = top > 0 ? -norm : norm;
      top -= diagonal;
      const auto at = static_cast<size_t>(j);
      scale[at] = norm > 0 ? 1 / (norm * std::abs(top)) : 0;
      sign[at] = diagonal > 0 ? 1 : diagonal < 0 ? -1 : 0;
      reflect_behind(j, scale[at]);
    }
    for (int64_t j = columns_; j-- > 0;) {
      const auto at = static_cast<size_t>(j);
      for (int64_t k = j + 1; k < columns_; ++k) row(j)[k] = 0; // what is left of R
      reflect_behind(j, scale[at]);
      const double factor = -scale[at] * row(j)[j];
      for (int64_t i = j; i < rows_; ++i) row(i)[j] *= factor;
      row(j)[j] += 1;
      for (int64_t i = j; i < rows_; ++i) row(i)[j] *= sign[at];
    }
  }

 private:
  // Applies the reflection in column j to the columns behind it.
  void reflect_behind(int64_t j, double scale) {
    std::vector<double> along(static_cast<size_t>(columns_));
    for (int64_t i = j; i < rows_; ++i) {
      const double* r = row(i);
      for (int64_t k = j + 1; k < columns_; ++k) along[static_cast<size_t>(k)] += r[j] * r[k];
    }
    for (int64_t i = j; i < rows_; ++i) {
      double* r = row(i);
      const double step = scale * r[j];
      for (int64_t k = j + 1; k < columns_; ++k) r[k] -= step * along[static_cast<size_t>(k)];
    }
  }

  int64_t rows_, columns_;
  std::vector<double> data_;
};

template <class T>
void factor(const Buffer& out, const Buffer& in) {
  const int64_t rows = in.sizes[0], columns = in.sizes[1];
  Reflections reflections(rows, columns);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t k = 0; k < columns; ++k)
      reflections.row(i)[k] = in.as<T>()[i * in.strides[0] + k * in.strides[1]];
  reflections.orthogonalize();
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t k = 0; k < columns; ++k)
      out.as<T>()[i * columns + k] = static_cast<T>(reflections.row(i)[k]);
}

void run(std::span<const Buffer> buffers, const void*) {
  if (buffers[0].dtype == Dtype::float32)
    factor<float>(buffers[0], buffers[1]);
  else
    factor<double>(buffers[0], buffers[1]);
}

} // namespace

const Kernel orthogonal_factor_kernel{"orthogonal_factor", run};

} // namespace talweg
