// Warnings: what talweg says when something works and had better be written otherwise.
#pragma once

#include <string_view>

#include "talweg/errors.h"

namespace talweg {

/// Is given a warning: its category ("UserWarning") and its text.
using WarningHandler = void (*)(std::string_view category, std::string_view message);

/// Sends all warnings to `handler` from now on, and returns the one before. Null brings back the default,
/// which writes each text to stderr once.
TALWEG_EXPORT WarningHandler set_warning_handler(WarningHandler handler);

/// Says a warning.
TALWEG_EXPORT void warn(std::string_view message, std::string_view category = "UserWarning");

} // namespace talweg
