// What operations compute, for all records: dtypes, layouts, special values, instruction sets, derivatives.
#include "support/conformance.h"

#include <cmath>
#include <limits>

#include "core/tensor_object.h"
#include "kernels/isa.h"

namespace talweg::testing {
namespace {

TEST_P(Conformance, StatesWhatItIs) {
  bool samples = !info().samples[0].empty();
  EXPECT_NE(samples, !info().unsampled.empty()) << "samples, or the reason why there are none";
  EXPECT_FALSE(info().doc.empty());
  EXPECT_EQ(has_derivative(), info().why_not.empty()) << "a derivative, or the reason why there is none";
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
        EXPECT_TRUE(agree(got, call(wide), {error, error}));
      }
      if (!has_derivative() || dtype == float16 || draws(s)) continue;
      EXPECT_TRUE(agree(gradients(narrow), gradients(wide), {5 * error, 5 * error})) << "gradients";
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
        // Outside of the domain both are NaN or the same infinity.
        if (a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k]))) continue;
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
        EXPECT_TRUE(agree(gradients(other), gradients(plain), {1e-12, 1e-12})) << "gradients";
      }
    };
    check("transposed", with_tensors(s, &transposed), s);
    check("sliced", with_tensors(s, &sliced), s);
    if (info().writes_self) return; // elements that share memory can't be written
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
  if (!info().in_place && !info().writes_self) return;
  for_each_sample([&](const Sample& s) {
    auto* self = s.positional.empty() ? nullptr : s.positional[0].as<Tensor>();
    if (!self) return;
    ValueList want = call(s);
    Sample written = s;
    auto run = [&](const Tensor& y) {
      written.positional[0] = y;
      manual_seed(7);
      return call_record(op(), written.positional, written.named, !info().writes_self);
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
    EXPECT_TRUE(agree(got, want));
    if (!info().writes_self && has_derivative()) {
      EXPECT_TRUE(agree(gradients(s, true), gradients(s), {1e-14, 1e-14})) << "gradients";
    }
    if (!sees_memory() && !draws(s)) {
      EXPECT_TRUE(agree(run(sliced(*self)), want, across_layouts()));
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
} // namespace talweg::testing
