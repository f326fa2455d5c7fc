// Names that were probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace talweg::nn {

/// The candidate most like `name`; empty if none is near.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);
/// "; did you mean \"fc1.weight\"?", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

} // namespace talweg::nn
