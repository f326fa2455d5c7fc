// Random numbers over memory, bit-equal to PyTorch's on a CPU with fused multiply-adds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/generator.h"
#include "talweg/dtype.h"

namespace talweg::kernels {

/// Where a fill writes. Strides count elements. A fill draws in the order of DrawOrder, whatever the layout.
struct Destination {
  void* data;
  Dtype dtype;
  int64_t numel;
  bool contiguous; // row-major, without gaps: PyTorch's is_contiguous()
  std::span<const int64_t> sizes, strides;

  Destination(void* memory, Dtype type, int64_t count)
      : data(memory), dtype(type), numel(count), contiguous(true) {}
  Destination(void* memory, Dtype type, std::span<const int64_t> shape, std::span<const int64_t> steps);
};

/// A second operand of the sizes of a Destination; without strides it is contiguous, as the Destination must
/// be then.
struct Source {
  const void* data;
  Dtype dtype;
  std::span<const int64_t> strides = {};
};

// All fills below: the caller holds the generator's lock and has checked the arguments; nothing throws.
// Except where said otherwise the dtype is a floating-point one. "Cast" means: from double by way of float32
// to float16 and bfloat16.

/// Uniform in [from, to), requires from <= to: 24 bits of a word in float32 (also for float16 and bfloat16),
/// 53 bits of two in float64; x * (to - from) + from, fused; what rounds to `to` becomes `from`.
void uniform(GeneratorState& generator, const Destination& out, double from, double to);

/// Normal, std >= 0. Contiguous with 16 elements or more: Box and Muller's transform on blocks of 16, with
/// the functions of avx_mathfun in float32. Otherwise GeneratorState::next_normal() per element, times std
/// plus mean, fused, cast.
void normal(GeneratorState& generator, const Destination& out, double mean, double std);

/// exp of normals in double, cast; always one element after the other.
void log_normal(GeneratorState& generator, const Destination& out, double mean, double std);

/// -1 / rate * log1p(-u), u of 53 bits, cast.
void exponential(GeneratorState& generator, const Destination& out, double rate);

/// median + sigma * tan(pi * (u - 1/2)), fused, u of 53 bits, cast.
void cauchy(GeneratorState& generator, const Destination& out, double median, double sigma);

/// The number of trials up to the first success, 0 < p < 1: ceil(log(u) / log1p(-p)). Every dtype but bool.
void geometric(GeneratorState& generator, const Destination& out, double p);

/// 1 with probability p, else 0: u < p, u of 53 bits. Every dtype.
void bernoulli(GeneratorState& generator, const Destination& out, double p);

/// As above with a probability per element, of any floating-point dtype: 53 bits against float64, 24 against
/// the others.
void bernoulli(GeneratorState& generator, const Destination& out, const Source& p);

/// Integers base + (draw modulo range), range > 0: a word if range < 2^28, else two. Every dtype.
void random_integers(GeneratorState& generator, const Destination& out, uint64_t range, int64_t base);

/// All 64 bits of two words as a signed integer, converted: random_(-2^63, None). int64, float64, float32,
/// bfloat16.
void random_all_bits(GeneratorState& generator, const Destination& out);

/// random_() without bounds: [0, 2^digits] for floats, [0, max] for integers, 0 or 1 for bool. Every dtype.
void random_integers(GeneratorState& generator, const Destination& out);

/// The bounds of random_(from, to) in floating-point dtypes, moved inwards to what doesn't round out of
/// [from, to). Integer dtypes leave them as they are.
int64_t round_from(Dtype dtype, int64_t from);
int64_t round_to(Dtype dtype, int64_t to);

/// A permutation of 0 ... n - 1 by Fisher and Yates's shuffle. `out` is contiguous, of any dtype but bool.
void randperm(GeneratorState& generator, const Destination& out);

/// A number of events per element, given the expected number (>= 0). `rates` has the dtype of `out`.
void poisson(GeneratorState& generator, const Destination& out, const Source& rates);

/// A number of successes per element, given trials and the probability of one. All of one dtype, float32 or
/// float64, and contiguous, as is `out`.
void binomial(GeneratorState& generator, const Destination& out, const void* trials, const void* p);

/// rrelu in training: where x <= 0, x times a slope, a uniform double in [lower, upper) with bounds of
/// float32 (of double for float64), not fused, then rounded to float32 for the product; elsewhere x, and
/// nothing is drawn. `noise` gets the slopes, 1 where there is none. All of one dtype and contiguous, as is
/// `out`.
void rrelu(GeneratorState& generator, const Destination& out, void* noise, const void* x, double lower,
           double upper);

/// Rows of weights to draw indices from.
struct Weights {
  const void* data;
  Dtype dtype;
  int64_t rows, categories;
  int64_t row_stride, category_stride;
};

/// `samples` indices per row into `out`, row-major: per sample one u of 53 bits, the first index whose
/// running sum is at least u. PyTorch uses this with replacement and more than one sample. Weights are
/// finite, >= 0, and not all zero.
void multinomial_with_replacement(GeneratorState& generator, int64_t* out, const Weights& weights,
                                  int64_t samples);

/// As above for distinct indices, and for one sample in any case: the largest of w / q in falling order, q
/// exponential.
void multinomial_without_replacement(GeneratorState& generator, int64_t* out, const Weights& weights,
                                     int64_t samples);

} // namespace talweg::kernels
