// The callers of a function, for anomaly mode.
#pragma once

#include <span>
#include <string>

namespace talweg {

/// Fills `frames` with return addresses, innermost first; returns how many there are. Slow the first time.
int collect_frames(std::span<void*> frames);

/// Lines that name these frames, the library's own left out: function names where symbols exist
/// (`-rdynamic`), else the file and the address in it, which addr2line reads.
std::string text_of_frames(std::span<void* const> frames);

} // namespace talweg
