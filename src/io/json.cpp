#include "io/json.h"
#include "core/raise.h"

#include <algorithm>
#include <charconv>

#include "talweg/errors.h"

namespace talweg::json {

const Value* Value::find(std::string_view key) const {
  if (auto* members = as<Object>())
    for (const auto& [name, value] : *members)
      if (name == key) return &value;
  return nullptr;
}

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Parser {
 public:
  Parser(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  Value whole() {
    skip_space();
    Value v = value(0);
    skip_space();
    if (at_ != text_.size()) fail("something follows the value");
    return v;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    raise<FormatError>({"[json] ", what, " at byte ", at_});
  }
  bool ended() const { return at_ >= text_.size(); }
  char peek() const { return ended() ? '\0' : text_[at_]; }

  void skip_space() {
    while (!ended() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  void expect(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) fail("expected '" + std::string(word) + "'");
    at_ += word.size();
  }

  Value value(int depth) {
    if (depth > limits_.depth) fail("nested deeper than " + std::to_string(limits_.depth));
    if (ended()) fail("the text ends where a value is expected");
    Value v;
    switch (peek()) {
      case '{':
        v.content = object(depth);
        break;
      case '[':
        v.content = array(depth);
        break;
      case '"':
        v.content = string();
        break;
      case 't':
        expect("true");
        v.content = true;
        break;
      case 'f':
        expect("false");
        v.content = false;
        break;
      case 'n':
        expect("null");
        break;
      default:
        number(v);
    }
    return v;
  }

  Array array(int depth) {
    Array items;
    ++at_;
    skip_space();
    if (peek() == ']' && !ended()) {
      ++at_;
      return items;
    }
    for (;;) {
      skip_space();
      items.push_back(value(depth + 1));
      skip_space();
      if (peek() == ',') {
        ++at_;
        continue;
      }
      expect("]");
      return items;
    }
  }

  Object object(int depth) {
    Object members;
    ++at_;
    skip_space();
    if (peek() == '}') {
      ++at_;
      return members;
    }
    for (;;) {
      skip_space();
      if (peek() != '"') fail("expected a key in quotes");
      std::string key = string();
      skip_space();
      expect(":");
      skip_space();
      members.emplace_back(std::move(key), value(depth + 1));
      skip_space();
      if (peek() == ',') {
        ++at_;
        continue;
      }
      expect("}");
      if (!limits_.duplicate_keys) check_keys(members);
      return members;
    }
  }

  void check_keys(const Object& members) const {
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const auto& [key, value] : members) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice != keys.end()) fail("the key " + quote(*twice) + " stands twice in the object that ends");
  }

  void number(Value& v) {
    size_t start = at_;
    bool floating = false;
    if (peek() == '-') ++at_;
    if (!is_digit(peek())) fail("expected a value");
    if (peek() == '0')
      ++at_;
    else
      digits();
    if (peek() == '.') {
      floating = true;
      ++at_;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      floating = true;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    const char *begin = text_.data() + start, *end = text_.data() + at_;
    std::errc error;
    if (floating) {
      double d = 0;
      error = std::from_chars(begin, end, d).ec;
      v.content = d;
    } else {
      int64_t i = 0;
      error = std::from_chars(begin, end, i).ec;
      v.content = i;
    }
    if (error != std::errc()) fail("the number that ends is out of range");
  }
  void digits() {
    if (!is_digit(peek())) fail("expected a digit");
    while (is_digit(peek())) ++at_;
  }

  std::string string() {
    std::string out;
    ++at_;
    for (;;) {
      if (ended()) fail("the text ends within a string");
      auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return out;
      }
      if (c < 0x20) fail("a control character within a string");
      if (c == '\\')
        escape(out);
      else if (c < 0x80)
        out.push_back(text_[at_++]);
      else
        utf8(out);
    }
  }

  void escape(std::string& out) {
    ++at_;
    char c = peek();
    ++at_;
    switch (c) {
      case '"':
        out.push_back('"');
        return;
      case '\\':
        out.push_back('\\');
        return;
      case '/':
        out.push_back('/');
        return;
      case 'b':
        out.push_back('\b');
        return;
      case 'f':
        out.push_back('\f');
        return;
      case 'n':
        out.push_back('\n');
        return;
      case 'r':
        out.push_back('\r');
        return;
      case 't':
        out.push_back('\t');
        return;
      case 'u':
        break;
      default:
        --at_;
        fail("an unknown escape");
    }
    uint32_t code = hex4();
    if (code >= 0xdc00 && code < 0xe000) fail("half of a surrogate pair");
    if (code >= 0xd800 && code < 0xdc00) {
      if (text_.substr(at_, 2) != "\\u") fail("half of a surrogate pair");
      at_ += 2;
      uint32_t low = hex4();
      if (low < 0xdc00 || low >= 0xe000) fail("half of a surrogate pair");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append(out, code);
  }

  uint32_t hex4() {
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      char c = peek();
      uint32_t digit = 0;
      if (is_digit(c))
        digit = static_cast<uint32_t>(c - '0');
      else if (c >= 'a' && c <= 'f')
        digit = static_cast<uint32_t>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F')
        digit = static_cast<uint32_t>(c - 'A' + 10);
      else
        fail("expected a hexadecimal digit");
      code = code * 16 + digit;
      ++at_;
    }
    return code;
  }

  static void append(std::string& out, uint32_t code) {
    auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xc0 | code >> 6);
      put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      put(0xe0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3f));
      put(0x80 | (code & 0x3f));
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
      put(0x80 | (code >> 6 & 0x3f));
      put(0x80 | (code & 0x3f));
    }
  }

  // One character of several bytes: its shortest form, no surrogate, at most U+10FFFF.
  void utf8(std::string& out) {
    auto lead = static_cast<unsigned char>(text_[at_]);
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text_.size() - at_ < length) fail("invalid UTF-8");
    uint32_t code = lead & (0x7fu >> length);
    for (size_t i = 1; i < length; ++i) {
      auto next = static_cast<unsigned char>(text_[at_ + i]);
      if ((next & 0xc0) != 0x80) fail("invalid UTF-8");
      code = code << 6 | (next & 0x3fu);
    }
    constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) fail("invalid UTF-8");
    out.append(text_.substr(at_, length));
    at_ += length;
  }

  std::string_view text_;
  Limits limits_;
  size_t at_ = 0;
};

} // namespace

Value parse(std::string_view text, const Limits& limits) { return Parser(text, limits).whole(); }

std::string quote(std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

} // namespace talweg::json
