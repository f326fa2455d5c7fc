// Optimizers: what makes a step of gradients.
//
//     optim::SGD optimizer(tw::parameters(net), {.lr = 0.1, .momentum = 0.9});
//     optimizer.zero_grad();
//     loss.backward();
//     optimizer.step();
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "talweg/nn/module.h"
#include "talweg/tensor.h"

namespace talweg::optim {

/// A number among an optimizer's options: a double that prints as it was written, 1 or 1.0.
class Number {
 public:
  constexpr Number() = default;
  template <class T>
  requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) constexpr Number(T value)
      : value_(static_cast<double>(value)), whole_(std::is_integral_v<T>) {}
  constexpr operator double() const { return value_; }
  constexpr Number& operator*=(double factor) { return *this = value_ * factor; }
  constexpr Number& operator/=(double divisor) { return *this = value_ / divisor; }
  constexpr Number& operator+=(double d) { return *this = value_ + d; }
  constexpr Number& operator-=(double d) { return *this = value_ - d; }
  /// Whether it was given as an integer.
  constexpr bool is_integral() const { return whole_; }

 private:
  double value_ = 0;
  bool whole_ = true;
};

using OptionValue = std::variant<bool, Number, std::pair<Number, Number>>;

/// What an optimizer saves: per parameter its tensors, per group its options and the numbers of its
/// parameters.
struct OptimizerState {
  struct Group {
    std::vector<std::pair<std::string, OptionValue>> options;
    std::vector<int64_t> params;
  };
  std::vector<std::pair<int64_t, NamedTensors>> state;
  std::vector<Group> param_groups;
};

/// Parameters and the options they are trained with: `group.lr = 0.01`.
template <class Options>
struct ParamGroup : Options {
  ParamGroup(std::vector<Tensor> params, const Options& options = {})
      : Options(options), params_(std::move(params)) {}
  const std::vector<Tensor>& params() const { return params_; }

 private:
  std::vector<Tensor> params_;
};

/// What all optimizers have in common.
class Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Changes every parameter that has a gradient; the gradients stay as they are.
  virtual void step() = 0;
  /// Lets go of the gradients of all parameters: they are undefined until the next backward.
  void zero_grad();

  /// The learning rate of the first group; of all groups at once. One group's is `param_groups()[i].lr`.
  double lr() const;
  void set_lr(Number lr);

  /// Options and state, so that training goes on as if it had not stopped. Tensors are shared with the
  /// optimizer.
  OptimizerState state_dict() const;
  /// Goes on from a saved state; its tensors are copied. Throws ValueError if groups, parameters or sizes
  /// differ, and then nothing has changed.
  void load_state_dict(const OptimizerState& state);
  /// What is kept for one parameter: "momentum_buffer", "exp_avg", ... Empty before the first step.
  NamedTensors state(const Tensor& parameter) const;

  /// The text that PyTorch prints.
  std::string repr() const;

 protected:
  // What is kept between the steps of one parameter.
  struct Slot {
    double step = 0;
    Tensor tensors[3];
  };
  // One option, as the type-erased functions read and write it.
  struct Field {
    std::string_view name;
    OptionValue (*get)(const void* options);
    void (*set)(void* options, const OptionValue& value);
  };
  template <auto member>
  static constexpr Field field(std::string_view name);
  // What differs from one optimizer to the next.
  struct Type {
    std::string_view name;
    std::span<const Field> fields; // by name
    bool counts_steps;
    std::span<const std::string_view> tensors;
  };
  struct GroupView {
    void* options;
    const std::vector<Tensor>* params;
  };

  explicit Optimizer(const Type& type) : type_(type) {}
  virtual size_t group_count() const = 0;
  virtual GroupView group(size_t i) const = 0;
  // Checks a new group's parameters and makes room for their state.
  void add_slots(const std::vector<Tensor>& params);

  std::vector<Slot> slots_; // of all parameters, in the order of the groups

 private:
  void set_slot(Slot& slot, const Tensor& parameter, const NamedTensors& saved) const;
  const Type& type_;
};

/// The groups of an optimizer with these options.
template <class Options>
class OptimizerOf : public Optimizer {
 public:
  using Group = ParamGroup<Options>;
  /// The groups; their options may be changed at any time.
  std::span<Group> param_groups() { return groups_; }
  std::span<const Group> param_groups() const { return groups_; }

 protected:
  using Optimizer::Optimizer;
  size_t group_count() const override { return groups_.size(); }
  GroupView group(size_t i) const override {
    auto& g = const_cast<Group&>(groups_[i]);
    return {static_cast<Options*>(&g), &g.params()};
  }
  void append(Group group) {
    add_slots(group.params());
    groups_.push_back(std::move(group));
  }
  std::vector<Group> groups_;
};

/// How SGD steps.
struct SGDOptions {
  Number lr = 1e-3;        // how far a step goes along the gradient
  Number momentum = 0;     // what is kept of the steps before
  Number dampening = 0;    // what a gradient is weakened by on its way into the momentum
  Number weight_decay = 0; // the share of the parameter that is added to its gradient
  bool nesterov = false;   // look ahead by the momentum; needs momentum and no dampening
  bool maximize = false;   // uphill
};

/// Stochastic gradient descent, with momentum as PyTorch has it.
class SGD : public OptimizerOf<SGDOptions> {
 public:
  using Options = SGDOptions;
  /// Throws ValueError for options out of range, no parameters, parameters that aren't leaves or stand there
  /// twice.
  explicit SGD(std::vector<Tensor> params, const SGDOptions& options = {});
  explicit SGD(std::vector<Group> groups);
  void step() override;
  void add_param_group(Group group);

 private:
  friend struct OptimizerAccess;
  struct Traits;
};

/// How Adam steps.
struct AdamOptions {
  Number lr = 1e-3;                               // how far a step goes
  std::pair<Number, Number> betas = {0.9, 0.999}; // what the means of gradients and of their squares keep
  Number eps = 1e-8;                              // added to the divisor
  Number weight_decay = 0;                        // the share of the parameter that is added to its gradient
  bool amsgrad = false;                           // divide by the largest mean of squares so far
  bool maximize = false;                          // uphill
  bool decoupled_weight_decay = false;            // shrink the parameter itself instead: AdamW
};

/// Adam (Kingma and Ba, 2015); with decoupled_weight_decay it is AdamW (Loshchilov and Hutter, 2019).
class Adam : public OptimizerOf<AdamOptions> {
 public:
  using Options = AdamOptions;
  explicit Adam(std::vector<Tensor> params, const AdamOptions& options = {});
  explicit Adam(std::vector<Group> groups);
  void step() override;
  void add_param_group(Group group);

 protected:
  friend struct OptimizerAccess;
  struct Traits;
  Adam(std::vector<Group> groups, const Type& type);
};

/// Adam's options with AdamW's first values.
struct AdamWOptions : AdamOptions {
  AdamWOptions() {
    weight_decay = 1e-2;
    decoupled_weight_decay = true;
  }
};

/// Adam whose weight decay doesn't go through the gradient (Loshchilov and Hutter, 2019).
class AdamW : public Adam {
 public:
  using Options = AdamWOptions;
  explicit AdamW(std::vector<Tensor> params, const AdamWOptions& options = {});
  explicit AdamW(std::vector<Group> groups);

 private:
  friend struct OptimizerAccess;
  struct Traits;
};

/// Scales the gradients of these parameters in place so that their norm together is at most max_norm; returns
/// the norm before. Throws ValueError for a norm that isn't finite if error_if_nonfinite says so.
Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);
/// Limits each element of the gradients to [-clip_value, clip_value], in place.
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
/// The norm of all elements of these tensors together.
Tensor get_total_norm(const std::vector<Tensor>& tensors, double norm_type = 2.0,
                      bool error_if_nonfinite = false);

template <class Stream>
requires requires(Stream& s, const char* c) { s.write(c, 1); }
Stream& operator<<(Stream& stream, const Optimizer& optimizer) {
  std::string text = optimizer.repr();
  stream.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
  return stream;
}

} // namespace talweg::optim

namespace talweg {
inline std::string repr(const optim::Optimizer& optimizer) { return optimizer.repr(); }
} // namespace talweg
