// Text of numbers, of tensors as PyTorch 2.13 prints them and of arrays as NumPy 2.4 does: what those
// programs print.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/format_number.h"
#include "core/format_numpy.h"
#include "core/format_torch.h"
#include "talweg/errors.h"
#include "talweg/print.h"

namespace talweg {
namespace {

// An array that owns what a view needs.
struct Array {
  std::vector<char> bytes;
  Dtype dtype;
  std::vector<int64_t> sizes, strides;

  ArrayView view() const { return {bytes.data(), dtype, sizes, strides}; }
};

template <class T>
Array array_of(const std::vector<T>& values, std::vector<int64_t> sizes) {
  Array a;
  a.bytes.resize(values.size() * sizeof(T));
  for (size_t i = 0; i < values.size(); i++) {
    T value = values[i];
    std::memcpy(a.bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  a.dtype = dtype_of<T>;
  a.sizes = sizes;
  a.strides.assign(sizes.size(), 1);
  for (size_t i = sizes.size(); i-- > 1;) a.strides[i - 1] = a.strides[i] * sizes[i];
  return a;
}

template <class T>
Array vector_of(std::vector<T> values) {
  return array_of(values, {static_cast<int64_t>(values.size())});
}

template <class T>
Array range(int64_t count, std::vector<int64_t> sizes) {
  std::vector<T> values;
  for (int64_t i = 0; i < count; i++) values.push_back(static_cast<T>(i));
  return array_of(values, sizes);
}

std::string torch(const Array& a, const PrintOptions& options = {}, const ReprExtras& extras = {}) {
  return torch_repr(a.view(), options, extras);
}
std::string str(const Array& a, const NumpyPrintOptions& options = {}) {
  return numpy_str(a.view(), options);
}
std::string repr(const Array& a, const NumpyPrintOptions& options = {}) {
  return numpy_repr(a.view(), options);
}

const float inf = INFINITY;

TEST(FormatNumber, FixedAndScientificRoundTheExactValueHalfToEven) {
  EXPECT_EQ(format_fixed(0.125, 2), "0.12");
  EXPECT_EQ(format_fixed(0.375, 2), "0.38");
  EXPECT_EQ(format_fixed(2.5, 0), "2");
  EXPECT_EQ(format_fixed(-0.0, 1), "-0.0");
  EXPECT_EQ(format_fixed(1e22, 0), "10000000000000000000000");
  EXPECT_EQ(format_fixed(0.1, 20), "0.10000000000000000555");
  EXPECT_EQ(format_fixed(1e300, 200).size(), 301u + 1u + 200u);
  EXPECT_EQ(format_scientific(12345, 2), "1.23e+04");
  EXPECT_EQ(format_scientific(1e100, 0), "1e+100");
  EXPECT_EQ(format_fixed(NAN, 3), "nan");
  EXPECT_EQ(format_scientific(-INFINITY, 3), "-inf");
}

TEST(FormatNumber, ReprIsPythons) {
  EXPECT_EQ(format_repr(0.1), "0.1");
  EXPECT_EQ(format_repr(1.0), "1.0");
  EXPECT_EQ(format_repr(-0.0), "-0.0");
  EXPECT_EQ(format_repr(1e16), "1e+16");
  EXPECT_EQ(format_repr(9999999999999998.0), "9999999999999998.0");
  EXPECT_EQ(format_repr(1e-5), "1e-05");
  EXPECT_EQ(format_repr(0.0001), "0.0001");
  EXPECT_EQ(format_repr(5e-324), "5e-324");
  EXPECT_EQ(format_repr(0x1p-44), "5.684341886080802e-14");
  EXPECT_EQ(format_repr(double{0.1f}), "0.10000000149011612");
  EXPECT_EQ(format_repr(0.1f), "0.1");
  EXPECT_EQ(format_repr(-INFINITY), "-inf");
}

TEST(FormatNumber, ShortestDigitsOfHalvesAreTheirOwn) {
  EXPECT_EQ(positional(shortest_digits(0.0999755859375, float16)), "0.1");
  EXPECT_EQ(positional(shortest_digits(3.140625, float16)), "3.14");
  EXPECT_EQ(shortest_digits(0x1p-24, float16).digits, "6");
}

TEST(TorchText, OneElementOfEveryKind) {
  EXPECT_EQ(torch(array_of<float>({3}, {})), "tensor(3.)");
  EXPECT_EQ(torch(array_of<float>({3.14159f}, {})), "tensor(3.1416)");
  EXPECT_EQ(torch(array_of<int64_t>({7}, {})), "tensor(7)");
  EXPECT_EQ(torch(array_of<bool>({true}, {})), "tensor(True)");
  EXPECT_EQ(torch(array_of<float>({-0.0f}, {})), "tensor(-0.)");
}

TEST(TorchText, DtypeIsShownUnlessItGoesWithoutSaying) {
  EXPECT_EQ(torch(vector_of<Half>({Half(1.0f)})), "tensor([1.], dtype=torch.float16)");
  EXPECT_EQ(torch(vector_of<BFloat16>({BFloat16(0.1f)})), "tensor([0.1001], dtype=torch.bfloat16)");
  EXPECT_EQ(torch(vector_of<uint8_t>({1, 200})), "tensor([  1, 200], dtype=torch.uint8)");
  EXPECT_EQ(torch(vector_of<bool>({true, false})), "tensor([ True, False])");
  EXPECT_EQ(torch(vector_of<double>({0.5}), {}, {.default_dtype = float64}), "tensor([0.5000])");
  EXPECT_EQ(torch(vector_of<float>({0.5f}), {}, {.default_dtype = float64}),
            "tensor([0.5000], dtype=torch.float32)");
}

TEST(TorchText, NotFiniteValuesDontWidenTheColumn) {
  EXPECT_EQ(torch(vector_of<float>({inf, -inf, 1})), "tensor([inf, -inf, 1.])");
  EXPECT_EQ(torch(vector_of<float>({NAN, 1.5f})), "tensor([   nan, 1.5000])");
}

TEST(TorchText, ScientificWhereTheValuesSpanTooMuch) {
  EXPECT_EQ(torch(vector_of<float>({1, 1000})), "tensor([   1., 1000.])");
  EXPECT_EQ(torch(vector_of<float>({1, 1001})), "tensor([1.0000e+00, 1.0010e+03])");
  EXPECT_EQ(torch(vector_of<double>({2e8}), {}, {.default_dtype = float64}), "tensor([2.0000e+08])");
  EXPECT_EQ(torch(vector_of<float>({1, 0}), {.sci_mode = true}), "tensor([1.0000e+00, 0.0000e+00])");
  EXPECT_EQ(torch(vector_of<float>({1e-6f, 1}), {.sci_mode = false}), "tensor([0.0000, 1.0000])");
  EXPECT_EQ(torch(vector_of<float>({0, 0}), {.sci_mode = true}), "tensor([0., 0.])");
}

TEST(TorchText, LinesWrapAndNest) {
  EXPECT_EQ(torch(range<float>(30, {30}), {.linewidth = 40}),
            "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,\n"
            "         6.,  7.,  8.,  9., 10., 11.,\n"
            "        12., 13., 14., 15., 16., 17.,\n"
            "        18., 19., 20., 21., 22., 23.,\n"
            "        24., 25., 26., 27., 28., 29.])");
  EXPECT_EQ(torch(range<int64_t>(8, {2, 2, 2})),
            "tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]])");
}

TEST(TorchText, LargeTensorsAreSummarised) {
  EXPECT_EQ(torch(range<int64_t>(1001, {1001})), "tensor([   0,    1,    2,  ...,  998,  999, 1000])");
  EXPECT_EQ(torch(range<int64_t>(20, {5, 4}), {.threshold = 10, .edgeitems = 1}),
            "tensor([[ 0,  ...,  3],\n        ...,\n        [16,  ..., 19]])");
  EXPECT_EQ(torch(range<int64_t>(4, {4}), {.threshold = 0, .edgeitems = 0}), "tensor([...], size=(4,))");
}

TEST(TorchText, EmptyTensorsShowTheirShape) {
  EXPECT_EQ(torch(array_of<float>({}, {0})), "tensor([])");
  EXPECT_EQ(torch(array_of<float>({}, {0, 3})), "tensor([], size=(0, 3))");
  EXPECT_EQ(torch(array_of<int64_t>({}, {0})), "tensor([], dtype=torch.int64)");
}

TEST(TorchText, SuffixesFollowOnTheLineOrTheNext) {
  Array x = vector_of<float>({0.5f, 1.5f, 2.5f});
  EXPECT_EQ(torch(x, {}, {.requires_grad = true}), "tensor([0.5000, 1.5000, 2.5000], requires_grad=True)");
  EXPECT_EQ(torch(x, {}, {.requires_grad = true, .is_parameter = true}),
            "Parameter containing:\ntensor([0.5000, 1.5000, 2.5000], requires_grad=True)");
  EXPECT_EQ(torch(x, {}, {.requires_grad = true, .grad_fn = "MulBackward0"}),
            "tensor([0.5000, 1.5000, 2.5000], grad_fn=<MulBackward0>)");
  EXPECT_EQ(torch(array_of<double>({-5.6092}, {}), {}, {.grad_fn = "BinaryCrossEntropyWithLogitsBackward0"}),
            "tensor(-5.6092, dtype=torch.float64,\n       grad_fn=<BinaryCrossEntropyWithLogitsBackward0>)");
}

TEST(TorchText, StridesMayBeZeroOrSwapped) {
  Array x = range<int64_t>(3, {2, 3});
  x.strides = {0, 1};
  EXPECT_EQ(torch(x), "tensor([[0, 1, 2],\n        [0, 1, 2]])");
  Array y = range<int64_t>(4, {2, 2});
  y.strides = {1, 2};
  EXPECT_EQ(torch(y), "tensor([[0, 2],\n        [1, 3]])");
}

TEST(PrintOptionsTest, ProfilesAndFields) {
  PrintOptionsGuard guard({.precision = 7, .sci_mode = true});
  EXPECT_EQ(get_printoptions().precision, 7);
  EXPECT_EQ(get_printoptions().sci_mode, true);
  set_printoptions({.threshold = 5});
  EXPECT_EQ(get_printoptions().precision, 7);
  EXPECT_EQ(get_printoptions().threshold, 5);
  EXPECT_EQ(get_printoptions().sci_mode, std::nullopt);
  set_printoptions({.linewidth = 100, .profile = "short"});
  EXPECT_EQ(get_printoptions().precision, 2);
  EXPECT_EQ(get_printoptions().edgeitems, 2);
  EXPECT_EQ(get_printoptions().threshold, 1000);
  EXPECT_EQ(get_printoptions().linewidth, 100);
  EXPECT_THROW(set_printoptions({.profile = "long"}), ValueError);
  EXPECT_THROW(set_printoptions({.precision = -1, .linewidth = 9}), ValueError);
  EXPECT_EQ(get_printoptions().linewidth, 100);
}

TEST(PrintOptionsTest, TheGuardRestores) {
  int before = get_printoptions().precision;
  {
    PrintOptionsGuard guard({.precision = 9});
    EXPECT_EQ(get_printoptions().precision, 9);
  }
  EXPECT_EQ(get_printoptions().precision, before);
}

TEST(NumpyText, PositionalKeepsEachNumbersDigits) {
  Array x = vector_of<float>({1.5f, -2.25f, 3.125f});
  EXPECT_EQ(str(x), "[ 1.5   -2.25   3.125]");
  EXPECT_EQ(repr(x), "array([ 1.5  , -2.25 ,  3.125], dtype=float32)");
  EXPECT_EQ(str(vector_of<double>({1.0 / 3, 1})), "[0.33333333 1.        ]");
  EXPECT_EQ(str(vector_of<double>({NAN, 1.5})), "[nan 1.5]");
  EXPECT_EQ(str(vector_of<double>({-INFINITY, 1})), "[-inf   1.]");
}

TEST(NumpyText, ExponentialByTheDtypesOwnLimits) {
  EXPECT_EQ(str(vector_of<float>({1e6f})), "[1.e+06]");
  EXPECT_EQ(str(vector_of<double>({1e6})), "[1000000.]");
  EXPECT_EQ(str(vector_of<Half>({Half(1000.0f)})), "[1.e+03]");
  EXPECT_EQ(str(vector_of<float>({1e-4f, 0.01f})), "[0.0001 0.01  ]");
  EXPECT_EQ(str(vector_of<float>({1e-5f, 1.2345679f})), "[9.9999997e-06 1.2345679e+00]");
  EXPECT_EQ(str(vector_of<double>({1e-10, 1}), {.suppress = true}), "[0. 1.]");
}

TEST(NumpyText, IntegersAndBool) {
  EXPECT_EQ(repr(vector_of<int>({1, -20})), "array([  1, -20], dtype=int32)");
  EXPECT_EQ(repr(vector_of<bool>({true, false})), "array([ True, False])");
  EXPECT_EQ(str(range<int64_t>(4, {2, 2})), "[[0 1]\n [2 3]]");
  EXPECT_EQ(repr(range<int64_t>(4, {2, 2})), "array([[0, 1],\n       [2, 3]])");
}

TEST(NumpyText, SummariesAndEmptiesShowTheirShape) {
  EXPECT_EQ(str(range<int64_t>(1200, {1200})), "[   0    1    2 ... 1197 1198 1199]");
  EXPECT_EQ(repr(range<int64_t>(1200, {1200})),
            "array([   0,    1,    2, ..., 1197, 1198, 1199], shape=(1200,))");
  EXPECT_EQ(repr(array_of<double>({}, {0})), "array([], dtype=float64)");
  EXPECT_EQ(repr(array_of<double>({}, {0, 3})), "array([], shape=(0, 3), dtype=float64)");
}

TEST(NumpyText, LinesWrap) {
  EXPECT_EQ(str(range<int64_t>(12, {12}), {.linewidth = 20}), "[ 0  1  2  3  4  5\n  6  7  8  9 10 11]");
  EXPECT_EQ(repr(range<int64_t>(12, {12}), {.linewidth = 30}),
            "array([ 0,  1,  2,  3,  4,\n        5,  6,  7,  8,  9,\n       10, 11])");
}

TEST(NumpyText, Scalars) {
  EXPECT_EQ(str(array_of<double>({1.0 / 3}, {})), "0.3333333333333333");
  EXPECT_EQ(repr(array_of<double>({1.0 / 3}, {})), "array(0.33333333)");
  EXPECT_EQ(repr(array_of<bool>({true}, {})), "array(True)");
  double half = 0.5;
  float million = 1e6f;
  int64_t three = 3;
  bool yes = true;
  EXPECT_EQ(numpy_scalar_repr(&half, float64), "np.float64(0.5)");
  EXPECT_EQ(numpy_scalar_repr(&million, float32), "np.float32(1e+06)");
  EXPECT_EQ(numpy_scalar_repr(&three, int64), "np.int64(3)");
  EXPECT_EQ(numpy_scalar_repr(&yes, bool_), "np.True_");
  EXPECT_THROW(str(vector_of<BFloat16>({BFloat16(1.0f)})), TypeError);
}

} // namespace
} // namespace talweg
