// Choices among many: permutations and weighted indices.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "kernels/random.h"
#include "kernels/random_loops.h"

namespace talweg::kernels {

void randperm(GeneratorState& generator, const Destination& out) {
  with_type(out.dtype, [&]<class T>(T* a) {
    a = static_cast<T*>(out.data);
    const int64_t n = out.numel;
    // From here on 32 bits modulo n would be visibly uneven; PyTorch's limit.
    constexpr int64_t one_word = 0xffffffff / 20;
    if (n < one_word) {
      for (int64_t i = 0; i < n; ++i) a[i] = stored<T>(i);
      for (int64_t i = 0; i < n - 1; ++i) {
        int64_t z = generator.random() % static_cast<uint32_t>(n - i);
        std::swap(a[i], a[i + z]);
      }
    } else {
      for (int64_t i = 0; i < n; ++i) {
        auto z = static_cast<int64_t>(generator.random64() % static_cast<uint64_t>(i + 1));
        a[i] = stored<T>(i);
        std::swap(a[i], a[z]);
      }
    }
  });
}

void multinomial_with_replacement(GeneratorState& generator, int64_t* out, const Weights& weights,
                                  int64_t samples) {
  with_floating_type(weights.dtype, [&]<class T>(T*) {
    using C = Computed<T>;
    std::vector<C> running(static_cast<size_t>(weights.categories));
    for (int64_t row = 0; row < weights.rows; ++row) {
      const T* from = static_cast<const T*>(weights.data) + row * weights.row_stride;
      C sum = 0;
      for (C& r : running) {
        sum += static_cast<C>(*from);
        r = sum;
        from += weights.category_stride;
      }
      for (C& r : running) r /= sum;
      running.back() = 1;
      for (int64_t i = 0; i < samples; ++i) {
        double u = generator.next_uniform();
        auto found = std::lower_bound(running.begin(), running.end(), u, [](C r, double x) { return r < x; });
        *out++ = found - running.begin();
      }
    }
  });
}

namespace {

template <class C>
struct Ranked {
  C value;
  int64_t index;
};

// The `samples` largest in falling order. Equal values come as PyTorch's topk leaves them, which is what the
// standard library's selection leaves: hence the same calls under the same conditions.
template <class C>
void select_largest(std::vector<Ranked<C>>& entries, int64_t samples) {
  auto larger = [](const Ranked<C>& a, const Ranked<C>& b) {
    return (std::isnan(a.value) && !std::isnan(b.value)) || a.value > b.value;
  };
  auto begin = entries.begin(), end = entries.end();
  if (samples * 64 <= static_cast<int64_t>(entries.size())) {
    std::partial_sort(begin, begin + samples, end, larger);
  } else {
    std::nth_element(begin, begin + samples - 1, end, larger);
    std::sort(begin, begin + samples - 1, larger);
  }
}

} // namespace

void multinomial_without_replacement(GeneratorState& generator, int64_t* out, const Weights& weights,
                                     int64_t samples) {
  with_floating_type(weights.dtype, [&]<class T>(T*) {
    using C = Computed<T>;
    const int64_t n = weights.categories;
    // The exponentials are drawn in the order of the weights' memory.
    const int64_t sizes[2] = {weights.rows, n};
    const int64_t strides[2] = {weights.row_stride, weights.category_stride}, row_major[2] = {n, 1};
    std::vector<Ranked<C>> entries(static_cast<size_t>(weights.rows * n));
    DrawOrder(sizes, strides, row_major).for_each([&](int64_t i, int64_t j) {
      T q = stored<T>(-1.0 * std::log1p(-generator.next_uniform()));
      T ratio = T(static_cast<C>(static_cast<const T*>(weights.data)[i]) / static_cast<C>(q));
      entries[static_cast<size_t>(j)] = {static_cast<C>(ratio), j % n};
    });
    std::vector<Ranked<C>> row;
    for (int64_t r = 0; r < weights.rows; ++r) {
      row.assign(entries.begin() + r * n, entries.begin() + (r + 1) * n);
      if (samples == 1) {
        auto less = [](const Ranked<C>& a, const Ranked<C>& b) {
          return !std::isnan(a.value) && (a.value < b.value || std::isnan(b.value));
        };
        *out++ = std::max_element(row.begin(), row.end(), less)->index;
      } else {
        select_largest(row, samples);
        for (int64_t i = 0; i < samples; ++i) *out++ = row[static_cast<size_t>(i)].index;
      }
    }
  });
}

} // namespace talweg::kernels
