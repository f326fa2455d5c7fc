// The history of a pointwise operation, and what the paths of small tensors share.
#pragma once

#include <bit>
#include <cstring>

#include "kernels/elements.h"
#include "kernels/isa.h"
#include "ops/history.h"
#include "ops/lane64.h"
#include "ops/pointwise.h"

namespace talweg {

constexpr int no_input = 15;
constexpr uint8_t result_tag = 3;

/// The node of every pointwise operation. Fits the block of a tensor object.
struct PointwiseNode : Node {
  static constexpr int most_saved = 3;
  const Pointwise* op;
  union {
    SavedTensor saved[most_saved]; // the first saved_count; tag: which input, or result_tag
  };
  double number[Params::most]; // only of a formula with numbers
  double scalar = 0;           // an operand that was a number
  int8_t scalar_input = no_input;
  int8_t one_input = no_input; // a small tensor of one element that was repeated
  uint8_t one_rank = 0;        // and its rank
  uint8_t saved_count = 0;

  static const NodeType node_type;
  PointwiseNode(const Pointwise& op, std::span<const Edge> edges, const Params& params)
      : Node(&node_type, edges, 1), op(&op) {
    keep_numbers(params);
  }
  PointwiseNode(const Pointwise& op, Edge first, Edge second, const Params& params)
      : Node(&node_type, op.formula.inputs, first, second), op(&op) {
    keep_numbers(params);
  }

  void save_input(TensorObject* o, int i) noexcept {
    auto* s = ::new (&saved[saved_count++]) SavedTensor();
    s->save_input(o, static_cast<uint8_t>(i));
  }
  void save_result(TensorObject* o) noexcept {
    auto* s = ::new (&saved[saved_count++]) SavedTensor();
    s->save_result(o, result_tag);
  }
  ~PointwiseNode() {}

  /// What the derivatives of the inputs that wait for a gradient read.
  unsigned needed() const {
    unsigned mask = 0;
    for (int i = 0; i < op->formula.derivatives; ++i)
      if (edges()[i].node) mask |= op->formula.uses[i];
    return mask;
  }

 private:
  void keep_numbers(const Params& params) {
    if (op->formula.numbers) std::memcpy(number, params.number, sizeof number);
  }
  Params params() const {
    Params p;
    if (op->formula.numbers) std::memcpy(p.number, number, sizeof number);
    return p;
  }
  bool apply_small(Backward& backward);
  bool apply_whole(Backward& backward);
  void apply_any(Backward& backward);
  void run_derivative(int i, TensorObject* out, const void* const* data, int64_t lanes) const;
  Tensor to_one(const Tensor& gradient) const;
  static void apply(Node* node, Backward& backward);
  static void release(Node* node) noexcept;
  static void destroy(Node* node) noexcept;
  static std::string_view name(const Node* node);
};
static_assert(sizeof(PointwiseNode) <= object_bytes);

/// The loop that works on one of `Pointwise::direct`.
constexpr Compute direct_compute(Dtype d) {
  auto i = static_cast<unsigned>(d);
  return static_cast<Compute>((i & 1) | (i >> 3 << 1));
}
static_assert(direct_compute(int32) == compute_int32 && direct_compute(int64) == compute_int64 &&
              direct_compute(float32) == compute_float32 && direct_compute(float64) == compute_float64);

inline const Tiles& tiles_of(const Formula& f) { return *f.tiles[isa_index()]; }

inline bool same_sizes(const TensorObject* a, const TensorObject* b) {
  return std::memcmp(a->inner_sizes, b->inner_sizes, sizeof a->inner_sizes) == 0;
}
/// dtype and rank equal, and both small.
inline bool small_and_alike(const TensorObject* a, const TensorObject* b) {
  constexpr uint32_t lane = TensorObject::head_of(lane_flag);
  uint32_t x = a->head(), y = b->head();
  return ((x ^ y) & (0xffffu | lane)) == 0 && (x & lane) && same_sizes(a, b);
}

/// Row-major, of few dimensions, and readable in whole lanes to its end.
inline bool is_whole(const TensorObject* o) {
  constexpr uint16_t wanted = contiguous_flag | padded_flag;
  return (o->flags & wanted) == wanted && (o->is_root() || o->has(lane_flag)) && o->rank <= inline_rank;
}
inline bool same_dtype_and_sizes(const TensorObject* a, const TensorObject* b) {
  return ((a->head() ^ b->head()) & 0xffffu) == 0 && same_sizes(a, b);
}
inline int64_t lanes_of(const TensorObject* o) { return (o->bytes() + 63) / 64; }

inline void PointwiseNode::run_derivative(int i, TensorObject* out, const void* const* data,
                                          int64_t lanes) const {
  Tile tile = tiles_of(op->formula).derivative[i][direct_compute(out->dtype)];
  if (op->formula.numbers) {
    const Params p = params();
    tile(out->data, data, lanes, &p);
  } else {
    tile(out->data, data, lanes, &no_params);
  }
}

/// Runs a loop of a formula over operands broadcast to the sizes of `out` and converted to `common`.
void run_loops(Tile tile, Dtype common, bool boolean, const Tensor& out, std::span<const Operand> operands,
               const Params& params);

/// The way of every call that is neither small nor whole; checks and promotes.
Tensor general(const Pointwise& op, std::span<const Operand> operands, const Params& params);
const Tensor& general_in_place(const Pointwise& op, std::span<const Operand> operands, const Params& params);

} // namespace talweg
