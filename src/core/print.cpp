// The print options of the process.
#include "talweg/print.h"

#include <string>

#include "core/raise.h"
#include "talweg/errors.h"

namespace talweg {
namespace {

constinit PrintOptions options;

void apply_profile(std::string_view profile, PrintOptions& to) {
  PrintOptions fresh;
  if (profile == "short") {
    fresh.precision = 2;
    fresh.edgeitems = 2;
  } else if (profile == "full") {
    fresh.threshold = INT64_MAX;
  } else if (profile != "default") {
    raise<ValueError>({"[set_printoptions] unknown profile \"", profile,
                       "\"; accepted are \"default\", \"short\" and \"full\""});
  }
  to = fresh;
}

void check_not_negative(std::string_view name, int64_t value) {
  if (value >= 0) return;
  raise<ValueError>({"[set_printoptions] ", name, " is ", value, "; accepted are 0 and more"});
}

} // namespace

void set_printoptions(const PrintOptionChanges& changes) {
  PrintOptions next = options;
  if (!changes.profile.empty()) apply_profile(changes.profile, next);
  if (changes.precision) next.precision = *changes.precision;
  if (changes.threshold) next.threshold = *changes.threshold;
  if (changes.edgeitems) next.edgeitems = *changes.edgeitems;
  if (changes.linewidth) next.linewidth = *changes.linewidth;
  next.sci_mode = changes.sci_mode;
  check_not_negative("precision", next.precision);
  check_not_negative("edgeitems", next.edgeitems);
  options = next;
}

const PrintOptions& get_printoptions() { return options; }

PrintOptionsGuard::PrintOptionsGuard(const PrintOptionChanges& changes) : before_(options) {
  set_printoptions(changes);
}

PrintOptionsGuard::~PrintOptionsGuard() { options = before_; }

} // namespace talweg
