// The one object behind a Tensor: 192 bytes that hold counts, shape, history and, for small tensors, the
// elements.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/memory.h"
#include "core/thread_state.h"
#include "talweg/dtype.h"
#include "talweg/tensor.h"

namespace talweg {

/// What core knows of the graph: something that can be let go. `drop` gives back one reference.
struct Attachment {
  void (*drop)(Attachment*) noexcept;
};

/// Facts about a tensor that fast paths test together with dtype and rank, as one word.
enum Flag : uint16_t {
  contiguous_flag = 1, // row-major without gaps
  lane_flag = 2,       // contiguous, at most 64 bytes, and all 64 bytes at `data` may be read and overwritten
  requires_grad_flag = 4, // a leaf that requires grad, or a result with grad_fn
  view_flag = 8,          // a differentiable view; `view` is valid
  parameter_flag = 16,    // prints as a Parameter; found by reflection
  wrapped_flag = 32,      // a 0-d tensor made of a C++ number: takes part in promotion by its kind alone
  padded_flag = 64,       // at least 64 bytes behind the last element may be read
  inference_flag = 128,   // made in inference mode: autograd may not touch it
};

static_assert(static_cast<unsigned>(inference_flag) == static_cast<unsigned>(inference));

/// Where the bytes of a root come from that don't lie inside it.
enum class Bytes : uint8_t { block, foreign, borrowed };

/// How a differentiable view came to be; decides whether writing through it may rewrite its base's history.
enum class ViewKind : uint8_t { plain, no_grad_mode, inference_mode, several_outputs };

inline constexpr int inline_rank = 4;
inline constexpr int max_rank = 64;

/// Two counts. `handles` is the number of Tensors (and of nodes and views that need the tensor itself).
/// `memory` is one for all handles together plus one for each view without history, saved output and weak
/// reference: they need the bytes and not the graph. The base class of the public header is the handle count
/// alone.
struct alignas(64) TensorObject : detail::HandleCount {
  uint32_t memory;
  Dtype dtype;
  uint8_t rank;
  uint16_t flags;
  uint32_t version_; // of a root: bumped by every write in place
  int64_t numel;
  void* data;
  TensorObject* root; // owns the bytes and the version; itself unless a view
  Attachment* grad_fn;
  Attachment* meta;    // grad, hooks, retained gradients: null for most
  int64_t* outer_dims; // sizes, then strides, where rank > 4
  int64_t inner_sizes[inline_rank];
  int64_t inner_strides[inline_rank];

  struct View {
    TensorObject* base;    // a handle
    uint32_t version_seen; // of the root when grad_fn was last right
    ViewKind kind;
  };
  struct Owner { // of a root whose bytes are not inside
    Bytes kind;
    void* block; // what to give back; for foreign memory its start
    size_t bytes;
    void (*release)(void*); // foreign
    void* context;
    TensorObject* lender; // borrowed: `data()` shares another root's bytes under a version of its own
  };
  union {
    alignas(64) unsigned char inside[64];
    View view;
    Owner owner;
  };

  int64_t* sizes() { return rank <= inline_rank ? inner_sizes : outer_dims; }
  const int64_t* sizes() const { return rank <= inline_rank ? inner_sizes : outer_dims; }
  int64_t* strides() { return rank <= inline_rank ? inner_strides : outer_dims + rank; }
  const int64_t* strides() const { return rank <= inline_rank ? inner_strides : outer_dims + rank; }
  bool is_root() const { return root == this; }
  bool has(Flag flag) const { return flags & flag; }
  uint32_t& version() { return root->version_; }
  int64_t bytes() const { return numel * itemsize(dtype); }

  /// dtype, rank and flags as one word.
  uint32_t head() const {
    uint32_t word;
    std::memcpy(&word, &dtype, 4);
    return word;
  }
  /// Flags change as a part of that word: two bytes written and four read soon after would wait for the
  /// memory.
  void set(unsigned more) { set_head(head() | head_of(more)); }
  void clear(unsigned less) { set_head(head() & ~head_of(less)); }
  void set_head(uint32_t word) { std::memcpy(&dtype, &word, 4); }
  static constexpr uint32_t head_of(unsigned flags) {
    return std::endian::native == std::endian::little ? flags << 16 : flags;
  }
};
static_assert(sizeof(TensorObject) == object_bytes);
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif
static_assert(offsetof(TensorObject, rank) == offsetof(TensorObject, dtype) + 1 &&
              offsetof(TensorObject, flags) == offsetof(TensorObject, dtype) + 2 && sizeof(Dtype) == 1);
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/// Makes a 0-d tensor stand for a C++ number. It leaves the paths of small tensors, which don't promote.
inline void mark_wrapped(TensorObject* o) {
  o->set(wrapped_flag);
  o->clear(lane_flag);
}

inline TensorObject* object(const Tensor& t) { return static_cast<TensorObject*>(t.handle()); }
/// A Tensor that takes over a handle already counted.
inline Tensor adopt(TensorObject* o) { return Tensor(detail::adopt_handle, o); }
inline void retain(TensorObject* o) { detail::count_up(o->handles); }
/// Whether nobody else has this tensor or its memory, which is the library's own.
inline bool is_sole(const Tensor& t) {
  TensorObject* o = object(t);
  return __atomic_load_n(&o->handles, __ATOMIC_ACQUIRE) == 1 &&
         __atomic_load_n(&o->memory, __ATOMIC_ACQUIRE) == 1 &&
         (o->data == o->inside || (o->is_root() && o->owner.kind == Bytes::block));
}
/// A Tensor that shares `o`.
inline Tensor share(TensorObject* o) {
  if (o) retain(o);
  return adopt(o);
}
inline void release(TensorObject* o) noexcept { detail::drop_handle(o); }

inline void retain_memory(TensorObject* o) { detail::count_up(o->memory); }
void release_memory(TensorObject* o) noexcept;
/// One more handle if there still is one; false if the tensor has ended and only its memory is held.
bool try_retain(TensorObject* o) noexcept;

/// Gives back one reference to each attachment without recursion, however long the chain behind it.
void drop(Attachment* attachment) noexcept;

/// The data pointer at which the root's bytes begin.
char* storage_begin(const TensorObject* o);
/// Bytes from `storage_begin` to the end of the allocation.
int64_t storage_bytes(const TensorObject* o);

/// A fresh contiguous tensor with undefined elements. Throws ShapeError for sizes that are negative or
/// overflow.
Tensor new_tensor(Dtype dtype, std::span<const int64_t> sizes);
/// The same, laid out densely with the given strides (a permutation of a contiguous layout).
Tensor new_tensor_strided(Dtype dtype, std::span<const int64_t> sizes, std::span<const int64_t> strides);
/// A view of source's bytes with this geometry, sharing the version; no history. `offset_bytes` counts from
/// its data.
Tensor new_view(TensorObject* source, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                int64_t offset_bytes);
/// Gives `o` the geometry of `view`, a view of the same bytes, which it takes over and ends. Throws
/// MemoryError where the bytes lie in the object, the new geometry doesn't cover just them, and other tensors
/// share them.
void take_geometry(TensorObject* o, Tensor view);
/// A tensor that shares `t`'s bytes and shape under a version of its own.
Tensor new_borrower(const Tensor& t);
/// A tensor over foreign memory; `release(context)` runs when the last user of the memory ends.
Tensor new_foreign(void* data, Dtype dtype, std::span<const int64_t> sizes, std::span<const int64_t> strides,
                   void (*release)(void*), void* context);

/// dtype, rank and flags as `TensorObject::head` has them.
constexpr uint32_t make_head(Dtype dtype, unsigned rank, unsigned flags) {
  auto d = static_cast<uint32_t>(dtype);
  return std::endian::native == std::endian::little ? d | rank << 8 | flags << 16
                                                    : d << 24 | rank << 16 | flags;
}
inline constexpr unsigned lane_flags = contiguous_flag | lane_flag | padded_flag;
/// The flag of tensors made now: inference_flag in inference mode.
inline unsigned mode_flag() { return thread_state.modes & inference; }

/// A fresh tensor of at most 64 bytes whose sizes, strides and elements the caller fills in.
inline TensorObject* bare_lane(uint32_t head, int64_t numel) {
  auto* o = static_cast<TensorObject*>(allocate_object());
  o->handles = 1;
  o->memory = 1;
  o->set_head(head);
  o->version_ = 0;
  o->numel = numel;
  o->data = o->inside;
  o->root = o;
  o->grad_fn = nullptr;
  o->meta = nullptr;
  o->outer_dims = nullptr;
  return o;
}
/// The same with sizes and strides of 0.
inline TensorObject* new_lane(Dtype dtype, int rank, int64_t numel) {
  TensorObject* o = bare_lane(make_head(dtype, static_cast<unsigned>(rank), lane_flags | mode_flag()), numel);
  std::memset(o->inner_sizes, 0, sizeof o->inner_sizes + sizeof o->inner_strides);
  return o;
}

/// A fresh small tensor with the sizes of `like`, which has lane_flag. The path of every small operation.
inline TensorObject* new_lane_like(const TensorObject* like, Dtype dtype) {
  TensorObject* o = bare_lane(make_head(dtype, like->rank, lane_flags | mode_flag()), like->numel);
  std::memcpy(o->inner_sizes, like->inner_sizes, sizeof o->inner_sizes + sizeof o->inner_strides);
  return o;
}
/// A fresh tensor with the sizes of `like`, which is contiguous and has at most 4 dimensions.
TensorObject* new_dense_like(const TensorObject* like, Dtype dtype);
/// A fresh row-major matrix. Throws ShapeError where its bytes overflow.
Tensor new_matrix(Dtype dtype, int64_t rows, int64_t columns);

} // namespace talweg
