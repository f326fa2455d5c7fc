// How operations are called, for all records: names, defaults, options, seeds, mistakes.
#include "support/conformance.h"

#include "talweg/random.h"

namespace talweg::testing {
namespace {

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

TEST_P(Conformance, DefaultsAreWhatTheSignatureSays) {
  std::array<Param, 16> params;
  size_t count = parse_signature(op().signature, params);
  for_each_sample([&](const Sample& s) {
    if (info().writes_self) return; // the sample's own tensor would be written
    // All arguments by name, left-out ones as the signature's text. Those that are spread have none.
    std::vector<NamedValue> all = s.named;
    ValueList spread;
    for (size_t i = 0; i < count; ++i)
      if (params[i].spread) spread = s.positional;
    for (size_t i = 0; i < s.positional.size() && spread.empty(); ++i)
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
    EXPECT_TRUE(agree(call_record(op(), spread, all), want));
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
          const bool writes = in_place || info().writes_self;
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
            EXPECT_TRUE(same_bits(self, before)) << "after " << outcome.text;
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

} // namespace
} // namespace talweg::testing
