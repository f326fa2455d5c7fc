// The suite over all records: what a record states is held against what the operation does. Its tests stand
// in unit/conformance_*test.cpp.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <typeinfo>

#include "ops/record.h"
#include "support/sample.h"
#include "support/tensors.h"
#include "talweg/autograd.h"
#include "talweg/create.h"

namespace talweg::testing {

inline constexpr Dtype integer_dtypes[] = {int64, int32, int16, int8, uint8, bool_};

// Where real numbers stand, that take every dtype of the record and have a gradient.
inline bool is_real(char letter) {
  return std::string_view("TPUSGDA").find(letter) != std::string_view::npos;
}

// The numbers of a call in a floating dtype.
inline Sample in_floats(const Sample& s, Dtype dtype) {
  return with_tensors(
      s, [&](const Tensor& t) { return t.defined() && t.is_floating_point() ? t.to(dtype) : t; });
}
// Or as whole numbers: without zeros, for divisors.
inline Sample in_integers(const Sample& s, Dtype dtype) {
  size_t place = 0;
  return with_tensors(s, [&](const Tensor& t) {
    char letter = s.letters[place++];
    if (letter == 'Z') return dtype == uint8 ? t.abs().to(dtype) : t.to(dtype);
    return is_real(letter) ? (t.abs() * 3 + 1).to(int64).to(dtype) : t;
  });
}

inline bool has_fraction(const Sample& s) {
  for (const Value& v : s.positional)
    if (v.as<double>()) return true;
  for (const auto& named : s.named)
    if (named.second.as<double>()) return true;
  return false;
}

// What a call gives, or the type of its error.
struct Outcome {
  ValueList results = {};
  const std::type_info* error = nullptr;
  std::string text = {};
};
template <class F>
Outcome attempt(F&& f) {
  try {
    return {f()};
  } catch (const Error& e) {
    return {{}, &typeid(e), e.what()};
  }
}
inline ::testing::AssertionResult agree(const Outcome& got, const Outcome& want, Tolerance t = {}) {
  if (got.error || want.error) {
    if (got.error && want.error && *got.error == *want.error) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << (got.error ? got.text : "no error") << ", expected " << (want.error ? want.text : "no error");
  }
  return agree(got.results, want.results, t);
}

class Conformance : public ::testing::TestWithParam<const Op*> {
 protected:
  const Op& op() const { return *GetParam(); }
  const OpInfo& info() const { return op().info; }

  // The same draws each time; what is written is a copy of the same geometry.
  ValueList call(const Sample& s, bool in_place = false, int seed = 7) const {
    manual_seed(seed);
    if (!info().writes_self && !in_place) return call_record(op(), s.positional, s.named);
    Sample own = s;
    const Tensor& self = *s.positional.at(0).as<Tensor>();
    own.positional[0] = self.is_contiguous() ? self.clone() : sliced(self);
    return call_record(op(), own.positional, own.named, in_place);
  }
  Outcome outcome(const Sample& s) const {
    return attempt([&] { return call(s); });
  }

  template <class F>
  void for_each_sample(F&& f) const {
    for (std::string_view text : info().samples) {
      if (text.empty()) continue;
      SCOPED_TRACE(std::string(op().signature) + " with " + std::string(text));
      try {
        f(parse_sample(text));
      } catch (const std::exception& e) {
        ADD_FAILURE() << e.what();
      }
    }
  }

  bool takes(Dtype dtype) const {
    switch (info().takes) {
      case Takes::all:
        return true;
      case Takes::numbers:
        return dtype != bool_;
      case Takes::floats:
        return is_floating_point(dtype);
      case Takes::wide:
        return dtype == float32 || dtype == float64;
    }
    return false;
  }
  bool takes_generator() const {
    for (ParamKind kind : op().kinds)
      if (kind == ParamKind::generator) return true;
    return false;
  }
  // Whether a call moves the generator on.
  bool draws(const Sample& s) const {
    outcome(s);
    Generator fresh(7);
    return default_generator().state_bytes() != fresh.state_bytes();
  }
  // Whoever names strides sees memory, not elements.
  bool sees_memory() const { return op().signature.find("stride") != std::string_view::npos; }
  Tolerance across_layouts() const { return info().rounds_by_layout ? Tolerance{1e-13, 1e-13} : Tolerance{}; }

  static bool differentiable(const Sample& s, size_t place, const Tensor& t) {
    return t.defined() && t.is_floating_point() && is_real(s.letters[place]);
  }
  // The record as a function of its differentiable inputs.
  struct AsFunction {
    const Conformance& suite;
    const Sample& sample;
    bool in_place = false;
    std::vector<Tensor> operator()(const std::vector<Tensor>& inputs) const {
      size_t next = 0, place = 0;
      Sample filled = with_tensors(
          sample, [&](const Tensor& t) { return differentiable(sample, place++, t) ? inputs[next++] : t; });
      std::vector<Tensor> out;
      for (const Value& v : suite.call(filled, in_place))
        if (auto* t = v.as<Tensor>(); t && t->is_floating_point()) out.push_back(*t);
      return out;
    }
  };
  static std::vector<Tensor> inputs_of(const Sample& s) {
    std::vector<Tensor> inputs;
    size_t place = 0;
    for (const Tensor& t : tensors_of(s))
      if (differentiable(s, place++, t)) inputs.push_back(t.detach().requires_grad_());
    return inputs;
  }
  // The gradients of a weighted sum of all results.
  std::vector<Tensor> gradients(const Sample& s, bool in_place = false) const {
    std::vector<Tensor> inputs = inputs_of(s), outputs, weights;
    for (const Tensor& y : AsFunction{*this, s, in_place}(inputs)) {
      if (!y.requires_grad()) continue;
      outputs.push_back(y);
      weights.push_back(linspace(0.5, 1.5, y.numel(), {.dtype = y.dtype()}).view(y.sizes()));
    }
    if (outputs.empty()) return {};
    return autograd::grad(outputs, inputs, {.grad_outputs = weights, .allow_unused = true});
  }
  bool has_derivative() const { return info().derivative != Derivative::none; }
};

} // namespace talweg::testing
