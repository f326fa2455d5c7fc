// Derivatives against finite differences.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "core/raise.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg::autograd {

namespace {

struct Check {
  detail::CheckedFn call;
  void* f;
  GradcheckOptions options;
  std::string_view op;
};

std::string digits(double v) {
  char text[40];
  auto end = std::to_chars(text, text + sizeof text, v).ptr;
  return {text, end};
}

[[noreturn]] void fail(const Check& check, const std::string& text) {
  raise<AutogradError>({"[", check.op, "] ", text});
}

// Inputs of their own memory, so that a step of one element is a step of nothing else.
std::vector<Tensor> own_inputs(const Check& check, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> out;
  bool any = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& t = inputs[i];
    if (!t.defined() || !t.requires_grad()) {
      out.push_back(t);
      continue;
    }
    if (t.dtype() != float64)
      fail(check, "input " + std::to_string(i) + " must be float64, it is " + std::string(name(t.dtype())));
    any = true;
    // clone() keeps strides and gives each element a place of its own.
    out.push_back(t.detach().clone().requires_grad_());
  }
  if (!any) raise<ValueError>({"[", check.op, "] expects at least one input tensor that requires grad"});
  return out;
}

bool differentiable(const Tensor& t) { return t.defined() && is_floating_point(t.dtype()); }

std::vector<double> elements(const Tensor& t) { return t.to_vector<double>(); }

// One output against one input: rows of the Jacobian from backward, columns from differences.
struct Jacobian {
  size_t rows, columns;
  std::vector<double> values;
  Jacobian(size_t r, size_t c) : rows(r), columns(c), values(r * c) {}
  double& at(size_t row, size_t column) { return values[row * columns + column]; }
};

// Results may share memory with inputs that are about to change.
std::vector<Tensor> copied(std::vector<Tensor> results) {
  for (Tensor& y : results)
    if (y.defined()) y = y.detach().clone();
  return results;
}

std::vector<Jacobian> numerical(const Check& check, const std::vector<Tensor>& inputs, size_t input,
                                const std::vector<Tensor>& outputs) {
  auto count = static_cast<size_t>(inputs[input].numel());
  std::vector<Jacobian> jacobians;
  jacobians.reserve(outputs.size());
  for (const Tensor& y : outputs)
    jacobians.emplace_back(differentiable(y) ? static_cast<size_t>(y.numel()) : 0, count);
  Tensor flat_places = inputs[input].detach();
  std::vector<int64_t> index(static_cast<size_t>(flat_places.dim()), 0);
  for (size_t column = 0; column < count; ++column) {
    double* element = static_cast<double*>(flat_places.data_ptr());
    for (size_t d = 0; d < index.size(); ++d)
      element += index[d] * flat_places.stride(static_cast<int64_t>(d));
    double original = *element;
    *element = original - check.options.eps;
    std::vector<Tensor> low = copied(check.call(check.f, inputs));
    *element = original + check.options.eps;
    std::vector<Tensor> high = copied(check.call(check.f, inputs));
    *element = original;
    if (low.size() != outputs.size() || high.size() != outputs.size())
      fail(check, "f returns another number of tensors when it is called again");
    for (size_t k = 0; k < outputs.size(); ++k) {
      if (jacobians[k].rows == 0) continue;
      std::vector<double> a = elements(low[k]), b = elements(high[k]);
      for (size_t row = 0; row < jacobians[k].rows; ++row)
        jacobians[k].at(row, column) = (b[row] - a[row]) / (2 * check.options.eps);
    }
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < flat_places.size(static_cast<int64_t>(d))) break;
      index[d] = 0;
    }
  }
  return jacobians;
}

void compare(const Check& check, const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs,
             size_t k, const std::vector<size_t>& checked, std::vector<std::vector<Jacobian>>& numeric) {
  const Tensor& y = outputs[k];
  std::vector<Tensor> wanted;
  wanted.reserve(checked.size());
  for (size_t i : checked) wanted.push_back(inputs[i]);
  for (int64_t row = 0; row < y.numel(); ++row) {
    Tensor start = zeros(y.numel(), {.dtype = y.dtype()});
    start.select(0, row).fill_(1);
    std::vector<Tensor> grads(wanted.size());
    if (y.requires_grad())
      grads = grad({y}, wanted,
                   {.grad_outputs = {start.view(y.sizes())}, .retain_graph = true, .allow_unused = true});
    for (size_t j = 0; j < checked.size(); ++j) {
      if (grads[j].defined() && !(grads[j].sizes() == wanted[j].sizes()))
        fail(check, "the gradient for input " + std::to_string(checked[j]) + " has sizes " +
                        to_string(grads[j].sizes()) + ", the input " + to_string(wanted[j].sizes()));
      std::vector<double> analytical = grads[j].defined()
                                           ? elements(grads[j])
                                           : std::vector<double>(static_cast<size_t>(wanted[j].numel()));
      for (size_t column = 0; column < analytical.size(); ++column) {
        double a = analytical[column], n = numeric[j][k].at(static_cast<size_t>(row), column);
        if (std::abs(a - n) <= check.options.atol + check.options.rtol * std::abs(n)) continue;
        fail(check, "d output " + std::to_string(k) + " [" + std::to_string(row) + "] / d input " +
                        std::to_string(checked[j]) + " [" + std::to_string(column) +
                        "] (elements counted row by row): backward gives " + digits(a) +
                        ", differences give " + digits(n));
      }
    }
  }
}

void run(const Check& check, const std::vector<Tensor>& given) {
  EnableGradGuard recording;
  std::vector<Tensor> inputs = own_inputs(check, given);
  std::vector<Tensor> outputs = check.call(check.f, inputs);
  std::vector<size_t> checked;
  std::vector<std::vector<Jacobian>> numeric;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].defined() && inputs[i].requires_grad()) {
      checked.push_back(i);
      NoGradGuard quiet;
      numeric.push_back(numerical(check, inputs, i, outputs));
    }
  // The differences have changed elements and put them back: gradients are asked of a fresh computation.
  outputs = check.call(check.f, inputs);
  for (size_t k = 0; k < outputs.size(); ++k)
    if (differentiable(outputs[k])) compare(check, inputs, outputs, k, checked, numeric);
}

bool guarded(const Check& check, const std::vector<Tensor>& inputs) {
  if (check.options.raise_exception) {
    run(check, inputs);
    return true;
  }
  try {
    run(check, inputs);
    return true;
  } catch (const AutogradError&) {
    return false;
  }
}

// The function whose gradient is the second derivative: inputs and output gradients to input gradients.
struct Gradient {
  detail::CheckedFn call;
  void* f;
  size_t inputs;
};

std::vector<Tensor> call_gradient(void* context, const std::vector<Tensor>& all) {
  auto& g = *static_cast<Gradient*>(context);
  EnableGradGuard recording;
  std::vector<Tensor> inputs(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(g.inputs)), wanted, ys,
      starts;
  std::vector<Tensor> outputs = g.call(g.f, inputs);
  size_t next = g.inputs;
  for (const Tensor& y : outputs) {
    if (!differentiable(y)) continue;
    const Tensor& start = all[next++];
    if (!y.requires_grad()) continue;
    ys.push_back(y);
    starts.push_back(start);
  }
  for (const Tensor& t : inputs)
    if (t.defined() && t.requires_grad()) wanted.push_back(t);
  std::vector<Tensor> grads(wanted.size());
  if (!ys.empty())
    grads = grad(ys, wanted, {.grad_outputs = starts, .create_graph = true, .allow_unused = true});
  for (size_t i = 0; i < grads.size(); ++i)
    if (!grads[i].defined()) grads[i] = zeros_like(wanted[i].detach());
  return grads;
}

} // namespace

bool detail::gradcheck(CheckedFn call, void* f, const std::vector<Tensor>& inputs,
                       const GradcheckOptions& options) {
  return guarded({call, f, options, "gradcheck"}, inputs);
}

bool detail::gradgradcheck(CheckedFn call, void* f, const std::vector<Tensor>& inputs,
                           const std::vector<Tensor>& grad_outputs, const GradcheckOptions& options) {
  std::vector<Tensor> all = inputs, starts = grad_outputs;
  if (starts.empty()) {
    // Numbers without pattern, the same in every run, and no draw from anybody's generator.
    uint64_t state = 0x9e3779b97f4a7c15u;
    for (const Tensor& y : call(f, inputs)) {
      if (!differentiable(y)) continue;
      std::vector<double> values;
      for (int64_t i = 0; i < y.numel(); ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        values.push_back(static_cast<double>(state >> 11) * 0x1p-52 - 1);
      }
      starts.push_back(talweg::tensor(values).view(y.sizes()).to(y.dtype()));
    }
  }
  for (const Tensor& s : starts) all.push_back(s.detach().clone().requires_grad_());
  Gradient gradient{call, f, inputs.size()};
  return guarded({&call_gradient, &gradient, options, "gradgradcheck"}, all);
}

} // namespace talweg::autograd
