// Random numbers: fills in place, and the tensors that are made by them.
#include "talweg/ops/random.h"

#include <cmath>
#include <limits>
#include <string>

#include "core/format_number.h"
#include "core/raise.h"
#include "core/shape.h"
#include "kernels/cast.h"
#include "kernels/draw.h"
#include "kernels/random.h"
#include "ops/checks.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/number.h"
#include "ops/record.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

using MaybeGenerator = std::optional<Generator>;

GeneratorState* state_of(const MaybeGenerator& generator) {
  return &(generator ? *generator : default_generator()).state();
}

void check_floating(const Tensor& t, std::string_view op) {
  check_defined(t, op);
  if (!is_floating_point(t.dtype()))
    raise<DtypeError>({"[", op, "] the distribution is continuous: the dtype must be floating point, got ",
                       name(t.dtype())});
}
void check(bool right, std::string_view op, std::string_view rule, double got) {
  if (!right) raise<ValueError>({"[", op, "] ", op, " expects ", rule, ", but got ", format_repr(got)});
}

// Fills self by a kernel under the rules of writing in place; the gradient of the old elements is zero.
const Tensor& fill(const Tensor& self, const Kernel& kernel, const Draw& draw, const char* node_name,
                   std::string_view op, const Buffer* second = nullptr) {
  bool recorded = begin_write(self, op);
  OwnedNode node = write_node(recorded, node_name, {&self}, {}, [](Backward& b) {
    if (b.grad().defined()) b.set(0, zeros_like(b.grad()));
  });
  if (self.numel() > 0) {
    if (second)
      launch(kernel, {buffer_of(self), *second}, draw);
    else
      launch(kernel, {buffer_of(self)}, draw);
  }
  end_write(self, std::move(node));
  return self;
}

// The integers that a dtype holds; for floating point as far as all are told apart, or as far as there are
// numbers.
struct IntegerRange {
  int64_t low, high;
};
IntegerRange integers_of(Dtype dtype) {
  return with_type(dtype, []<class T>(T*) -> IntegerRange {
    if constexpr (std::is_integral_v<T>)
      return {static_cast<int64_t>(std::numeric_limits<T>::min()),
              static_cast<int64_t>(std::numeric_limits<T>::max())};
    else if constexpr (std::is_same_v<T, Half>)
      return {-65504, 65504};
    else
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  });
}
// The largest integer that random_(from, None) draws.
int64_t top_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::float16:
      return int64_t{1} << 11;
    case Dtype::bfloat16:
      return int64_t{1} << 8;
    case Dtype::float32:
      return int64_t{1} << 24;
    case Dtype::float64:
      return int64_t{1} << 53;
    default:
      return integers_of(dtype).high;
  }
}

void check_in_range(int64_t value, Dtype dtype, const char* what, std::string_view op) {
  IntegerRange range = integers_of(dtype);
  if (value < range.low || value > range.high)
    raise<ValueError>({"[", op, "] ", what, " is out of bounds for ", name(dtype), ": ", value});
}

template <class Rule>
bool all_elements(const Tensor& t, Rule rule) {
  Tensor dense = to(t.detach(), float64).contiguous();
  for (double v : dense.span<double>())
    if (!rule(v)) return false;
  return true;
}

Tensor finish(Tensor t, const TensorOptions& options) {
  if (options.requires_grad) t.requires_grad_();
  return t;
}
TensorOptions without_grad(const TensorOptions& options) { return {.dtype = options.dtype}; }

} // namespace

const Tensor& uniform_(const Tensor& self, double from, double to, MaybeGenerator generator) {
  check_floating(self, "uniform_");
  double most = largest_finite(self.dtype());
  if (!(std::abs(from) <= most))
    raise<ValueError>({"[uniform_] from is out of bounds for ", name(self.dtype())});
  if (!(std::abs(to) <= most)) raise<ValueError>({"[uniform_] to is out of bounds for ", name(self.dtype())});
  if (from > to)
    raise<ValueError>({"[uniform_] uniform_ expects to return a [from, to) range, but found from=",
                       format_repr(from), " > to=", format_repr(to)});
  if (to - from > most)
    raise<ValueError>({"[uniform_] uniform_ expects to-from <= the dtype's largest number, but found to=",
                       format_repr(to), " and from=", format_repr(from)});
  return fill(self, uniform_kernel, {state_of(generator), from, to}, "UniformBackward0", "uniform_");
}
const Tensor& normal_(const Tensor& self, double mean, double std, MaybeGenerator generator) {
  check_floating(self, "normal_");
  if (!(std >= 0))
    raise<ValueError>({"[normal_] normal expects std >= 0.0, but found std ", format_repr(std)});
  return fill(self, normal_kernel, {state_of(generator), mean, std}, "NormalBackward0", "normal_");
}
const Tensor& log_normal_(const Tensor& self, double mean, double std, MaybeGenerator generator) {
  check_floating(self, "log_normal_");
  check(std > 0, "log_normal_", "std > 0.0", std);
  return fill(self, log_normal_kernel, {state_of(generator), mean, std}, "LogNormalBackward0", "log_normal_");
}
const Tensor& exponential_(const Tensor& self, double lambd, MaybeGenerator generator) {
  check_floating(self, "exponential_");
  check(lambd > 0, "exponential_", "lambda > 0.0", lambd);
  return fill(self, exponential_kernel, {state_of(generator), lambd}, "ExponentialBackward0", "exponential_");
}
const Tensor& cauchy_(const Tensor& self, double median, double sigma, MaybeGenerator generator) {
  check_floating(self, "cauchy_");
  check(sigma > 0, "cauchy_", "sigma > 0.0", sigma);
  return fill(self, cauchy_kernel, {state_of(generator), median, sigma}, "CauchyBackward0", "cauchy_");
}
const Tensor& geometric_(const Tensor& self, double p, MaybeGenerator generator) {
  check_defined(self, "geometric_");
  check(p > 0 && p < 1, "geometric_", "p to be in (0, 1)", p);
  if (self.dtype() == bool_) raise<DtypeError>({"[geometric_] not implemented for bool; use a number type"});
  return fill(self, geometric_kernel, {state_of(generator), p}, "GeometricBackward0", "geometric_");
}
const Tensor& bernoulli_(const Tensor& self, double p, MaybeGenerator generator) {
  check_defined(self, "bernoulli_");
  check(p >= 0 && p <= 1, "bernoulli_", "p to be in [0, 1]", p);
  return fill(self, bernoulli_kernel, {state_of(generator), p}, "BernoulliBackward2", "bernoulli_");
}
const Tensor& bernoulli_(const Tensor& self, const Tensor& p, MaybeGenerator generator) {
  check_defined(self, "bernoulli_");
  check_floating(p, "bernoulli_");
  if (!all_elements(p, [](double v) { return v >= 0 && v <= 1; }))
    raise<ValueError>({"[bernoulli_] expected probabilities p_in >= 0 && p_in <= 1"});
  Tensor wide = expand(p.detach(), self.sizes());
  if (self.numel() > 0 && shares_memory(self, wide)) wide = clone(wide);
  Buffer source = buffer_of(wide);
  return fill(self, bernoulli_of_kernel, {state_of(generator)}, "BernoulliBackward1", "bernoulli_", &source);
}
const Tensor& random_(const Tensor& self, int64_t from, std::optional<int64_t> to, MaybeGenerator generator) {
  check_defined(self, "random_");
  Dtype dtype = self.dtype();
  GeneratorState* state = state_of(generator);
  if (!to && from == std::numeric_limits<int64_t>::min()) {
    if (dtype != int64 && dtype != float64 && dtype != float32 && dtype != bfloat16)
      raise<DtypeError>(
          {"[random_] all 64 bits are drawn into int64, float64, float32 and bfloat16 only, got ",
           name(dtype)});
    return fill(self, all_bits_kernel, {state}, "RandomBackward0", "random_");
  }
  // [from, last], both included, so that nothing overflows.
  int64_t last = to ? *to - 1 : top_of(dtype);
  if (to) {
    if (from >= *to)
      raise<ValueError>(
          {"[random_] random_ expects 'from' to be less than 'to', but got from=", from, " >= to=", *to});
    int64_t first = kernels::round_from(dtype, from), end = kernels::round_to(dtype, *to);
    if (first >= end)
      raise<ValueError>(
          {"[random_] random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
           "from=",
           first, " >= to=", end});
    from = first;
    last = end - 1;
  } else {
    from = kernels::round_from(dtype, from);
    if (is_floating_point(dtype) && from >= last)
      raise<ValueError>(
          {"[random_] random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to "
           "dtype, but got from=",
           from, " > to_inc=", last});
  }
  check_in_range(from, dtype, "from", "random_");
  check_in_range(last, dtype, "to - 1", "random_");
  uint64_t range = static_cast<uint64_t>(last) - static_cast<uint64_t>(from) + 1;
  return fill(self, integers_kernel, {.generator = state, .range = range, .base = from},
              to ? "RandomBackward1" : "RandomBackward0", "random_");
}
const Tensor& random_(const Tensor& self, int64_t to) { return random_(self, 0, to); }
const Tensor& random_(const Tensor& self) {
  check_defined(self, "random_");
  return fill(self, whole_range_kernel, {state_of({})}, "RandomBackward2", "random_");
}

Tensor rand(IntList size, const TensorOptions& options, MaybeGenerator generator) {
  return finish(uniform_(empty(size, without_grad(options)), 0, 1, std::move(generator)), options);
}
Tensor rand(IntList size) { return rand(size, {}); }
Tensor rand_like(const Tensor& input, const TensorOptions& options, MaybeGenerator generator) {
  return finish(uniform_(empty_like(input, without_grad(options)), 0, 1, std::move(generator)), options);
}
Tensor rand_like(const Tensor& input) { return rand_like(input, {}); }
Tensor randn(IntList size, const TensorOptions& options, MaybeGenerator generator) {
  return finish(normal_(empty(size, without_grad(options)), 0, 1, std::move(generator)), options);
}
Tensor randn(IntList size) { return randn(size, {}); }
Tensor randn_like(const Tensor& input, const TensorOptions& options, MaybeGenerator generator) {
  return finish(normal_(empty_like(input, without_grad(options)), 0, 1, std::move(generator)), options);
}
Tensor randn_like(const Tensor& input) { return randn_like(input, {}); }
Tensor randint(int64_t low, int64_t high, IntList size, const TensorOptions& options,
               MaybeGenerator generator) {
  return finish(
      random_(empty(size, {.dtype = options.dtype.value_or(int64)}), low, high, std::move(generator)),
      options);
}
Tensor randint(int64_t low, int64_t high, IntList size) { return randint(low, high, size, {}); }
Tensor randint(int64_t high, IntList size) { return randint(0, high, size, {}); }
Tensor randint_like(const Tensor& input, int64_t low, int64_t high, const TensorOptions& options,
                    MaybeGenerator generator) {
  return finish(
      random_(empty_like(input.detach(), {.dtype = options.dtype}), low, high, std::move(generator)),
      options);
}
Tensor randint_like(const Tensor& input, int64_t low, int64_t high) {
  return randint_like(input, low, high, {});
}
Tensor randint_like(const Tensor& input, int64_t high, const TensorOptions& options,
                    MaybeGenerator generator) {
  return randint_like(input, 0, high, options, std::move(generator));
}
Tensor randint_like(const Tensor& input, int64_t high) { return randint_like(input, 0, high, {}); }

Tensor randperm(int64_t n) { return randperm(n, {}); }
Tensor randperm(int64_t n, const TensorOptions& options, MaybeGenerator generator) {
  if (n < 0) raise<ValueError>({"[randperm] n must be non-negative, got ", n});
  Dtype dtype = options.dtype.value_or(int64);
  if (dtype == bool_) raise<DtypeError>({"[randperm] not implemented for bool"});
  // One more than the last integer before a gap still has no gap below it.
  int64_t most = is_floating_point(dtype) ? top_of(dtype) + 1 : integers_of(dtype).high;
  if (n > most)
    raise<ValueError>({"[randperm] n cannot be greater than ", most, " for ", name(dtype), ", got ", n});
  Tensor out = empty(n, {.dtype = dtype});
  if (n > 0) launch(randperm_kernel, {buffer_of(out)}, Draw{state_of(generator)});
  return finish(std::move(out), options);
}

namespace {

// A result drawn from the parameters: no gradient flows into them, but the graph says where it came from.
Tensor drawn(Tensor out, const char* node_name, Inputs inputs) {
  return record(std::move(out), node_name, inputs, {}, [](Backward&) {});
}

} // namespace

Tensor bernoulli(const Tensor& self, MaybeGenerator generator) {
  check_floating(self, "bernoulli");
  Tensor out = empty_like(self.detach());
  bernoulli_(out, self.detach(), std::move(generator));
  return drawn(std::move(out), "BernoulliBackward0", {&self});
}
Tensor bernoulli(const Tensor& self, double p, MaybeGenerator generator) {
  check_defined(self, "bernoulli");
  Tensor out = empty_like(self.detach());
  bernoulli_(out, p, std::move(generator));
  return drawn(std::move(out), "BernoulliBackward0", {&self});
}

Tensor normal(const Tensor& mean, double std, MaybeGenerator generator) {
  check_floating(mean, "normal");
  Tensor out = empty_like(mean.detach());
  normal_(out, 0, std, std::move(generator));
  out.add_(mean.detach());
  return drawn(std::move(out), "NormalBackward1", {&mean});
}
Tensor normal(double mean, const Tensor& std, MaybeGenerator generator) {
  check_floating(std, "normal");
  if (!all_elements(std, [](double v) { return v >= 0; }))
    raise<ValueError>({"[normal] normal expects all elements of std >= 0.0"});
  Tensor out = empty_like(std.detach());
  normal_(out, 0, 1, std::move(generator));
  out.mul_(std.detach()).add_(mean);
  return drawn(std::move(out), "NormalBackward2", {&std});
}
Tensor normal(double mean, double std, IntList size, const TensorOptions& options, MaybeGenerator generator) {
  return finish(normal_(empty(size, {.dtype = options.dtype}), mean, std, std::move(generator)), options);
}
Tensor normal(double mean, double std, IntList size) { return normal(mean, std, size, {}); }
Tensor normal(const Tensor& mean, const Tensor& std, MaybeGenerator generator) {
  check_floating(mean, "normal");
  check_floating(std, "normal");
  Dims sizes = broadcast_sizes(mean.sizes(), std.sizes(), "normal");
  if (!all_elements(std, [](double v) { return v >= 0; }))
    raise<ValueError>({"[normal] normal expects all elements of std >= 0.0"});
  Tensor out = empty(sizes, {.dtype = promote_types(mean.dtype(), std.dtype())});
  normal_(out, 0, 1, std::move(generator));
  out.mul_(std.detach()).add_(mean.detach());
  return drawn(std::move(out), "NormalBackward3", {&mean, &std});
}

Tensor poisson(const Tensor& self, MaybeGenerator generator) {
  check_floating(self, "poisson");
  if (!all_elements(self, [](double v) { return v >= 0; }))
    raise<ValueError>({"[poisson] invalid Poisson rate, expected rate to be non-negative"});
  Tensor out = empty(self.sizes(), {.dtype = self.dtype()});
  if (out.numel() > 0) launch(poisson_kernel, {buffer_of(out), buffer_of(self)}, Draw{state_of(generator)});
  return drawn(std::move(out), "PoissonBackward0", {&self});
}

Tensor binomial(const Tensor& count, const Tensor& prob, MaybeGenerator generator) {
  check_floating(count, "binomial");
  check_floating(prob, "binomial");
  if (count.dtype() != prob.dtype() || (count.dtype() != float32 && count.dtype() != float64))
    raise<DtypeError>({"[binomial] count and prob must both be float32 or both float64, got ",
                       name(count.dtype()), " and ", name(prob.dtype())});
  Dims sizes = broadcast_sizes(count.sizes(), prob.sizes(), "binomial");
  Tensor n = expand(count.detach(), sizes).contiguous(), p = expand(prob.detach(), sizes).contiguous();
  Tensor out = empty(sizes, {.dtype = count.dtype()});
  if (out.numel() > 0)
    launch(binomial_kernel, {buffer_of(out), buffer_of(n), buffer_of(p)}, Draw{state_of(generator)});
  return out;
}

Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement, MaybeGenerator generator) {
  check_defined(self, "multinomial");
  if (self.dim() != 1 && self.dim() != 2)
    raise<ShapeError>({"[multinomial] prob_dist must be 1 or 2 dim, got sizes ", IntList(self.sizes())});
  if (!is_floating_point(self.dtype()))
    raise<DtypeError>({"[multinomial] multinomial only supports floating-point dtypes for input, got: ",
                       name(self.dtype())});
  int64_t categories = self.size(-1);
  if (num_samples <= 0) raise<ValueError>({"[multinomial] cannot sample n_sample <= 0 samples"});
  if (!replacement && num_samples > categories)
    raise<ValueError>(
        {"[multinomial] cannot sample n_sample > prob_dist.size(-1) samples without replacement: ",
         num_samples, " of ", categories});
  if (categories > int64_t{1} << 24)
    raise<ValueError>({"[multinomial] number of categories cannot exceed 2^24"});
  Tensor weights = self.detach();
  if (!all_elements(weights, [](double v) { return v >= 0 && std::isfinite(v); }))
    raise<ValueError>({"[multinomial] probability tensor contains either `inf`, `nan` or element < 0"});
  if (weights.dim() == 1) weights = unsqueeze(weights, 0);
  int64_t rows = weights.size(0);
  for (int64_t r = 0; r < rows; ++r)
    if (all_elements(select(weights, 0, r), [](double v) { return v == 0; }))
      raise<ValueError>({"[multinomial] invalid multinomial distribution (sum of probabilities <= 0)"});
  Tensor out = empty({rows, num_samples}, {.dtype = int64});
  bool one_by_one = replacement && num_samples > 1;
  if (out.numel() > 0)
    launch(multinomial_kernel, {buffer_of(out), buffer_of(weights)},
           Draw{.generator = state_of(generator), .range = one_by_one ? 1u : 0u, .base = num_samples});
  return self.dim() == 1 ? out.view(num_samples) : out;
}

Tensor get_rng_state() { return tensor(default_generator().state_bytes()); }
void set_rng_state(const Tensor& state) {
  if (!state.defined() || state.dtype() != uint8)
    raise<TypeError>({"[set_rng_state] RNG state must be a torch.ByteTensor: a tensor of uint8"});
  Tensor dense = state.detach().contiguous();
  default_generator().set_state_bytes(dense.span<uint8_t>());
}

namespace {

using Type = std::optional<Dtype>;

Tensor rand_by_name(IntList size, MaybeGenerator g, Type dtype, bool requires_grad) {
  return rand(size, {dtype, requires_grad}, std::move(g));
}
Tensor randn_by_name(IntList size, MaybeGenerator g, Type dtype, bool requires_grad) {
  return randn(size, {dtype, requires_grad}, std::move(g));
}
Tensor rand_like_by_name(const Tensor& self, MaybeGenerator g, Type dtype, bool requires_grad) {
  return rand_like(self, {dtype, requires_grad}, std::move(g));
}
Tensor randn_like_by_name(const Tensor& self, MaybeGenerator g, Type dtype, bool requires_grad) {
  return randn_like(self, {dtype, requires_grad}, std::move(g));
}
Tensor randint_below(int64_t high, IntList size, MaybeGenerator g, Type dtype, bool requires_grad) {
  return randint(0, high, size, {dtype, requires_grad}, std::move(g));
}
Tensor randint_between(int64_t low, int64_t high, IntList size, MaybeGenerator g, Type dtype,
                       bool requires_grad) {
  return randint(low, high, size, {dtype, requires_grad}, std::move(g));
}
Tensor randint_like_between(const Tensor& input, int64_t low, int64_t high, MaybeGenerator g, Type dtype,
                            bool requires_grad) {
  return randint_like(input, low, high, {dtype, requires_grad}, std::move(g));
}
Tensor randint_like_below(const Tensor& input, int64_t high, MaybeGenerator g, Type dtype,
                          bool requires_grad) {
  return randint_like(input, high, {dtype, requires_grad}, std::move(g));
}
// A tensor as limit stands for its one element.
Tensor randint_like_below_tensor(const Tensor& input, const Tensor& high, MaybeGenerator g, Type dtype,
                                 bool requires_grad) {
  return randint_like(input, high.item<int64_t>(), {dtype, requires_grad}, std::move(g));
}
Tensor randperm_by_name(int64_t n, MaybeGenerator g, Type dtype, bool requires_grad) {
  return randperm(n, {dtype, requires_grad}, std::move(g));
}
Tensor bernoulli_of(const Tensor& self, MaybeGenerator g) { return bernoulli(self, std::move(g)); }
Tensor normal_of_size(double mean, double std, IntList size, MaybeGenerator g, Type dtype,
                      bool requires_grad) {
  return normal(mean, std, size, {dtype, requires_grad}, std::move(g));
}
const Tensor& random_below(const Tensor& self, int64_t to, MaybeGenerator g) {
  return random_(self, 0, to, std::move(g));
}
const Tensor& random_whole(const Tensor& self, MaybeGenerator g) {
  check_defined(self, "random_");
  return fill(self, whole_range_kernel, {state_of(g)}, "RandomBackward2", "random_");
}

constexpr OpInfo draw(std::string_view doc, std::array<std::string_view, 8> samples, Takes takes = Takes::all,
                      std::string_view undeclared = {}) {
  return {.doc = doc,
          .samples = samples,
          .derivative = Derivative::none,
          .why_not = "what is drawn, and what is overwritten, counts as constant",
          .takes = takes,
          .undeclared = undeclared};
}
using Fill1 = const Tensor&(const Tensor&, double, MaybeGenerator);
using Fill2 = const Tensor&(const Tensor&, double, double, MaybeGenerator);
using OfSize = Tensor(IntList, MaybeGenerator, Type, bool);
using Like = Tensor(const Tensor&, MaybeGenerator, Type, bool);

constinit const Op ops[] = {
    op<OfSize, &rand_by_name>("rand(size, *, generator=None, dtype=None, requires_grad=False)",
                              draw("uniform on [0, 1)", {"[2, 3]", "[33]"})),
    op<OfSize, &randn_by_name>("randn(size, *, generator=None, dtype=None, requires_grad=False)",
                               draw("standard normal", {"[2, 3]", "[16]", "[33]"})),
    op<Like, &rand_like_by_name>("rand_like(input, *, generator=None, dtype=None, requires_grad=False)",
                                 draw("uniform on [0, 1)", {"T(4, 5)"}, Takes::floats)),
    op<Like, &randn_like_by_name>("randn_like(input, *, generator=None, dtype=None, requires_grad=False)",
                                  draw("standard normal", {"T(4, 5)", "T(2, 3)"}, Takes::floats)),
    op<Tensor(int64_t, IntList, MaybeGenerator, Type, bool), &randint_below>(
        "randint(high, size, *, generator=None, dtype=None, requires_grad=False)",
        draw("integers of [0, high)", {"10, [4, 5]"})),
    op<Tensor(int64_t, int64_t, IntList, MaybeGenerator, Type, bool), &randint_between>(
        "randint(low, high, size, *, generator=None, dtype=None, requires_grad=False)",
        draw("integers of [low, high)", {"-5, 5, [4, 5]"})),
    op<Tensor(const Tensor&, int64_t, MaybeGenerator, Type, bool), &randint_like_below>(
        "randint_like(input, high, *, generator=None, dtype=None, requires_grad=False)",
        draw("integers of [0, high)", {"T(4, 5), 2"})),
    op<Tensor(const Tensor&, const Tensor&, MaybeGenerator, Type, bool), &randint_like_below_tensor>(
        "randint_like(input, high, *, generator=None, dtype=None, requires_grad=False)",
        draw("integers of [0, high)", {"T(4, 5), I(; 99)"}, Takes::numbers, "a tensor in place of a number")),
    op<Tensor(const Tensor&, int64_t, int64_t, MaybeGenerator, Type, bool), &randint_like_between>(
        "randint_like(input, low, high, *, generator=None, dtype=None, requires_grad=False)",
        draw("integers of [low, high)", {"T(4, 5), 0, 2"})),
    op<Tensor(int64_t, MaybeGenerator, Type, bool), &randperm_by_name>(
        "randperm(n, *, generator=None, dtype=None, requires_grad=False)",
        draw("a random order of 0 ... n - 1", {"20"})),
    op<Tensor(const Tensor&, MaybeGenerator), &bernoulli_of>(
        "bernoulli(self, *, generator=None)",
        draw("ones with the probabilities in self", {"U(4, 5)"}, Takes::floats)),
    op<Tensor(const Tensor&, double, MaybeGenerator), &bernoulli>(
        "bernoulli(self, p, *, generator=None)", draw("ones with probability p", {"T(4, 5), 0.25"})),
    op<Tensor(const Tensor&, const Tensor&, MaybeGenerator), &normal>(
        "normal(mean, std, *, generator=None)", draw("normal numbers", {"T(4, 5), P(4, 5)"}, Takes::floats)),
    op<Tensor(const Tensor&, double, MaybeGenerator), &normal>(
        "normal(mean, std=1.0, *, generator=None)", draw("normal numbers", {"T(4, 5), 2.0"}, Takes::floats)),
    op<Tensor(double, const Tensor&, MaybeGenerator), &normal>(
        "normal(mean, std, *, generator=None)", draw("normal numbers", {"1.5, P(4, 5)"}, Takes::floats)),
    op<Tensor(double, double, IntList, MaybeGenerator, Type, bool), &normal_of_size>(
        "normal(mean, std, size, *, generator=None, dtype=None, requires_grad=False)",
        draw("normal numbers", {"0.5, 2.0, [4, 5]"})),
    op<Tensor(const Tensor&, MaybeGenerator), &poisson>(
        "poisson(input, generator=None)", draw("numbers of events", {"P(4, 5)"}, Takes::floats)),
    op<Tensor(const Tensor&, const Tensor&, MaybeGenerator), &binomial>(
        "binomial(count, prob, generator=None)",
        draw("numbers of successes", {"P(4, 5), U(4, 5)"}, Takes::wide)),
    op<Tensor(const Tensor&, int64_t, bool, MaybeGenerator), &multinomial>(
        "multinomial(self, num_samples, replacement=False, *, generator=None)",
        draw("indices drawn by weights", {"P(8), 3", "P(2, 8), 20, True"}, Takes::floats)),
    op<Fill2, &uniform_>("uniform_(self, from=0.0, to=1.0, *, generator=None)",
                         draw("uniform on [from, to)", {"T(4, 5)", "T(4, 5), -1.0, 2.5"}, Takes::floats)),
    op<Fill2, &normal_>("normal_(self, mean=0.0, std=1.0, *, generator=None)",
                        draw("normal numbers", {"T(4, 5)", "T(2, 3), 1.0, 0.5"}, Takes::floats)),
    op<Fill2, &log_normal_>("log_normal_(self, mean=1.0, std=2.0, *, generator=None)",
                            draw("exp of normal numbers", {"T(4, 5)"}, Takes::floats)),
    op<Fill1, &exponential_>("exponential_(self, lambd=1.0, *, generator=None)",
                             draw("exponential numbers", {"T(4, 5)", "T(4, 5), 2.5"}, Takes::floats)),
    op<Fill2, &cauchy_>("cauchy_(self, median=0.0, sigma=1.0, *, generator=None)",
                        draw("Cauchy's distribution", {"T(4, 5)"}, Takes::floats)),
    op<Fill1, &geometric_>("geometric_(self, p, *, generator=None)",
                           draw("trials until the first success", {"T(4, 5), 0.25"})),
    op<Fill1, &bernoulli_>("bernoulli_(self, p=0.5, *, generator=None)",
                           draw("ones with probability p", {"T(4, 5)", "T(4, 5), 0.25"})),
    op<const Tensor&(const Tensor&, const Tensor&, MaybeGenerator), &bernoulli_>(
        "bernoulli_(self, p, *, generator=None)",
        draw("ones with the probabilities in p", {"T(4, 5), C(4, 5)"})),
    op<const Tensor&(const Tensor&, MaybeGenerator), &random_whole>(
        "random_(self, *, generator=None)", draw("integers of the dtype's range", {"T(4, 5)"})),
    op<const Tensor&(const Tensor&, int64_t, MaybeGenerator), &random_below>(
        "random_(self, to, *, generator=None)", draw("integers of [0, to)", {"T(4, 5), 2"})),
    op<const Tensor&(const Tensor&, int64_t, std::optional<int64_t>, MaybeGenerator), &random_>(
        "random_(self, from, to=None, *, generator=None)", draw("integers of [from, to)", {"T(4, 5), 0, 2"})),
};

} // namespace

extern const Family random_family;
constinit const Family random_family{"random", ops};

} // namespace talweg
