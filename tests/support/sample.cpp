#include "support/sample.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "talweg/create.h"

namespace talweg::testing {

namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Sample call() {
    Sample out;
    out.text = std::string(text_);
    for (skip(); at_ < text_.size(); skip()) {
      size_t equals = text_.find('=', at_), stop = text_.find_first_of("([, '", at_);
      if (equals != std::string_view::npos && (stop == std::string_view::npos || equals < stop)) {
        std::string key(text_.substr(at_, equals - at_));
        at_ = equals + 1;
        out.named.emplace_back(key, value());
      } else {
        out.positional.push_back(value());
      }
      skip();
      if (at_ < text_.size()) expect(',');
    }
    out.letters = letters_;
    return out;
  }

  Value value() {
    skip();
    char c = peek();
    if (c == '[') return list('[', ']');
    if (c == '(') return list('(', ')');
    if (c == '\'') return quoted();
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    if (text_.substr(at_, 3) == "...") {
      at_ += 3;
      return EllipsisIndex{};
    }
    std::string word;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_' || peek() == '.'))
      word += text_[at_++];
    if (peek() == '(') return word == "slice" ? slice() : Value(tensor(word));
    if (word == "None") return {};
    if (word == "True") return true;
    if (word == "False") return false;
    if (word == "inf") return HUGE_VAL;
    if (word == "nan") return std::nan("");
    if (word.starts_with("torch.")) word = word.substr(6);
    for (int i = 0; i < dtype_count; ++i)
      if (name(static_cast<Dtype>(i)) == word) return static_cast<Dtype>(i);
    fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw ValueError("the sample '" + std::string(text_) + "' isn't understood at character " +
                     std::to_string(at_));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (peek() == ' ') ++at_;
  }
  void expect(char c) {
    skip();
    if (peek() != c) fail();
    ++at_;
  }

  ValueList list(char open, char close) {
    ValueList out;
    expect(open);
    for (skip(); peek() != close; skip()) {
      out.push_back(value());
      skip();
      if (peek() != close) expect(',');
    }
    ++at_;
    return out;
  }

  Value quoted() {
    size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) fail();
    std::string out(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return out;
  }

  Value number() {
    size_t end = text_.find_first_not_of("+-.0123456789einf", at_);
    std::string_view word = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ += word.size();
    if (word.find_first_of(".en") == std::string_view::npos) {
      int64_t i = 0;
      std::from_chars(word.data(), word.data() + word.size(), i);
      return i;
    }
    double d = 0;
    std::from_chars(word.data(), word.data() + word.size(), d);
    return d;
  }

  int64_t integer() {
    skip();
    Value v = number();
    auto* i = v.as<int64_t>();
    if (!i) fail();
    return *i;
  }

  Value slice() {
    ValueList parts = list('(', ')');
    std::optional<int64_t> limits[3];
    if (parts.empty() || parts.size() > 3) fail();
    for (size_t i = 0; i < parts.size(); ++i)
      if (auto* n = parts[i].as<int64_t>()) limits[i] = *n;
    return parts.size() == 1 ? Slice(None, limits[0]) : Slice(limits[0], limits[1], limits[2].value_or(1));
  }

  // One of the letters, with its sizes.
  Tensor tensor(const std::string& kind) {
    expect('(');
    std::vector<int64_t> sizes;
    int64_t below = 2;
    for (skip(); peek() != ')' && peek() != ';'; skip()) {
      sizes.push_back(integer());
      skip();
      if (peek() == ',') ++at_;
    }
    if (peek() == ';') {
      ++at_;
      below = integer();
    }
    expect(')');
    int64_t count = 1;
    for (int64_t s : sizes) count *= s;
    std::vector<double> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(draw(kind, below));
    if (kind == "D") spread(values);
    if (kind == "A") std::sort(values.begin(), values.end());
    letters_ += kind;
    Tensor flat = talweg::tensor(values).view(sizes);
    return kind == "I" || kind == "Z" ? flat.to(int64) : kind == "B" ? flat.to(bool_) : flat;
  }

  // Each number into a half of its own, in random order, around zero.
  void spread(std::vector<double>& values) {
    std::vector<double> halves(values.size());
    for (size_t i = 0; i < halves.size(); ++i) {
      auto j = static_cast<size_t>(uniform() * static_cast<double>(i + 1) * 0.9999);
      halves[i] = halves[j];
      halves[j] = static_cast<double>(i) - std::floor(static_cast<double>(halves.size()) / 2);
    }
    for (size_t i = 0; i < halves.size(); ++i) values[i] = (halves[i] + values[i]) / 2;
  }

  double uniform() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>((state_ >> 33) + 1) * 0x1p-31 / (1 + 0x1p-30);
  }
  double draw(const std::string& kind, int64_t below) {
    double u = uniform();
    if (kind == "T") return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * uniform());
    if (kind == "P" || kind == "A") return 0.25 + 2 * u;
    if (kind == "C") return 0.1 + 0.8 * u;
    if (kind == "U") return u;
    if (kind == "S") return 2 * u - 1;
    if (kind == "G") return 1.25 + 2 * u;
    if (kind == "D") return 0.2 + 0.6 * u; // of a half
    if (kind == "Z")
      return std::floor(u * (2 * static_cast<double>(below) + 1) * 0.9999) - static_cast<double>(below);
    if (kind == "B") return u < 0.5;
    if (kind == "I") return std::floor(u * static_cast<double>(below) * 0.9999);
    fail();
  }

  std::string_view text_;
  size_t at_ = 0;
  uint64_t state_ = 0x853c49e6748fea9bu;
  std::string letters_;
};

Value replaced(const Value& v, const std::function<Tensor(const Tensor&)>& f) {
  if (auto* t = v.as<Tensor>()) return f(*t);
  if (auto* list = v.as<ValueList>()) {
    ValueList out;
    for (const Value& e : *list) out.push_back(replaced(e, f));
    return out;
  }
  if (auto* tuple = v.as<Tuple>()) return Tuple{std::get<ValueList>(replaced(tuple->items, f).content)};
  return v;
}

} // namespace

Sample parse_sample(std::string_view text) { return Parser(text).call(); }
Value parse_value(std::string_view text) { return Parser(text).value(); }

Sample with_tensors(const Sample& sample, const std::function<Tensor(const Tensor&)>& f) {
  Sample out{sample.text, {}, {}, sample.letters};
  for (const Value& v : sample.positional) out.positional.push_back(replaced(v, f));
  for (const auto& [key, v] : sample.named) out.named.emplace_back(key, replaced(v, f));
  return out;
}

std::vector<Tensor> tensors_of(const Sample& sample) {
  std::vector<Tensor> out;
  with_tensors(sample, [&](const Tensor& t) {
    out.push_back(t);
    return t;
  });
  return out;
}

} // namespace talweg::testing
