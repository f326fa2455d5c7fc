// Modes of autograd: inference, anomaly detection and labels, hooks on saved tensors, checkpoints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "talweg/tensor.h"

namespace talweg {

/// Whether this thread is in inference mode.
bool is_inference_mode_enabled();

/// While one lives, this thread records no history, and the tensors that it makes are inference tensors:
/// autograd refuses to save them, and outside of the mode they can't be written in place. `clone()` gives a
/// normal tensor. Views of normal tensors are normal. `InferenceMode(false)` leaves the mode for a while.
class InferenceMode {
 public:
  explicit InferenceMode(bool enabled = true);
  ~InferenceMode();
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;

 private:
  uint32_t previous_;
};
/// Calls f in inference mode and returns its result.
template <class F>
decltype(auto) inference_mode(F&& f) {
  InferenceMode guard;
  return std::forward<F>(f)();
}

/// A name for what is computed while it lives; see `label`.
class LabelScope {
 public:
  explicit LabelScope(std::string_view text);
  ~LabelScope();
  LabelScope(const LabelScope&) = delete;
  LabelScope& operator=(const LabelScope&) = delete;
  std::string_view text() const { return text_; }
  const LabelScope* outer() const { return static_cast<const LabelScope*>(outer_); }

 private:
  std::string text_;
  const void* outer_;
};
/// `auto scope = tw::label("encoder");` names what this thread computes until the end of the block. Labels
/// nest
/// ("encoder/attention"); anomaly mode tells them.
[[nodiscard]] inline LabelScope label(std::string_view text) { return LabelScope(text); }

namespace autograd {

/// Turns anomaly mode on or off in this thread: nodes remember where they were made, a backward that throws
/// tells it, and with `check_nan` a NaN in a gradient is an AutogradError that names the node. Slow.
void set_detect_anomaly(bool mode, bool check_nan = true);
/// Whether this thread is in anomaly mode, and whether it looks for NaN.
bool is_anomaly_enabled();
bool is_anomaly_check_nan_enabled();

/// Anomaly mode while it lives.
class AnomalyMode {
 public:
  explicit AnomalyMode(bool enabled = true, bool check_nan = true);
  ~AnomalyMode();
  AnomalyMode(const AnomalyMode&) = delete;
  AnomalyMode& operator=(const AnomalyMode&) = delete;

 private:
  bool enabled_, check_nan_;
};

namespace detail {
struct SavedHooks {
  unsigned references;
  void* (*pack)(SavedHooks* self, const Tensor& tensor);
  Tensor (*unpack)(SavedHooks* self, void* packed);
  void (*end_packed)(void* packed);
  void (*end)(SavedHooks* self);
  SavedHooks* outer;
};
void enter_saved_hooks(SavedHooks* hooks);
void leave_saved_hooks(SavedHooks* hooks) noexcept;

template <class Pack, class Unpack>
struct SavedHooksOf : SavedHooks {
  using Kept = std::decay_t<std::invoke_result_t<Pack&, const Tensor&>>;
  Pack pack_tensor;
  Unpack unpack_kept;
  SavedHooksOf(Pack p, Unpack u)
      : SavedHooks{1,
                   &call_pack,
                   &call_unpack,
                   [](void* kept) { delete static_cast<Kept*>(kept); },
                   [](SavedHooks* self) { delete static_cast<SavedHooksOf*>(self); },
                   nullptr},
        pack_tensor(std::move(p)),
        unpack_kept(std::move(u)) {}
  static void* call_pack(SavedHooks* self, const Tensor& t) {
    return new Kept(static_cast<SavedHooksOf*>(self)->pack_tensor(t));
  }
  static Tensor call_unpack(SavedHooks* self, void* kept) {
    return static_cast<SavedHooksOf*>(self)->unpack_kept(*static_cast<Kept*>(kept));
  }
};
} // namespace detail

/// While one lives, each tensor that a node of this thread saves goes through `pack(tensor)`, which returns
/// anything to keep in its place, and comes back through `unpack(kept)` when backward asks. `pack` sees the
/// elements without history and may not write them (AutogradError). The innermost hooks alone are asked.
///
///     autograd::SavedTensorsHooks hooks([](const Tensor& t) { return t.to(tw::bfloat16); },
///                                       [](const Tensor& t) { return t.to(tw::float32); });
class SavedTensorsHooks {
 public:
  template <class Pack, class Unpack>
  SavedTensorsHooks(Pack pack, Unpack unpack)
      : hooks_(new detail::SavedHooksOf<Pack, Unpack>(std::move(pack), std::move(unpack))) {
    detail::enter_saved_hooks(hooks_);
  }
  ~SavedTensorsHooks() { detail::leave_saved_hooks(hooks_); }
  SavedTensorsHooks(const SavedTensorsHooks&) = delete;
  SavedTensorsHooks& operator=(const SavedTensorsHooks&) = delete;

 private:
  detail::SavedHooks* hooks_;
};

namespace detail {
struct CheckpointedFn {
  void* f;
  std::vector<Tensor> (*call)(void* f, const std::vector<Tensor>& inputs);
  void (*end)(void* f);
};
std::vector<Tensor> checkpoint(const CheckpointedFn& f, std::vector<Tensor> inputs, bool preserve_rng_state);

template <class F, size_t... I>
std::vector<Tensor> checkpoint_call(F& f, const std::vector<Tensor>& inputs, std::index_sequence<I...>) {
  auto result = f(inputs[I]...);
  if constexpr (std::is_same_v<decltype(result), Tensor>)
    return {result};
  else
    return result;
}
} // namespace detail

struct CheckpointOptions {
  bool preserve_rng_state = true; // draws of the default generator repeat in backward
};

/// f(inputs...), a Tensor or a vector of them, of which nothing is kept but the inputs: backward calls f
/// again for what it needs. PyTorch's `checkpoint(..., use_reentrant=False)`: gradients of whatever f reads,
/// not of its inputs alone, and derivatives of any order. f must compute the same again; AutogradError if it
/// saves other tensors.
template <class F, class... T>
auto checkpoint(const CheckpointOptions& options, F f, const T&... inputs) {
  static_assert((std::is_same_v<T, Tensor> && ...),
                "the inputs of a checkpoint are tensors; capture the rest");
  using Result = std::decay_t<decltype(f(inputs...))>;
  auto call = [](void* state, const std::vector<Tensor>& in) {
    return detail::checkpoint_call(*static_cast<F*>(state), in, std::make_index_sequence<sizeof...(T)>{});
  };
  auto end = [](void* state) { delete static_cast<F*>(state); };
  std::vector<Tensor> out =
      detail::checkpoint({new F(std::move(f)), call, end}, {inputs...}, options.preserve_rng_state);
  if constexpr (std::is_same_v<Result, Tensor>)
    return out[0];
  else
    return out;
}
template <class F, class... T>
requires(!std::is_same_v<F, CheckpointOptions>) auto checkpoint(F f, const T&... inputs) {
  return checkpoint(CheckpointOptions{}, std::move(f), inputs...);
}

} // namespace autograd

using autograd::AnomalyMode;

} // namespace talweg
