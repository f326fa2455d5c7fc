// Products of matrices and vectors.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/isa.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/tensor.h"

namespace {

using namespace talweg;

// Numbers without pattern, the same on every machine.
Tensor numbers(IntList sizes, unsigned seed, Dtype dtype = float32) {
  Tensor t = empty(sizes, {.dtype = float64});
  for (double& v : t.span<double>()) {
    seed = seed * 1664525u + 1013904223u;
    v = static_cast<double>(seed >> 8) / (1 << 23) - 1;
  }
  return t.to(dtype);
}

// One element by the rule of kernels/gemm.h.
float chain(const Tensor& a, const Tensor& b, int64_t i, int64_t j, bool fused) {
  float sum = 0;
  for (int64_t p = 0; p < a.size(1); ++p) {
    float x = a.at<float>(i, p), y = b.at<float>(p, j);
    float product = x * y;
    sum = fused ? std::fma(x, y, sum) : product + sum;
  }
  return sum;
}

TEST(Products, EveryElementIsOneChain) {
  const int64_t shapes[][3] = {{1, 1, 1},      {1, 7, 1},   {4, 1, 1},    {1, 50, 20},
                               {3, 20, 40},    {4, 7, 12},  {5, 200, 13}, {9, 33, 70},
                               {130, 200, 65}, {40, 16, 1}, {64, 30, 10}, {7, 5, 11}};
  for (auto [m, k, n] : shapes) {
    Tensor a = numbers({m, k}, 1), b = numbers({k, n}, 2);
    Tensor at = a.t().contiguous().t(), bt = b.t().contiguous().t();
    bool fused = m >= 4 && n >= 12;
    Tensor c = mm(a, b);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j)
        ASSERT_EQ(c.at<float>(i, j), chain(a, b, i, j, fused))
            << m << "x" << k << "x" << n << " at " << i << ", " << j;
    // Strides don't change a bit.
    EXPECT_TRUE(equal(mm(at, b), c)) << m << " " << k << " " << n;
    EXPECT_TRUE(equal(mm(a, bt), c)) << m << " " << k << " " << n;
    EXPECT_TRUE(equal(mm(at, bt), c)) << m << " " << k << " " << n;
  }
}

TEST(Products, TheSameBitsOnEveryInstructionSet) {
  Isa before = static_cast<Isa>(isa_index());
  for (Dtype dtype : {float32, float64}) {
    Tensor a = numbers({70, 210}, 3, dtype), b = numbers({210, 75}, 4, dtype);
    set_isa(Isa::base);
    Tensor expected = mm(a, b);
    for (Isa isa : {Isa::avx2, Isa::avx512})
      if (is_supported(isa)) {
        set_isa(isa);
        EXPECT_TRUE(equal(mm(a, b), expected)) << name(isa);
      }
    set_isa(before);
  }
}

TEST(Products, IntegersWrapAndShortFloatsRoundOnce) {
  Tensor big = full({1, 2}, 100, {.dtype = int8});
  EXPECT_EQ(mm(big, big.t()).item<int>(), static_cast<int8_t>(20000));
  Tensor h = full({1, 2}, 0.1, {.dtype = float16});
  float tenth = static_cast<float>(Half(0.1f));
  EXPECT_EQ(mm(h, h.t()).item<float>(), static_cast<float>(Half(tenth * tenth + tenth * tenth)));
  EXPECT_THROW(mm(full({1, 1}, true), full({1, 1}, true)), DtypeError);
}

TEST(Products, EmptyOnes) {
  EXPECT_EQ(mm(ones({2, 0}), ones({0, 3})).to_vector<float>(), std::vector<float>(6, 0.f));
  EXPECT_EQ(mm(ones({0, 3}), ones({3, 4})).sizes().vec(), (std::vector<int64_t>{0, 4}));
  EXPECT_EQ(dot(ones({0}), ones({0})).item<float>(), 0);
  EXPECT_EQ(linear(ones({2, 0}), ones({3, 0}), tensor({1.0, 2.0, 3.0})).to_vector<float>(),
            (std::vector<float>{1, 2, 3, 1, 2, 3}));
}

TEST(Products, MatmulBroadcastsBatches) {
  Tensor a = numbers({2, 1, 3, 4}, 5), b = numbers({5, 4, 6}, 6);
  Tensor c = matmul(a, b);
  EXPECT_EQ(c.sizes().vec(), (std::vector<int64_t>{2, 5, 3, 6}));
  EXPECT_TRUE(equal(c[1][3], mm(a[1][0], b[3])));
  EXPECT_TRUE(equal(matmul(a, b[0])[1][0], mm(a[1][0], b[0])));
  EXPECT_TRUE(equal(matmul(a[0][0], b)[2], mm(a[0][0], b[2])));
  EXPECT_EQ(matmul(ones({4}), b).sizes().vec(), (std::vector<int64_t>{5, 6}));
  EXPECT_EQ(matmul(ones({3}), ones({3, 2})).sizes().vec(), (std::vector<int64_t>{2}));
  EXPECT_THROW(matmul(tensor(1.0), ones({3})), ShapeError);
}

TEST(Products, AddmmScalesBothParts) {
  Tensor x = ones({2, 2}), nan = full({2, 2}, std::nan(""));
  EXPECT_EQ(addmm(x, x, x, 3, 0.5).to_vector<float>(), std::vector<float>(4, 4.f));
  EXPECT_EQ(addmm(nan, x, x, 0).to_vector<float>(), std::vector<float>(4, 2.f));
  EXPECT_THROW(addmm(ones({3}), x, x), ShapeError);
}

TEST(Products, LinearIsTheProductPlusTheBias) {
  Tensor x = numbers({32, 16}, 7), w = numbers({20, 16}, 8), b = numbers({20}, 9);
  EXPECT_TRUE(equal(linear(x, w), mm(x, w.t())));
  EXPECT_TRUE(equal(linear(x, w, b), mm(x, w.t()) + b));
  EXPECT_TRUE(equal(linear(x.view({2, 16, 16}), w, b), linear(x, w, b).view({2, 16, 20})));
  EXPECT_TRUE(equal(linear(x[0], w, b), linear(x.slice(0, 0, 1), w, b)[0]));
}

TEST(Products, NodesHavePyTorchsNames) {
  Tensor x = ones({2, 3}), w = ones({4, 3}), b = ones({4});
  w.requires_grad_();
  EXPECT_EQ(linear(x, w, b).grad_fn().name(), "AddmmBackward0");
  EXPECT_EQ(linear(x, w).grad_fn().name(), "MmBackward0");
  EXPECT_EQ(linear(x[0], w, b).grad_fn().name(), "ViewBackward0");
  EXPECT_EQ(linear(x[0], w, b).grad_fn().next_functions()[0].name(), "AddmmBackward0");
  const auto of_bias = linear(x, w, b).grad_fn().next_functions(),
             plain = linear(x, w).grad_fn().next_functions();
  ASSERT_EQ(of_bias.size(), 3u);
  EXPECT_FALSE(of_bias[0] || of_bias[1]);
  for (const GradFn& transposed : {of_bias[2], plain.at(1)}) {
    EXPECT_EQ(transposed.name(), "TBackward0");
    EXPECT_EQ(transposed.next_functions().at(0).name(), "AccumulateGrad");
  }
  EXPECT_EQ(mv(w, ones({3})).grad_fn().name(), "MvBackward0");
  EXPECT_EQ(matmul(ones({2, 2, 4}), w).grad_fn().name(), "UnsafeViewBackward0");
  EXPECT_EQ(dot(w[0], ones({3})).grad_fn().name(), "DotBackward0");
}

TEST(Products, Gradients) {
  Tensor x = numbers({5, 3}, 10, float64), w = numbers({4, 3}, 11, float64), b = numbers({4}, 12, float64),
         g = numbers({5, 4}, 13, float64);
  for (const Tensor* t : {&x, &w, &b}) t->requires_grad_();
  linear(x, w, b).backward(g);
  EXPECT_TRUE(equal(x.grad(), mm(g, w.detach())));
  EXPECT_TRUE(equal(w.grad(), mm(g.t(), x.detach())));
  EXPECT_TRUE(equal(b.grad(), g.sum({0})));
}

TEST(Products, ErrorsNameBothShapes) {
  try {
    mm(ones({2, 3}), ones({4, 5}));
    FAIL();
  } catch (const ShapeError& e) {
    EXPECT_NE(std::string_view(e.what()).find("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"),
              std::string_view::npos)
        << e.what();
  }
  EXPECT_THROW(mm(ones({3}), ones({3, 4})), ShapeError);
  EXPECT_THROW(mm(ones({2, 2}), ones({2, 2}, {.dtype = float64})), DtypeError);
  EXPECT_THROW(dot(ones({3}), ones({4})), ShapeError);
  EXPECT_THROW(mv(ones({3, 4}), ones({3})), ShapeError);
}

} // namespace
