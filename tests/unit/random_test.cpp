#include "talweg/random.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/generator.h"
#include "kernels/draw_order.h"
#include "kernels/isa.h"
#include "kernels/random.h"
#include "talweg/dtype.h"
#include "talweg/errors.h"

// Expected numbers are PyTorch 2.13's (CPU, with fused multiply-adds).
namespace talweg {
namespace {

using kernels::Destination;
using kernels::Source;

template <class T>
std::vector<T> uniform(const Generator& g, int64_t n, double from = 0, double to = 1) {
  std::vector<T> out(static_cast<size_t>(n));
  kernels::uniform(g.state(), Destination(out.data(), dtype_of<T>, n), from, to);
  return out;
}
template <class T>
std::vector<T> normal(const Generator& g, int64_t n, double mean = 0, double std = 1) {
  std::vector<T> out(static_cast<size_t>(n));
  kernels::normal(g.state(), Destination(out.data(), dtype_of<T>, n), mean, std);
  return out;
}
std::vector<int64_t> randperm(const Generator& g, int64_t n) {
  std::vector<int64_t> out(static_cast<size_t>(n));
  kernels::randperm(g.state(), Destination(out.data(), int64, n));
  return out;
}
std::vector<int64_t> randint(const Generator& g, int64_t low, int64_t high, int64_t n) {
  std::vector<int64_t> out(static_cast<size_t>(n));
  auto range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  kernels::random_integers(g.state(), Destination(out.data(), int64, n), range, low);
  return out;
}

// Runs once on every instruction set that this machine has.
class RandomOnSet : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!is_supported(GetParam())) GTEST_SKIP() << name(GetParam()) << " isn't supported here";
    set_isa(GetParam());
  }
  void TearDown() override { set_isa(choose_isa()); }
};
INSTANTIATE_TEST_SUITE_P(Sets, RandomOnSet, testing::Values(Isa::base, Isa::avx2, Isa::avx512),
                         [](const auto& set) { return std::string(name(set.param)); });

TEST(Generator, WordsOfTheAuthors) {
  // The 10000th output of MT19937 for the seed 5489, as the C++ standard states it.
  Generator g(5489);
  uint32_t word = 0;
  for (int i = 0; i < 10000; ++i) word = g.state().random();
  EXPECT_EQ(word, 4123659995u);
}

TEST_P(RandomOnSet, UniformGoldens) {
  using Floats = std::vector<float>;
  EXPECT_EQ(uniform<float>(Generator(0), 4),
            (Floats{0.49625658988952637f, 0.7682217955589294f, 0.08847743272781372f, 0.13203048706054688f}));
  EXPECT_EQ(uniform<double>(Generator(0), 2), (std::vector<double>{0.9700530018065531, 0.707819864399788}));
  EXPECT_EQ(uniform<float>(Generator(42), 3),
            (Floats{0.8822692632675171f, 0.9150039553642273f, 0.38286375999450684f}));
  EXPECT_EQ(uniform<float>(Generator(1), 2), (Floats{0.7576315999031067f, 0.2793108820915222f}));
  EXPECT_EQ(uniform<float>(Generator(-1), 2), (Floats{0.9937993884086609f, 0.5713063478469849f}));
  EXPECT_EQ(uniform<float>(Generator(), 3),
            (Floats{0.267295241355896f, 0.8725283145904541f, 0.3352888226509094f}));
}

TEST_P(RandomOnSet, LinearGoldens) {
  // Linear(2, 3): weight, then bias, between -1/sqrt(2) and 1/sqrt(2).
  using Floats = std::vector<float>;
  Generator g(0);
  const double bound = 0.7071067811865475;
  EXPECT_EQ(uniform<float>(g, 6, -bound, bound),
            (Floats{-0.005293981172144413f, 0.37932288646698f, -0.5819807648658752f, -0.5203874707221985f,
                    -0.27234524488449097f, 0.1896158903837204f}));
  EXPECT_EQ(uniform<float>(g, 3, -bound, bound),
            (Floats{-0.014010033570230007f, 0.5606575012207031f, -0.06275151669979095f}));
  EXPECT_EQ(uniform<float>(Generator(0), 1, -1, 1), Floats{-0.007486820220947266f});
  EXPECT_EQ(uniform<float>(Generator(42), 2, -1, 1), (Floats{0.7645385265350342f, 0.8300079107284546f}));
}

TEST_P(RandomOnSet, NormalGoldens) {
  using Floats = std::vector<float>;
  Generator g(0);
  EXPECT_EQ(normal<float>(g, 3), (Floats{1.5409960746765137f, -0.293428897857666f, -2.1787893772125244f}));
  EXPECT_EQ(normal<float>(g, 1), Floats{0.5684312582015991f});
  EXPECT_EQ(uniform<float>(g, 1), Floats{0.455627977848053f});

  auto sixteen = normal<float>(Generator(0), 16);
  sixteen.resize(4);
  EXPECT_EQ(sixteen,
            (Floats{-1.1258398294448853f, -1.152360200881958f, -0.2505785822868347f, -0.4338788092136383f}));
  g.manual_seed(0);
  auto twenty = normal<float>(g, 20);
  EXPECT_EQ(Floats(twenty.begin() + 4, twenty.begin() + 8),
            (Floats{0.5988394618034363f, -1.5550950765609741f, -0.3413603901863098f, 1.85300612449646f}));
  EXPECT_EQ(uniform<float>(g, 1), Floats{0.20812976360321045f});
}

TEST_P(RandomOnSet, BitsAreThoseOfTheBaseSet) {
  set_isa(Isa::base);
  const auto floats = normal<float>(Generator(4), 1003, 0.5, 2);
  const auto halves = normal<Half>(Generator(4), 1003);
  const auto uniforms = uniform<float>(Generator(4), 1003, -0.3, 0.7);
  set_isa(GetParam());
  EXPECT_EQ(normal<float>(Generator(4), 1003, 0.5, 2), floats);
  EXPECT_EQ(uniform<float>(Generator(4), 1003, -0.3, 0.7), uniforms);
  const auto again = normal<Half>(Generator(4), 1003);
  for (size_t i = 0; i < halves.size(); ++i) ASSERT_EQ(again[i].bits, halves[i].bits);
}

TEST(Random, IntegerGoldens) {
  EXPECT_EQ(randperm(Generator(0), 10), (std::vector<int64_t>{4, 1, 7, 5, 3, 9, 0, 8, 6, 2}));
  EXPECT_EQ(randperm(Generator(42), 10), (std::vector<int64_t>{2, 6, 1, 8, 4, 5, 0, 9, 3, 7}));
  EXPECT_EQ(randint(Generator(0), 0, 100, 6), (std::vector<int64_t>{44, 39, 33, 60, 63, 79}));
  std::vector<float> coins(8);
  kernels::bernoulli(Generator(0).state(), Destination(coins.data(), float32, 8), 0.5);
  EXPECT_EQ(coins, (std::vector<float>{0, 0, 1, 0, 0, 0, 1, 1}));
  const float weights[] = {0.1f, 0.2f, 0.7f};
  std::vector<int64_t> chosen(2);
  kernels::multinomial_without_replacement(Generator(0).state(), chosen.data(),
                                           {weights, float32, 1, 3, 3, 1}, 2);
  EXPECT_EQ(chosen, (std::vector<int64_t>{2, 1}));
}

TEST(Random, WideRangesTakeTwoWords) {
  Generator one(3), two(3);
  randint(one, 0, (1 << 28) - 1, 2);
  randint(two, 0, 1 << 28, 1);
  EXPECT_EQ(one.state_bytes(), two.state_bytes());
}

TEST(Random, UpperBoundBecomesLower) {
  // In bfloat16 one draw in 512 rounds up to 1.
  for (BFloat16 x : uniform<BFloat16>(Generator(7), 5000)) ASSERT_LT(static_cast<float>(x), 1.0f);
  for (Half x : uniform<Half>(Generator(7), 5000, 2, 3)) ASSERT_LT(static_cast<float>(x), 3.0f);
}

TEST(Random, BoundsMoveInwardsWhereTheTypeIsCoarse) {
  EXPECT_EQ(kernels::round_to(float16, 65504), 65472);
  EXPECT_EQ(kernels::round_to(float32, 100), 100);
  EXPECT_EQ(kernels::round_from(float32, -(int64_t{1} << 24)), -(int64_t{1} << 24));
  EXPECT_EQ(kernels::round_to(int64, int64_t{1} << 62), int64_t{1} << 62);
}

TEST(Random, ProbabilitiesPerElementAreReadBroadcast) {
  const double p[] = {0, 1};
  const int64_t sizes[] = {3, 2}, strides[] = {2, 1}, repeated[] = {0, 1};
  std::vector<int64_t> out(6, 9);
  Destination to(out.data(), int64, sizes, strides);
  kernels::bernoulli(Generator(0).state(), to, Source{p, float64, repeated});
  EXPECT_EQ(out, (std::vector<int64_t>{0, 1, 0, 1, 0, 1}));
}

TEST(DrawOrder, DenseTensorsAreDrawnInMemoryOrder) {
  const int64_t sizes[] = {5, 2, 3}, strides[] = {1, 15, 5};
  std::vector<float> drawn(30);
  Destination permuted(drawn.data(), float32, sizes, strides);
  kernels::uniform(Generator(3).state(), permuted, 0, 1);
  EXPECT_EQ(drawn, uniform<float>(Generator(3), 30));
  // Normals of such a tensor come one by one, though it has 16 elements and more.
  kernels::normal(Generator(3).state(), permuted, 0, 1);
  EXPECT_EQ(drawn[0], normal<float>(Generator(3), 1)[0]);
  EXPECT_NE(drawn[0], normal<float>(Generator(3), 30)[0]);
}

TEST(DrawOrder, VisitsEveryElementOnceByTheFirstOperandsStrides) {
  const int64_t sizes[] = {2, 1, 3, 4}, first[] = {60, 7, 2, 15}, second[] = {12, 0, 4, 1};
  std::vector<int64_t> seen;
  kernels::DrawOrder(sizes, first, second).for_each([&](int64_t, int64_t j) { seen.push_back(j); });
  ASSERT_EQ(seen.size(), 24u);
  EXPECT_EQ(std::vector<int64_t>(seen.begin(), seen.begin() + 7),
            (std::vector<int64_t>{0, 4, 8, 1, 5, 9, 2}));
  EXPECT_EQ(seen[12], 12);
  const int64_t empty[] = {3, 0}, steps[] = {1, 3};
  kernels::DrawOrder(empty, steps).for_each([](int64_t, int64_t) { FAIL(); });
}

TEST(Generator, StateRoundTrips) {
  for (int words : {0, 1, 5, 623, 624, 625, 1300}) {
    Generator g(11);
    for (int i = 0; i < words; ++i) g.state().random();
    g.state().next_normal(); // leaves a cached one
    auto state = g.state_bytes();
    ASSERT_EQ(state.size(), GeneratorState::state_bytes);
    Generator other(99);
    other.set_state_bytes(state);
    EXPECT_EQ(other.state_bytes(), state);
    EXPECT_EQ(other.initial_seed(), 11u);
    for (int i = 0; i < 700; ++i) ASSERT_EQ(g.state().next_normal(), other.state().next_normal());
  }
}

TEST(Generator, StateHasPyTorchsLayout) {
  Generator g(42);
  auto state = g.state_bytes();
  auto i32 = [&](size_t at) {
    int32_t v;
    std::memcpy(&v, state.data() + at, 4);
    return v;
  };
  EXPECT_EQ(i32(0), 42);
  EXPECT_EQ(i32(8), 1);  // left
  EXPECT_EQ(i32(12), 1); // seeded
  EXPECT_EQ(i32(16), 0); // next
  EXPECT_EQ(i32(24), 42);
  normal<double>(g, 1);
  state = g.state_bytes();
  EXPECT_EQ(i32(8), 621);
  EXPECT_EQ(i32(16), 4);
  EXPECT_EQ(i32(5040), 1); // a cached normal
}

TEST(Generator, RefusesWrongStatesAndStaysAsItWas) {
  Generator g(5);
  normal<float>(g, 1);
  const auto before = g.state_bytes();
  auto message = [&](const std::vector<uint8_t>& bytes) -> std::string {
    try {
      g.set_state_bytes(bytes);
    } catch (const ValueError& e) {
      EXPECT_EQ(g.state_bytes(), before);
      return e.what();
    }
    return "accepted";
  };
  auto changed = [&](size_t at, uint8_t value) {
    auto bytes = before;
    bytes[at] = value;
    return bytes;
  };
  EXPECT_NE(message(std::vector<uint8_t>(5055)).find("5056 bytes, got 5055"), std::string::npos);
  EXPECT_NE(message({}).find("got 0"), std::string::npos);
  EXPECT_NE(message(std::vector<uint8_t>(5056)).find("never seeded"), std::string::npos);
  EXPECT_NE(message(changed(11, 0x80)).find("words left"), std::string::npos);
  EXPECT_NE(message(changed(17, 1)).find("next word"), std::string::npos); // would read past the last word
  EXPECT_NE(message(changed(24 + 8 * 9 + 4, 1)).find("word 9"), std::string::npos);
}

TEST(Generator, SeedsCountModulo) {
  EXPECT_EQ(Generator(-1).initial_seed(), ~uint64_t{0});
  EXPECT_EQ(Generator(~uint64_t{0}).state_bytes(), Generator(-1).state_bytes());
  EXPECT_EQ(uniform<float>(Generator(uint64_t{1} << 32), 3), uniform<float>(Generator(0), 3));
  EXPECT_EQ(Generator().initial_seed(), 67280421310721u);
}

TEST(Generator, IsAHandle) {
  Generator a(1), b = a, c = a.clone();
  EXPECT_TRUE(a == b);
  EXPECT_FALSE(a == c);
  uniform<float>(a, 3);
  EXPECT_EQ(a.state_bytes(), b.state_bytes());
  EXPECT_NE(a.state_bytes(), c.state_bytes());
  uniform<float>(c, 3);
  EXPECT_EQ(a.state_bytes(), c.state_bytes());
  Generator d = static_cast<Generator&&>(b);
  EXPECT_TRUE(a == d);
  EXPECT_THROW(b.state(), ValueError); // what was moved from says so
  b = d;
  const Generator& self = b;
  b = self;
  EXPECT_TRUE(a == b);
  EXPECT_NE(a.seed(), c.seed());
}

TEST(Generator, DefaultGeneratorAndFork) {
  manual_seed(9);
  EXPECT_EQ(initial_seed(), 9u);
  {
    ForkRng forked;
    uniform<float>(default_generator(), 10);
  }
  EXPECT_EQ(uniform<float>(default_generator(), 2),
            (std::vector<float>{0.6557844877243042f, 0.30202269554138184f}));
  const uint64_t fresh = seed();
  EXPECT_EQ(initial_seed(), fresh);
}

} // namespace
} // namespace talweg
