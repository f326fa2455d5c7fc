#include "support/sample.h"

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
    out.constant = constant_;
    return out;
  }

  Value value() {
    skip();
    char c = peek();
    if (c == '[') return list('[', ']');
    if (c == '(') return list('(', ')');
    if (c == '\'') return quoted();
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    std::string word;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_' || peek() == '.'))
      word += text_[at_++];
    if (peek() == '(') return tensor(word);
    if (word == "None") return {};
    if (word == "True") return true;
    if (word == "False") return false;
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
    constant_.push_back(kind == "C");
    Tensor flat = talweg::tensor(values).view(sizes);
    return kind == "I" ? flat.to(int64) : kind == "B" ? flat.to(bool_) : flat;
  }

  double uniform() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>((state_ >> 33) + 1) * 0x1p-31 / (1 + 0x1p-30);
  }
  double draw(const std::string& kind, int64_t below) {
    double u = uniform();
    if (kind == "T") return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * uniform());
    if (kind == "P" || kind == "C") return 0.25 + 2 * u;
    if (kind == "U") return u;
    if (kind == "B") return u < 0.5;
    if (kind == "I") return std::floor(u * static_cast<double>(below) * 0.9999);
    fail();
  }

  std::string_view text_;
  size_t at_ = 0;
  uint64_t state_ = 0x853c49e6748fea9bu;
  std::vector<bool> constant_;
};

Value replaced(const Value& v, const std::function<Tensor(const Tensor&)>& f) {
  if (auto* t = v.as<Tensor>()) return f(*t);
  if (auto* list = v.as<ValueList>()) {
    ValueList out;
    for (const Value& e : *list) out.push_back(replaced(e, f));
    return out;
  }
  return v;
}

} // namespace

Sample parse_sample(std::string_view text) { return Parser(text).call(); }
Value parse_value(std::string_view text) { return Parser(text).value(); }

Sample with_tensors(const Sample& sample, const std::function<Tensor(const Tensor&)>& f) {
  Sample out{sample.text, {}, {}, sample.constant};
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
