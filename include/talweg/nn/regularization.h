// Modules that normalize, drop and pick.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "talweg/nn/module.h"
#include "talweg/ops/dropout.h"
#include "talweg/ops/embedding.h"
#include "talweg/ops/normalization.h"

namespace talweg::nn {

struct DropoutOptions {
  double p = 0.5;
  bool inplace = false;
};

namespace detail {
using DropoutFunction = Tensor (*)(const Tensor&, double, bool, bool);
void check_dropout_p(double p);
std::string dropout_repr(double p, bool inplace);
} // namespace detail

#define TALWEG_DROPOUT_MODULE(Name, function)                                                              \
  class Name {                                                                                             \
   public:                                                                                                 \
    explicit Name(DropoutOptions options = {}) : p(options.p), inplace(options.inplace) {                  \
      detail::check_dropout_p(p);                                                                          \
    }                                                                                                      \
    Tensor operator()(const Tensor& input) const { return talweg::function(input, p, training, inplace); } \
    std::string extra_repr() const { return detail::dropout_repr(p, inplace); }                            \
    Name clone() const {                                                                                   \
      Name out({p, inplace});                                                                              \
      out.training = training;                                                                             \
      return out;                                                                                          \
    }                                                                                                      \
    double p;                                                                                              \
    bool inplace;                                                                                          \
    bool training = true;                                                                                  \
    TALWEG_MODULE();                                                                                       \
  }

/// While training, elements (or channels) are zero with probability p, the others scaled.
TALWEG_DROPOUT_MODULE(Dropout, dropout);
TALWEG_DROPOUT_MODULE(Dropout1d, dropout1d);
TALWEG_DROPOUT_MODULE(Dropout2d, dropout2d);
TALWEG_DROPOUT_MODULE(Dropout3d, dropout3d);
/// The same for SELU networks.
TALWEG_DROPOUT_MODULE(AlphaDropout, alpha_dropout);
TALWEG_DROPOUT_MODULE(FeatureAlphaDropout, feature_alpha_dropout);
#undef TALWEG_DROPOUT_MODULE

/// Dimensions start_dim to end_dim as one.
class Flatten {
 public:
  explicit Flatten(int64_t start_dim = 1, int64_t end_dim = -1) : start_dim(start_dim), end_dim(end_dim) {}
  Tensor operator()(const Tensor& input) const { return talweg::flatten(input, start_dim, end_dim); }
  std::string extra_repr() const {
    return "start_dim=" + std::to_string(start_dim) + ", end_dim=" + std::to_string(end_dim);
  }
  Flatten clone() const { return Flatten(start_dim, end_dim); }
  int64_t start_dim, end_dim;
  TALWEG_MODULE();
};

/// softmax along dim.
class Softmax {
 public:
  explicit Softmax(int64_t dim) : dim(dim) {}
  Tensor operator()(const Tensor& input) const { return talweg::softmax(input, dim); }
  std::string extra_repr() const { return "dim=" + std::to_string(dim); }
  Softmax clone() const { return Softmax(dim); }
  int64_t dim;
  TALWEG_MODULE();
};
/// Its logarithm.
class LogSoftmax {
 public:
  explicit LogSoftmax(int64_t dim) : dim(dim) {}
  Tensor operator()(const Tensor& input) const { return talweg::log_softmax(input, dim); }
  std::string extra_repr() const { return "dim=" + std::to_string(dim); }
  LogSoftmax clone() const { return LogSoftmax(dim); }
  int64_t dim;
  TALWEG_MODULE();
};

struct EmbeddingOptions {
  std::optional<int64_t> padding_idx = {};
  std::optional<double> max_norm = {};
  double norm_type = 2;
  bool scale_grad_by_freq = false;
  std::optional<Dtype> dtype = {};
};

/// A table of vectors, picked by integers. Born standard normal, the padding row zero.
class Embedding {
 public:
  Embedding(int64_t num_embeddings, int64_t embedding_dim, const EmbeddingOptions& options = {});
  Tensor operator()(const Tensor& input) const;
  std::string extra_repr() const;
  Embedding clone() const;
  int64_t num_embeddings, embedding_dim;
  EmbeddingOptions options;
  Parameter weight; // (num_embeddings, embedding_dim)
  TALWEG_MODULE(weight);

 private:
  Embedding() = default;
};

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;
  bool bias = true;
  std::optional<Dtype> dtype = {};
};

/// layer_norm over the last dimensions. Born with weight 1 and bias 0.
class LayerNorm {
 public:
  LayerNorm(IntList normalized_shape, const LayerNormOptions& options = {});
  Tensor operator()(const Tensor& input) const;
  std::string extra_repr() const;
  LayerNorm clone() const;
  std::vector<int64_t> normalized_shape;
  LayerNormOptions options;
  Parameter weight, bias;
  TALWEG_MODULE(weight, bias);

 private:
  LayerNorm() = default;
};

struct BatchNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1; // none: the mean over all batches
  bool affine = true;
  bool bias = true;
  bool track_running_stats = true;
  std::optional<Dtype> dtype = {};
};

/// What the batch normalizations of one to three spatial dimensions have in common.
class BatchNorm {
 public:
  std::string extra_repr() const;
  int64_t num_features = 0;
  BatchNormOptions options;
  Parameter weight, bias;
  Buffer running_mean, running_var, num_batches_tracked;
  bool training = true;

 protected:
  BatchNorm() = default;
  BatchNorm(int64_t num_features, const BatchNormOptions& options);
  Tensor run(const Tensor& input, int64_t least, int64_t most, std::string_view op);
  void copy_to(BatchNorm& out) const;
};

#define TALWEG_BATCH_NORM(Name, least, most)                                          \
  class Name : public BatchNorm {                                                     \
   public:                                                                            \
    explicit Name(int64_t num_features, const BatchNormOptions& options = {})         \
        : BatchNorm(num_features, options) {}                                         \
    Tensor operator()(const Tensor& input) { return run(input, least, most, #Name); } \
    Name clone() const {                                                              \
      Name out;                                                                       \
      copy_to(out);                                                                   \
      return out;                                                                     \
    }                                                                                 \
    TALWEG_MODULE(weight, bias, running_mean, running_var, num_batches_tracked);      \
                                                                                      \
   private:                                                                           \
    Name() = default;                                                                 \
  }
/// Each channel of (N, C) or (N, C, L), of (N, C, H, W), of (N, C, D, H, W), normalized over the batch.
TALWEG_BATCH_NORM(BatchNorm1d, 2, 3);
TALWEG_BATCH_NORM(BatchNorm2d, 4, 4);
TALWEG_BATCH_NORM(BatchNorm3d, 5, 5);
#undef TALWEG_BATCH_NORM

} // namespace talweg::nn
