// Random fills as kernels, so that draws go through the door that all writes go through.
#pragma once

#include <cstdint>

#include "core/generator.h"
#include "kernels/buffer.h"

namespace talweg {

/// Where numbers come from, and the parameters of their distribution.
struct Draw {
  GeneratorState* generator;
  double a = 0, b = 0;
  uint64_t range = 0;
  int64_t base = 0;
};

// buffers[0] is filled; each locks the generator while it draws.
extern const Kernel uniform_kernel;      // on [a, b)
extern const Kernel normal_kernel;       // mean a, standard deviation b
extern const Kernel log_normal_kernel;   // exp of it
extern const Kernel exponential_kernel;  // rate a
extern const Kernel cauchy_kernel;       // median a, scale b
extern const Kernel geometric_kernel;    // probability a
extern const Kernel bernoulli_kernel;    // probability a
extern const Kernel bernoulli_of_kernel; // probabilities in buffers[1]
extern const Kernel integers_kernel;     // base + [0, range)
extern const Kernel all_bits_kernel;     // all int64
extern const Kernel whole_range_kernel;  // from 0, as far as the dtype goes
extern const Kernel randperm_kernel;
extern const Kernel poisson_kernel;  // rates in buffers[1]
extern const Kernel binomial_kernel; // trials in buffers[1], probabilities in buffers[2]
extern const Kernel
    multinomial_kernel; // rows of weights in buffers[1]; base samples each, with replacement if range is 1

} // namespace talweg
