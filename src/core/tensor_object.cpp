#include "core/tensor_object.h"
#include "core/raise.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/shape.h"
#include "talweg/errors.h"

namespace talweg {

namespace {

TensorObject* bare_object(Dtype dtype, size_t rank) {
  if (rank > static_cast<size_t>(max_rank))
    raise<ShapeError>({"a tensor has at most ", max_rank, " dimensions, got ", rank});
  auto* o = static_cast<TensorObject*>(allocate_object());
  int64_t* outer = nullptr;
  if (rank > inline_rank) {
    try {
      outer = static_cast<int64_t*>(allocate(2 * rank * sizeof(int64_t)));
    } catch (...) {
      deallocate_object(o);
      throw;
    }
  }
  o->handles = 1;
  o->memory = 1;
  o->set_head(make_head(dtype, static_cast<unsigned>(rank), mode_flag()));
  o->version_ = 0;
  o->numel = 0;
  o->data = nullptr;
  o->root = o;
  o->grad_fn = nullptr;
  o->meta = nullptr;
  o->outer_dims = outer;
  std::memset(o->inner_sizes, 0, sizeof o->inner_sizes + sizeof o->inner_strides);
  return o;
}

void free_object(TensorObject* o) noexcept {
  if (o->outer_dims) deallocate(o->outer_dims, 2 * size_t{o->rank} * sizeof(int64_t));
  deallocate_object(o);
}

// Frees the object once neither handles nor memory references are left.
void end_memory(TensorObject* o) noexcept {
  if (o->data == o->inside) return free_object(o);
  TensorObject* other = nullptr; // whose bytes these are
  if (o->root != o) {
    other = o->root;
  } else {
    switch (o->owner.kind) {
      case Bytes::block:
        deallocate(o->owner.block, o->owner.bytes);
        break;
      case Bytes::foreign:
        if (o->owner.release) o->owner.release(o->owner.context);
        break;
      case Bytes::borrowed:
        other = o->owner.lender;
        break;
    }
  }
  free_object(o);
  if (other) release_memory(other);
}

bool is_row_major(std::span<const int64_t> sizes, std::span<const int64_t> strides) {
  int64_t expected = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] == 1) continue;
    if (strides[i] != expected) return false;
    expected *= sizes[i];
  }
  return true;
}

void set_geometry(TensorObject* o, std::span<const int64_t> sizes, std::span<const int64_t> strides) {
  std::copy(sizes.begin(), sizes.end(), o->sizes());
  std::copy(strides.begin(), strides.end(), o->strides());
  o->numel = numel_of(sizes);
  if (o->numel == 0 || is_row_major(sizes, strides)) o->set(contiguous_flag);
}

} // namespace

void drop(Attachment* attachment) noexcept { attachment->drop(attachment); }

// Whoever holds the memory may ask for a handle (try_retain) while the last one ends. Leaves the count at 0
// if it does end.
static bool is_still_last(unsigned& handles) noexcept {
  if (detail::has_one_thread()) {
    handles = 0;
    return true;
  }
  unsigned last = 1;
  return __atomic_load_n(&handles, __ATOMIC_RELAXED) == 0 ||
         __atomic_compare_exchange_n(&handles, &last, 0, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED) ||
         __atomic_fetch_sub(&handles, 1, __ATOMIC_ACQ_REL) == 1;
}

// The last handle of a tensor that has more than its own bytes has gone.
[[gnu::noinline]] static void end_any(TensorObject* o) noexcept {
  if (!is_still_last(o->handles)) return;
  if (Attachment* grad_fn = o->grad_fn) {
    o->grad_fn = nullptr;
    drop(grad_fn);
  }
  if (Attachment* meta = o->meta) {
    o->meta = nullptr;
    drop(meta);
  }
  if (o->has(view_flag)) {
    TensorObject* base = o->view.base;
    o->clear(view_flag);
    release(base);
  }
  release_memory(o);
}

void detail::end_handles(HandleCount* count) noexcept {
  auto* o = static_cast<TensorObject*>(count);
  // Most tensors are small, fresh and held by nobody else.
  // Who held the memory may have turned it into a handle before it let go: the handles are read after it.
  if (o->data != o->inside || o->meta || o->outer_dims ||
      __atomic_load_n(&o->memory, __ATOMIC_ACQUIRE) != 1 ||
      __atomic_load_n(&o->handles, __ATOMIC_RELAXED) > 1) [[unlikely]]
    return end_any(o);
  Attachment* grad_fn = o->grad_fn;
  deallocate_object(o);
  if (grad_fn) drop(grad_fn);
}

void detail::drop_shared_handle(HandleCount* count) noexcept {
  if (count_down(count->handles)) end_handles(count);
}

void release_memory(TensorObject* o) noexcept {
  if (detail::count_down(o->memory)) end_memory(o);
}

bool try_retain(TensorObject* o) noexcept {
  uint32_t count = __atomic_load_n(&o->handles, __ATOMIC_RELAXED);
  while (count != 0)
    if (__atomic_compare_exchange_n(&o->handles, &count, count + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
      return true;
  return false;
}

char* storage_begin(const TensorObject* o) {
  const TensorObject* root = o->root;
  if (root->data == root->inside) return static_cast<char*>(root->data);
  if (root->owner.kind == Bytes::borrowed) return storage_begin(root->owner.lender);
  return static_cast<char*>(root->owner.block);
}

int64_t storage_bytes(const TensorObject* o) {
  const TensorObject* root = o->root;
  if (root->data == root->inside) return root->bytes();
  if (root->owner.kind == Bytes::borrowed) return storage_bytes(root->owner.lender);
  return static_cast<int64_t>(root->owner.bytes);
}

namespace {

// Gives a bare object a block of its own, with elements still to be written.
void own_block(TensorObject* o, size_t bytes) {
  void* block = nullptr;
  try {
    block = allocate(bytes);
  } catch (...) {
    free_object(o);
    throw;
  }
  // The spare bytes are read by whole-lane kernels: they must not be signalling garbage under the sanitizers.
  std::memset(static_cast<char*>(block) + bytes, 0, spare_bytes);
  o->data = block;
  o->owner = {.kind = Bytes::block,
              .block = block,
              .bytes = bytes,
              .release = nullptr,
              .context = nullptr,
              .lender = nullptr};
}

} // namespace

TensorObject* new_dense_like(const TensorObject* like, Dtype dtype) {
  TensorObject* o = new_lane_like(like, dtype);
  auto bytes = static_cast<size_t>(like->numel * itemsize(dtype));
  if (bytes <= sizeof o->inside) return o;
  o->clear(lane_flag);
  own_block(o, bytes);
  return o;
}

Tensor new_matrix(Dtype dtype, int64_t rows, int64_t columns) {
  constexpr int64_t large = int64_t{1} << 29;
  if (rows >= large || columns >= large) [[unlikely]]
    return new_tensor(dtype, std::array{rows, columns});
  const int64_t numel = rows * columns;
  TensorObject* o = new_lane(dtype, 2, numel);
  o->inner_sizes[0] = rows;
  o->inner_sizes[1] = columns;
  o->inner_strides[0] = columns > 1 ? columns : 1;
  o->inner_strides[1] = 1;
  auto bytes = static_cast<size_t>(numel * itemsize(dtype));
  if (bytes > sizeof o->inside) {
    o->clear(lane_flag);
    own_block(o, bytes);
  }
  return adopt(o);
}

Tensor new_tensor_strided(Dtype dtype, std::span<const int64_t> sizes, std::span<const int64_t> strides) {
  int64_t numel = checked_numel(sizes, itemsize(dtype));
  TensorObject* o = bare_object(dtype, sizes.size());
  set_geometry(o, sizes, strides);
  auto bytes = static_cast<size_t>(numel * itemsize(dtype));
  o->set(padded_flag);
  if (bytes <= sizeof o->inside && sizes.size() <= inline_rank) {
    o->data = o->inside;
    if (o->has(contiguous_flag)) o->set(lane_flag);
    std::memset(o->inside, 0, sizeof o->inside);
    return adopt(o);
  }
  own_block(o, bytes);
  return adopt(o);
}

namespace {

// Fills in the sizes of a row-major tensor and its strides; false if it doesn't fit a lane.
bool take_lane_sizes(TensorObject* o, std::span<const int64_t> sizes) {
  constexpr int64_t most = sizeof o->inside;
  int64_t numel = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] < 1 || sizes[i] > most) return false;
    o->inner_sizes[i] = sizes[i];
    o->inner_strides[i] = numel;
    numel *= sizes[i];
    if (numel > most) return false;
  }
  o->numel = numel;
  return o->bytes() <= most;
}

} // namespace

Tensor new_tensor(Dtype dtype, std::span<const int64_t> sizes) {
  if (sizes.size() <= inline_rank) [[likely]] {
    TensorObject* o = new_lane(dtype, static_cast<int>(sizes.size()), 0);
    if (take_lane_sizes(o, sizes)) {
      std::memset(o->inside, 0, sizeof o->inside);
      return adopt(o);
    }
    free_object(o);
  }
  checked_numel(sizes, itemsize(dtype));
  return new_tensor_strided(dtype, sizes, Dims::contiguous_strides(sizes));
}

Tensor new_view(TensorObject* source, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                int64_t offset_bytes) {
  TensorObject* o = bare_object(source->dtype, sizes.size());
  set_geometry(o, sizes, strides);
  o->data = static_cast<char*>(source->data) + offset_bytes;
  o->set(source->flags & padded_flag);
  if ((o->flags ^ source->flags) & inference_flag)
    o->set_head(o->head() ^ TensorObject::head_of(inference_flag));
  // A view of all elements of a small tensor may be overwritten by whole lanes, as the tensor itself.
  if (source->has(lane_flag) && o->has(contiguous_flag) && o->numel == source->numel &&
      sizes.size() <= inline_rank)
    o->set(lane_flag);
  o->root = source->root;
  retain_memory(o->root);
  return adopt(o);
}

void take_geometry(TensorObject* o, Tensor view) {
  TensorObject* v = object(view);
  const bool same_elements =
      v->data == o->data && v->numel == o->numel &&
      (v->has(contiguous_flag) || !may_overlap_itself({v->sizes(), v->rank}, {v->strides(), v->rank}));
  const Dims sizes(std::span<const int64_t>(v->sizes(), v->rank)),
      strides(std::span<const int64_t>(v->strides(), v->rank));
  const int64_t offset = static_cast<char*>(v->data) - static_cast<char*>(o->data);
  view = Tensor();
  if (o->is_root() && o->data == o->inside && !same_elements) {
    // Where the bytes inside an object begin and end is told by its geometry: they move to a block, which
    // knows it.
    if (__atomic_load_n(&o->memory, __ATOMIC_ACQUIRE) != 1)
      raise<MemoryError>(
          {"a small tensor whose memory other tensors share can't be given other elements in place; use "
           "as_strided"});
    const auto bytes = static_cast<size_t>(o->bytes());
    unsigned char kept[sizeof o->inside];
    std::memcpy(kept, o->inside, sizeof kept);
    void* block = allocate(bytes);
    std::memset(static_cast<char*>(block) + bytes, 0, spare_bytes);
    std::memcpy(block, kept, bytes);
    o->data = block;
    o->owner = {.kind = Bytes::block,
                .block = block,
                .bytes = bytes,
                .release = nullptr,
                .context = nullptr,
                .lender = nullptr};
  }
  if (sizes.size() != o->rank) {
    int64_t* outer = sizes.size() > inline_rank
                         ? static_cast<int64_t*>(allocate(2 * sizes.size() * sizeof(int64_t)))
                         : nullptr;
    if (o->outer_dims) deallocate(o->outer_dims, 2 * size_t{o->rank} * sizeof(int64_t));
    o->outer_dims = outer;
    o->rank = static_cast<uint8_t>(sizes.size());
  }
  const bool lane = o->has(lane_flag) && same_elements && o->rank <= inline_rank;
  o->clear(contiguous_flag | lane_flag | (same_elements ? 0u : unsigned{padded_flag}));
  std::memset(o->inner_sizes, 0, sizeof o->inner_sizes + sizeof o->inner_strides);
  set_geometry(o, sizes, strides);
  o->data = static_cast<char*>(o->data) + offset;
  if (lane && o->has(contiguous_flag)) o->set(lane_flag);
}

Tensor new_borrower(const Tensor& t) {
  TensorObject* source = object(t);
  TensorObject* o;
  if (source->rank <= inline_rank) {
    o = new_lane_like(source, source->dtype);
  } else {
    o = bare_object(source->dtype, source->rank);
    o->numel = source->numel;
    std::memcpy(o->sizes(), source->sizes(), source->rank * sizeof(int64_t));
    std::memcpy(o->strides(), source->strides(), source->rank * sizeof(int64_t));
  }
  // Behind a part of a tensor lie other elements, not spare bytes.
  const bool whole = source->is_root() || source->has(lane_flag);
  const unsigned kept = (whole ? lane_flags : unsigned{contiguous_flag}) | inference_flag;
  o->set_head(make_head(source->dtype, source->rank, source->flags & kept));
  o->data = source->data;
  TensorObject* lender = source->root;
  if (lender->data != lender->inside && lender->owner.kind == Bytes::borrowed) lender = lender->owner.lender;
  o->owner.kind = Bytes::borrowed;
  o->owner.lender = lender;
  retain_memory(lender);
  return adopt(o);
}

Tensor new_foreign(void* data, Dtype dtype, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                   void (*release)(void*), void* context) {
  checked_numel(sizes, itemsize(dtype));
  TensorObject* o = bare_object(dtype, sizes.size());
  set_geometry(o, sizes, strides);
  int64_t extent = o->numel == 0 ? 0 : 1;
  if (extent)
    for (size_t i = 0; i < sizes.size(); ++i) extent += sizes[i] > 1 ? (sizes[i] - 1) * strides[i] : 0;
  o->data = data;
  o->owner = {.kind = Bytes::foreign,
              .block = data,
              .bytes = static_cast<size_t>(extent * itemsize(dtype)),
              .release = release,
              .context = context,
              .lender = nullptr};
  return adopt(o);
}

} // namespace talweg
