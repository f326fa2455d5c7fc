// A borrowed list of integers: sizes, strides, dimensions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace talweg {

/// Borrows a list of int64 for the time of a call: `{2, 3}`, a vector, an array, a span, or one integer.
/// A bool is refused while compiling, so that `x.sum(true)` can't mean dimension 1.
class IntList {
 public:
  constexpr IntList() = default;
  constexpr IntList(const int64_t* data, size_t size) : data_(data), size_(size) {}
  IntList(const std::vector<int64_t>& list) : data_(list.data()), size_(list.size()) {}
  constexpr IntList(std::span<const int64_t> list) : data_(list.data()), size_(list.size()) {}
  template <size_t N>
  constexpr IntList(const std::array<int64_t, N>& list) : data_(list.data()), size_(N) {}
  constexpr IntList(std::initializer_list<int64_t> list) {
    data_ = list.begin();
    size_ = list.size();
  }
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) constexpr IntList(T value)
      : one_(static_cast<int64_t>(value)), size_(1) {}
  IntList(bool) = delete;

  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const int64_t* data() const { return data_ ? data_ : &one_; }
  constexpr const int64_t* begin() const { return data(); }
  constexpr const int64_t* end() const { return data() + size_; }
  constexpr int64_t operator[](size_t i) const { return data()[i]; }
  constexpr int64_t back() const { return data()[size_ - 1]; }
  std::vector<int64_t> vec() const { return {begin(), end()}; }
  constexpr operator std::span<const int64_t>() const { return {data(), size_}; }

  friend constexpr bool operator==(IntList a, IntList b) {
    if (a.size_ != b.size_) return false;
    for (size_t i = 0; i < a.size_; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }

 private:
  const int64_t* data_ = nullptr;
  int64_t one_ = 0;
  size_t size_ = 0;
};

/// "(2, 3)": sizes as errors and docs print them.
std::string to_string(IntList list);

} // namespace talweg
