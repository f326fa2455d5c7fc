#include "goldens/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace goldens {

using namespace talweg;

Tolerance Tolerance::of(const json::Value& v, Tolerance standard) {
  if (auto* r = v.find("rtol")) standard.rtol = number(*r);
  if (auto* a = v.find("atol")) standard.atol = number(*a);
  return standard;
}

static std::string digits(double v) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", v);
  return buffer;
}

static std::string describe(const Tensor& t) {
  return t.defined() ? std::string(name(t.dtype())) + " " + to_string(t.sizes()) : "an undefined tensor";
}

static bool close(double got, double want, Tolerance t) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got);
  if (std::isinf(want) || std::isinf(got)) return got == want;
  return std::abs(got - want) <= t.atol + t.rtol * std::abs(want);
}

std::string difference(const Tensor& got, const Tensor& want, Tolerance tolerance) {
  if (!got.defined() || got.dtype() != want.dtype() || !(got.sizes() == want.sizes()))
    return describe(got) + ", expected " + describe(want);
  int64_t wrong = 0;
  std::string first;
  auto compare = [&](auto same, const auto& g, const auto& w) {
    for (size_t i = 0; i < w.size(); ++i) {
      if (same(g[i], w[i])) continue;
      if (wrong++ == 0)
        first = "element " + std::to_string(i) + " is " + digits(static_cast<double>(g[i])) + ", expected " +
                digits(static_cast<double>(w[i]));
    }
  };
  if (got.is_floating_point()) {
    compare([&](double g, double w) { return close(g, w, tolerance); }, got.to_vector<double>(),
            want.to_vector<double>());
  } else {
    compare([](int64_t g, int64_t w) { return g == w; }, got.to_vector<int64_t>(), want.to_vector<int64_t>());
  }
  if (wrong == 0) return {};
  return first + " (" + std::to_string(wrong) + " of " + std::to_string(want.numel()) + " of " +
         describe(want) + " differ)";
}

static std::string shape_difference(const Tensor& got, const Tensor& want) {
  if (got.defined() && got.dtype() == want.dtype() && got.sizes() == want.sizes()) return {};
  return describe(got) + ", expected " + describe(want);
}

static std::optional<double> number_in(const Value& v) {
  if (auto* b = v.as<bool>()) return *b;
  if (auto* i = v.as<int64_t>()) return static_cast<double>(*i);
  if (auto* d = v.as<double>()) return *d;
  return {};
}

std::string difference(const Value& got, const json::Value& want, const Decoder& decoder, Tolerance tolerance,
                       bool shape_only) {
  if (auto* key = want.find("tensor")) {
    auto* t = got.as<Tensor>();
    if (!t) return "no tensor, expected one";
    Tensor wanted = decoder.stored(text(*key));
    if (shape_only) return shape_difference(*t, wanted);
    std::string first = difference(*t, wanted, tolerance);
    if (first.empty()) return {};
    auto other = decoder.alternative(text(*key));
    return other && difference(*t, *other, tolerance).empty() ? std::string() : first;
  }
  if (auto* items = want.as<json::Array>()) {
    auto* values = got.as<ValueList>();
    if (!values) return "no list, expected one of " + std::to_string(items->size());
    if (values->size() != items->size())
      return std::to_string(values->size()) + " items, expected " + std::to_string(items->size());
    for (size_t i = 0; i < items->size(); ++i) {
      std::string d = difference((*values)[i], (*items)[i], decoder, tolerance, shape_only);
      if (!d.empty()) return "item " + std::to_string(i) + ": " + d;
    }
    return {};
  }
  if (want.is_null())
    return got.is_none() || (got.as<Tensor>() && !got.as<Tensor>()->defined()) ? std::string()
                                                                               : "something, expected None";
  if (auto* s = want.as<std::string>()) {
    if (auto* d = got.as<Dtype>())
      return name(*d) == *s ? std::string() : std::string(name(*d)) + ", expected " + *s;
    auto* g = got.as<std::string>();
    return g && *g == *s ? std::string() : "another text than '" + *s + "'";
  }
  if (auto* d = want.find("dtype")) {
    auto* g = got.as<Dtype>();
    return g && name(*g) == text(*d) ? std::string() : "another dtype than " + text(*d);
  }
  auto g = number_in(got);
  if (!g) return "no number, expected one";
  double w = number(want);
  if (want.as<bool>() && !got.as<bool>()) return "a number, expected a truth value";
  return close(*g, w, tolerance) ? std::string() : digits(*g) + ", expected " + digits(w);
}

} // namespace goldens
