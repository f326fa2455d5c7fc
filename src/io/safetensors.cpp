// The safetensors format: eight bytes with the length of a JSON header, the header, the bytes of the tensors.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "core/raise.h"
#include "core/tensor_object.h"
#include "io/json.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/io.h"

namespace talweg {

static_assert(std::endian::native == std::endian::little);

namespace {

constexpr uint64_t most_header_bytes = 100'000'000;

struct FileDtype {
  std::string_view name;
  uint8_t bytes;
  int8_t dtype; // -1: tensors don't have it
};
constexpr int8_t as_code(Dtype d) { return static_cast<int8_t>(d); }
constexpr FileDtype file_dtypes[] = {{"BOOL", 1, as_code(bool_)},
                                     {"U8", 1, as_code(uint8)},
                                     {"I8", 1, as_code(int8)},
                                     {"I16", 2, as_code(int16)},
                                     {"I32", 4, as_code(int32)},
                                     {"I64", 8, as_code(int64)},
                                     {"F16", 2, as_code(float16)},
                                     {"BF16", 2, as_code(bfloat16)},
                                     {"F32", 4, as_code(float32)},
                                     {"F64", 8, as_code(float64)},
                                     {"U16", 2, -1},
                                     {"U32", 4, -1},
                                     {"U64", 8, -1},
                                     {"F8_E4M3", 1, -1},
                                     {"F8_E5M2", 1, -1},
                                     {"F8_E8M0", 1, -1},
                                     {"C64", 8, -1}};

const FileDtype* find_dtype(std::string_view name) {
  for (const FileDtype& d : file_dtypes)
    if (d.name == name) return &d;
  return nullptr;
}

[[noreturn]] void refuse(const std::string& what) { raise<FormatError>({"[safetensors] ", what}); }

uint64_t natural(const json::Value* v, const std::string& where) {
  auto* i = v ? v->as<int64_t>() : nullptr;
  if (!i || *i < 0) refuse(where + " must be an integer that isn't negative");
  return static_cast<uint64_t>(*i);
}

const json::Array& list_of(const json::Value* v, const std::string& where) {
  auto* list = v ? v->as<json::Array>() : nullptr;
  if (!list) refuse(where + " must be a list");
  return *list;
}

SafetensorsReader::Entry parse_entry(const std::string& name, const json::Value& value) {
  std::string where = "tensor " + json::quote(name) + ": ";
  auto* members = value.as<json::Object>();
  if (!members) refuse(where + "its description must be an object");
  for (const auto& [key, ignored] : *members)
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      refuse(where + "unknown member " + json::quote(key));
  SafetensorsReader::Entry entry{name, {}, {}, 0, 0};
  auto* dtype_value = value.find("dtype");
  auto* text = dtype_value ? dtype_value->as<std::string>() : nullptr;
  if (!text) refuse(where + "dtype must be a string");
  const FileDtype* dtype = find_dtype(*text);
  if (!dtype) refuse(where + "unknown dtype " + json::quote(*text));
  entry.dtype = *text;
  uint64_t bytes = dtype->bytes;
  bool overflow = false;
  for (const json::Value& size : list_of(value.find("shape"), where + "shape")) {
    uint64_t n = natural(&size, where + "each size");
    overflow |= __builtin_mul_overflow(bytes, n, &bytes);
    entry.sizes.push_back(static_cast<int64_t>(n));
  }
  if (entry.sizes.size() > max_rank)
    refuse(where + "its shape has " + std::to_string(entry.sizes.size()) +
           " dimensions, a tensor has at most " + std::to_string(max_rank));
  if (overflow || bytes > INT64_MAX)
    refuse(where + "its shape " + to_string(IntList(entry.sizes)) + " overflows");
  const json::Array& range = list_of(value.find("data_offsets"), where + "data_offsets");
  if (range.size() != 2) refuse(where + "data_offsets must be two numbers");
  entry.begin = natural(&range[0], where + "each data offset");
  entry.end = natural(&range[1], where + "each data offset");
  if (entry.end < entry.begin || entry.end - entry.begin != bytes)
    refuse(where + "its shape " + to_string(IntList(entry.sizes)) + " of " + *text + " needs " +
           std::to_string(bytes) + " bytes, its data_offsets are " + std::to_string(entry.begin) + " and " +
           std::to_string(entry.end));
  return entry;
}

} // namespace

SafetensorsReader::SafetensorsReader(const std::string& path)
    : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (file_ < 0) refuse("can't open " + path + ": " + std::strerror(errno));
  try {
    struct stat status {};
    if (fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) refuse(path + " isn't a file");
    size_ = static_cast<uint64_t>(status.st_size);
    parse_header();
  } catch (...) {
    close(file_);
    throw;
  }
}

SafetensorsReader::SafetensorsReader(std::span<const unsigned char> bytes)
    : bytes_(bytes), size_(bytes.size()) {
  parse_header();
}

SafetensorsReader::~SafetensorsReader() {
  if (file_ >= 0) close(file_);
}

void SafetensorsReader::read_bytes(uint64_t at, void* to, size_t count) const {
  auto* out = static_cast<char*>(to);
  if (file_ < 0) {
    if (count) std::memcpy(out, bytes_.data() + at, count);
    return;
  }
  while (count) {
    ssize_t got = pread(file_, out, count, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) refuse("the file can't be read, or became shorter while it was");
    out += got;
    at += static_cast<uint64_t>(got);
    count -= static_cast<size_t>(got);
  }
}

void SafetensorsReader::parse_header() {
  if (size_ < 8)
    refuse("the file has " + std::to_string(size_) + " bytes, the length of the header alone takes 8");
  uint64_t length = 0;
  read_bytes(0, &length, 8);
  if (length > most_header_bytes)
    refuse("the header has " + std::to_string(length) + " bytes, accepted are " +
           std::to_string(most_header_bytes));
  if (length > size_ - 8)
    refuse("the header has " + std::to_string(length) + " bytes, the file " + std::to_string(size_ - 8) +
           " behind its length");
  std::string text(length, '\0');
  read_bytes(8, text.data(), text.size());
  if (text.empty() || text[0] != '{') refuse("the header doesn't begin with '{'");
  data_ = 8 + length;

  json::Value header = json::parse(text);
  for (const auto& [name, value] : *header.as<json::Object>()) {
    if (name != "__metadata__") {
      entries_.push_back(parse_entry(name, value));
      continue;
    }
    auto* members = value.as<json::Object>();
    if (!members) refuse("__metadata__ must be an object");
    for (const auto& [key, item] : *members) {
      auto* words = item.as<std::string>();
      if (!words) refuse("__metadata__ must hold strings only, " + json::quote(key) + " is none");
      metadata_.emplace_back(key, *words);
    }
  }

  by_name_.resize(entries_.size());
  std::iota(by_name_.begin(), by_name_.end(), size_t{0});
  std::vector<size_t> order = by_name_;
  std::sort(by_name_.begin(), by_name_.end(),
            [&](size_t a, size_t b) { return entries_[a].name < entries_[b].name; });
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(entries_[a].begin, entries_[a].end) < std::pair(entries_[b].begin, entries_[b].end);
  });
  uint64_t reached = 0;
  for (size_t i : order) {
    const Entry& e = entries_[i];
    if (e.begin != reached)
      refuse("tensor " + json::quote(e.name) + " begins at byte " + std::to_string(e.begin) +
             " of the data, the one before ends at " + std::to_string(reached) +
             (e.begin < reached ? ": they overlap" : ": there is a gap"));
    reached = e.end;
  }
  if (reached != size_ - data_)
    refuse("the tensors have " + std::to_string(reached) + " bytes, the file " +
           std::to_string(size_ - data_) + " behind the header");
}

const SafetensorsReader::Entry* SafetensorsReader::find(std::string_view name) const {
  auto it = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                             [&](size_t i, std::string_view n) { return entries_[i].name < n; });
  return it != by_name_.end() && entries_[*it].name == name ? &entries_[*it] : nullptr;
}

Tensor SafetensorsReader::read(std::string_view name) const {
  const Entry* entry = find(name);
  if (!entry) raise<KeyError>({"[safetensors] there is no tensor ", json::quote(name)});
  return read(*entry);
}

Tensor SafetensorsReader::read(const Entry& entry) const {
  int8_t code = find_dtype(entry.dtype)->dtype;
  if (code < 0)
    raise<DtypeError>({"[safetensors] tensor ", json::quote(entry.name), " has dtype ", entry.dtype,
                       ", which tensors don't have"});
  Tensor out = empty(entry.sizes, {.dtype = static_cast<Dtype>(code)});
  auto* data = static_cast<unsigned char*>(out.data_ptr());
  auto count = static_cast<size_t>(entry.end - entry.begin);
  if (count) read_bytes(data_ + entry.begin, data, count);
  // A bool that is neither 0 nor 1 would be undefined behaviour later.
  if (out.dtype() == bool_ && std::any_of(data, data + count, [](unsigned char b) { return b > 1; }))
    refuse("tensor " + json::quote(entry.name) + " has truth values that are neither 0 nor 1");
  return out;
}

namespace {

NamedTensors load_all(const SafetensorsReader& reader) {
  NamedTensors out;
  out.reserve(reader.entries().size());
  for (const auto& entry : reader.entries()) out.emplace_back(entry.name, reader.read(entry));
  return out;
}

std::string header_of(const NamedTensors& tensors) {
  std::vector<std::string_view> names;
  std::string text = "{";
  uint64_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined())
      raise<ValueError>({"[save_safetensors] tensor ", json::quote(name), " is undefined"});
    if (name == "__metadata__")
      raise<ValueError>({"[save_safetensors] the name \"__metadata__\" is taken by the format"});
    names.push_back(name);
    std::string_view dtype;
    for (const FileDtype& d : file_dtypes)
      if (d.dtype == as_code(tensor.dtype())) dtype = d.name;
    if (text.size() > 1) text += ',';
    text += json::quote(name) + ":{\"dtype\":\"" + std::string(dtype) + "\",\"shape\":[";
    for (int64_t d = 0; d < tensor.dim(); ++d) text += (d ? "," : "") + std::to_string(tensor.size(d));
    uint64_t end = at + static_cast<uint64_t>(tensor.nbytes());
    text += "],\"data_offsets\":[" + std::to_string(at) + "," + std::to_string(end) + "]}";
    at = end;
  }
  std::sort(names.begin(), names.end());
  auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    raise<ValueError>({"[save_safetensors] the name ", json::quote(*twice), " stands twice"});
  text += '}';
  json::parse(text); // names must be UTF-8
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

// A file that takes its name only once it is whole.
class PendingFile {
 public:
  explicit PendingFile(const std::string& path)
      : path_(path), pending_(path + ".partial-" + std::to_string(getpid())) {
    file_ = open(pending_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_ < 0) fail("create");
  }
  ~PendingFile() {
    if (file_ >= 0) close(file_);
    if (!done_ && file_ >= 0) unlink(pending_.c_str());
  }
  void write(const void* data, size_t count) {
    auto* at = static_cast<const char*>(data);
    while (count) {
      ssize_t put = ::write(file_, at, count);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail("write");
      at += put;
      count -= static_cast<size_t>(put);
    }
  }
  void finish() {
    if (fsync(file_) != 0 && errno != EINVAL) fail("write");
    if (std::rename(pending_.c_str(), path_.c_str()) != 0) fail("rename");
    done_ = true;
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    raise<FormatError>({"[save_safetensors] can't ", what, " ", pending_, ": ", std::strerror(errno)});
  }
  std::string path_, pending_;
  int file_ = -1;
  bool done_ = false;
};

} // namespace

NamedTensors load_safetensors(const std::string& path) { return load_all(SafetensorsReader(path)); }
NamedTensors load_safetensors(std::span<const unsigned char> bytes) {
  return load_all(SafetensorsReader(bytes));
}

void save_safetensors(const std::string& path, const NamedTensors& tensors) {
  std::string header = header_of(tensors);
  PendingFile file(path);
  uint64_t length = header.size();
  file.write(&length, 8);
  file.write(header.data(), header.size());
  for (const auto& [name, tensor] : tensors) {
    Tensor dense = tensor.detach().contiguous();
    file.write(dense.data_ptr(), static_cast<size_t>(dense.nbytes()));
  }
  file.finish();
}

} // namespace talweg
