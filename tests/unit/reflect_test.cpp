// What reflection finds in structs: counts, names, kinds.
#include "talweg/nn/reflect.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stack>
#include <variant>

#include "talweg/create.h"
#include "talweg/nn.h"

namespace {

using namespace talweg;
using reflect::Kind;

struct Layer {
  nn::Parameter w{ones({2})};
};
struct Callable {
  Tensor operator()(const Tensor& x) const { return x; }
};
struct Forwards {
  Tensor forward(const Tensor& x) const { return x; }
  Tensor forward(const Tensor& x, bool) const { return x; }
};
struct Config {
  int layers = 2;
  std::string name;
  std::vector<double> rates;
};
// Linear has no default: small counts of initialisers don't compile, and must not end the search.
struct NeedsFirst {
  nn::Linear first;
  int k;
  nn::Linear second;
};
struct WithBase : Layer {
  nn::Parameter own;
};
class Closed {
 public:
  explicit Closed(int v) : value_(v) {}
  int value() const { return value_; }

 private:
  int value_;
};
struct Naming {
  Layer größe;
  Layer layer_2;
  Layer _x;
};
template <class T>
struct Generic {
  T inner;
};

template <class T>
std::vector<std::string> names(T& object) {
  std::vector<std::string> out;
  reflect::for_each_member(object, [&](std::string_view name, size_t, auto&) { out.emplace_back(name); });
  return out;
}

TEST(Reflect, Kinds) {
  EXPECT_EQ(reflect::kind<nn::Parameter>, Kind::parameter);
  EXPECT_EQ(reflect::kind<nn::Buffer>, Kind::buffer);
  EXPECT_EQ(reflect::kind<Tensor>, Kind::tensor);
  EXPECT_EQ(reflect::kind<Layer>, Kind::module);
  EXPECT_EQ(reflect::kind<const Layer>, Kind::module);
  EXPECT_EQ(reflect::kind<Callable>, Kind::module);
  EXPECT_EQ(reflect::kind<Forwards>, Kind::module);
  EXPECT_EQ(reflect::kind<NeedsFirst>, Kind::module);
  EXPECT_EQ(reflect::kind<nn::Linear>, Kind::module);
  EXPECT_EQ(reflect::kind<Generic<std::vector<Layer>>>, Kind::module);
  EXPECT_EQ((reflect::kind<nn::Sequential<nn::Linear, nn::ReLU>>), Kind::module);
  EXPECT_EQ(reflect::kind<std::vector<Layer>>, Kind::range);
  EXPECT_EQ((reflect::kind<std::map<std::string, Layer>>), Kind::keyed);
  EXPECT_EQ((reflect::kind<std::array<Layer, 2>>), Kind::tuple);
  EXPECT_EQ((reflect::kind<std::pair<int, Layer>>), Kind::tuple);
  EXPECT_EQ(reflect::kind<std::optional<Layer>>, Kind::holder);
  EXPECT_EQ(reflect::kind<std::unique_ptr<Layer>>, Kind::holder);
  EXPECT_EQ(reflect::kind<std::shared_ptr<std::vector<Layer>>>, Kind::holder);
}

TEST(Reflect, WhatHoldsNoTensorsIsIgnored) {
  EXPECT_EQ(reflect::kind<int>, Kind::ignored);
  EXPECT_EQ(reflect::kind<Layer*>, Kind::ignored);
  EXPECT_EQ(reflect::kind<Config>, Kind::ignored);
  EXPECT_EQ(reflect::kind<std::string>, Kind::ignored);
  EXPECT_EQ(reflect::kind<std::vector<bool>>, Kind::ignored);
  EXPECT_EQ((reflect::kind<std::array<double, 3>>), Kind::ignored);
  EXPECT_EQ(reflect::kind<std::function<Tensor(const Tensor&)>>, Kind::ignored);
  EXPECT_EQ(reflect::kind<std::mt19937>, Kind::ignored);
  EXPECT_EQ(reflect::kind<std::filesystem::path>, Kind::ignored);
  EXPECT_EQ((reflect::kind<std::variant<int, std::string>>), Kind::ignored);
  EXPECT_EQ(reflect::kind<Generator>, Kind::ignored);
  EXPECT_EQ(reflect::kind<Scalar>, Kind::ignored);
}

TEST(Reflect, WhatCantBeLookedIntoIsNeverSkipped) {
  EXPECT_EQ(reflect::kind<WithBase>, Kind::unknown);
  EXPECT_EQ(reflect::kind<Closed>, Kind::unknown);
  EXPECT_EQ(reflect::kind<std::vector<Closed>>, Kind::unknown);
  EXPECT_EQ(reflect::kind<Generic<Closed>>, Kind::unknown);
  EXPECT_EQ((reflect::kind<std::variant<Layer, Callable>>), Kind::unknown);
  EXPECT_EQ(reflect::kind<std::stack<nn::Parameter>>, Kind::unknown);
}

TEST(Reflect, Names) {
  NeedsFirst n{nn::Linear(1, 1), 3, nn::Linear(1, 2)};
  EXPECT_EQ(names(n), (std::vector<std::string>{"first", "k", "second"}));
  Naming odd;
  EXPECT_EQ(names(odd), (std::vector<std::string>{"größe", "layer_2", "_x"}));
  struct Local {
    Layer a, b;
  } local;
  EXPECT_EQ(names(local), (std::vector<std::string>{"a", "b"}));
  nn::Linear linear(2, 3);
  EXPECT_EQ(names(linear), (std::vector<std::string>{"weight", "bias"}));
}

TEST(Reflect, TypeNames) {
  struct Local {};
  EXPECT_EQ(reflect::type_name<Layer>(), "Layer");
  EXPECT_EQ(reflect::type_name<Local>(), "Local");
  EXPECT_EQ(reflect::type_name<nn::Linear>(), "Linear");
  EXPECT_EQ((reflect::type_name<nn::Sequential<nn::Linear, Generic<Layer>>>()), "Sequential");
}

} // namespace
