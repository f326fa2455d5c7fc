#include "support/tensors.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "talweg/create.h"

namespace talweg::testing {

namespace {

bool same_number(double a, double b, Tolerance t) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b);
  if (std::isinf(a) || std::isinf(b)) return a == b;
  return std::abs(a - b) <= t.absolute + t.relative * std::abs(b);
}

template <class T>
bool same_as(const Value& a, const Value& b) {
  return !a.as<T>() || *a.as<T>() == *b.as<T>();
}
// Results that aren't tensors, of one kind.
bool same_plain(const Value& a, const Value& b) {
  return same_as<bool>(a, b) && same_as<int64_t>(a, b) && same_as<std::string>(a, b);
}

// Every NaN as the same one: which of two operands' NaNs a sum carries on is the compiler's choice.
Tensor with_one_nan(const Tensor& t) {
  if (!t.is_floating_point()) return t;
  return where(ne(t, t), full({}, std::numeric_limits<double>::quiet_NaN(), {.dtype = t.dtype()}), t);
}

ValueList boxes(const std::vector<Tensor>& tensors) { return ValueList(tensors.begin(), tensors.end()); }

} // namespace

::testing::AssertionResult agree(const ValueList& got, const ValueList& want, Tolerance t) {
  if (got.size() != want.size())
    return ::testing::AssertionFailure() << got.size() << " results, expected " << want.size();
  for (size_t i = 0; i < want.size(); ++i) {
    auto *g = got[i].as<Tensor>(), *w = want[i].as<Tensor>();
    if (!g != !w)
      return ::testing::AssertionFailure() << "result " << i << ": one is a tensor, the other isn't";
    if (!g) {
      if (got[i].content.index() != want[i].content.index() || !same_plain(got[i], want[i]))
        return ::testing::AssertionFailure() << "result " << i << " is another";
      continue;
    }
    if (g->defined() != w->defined())
      return ::testing::AssertionFailure() << "result " << i << ": one is undefined, the other isn't";
    if (!g->defined()) continue;
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

::testing::AssertionResult agree(const std::vector<Tensor>& got, const std::vector<Tensor>& want,
                                 Tolerance t) {
  return agree(boxes(got), boxes(want), t);
}

bool same_bits(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  if (a.dtype() != b.dtype() || !(a.sizes() == b.sizes())) return false;
  Tensor x = with_one_nan(a.detach()).contiguous(), y = with_one_nan(b.detach()).contiguous();
  return x.numel() == 0 || std::memcmp(x.data_ptr(), y.data_ptr(), static_cast<size_t>(x.nbytes())) == 0;
}

::testing::AssertionResult same_bits(const ValueList& got, const ValueList& want) {
  if (auto same = agree(got, want); !same) return same;
  for (size_t i = 0; i < want.size(); ++i)
    if (auto* w = want[i].as<Tensor>();
        w ? !same_bits(*got[i].as<Tensor>(), *w) : !same_as<Dtype>(got[i], want[i]))
      return ::testing::AssertionFailure() << "result " << i << ": other bits or another dtype";
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult same_bits(const std::vector<Tensor>& got, const std::vector<Tensor>& want) {
  return same_bits(boxes(got), boxes(want));
}

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

Tensor repeated(const Tensor& t) {
  return t.dim() == 0 || t.size(0) == 0 ? t.clone() : t.narrow(0, 0, 1).expand(t.sizes());
}

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

} // namespace talweg::testing
