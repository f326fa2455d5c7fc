// Arithmetic on sizes, strides and dimensions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "talweg/int_list.h"

namespace talweg {

/// Throws ShapeError for more dimensions than a tensor may have.
[[noreturn, gnu::cold]] void refuse_rank(size_t rank);

/// A list of up to 64 int64 that lives on the stack: sizes while an operation works them out.
class Dims {
 public:
  Dims() = default;
  explicit Dims(size_t size, int64_t value = 0) : size_(checked(size)) {
    for (size_t i = 0; i < size; ++i) values_[i] = value;
  }
  Dims(std::span<const int64_t> list) : size_(checked(list.size())) {
    for (size_t i = 0; i < list.size(); ++i) values_[i] = list[i];
  }
  Dims(IntList list) : Dims(std::span<const int64_t>(list)) {}
  Dims(const Dims& other) : Dims(std::span<const int64_t>(other)) {}
  Dims& operator=(const Dims& other) {
    size_ = other.size_;
    for (size_t i = 0; i < size_; ++i) values_[i] = other.values_[i];
    return *this;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t* data() { return values_; }
  const int64_t* data() const { return values_; }
  int64_t* begin() { return values_; }
  int64_t* end() { return values_ + size_; }
  const int64_t* begin() const { return values_; }
  const int64_t* end() const { return values_ + size_; }
  int64_t& operator[](size_t i) { return values_[i]; }
  int64_t operator[](size_t i) const { return values_[i]; }
  int64_t& back() { return values_[size_ - 1]; }
  void push_back(int64_t v) {
    checked(size_ + size_t{1});
    values_[size_++] = v;
  }
  void insert(size_t at, int64_t v) {
    checked(size_ + size_t{1});
    for (size_t i = size_; i > at; --i) values_[i] = values_[i - 1];
    values_[at] = v;
    ++size_;
  }
  void erase(size_t at) {
    --size_;
    for (size_t i = at; i < size_; ++i) values_[i] = values_[i + 1];
  }
  operator std::span<const int64_t>() const { return {values_, size_}; }
  operator IntList() const { return {values_, size_}; }
  friend bool operator==(const Dims& a, const Dims& b) { return IntList(a) == IntList(b); }

  /// Row-major strides of these sizes.
  static Dims contiguous_strides(std::span<const int64_t> sizes);

 private:
  static constexpr size_t most = 64;
  static uint32_t checked(size_t size) {
    if (size > most) [[unlikely]]
      refuse_rank(size);
    return static_cast<uint32_t>(size);
  }

  uint32_t size_ = 0;
  int64_t values_[most];
};

/// Product of the sizes, unchecked.
int64_t numel_of(std::span<const int64_t> sizes);
/// Product of the sizes; throws ShapeError if one is negative or the bytes overflow.
int64_t checked_numel(std::span<const int64_t> sizes, int64_t itemsize);

/// dim in [-rank, rank) as one in [0, rank); a 0-d tensor takes 0 and -1. Throws IndexError.
int64_t wrap_dim(int64_t dim, int64_t rank, std::string_view op);
/// A bit for every dimension named; all of them if the list is empty. Throws IndexError, ShapeError for
/// repeats.
uint64_t wrap_dims(IntList dims, int64_t rank, std::string_view op);

/// The common shape of two by NumPy's rule. Throws ShapeError that names `op` and both.
Dims broadcast_sizes(std::span<const int64_t> a, std::span<const int64_t> b, std::string_view op);
/// Strides that read a tensor of `sizes`, `strides` as if it had `target` sizes: 0 where it repeats.
Dims broadcast_strides(std::span<const int64_t> sizes, std::span<const int64_t> strides,
                       std::span<const int64_t> target);

/// Sizes with the -1, if there is one, worked out. Throws ShapeError.
Dims infer_sizes(IntList sizes, int64_t numel, std::string_view op);
/// Strides that show `sizes` without a copy, if the old geometry allows it.
bool view_strides(std::span<const int64_t> old_sizes, std::span<const int64_t> old_strides,
                  std::span<const int64_t> sizes, Dims& strides);

/// Elements from the first to the last, both counted, of a geometry that isn't empty.
int64_t extent_of(std::span<const int64_t> sizes, std::span<const int64_t> strides);
/// True if the elements fill their extent, each once: a permutation of a contiguous layout.
bool is_dense(std::span<const int64_t> sizes, std::span<const int64_t> strides);

/// True if two elements of this geometry may share memory (a stride of 0, say).
bool may_overlap_itself(std::span<const int64_t> sizes, std::span<const int64_t> strides);

} // namespace talweg
