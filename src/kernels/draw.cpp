#include "kernels/draw.h"

#include "kernels/random.h"

namespace talweg {

namespace {

using kernels::Destination;

Destination destination(const Buffer& b) { return {b.data, b.dtype, b.size_span(), b.stride_span()}; }

// A kernel that calls `fill(generator, destination, draw, buffers)` under the generator's lock.
template <auto fill>
void run(std::span<const Buffer> buffers, const void* attributes) {
  const auto& draw = *static_cast<const Draw*>(attributes);
  GeneratorLock lock(*draw.generator);
  fill(*draw.generator, destination(buffers[0]), draw, buffers);
}

using Buffers = std::span<const Buffer>;
using State = GeneratorState;

void fill_uniform(State& g, const Destination& out, const Draw& d, Buffers) {
  kernels::uniform(g, out, d.a, d.b);
}
void fill_normal(State& g, const Destination& out, const Draw& d, Buffers) {
  kernels::normal(g, out, d.a, d.b);
}
void fill_log_normal(State& g, const Destination& out, const Draw& d, Buffers) {
  kernels::log_normal(g, out, d.a, d.b);
}
void fill_exponential(State& g, const Destination& out, const Draw& d, Buffers) {
  kernels::exponential(g, out, d.a);
}
void fill_cauchy(State& g, const Destination& out, const Draw& d, Buffers) {
  kernels::cauchy(g, out, d.a, d.b);
}
void fill_geometric(State& g, const Destination& out, const Draw& d, Buffers) {
  kernels::geometric(g, out, d.a);
}
void fill_bernoulli(State& g, const Destination& out, const Draw& d, Buffers) {
  kernels::bernoulli(g, out, d.a);
}
void fill_bernoulli_of(State& g, const Destination& out, const Draw&, Buffers b) {
  kernels::bernoulli(g, out, kernels::Source{b[1].data, b[1].dtype, b[1].stride_span()});
}
void fill_integers(State& g, const Destination& out, const Draw& d, Buffers) {
  kernels::random_integers(g, out, d.range, d.base);
}
void fill_all_bits(State& g, const Destination& out, const Draw&, Buffers) {
  kernels::random_all_bits(g, out);
}
void fill_whole_range(State& g, const Destination& out, const Draw&, Buffers) {
  kernels::random_integers(g, out);
}
void fill_randperm(State& g, const Destination& out, const Draw&, Buffers) { kernels::randperm(g, out); }
void fill_poisson(State& g, const Destination& out, const Draw&, Buffers b) {
  kernels::poisson(g, out, kernels::Source{b[1].data, b[1].dtype, b[1].stride_span()});
}
void fill_binomial(State& g, const Destination& out, const Draw&, Buffers b) {
  kernels::binomial(g, out, b[1].data, b[2].data);
}
void fill_multinomial(State& g, const Destination&, const Draw& d, Buffers b) {
  const Buffer& w = b[1];
  kernels::Weights weights{w.data, w.dtype, w.sizes[0], w.sizes[1], w.strides[0], w.strides[1]};
  auto draw = d.range ? kernels::multinomial_with_replacement : kernels::multinomial_without_replacement;
  draw(g, b[0].as<int64_t>(), weights, d.base);
}

} // namespace

const Kernel uniform_kernel{"uniform", run<fill_uniform>};
const Kernel normal_kernel{"normal", run<fill_normal>};
const Kernel log_normal_kernel{"log_normal", run<fill_log_normal>};
const Kernel exponential_kernel{"exponential", run<fill_exponential>};
const Kernel cauchy_kernel{"cauchy", run<fill_cauchy>};
const Kernel geometric_kernel{"geometric", run<fill_geometric>};
const Kernel bernoulli_kernel{"bernoulli", run<fill_bernoulli>};
const Kernel bernoulli_of_kernel{"bernoulli_of", run<fill_bernoulli_of>};
const Kernel integers_kernel{"integers", run<fill_integers>};
const Kernel all_bits_kernel{"all_bits", run<fill_all_bits>};
const Kernel whole_range_kernel{"whole_range", run<fill_whole_range>};
const Kernel randperm_kernel{"randperm", run<fill_randperm>};
const Kernel poisson_kernel{"poisson", run<fill_poisson>};
const Kernel binomial_kernel{"binomial", run<fill_binomial>};
const Kernel multinomial_kernel{"multinomial", run<fill_multinomial>};

} // namespace talweg
