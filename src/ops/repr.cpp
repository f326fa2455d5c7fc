#include "talweg/repr.h"

#include "core/format_number.h"

namespace talweg {

std::string repr(double value) { return format_repr(value); }
std::string repr(const Tensor& t) { return t.defined() ? t.repr() : "None"; }

} // namespace talweg
