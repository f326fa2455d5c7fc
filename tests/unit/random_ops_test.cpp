#include <gtest/gtest.h>

#include <vector>

#include "ops/launch.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/tensor.h"

// Expected numbers are PyTorch 2.13's.
namespace talweg {
namespace {

TEST(RandomOps, SeedZero) {
  manual_seed(0);
  EXPECT_EQ(rand({4}).to_vector<float>(), (std::vector<float>{0.49625658988952637f, 0.7682217955589294f,
                                                              0.08847743272781372f, 0.13203048706054688f}));
  manual_seed(0);
  EXPECT_EQ(randn({3}).to_vector<float>(),
            (std::vector<float>{1.5409960746765137f, -0.293428897857666f, -2.1787893772125244f}));
  manual_seed(0);
  EXPECT_EQ(randperm(10).to_vector<int64_t>(), (std::vector<int64_t>{4, 1, 7, 5, 3, 9, 0, 8, 6, 2}));
  manual_seed(0);
  EXPECT_EQ(randint(0, 100, {6}).to_vector<int64_t>(), (std::vector<int64_t>{44, 39, 33, 60, 63, 79}));
  manual_seed(0);
  EXPECT_EQ(zeros({8}).bernoulli_().to_vector<int64_t>(), (std::vector<int64_t>{0, 0, 1, 0, 0, 0, 1, 1}));
  manual_seed(0);
  EXPECT_EQ(multinomial(tensor({0.1, 0.2, 0.7}, {.dtype = float32}), 2).to_vector<int64_t>(),
            (std::vector<int64_t>{2, 1}));
}

TEST(RandomOps, StateGoesOn) {
  manual_seed(3);
  Tensor state = get_rng_state();
  Tensor first = rand({5});
  set_rng_state(state);
  EXPECT_TRUE(first.equal(rand({5})));
  EXPECT_THROW(set_rng_state(zeros({5056})), TypeError);
}

TEST(RandomOps, OwnGenerator) {
  Generator g(7);
  Tensor a = empty({3});
  uniform_(a, 0, 1, g);
  manual_seed(7);
  EXPECT_TRUE(a.equal(rand({3})));
}

TEST(RandomOps, ArgumentsAreChecked) {
  Tensor x = zeros({3});
  EXPECT_THROW(uniform_(x, 2, 1), ValueError);
  EXPECT_THROW(normal_(x, 0, -1), ValueError);
  EXPECT_THROW(bernoulli_(x, 1.5), ValueError);
  EXPECT_THROW(exponential_(x, 0), ValueError);
  EXPECT_THROW(geometric_(x, 1), ValueError);
  EXPECT_THROW(uniform_(zeros({3}, {.dtype = int64})), DtypeError);
  EXPECT_THROW(random_(x, 5, 5), ValueError);
  EXPECT_THROW(random_(zeros({3}, {.dtype = uint8}), 0, 300), ValueError);
  EXPECT_THROW(randperm(-1), ValueError);
  EXPECT_THROW(multinomial(ones({2}), 3), ValueError);
  EXPECT_EQ(x.version(), 0u);
}

TEST(RandomOps, RulesOfWritingInPlace) {
  Tensor leaf = zeros({3}, {.requires_grad = true});
  EXPECT_THROW(leaf.uniform_(), AutogradError);
  EXPECT_THROW(zeros({1}).expand({3}).uniform_(), MemoryError);
  Tensor y = leaf * 1;
  y.normal_();
  EXPECT_EQ(y.grad_fn().name(), "NormalBackward0");
  y.sum().backward();
  EXPECT_EQ(leaf.grad().to_vector<float>(), (std::vector<float>{0, 0, 0}));
}

TEST(RandomOps, RecorderSeesDraws) {
  manual_seed(1);
  Recorder recorder;
  recorder.start();
  Tensor x = rand({4});
  recorder.stop();
  Tensor first = x.clone();
  recorder.replay();
  EXPECT_FALSE(first.equal(x));
  manual_seed(1);
  EXPECT_TRUE(first.equal(rand({4})));
  EXPECT_TRUE(x.equal(rand({4})));
}

} // namespace
} // namespace talweg
