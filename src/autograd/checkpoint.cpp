// Checkpoints: a function's saved tensors are numbers of themselves, until backward computes them anew.
#include <memory>
#include <string>

#include "core/raise.h"
#include "graph/node.h"
#include "talweg/autograd.h"
#include "talweg/errors.h"
#include "talweg/random.h"

namespace talweg::autograd {

namespace {

struct Frame {
  detail::CheckpointedFn f;
  std::vector<Tensor> inputs;
  std::vector<uint8_t> rng_state; // empty: draws don't repeat
  size_t saved = 0;               // how many tensors the nodes keep
  std::vector<Tensor> again;      // those of the last recomputation that haven't been asked for

  Frame(const detail::CheckpointedFn& fn, std::vector<Tensor> in) : f(fn), inputs(std::move(in)) {}
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() { f.end(f.f); }

  std::vector<Tensor> call() { return f.call(f.f, inputs); }
  void recompute();
  Tensor take(size_t i);
};

void Frame::recompute() {
  std::vector<Tensor> found;
  {
    std::optional<ForkRng> fork;
    if (!rng_state.empty()) {
      fork.emplace();
      default_generator().set_state_bytes(rng_state);
    }
    EnableGradGuard enabled;
    SavedTensorsHooks hooks(
        [&found](const Tensor& t) {
          found.push_back(t);
          return 0;
        },
        [](int) -> Tensor {
          raise<AutogradError>({"[checkpoint] a recomputation was differentiated: f may not call backward"});
        });
    call();
  }
  if (found.size() != saved)
    raise<AutogradError>(
        {"[checkpoint] A different number of tensors was saved during the original forward and "
         "recomputation: ",
         saved, " and ", found.size(), "; f must compute the same whenever it is called"});
  again = std::move(found);
}

// Each is handed over once; a second walk through the graph computes again.
Tensor Frame::take(size_t i) {
  if (again.empty() || !again[i].defined()) recompute();
  return std::exchange(again[i], Tensor());
}

} // namespace

std::vector<Tensor> detail::checkpoint(const CheckpointedFn& f, std::vector<Tensor> inputs,
                                       bool preserve_rng_state) {
  auto frame = std::make_shared<Frame>(f, std::move(inputs));
  if (!grad_enabled()) return frame->call();
  if (preserve_rng_state) frame->rng_state = default_generator().state_bytes();
  SavedTensorsHooks hooks([frame](const Tensor&) { return frame->saved++; },
                          [frame](size_t i) { return frame->take(i); });
  return frame->call();
}

} // namespace talweg::autograd
