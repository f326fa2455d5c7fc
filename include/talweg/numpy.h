// NumPy's names for tensors: `namespace np = tw::numpy;`. Its defaults (float64), its sums, its text; no
// second array type, so arithmetic between arrays of different dtypes promotes as PyTorch's.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "talweg/create.h"
#include "talweg/tensor.h"

namespace talweg::numpy {

/// A NumPy scalar, what reductions to one number give: a number with a dtype.
class Number {
 public:
  Number(double value, Dtype dtype) : value_(value), dtype_(dtype) {}
  operator double() const { return value_; }
  Dtype dtype() const { return dtype_; }

 private:
  double value_;
  Dtype dtype_;
};

/// np.array of a list: integers give int64, other numbers float64.
Tensor array(std::initializer_list<NestedList> list, std::optional<Dtype> dtype = {});
/// np.array of a list of arrays of one shape: they become its rows.
Tensor array(const std::vector<Tensor>& rows, std::optional<Dtype> dtype = {});
Tensor array(const std::vector<double>& values, std::optional<Dtype> dtype = {});

/// start, start + step, ... below stop; of integers int64, else float64.
Tensor arange(Scalar stop);
Tensor arange(Scalar start, Scalar stop, Scalar step = 1);
Tensor zeros(IntList shape, Dtype dtype = float64);
Tensor ones(IntList shape, Dtype dtype = float64);
Tensor full(IntList shape, Scalar value, std::optional<Dtype> dtype = {});
Tensor eye(int64_t n, Dtype dtype = float64);
Tensor linspace(Scalar start, Scalar stop, int64_t num = 50);

/// The arrays one after the other along an axis, in the dtype that NumPy promotes them to (int64 with float32
/// is float64).
Tensor concatenate(const std::vector<Tensor>& arrays, int64_t axis = 0);
/// The product of vectors or matrices; of a number and an array, element by element.
Tensor dot(const Tensor& a, const Tensor& b);
inline Tensor matmul(const Tensor& a, const Tensor& b) { return talweg::matmul(a, b); }

/// Element by element: x ** p.
inline Tensor power(const Tensor& x, Scalar p) { return talweg::pow(x, p); }
inline Tensor power(const Tensor& x, const Tensor& p) { return talweg::pow(x, p); }
inline Tensor exp(const Tensor& x) { return talweg::exp(x); }
inline Tensor log(const Tensor& x) { return talweg::log(x); }
inline Tensor sqrt(const Tensor& x) { return talweg::sqrt(x); }

/// All axes in reverse.
inline Tensor transpose(const Tensor& x) { return x.T(); }
inline Tensor reshape(const Tensor& x, IntList shape) { return talweg::reshape(x, shape); }
inline Tensor ravel(const Tensor& x) { return talweg::reshape(x, -1); }
inline std::vector<int64_t> shape(const Tensor& x) { return x.sizes().vec(); }

/// Sums as NumPy adds: pairwise along contiguous memory (all elements, or the last axis), else row after row.
/// Integers are summed in int64.
Number sum(const Tensor& x);
Tensor sum(const Tensor& x, int64_t axis);
/// sum / n; integers give float64.
Number mean(const Tensor& x);
Tensor mean(const Tensor& x, int64_t axis);
inline Number average(const Tensor& x) { return numpy::mean(x); }
inline Tensor average(const Tensor& x, int64_t axis) { return numpy::mean(x, axis); }

/// str(x) and repr(x): `[0.5 1. ]` and `array([0.5, 1. ])`; of a Number `0.5` and `np.float64(0.5)`.
std::string str(const Tensor& x);
std::string repr(const Tensor& x);
std::string str(Number x);
std::string repr(Number x);

} // namespace talweg::numpy
