// Inference mode and anomaly mode of this thread.
#include "core/thread_state.h"
#include "talweg/autograd_modes.h"

namespace talweg {

bool is_inference_mode_enabled() { return thread_state.modes & inference; }

InferenceMode::InferenceMode(bool enabled) : previous_(thread_state.modes & no_history) {
  thread_state.modes &= ~no_history;
  if (enabled) thread_state.modes |= no_history;
}
InferenceMode::~InferenceMode() { thread_state.modes = (thread_state.modes & ~no_history) | previous_; }

namespace autograd {

bool is_anomaly_enabled() { return thread_state.modes & anomaly; }
bool is_anomaly_check_nan_enabled() { return !(thread_state.modes & nan_allowed); }

void set_detect_anomaly(bool mode, bool check_nan) {
  thread_state.modes &= ~uint32_t{anomaly | nan_allowed};
  if (mode) thread_state.modes |= check_nan ? uint32_t{anomaly} : uint32_t{anomaly | nan_allowed};
}

AnomalyMode::AnomalyMode(bool enabled, bool check_nan)
    : enabled_(is_anomaly_enabled()), check_nan_(is_anomaly_check_nan_enabled()) {
  set_detect_anomaly(enabled, check_nan);
}
AnomalyMode::~AnomalyMode() { set_detect_anomaly(enabled_, check_nan_); }

} // namespace autograd
} // namespace talweg
