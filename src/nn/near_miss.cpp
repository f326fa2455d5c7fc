#include "nn/near_miss.h"

#include <algorithm>

namespace talweg::nn {

namespace {

// Insertions, deletions and replacements from one to the other (Wagner and Fischer).
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

bool ends_with_part(std::string_view name, std::string_view part) {
  return name.size() > part.size() && name.ends_with(part) && name[name.size() - part.size() - 1] == '.';
}

} // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string_view best;
  size_t best_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const auto& c : candidates) {
    // A prefix more or less: "module.fc1.weight".
    if (ends_with_part(c, name) || ends_with_part(name, c)) return c;
    size_t distance = edit_distance(name, c);
    if (distance < best_distance) {
      best = c;
      best_distance = distance;
    }
  }
  return std::string(best);
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  std::string hint = nearest(name, candidates);
  return hint.empty() ? hint : "; did you mean \"" + hint + "\"?";
}

} // namespace talweg::nn
