// Reductions: bits, shapes, ends and derivatives.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "kernels/isa.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "talweg/talweg.h"

namespace talweg {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Numbers that any language makes alike: a hash of the position, between -1 and 1.
Tensor numbers(IntList sizes, Dtype dtype) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  std::vector<double> values;
  for (int64_t i = 0; i < n; ++i)
    values.push_back(static_cast<int32_t>(static_cast<uint32_t>(i) * 2654435761u) * 0x1p-31);
  return tensor(values).to(dtype).reshape(sizes);
}

uint64_t hash(const Tensor& t) {
  Tensor dense = t.contiguous();
  uint64_t h = 14695981039346656037u;
  for (int64_t i = 0; i < dense.nbytes(); ++i)
    h = (h ^ static_cast<unsigned char*>(dense.data_ptr())[i]) * 1099511628211u;
  return h;
}

// What torch 2.13.0 gives on one thread, as a hash of the bytes.
struct Recorded {
  const char* op;
  Dtype dtype;
  std::vector<int64_t> sizes;
  const char* layout;
  std::vector<int64_t> dims;
  uint64_t hash;
};
const std::vector<Recorded>& recorded() {
  static const std::vector<Recorded> rows = {
      {"sum", float32, {1}, "contiguous", {}, 0x4d25767f9dce13f5u},
      {"sum", float32, {3}, "contiguous", {}, 0x9eeb12b4b818a888u},
      {"sum", float32, {4}, "contiguous", {}, 0x9d3913b4b6a8c8bbu},
      {"sum", float32, {7}, "contiguous", {}, 0x359729aa1bec8c0cu},
      {"sum", float32, {8}, "contiguous", {}, 0x6e2c285a5e7ebb75u},
      {"sum", float32, {13}, "contiguous", {}, 0x1c29cd183094e7f0u},
      {"sum", float32, {31}, "contiguous", {}, 0x998752430b2050b7u},
      {"sum", float32, {33}, "contiguous", {}, 0x4292b692f56b0628u},
      {"sum", float32, {100}, "contiguous", {}, 0xb35d6fcc381b2ac8u},
      {"sum", float32, {1000}, "contiguous", {}, 0x5f385a96e8fd96c0u},
      {"sum", float32, {4097}, "contiguous", {}, 0x55c1f68ad11bd12fu},
      {"sum", float32, {70000}, "contiguous", {}, 0x7d246253e21405f1u},
      {"sum", float32, {37, 70}, "contiguous", {0}, 0x28e4e777837806f8u},
      {"sum", float32, {37, 70}, "contiguous", {1}, 0x1ddec027880460ecu},
      {"sum", float32, {37, 70}, "transposed", {0}, 0x1ddec027880460ecu},
      {"sum", float32, {37, 70}, "sliced", {}, 0x9e667889c4d3633cu},
      {"sum", float32, {300, 5}, "contiguous", {0}, 0x202545d17c7bb095u},
      {"sum", float32, {5, 300}, "sliced", {1}, 0x258a22a46364246eu},
      {"sum", float32, {6, 40, 33}, "contiguous", {1}, 0x4ff3e87f1a5ce551u},
      {"sum", float32, {6, 40, 33}, "contiguous", {0, 2}, 0x14cde7fd5bf26acdu},
      {"sum", float32, {6, 40, 33}, "transposed", {0, 2}, 0x14cde7fd5bf26acdu},
      {"sum", float32, {6, 40, 33}, "sliced", {1, 2}, 0x9034e563070c865cu},
      {"sum", float32, {3, 4, 5, 6}, "sliced", {}, 0x6323bdc177187af5u},
      {"sum", float32, {1000, 3}, "transposed", {}, 0x9b70e80ed2e70db3u},
      {"mean", float32, {77}, "contiguous", {}, 0x28a42d690c1fc32eu},
      {"mean", float32, {9, 50}, "contiguous", {0}, 0x9d27fcd60370c62du},
      {"mean", float32, {9, 50}, "transposed", {0}, 0x7b1403b65145f600u},
      {"prod", float32, {7}, "contiguous", {}, 0x1a14cc6485a69dd1u},
      {"prod", float32, {200}, "contiguous", {}, 0xa9e70a3c8fe66753u},
      {"prod", float32, {9, 50}, "contiguous", {0}, 0x0e68fbaabc797105u},
      {"prod", float32, {9, 50}, "contiguous", {1}, 0x45517495ed96f365u},
      {"prod", float32, {9, 50}, "transposed", {0}, 0x45517495ed96f365u},
      {"prod", float32, {9, 50}, "sliced", {}, 0x993b8b88225f4e7au},
      {"var", float32, {7}, "contiguous", {}, 0x3e2d628e3fdeea2du},
      {"var", float32, {200}, "contiguous", {}, 0x3acabc51d5e65165u},
      {"var", float32, {9, 50}, "contiguous", {0}, 0x3ff07d6b2245b665u},
      {"var", float32, {9, 50}, "transposed", {0}, 0x77aad3e1c333b14cu},
      {"var", float32, {9, 50}, "sliced", {}, 0xa60dba368fcd06beu},
      {"sum", float64, {1}, "contiguous", {}, 0xa8c7f832281a39c5u},
      {"sum", float64, {3}, "contiguous", {}, 0x3df4ebb6d4397b59u},
      {"sum", float64, {4}, "contiguous", {}, 0x3e2a6bb6d4663149u},
      {"sum", float64, {7}, "contiguous", {}, 0x5f5cb46e14785c74u},
      {"sum", float64, {8}, "contiguous", {}, 0xadb14c780c0a4b99u},
      {"sum", float64, {13}, "contiguous", {}, 0x13b51593e9eec18bu},
      {"sum", float64, {31}, "contiguous", {}, 0x0e7348d73f0403a1u},
      {"sum", float64, {33}, "contiguous", {}, 0xeda9004a53479681u},
      {"sum", float64, {100}, "contiguous", {}, 0x0b3542aff8da64e9u},
      {"sum", float64, {1000}, "contiguous", {}, 0xcff2cdd676e2623au},
      {"sum", float64, {4097}, "contiguous", {}, 0x7b46ce6bf6c41678u},
      {"sum", float64, {70000}, "contiguous", {}, 0x3b00d4e5ed641ad7u},
      {"sum", float64, {37, 70}, "contiguous", {0}, 0xbea07025b35fcdceu},
      {"sum", float64, {37, 70}, "contiguous", {1}, 0x55635f9e166a79ddu},
      {"sum", float64, {37, 70}, "transposed", {0}, 0x55635f9e166a79ddu},
      {"sum", float64, {37, 70}, "sliced", {}, 0x41abe56c67a784cau},
      {"sum", float64, {300, 5}, "contiguous", {0}, 0x679fb1b51ce288dau},
      {"sum", float64, {5, 300}, "sliced", {1}, 0xf7329fd051efd9ecu},
      {"sum", float64, {6, 40, 33}, "contiguous", {1}, 0x949538be0e56afd4u},
      {"sum", float64, {6, 40, 33}, "contiguous", {0, 2}, 0x8703c3e559aa1a3bu},
      {"sum", float64, {6, 40, 33}, "transposed", {0, 2}, 0x8703c3e559aa1a3bu},
      {"sum", float64, {6, 40, 33}, "sliced", {1, 2}, 0xb86a5bb0f9fd8c4fu},
      {"sum", float64, {3, 4, 5, 6}, "sliced", {}, 0x9a17c70bcf761375u},
      {"sum", float64, {1000, 3}, "transposed", {}, 0xd02fbf7104a4cd06u},
      {"mean", float64, {77}, "contiguous", {}, 0xe2b0d85a6a7217dcu},
      {"mean", float64, {9, 50}, "contiguous", {0}, 0x51b1e5ac856084cdu},
      {"mean", float64, {9, 50}, "transposed", {0}, 0x71d6b45dd4ceee5cu},
      {"prod", float64, {7}, "contiguous", {}, 0x56fca79131389523u},
      {"prod", float64, {200}, "contiguous", {}, 0xa2108943b6bd0fadu},
      {"prod", float64, {9, 50}, "contiguous", {0}, 0x23ac217d2efa55d8u},
      {"prod", float64, {9, 50}, "contiguous", {1}, 0x6be5f144002fc720u},
      {"prod", float64, {9, 50}, "transposed", {0}, 0x6be5f144002fc720u},
      {"prod", float64, {9, 50}, "sliced", {}, 0x5b15e1263cc0a32fu},
      {"var", float64, {7}, "contiguous", {}, 0x581f91cd9905370du},
      {"var", float64, {200}, "contiguous", {}, 0xebf7e86b345581d6u},
      {"var", float64, {9, 50}, "contiguous", {0}, 0xd84a22b7164fc8e1u},
      {"var", float64, {9, 50}, "transposed", {0}, 0x06b411836ad4afb3u},
      {"var", float64, {9, 50}, "sliced", {}, 0xc5b415f4f47ef2b4u},
  };
  return rows;
}

Tensor laid_out(const Recorded& r) {
  Tensor x = numbers(r.sizes, r.dtype);
  if (std::string(r.layout) == "transposed") x = x.transpose(0, -1);
  if (std::string(r.layout) == "sliced") x = x.slice(0, 1).slice(-1, 0, -1);
  return std::string(r.op) == "prod" ? x * 0.25 + 1 : x;
}

Tensor computed(const Recorded& r) {
  Tensor x = laid_out(r);
  std::string op = r.op;
  bool all = r.dims.empty();
  if (op == "sum") return all ? x.sum() : x.sum(r.dims);
  if (op == "mean") return all ? x.mean() : x.mean(r.dims);
  if (op == "prod") return all ? x.prod() : x.prod(r.dims[0]);
  return x.var(r.dims);
}

TEST(Reduce, bits_are_those_of_torch_on_every_instruction_set) {
  Isa before = choose_isa();
  for (Isa isa : {Isa::base, Isa::avx2, Isa::avx512}) {
    if (!is_supported(isa)) continue;
    set_isa(isa);
    for (const Recorded& r : recorded())
      EXPECT_EQ(hash(computed(r)), r.hash)
          << name(isa) << " " << r.op << " " << name(r.dtype) << " " << to_string(r.sizes) << " " << r.layout
          << " over " << to_string(r.dims);
  }
  set_isa(before);
}

TEST(Reduce, small_path_equals_general_path) {
  for (int64_t n = 1; n <= 16; ++n) {
    Tensor x = numbers({n}, float32);
    EXPECT_EQ(hash(x.sum()), hash(x.sum(0))) << n;
    EXPECT_EQ(hash(x.mean()), hash(x.mean(0))) << n;
    EXPECT_EQ(x.sum().dim(), 0);
  }
  EXPECT_FALSE(std::signbit(tensor({-0.0}).sum().item<double>()));
}

TEST(Reduce, a_recorder_sees_small_sums) {
  Tensor x = tensor({1.0, 2.0, 3.0});
  Recorder recorder;
  recorder.start();
  Tensor y = x.sum();
  recorder.stop();
  x.fill_(2);
  recorder.replay();
  EXPECT_EQ(y.item<double>(), 6);
}

TEST(Reduce, sizes_and_dtypes) {
  Tensor x = ones({2, 3, 4});
  EXPECT_EQ(x.sum({0, -1}).sizes(), IntList({3}));
  EXPECT_EQ(x.sum({0, 2}, true).sizes(), IntList({1, 3, 1}));
  EXPECT_EQ(x.sum(IntList()).sizes(), IntList({}));
  EXPECT_EQ(x.to(uint8).sum().dtype(), int64);
  EXPECT_EQ(x.to(bool_).sum().item<int64_t>(), 24);
  EXPECT_EQ(x.to(int32).sum(int32).dtype(), int32);
  EXPECT_EQ(x.to(float16).mean(float32).dtype(), float32);
  EXPECT_EQ(x.to(bfloat16).sum(1).dtype(), bfloat16);
  EXPECT_EQ(x.to(int8).prod().dtype(), int64);
  EXPECT_EQ((x.to(uint8).all().dtype()), uint8);
  EXPECT_EQ((x.all(1).dtype()), bool_);
  EXPECT_EQ(x.amax({0, 1}, true).sizes(), IntList({1, 1, 4}));
  EXPECT_EQ(x.max(1, true).second.sizes(), IntList({2, 1, 4}));
  EXPECT_EQ(x.argmax().dtype(), int64);
  EXPECT_EQ(x.argmax({}, true).sizes(), IntList({1, 1, 1}));
}

TEST(Reduce, int64_sums_wrap) {
  Tensor x = tensor({INT64_MAX, int64_t{1}});
  EXPECT_EQ(x.sum().item<int64_t>(), INT64_MIN);
  EXPECT_EQ(tensor({INT64_MAX, int64_t{2}}).prod().item<int64_t>(), -2);
}

TEST(Reduce, nothing_to_reduce) {
  Tensor none = zeros({0, 3});
  EXPECT_EQ(none.sum().item<double>(), 0);
  EXPECT_EQ(none.prod().item<double>(), 1);
  EXPECT_TRUE(std::isnan(none.mean().item<double>()));
  EXPECT_TRUE(std::isnan(none.var().item<double>()));
  EXPECT_EQ(none.sum(0).repr(), "tensor([0., 0., 0.])");
  EXPECT_EQ(none.prod(0).repr(), "tensor([1., 1., 1.])");
  EXPECT_EQ(none.sum(1).sizes(), IntList({0}));
  EXPECT_TRUE(none.all().item<bool>());
  EXPECT_FALSE(none.any().item<bool>());
  EXPECT_THROW(none.max(), Error);
  EXPECT_THROW(none.amax(0), IndexError);
  EXPECT_THROW(none.max(0), IndexError);
  EXPECT_THROW(none.argmax(), IndexError);
  EXPECT_EQ(none.amax(1).sizes(), IntList({0}));
}

TEST(Reduce, logsumexp_at_its_ends) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(tensor({{1000.0, 1000.0}, {-inf, -inf}, {-inf, 3.0}, {inf, 3.0}, {inf, -inf}, {nan, 3.0}})
                .logsumexp(1)
                .repr(),
            "tensor([1000.6932,      -inf,    3.0000,       inf,       inf,       nan])");
  EXPECT_EQ(zeros({0, 3}).logsumexp(0).repr(), "tensor([-inf, -inf, -inf])");
  EXPECT_EQ(zeros({0, 3}).logsumexp(1, true).sizes(), IntList({0, 1}));
  EXPECT_EQ(tensor(3.0).logsumexp(0).item<double>(), 3);
  for (Dtype integer : {bool_, uint8, int64})
    EXPECT_EQ(zeros({2}, {.dtype = integer}).logsumexp(0).repr(), "tensor(0.6931)");
  EXPECT_EQ(ones({2}, {.dtype = bfloat16}).logsumexp(0).dtype(), bfloat16);
  EXPECT_THROW(ones({2, 3}).logsumexp({0, 0}), ShapeError);
  EXPECT_THROW(ones({2, 3}).logsumexp(2), IndexError);
  Tensor x = tensor({0.0, 0.0, -inf}, {.requires_grad = true});
  Tensor y = x.logsumexp(0);
  EXPECT_EQ(y.grad_fn().name(), "LogsumexpBackward0");
  y.backward();
  EXPECT_EQ(x.grad().repr(), "tensor([0.5000, 0.5000, 0.0000])");
}

TEST(Reduce, zero_dimensions) {
  Tensor x = tensor(3.0);
  EXPECT_EQ(x.sum(0).item<double>(), 3);
  EXPECT_EQ(x.sum(-1).item<double>(), 3);
  EXPECT_EQ(x.max(0).second.item<int64_t>(), 0);
  EXPECT_EQ(x.prod(0).item<double>(), 3);
  EXPECT_THROW(x.sum(1), IndexError);
}

TEST(Reduce, nan_wins) {
  Tensor x = tensor({{1.0, nan, 3.0}, {4.0, 4.0, 2.0}});
  EXPECT_TRUE(std::isnan(x.max().item<double>()));
  EXPECT_EQ(x.max(1).second.repr(), "tensor([1, 0])");
  EXPECT_EQ(x.argmax(1).repr(), "tensor([1, 0])");
  EXPECT_EQ(x.amax(1).repr(), "tensor([nan, 4.])");
  EXPECT_EQ(x.amax(0).repr(), "tensor([4., nan, 3.])");
  EXPECT_TRUE(x.any().item<bool>());
}

TEST(Reduce, errors_name_what_was_met) {
  Tensor x = ones({2, 3});
  EXPECT_THROW(x.sum({0, 0}), ShapeError);
  EXPECT_THROW(x.sum(2), IndexError);
  EXPECT_THROW(Tensor().sum(), TypeError);
  try {
    x.to(int64).mean();
    FAIL();
  } catch (const DtypeError& e) {
    EXPECT_STREQ(e.what(),
                 "[mean] mean(): could not infer output dtype. Input dtype must be either a floating point "
                 "or complex dtype. Got: Long");
  }
  EXPECT_THROW(x.to(bool_).argmax(), DtypeError);
  EXPECT_THROW(x.to(int64).var(), DtypeError);
  EXPECT_THROW(x.nanmean({}, false, int64), DtypeError);
  EXPECT_EQ(x.nanmean({}, false, bfloat16).dtype(), bfloat16);
}

std::string node_of_result(const Tensor& t) { return std::string(t.grad_fn().name()); }

TEST(Reduce, nodes_have_pytorchs_names) {
  Tensor x = ones({2, 3}).requires_grad_();
  EXPECT_EQ(node_of_result(x.sum()), "SumBackward0");
  EXPECT_EQ(node_of_result(x.sum(0)), "SumBackward1");
  EXPECT_EQ(node_of_result(x.mean()), "MeanBackward0");
  EXPECT_EQ(node_of_result(x.mean(0)), "MeanBackward1");
  EXPECT_EQ(node_of_result(x.max()), "MaxBackward1");
  EXPECT_EQ(node_of_result(x.max(0).first), "MaxBackward0");
  EXPECT_EQ(node_of_result(x.max(x)), "MaximumBackward0");
  EXPECT_EQ(node_of_result(x.amax(0)), "AmaxBackward0");
  EXPECT_EQ(node_of_result(x.var()), "VarBackward0");
  EXPECT_EQ(node_of_result(x.prod()), "ProdBackward0");
  EXPECT_FALSE(x.max(0).second.requires_grad());
}

Tensor gradient(const Tensor& x, const Tensor& y) {
  x.set_grad({});
  y.backward();
  return x.grad();
}

TEST(Reduce, gradients) {
  Tensor x = tensor({{1.0, 3.0, 3.0}, {0.0, 2.0, -1.0}}, {.requires_grad = true});
  EXPECT_EQ(gradient(x, x.sum()).repr(), "tensor([[1., 1., 1.],\n        [1., 1., 1.]])");
  EXPECT_EQ(gradient(x, x.mean(1).sum()).repr(),
            "tensor([[0.3333, 0.3333, 0.3333],\n        [0.3333, 0.3333, 0.3333]])");
  EXPECT_EQ(gradient(x, x.max()).repr(),
            "tensor([[0.0000, 0.5000, 0.5000],\n        [0.0000, 0.0000, 0.0000]])");
  EXPECT_EQ(gradient(x, x.max(1).first.sum()).repr(), "tensor([[0., 1., 0.],\n        [0., 1., 0.]])");
  EXPECT_EQ(gradient(x, x.prod()).repr(), "tensor([[ -0.,  -0.,  -0.],\n        [-18.,  -0.,   0.]])");
  EXPECT_EQ(gradient(x, x.prod(1).sum()).repr(), "tensor([[ 9.,  3.,  3.],\n        [-2., -0.,  0.]])");
  EXPECT_EQ(gradient(x, x.var()).repr(),
            "tensor([[-0.1333,  0.6667,  0.6667],\n        [-0.5333,  0.2667, -0.9333]])");
}

TEST(Reduce, calls_by_name) {
  Value x = tensor({{1.0, 2.0}, {3.0, 5.0}});
  auto call = [&](std::string_view op, std::vector<Value> arguments, std::vector<NamedValue> keywords = {}) {
    arguments.insert(arguments.begin(), x);
    return call_op(op, arguments, keywords);
  };
  EXPECT_EQ(call("sum", {}, {{"keepdim", true}, {"dim", Value()}})[0].as<Tensor>()->repr(),
            "tensor([[11.]])");
  EXPECT_EQ(call("sum", {int64_t{0}})[0].as<Tensor>()->repr(), "tensor([4., 7.])");
  EXPECT_EQ(call("var", {true})[0].as<Tensor>()->repr(), "tensor(2.9167)");
  EXPECT_EQ(call("var", {int64_t{1}}, {{"unbiased", false}})[0].as<Tensor>()->repr(),
            "tensor([0.2500, 1.0000])");
  EXPECT_EQ(call("max", {int64_t{0}}).size(), 2u);
  EXPECT_EQ(call("max", {x}).size(), 1u);
}

} // namespace
} // namespace talweg
