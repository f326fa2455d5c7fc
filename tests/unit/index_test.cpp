#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/ops/embedding.h"
#include "talweg/tensor.h"

namespace talweg {
namespace {

using Longs = std::vector<int64_t>;

Longs values(const Tensor& t) { return t.to_vector<int64_t>(); }
Longs sizes(const Tensor& t) { return t.sizes().vec(); }
Tensor cube() { return arange(24).view({2, 3, 4}); }

TEST(Index, BasicElementsGiveViews) {
  Tensor x = cube();
  Tensor row = x.index({1, Slice(0, 2), None, -1});
  EXPECT_TRUE(row.is_view());
  EXPECT_EQ(sizes(row), (Longs{2, 1}));
  EXPECT_EQ(values(row), (Longs{15, 19}));
  EXPECT_EQ(values(x.index({Ellipsis, 3})), (Longs{3, 7, 11, 15, 19, 23}));
  EXPECT_EQ(sizes(x.index({})), (Longs{2, 3, 4}));
  EXPECT_EQ(values(x.index({0, 0, Slice(None, None, 3)})), (Longs{0, 3}));
}

TEST(Index, TensorsStandWhereTheyAreAdjacent) {
  Tensor x = cube(), i = tensor({0, 1}), j = tensor({{2}, {0}});
  EXPECT_EQ(sizes(x.index({Slice(), j, i})), (Longs{2, 2, 2}));
  EXPECT_EQ(sizes(x.index({i, Slice(), tensor({3, -1})})), (Longs{2, 3}));
  EXPECT_EQ(values(x.index({i, Slice(), tensor({3, -1})})), (Longs{3, 7, 11, 15, 19, 23}));
  EXPECT_EQ(sizes(x.index({tensor({{0, 1}}), 0})), (Longs{1, 2, 4}));
}

TEST(Index, MasksTakeTheirDimensions) {
  Tensor x = cube(), mask = x.select(2, 0) > 8;
  EXPECT_EQ(values(x.index({mask, 0})), (Longs{12, 16, 20}));
  EXPECT_EQ(sizes(x.index({x > 5})), (Longs{18}));
  EXPECT_EQ(sizes(x.index({true})), (Longs{1, 2, 3, 4}));
  EXPECT_EQ(sizes(x.index({false})), (Longs{0, 2, 3, 4}));
}

TEST(Index, ErrorsHavePyTorchsWords) {
  Tensor x = zeros({3, 4});
  auto text = [&](std::initializer_list<Index> indices) {
    try {
      x.index(indices);
    } catch (const IndexError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_NE(text({3}).find("index 3 is out of bounds for dimension 0 with size 3"), std::string::npos);
  EXPECT_NE(text({0, 0, 0}).find("too many indices for tensor of dimension 2"), std::string::npos);
  EXPECT_NE(
      text({tensor({0, 1}), tensor({0, 1, 2})}).find("could not be broadcast together with shapes [2], [3]"),
      std::string::npos);
  EXPECT_NE(text({tensor({true, false})}).find("The shape of the mask [2] at index 0"), std::string::npos);
  EXPECT_NE(text({tensor({0.5})}).find("must be long, int, byte or bool"), std::string::npos);
}

TEST(Index, NothingIsWrittenBeforeTheCheck) {
  Tensor x = zeros({3});
  EXPECT_THROW(x.index_put_({tensor({0, 1, 7})}, 1), IndexError);
  EXPECT_EQ(values(x), (Longs{0, 0, 0}));
  EXPECT_EQ(x.version(), 0u);
}

TEST(Index, WritesAndAccumulates) {
  Tensor x = zeros({4});
  x.index_put_({tensor({1, 1, -1})}, tensor({1.0, 2.0, 3.0}));
  EXPECT_EQ(values(x), (Longs{0, 2, 0, 3}));
  x.index_put_({tensor({1, 1, 0})}, tensor({1.0, 1.0, 1.0}), true);
  EXPECT_EQ(values(x), (Longs{1, 4, 0, 3}));
  x.index({Slice(1, 3)}) = 7;
  EXPECT_EQ(values(x), (Longs{1, 7, 7, 3}));
  x.index_put_({x > 5}, 0);
  EXPECT_EQ(values(x), (Longs{1, 0, 0, 3}));
}

TEST(Index, GradientsOfReading) {
  Tensor x = zeros({3, 2}, {.requires_grad = true});
  Tensor y = x.index({tensor({0, 2, 0})});
  EXPECT_EQ(y.grad_fn().name(), "IndexBackward0");
  y.backward(ones({3, 2}));
  EXPECT_EQ(values(x.grad()), (Longs{2, 2, 0, 0, 1, 1}));
}

TEST(Index, GradientsOfWriting) {
  Tensor x = ones({3}, {.requires_grad = true}), v = ones({}, {.requires_grad = true});
  Tensor y = x.clone();
  y.index_put_({tensor({0, 2})}, v);
  EXPECT_EQ(y.grad_fn().name(), "IndexPutBackward0");
  y.backward(tensor({1.0f, 2.0f, 3.0f}));
  EXPECT_EQ(values(x.grad()), (Longs{0, 2, 0}));
  EXPECT_EQ(values(v.grad()), (Longs{4}));
  Tensor z = x.clone();
  z[0] = v * 3;
  EXPECT_EQ(z.grad_fn().name(), "CopySlices");
}

TEST(Index, ChangedIndicesAreNoticed) {
  Tensor x = ones({3}, {.requires_grad = true}), i = tensor({0, 1});
  Tensor y = x.index({i});
  i.fill_(2);
  EXPECT_THROW(y.backward(ones({2})), AutogradError);
}

TEST(Index, SelectGatherScatter) {
  Tensor x = arange(6).view({2, 3});
  EXPECT_EQ(values(index_select(x, 1, tensor({2, 0}))), (Longs{2, 0, 5, 3}));
  EXPECT_EQ(values(gather(x, 1, tensor({{0, 0}, {2, 1}}))), (Longs{0, 0, 5, 4}));
  EXPECT_EQ(values(scatter_add(x, 1, tensor({{0, 0}, {2, 1}}), tensor({{1, 2}, {3, 4}}))),
            (Longs{3, 1, 2, 3, 8, 8}));
  EXPECT_THROW(index_select(x, 1, tensor({3})), IndexError);
  EXPECT_THROW(gather(x, 1, tensor({{-1}})), IndexError);
}

TEST(Index, EmbeddingSharesAmongEqualRows) {
  Tensor w = zeros({3, 2}).requires_grad_();
  embedding(tensor({0, 0, 1, 2, 2, 2}), w, {}, {}, 2.0, true)
      .backward(arange(12, {.dtype = float32}).view({6, 2}));
  EXPECT_EQ(values(w.grad()), (Longs{1, 2, 4, 5, 8, 9}));
}

TEST(Index, LeafWithGaps) {
  Tensor x = arange(10, {.dtype = float32}).index({Slice(None, None, 2)}).detach();
  x.requires_grad_();
  (x * 2).sum().backward();
  EXPECT_EQ(values(x.grad()), (Longs{2, 2, 2, 2, 2}));
}

} // namespace
} // namespace talweg
