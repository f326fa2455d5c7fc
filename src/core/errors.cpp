#include "talweg/errors.h"

namespace talweg {

// Destructors stand here so that each class has its typeinfo in one place, shared by all libraries of a
// process.
Error::~Error() = default;
ShapeError::~ShapeError() = default;
DtypeError::~DtypeError() = default;
IndexError::~IndexError() = default;
TypeError::~TypeError() = default;
ValueError::~ValueError() = default;
AutogradError::~AutogradError() = default;
MemoryError::~MemoryError() = default;
FormatError::~FormatError() = default;
KeyError::~KeyError() = default;

} // namespace talweg
