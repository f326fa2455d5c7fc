#include "kernels/order.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace talweg {

namespace {

// A number whose order among unsigned integers is the order of elements; -0 is 0.
uint64_t key_of(int64_t v) { return static_cast<uint64_t>(v) ^ (uint64_t{1} << 63); }
uint64_t key_of(double v) {
  if (v != v) return ~uint64_t{0};
  v += 0.0;
  uint64_t bits;
  std::memcpy(&bits, &v, 8);
  return bits >> 63 ? ~bits : bits | uint64_t{1} << 63;
}
uint64_t key_of(float v) { return key_of(static_cast<double>(v)); }

constexpr uint64_t nan_key = ~uint64_t{0};

struct Entry {
  uint64_t key;
  int64_t index;
};
bool before(const Entry& a, const Entry& b) { return a.key < b.key; }
bool stably_before(const Entry& a, const Entry& b) {
  return a.key < b.key || (a.key == b.key && a.index < b.index);
}

// Where std algorithms leave equal elements decides which index is answered: these are PyTorch's calls.
void pick_line(std::vector<Entry>& line, const OrderCall& call, bool floating, std::vector<Entry>& out) {
  auto begin = line.begin(), end = line.end();
  switch (call.pick) {
    case Pick::sort:
      std::sort(begin, end, stably_before);
      out = line;
      return;
    case Pick::top:
      if (call.k == 0) return out.clear();
      if (call.k * 64 <= call.n) {
        std::partial_sort(begin, begin + call.k, end, before);
      } else {
        std::nth_element(begin, begin + (call.k - 1), end, before);
        if (call.sorted) std::sort(begin, begin + (call.k - 1), before);
      }
      out.assign(begin, begin + call.k);
      return;
    case Pick::kth:
      std::nth_element(begin, begin + (call.k - 1), end, stably_before);
      out.assign(1, line[static_cast<size_t>(call.k - 1)]);
      return;
    case Pick::median:
    case Pick::nanmedian: {
      int64_t count = call.n;
      if (floating) {
        auto is_nan = [](const Entry& e) { return e.key == nan_key; };
        if (call.pick == Pick::median) {
          auto first = std::find_if(begin, end, is_nan);
          if (first != end) return out.assign(1, *first);
        } else {
          count -= std::count_if(begin, end, is_nan);
        }
      }
      int64_t middle = count == 0 ? 0 : (count - 1) / 2;
      std::nth_element(begin, begin + middle, end, before);
      out.assign(1, line[static_cast<size_t>(middle)]);
      return;
    }
    case Pick::mode: {
      std::sort(begin, end, before);
      size_t best = 0, longest = 0, run = 0;
      for (size_t i = 0; i < line.size(); ++i) {
        ++run;
        bool ends =
            i + 1 == line.size() || line[i].key != line[i + 1].key || (floating && line[i].key == nan_key);
        if (!ends) continue;
        if (run > longest) longest = run, best = i;
        run = 0;
      }
      out.assign(1, line[best]);
      return;
    }
  }
}

template <class T>
void order(const Buffer& in, const Buffer& values, const Buffer& indices, const OrderCall& call) {
  const bool floating = in.dtype != int64;
  const int64_t outer = in.numel / (call.n * call.inner);
  std::vector<Entry> line(static_cast<size_t>(call.n)), picked;
  int64_t kept = call.pick == Pick::sort ? call.n : call.pick == Pick::top ? call.k : 1;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < call.inner; ++i) {
      const T* from = in.as<T>() + o * call.n * call.inner + i;
      for (int64_t j = 0; j < call.n; ++j) {
        uint64_t key = key_of(from[j * call.inner]);
        line[static_cast<size_t>(j)] = {call.descending ? ~key : key, j};
      }
      pick_line(line, call, floating, picked);
      int64_t to = o * kept * call.inner + i;
      for (const Entry& e : picked) {
        values.as<T>()[to] = from[e.index * call.inner];
        indices.as<int64_t>()[to] = e.index;
        to += call.inner;
      }
    }
}

void run_order(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const OrderCall*>(attributes);
  if (buffers[0].numel == 0) return;
  if (buffers[0].dtype == float32)
    order<float>(buffers[0], buffers[1], buffers[2], call);
  else if (buffers[0].dtype == float64)
    order<double>(buffers[0], buffers[1], buffers[2], call);
  else
    order<int64_t>(buffers[0], buffers[1], buffers[2], call);
}

template <class T>
void order_rows(const Buffer& in, int64_t* out, const RowCall& call) {
  std::vector<uint64_t> keys(static_cast<size_t>(in.numel));
  for (int64_t i = 0; i < in.numel; ++i) keys[static_cast<size_t>(i)] = key_of(in.as<T>()[i]);
  for (int64_t i = 0; i < call.rows; ++i) out[i] = i;
  std::sort(out, out + call.rows, [&](int64_t a, int64_t b) {
    const uint64_t *x = keys.data() + a * call.columns, *y = keys.data() + b * call.columns;
    for (int64_t c = 0; c < call.columns; ++c)
      if (x[c] != y[c]) return x[c] < y[c];
    return a < b;
  });
}

void run_row_order(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const RowCall*>(attributes);
  auto* out = buffers[1].as<int64_t>();
  if (buffers[0].dtype == float32)
    order_rows<float>(buffers[0], out, call);
  else if (buffers[0].dtype == float64)
    order_rows<double>(buffers[0], out, call);
  else
    order_rows<int64_t>(buffers[0], out, call);
}

template <class T>
void search(const Buffer& where, const Buffer& boundaries, const Buffer& wanted, const int64_t* sorter,
            const SearchCall& call) {
  for (int64_t i = 0; i < wanted.numel; ++i) {
    const int64_t line = i / call.wanted * call.n % (boundaries.numel > 0 ? boundaries.numel : 1);
    const T* at = boundaries.as<T>() + line;
    const int64_t* sorted = sorter ? sorter + line : nullptr;
    const T v = wanted.as<T>()[i];
    int64_t low = 0, high = call.n;
    while (low < high) {
      int64_t middle = low + (high - low) / 2;
      T m = at[sorted ? sorted[middle] : middle];
      if (call.right ? !(m > v) : !(m >= v))
        low = middle + 1;
      else
        high = middle;
    }
    where.as<int64_t>()[i] = low;
  }
}

void run_search(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const SearchCall*>(attributes);
  const int64_t* sorter = buffers.size() > 3 ? buffers[3].as<int64_t>() : nullptr;
  if (buffers[1].dtype == float32)
    search<float>(buffers[0], buffers[1], buffers[2], sorter, call);
  else if (buffers[1].dtype == float64)
    search<double>(buffers[0], buffers[1], buffers[2], sorter, call);
  else
    search<int64_t>(buffers[0], buffers[1], buffers[2], sorter, call);
}

} // namespace

const Kernel order_kernel{"order", &run_order};
const Kernel row_order_kernel{"row_order", &run_row_order};
const Kernel search_kernel{"search", &run_search};

} // namespace talweg
