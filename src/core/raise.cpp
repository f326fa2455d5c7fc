#include "core/raise.h"

#include "core/format_number.h"

namespace talweg {

void Part::append_to(std::string& text) const {
  switch (kind_) {
    case Kind::text:
      text.append(static_cast<const char*>(data_), size_);
      break;
    case Kind::number:
      text += std::to_string(static_cast<int64_t>(size_));
      break;
    case Kind::count:
      text += std::to_string(size_);
      break;
    case Kind::floating:
      text += format_repr(std::bit_cast<double>(size_));
      break;
    case Kind::sizes:
      text += to_string(IntList(static_cast<const int64_t*>(data_), size_));
      break;
  }
}

template <class E>
void raise(std::initializer_list<Part> parts) {
  std::string text;
  for (const Part& p : parts) p.append_to(text);
  throw E(std::move(text));
}

template void raise<ShapeError>(std::initializer_list<Part>);
template void raise<DtypeError>(std::initializer_list<Part>);
template void raise<IndexError>(std::initializer_list<Part>);
template void raise<TypeError>(std::initializer_list<Part>);
template void raise<ValueError>(std::initializer_list<Part>);
template void raise<AutogradError>(std::initializer_list<Part>);
template void raise<MemoryError>(std::initializer_list<Part>);
template void raise<FormatError>(std::initializer_list<Part>);
template void raise<KeyError>(std::initializer_list<Part>);

} // namespace talweg
