#include "graph/origin.h"

#include <span>

#include "core/backtrace.h"
#include "talweg/autograd_modes.h"

namespace talweg {

struct Origin {
  std::string labels;
  int count = 0;
  void* frames[24];
};

std::string current_labels() {
  std::string out;
  for (auto* scope = static_cast<const LabelScope*>(thread_state.labels); scope; scope = scope->outer())
    out = out.empty() ? std::string(scope->text()) : std::string(scope->text()) + "/" + out;
  return out;
}

void note_origin(Node* node) {
  NodeExtra& extra = node->more();
  if (extra.origin) return;
  extra.origin = new Origin;
  extra.origin->labels = current_labels();
  extra.origin->count = collect_frames(extra.origin->frames);
}

void end_origin(Origin* origin) noexcept { delete origin; }

std::string text_of_origin(const Node* node) {
  const Origin* origin = node->extra ? node->extra->origin : nullptr;
  if (!origin)
    return " No forward pass information is available: enable anomaly mode during the forward pass too.";
  std::string out;
  if (!origin->labels.empty()) out += " It was computed in \"" + origin->labels + "\".";
  std::string callers = text_of_frames({origin->frames, static_cast<size_t>(origin->count)});
  if (!callers.empty()) out += " Traceback of the forward call that made it, innermost first:" + callers;
  return out;
}

LabelScope::LabelScope(std::string_view text) : text_(text), outer_(thread_state.labels) {
  thread_state.labels = this;
}
LabelScope::~LabelScope() { thread_state.labels = outer_; }

} // namespace talweg
