// goldens DIR [--family F] [--group G] [--json FILE]: replays recorded cases through the calls by name,
// prints what passed, failed and was absent, and every failure. The format of DIR is described in its README.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "goldens/cases.h"

namespace {

using namespace goldens;
namespace fs = std::filesystem;

// The families that talweg replays.
const std::map<std::string, Replay> families = {
    {"errors", &replay_error},      {"indexing", &replay_indexing},
    {"init", &replay_init},         {"modules", &replay_module},
    {"ops", &replay_call},          {"optim", &replay_optimizer},
    {"printing", &replay_printing}, {"promotion", &replay_promotion},
    {"rng", &replay_draws},         {"transforms", &replay_call},
};

struct Options {
  fs::path folder;
  std::string family, group, json;
};

struct Counts {
  int64_t passed = 0, failed = 0, absent = 0;
  int64_t cases() const { return passed + failed + absent; }
};

struct Failure {
  std::string group, file, id, reason;
};

struct Report {
  Counts counts;
  std::map<std::string, Counts> groups;
  std::vector<Failure> failures;
};

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Failed("can't read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

Group load_group(const fs::path& path) {
  Group g;
  g.document = json::parse(read_text(path));
  g.name = path.stem().string();
  g.family = text(member(g.document, "family"));
  g.op = text(member(g.document, "op"));
  if (auto* variant = g.document.find("variant")) g.variant = text(*variant);
  fs::path tensors = fs::path(path).replace_extension(".safetensors");
  if (fs::exists(tensors)) g.store = std::make_unique<talweg::SafetensorsReader>(tensors.string());
  return g;
}

// Replays one case; counts it, and keeps why it failed.
void replay(Replay f, const Group& g, const json::Value& c, Report& report) {
  Counts &group = report.groups[g.op], &all = report.counts;
  auto fail = [&](const std::string& reason) {
    ++group.failed;
    ++all.failed;
    auto* id = c.find("id");
    report.failures.push_back({g.op, g.name, id ? text(*id) : "?", reason});
  };
  try {
    f(g, c);
    ++group.passed;
    ++all.passed;
  } catch (const Absent&) {
    ++group.absent;
    ++all.absent;
  } catch (const std::exception& e) {
    fail(e.what());
  } catch (...) {
    fail("something that is no std::exception was thrown");
  }
}

Report replay_family(const fs::path& folder, Replay f, const std::string& only) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  Report report;
  for (const fs::path& path : paths) {
    Group g = load_group(path);
    if (!only.empty() && only != g.op && only != g.name) continue;
    for (const json::Value& c : list(member(g.document, "cases"))) replay(f, g, c, report);
  }
  return report;
}

std::string counts_json(const Counts& c) {
  return "\"passed\": " + std::to_string(c.passed) + ", \"failed\": " + std::to_string(c.failed) +
         ", \"absent\": " + std::to_string(c.absent);
}

std::string report_json(const std::map<std::string, Report>& reports) {
  std::string out = "{\"families\": {";
  const char* comma = "\n";
  for (const auto& [family, r] : reports) {
    out += comma + json::quote(family) + ": {\"cases\": " + std::to_string(r.counts.cases()) + ", " +
           counts_json(r.counts) + ",\n \"failures\": [";
    const char* inner = "\n  ";
    for (const Failure& f : r.failures) {
      out += inner + ("{\"group\": " + json::quote(f.group)) + ", \"file\": " + json::quote(f.file) +
             ", \"id\": " + json::quote(f.id) + ", \"reason\": " + json::quote(f.reason) + "}";
      inner = ",\n  ";
    }
    out += "],\n \"groups\": {";
    inner = "\n  ";
    for (const auto& [name, c] : r.groups) {
      out += inner + json::quote(name) + ": {" + counts_json(c) + "}";
      inner = ",\n  ";
    }
    out += "}}";
    comma = ",\n";
  }
  return out + "}}\n";
}

int usage() {
  std::fputs("goldens DIR [--family F] [--group G] [--json FILE]\n", stderr);
  return 2;
}

bool read_options(int argc, char** argv, Options& out) {
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    std::string* target = word == "--family"  ? &out.family
                          : word == "--group" ? &out.group
                          : word == "--json"  ? &out.json
                                              : nullptr;
    if (target) {
      if (++i == argc) return false;
      *target = argv[i];
    } else if (out.folder.empty() && !word.starts_with("-")) {
      out.folder = word;
    } else {
      return false;
    }
  }
  return !out.folder.empty();
}

int run(const Options& options) {
  if (!options.family.empty() && !families.contains(options.family)) {
    std::fprintf(stderr, "there is no family '%s'; known are:", options.family.c_str());
    for (const auto& [name, f] : families) std::fprintf(stderr, " %s", name.c_str());
    std::fputs("\n", stderr);
    return 2;
  }
  if (!fs::is_directory(options.folder)) {
    std::fprintf(stderr, "%s isn't a folder\n", options.folder.c_str());
    return 2;
  }
  std::map<std::string, Report> reports;
  for (const auto& [name, f] : families) {
    fs::path folder = options.folder / name;
    if ((options.family.empty() || options.family == name) && fs::is_directory(folder))
      reports[name] = replay_family(folder, f, options.group);
  }
  int64_t failed = 0, cases = 0;
  for (const auto& [family, r] : reports)
    for (const Failure& f : r.failures)
      std::printf("FAILED %s/%s %s %s: %s\n", family.c_str(), f.file.c_str(), f.id.c_str(), f.group.c_str(),
                  f.reason.c_str());
  for (const auto& [family, r] : reports) {
    const Counts& c = r.counts;
    std::printf("%-10s %6lld cases %6lld passed %6lld failed %6lld absent\n", family.c_str(),
                static_cast<long long>(c.cases()), static_cast<long long>(c.passed),
                static_cast<long long>(c.failed), static_cast<long long>(c.absent));
    failed += c.failed;
    cases += c.cases();
  }
  if (!options.json.empty()) {
    std::ofstream out(options.json, std::ios::binary);
    out << report_json(reports);
    if (!out.flush()) throw Failed("can't write " + options.json);
  }
  if (cases == 0) std::fputs("no cases\n", stderr);
  return failed || cases == 0 ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) return usage();
  try {
    return run(options);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
