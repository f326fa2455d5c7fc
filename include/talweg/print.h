// How tensors are printed: the options of torch.set_printoptions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace talweg {

/// What decides the text of a tensor. The values here are PyTorch's defaults.
struct PrintOptions {
  /// Digits after the decimal point.
  int precision = 4;
  /// Tensors with more elements than this are summarised: corners and "...".
  int64_t threshold = 1000;
  /// Elements (or rows, or blocks) shown at each end of a summarised dimension.
  int64_t edgeitems = 3;
  /// Characters per line, closing bracket and suffixes included.
  int linewidth = 80;
  /// Scientific notation: always, never, or (not set) where the values span more than a factor 1000, exceed
  /// 1e8 or are below 1e-4.
  std::optional<bool> sci_mode = {};
};

/// What `set_printoptions` changes: what isn't named stays, but for `sci_mode`, which goes back to automatic.
struct PrintOptionChanges {
  std::optional<int> precision = {};
  std::optional<int64_t> threshold = {};
  std::optional<int64_t> edgeitems = {};
  std::optional<int> linewidth = {};
  /// "default", "short" (precision 2, edgeitems 2) or "full" (never summarise). Applied before the rest.
  std::string_view profile = {};
  std::optional<bool> sci_mode = {};
};

/// Sets how tensors are printed, as torch.set_printoptions: `set_printoptions({.precision = 2})`,
/// `set_printoptions({.profile = "full", .linewidth = 120})`. As there, a call that doesn't name `sci_mode`
/// sets it to automatic. Global, for all threads; don't call it while another thread prints. Throws
/// ValueError, and changes nothing, for an unknown profile or a negative precision or edgeitems.
void set_printoptions(const PrintOptionChanges& changes);

/// The options in force.
const PrintOptions& get_printoptions();

/// Changes the options for a scope, as `with torch.printoptions(precision=8)` does:
/// `PrintOptionsGuard guard({.precision = 8});`.
class PrintOptionsGuard {
 public:
  explicit PrintOptionsGuard(const PrintOptionChanges& changes);
  ~PrintOptionsGuard();
  PrintOptionsGuard(const PrintOptionsGuard&) = delete;
  PrintOptionsGuard& operator=(const PrintOptionsGuard&) = delete;

 private:
  PrintOptions before_;
};

} // namespace talweg
