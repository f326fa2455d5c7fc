// The bits of integers; on bool the truth values. There are no derivatives.
#pragma once

#include "talweg/scalar.h"

namespace talweg {

class Tensor;

/// self & other.
Tensor bitwise_and(const Tensor& self, const Tensor& other);
const Tensor& bitwise_and_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor bitwise_and(const Tensor& self, Scalar other);
const Tensor& bitwise_and_(const Tensor& self, Scalar other);
/// The same with a number first.
Tensor bitwise_and(Scalar self, const Tensor& other);
/// self | other.
Tensor bitwise_or(const Tensor& self, const Tensor& other);
const Tensor& bitwise_or_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor bitwise_or(const Tensor& self, Scalar other);
const Tensor& bitwise_or_(const Tensor& self, Scalar other);
/// The same with a number first.
Tensor bitwise_or(Scalar self, const Tensor& other);
/// self ^ other.
Tensor bitwise_xor(const Tensor& self, const Tensor& other);
const Tensor& bitwise_xor_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor bitwise_xor(const Tensor& self, Scalar other);
const Tensor& bitwise_xor_(const Tensor& self, Scalar other);
/// The same with a number first.
Tensor bitwise_xor(Scalar self, const Tensor& other);
/// ~self.
Tensor bitwise_not(const Tensor& self);
const Tensor& bitwise_not_(const Tensor& self);
/// self * 2^other; 0 from the width of the dtype on. Not for bool.
Tensor bitwise_left_shift(const Tensor& self, const Tensor& other);
const Tensor& bitwise_left_shift_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor bitwise_left_shift(const Tensor& self, Scalar other);
const Tensor& bitwise_left_shift_(const Tensor& self, Scalar other);
/// The same with a number first.
Tensor bitwise_left_shift(Scalar self, const Tensor& other);
/// floor(self / 2^other). Not for bool.
Tensor bitwise_right_shift(const Tensor& self, const Tensor& other);
const Tensor& bitwise_right_shift_(const Tensor& self, const Tensor& other);
/// The same with a number.
Tensor bitwise_right_shift(const Tensor& self, Scalar other);
const Tensor& bitwise_right_shift_(const Tensor& self, Scalar other);
/// The same with a number first.
Tensor bitwise_right_shift(Scalar self, const Tensor& other);
/// The greatest common divisor, never negative. Integers.
Tensor gcd(const Tensor& self, const Tensor& other);
const Tensor& gcd_(const Tensor& self, const Tensor& other);
/// The least common multiple, never negative. Integers.
Tensor lcm(const Tensor& self, const Tensor& other);
const Tensor& lcm_(const Tensor& self, const Tensor& other);

} // namespace talweg
