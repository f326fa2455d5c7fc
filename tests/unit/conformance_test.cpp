// One suite over all records: what a record states is held against what the operation does.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <typeinfo>

#include "core/tensor_object.h"
#include "kernels/isa.h"
#include "ops/record.h"
#include "support/sample.h"
#include "support/tensors.h"
#include "talweg/autograd.h"
#include "talweg/create.h"

namespace talweg {
namespace {

using namespace testing;

constexpr Dtype integer_dtypes[] = {int64, int32, int16, int8, uint8, bool_};

// Where real numbers stand, that take every dtype of the record and have a gradient.
bool is_real(char letter) { return std::string_view("TPUSGD").find(letter) != std::string_view::npos; }

// The numbers of a call in a floating dtype.
Sample in_floats(const Sample& s, Dtype dtype) {
  return with_tensors(
      s, [&](const Tensor& t) { return t.defined() && t.is_floating_point() ? t.to(dtype) : t; });
}
// Or as whole numbers: without zeros, for divisors.
Sample in_integers(const Sample& s, Dtype dtype) {
  size_t place = 0;
  return with_tensors(s, [&](const Tensor& t) {
    char letter = s.letters[place++];
    if (letter == 'Z') return dtype == uint8 ? t.abs().to(dtype) : t.to(dtype);
    return is_real(letter) ? (t.abs() * 3 + 1).to(int64).to(dtype) : t;
  });
}

bool has_fraction(const Sample& s) {
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
::testing::AssertionResult agree(const Outcome& got, const Outcome& want, Tolerance t = {}) {
  if (got.error || want.error) {
    if (got.error && want.error && *got.error == *want.error) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << (got.error ? got.text : "no error") << ", expected " << (want.error ? want.text : "no error");
  }
  return testing::agree(got.results, want.results, t);
}

class Conformance : public ::testing::TestWithParam<const Op*> {
 protected:
  const Op& op() const { return *GetParam(); }
  const OpInfo& info() const { return op().info; }

  // The same draws each time; what is written is a copy of the same geometry.
  ValueList call(const Sample& s, bool in_place = false, int seed = 7) const {
    manual_seed(seed);
    if (!op().writes_self && !in_place) return call_record(op(), s.positional, s.named);
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

TEST_P(Conformance, StatesWhatItIs) {
  bool samples = !info().samples[0].empty();
  EXPECT_NE(samples, !info().unsampled.empty()) << "samples, or the reason why there are none";
  EXPECT_FALSE(info().doc.empty());
  EXPECT_EQ(has_derivative(), info().why_not.empty()) << "a derivative, or the reason why there is none";
}

// Overloads are tried in order: one that an earlier one always takes the arguments from is dead.
TEST_P(Conformance, IsReachedByName) {
  int samples = 0, reached = 0;
  for_each_sample([&](const Sample& s) {
    ++samples;
    for (const Op* candidate : find_ops(op().name()))
      if (!attempt([&] { return bind_arguments(*candidate, s.positional, s.named); }).error) {
        reached += candidate == &op();
        return;
      }
  });
  EXPECT_TRUE(reached > 0 || samples == 0) << op().signature;
}

TEST_P(Conformance, FloatsAgree) {
  constexpr std::pair<Dtype, double> dtypes[] = {{float32, 1e-5}, {float16, 6e-3}, {bfloat16, 4e-2}};
  for_each_sample([&](const Sample& s) {
    for (const auto& bound : dtypes) {
      const Dtype dtype = bound.first;
      const double error = bound.second;
      SCOPED_TRACE(std::string(name(dtype)));
      Sample narrow = in_floats(s, dtype), wide = in_floats(narrow, float64);
      if (!takes(dtype)) {
        EXPECT_TRUE(outcome(narrow).error) << "the record says that this isn't taken";
        continue;
      }
      ValueList got = call(narrow);
      if (!draws(s)) {
        EXPECT_TRUE(testing::agree(got, call(wide), {error, error}));
      }
      if (!has_derivative() || dtype == float16 || draws(s)) continue;
      EXPECT_TRUE(testing::agree(gradients(narrow), gradients(wide), {5 * error, 5 * error})) << "gradients";
    }
  });
}

// The float64 result where the integer dtype can hold it.
void expect_whole(const ValueList& got, const ValueList& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    auto *g = got[i].as<Tensor>(), *w = want[i].as<Tensor>();
    if (!g || !w) continue;
    ASSERT_TRUE(g->sizes() == w->sizes());
    auto a = g->to_vector<double>(), b = w->to_vector<double>();
    double largest = g->dtype() == uint8
                         ? 255
                         : std::min(std::ldexp(1, 8 * static_cast<int>(g->element_size()) - 1) - 1, 0x1p53);
    for (size_t k = 0; k < a.size(); ++k) {
      SCOPED_TRACE("result " + std::to_string(i) + " element " + std::to_string(k));
      if (g->dtype() == bool_) {
        EXPECT_EQ(a[k] != 0, b[k] != 0);
      } else if (g->is_floating_point()) {
        EXPECT_NEAR(a[k], b[k], 2e-6 + 2e-6 * std::abs(b[k]));
      } else if (std::abs(b[k]) <= largest && !(g->dtype() == uint8 && b[k] < 0)) {
        EXPECT_EQ(a[k], std::trunc(b[k]));
      }
    }
  }
}

TEST_P(Conformance, IntegersAgree) {
  int asked = 0, refused[dtype_count] = {};
  for_each_sample([&](const Sample& s) {
    if (s.letters.find_first_not_of("IBC") == std::string::npos) return;
    ++asked;
    for (Dtype dtype : integer_dtypes) {
      SCOPED_TRACE(std::string(name(dtype)));
      Sample whole = in_integers(s, dtype);
      Outcome got = outcome(whole);
      if (!takes(dtype)) {
        refused[static_cast<int>(dtype)] += got.error != nullptr;
        continue;
      }
      // Numbers beside the tensors that have a fraction may be refused.
      if (got.error && !has_fraction(s)) ADD_FAILURE() << got.text;
      if (got.error || draws(s)) continue;
      size_t place = 0;
      Sample wide = with_tensors(whole, [&](const Tensor& t) {
        char letter = s.letters[place++];
        return is_real(letter) || letter == 'Z' ? t.to(float64) : t;
      });
      // An operation of integers alone has no float64 to compare with.
      if (Outcome want = outcome(wide); !want.error && !has_fraction(s))
        expect_whole(got.results, want.results);
    }
  });
  for (Dtype dtype : integer_dtypes) {
    if (asked > 0 && !takes(dtype)) {
      EXPECT_GT(refused[static_cast<int>(dtype)], 0) << name(dtype) << " is taken by every sample";
    }
  }
}

// A view may not exist for other strides.
bool may_have_no_view(const Outcome& got, const Outcome& want, const Sample& s) {
  if (!got.error || *got.error != typeid(ShapeError) || want.results.empty()) return false;
  auto *first = want.results[0].as<Tensor>(), *self = s.positional[0].as<Tensor>();
  return first && self && storage_begin(object(*first)) == storage_begin(object(*self));
}

TEST_P(Conformance, LayoutsAgree) {
  if (sees_memory()) return;
  for_each_sample([&](const Sample& s) {
    auto check = [&](const char* what, const Sample& other, const Sample& plain) {
      SCOPED_TRACE(what);
      Outcome want = outcome(plain), got = outcome(other);
      if (want.error || may_have_no_view(got, want, plain)) return;
      if (draws(plain)) return; // PyTorch's draws are handed out as memory lies
      EXPECT_TRUE(agree(got, want, across_layouts()));
      if (has_derivative() && !got.error) {
        EXPECT_TRUE(testing::agree(gradients(other), gradients(plain), {1e-12, 1e-12})) << "gradients";
      }
    };
    check("transposed", with_tensors(s, &transposed), s);
    check("sliced", with_tensors(s, &sliced), s);
    if (op().writes_self) return; // elements that share memory can't be written
    Sample expanded = with_tensors(s, &repeated);
    check("expanded", expanded, with_tensors(expanded, [](const Tensor& x) { return x.contiguous(); }));
  });
}

TEST_P(Conformance, SpecialValuesAgree) {
  if (sees_memory()) return;
  for_each_sample([&](const Sample& s) {
    Sample special = with_tensors(s, &with_specials);
    Outcome want = outcome(special);
    if (!draws(s)) {
      EXPECT_TRUE(agree(outcome(in_floats(special, float32)), want, {1e-5, 1e-5})) << "float32";
    }
    if (draws(special)) return;
    for (auto* layout : {&transposed, &sliced}) {
      Outcome got = outcome(with_tensors(special, layout));
      if (may_have_no_view(got, want, special)) continue;
      EXPECT_TRUE(agree(got, want, across_layouts())) << (layout == &sliced ? "sliced" : "transposed");
    }
  });
}

TEST_P(Conformance, EmptyTensorsAgree) {
  for_each_sample([&](const Sample& s) {
    auto tensors = tensors_of(s);
    if (tensors.empty() || info().elementwise || sees_memory()) return;
    for (const Tensor& t : tensors)
      if (t.dim() == 0 || !(t.sizes() == tensors[0].sizes())) return;
    Sample none = with_tensors(s, [](const Tensor& t) { return t.narrow(0, 0, 0); });
    Outcome want = outcome(none);
    if (!draws(s)) {
      EXPECT_TRUE(agree(outcome(in_floats(none, float32)), want, {1e-6, 1e-6}));
    }
    if (!want.error && has_derivative())
      for (const Tensor& g : gradients(none)) {
        EXPECT_TRUE(!g.defined() || g.numel() == 0);
      }
  });
}

// An elementwise call whose tensors have one shape (numbers of no dimension stay), each as f makes it.
template <class F>
Sample reshaped(const Sample& s, F&& f) {
  Tensor shape = zeros({}, {.dtype = bool_});
  for (const Tensor& t : tensors_of(s)) shape = logical_or(shape, zeros(t.sizes(), {.dtype = bool_}));
  return with_tensors(s, [&](const Tensor& t) { return t.dim() == 0 ? t : f(t.expand(shape.sizes())); });
}
template <class F>
ValueList mapped(const ValueList& results, F&& f) {
  ValueList out;
  for (const Value& v : results) out.push_back(f(*v.as<Tensor>()));
  return out;
}

TEST_P(Conformance, ElementsStandAlone) {
  if (!info().elementwise) return;
  for_each_sample([&](const Sample& s) {
    ValueList want = call(s);
    const Tensor& whole = *want[0].as<Tensor>();
    if (whole.dim() == 0 || s.letters.empty()) return;
    for (int64_t k = 0; k < whole.numel() && k < 12; ++k) {
      auto alone = [&](const Tensor& t) { return t.reshape(-1).select(0, k); };
      EXPECT_TRUE(same_bits(call(reshaped(s, alone)), mapped(want, alone))) << "element " << k << " alone";
    }
    // Longer than a lane, and with a tail.
    auto often = [&](const Tensor& t) {
      std::vector<int64_t> sizes = t.sizes().vec();
      sizes.insert(sizes.begin(), 23);
      return t.expand(sizes).contiguous();
    };
    EXPECT_TRUE(same_bits(call(reshaped(s, often)), mapped(want, often))) << "23 times";
    auto none = [](const Tensor& t) { return t.narrow(0, 0, 0); };
    EXPECT_TRUE(same_bits(call(reshaped(s, none)), mapped(want, none))) << "empty";
  });
}

TEST_P(Conformance, InPlaceAgrees) {
  if (!info().in_place && !op().writes_self) return;
  for_each_sample([&](const Sample& s) {
    auto* self = s.positional.empty() ? nullptr : s.positional[0].as<Tensor>();
    if (!self) return;
    ValueList want = call(s);
    Sample written = s;
    auto run = [&](const Tensor& y) {
      written.positional[0] = y;
      manual_seed(7);
      return call_record(op(), written.positional, written.named, !op().writes_self);
    };
    const Tensor first = *want[0].as<Tensor>();
    bool changes_geometry = storage_begin(object(first)) == storage_begin(object(*self));
    // A truth value takes the dtype of what it is written into.
    if (first.dtype() == bool_) want[0] = first.to(self->dtype());
    if (!changes_geometry && !(first.sizes() == self->sizes())) {
      EXPECT_THROW(run(self->clone()), Error);
      return;
    }
    Tensor y = self->clone();
    uint32_t before = y.version();
    ValueList got = run(y);
    EXPECT_TRUE(got[0].as<Tensor>()->is_same(y));
    EXPECT_GT(y.version(), before);
    EXPECT_TRUE(testing::agree(got, want));
    if (!op().writes_self && has_derivative()) {
      EXPECT_TRUE(testing::agree(gradients(s, true), gradients(s), {1e-14, 1e-14})) << "gradients";
    }
    if (!sees_memory() && !draws(s)) {
      EXPECT_TRUE(testing::agree(run(sliced(*self)), want));
    }
    Tensor leaf = self->is_floating_point() ? self->detach().clone().requires_grad_() : Tensor();
    if (leaf.defined()) {
      EXPECT_THROW(run(leaf), AutogradError) << "a leaf that requires grad";
    }
  });
}

TEST(InstructionSets, AllAreThere) {
  for (Isa isa : {Isa::avx2, Isa::avx512})
    if (!is_supported(isa)) GTEST_SKIP() << name(isa) << " isn't tried: this processor or build lacks it";
}

TEST_P(Conformance, InstructionSetsAgree) {
  struct Restore {
    ~Restore() { set_isa(choose_isa()); }
  } restore;
  for_each_sample([&](const Sample& s) {
    auto check = [&](const Sample& typed, bool with_gradients) {
      set_isa(Isa::base);
      Outcome want = outcome(typed);
      if (want.error) return;
      std::vector<Tensor> wanted = with_gradients ? gradients(typed) : std::vector<Tensor>();
      for (Isa isa : {Isa::avx2, Isa::avx512}) {
        if (!is_supported(isa)) continue;
        SCOPED_TRACE(std::string(name(isa)));
        set_isa(isa);
        EXPECT_TRUE(same_bits(call(typed), want.results));
        if (with_gradients) {
          EXPECT_TRUE(same_bits(gradients(typed), wanted)) << "gradients";
        }
      }
    };
    for (Dtype dtype : {float32, float64, float16, bfloat16}) {
      SCOPED_TRACE(std::string(name(dtype)));
      Sample typed = in_floats(s, dtype);
      check(typed, has_derivative());
      check(with_tensors(typed, &with_specials), false);
    }
    for (Dtype dtype : integer_dtypes) {
      SCOPED_TRACE(std::string(name(dtype)));
      check(in_integers(s, dtype), false);
    }
  });
}

TEST_P(Conformance, DefaultsAreWhatTheSignatureSays) {
  std::array<Param, 16> params;
  size_t count = parse_signature(op().signature, params);
  for_each_sample([&](const Sample& s) {
    if (op().writes_self) return; // the sample's own tensor would be written
    // All arguments by name, left-out ones as the signature's text.
    std::vector<NamedValue> all = s.named;
    for (size_t i = 0; i < s.positional.size(); ++i)
      all.emplace_back(std::string(params[i].name), s.positional[i]);
    for (size_t i = s.positional.size(); i < count; ++i) {
      std::string key(params[i].name);
      bool given = false;
      for (const auto& [k, v] : s.named) given |= k == key;
      if (!given && !params[i].standard.empty() && params[i].standard != "None")
        all.emplace_back(key, parse_value(params[i].standard));
    }
    ValueList want = call(s);
    manual_seed(7);
    EXPECT_TRUE(testing::agree(call_record(op(), {}, all), want));
  });
}

TEST_P(Conformance, DtypeAndRequiresGradAreObeyed) {
  std::array<Param, 16> params;
  size_t count = parse_signature(op().signature, params);
  for_each_sample([&](const Sample& s) {
    for (size_t i = s.positional.size(); i < count; ++i) {
      Sample told = s;
      if (params[i].name == "dtype" && op().kinds[i] == ParamKind::dtype) {
        int taken = 0;
        for (Dtype dtype : {float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, bool_}) {
          SCOPED_TRACE(std::string(name(dtype)));
          told.named = {{"dtype", dtype}};
          for (const auto& [k, v] : s.named)
            if (k != "dtype") told.named.emplace_back(k, v);
          Outcome got = outcome(told);
          if (got.error) continue;
          ++taken;
          EXPECT_EQ(got.results[0].as<Tensor>()->dtype(), dtype);
        }
        EXPECT_GT(taken, 0) << "no dtype is taken";
      }
      if (params[i].name == "requires_grad") {
        told.named.emplace_back("requires_grad", true);
        Outcome got = outcome(told);
        bool floats = call(s)[0].as<Tensor>()->is_floating_point();
        EXPECT_EQ(got.error == nullptr, floats) << got.text;
        if (!got.error) {
          const Tensor& made = *got.results[0].as<Tensor>();
          EXPECT_TRUE(made.requires_grad() && made.is_leaf());
        }
      }
    }
  });
}

TEST_P(Conformance, DrawsFollowTheSeed) {
  for_each_sample([&](const Sample& s) {
    if (!draws(s)) {
      EXPECT_FALSE(takes_generator()) << "nothing is drawn";
      return;
    }
    ValueList want = call(s);
    EXPECT_TRUE(same_bits(call(s), want)) << "the same seed";
    bool any_differs = want[0].as<Tensor>()->numel() == 0;
    for (int seed = 8; seed < 12; ++seed) any_differs |= !same_bits(call(s, false, seed), want);
    EXPECT_TRUE(any_differs) << "four other seeds give the same";
    if (!takes_generator()) return;
    Sample other = s;
    other.named.emplace_back("generator", Generator(7));
    EXPECT_TRUE(same_bits(call(other, false, 8), want)) << "a generator of the same seed";
    // A copy goes on from where the generator stands.
    Generator g(7);
    other.named.back().second = g;
    call(other, false, 8);
    Generator copy = g.clone();
    ValueList second = call(other, false, 8);
    other.named.back().second = copy;
    EXPECT_TRUE(same_bits(call(other, false, 9), second)) << "the second draw from a copy";
    EXPECT_TRUE(default_generator().state_bytes() == Generator(9).state_bytes())
        << "the default one was moved";
  });
}

TEST_P(Conformance, DerivativesAreRight) {
  for_each_sample([&](const Sample& s) {
    std::vector<Tensor> inputs = inputs_of(s);
    if (inputs.empty()) return;
    int64_t numbers = 0;
    for (const Tensor& t : inputs) numbers += t.numel();
    // Differences need the digits of float64.
    auto f = [&](const std::vector<Tensor>& at) {
      std::vector<Tensor> out = AsFunction{*this, s}(at);
      std::erase_if(out, [](const Tensor& y) { return y.dtype() != float64; });
      return out;
    };
    std::vector<Tensor> outputs = f(inputs);
    if (!has_derivative()) {
      for (const Tensor& g : gradients(s)) {
        EXPECT_TRUE(!g.defined() || equal(g, zeros_like(g))) << "a gradient, although there is no derivative";
      }
      return;
    }
    if (outputs.empty()) return;
    autograd::gradcheck(f, inputs);
    if (numbers <= 100) autograd::gradgradcheck(f, inputs);
    if (info().derivative != Derivative::linear) return;
    std::vector<Tensor> first =
        autograd::grad({outputs[0]}, inputs,
                       {.grad_outputs = {ones_like(outputs[0])}, .create_graph = true, .allow_unused = true});
    for (const Tensor& g : first) {
      if (!g.defined() || !g.requires_grad()) continue;
      for (const Tensor& gg : autograd::grad({g.sum()}, inputs, {.retain_graph = true, .allow_unused = true}))
        EXPECT_TRUE(!gg.defined() || equal(gg, zeros_like(gg))) << "linear, but with a second derivative";
    }
  });
}

// What can be wrong with a value.
ValueList mistakes(const Value& v, ParamKind kind) {
  switch (kind) {
    case ParamKind::tensor:
      return {Tensor(), zeros({7, 11, 13}, {.dtype = float64}), zeros({0}, {.dtype = float32}),
              zeros({2, 3}, {.dtype = bool_}), full({1}, 1000, {.dtype = int64})};
    case ParamKind::integer:
    case ParamKind::optional_integer:
      return {int64_t{1000}, int64_t{-1000}};
    case ParamKind::int_list:
      return {ValueList{int64_t{1000}}, ValueList{int64_t{-1000}}, ValueList{int64_t{0}, int64_t{0}},
              ValueList{}};
    case ParamKind::text:
      return {std::string("nonsense")};
    case ParamKind::tensors: {
      ValueList broken = *v.as<ValueList>();
      if (!broken.empty()) broken.back() = Tensor();
      return {ValueList{}, broken, ValueList{zeros({7, 11}), zeros({3})}};
    }
    default:
      return {};
  }
}

TEST_P(Conformance, MistakesGiveOneErrorAndChangeNothing) {
  std::array<Param, 16> params;
  size_t count = parse_signature(op().signature, params);
  EXPECT_THROW(call_op(op().name(), ValueList(20, Value(std::string("no")))), TypeError);
  for_each_sample([&](const Sample& s) {
    ValueList right = bind_arguments(op(), s.positional, s.named);
    for (size_t i = 0; i < count; ++i)
      for (const Value& mistake : mistakes(right[i], op().kinds[i])) {
        SCOPED_TRACE("a mistake in '" + std::string(params[i].name) + "'");
        for (bool in_place : {false, true}) {
          if (in_place && (!info().in_place || !right[0].as<Tensor>())) continue;
          ValueList wrong = right;
          wrong[i] = mistake;
          const bool writes = in_place || op().writes_self;
          Tensor self, before;
          uint32_t version = 0;
          auto renew = [&] {
            manual_seed(7);
            if (!writes || !wrong[0].as<Tensor>()->defined()) return;
            self = wrong[0].as<Tensor>()->clone();
            before = self.clone();
            version = self.version();
            wrong[0] = self;
          };
          auto unchanged = [&](const Outcome& outcome) {
            if (!outcome.error || !self.defined()) return;
            EXPECT_TRUE(testing::same_bits(self, before)) << "after " << outcome.text;
            EXPECT_EQ(self.version(), version) << "after " << outcome.text;
          };
          renew();
          Outcome direct = attempt([&] {
            ValueList results;
            (in_place ? info().in_place : op().call)(op().name(), wrong, results);
            return results;
          });
          unchanged(direct);
          renew();
          std::vector<NamedValue> named;
          for (size_t k = 0; k < count; ++k)
            if (auto* t = wrong[k].as<Tensor>(); (t && !t->defined()) || !wrong[k].is_none())
              named.emplace_back(std::string(params[k].name), t && !t->defined() ? Value() : wrong[k]);
          Outcome boxed = attempt([&] { return call_record(op(), {}, named, in_place); });
          unchanged(boxed);
          if (direct.error || boxed.error) {
            EXPECT_TRUE(agree(boxed, direct)) << "by name, and in C++";
            EXPECT_EQ(direct.text.substr(0, 1), "[") << direct.text;
          }
        }
      }
  });
}

std::vector<const Op*> all_records() {
  std::vector<const Op*> out;
  for (const Family* family : op_families())
    for (const Op& op : family->ops) out.push_back(&op);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Records, Conformance, ::testing::ValuesIn(all_records()), [](const auto& set) {
  std::string name;
  for (char c : std::string(set.param->name()) + "_" + std::to_string(set.index))
    name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

} // namespace
} // namespace talweg
