// One suite over all records: what a record states is held against what the operation does.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/tensor_object.h"
#include "kernels/isa.h"
#include "ops/record.h"
#include "support/sample.h"
#include "talweg/autograd.h"
#include "talweg/create.h"

namespace talweg {
namespace {

using testing::Sample;
using testing::tensors_of;
using testing::with_tensors;

struct Tolerance {
  double relative = 0, absolute = 0;
};

bool same_number(double a, double b, Tolerance t) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b);
  if (std::isinf(a) || std::isinf(b)) return a == b;
  return std::abs(a - b) <= t.absolute + t.relative * std::abs(b);
}

// Same sizes and values; dtypes are left to whoever cares.
::testing::AssertionResult agree(const ValueList& got, const ValueList& want, Tolerance t = {}) {
  if (got.size() != want.size())
    return ::testing::AssertionFailure() << got.size() << " results, expected " << want.size();
  for (size_t i = 0; i < want.size(); ++i) {
    auto *g = got[i].as<Tensor>(), *w = want[i].as<Tensor>();
    if (!g != !w)
      return ::testing::AssertionFailure() << "result " << i << ": one is a tensor, the other isn't";
    if (!g) continue;
    if (!(g->sizes() == w->sizes()))
      return ::testing::AssertionFailure() << "result " << i << ": sizes " << to_string(g->sizes())
                                           << ", expected " << to_string(w->sizes());
    auto a = g->to_vector<double>(), b = w->to_vector<double>();
    for (size_t k = 0; k < a.size(); ++k)
      if (!same_number(a[k], b[k], t))
        return ::testing::AssertionFailure()
               << "result " << i << " element " << k << ": " << a[k] << ", expected " << b[k];
  }
  return ::testing::AssertionSuccess();
}

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || !(a.sizes() == b.sizes())) return false;
  Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
  return x.numel() == 0 || std::memcmp(x.data_ptr(), y.data_ptr(), static_cast<size_t>(x.nbytes())) == 0;
}

Tensor as_dtype(const Tensor& t, Dtype d) { return t.defined() && t.is_floating_point() ? t.to(d) : t; }

// The same elements in another geometry of memory.
Tensor transposed(const Tensor& t) {
  return t.dim() < 2 ? t.clone() : t.transpose(0, -1).contiguous().transpose(0, -1);
}
Tensor sliced(const Tensor& t) {
  if (t.dim() == 0) {
    Tensor memory = zeros(3, {.dtype = t.dtype()});
    memory.select(0, 1).copy_(t);
    return memory.select(0, 1);
  }
  std::vector<int64_t> sizes = t.sizes().vec();
  sizes.back() = 2 * sizes.back() + 1;
  Tensor memory = zeros(sizes, {.dtype = t.dtype()});
  Tensor view = memory.slice(-1, 1, INT64_MAX, 2);
  view.copy_(t);
  return view;
}
// The first row for all: with and without memory of its own.
Tensor repeated(const Tensor& t) {
  return t.dim() == 0 || t.size(0) == 0 ? t.clone() : t.narrow(0, 0, 1).expand(t.sizes());
}

// Numbers that arithmetic treats apart, in front.
Tensor with_specials(const Tensor& t) {
  Tensor out = t.clone();
  if (!t.is_floating_point()) return out;
  constexpr double specials[] = {std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(), -0.0};
  Tensor flat = out.view(-1);
  for (int64_t i = 0; i < flat.numel() && i < 4; ++i) flat.select(0, i).fill_(specials[i]);
  return out;
}

class Conformance : public ::testing::TestWithParam<const Op*> {
 protected:
  const Op& op() const { return *GetParam(); }
  std::string name() const { return std::string(op().name()); }
  ValueList call(const Sample& s) const { return call_op(op().name(), s.positional, s.named); }

  template <class F>
  void for_each_sample(F&& f) const {
    for (std::string_view text : op().info.samples) {
      if (text.empty()) continue;
      SCOPED_TRACE(std::string(op().signature) + " with " + std::string(text));
      try {
        f(testing::parse_sample(text));
      } catch (const std::exception& e) {
        ADD_FAILURE() << e.what();
      }
    }
  }
  // Whoever names strides sees memory, not elements.
  bool sees_memory() const { return op().signature.find("stride") != std::string_view::npos; }
};

TEST_P(Conformance, HasSamplesOrSaysWhyNot) {
  bool any = !op().info.samples[0].empty();
  bool shared = find_ops(op().name()).front() != &op();
  EXPECT_TRUE(any || shared || !op().info.why_not.empty() || op().info.derivative == Derivative::none)
      << op().signature;
  EXPECT_FALSE(op().info.doc.empty()) << op().signature;
  bool says_why = op().info.derivative != Derivative::none || !op().info.why_not.empty();
  EXPECT_TRUE(says_why) << op().signature << ": why is there no derivative?";
}

TEST_P(Conformance, DtypesAgree) {
  constexpr std::pair<Dtype, double> dtypes[] = {{float32, 1e-5}, {float16, 6e-3}, {bfloat16, 4e-2}};
  for_each_sample([&](const Sample& s) {
    for (const auto& bound : dtypes) {
      const Dtype dtype = bound.first;
      const double error = bound.second;
      SCOPED_TRACE(std::string(talweg::name(dtype)));
      Sample narrow = with_tensors(s, [&](const Tensor& t) { return as_dtype(t, dtype); });
      Sample wide = with_tensors(narrow, [](const Tensor& t) { return as_dtype(t, float64); });
      EXPECT_TRUE(agree(call(narrow), call(wide), {error, error}));
    }
  });
}

TEST_P(Conformance, LayoutsAgree) {
  if (sees_memory()) return;
  for_each_sample([&](const Sample& s) {
    ValueList want = call(s);
    Tolerance t = op().info.dtype_promotes ? Tolerance{} : Tolerance{1e-13, 1e-13};
    auto check = [&](const char* what, const Sample& other, const ValueList& wanted) {
      SCOPED_TRACE(what);
      try {
        EXPECT_TRUE(agree(call(other), wanted, t));
      } catch (const ShapeError&) {
        // A view may not exist for these strides.
        auto *first = want.empty() ? nullptr : want[0].as<Tensor>(), *self = s.positional[0].as<Tensor>();
        if (!first || !self || storage_begin(object(*first)) != storage_begin(object(*self))) throw;
      }
    };
    check("transposed", with_tensors(s, &transposed), want);
    check("sliced", with_tensors(s, &sliced), want);
    Sample expanded = with_tensors(s, &repeated);
    check("expanded", expanded, call(with_tensors(expanded, [](const Tensor& x) { return x.contiguous(); })));
  });
}

TEST_P(Conformance, SpecialValuesPass) {
  if (sees_memory()) return;
  for_each_sample([&](const Sample& s) {
    Sample special = with_tensors(s, &with_specials);
    ValueList want = call(special);
    if (op().info.dtype_promotes) {
      EXPECT_TRUE(agree(call(with_tensors(special, &transposed)), want));
      EXPECT_TRUE(agree(call(with_tensors(special, &sliced)), want));
    }
  });
}

TEST_P(Conformance, EmptyTensorsPass) {
  for_each_sample([&](const Sample& s) {
    auto tensors = tensors_of(s);
    for (const Tensor& t : tensors)
      if (t.dim() == 0 || !(t.sizes() == tensors[0].sizes())) return;
    Sample none = with_tensors(s, [](const Tensor& t) { return t.narrow(0, 0, 0); });
    if (op().info.dtype_promotes) {
      for (const Value& v : call(none))
        EXPECT_TRUE(!v.as<Tensor>() || v.as<Tensor>()->numel() == 0 || op().kinds[0] == ParamKind::tensors);
    } else {
      try {
        call(none);
      } catch (const Error&) {
      }
    }
  });
}

TEST_P(Conformance, InPlaceAgrees) {
  if (!op().info.in_place) return;
  for_each_sample([&](const Sample& s) {
    auto* self = s.positional.empty() ? nullptr : s.positional[0].as<Tensor>();
    if (!self) return;
    ValueList want = call(s);
    Sample written = s;
    Tensor y = self->clone();
    written.positional[0] = y;
    auto run = [&] { return call_op(name() + "_", written.positional, written.named); };
    const Tensor& first = *want[0].as<Tensor>();
    bool changes_geometry = storage_begin(object(first)) == storage_begin(object(*self));
    // A truth value takes the dtype of what it is written into.
    if (first.dtype() == bool_) want[0] = first.to(self->dtype());
    if (!changes_geometry && !(first.sizes() == self->sizes())) {
      EXPECT_THROW(run(), Error);
      return;
    }
    uint32_t before = y.version();
    ValueList got = run();
    EXPECT_TRUE(got[0].as<Tensor>()->is_same(y));
    EXPECT_GT(y.version(), before);
    EXPECT_TRUE(agree(got, want));
    if (sees_memory()) return;
    written.positional[0] = sliced(*self);
    EXPECT_TRUE(agree(run(), want));
  });
}

TEST_P(Conformance, InstructionSetsAgree) {
  struct Restore {
    ~Restore() { set_isa(choose_isa()); }
  } restore;
  for_each_sample([&](const Sample& s) {
    for (Dtype dtype : {float32, float64}) {
      Sample typed = with_tensors(s, [&](const Tensor& t) { return as_dtype(t, dtype); });
      set_isa(Isa::base);
      ValueList want = call(typed);
      for (Isa isa : {Isa::avx2, Isa::avx512}) {
        if (!is_supported(isa)) continue;
        set_isa(isa);
        ValueList got = call(typed);
        for (size_t i = 0; i < want.size(); ++i)
          if (auto* w = want[i].as<Tensor>()) {
            EXPECT_TRUE(same_bits(*got[i].as<Tensor>(), *w))
                << talweg::name(isa) << " " << talweg::name(dtype);
          }
      }
    }
  });
}

TEST_P(Conformance, DefaultsAreWhatTheSignatureSays) {
  std::array<Param, 16> params;
  size_t count = parse_signature(op().signature, params);
  for_each_sample([&](const Sample& s) {
    // All arguments by name, left-out ones as the signature's text.
    std::vector<NamedValue> all = s.named;
    for (size_t i = 0; i < s.positional.size(); ++i)
      all.emplace_back(std::string(params[i].name), s.positional[i]);
    for (size_t i = s.positional.size(); i < count; ++i) {
      std::string key(params[i].name);
      bool given = false;
      for (const auto& [k, v] : s.named) given |= k == key;
      if (!given && !params[i].standard.empty() && params[i].standard != "None")
        all.emplace_back(key, testing::parse_value(params[i].standard));
    }
    EXPECT_TRUE(agree(call_op(op().name(), {}, all), call(s)));
  });
}

bool differentiable(const Sample& s, size_t place, const Tensor& t) {
  return t.dtype() == float64 && !s.constant[place];
}

// The record as a function of its float64 tensors.
struct AsFunction {
  const Op& op;
  const Sample& sample;
  std::vector<Tensor> operator()(const std::vector<Tensor>& inputs) const {
    size_t next = 0, place = 0;
    Sample filled = with_tensors(
        sample, [&](const Tensor& t) { return differentiable(sample, place++, t) ? inputs[next++] : t; });
    std::vector<Tensor> out;
    for (const Value& v : call_op(op.name(), filled.positional, filled.named))
      if (auto* t = v.as<Tensor>(); t && t->dtype() == float64) out.push_back(*t);
    return out;
  }
};

TEST_P(Conformance, DerivativesAreRight) {
  for_each_sample([&](const Sample& s) {
    std::vector<Tensor> inputs;
    int64_t numbers = 0;
    size_t place = 0;
    for (const Tensor& t : tensors_of(s))
      if (differentiable(s, place++, t)) {
        inputs.push_back(t.detach().requires_grad_());
        numbers += t.numel();
      }
    if (inputs.empty()) return;
    AsFunction f{op(), s};
    if (op().info.derivative == Derivative::none) {
      for (const Tensor& y : f(inputs)) EXPECT_FALSE(y.requires_grad());
      return;
    }
    if (f(inputs).empty()) return;
    autograd::gradcheck(f, inputs);
    if (numbers <= 100) autograd::gradgradcheck(f, inputs);
  });
}

TEST_P(Conformance, IntegersPromote) {
  if (!op().info.dtype_promotes) return;
  for_each_sample([&](const Sample& s) {
    for (Dtype dtype : {int64, int32, uint8, bool_}) {
      SCOPED_TRACE(std::string(talweg::name(dtype)));
      Sample whole = with_tensors(s, [&](const Tensor& t) {
        return t.is_floating_point() ? (t.abs() * 3 + 1).to(int64).to(dtype) : t;
      });
      ValueList got;
      try {
        got = call(whole);
      } catch (const Error&) {
        continue; // refused: said by the goldens
      }
      if (dtype != int64 && dtype != int32) continue;
      Sample wide =
          with_tensors(whole, [&](const Tensor& t) { return t.dtype() == dtype ? t.to(float64) : t; });
      EXPECT_TRUE(agree(got, call(wide), {2e-6, 2e-6}));
    }
  });
}

TEST_P(Conformance, WrongArgumentsThrow) {
  std::array<Param, 16> params;
  size_t count = parse_signature(op().signature, params);
  EXPECT_THROW(call_op(op().name(), ValueList(20, Value(std::string("no")))), TypeError);
  for_each_sample([&](const Sample& s) {
    for (size_t i = 0; i < s.positional.size() && i < count; ++i) {
      if (!s.positional[i].as<Tensor>()) continue;
      Sample wrong = s;
      wrong.positional[i] = Tensor();
      if (params[i].standard != "None") {
        EXPECT_THROW(call(wrong), Error) << "an undefined tensor for " << params[i].name;
      }
      for (const Tensor& odd : {zeros({7, 11, 13}, {.dtype = float64}), zeros({0}, {.dtype = float32}),
                                zeros({2, 3}, {.dtype = bool_})}) {
        wrong.positional[i] = odd;
        try {
          call(wrong);
        } catch (const Error&) {
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
