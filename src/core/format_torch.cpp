#include "core/format_torch.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/format_number.h"

namespace talweg {
namespace {

// How one element is written: decided once from all elements shown.
class ElementFormat {
 public:
  ElementFormat(const ArrayView& array, const PrintOptions& options, bool summarize)
      : data_(array.data), dtype_(array.dtype), precision_(options.precision) {
    auto visit = [&](auto f) { for_each_shown(array, summarize, options.edgeitems, f); };
    if (!is_floating_point(dtype_)) {
      visit([&](int64_t at) { widen(text(at)); });
      return;
    }
    double smallest = INFINITY, largest = 0;
    visit([&](int64_t at) {
      double v = load_float(data_, dtype_, at);
      if (!counts(v)) return;
      smallest = std::min(smallest, std::abs(v));
      largest = std::max(largest, std::abs(v));
      if (v != std::ceil(v)) all_whole_ = false;
    });
    if (largest == 0) return;
    bool wide = largest / smallest > 1000.0 || largest > 1e8 || smallest < 1e-4;
    scientific_ = options.sci_mode.value_or(wide);
    visit([&](int64_t at) {
      if (counts(load_float(data_, dtype_, at))) widen(text(at));
    });
  }

  int64_t width() const { return width_; }

  void append(std::string& out, int64_t at) const {
    std::string item = text(at);
    int64_t length = static_cast<int64_t>(item.size());
    if (length < width_) out.append(static_cast<size_t>(width_ - length), ' ');
    out += item;
  }

 private:
  // Zeros, nan and infinities neither choose the notation nor widen the column.
  static bool counts(double v) { return std::isfinite(v) && v != 0; }

  void widen(const std::string& item) { width_ = std::max(width_, static_cast<int64_t>(item.size())); }

  std::string text(int64_t at) const {
    if (dtype_ == bool_) return load_int(data_, dtype_, at) ? "True" : "False";
    if (!is_floating_point(dtype_)) return format_integer(load_int(data_, dtype_, at));
    double v = load_float(data_, dtype_, at);
    if (scientific_) return format_scientific(v, precision_);
    if (!all_whole_) return format_fixed(v, precision_);
    return std::isfinite(v) ? format_fixed(v, 0) + "." : format_fixed(v, 0);
  }

  const void* data_;
  Dtype dtype_;
  int precision_;
  bool all_whole_ = true;
  bool scientific_ = false;
  int64_t width_ = 1;
};

class BodyWriter {
 public:
  BodyWriter(const ArrayView& array, const PrintOptions& options)
      : array_(array),
        options_(options),
        summarize_(array.numel() > options.threshold),
        format_(array, options, summarize_) {}

  std::string write(int indent) {
    append(0, 0, indent);
    return std::move(out_);
  }

 private:
  void append(int64_t axis, int64_t offset, int64_t indent) {
    if (array_.dim() == 0) return format_.append(out_, offset);
    out_ += '[';
    if (axis == array_.dim() - 1) {
      append_vector(axis, offset, indent);
    } else {
      append_blocks(axis, offset, indent);
    }
    out_ += ']';
  }

  // Calls `item(i)` for the indices shown along an axis and `gap()` where it is folded.
  template <class Item, class Gap>
  void walk(int64_t axis, Item item, Gap gap) {
    int64_t size = array_.sizes[axis], edge = options_.edgeitems;
    bool folded = summarize_ && is_folded(size, edge);
    for (int64_t i = 0; i < (folded ? edge : size); i++) item(i);
    if (!folded) return;
    gap();
    for (int64_t i = size - edge; i < size; i++) item(i);
  }

  void append_vector(int64_t axis, int64_t offset, int64_t indent) {
    int64_t per_line = std::max<int64_t>(1, (options_.linewidth - indent) / (format_.width() + 2));
    int64_t count = 0;
    auto separate = [&] {
      if (count > 0 && count % per_line == 0) {
        out_ += ",\n";
        out_.append(static_cast<size_t>(indent + 1), ' ');
      } else if (count > 0) {
        out_ += ", ";
      }
      count++;
    };
    walk(
        axis,
        [&](int64_t i) {
          separate();
          format_.append(out_, offset + i * array_.strides[axis]);
        },
        [&] {
          separate();
          out_ += options_.edgeitems == 0 ? "..." : " ...";
        });
  }

  void append_blocks(int64_t axis, int64_t offset, int64_t indent) {
    bool first = true;
    auto separate = [&] {
      if (!first) {
        out_ += ',';
        out_.append(static_cast<size_t>(array_.dim() - axis - 1), '\n');
        out_.append(static_cast<size_t>(indent + 1), ' ');
      }
      first = false;
    };
    walk(
        axis,
        [&](int64_t i) {
          separate();
          append(axis + 1, offset + i * array_.strides[axis], indent + 1);
        },
        [&] {
          separate();
          out_ += "...";
        });
  }

  const ArrayView& array_;
  const PrintOptions& options_;
  bool summarize_;
  ElementFormat format_;
  std::string out_;
};

std::vector<std::string> suffixes(const ArrayView& array, const PrintOptions& options,
                                  const ReprExtras& extras) {
  std::vector<std::string> list;
  bool empty = array.numel() == 0;
  bool is_default = array.dtype == extras.default_dtype;
  bool is_implied = is_default || (!empty && (array.dtype == int64 || array.dtype == bool_));
  if (empty ? array.dim() != 1 : options.edgeitems == 0) list.push_back("size=" + shape_tuple(array.sizes));
  if (!is_implied) list.push_back("dtype=torch." + std::string(name(array.dtype)));
  if (!extras.grad_fn.empty()) {
    list.push_back("grad_fn=<" + std::string(extras.grad_fn) + ">");
  } else if (extras.requires_grad) {
    list.push_back("requires_grad=True");
  }
  if (!extras.tangent.empty()) list.push_back("tangent=" + std::string(extras.tangent));
  return list;
}

int64_t last_line_length(std::string_view text) {
  size_t newline = text.rfind('\n');
  return static_cast<int64_t>(newline == std::string_view::npos ? text.size() : text.size() - newline - 1);
}

// The last line counts as two longer than it is, and 2 stands for ", ": PyTorch's own arithmetic.
void append_suffixes(std::string& text, const std::vector<std::string>& list, int64_t indent,
                     int64_t linewidth) {
  int64_t length = last_line_length(text) + 2;
  for (const std::string& suffix : list) {
    int64_t suffix_length = static_cast<int64_t>(suffix.size());
    if (length + suffix_length + 2 > linewidth) {
      text += ",\n";
      text.append(static_cast<size_t>(indent), ' ');
      length = indent + suffix_length;
    } else {
      text += ", ";
      length += suffix_length + 2;
    }
    text += suffix;
  }
}

} // namespace

std::string torch_body(const ArrayView& array, const PrintOptions& options, int indent) {
  if (array.numel() == 0) return "[]";
  return BodyWriter(array, options).write(indent);
}

std::string torch_repr(const ArrayView& array, const PrintOptions& options, const ReprExtras& extras) {
  int indent = static_cast<int>(extras.prefix.size());
  std::string text(extras.prefix);
  text += torch_body(array, options, indent);
  append_suffixes(text, suffixes(array, options, extras), indent, options.linewidth);
  text += ')';
  return extras.is_parameter ? "Parameter containing:\n" + text : text;
}

std::string shape_tuple(std::span<const int64_t> sizes) {
  std::string text = "(";
  for (size_t i = 0; i < sizes.size(); i++) {
    if (i > 0) text += ", ";
    text += format_integer(sizes[i]);
  }
  return text + (sizes.size() == 1 ? ",)" : ")");
}

} // namespace talweg
