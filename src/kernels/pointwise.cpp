#include "kernels/pointwise.h"

#include <bit>
#include <cstring>

#include "kernels/cast.h"
#include "kernels/elements.h"
#include "talweg/scalar.h"

namespace talweg {

namespace {

constexpr int64_t lane_bytes = 64;
constexpr int64_t tile_elements = 256;
constexpr int64_t scratch_bytes = tile_elements * 8 + lane_bytes;

struct alignas(64) Scratch {
  unsigned char bytes[scratch_bytes];
};

// One operand on its way through the tiles.
struct Operand {
  const Buffer* buffer;
  int64_t element; // bytes in memory
  bool typed;      // of the dtype that the tile reads or writes
  bool direct;     // and side by side from the first element to the last
  bool constant;   // one number for all: converted once
  Convert convert;
};

bool in_one_row(const Loop& loop, size_t k) {
  int64_t step = 1;
  for (int d = loop.rank - 1; d >= 0; --d) {
    if (loop.strides[k][d] != step) return false;
    step *= loop.sizes[d];
  }
  return true;
}

void run_pointwise(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const PointwiseCall*>(attributes);
  const Buffer& out = buffers[0];
  if (out.numel == 0) return;
  const Dtype inner = dtype_of_compute(call.compute);
  const Dtype inner_out = call.boolean ? bool_ : inner;
  const int64_t inner_size = itemsize(inner);
  const int64_t inner_out_size = itemsize(inner_out);
  const int64_t per_lane = lane_bytes / inner_size;
  const size_t inputs = buffers.size() - 1;

  Loop loop(buffers, true);
  const bool flat = loop.rank <= 1;
  Operand operands[Loop::most_operands];
  bool all_direct = flat;
  bool all_padded = true;
  for (size_t k = 0; k <= inputs; ++k) {
    const Buffer& b = buffers[k];
    Dtype wanted = k == 0 ? inner_out : inner;
    int64_t stride = loop.rank == 0 ? (loop.numel == 1 ? 1 : 0) : loop.strides[k][loop.rank - 1];
    const bool typed = b.dtype == wanted;
    operands[k] = {&b,
                   itemsize(b.dtype),
                   typed,
                   typed && (flat ? stride == 1 : in_one_row(loop, k)),
                   k > 0 && flat && stride == 0,
                   k == 0 ? converter(b.dtype, wanted) : converter(wanted, b.dtype)};
    all_direct &= operands[k].direct;
    all_padded &= b.padded;
  }

  if (all_direct) {
    int64_t lanes = all_padded ? (loop.numel + per_lane - 1) / per_lane : loop.numel / per_lane;
    const void* in[Loop::most_operands];
    for (size_t k = 0; k < inputs; ++k) in[k] = buffers[k + 1].data;
    if (lanes > 0) call.tile(out.data, in, lanes, &call.params);
    if (lanes * per_lane >= loop.numel) return;
    Scratch tail[Loop::most_operands];
    int64_t done = lanes * per_lane, rest = loop.numel - done;
    for (size_t k = 0; k < inputs; ++k) {
      // What idle lanes hold doesn't matter, but it must be defined.
      std::memset(tail[k + 1].bytes, 0, lane_bytes);
      std::memcpy(tail[k + 1].bytes, buffers[k + 1].as<char>() + done * inner_size,
                  static_cast<size_t>(rest * inner_size));
      in[k] = tail[k + 1].bytes;
    }
    call.tile(tail[0].bytes, in, 1, &call.params);
    std::memcpy(out.as<char>() + done * inner_out_size, tail[0].bytes,
                static_cast<size_t>(rest * inner_out_size));
    return;
  }

  Scratch scratch[Loop::most_operands];
  Walk walks[Loop::most_operands] = {{loop, 0}, {loop, 0}, {loop, 0}, {loop, 0}, {loop, 0}, {loop, 0}};
  for (size_t k = 0; k <= inputs; ++k) {
    walks[k] = Walk(loop, static_cast<int>(k));
    if (operands[k].constant) operands[k].convert(scratch[k].bytes, 1, buffers[k].data, 0, tile_elements);
  }
  for (int64_t done = 0; done < loop.numel; done += tile_elements) {
    int64_t count = loop.numel - done < tile_elements ? loop.numel - done : tile_elements;
    int64_t lanes = (count + per_lane - 1) / per_lane;
    bool whole = count % per_lane == 0;
    const void* in[Loop::most_operands];
    for (size_t k = 1; k <= inputs; ++k) {
      const Operand& o = operands[k];
      if (o.constant) {
        in[k - 1] = scratch[k].bytes;
      } else if (o.direct && whole) {
        in[k - 1] = o.buffer->as<char>() + done * inner_size;
      } else {
        in[k - 1] = scratch[k].bytes;
        if (o.direct) {
          std::memcpy(scratch[k].bytes, o.buffer->as<char>() + done * inner_size,
                      static_cast<size_t>(count * inner_size));
        } else if (int64_t offset = o.typed && whole ? walks[k].next_adjacent(count) : -1; offset >= 0) {
          in[k - 1] = o.buffer->as<char>() + offset * inner_size;
        } else {
          auto* to = scratch[k].bytes;
          walks[k].next(count, [&](int64_t start, int64_t stride, int64_t n) {
            o.convert(to, 1, o.buffer->as<char>() + start * o.element, stride, n);
            to += n * inner_size;
          });
        }
        // What idle lanes hold doesn't matter, but it must be defined.
        if (!whole) std::memset(scratch[k].bytes + count * inner_size, 0, lane_bytes);
      }
    }
    if (operands[0].direct && whole) {
      call.tile(out.as<char>() + done * inner_out_size, in, lanes, &call.params);
      continue;
    }
    call.tile(scratch[0].bytes, in, lanes, &call.params);
    if (operands[0].direct) {
      std::memcpy(out.as<char>() + done * inner_out_size, scratch[0].bytes,
                  static_cast<size_t>(count * inner_out_size));
      continue;
    }
    auto* from = scratch[0].bytes;
    walks[0].next(count, [&](int64_t offset, int64_t stride, int64_t n) {
      operands[0].convert(out.as<char>() + offset * operands[0].element, stride, from, 1, n);
      from += n * inner_out_size;
    });
  }
}

void run_copy(std::span<const Buffer> buffers, const void*) {
  const Buffer &out = buffers[0], &in = buffers[1];
  if (out.numel == 0) return;
  Loop loop(buffers, true);
  Convert convert = converter(out.dtype, in.dtype);
  int64_t out_size = itemsize(out.dtype), in_size = itemsize(in.dtype);
  Walk to(loop, 0), from(loop, 1);
  int64_t row = loop.rank == 0 ? 1 : loop.sizes[loop.rank - 1];
  for (int64_t done = 0; done < loop.numel; done += row)
    to.next(row, [&](int64_t to_offset, int64_t to_stride, int64_t n) {
      from.next(n, [&](int64_t from_offset, int64_t from_stride, int64_t m) {
        convert(out.as<char>() + to_offset * out_size, to_stride, in.as<char>() + from_offset * in_size,
                from_stride, m);
      });
    });
}

void run_fill(std::span<const Buffer> buffers, const void* attributes) {
  const auto& value = *static_cast<const Scalar*>(attributes);
  const Buffer& out = buffers[0];
  if (out.numel == 0) return;
  const int64_t size = itemsize(out.dtype);
  // The element's bits, without a way through memory: a short store read back as a longer word would stall.
  uint64_t word = with_type(out.dtype, [&]<class T>(T*) {
    T v = value.is_floating_point() ? cast<T>(value.to<double>()) : cast<T>(value.to<int64_t>());
    if constexpr (sizeof(T) == 8)
      return std::bit_cast<uint64_t>(v);
    else if constexpr (sizeof(T) == 4)
      return uint64_t{std::bit_cast<uint32_t>(v)};
    else if constexpr (sizeof(T) == 2)
      return uint64_t{std::bit_cast<uint16_t>(v)};
    else
      return uint64_t{std::bit_cast<uint8_t>(v)};
  });
  if (out.contiguous && out.padded && out.numel * size <= lane_bytes) {
    for (int64_t width = size; width < 8; width *= 2) word |= word << (8 * width);
    uint64_t lane[lane_bytes / 8];
    for (uint64_t& w : lane) w = word;
    std::memcpy(out.data, lane, lane_bytes);
    return;
  }
  unsigned char element[8];
  std::memcpy(element, &word, sizeof word);
  Loop loop(buffers, true);
  Convert convert = converter(out.dtype, out.dtype);
  Walk to(loop, 0);
  to.next(loop.numel, [&](int64_t offset, int64_t stride, int64_t n) {
    convert(out.as<char>() + offset * size, loop.rank == 0 ? 1 : stride, element, 0, n);
  });
}

} // namespace

const Kernel pointwise_kernel{"pointwise", &run_pointwise};
const Kernel copy_kernel{"copy", &run_copy};
const Kernel fill_kernel{"fill", &run_fill};

} // namespace talweg
