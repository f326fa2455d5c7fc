// Tensors in files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "talweg/tensor.h"

namespace talweg {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// A safetensors file (github.com/huggingface/safetensors), opened: its header is read and checked, tensors
/// are read when they are asked for. Whatever breaks the format throws FormatError that says what and where:
/// a header that isn't strict JSON, sizes and ranges that don't agree, overflow, ranges that overlap or leave
/// gaps, bytes too many or too few.
class SafetensorsReader {
 public:
  struct Entry {
    std::string name;
    std::string dtype; // as the file says: "F32", "BF16", "U64"...
    std::vector<int64_t> sizes;
    uint64_t begin, end; // bytes behind the header
  };

  /// Throws FormatError also if the file can't be opened.
  explicit SafetensorsReader(const std::string& path);
  /// Over bytes that outlive the reader.
  explicit SafetensorsReader(std::span<const unsigned char> bytes);
  SafetensorsReader(const SafetensorsReader&) = delete;
  SafetensorsReader& operator=(const SafetensorsReader&) = delete;
  ~SafetensorsReader();

  /// What the file holds, in the order of its header.
  const std::vector<Entry>& entries() const { return entries_; }
  /// Text by name: what stands under `__metadata__`.
  const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }
  /// Whether there is a tensor of that name.
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// A fresh tensor. Throws KeyError for an unknown name, DtypeError for a dtype that tensors don't have.
  Tensor read(std::string_view name) const;
  Tensor read(const Entry& entry) const;

 private:
  void parse_header();
  void read_bytes(uint64_t at, void* to, size_t count) const;
  const Entry* find(std::string_view name) const;

  int file_ = -1;
  std::span<const unsigned char> bytes_;
  uint64_t size_ = 0, data_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<size_t> by_name_;
};

/// All tensors of a safetensors file, in the order of its header. Throws FormatError for a malformed file,
/// DtypeError for a dtype that tensors don't have.
NamedTensors load_safetensors(const std::string& path);
NamedTensors load_safetensors(std::span<const unsigned char> bytes);

/// Writes tensors under their names. The file appears whole or not at all: it is written beside `path` and
/// then takes its place. Throws ValueError for a name that stands twice, FormatError if the file can't be
/// written.
void save_safetensors(const std::string& path, const NamedTensors& tensors);

} // namespace talweg
