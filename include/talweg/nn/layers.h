// Layers: modules that compute something of one tensor.
#pragma once

#include <optional>
#include <string>

#include "talweg/nn/module.h"

namespace talweg::nn {

struct LinearOptions {
  bool bias = true;
  std::optional<Dtype> dtype = {};
};

/// x @ weight.t() + bias: (*, in_features) -> (*, out_features). Born as PyTorch's: uniform on +-1 /
/// sqrt(in_features), first the weight, then the bias.
class Linear {
 public:
  Linear(int64_t in_features, int64_t out_features, const LinearOptions& options = {});
  Tensor operator()(const Tensor& input) const;
  std::string extra_repr() const;
  Linear clone() const;

  int64_t in_features, out_features;
  Parameter weight; // (out_features, in_features)
  Parameter bias;   // (out_features), or absent

  TALWEG_MODULE(weight, bias);

 private:
  Linear() = default;
};

/// The input itself.
class Identity {
 public:
  Tensor operator()(const Tensor& input) const { return input; }
  Identity clone() const { return {}; }
  TALWEG_MODULE();
};

struct ActivationOptions {
  bool inplace = false;
};

/// max(x, 0).
class ReLU {
 public:
  explicit ReLU(ActivationOptions options = {}) : inplace(options.inplace) {}
  Tensor operator()(const Tensor& input) const;
  std::string extra_repr() const { return inplace ? "inplace=True" : ""; }
  ReLU clone() const { return ReLU({.inplace = inplace}); }
  bool inplace;
  TALWEG_MODULE();
};

/// tanh(x).
class Tanh {
 public:
  Tensor operator()(const Tensor& input) const { return talweg::tanh(input); }
  Tanh clone() const { return {}; }
  TALWEG_MODULE();
};

/// 1 / (1 + exp(-x)).
class Sigmoid {
 public:
  Tensor operator()(const Tensor& input) const { return talweg::sigmoid(input); }
  Sigmoid clone() const { return {}; }
  TALWEG_MODULE();
};

} // namespace talweg::nn
