// The errors that talweg throws: one family, so that `catch (const talweg::Error&)` finds them all.
#pragma once

#include <exception>
#include <string>

#define TALWEG_EXPORT __attribute__((visibility("default")))

namespace talweg {

/// Base of every error of the library. The text names the operation in brackets, what was met, what is
/// accepted.
class TALWEG_EXPORT Error : public std::exception {
 public:
  explicit Error(std::string message) : message_(static_cast<std::string&&>(message)) {}
  ~Error() override;
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Sizes don't fit together, or a shape isn't possible.
class TALWEG_EXPORT ShapeError : public Error {
 public:
  using Error::Error;
  ~ShapeError() override;
};
/// An operation doesn't take this dtype, or two dtypes should agree and don't. PyTorch's RuntimeError about
/// dtypes.
class TALWEG_EXPORT DtypeError : public Error {
 public:
  using Error::Error;
  ~DtypeError() override;
};
/// An index or a dimension is out of range. Python's IndexError.
class TALWEG_EXPORT IndexError : public Error {
 public:
  using Error::Error;
  ~IndexError() override;
};
/// An argument has the wrong kind. Python's TypeError.
class TALWEG_EXPORT TypeError : public Error {
 public:
  using Error::Error;
  ~TypeError() override;
};
/// An argument has the right kind and a value that isn't accepted. Python's ValueError.
class TALWEG_EXPORT ValueError : public Error {
 public:
  using Error::Error;
  ~ValueError() override;
};
/// The graph can't be walked or changed as asked: saved tensors changed or freed, leaves written in place,
/// ...
class TALWEG_EXPORT AutogradError : public Error {
 public:
  using Error::Error;
  ~AutogradError() override;
};
/// Memory overlaps where an operation can't allow it.
class TALWEG_EXPORT MemoryError : public Error {
 public:
  using Error::Error;
  ~MemoryError() override;
};
/// A file or a byte stream isn't what its format says.
class TALWEG_EXPORT FormatError : public Error {
 public:
  using Error::Error;
  ~FormatError() override;
};
/// A name or key that doesn't exist.
class TALWEG_EXPORT KeyError : public Error {
 public:
  using Error::Error;
  ~KeyError() override;
};

} // namespace talweg
