// Formulas of the user as operations: traced expressions become programs of the library's own loops.
#include "talweg/formula.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "formulas/arithmetic.h"
#include "formulas/choose.h"
#include "formulas/elementary.h"
#include "formulas/exponential.h"
#include "formulas/rounding.h"
#include "formulas/trigonometry.h"
#include "kernels/elements.h"
#include "kernels/program.h"
#include "ops/formula_trace.h"
#include "ops/history.h"
#include "ops/launch.h"
#include "ops/pointwise.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

using detail::SymbolOp;
using detail::Trace;

namespace {

constexpr size_t operation_count = static_cast<size_t>(SymbolOp::round) + 1;

// The loops of each operation; null: it has none.
struct Operations {
  const Tiles* const* tiles[operation_count] = {};
  unsigned types[operation_count] = {};
  constexpr void set(SymbolOp op, const Formula& f) {
    tiles[static_cast<size_t>(op)] = f.tiles;
    types[static_cast<size_t>(op)] = f.types;
  }
};
constexpr Operations make_operations() {
  namespace f = formulas;
  using O = SymbolOp;
  Operations all;
  all.set(O::add, f::add_formula);
  all.set(O::sub, f::sub_formula);
  all.set(O::mul, f::mul_formula);
  all.set(O::div, f::div_formula);
  all.set(O::neg, f::neg_formula);
  all.set(O::square, f::square_formula);
  all.set(O::cube, f::cube_formula);
  all.set(O::reciprocal, f::reciprocal_formula);
  all.set(O::pow, f::pow_formula);
  all.set(O::abs, f::abs_formula);
  all.set(O::exp, f::exp_formula);
  all.set(O::log, f::log_formula);
  all.set(O::sqrt, f::sqrt_formula);
  all.set(O::tanh, f::tanh_formula);
  all.set(O::sigmoid, f::sigmoid_formula);
  all.set(O::relu, f::relu_formula);
  all.set(O::maximum, f::maximum_formula);
  all.set(O::minimum, f::minimum_formula);
  all.set(O::where, f::where_formula);
  all.set(O::equal, f::equal_number_formula);
  all.set(O::less, f::less_number_formula);
  all.set(O::less_equal, f::less_equal_number_formula);
  all.set(O::sin, f::sin_formula);
  all.set(O::cos, f::cos_formula);
  all.set(O::tan, f::tan_formula);
  all.set(O::exp2, f::exp2_formula);
  all.set(O::expm1, f::expm1_formula);
  all.set(O::log2, f::log2_formula);
  all.set(O::log1p, f::log1p_formula);
  all.set(O::erf, f::erf_formula);
  all.set(O::sinh, f::sinh_formula);
  all.set(O::cosh, f::cosh_formula);
  all.set(O::asin, f::asin_formula);
  all.set(O::acos, f::acos_formula);
  all.set(O::atan, f::atan_formula);
  all.set(O::floor, f::floor_formula);
  all.set(O::ceil, f::ceil_formula);
  all.set(O::trunc, f::trunc_formula);
  all.set(O::round, f::round_formula);
  return all;
}
constexpr Operations operations = make_operations();

// An expression of some inputs, ready to run.
struct Compiled {
  Tensor program;
  bool floating = false; // integers are converted to the default dtype
  unsigned reads = 0;    // a bit per input
};

[[noreturn, gnu::cold]] void refuse(std::string_view name, std::string_view text) {
  raise<ValueError>({"[", name, "] ", text});
}

// Gives each value a register from when it is computed to when it is last read.
class Allocation {
 public:
  Allocation(const Trace& t, int result, std::string_view name) : trace_(t), name_(name) {
    last_use_.assign(t.nodes.size(), -1);
    mark(result);
    registers_.assign(t.nodes.size(), 0);
  }

  Compiled compile(int result) {
    Compiled out;
    std::vector<ProgramConstant> constants;
    for (size_t i = 0; i < trace_.nodes.size(); ++i) {
      const Trace::Node& n = trace_.nodes[i];
      if (last_use_[i] < 0) continue;
      if (n.op == SymbolOp::constant) {
        registers_[i] = static_cast<int16_t>(constants.size());
        constants.push_back({n.number.to<double>(), n.number.to<int64_t>()});
        out.floating |= n.number.is_floating_point();
      } else if (n.op == SymbolOp::input) {
        registers_[i] = static_cast<int16_t>(~n.in[0]);
        out.reads |= 1u << n.in[0];
      }
    }
    next_ = static_cast<int16_t>(constants.size());
    std::vector<ProgramStep> steps;
    for (size_t i = 0; i <= static_cast<size_t>(result); ++i)
      if (last_use_[i] >= 0 && detail::operand_count(trace_.nodes[i].op) > 0) steps.push_back(step(i, out));
    if (detail::operand_count(trace_.nodes[static_cast<size_t>(result)].op) == 0)
      steps.push_back({ProgramStep::copy, {registers_[static_cast<size_t>(result)], 0, 0}, 0});
    if (next_ > Program::most_registers)
      refuse(name_, "the formula needs too many values at once; split it into several");
    out.program = pack(steps, constants);
    return out;
  }

 private:
  void mark(int result) {
    last_use_[static_cast<size_t>(result)] = static_cast<int>(trace_.nodes.size());
    for (int i = result; i >= 0; --i) {
      const auto at = static_cast<size_t>(i);
      if (last_use_[at] < 0) continue;
      for (int k = 0; k < detail::operand_count(trace_.nodes[at].op); ++k) {
        int& last = last_use_[static_cast<size_t>(trace_.nodes[at].in[k])];
        last = std::max(last, i);
      }
    }
  }

  ProgramStep step(size_t i, Compiled& out) {
    const Trace::Node& n = trace_.nodes[i];
    const auto op = static_cast<size_t>(n.op);
    if (!operations.tiles[op]) refuse(name_, "this function has no loops in this build");
    out.floating |= !(operations.types[op] & integers);
    ProgramStep s{static_cast<uint8_t>(n.op), {0, 0, 0}, 0};
    for (int k = 0; k < detail::operand_count(n.op); ++k) {
      const auto from = static_cast<size_t>(n.in[k]);
      s.in[k] = registers_[from];
    }
    // An operation may write where it reads: each lane is read before it is written.
    for (int k = 0; k < detail::operand_count(n.op); ++k) {
      const auto from = static_cast<size_t>(n.in[k]);
      const bool again = std::find(n.in, n.in + k, n.in[k]) != n.in + k;
      if (!again && last_use_[from] == static_cast<int>(i) &&
          detail::operand_count(trace_.nodes[from].op) > 0)
        free_.push_back(registers_[from]);
    }
    if (free_.empty()) {
      s.out = next_++;
    } else {
      s.out = free_.back();
      free_.pop_back();
    }
    return registers_[i] = s.out, s;
  }

  static Tensor pack(const std::vector<ProgramStep>& steps, const std::vector<ProgramConstant>& constants) {
    const size_t step_bytes = (steps.size() * sizeof(ProgramStep) + 7) / 8 * 8;
    const size_t bytes = sizeof(Program) + step_bytes + constants.size() * sizeof(ProgramConstant);
    Tensor out = new_tensor(uint8, IntList(static_cast<int64_t>(bytes)));
    auto* to = static_cast<unsigned char*>(out.data_ptr());
    const Program head{static_cast<uint32_t>(steps.size()), static_cast<uint32_t>(constants.size())};
    std::memcpy(to, &head, sizeof head);
    std::memcpy(to + sizeof head, steps.data(), steps.size() * sizeof(ProgramStep));
    if (!constants.empty())
      std::memcpy(to + sizeof head + step_bytes, constants.data(),
                  constants.size() * sizeof(ProgramConstant));
    return out;
  }

  const Trace& trace_;
  std::string_view name_;
  std::vector<int> last_use_;
  std::vector<int16_t> registers_, free_;
  int16_t next_ = 0;
};

struct Traced;
using Shared = std::shared_ptr<const Traced>;

// A formula, with what its derivatives turn out to be once somebody asks.
struct Traced {
  Trace trace;
  int result;
  int inputs;
  bool truth;
  std::string name, label;
  Compiled compiled;

  /// d result / d input i as a formula of the same inputs, and that times a gradient, the last input.
  const Traced& slope(int i) const { return *derived(i).slope; }
  Shared shared_slope(int i) const { return derived(i).slope; }
  const Compiled& fused(int i) const { return derived(i).fused; }

 private:
  struct Derived {
    Shared slope;
    Compiled fused;
  };
  mutable std::mutex mutex_;
  mutable std::unique_ptr<Derived> derived_[most_inputs];
  const Derived& derived(int i) const;
};

Shared make_traced(Trace trace, int result, int inputs, bool truth, std::string name) {
  auto out = std::make_shared<Traced>();
  out->compiled = Allocation(trace, result, name).compile(result);
  out->trace = std::move(trace);
  out->result = result;
  out->inputs = inputs;
  out->truth = truth;
  out->label = name + "Backward";
  out->name = std::move(name);
  return out;
}

const Traced::Derived& Traced::derived(int i) const {
  std::lock_guard lock(mutex_);
  auto& out = derived_[i];
  if (!out) {
    Trace t = trace;
    int d = t.differentiate(result, i);
    if (d < 0) d = t.constant(0);
    auto made = std::make_unique<Derived>();
    made->slope = make_traced(t, d, inputs, false, name);
    const int fused = t.add(SymbolOp::mul, t.add(SymbolOp::input, inputs), d);
    made->fused = Allocation(t, fused, name).compile(fused);
    out = std::move(made);
  }
  return *out;
}

// Runs a program over tensors that are broadcast to the sizes of `out`.
void run(const Compiled& program, Dtype common, const Tensor& out, std::span<const Tensor* const> inputs) {
  Buffer buffers[most_inputs + 3] = {buffer_of(out)};
  Dims strides[most_inputs + 1];
  Tensor converted[most_inputs + 1];
  size_t n = 0;
  for (const Tensor* t : inputs) {
    // Integers are taken as elements of the common dtype, as by all operations on integers.
    if (is_integral(common) && t->dtype() != common) {
      NoGradGuard quiet;
      converted[n] = to(*t, common);
      t = &converted[n];
    }
    strides[n] = broadcast_strides(t->sizes(), t->strides(), buffers[0].size_span());
    buffers[n + 1] = buffer_as(*t, buffers[0].size_span(), strides[n], buffers[0].numel);
    ++n;
  }
  buffers[n + 1] = buffer_of(program.program);
  launch(program_kernel, std::span<const Buffer>(buffers, n + 2),
         ProgramCall{compute_of(common), operations.tiles});
}

Tensor apply(const Shared& f, std::span<const Tensor* const> inputs) {
  Operand operands[most_inputs];
  Dims sizes;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i]->defined()) raise<TypeError>({"[", f->name, "] an argument is an undefined Tensor"});
    operands[i] = *inputs[i];
    sizes = i == 0 ? Dims(inputs[i]->sizes()) : broadcast_sizes(sizes, inputs[i]->sizes(), f->name);
  }
  Dtype common = result_type({operands, inputs.size()});
  if (common == bool_) common = int64;
  if (f->compiled.floating && is_integral(common)) common = get_default_dtype();
  Tensor out = new_tensor(f->truth ? bool_ : common, sizes);
  run(f->compiled, common, out, inputs);
  if (f->truth) return out;

  // The label belongs to f, which the node keeps.
  auto backward = [f, sizes_of = [&] {
    std::vector<InputShape> shapes;
    for (const Tensor* t : inputs) shapes.push_back({t->sizes().vec(), t->dtype()});
    return shapes;
  }()](Backward& b) {
    const Tensor& g = b.grad();
    if (!g.defined()) return;
    const auto count = static_cast<size_t>(f->inputs);
    Tensor saved[most_inputs];
    const Tensor* values[most_inputs + 1];
    for (size_t k = 0; k < count; ++k) {
      saved[k] = b.saved(k);
      values[k] = saved[k].defined() ? &saved[k] : &g;
    }
    values[count] = &g;
    for (size_t i = 0; i < count; ++i) {
      if (!b.needs(i)) continue;
      Tensor d;
      if (grad_enabled()) {
        d = g * apply(f->shared_slope(static_cast<int>(i)), {values, count});
      } else {
        d = new_tensor(g.dtype(), g.sizes());
        run(f->fused(static_cast<int>(i)), g.dtype(), d, {values, count + 1});
      }
      b.set(i, sum_to(d, sizes_of[i].sizes, sizes_of[i].dtype));
    }
  };
  unsigned kept = 0;
  if (any_needs_grad(inputs))
    for (size_t i = 0; i < inputs.size(); ++i)
      if (needs_grad(*inputs[i])) kept |= f->slope(static_cast<int>(i)).compiled.reads;
  auto keep = [&](size_t i) { return Save{*inputs[i < inputs.size() ? i : 0], (kept >> i & 1) != 0}; };
  return record(std::move(out), f->label.c_str(), inputs, {keep(0), keep(1), keep(2)}, std::move(backward));
}

const Shared& shared(void* p) { return *static_cast<const Shared*>(p); }

} // namespace

namespace detail {

FormulaHandle::FormulaHandle(const FormulaHandle& other) : shared_(new Shared(shared(other.shared_))) {}
FormulaHandle::~FormulaHandle() { delete static_cast<Shared*>(shared_); }
Tensor FormulaHandle::call(const Tensor* const* inputs) const {
  const Shared& f = shared(shared_);
  return apply(f, {inputs, static_cast<size_t>(f->inputs)});
}

Tracing::Tracing(int inputs) : trace_(new Trace) {
  for (int i = 0; i < inputs; ++i) trace_->add(SymbolOp::input, i);
}
Tracing::~Tracing() { delete trace_; }
Symbol Tracing::input(int i) const { return trace_->symbol(i); }

namespace {
FormulaHandle handle(Trace& trace, const Symbol& result, bool truth, std::string_view name) {
  const int id = trace.id(result);
  const auto inputs = static_cast<int>(
      std::count_if(trace.nodes.begin(), trace.nodes.end(), [](auto& n) { return n.op == SymbolOp::input; }));
  return FormulaHandle(new Shared(make_traced(trace, id, inputs, truth, std::string(name))));
}
} // namespace

FormulaHandle Tracing::finish(const Symbol& result, std::string_view name) {
  return handle(*trace_, result, false, name);
}
FormulaHandle Tracing::finish(const SymbolMask& result, std::string_view name) {
  return handle(*trace_, Trace::number(result), true, name);
}

} // namespace detail

} // namespace talweg
