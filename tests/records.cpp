// Prints all records, one JSON object a line: what policies/places.py and docs read.
#include <cstdio>
#include <string>

#include "ops/record.h"

namespace {

using namespace talweg;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

const char* name(ParamKind kind) {
  constexpr const char* names[] = {"tensor",   "scalar",  "scalar",    "integer", "integer",
                                   "floating", "boolean", "text",      "dtype",   "int_list",
                                   "tensors",  "indices", "generator", "boolean"};
  return names[static_cast<int>(kind)];
}

} // namespace

int main() {
  for (const talweg::Family* family : talweg::op_families())
    for (const talweg::Op& op : family->ops) {
      std::string kinds;
      for (talweg::ParamKind kind : op.kinds)
        kinds += (kinds.empty() ? "\"" : ", \"") + std::string(name(kind)) + '"';
      std::printf(
          "{\"family\": %s, \"signature\": %s, \"kinds\": [%s], \"doc\": %s, \"undeclared\": %s, "
          "\"in_place\": %s, \"numbers_as_tensors\": %s, \"differentiable\": %s}\n",
          quoted(family->name).c_str(), quoted(op.signature).c_str(), kinds.c_str(),
          quoted(op.info.doc).c_str(), quoted(op.info.undeclared).c_str(),
          op.info.in_place ? "true" : "false", op.info.numbers_as_tensors ? "true" : "false",
          op.info.derivative == talweg::Derivative::none ? "false" : "true");
    }
}
