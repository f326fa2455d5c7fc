// fuzz [SEED [COUNT]]: hostile input, made at random: calls by name of every record with arguments of every
// kind, indexing, printing, and the readers of safetensors and JSON. An error of the library is an answer;
// anything else that is thrown is a finding, and a crash or a sanitizer's report speaks for itself: the input
// is printed before it is tried where TALWEG_FUZZ_TRACE is set. The counts of a run are fixed, so that a test
// is the same every time.
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "core/memory.h"
#include "io/json.h"
#include "ops/record.h"
#include "talweg/talweg.h"

// Too much memory is an error of the allocator in every build, not the end of the machine.
#if TALWEG_ADDRESS_SANITIZER
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=512";
}
#endif

namespace {

using namespace talweg;

std::mt19937_64 random_bits;
size_t below(size_t n) { return random_bits() % n; }
bool one_in(size_t n) { return below(n) == 0; }
template <class T, size_t n>
T pick(const T (&list)[n]) {
  return list[below(n)];
}

long long tried = 0, refused = 0, findings = 0;
const bool trace = std::getenv("TALWEG_FUZZ_TRACE") != nullptr;

// Runs f; errors of the library are answers.
template <class F>
void attempt(const std::string& what, F f) {
  ++tried;
  if (trace) std::fprintf(stderr, "%s\n", what.c_str());
  try {
    f();
  } catch (const Error& e) {
    ++refused;
    if (!e.what()[0] && ++findings < 50) std::printf("an error without words: %s\n", what.c_str());
  } catch (const std::bad_alloc&) {
    ++refused; // sizes within bounds that memory doesn't have
  } catch (const std::exception& e) {
    if (++findings < 50) std::printf("not an error of the library: %s: %s\n", what.c_str(), e.what());
  }
}

constexpr int64_t most = std::numeric_limits<int64_t>::max(), least = std::numeric_limits<int64_t>::min();
int64_t any_integer() {
  static constexpr int64_t odd[] = {
      most,    least,   least + 1, most - 1, int64_t{1} << 31, -(int64_t{1} << 31), int64_t{1} << 32,
      1000003, -1000003};
  return one_in(8) ? pick(odd) : static_cast<int64_t>(below(9)) - 4;
}
double any_double() {
  static const double odd[] = {std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               -0.0,
                               1e308,
                               5e-324,
                               1e-40,
                               1e20,
                               -1e20};
  return one_in(4) ? pick(odd) : (static_cast<double>(below(4001)) - 2000) / 500;
}
constexpr Dtype dtypes[] = {float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8, bool_};

std::vector<int64_t> any_sizes() {
  std::vector<int64_t> sizes(one_in(12) ? 5 + below(3) : below(4));
  for (int64_t& s : sizes)
    s = static_cast<int64_t>(one_in(8) ? 0 : one_in(12) ? 17 + below(20) : 1 + below(4));
  return sizes;
}

Tensor any_tensor() {
  if (one_in(40)) return {};
  Dtype dtype = one_in(2) ? float32 : pick(dtypes);
  std::vector<int64_t> sizes = any_sizes();
  if (one_in(3)) sizes = {3, 4};
  Tensor t = zeros(sizes, {.dtype = float64});
  bool wild = one_in(3);
  for (double& v : t.span<double>()) v = wild ? any_double() : static_cast<double>(below(5));
  t = t.to(dtype);
  if (one_in(4) && t.dim() >= 2) t = t.transpose(0, -1);
  if (one_in(8)) t = t.unsqueeze(0).expand({2, -1, -1, -1, -1, -1, -1, -1}).select(0, 0);
  if (one_in(8) && t.dim() > 0 && t.size(0) > 1) t = t.narrow(0, 1, t.size(0) - 1);
  if (t.is_floating_point() && one_in(3)) t = t.detach().requires_grad_();
  return t;
}
Tensor some_tensor() {
  for (;;) {
    try {
      return any_tensor();
    } catch (const Error&) {
    }
  }
}

std::string any_text() {
  static const char* const known[] = {"mean",     "sum",     "none",      "floor", "trunc", "",
                                      "xyz",      "reflect", "left",      "ij",    "tanh",  "fro",
                                      "constant", "add",     "ij,jk->ik", "i->",   "...i",  "->"};
  return pick(known);
}

Value any_value(int depth = 0);
Value any_list(int depth) {
  ValueList list(below(4));
  bool integers = one_in(2), tensors = one_in(2);
  for (Value& v : list)
    v = integers ? Value(any_integer()) : tensors ? Value(some_tensor()) : any_value(depth + 1);
  if (one_in(4)) return Tuple{std::move(list)};
  return list;
}
Value any_value(int depth) {
  switch (below(depth < 3 ? 13 : 9)) {
    case 0:
      return NoneIndex{};
    case 1:
      return one_in(2);
    case 2:
    case 3:
      return any_integer();
    case 4:
      return any_double();
    case 5:
      return any_text();
    case 6:
      return pick(dtypes);
    case 7:
      return EllipsisIndex{};
    case 8:
      return Slice(any_integer(), any_integer(), any_integer());
    case 9:
      return any_list(depth);
    default:
      return some_tensor();
  }
}
// Mostly of the kind that is asked for: else nothing would come past the first check.
Value value_for(ParamKind kind) {
  if (one_in(12)) return any_value();
  switch (kind) {
    case ParamKind::tensor:
      return some_tensor();
    case ParamKind::scalar:
    case ParamKind::optional_scalar:
      return one_in(2) ? Value(any_double()) : Value(any_integer());
    case ParamKind::integer:
    case ParamKind::optional_integer:
      return any_integer();
    case ParamKind::floating:
      return any_double();
    case ParamKind::boolean:
    case ParamKind::optional_boolean:
      return one_in(2);
    case ParamKind::text:
      return any_text();
    case ParamKind::dtype:
      return pick(dtypes);
    case ParamKind::int_list: {
      ValueList list(below(4));
      for (Value& v : list) v = any_integer();
      return list;
    }
    case ParamKind::tensors: {
      ValueList list(below(4));
      Tensor same = some_tensor();
      for (Value& v : list) v = one_in(3) ? some_tensor() : same;
      return list;
    }
    case ParamKind::indices: {
      ValueList list(1 + below(3));
      for (Value& v : list)
        v = one_in(3) ? Value(some_tensor()) : one_in(2) ? Value(any_integer()) : any_value(3);
      return list;
    }
    case ParamKind::generator:
      return NoneIndex{};
  }
  return NoneIndex{};
}

std::string text_of(const Value& v) {
  if (v.is_none()) return "None";
  if (auto* b = v.as<bool>()) return *b ? "True" : "False";
  if (auto* i = v.as<int64_t>()) return std::to_string(*i);
  if (auto* d = v.as<double>()) return repr(*d);
  if (auto* s = v.as<std::string>()) return "'" + *s + "'";
  if (auto* d = v.as<Dtype>()) return std::string(name(*d));
  if (auto* t = v.as<Tensor>())
    return t->defined() ? std::string(name(t->dtype())) + to_string(t->sizes()) +
                              (t->requires_grad() ? "g" : "") + (t->is_contiguous() ? "" : "strided")
                        : "undefined";
  if (v.as<Slice>()) return "slice";
  if (v.as<EllipsisIndex>()) return "...";
  const ValueList* list = v.as<ValueList>();
  if (auto* tuple = v.as<Tuple>()) list = &tuple->items;
  std::string out = "[";
  if (list)
    for (const Value& e : *list) out += text_of(e) + ", ";
  return out + "]";
}

// What a caller does with what came back.
void use(const ValueList& results) {
  for (const Value& v : results) {
    auto* t = v.as<Tensor>();
    if (!t || !t->defined()) continue;
    if (t->numel() < 100) (void)t->repr();
    if (t->requires_grad() && t->is_floating_point() && t->numel() < 10000) t->sum().backward({}, true);
  }
}

// Huge results are no finding, and would only make the run slow.
bool too_large(const Op& op, const ValueList& arguments) {
  bool makes = op.kinds.empty() || op.kinds[0] != ParamKind::tensor;
  bool sized = makes || op.name().find("new_") == 0 || op.name() == "repeat" || op.name() == "tile" ||
               op.name().find("pad") != std::string_view::npos || op.name() == "repeat_interleave" ||
               op.name() == "one_hot" || op.name() == "bincount" || op.name() == "multinomial";
  if (!sized) return false;
  for (const Value& v : arguments) {
    if (auto* i = v.as<int64_t>(); i && (*i > 100000 && *i < most / 4)) return true;
    if (auto* d = v.as<double>(); d && (*d > 100000 || *d < -100000 || (*d != 0 && *d < 1e-3 && *d > -1e-3)))
      return true;
    if (auto* list = v.as<ValueList>())
      for (const Value& e : *list)
        if (auto* i = e.as<int64_t>(); i && (*i > 100000 && *i < most / 4)) return true;
    if (auto* t = v.as<Tensor>(); t && t->defined() && t->numel() > 0 && makes)
      if (double m = t->detach().to(float64).abs().max().item<double>(); !(m < 1e5)) return true;
  }
  return false;
}

void fuzz_calls(long long count) {
  std::vector<const Op*> all;
  for (const Family* family : op_families())
    for (const Op& op : family->ops) all.push_back(&op);
  for (long long i = 0; i < count; ++i) {
    const Op& op = *all[static_cast<size_t>(i) % all.size()];
    Param params[16];
    size_t n = parse_signature(op.signature, params);
    ValueList arguments;
    std::vector<NamedValue> keywords;
    bool named = false;
    for (size_t k = 0; k < n; ++k) {
      if (!params[k].standard.empty() && one_in(2)) {
        named = true;
        continue;
      }
      Value v = value_for(op.kinds[k]);
      if (named || params[k].keyword_only)
        keywords.emplace_back(std::string(params[k].name), std::move(v));
      else
        arguments.push_back(std::move(v));
    }
    if (one_in(30)) arguments.push_back(any_value());
    if (one_in(30) && !arguments.empty()) arguments.pop_back();
    if (one_in(50)) keywords.emplace_back("nonsense", any_value());
    ValueList everything = arguments;
    for (const NamedValue& k : keywords) everything.push_back(k.second);
    if (too_large(op, everything)) continue;
    bool in_place = op.info.in_place && one_in(3);
    std::string what = std::string(op.name()) + (in_place ? "_(" : "(");
    for (const Value& v : arguments) what += text_of(v) + ", ";
    for (const NamedValue& k : keywords) what += k.first + "=" + text_of(k.second) + ", ";
    attempt(what + ")", [&] { use(call_record(op, arguments, keywords, in_place)); });
  }
}

Index any_index() {
  switch (below(7)) {
    case 0:
      return None;
    case 1:
      return EllipsisIndex{};
    case 2:
      return Slice(any_integer(), any_integer(), any_integer());
    case 3:
      return one_in(2);
    case 4:
      return some_tensor();
    case 5:
      return zeros(any_sizes(), {.dtype = one_in(2) ? int64 : bool_});
    default:
      return any_integer();
  }
}
void fuzz_indices(long long count) {
  for (long long i = 0; i < count; ++i) {
    Tensor x = some_tensor();
    std::vector<Index> indices;
    for (size_t n = below(5); n-- > 0;) indices.push_back(any_index());
    attempt("index " + text_of(x), [&] { use({x.index(indices)}); });
    Tensor values = some_tensor();
    attempt("index_put_ " + text_of(x), [&] { (void)x.detach().index_put_(indices, values, one_in(2)); });
  }
}

void fuzz_printing(long long count) {
  for (long long i = 0; i < count; ++i) {
    Tensor x = some_tensor();
    PrintOptionChanges changes;
    if (one_in(2))
      changes.precision = static_cast<int>(one_in(5) ? any_integer() : static_cast<int64_t>(below(20)));
    if (one_in(2)) changes.threshold = any_integer();
    if (one_in(2)) changes.edgeitems = any_integer();
    if (one_in(2)) changes.linewidth = static_cast<int>(any_integer());
    if (one_in(3)) changes.sci_mode = one_in(2);
    if (one_in(9)) changes.profile = one_in(2) ? "full" : "nonsense";
    attempt("print " + text_of(x), [&] {
      PrintOptionsGuard guard(changes);
      (void)repr(x);
      (void)numpy::repr(x);
      (void)numpy::str(x);
    });
  }
}

// A well-formed file, damaged.
void fuzz_files(long long count) {
  static const std::string header =
      R"({"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"I64","shape":[1],"data_offsets":[16,24]},)"
      R"("__metadata__":{"k":"v\u00e9\n"}})";
  static const char* const words[] = {"[",
                                      "]",
                                      "{",
                                      "}",
                                      ",",
                                      ":",
                                      "\"",
                                      "\\u",
                                      "\\ud800",
                                      "1e999",
                                      "-0",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "-1",
                                      "null",
                                      "true",
                                      "\xff",
                                      "\"F32\"",
                                      "\"shape\"",
                                      "[[[[[[[[",
                                      "0.5",
                                      " ",
                                      "BOOL",
                                      "data_offsets",
                                      "\x00"};
  for (long long i = 0; i < count; ++i) {
    std::string text = header;
    for (size_t n = below(5); n-- > 0;) {
      size_t at = below(text.size() + 1);
      switch (below(4)) {
        case 0:
          text.insert(at, pick(words));
          break;
        case 1:
          text.erase(at, below(12));
          break;
        case 2:
          if (at < text.size()) text[at] = static_cast<char>(random_bits());
          break;
        default:
          text.insert(at, text.substr(below(text.size() + 1), below(40)));
      }
      if (text.empty()) text = "{";
    }
    if (one_in(200)) text.insert(below(text.size()), std::string(below(100000), pick({'[', '{', ' ', '9'})));
    uint64_t length = one_in(10) ? random_bits() >> below(64) : text.size();
    std::vector<unsigned char> bytes(8);
    for (int k = 0; k < 8; ++k) bytes[static_cast<size_t>(k)] = static_cast<unsigned char>(length >> (8 * k));
    bytes.insert(bytes.end(), text.begin(), text.end());
    bytes.insert(bytes.end(), one_in(8) ? below(40) : 24, 1);
    if (one_in(20)) bytes.resize(below(bytes.size() + 1));
    attempt("file " + text, [&] {
      for (const auto& [name, t] : load_safetensors(bytes)) (void)t.repr();
    });
    attempt("json " + text, [&] { (void)json::parse(text); });
  }
}

} // namespace

int main(int argc, char** argv) {
#if !TALWEG_ADDRESS_SANITIZER
  rlimit memory{size_t{1} << 30, size_t{1} << 30};
  setrlimit(RLIMIT_AS, &memory);
#endif
  uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  long long count = argc > 2 ? std::atoll(argv[2]) : 3000;
  struct Part {
    const char* name;
    void (*run)(long long);
  };
  for (const Part& part : {Part{"calls", fuzz_calls}, Part{"indices", fuzz_indices},
                           Part{"printing", fuzz_printing}, Part{"files", fuzz_files}}) {
    random_bits.seed(seed);
    std::fflush(stdout);
    tried = refused = 0;
    part.run(count);
    std::printf("%s: %lld tried, %lld refused with an error, seed %llu\n", part.name, tried, refused,
                static_cast<unsigned long long>(seed));
  }
  std::printf("%lld findings\n", findings);
  return findings != 0;
}
