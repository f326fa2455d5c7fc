#include "core/format_numpy.h"
#include "core/raise.h"

#include <algorithm>
#include <cmath>

#include "core/format_number.h"
#include "core/format_torch.h"
#include "talweg/errors.h"

namespace talweg {
namespace {

void check_supported(Dtype dtype) {
  if (dtype != bfloat16) return;
  raise<TypeError>(
      {"[numpy] NumPy has no bfloat16; accepted are the other dtypes: convert with x.to(float32)"});
}

// NumPy compares and divides in the array's own type, Python's constants included.
double round_to(double value, Dtype dtype) {
  if (dtype == float64) return value;
  float single = static_cast<float>(value);
  return dtype == float32 ? single : static_cast<float>(Half(single));
}

void append_left_padded(std::string& out, const std::string& item, int64_t width) {
  int64_t length = static_cast<int64_t>(item.size());
  if (length < width) out.append(static_cast<size_t>(width - length), ' ');
  out += item;
}

int64_t length_of(const std::string& text) { return static_cast<int64_t>(text.size()); }

// How one float is written, decided from all elements shown: `left_` characters before the point, `right_`
// behind it.
class FloatFormat {
 public:
  template <class Visit>
  FloatFormat(Dtype dtype, const NumpyPrintOptions& options, Visit visit)
      : dtype_(dtype), precision_(options.precision) {
    double smallest = INFINITY, largest = 0;
    bool any_not_finite = false, any_minus_inf = false;
    visit([&](double v) {
      if (!std::isfinite(v)) {
        any_not_finite = true;
        if (v < 0) any_minus_inf = true;
      } else if (v != 0) {
        smallest = std::min(smallest, std::abs(v));
        largest = std::max(largest, std::abs(v));
      }
    });
    exponential_ = largest != 0 && wants_exponent(smallest, largest, options.suppress);
    visit([&](double v) {
      if (std::isfinite(v)) measure(v);
    });
    if (exponential_) {
      precision_ = static_cast<int>(fraction_);
      right_ = exponent_digits_ + 2 + fraction_;
    } else {
      right_ = fraction_;
    }
    if (any_not_finite) left_ = std::max(left_, 3 + (any_minus_inf ? 1 : 0) - (right_ + 1));
  }

  void append(std::string& out, double v) const {
    if (!std::isfinite(v)) {
      append_left_padded(out, format_fixed(v, 0), left_ + right_ + 1);
    } else if (exponential_) {
      append_exponential(out, v);
    } else {
      std::string item = numpy_positional(v, dtype_, precision_);
      int64_t whole = static_cast<int64_t>(item.find('.'));
      if (whole < left_) out.append(static_cast<size_t>(left_ - whole), ' ');
      out += item;
      int64_t missing = right_ - (length_of(item) - whole - 1);
      if (missing > 0) out.append(static_cast<size_t>(missing), ' ');
    }
  }

 private:
  bool wants_exponent(double smallest, double largest, bool suppress) const {
    double limit = dtype_ == float64 ? 1e8 : dtype_ == float32 ? 1e6 : 1e3;
    if (largest >= limit) return true;
    return !suppress && (smallest < round_to(1e-4, dtype_) || round_to(largest / smallest, dtype_) > 1000);
  }

  void measure(double v) {
    if (exponential_) {
      Decimal number = numpy_scientific_digits(v, dtype_, precision_);
      left_ = std::max<int64_t>(left_, number.negative ? 2 : 1);
      fraction_ = std::max(fraction_, length_of(number.digits) - 1);
      exponent_digits_ = std::max(exponent_digits_, length_of(exponent_text(number.exponent)) - 1);
    } else {
      std::string item = numpy_positional(v, dtype_, precision_);
      int64_t whole = static_cast<int64_t>(item.find('.'));
      left_ = std::max(left_, whole);
      fraction_ = std::max(fraction_, length_of(item) - whole - 1);
    }
  }

  void append_exponential(std::string& out, double v) const {
    Decimal number = rounded_digits(v, precision_ + 1, dtype_);
    std::string item(number.negative ? "-" : "");
    item += number.digits[0];
    append_left_padded(out, item, left_);
    out += '.';
    out.append(number.digits, 1);
    out += 'e';
    out += exponent_text(number.exponent, static_cast<int>(exponent_digits_));
  }

  Dtype dtype_;
  int precision_;
  bool exponential_ = false;
  int64_t left_ = 0, right_ = 0, fraction_ = 0, exponent_digits_ = 0;
};

std::string integer_or_bool(const void* data, Dtype dtype, int64_t at) {
  int64_t value = load_int(data, dtype, at);
  if (dtype == bool_) return value ? "True" : "False";
  return format_integer(value);
}

class ElementFormat {
 public:
  // With no edge items NumPy's summary keeps all elements (a[-0:] is a).
  ElementFormat(const ArrayView& array, const NumpyPrintOptions& options, bool summarize)
      : data_(array.data), dtype_(array.dtype), float_(array.dtype, options, [&](auto f) {
          if (!is_floating_point(array.dtype)) return;
          for_each_shown(array, summarize && options.edgeitems > 0, options.edgeitems,
                         [&](int64_t at) { f(load_float(array.data, array.dtype, at)); });
        }) {
    if (is_floating_point(dtype_)) return;
    if (dtype_ == bool_) {
      width_ = array.dim() == 0 ? 0 : 5;
      return;
    }
    for_each_shown(array, summarize && options.edgeitems > 0, options.edgeitems, [&](int64_t at) {
      width_ = std::max(width_, length_of(integer_or_bool(data_, dtype_, at)));
    });
  }

  std::string text(int64_t at) const {
    std::string item;
    if (is_floating_point(dtype_)) {
      float_.append(item, load_float(data_, dtype_, at));
    } else {
      append_left_padded(item, integer_or_bool(data_, dtype_, at), width_);
    }
    return item;
  }

 private:
  const void* data_;
  Dtype dtype_;
  FloatFormat float_;
  int64_t width_ = 0;
};

// Lays the elements out in brackets and lines. `separator` is "," in repr, empty in str; a blank follows.
class Layout {
 public:
  Layout(const ArrayView& array, const NumpyPrintOptions& options, std::string_view separator)
      : array_(array),
        edgeitems_(options.edgeitems),
        summarize_(array.numel() > options.threshold),
        separator_(separator),
        format_(array, options, summarize_) {}

  // `indent`: characters before the elements on every line, the opening bracket included.
  std::string write(int64_t indent, int64_t width) {
    append(0, 0, indent, width);
    return std::move(out_);
  }

 private:
  void append(int64_t axis, int64_t offset, int64_t indent, int64_t width) {
    if (axis == array_.dim()) {
      out_ += format_.text(offset);
      return;
    }
    out_ += '[';
    if (axis == array_.dim() - 1) {
      append_row(axis, offset, indent, width - 1);
    } else {
      append_blocks(axis, offset, indent, width);
    }
    out_ += ']';
  }

  // The indices along an axis; -1 stands for "...". Without edge items NumPy still shows the last item.
  template <class F>
  void walk(int64_t axis, F f) {
    int64_t size = array_.sizes[axis];
    bool folded = summarize_ && is_folded(size, edgeitems_);
    int64_t leading = folded ? edgeitems_ : 0;
    int64_t trailing = folded ? std::max<int64_t>(edgeitems_, 1) : size;
    for (int64_t i = 0; i < leading; i++) f(i);
    if (folded) f(-1);
    for (int64_t i = size - trailing; i < size; i++) f(i);
  }

  void append_row(int64_t axis, int64_t offset, int64_t indent, int64_t width) {
    int64_t column = indent;
    bool first = true;
    walk(axis, [&](int64_t i) {
      std::string word = i < 0 ? "..." : format_.text(offset + i * array_.strides[axis]);
      if (!first) {
        out_ += separator_;
        out_ += ' ';
        column += length_of(separator_) + 1;
      }
      first = false;
      if (column + length_of(word) > width && column > indent) {
        out_.resize(out_.find_last_not_of(' ') + 1);
        out_ += '\n';
        out_.append(static_cast<size_t>(indent), ' ');
        column = indent;
      }
      out_ += word;
      column += length_of(word);
    });
  }

  void append_blocks(int64_t axis, int64_t offset, int64_t indent, int64_t width) {
    bool first = true;
    walk(axis, [&](int64_t i) {
      if (!first) {
        out_ += separator_;
        out_.append(static_cast<size_t>(array_.dim() - axis - 1), '\n');
        out_.append(static_cast<size_t>(indent), ' ');
      }
      first = false;
      if (i < 0) {
        out_ += "...";
      } else {
        append(axis + 1, offset + i * array_.strides[axis], indent + 1, width - 1);
      }
    });
  }

  const ArrayView& array_;
  int64_t edgeitems_;
  bool summarize_;
  std::string separator_;
  ElementFormat format_;
  std::string out_;
};

std::string repr_extras(const ArrayView& array, const NumpyPrintOptions& options) {
  std::string text;
  int64_t count = array.numel();
  bool one_empty_dim = array.dim() == 1 && count == 0;
  if ((count == 0 && !one_empty_dim) || count > options.threshold) text = "shape=" + shape_tuple(array.sizes);
  bool is_implied = array.dtype == float64 || array.dtype == int64 || array.dtype == bool_;
  if (!is_implied || count == 0) {
    if (!text.empty()) text += ", ";
    text += "dtype=" + std::string(name(array.dtype));
  }
  return text;
}

} // namespace

std::string numpy_str(const ArrayView& array, const NumpyPrintOptions& options) {
  check_supported(array.dtype);
  if (array.dim() == 0) return numpy_scalar_str(array.data, array.dtype);
  if (array.numel() == 0) return "[]";
  return Layout(array, options, "").write(1, options.linewidth);
}

std::string numpy_repr(const ArrayView& array, const NumpyPrintOptions& options) {
  check_supported(array.dtype);
  std::string text = "array(";
  int64_t prefix = length_of(text);
  text += array.numel() == 0 ? "[]" : Layout(array, options, ",").write(prefix + 1, options.linewidth - 1);
  std::string extras = repr_extras(array, options);
  if (extras.empty()) return text + ")";
  text += ',';
  extras += ')';
  size_t newline = text.rfind('\n');
  int64_t last_line =
      length_of(text) - (newline == std::string::npos ? 0 : static_cast<int64_t>(newline) + 1);
  if (last_line + length_of(extras) + 1 > options.linewidth) {
    text += '\n';
    text.append(static_cast<size_t>(prefix), ' ');
  } else {
    text += ' ';
  }
  return text + extras;
}

std::string numpy_scalar_str(const void* element, Dtype dtype) {
  check_supported(dtype);
  if (!is_floating_point(dtype)) return integer_or_bool(element, dtype, 0);
  return numpy_float_str(load_float(element, dtype, 0), dtype);
}

std::string numpy_scalar_repr(const void* element, Dtype dtype) {
  std::string text = numpy_scalar_str(element, dtype);
  if (dtype == bool_) return "np." + text + "_";
  return "np." + std::string(name(dtype)) + "(" + text + ")";
}

} // namespace talweg
