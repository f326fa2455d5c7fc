// Padding, and windows over dimensions.
#include <algorithm>

#include "core/shape.h"
#include "ops/checks.h"
#include "ops/record.h"
#include "ops/views.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/ops/arrange.h"

namespace talweg {

namespace {

void check_pairs(const Tensor& input, IntList pad, std::string_view op) {
  check_defined(input, op);
  if (pad.size() % 2 != 0)
    raise<ShapeError>({"[", op, "] Padding length must be divisible by 2, got ", pad.size()});
  if (static_cast<int64_t>(pad.size()) > 2 * input.dim())
    raise<ShapeError>({"[", op,
                       "] Padding length should be less than or equal to two times the input dimension but "
                       "got padding length ",
                       pad.size(), " and input of dimension ", input.dim()});
}

} // namespace

Tensor constant_pad_nd(const Tensor& input, IntList pad, Scalar value) {
  check_pairs(input, pad, "constant_pad_nd");
  Dims sizes(input.sizes()), back(pad);
  Tensor from = input.detach();
  for (size_t i = 0; i < pad.size() / 2; ++i) {
    int64_t d = input.dim() - 1 - static_cast<int64_t>(i), before = pad[2 * i], after = pad[2 * i + 1];
    int64_t n = input.size(d) + before + after;
    if (n < 0)
      raise<ShapeError>({"[constant_pad_nd] The input size ", input.size(d), ", plus negative padding ",
                         before, " and ", after,
                         " resulted in a negative output size, which is invalid. Check dimension ", d,
                         " of your input."});
    sizes[static_cast<size_t>(d)] = n;
    int64_t start = std::max<int64_t>(0, -before), end = input.size(d) - std::max<int64_t>(0, -after);
    from = narrow(from, d, std::min(start, input.size(d)), std::max<int64_t>(0, end - start));
    back[2 * i] = -before;
    back[2 * i + 1] = -after;
  }
  Tensor out = full(sizes, value, {.dtype = input.dtype()}), part = out;
  if (from.numel() > 0) {
    for (size_t i = 0; i < pad.size() / 2; ++i) {
      int64_t d = input.dim() - 1 - static_cast<int64_t>(i);
      part = narrow(part, d, std::max<int64_t>(0, pad[2 * i]), from.size(d));
    }
    part.copy_(from);
  }
  return record(std::move(out), "ConstantPadNdBackward0", {&input}, {}, [back](Backward& b) {
    if (b.grad().defined()) b.set(0, constant_pad_nd(b.grad(), back, 0));
  });
}

namespace {

// Where each element of a padded dimension comes from.
Tensor sources(int64_t n, int64_t before, int64_t after, std::string_view mode, int64_t dim) {
  if (mode == "reflect" && (before >= n || after >= n))
    raise<ShapeError>(
        {"[pad] Padding size should be less than the corresponding input dimension, but got: padding (",
         before, ", ", after, ") at dimension ", dim, " of input"});
  if (mode == "circular") {
    if (before > n || after > n)
      raise<ShapeError>({"[pad] Padding value causes wrapping around more than once."});
    if (n + before + after < 0)
      raise<ShapeError>({"[pad] Negative padding value is resulting in an empty dimension"});
  }
  // What negative padding cuts off doesn't come round again.
  const int64_t first = std::max<int64_t>(0, -before), period = n - first - std::max<int64_t>(0, -after);
  std::vector<int64_t> at;
  if (n + before + after <= 0 || n == 0)
    raise<ShapeError>({"[pad] input (size ", n, " in dimension ", dim,
                       ") is too small: its padded size would be ", n + before + after});
  for (int64_t i = -before; i < n + after; ++i) {
    int64_t p = i;
    if (mode == "replicate")
      p = std::clamp<int64_t>(i, 0, n - 1);
    else if (mode == "circular")
      p = period > 0 ? first + ((i - first) % period + period) % period : 0;
    else
      p = i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
    at.push_back(p);
  }
  return tensor(at);
}

} // namespace

Tensor pad(const Tensor& input, IntList pad, std::string_view mode, std::optional<Scalar> value) {
  check_pairs(input, pad, "pad");
  if (mode == "constant") {
    double v = value.value_or(Scalar(0)).to<double>();
    bool whole = is_integral(input.dtype());
    return constant_pad_nd(input, pad, whole ? Scalar(static_cast<int64_t>(v)) : Scalar(v));
  }
  if (value && !(*value == Scalar(0)))
    raise<ValueError>({"[pad] Padding mode \"", mode, "\" doesn't take in value argument"});
  const size_t n = pad.size() / 2;
  size_t row = mode == "reflect" ? 0 : mode == "replicate" ? 1 : 2;
  if (row == 2 && mode != "circular") raise<ValueError>({"[pad] Unrecognised padding mode ", mode});
  auto rank = static_cast<size_t>(input.dim());
  if (n < 1 || n > 3 || (rank != n + 1 && rank != n + 2))
    raise<ShapeError>(
        {"[pad] Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now: got input of ",
         rank, " dimensions and padding ", IntList(pad)});
  std::vector<Tensor> at;
  Tensor out = input.detach();
  for (size_t i = 0; i < n; ++i) {
    int64_t d = input.dim() - 1 - static_cast<int64_t>(i);
    at.push_back(sources(input.size(d), pad[2 * i], pad[2 * i + 1], mode, d));
    out = index_select(out, d, at.back());
  }
  constexpr const char* nodes[3][3] = {
      {"ReflectionPad1DBackward0", "ReflectionPad2DBackward0", "ReflectionPad3DBackward0"},
      {"ReplicationPad1DBackward0", "ReplicationPad2DBackward0", "ReplicationPad3DBackward0"},
      {"CopySlices", "CopySlices", "CopySlices"}};
  return record(std::move(out), nodes[row][n - 1], {&input}, {},
                [at, sizes = Dims(input.sizes())](Backward& b) {
                  if (!b.grad().defined()) return;
                  Tensor g = b.grad();
                  for (size_t i = at.size(); i-- > 0;) {
                    int64_t d = static_cast<int64_t>(sizes.size() - 1 - i);
                    Dims whole(g.sizes());
                    whole[static_cast<size_t>(d)] = sizes[static_cast<size_t>(d)];
                    g = index_add(zeros(whole, {.dtype = g.dtype()}), d, at[i], g);
                  }
                  b.set(0, g);
                });
}

Tensor unfold(const Tensor& self, int64_t dimension, int64_t size, int64_t step) {
  check_defined(self, "unfold");
  int64_t d = wrap_dim(dimension, self.dim(), "unfold"), n = self.dim() == 0 ? 1 : self.size(d);
  if (size < 0 || size > n)
    raise<ShapeError>(
        {"[unfold] maximum size for tensor at dimension ", d, " is ", n, " but size is ", size});
  if (step <= 0) raise<ShapeError>({"[unfold] step is ", step, " but must be > 0"});
  Dims sizes(self.sizes()), strides(self.strides()), own(self.sizes());
  int64_t stride = self.dim() == 0 ? 1 : strides[static_cast<size_t>(d)], windows = (n - size) / step + 1;
  if (self.dim() > 0) {
    sizes[static_cast<size_t>(d)] = windows;
    strides[static_cast<size_t>(d)] = stride * step;
  }
  sizes.push_back(size);
  strides.push_back(stride);
  return view_of(self, sizes, strides, 0, "UnfoldBackward0", [=](const Tensor& g) {
    if (own.empty()) return reshape(sum(g), own);
    std::vector<int64_t> at;
    for (int64_t w = 0; w < windows; ++w)
      for (int64_t k = 0; k < size; ++k) at.push_back(w * step + k);
    Dims flat(own);
    flat[static_cast<size_t>(d)] = windows * size;
    return index_add(zeros(own, {.dtype = g.dtype()}), d, tensor(at), reshape(movedim(g, -1, d + 1), flat));
  });
}

namespace {

// Numbers for height and width.
struct Pair {
  int64_t h, w;
};
Pair pair_of(IntList list, std::string_view what, std::string_view op, int64_t least) {
  if (list.size() != 1 && list.size() != 2)
    raise<ShapeError>({"[", op, "] ", what, " must be one or two numbers, got ", IntList(list)});
  Pair p{list[0], list[list.size() - 1]};
  if (p.h < least || p.w < least)
    raise<ShapeError>({"[", op, "] ", what, " should be at least ", least, ", but got ", IntList(list)});
  return p;
}
struct Windows {
  Pair kernel, dilation, padding, stride;
  Windows(IntList k, IntList d, IntList p, IntList s, std::string_view op)
      : kernel(pair_of(k, "kernel_size", op, 1)),
        dilation(pair_of(d, "dilation", op, 1)),
        padding(pair_of(p, "padding", op, 0)),
        stride(pair_of(s, "stride", op, 1)) {}
  Pair blocks(int64_t h, int64_t w) const {
    auto count = [](int64_t n, int64_t k, int64_t d, int64_t p, int64_t s) {
      int64_t room = n + 2 * p - d * (k - 1) - 1;
      return room < 0 ? 0 : room / s + 1;
    };
    return {count(h, kernel.h, dilation.h, padding.h, stride.h),
            count(w, kernel.w, dilation.w, padding.w, stride.w)};
  }
};
// The elements of padded images that stand at (i, j) of every window.
Tensor at_place(const Tensor& padded, const Windows& w, Pair blocks, int64_t i, int64_t j) {
  int64_t y = i * w.dilation.h, x = j * w.dilation.w;
  Tensor rows = slice(padded, 2, y, y + (blocks.h - 1) * w.stride.h + 1, w.stride.h);
  return slice(rows, 3, x, x + (blocks.w - 1) * w.stride.w + 1, w.stride.w);
}

} // namespace

Tensor unfold(const Tensor& input, IntList kernel_size, IntList dilation, IntList padding, IntList stride) {
  check_defined(input, "unfold");
  Windows w(kernel_size, dilation, padding, stride, "unfold");
  if (input.dim() != 3 && input.dim() != 4)
    raise<ShapeError>(
        {"[unfold] Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero "
         "dimensions for input, but got: ",
         IntList(input.sizes())});
  int64_t h = input.size(-2), width = input.size(-1), c = input.size(-3),
          n = input.dim() == 4 ? input.size(0) : 1;
  Pair blocks = w.blocks(h, width);
  if (blocks.h < 1 || blocks.w < 1 || c == 0)
    raise<ShapeError>({"[unfold] Given input with spatial size (", h, ", ", width, "), kernel_size=",
                       IntList(kernel_size), ", dilation=", IntList(dilation), ", padding=", IntList(padding),
                       ", calculated shape of the array of sliding blocks as (", blocks.h, ", ", blocks.w,
                       "), but its components must be at least one."});
  Tensor padded = constant_pad_nd(reshape(input.detach(), {n, c, h, width}),
                                  {w.padding.w, w.padding.w, w.padding.h, w.padding.h});
  Tensor out = new_tensor(input.dtype(), std::array{n, c, w.kernel.h, w.kernel.w, blocks.h, blocks.w});
  for (int64_t i = 0; i < w.kernel.h; ++i)
    for (int64_t j = 0; j < w.kernel.w; ++j)
      select(select(out, 2, i), 2, j).copy_(at_place(padded, w, blocks, i, j));
  Dims sizes;
  if (input.dim() == 4) sizes.push_back(n);
  sizes.push_back(c * w.kernel.h * w.kernel.w);
  sizes.push_back(blocks.h * blocks.w);
  out = reshape(out, sizes);
  return record(std::move(out), "Im2ColBackward0", {&input}, {}, [h, width, w](Backward& b) {
    if (b.grad().defined())
      b.set(0, fold(b.grad(), {h, width}, {w.kernel.h, w.kernel.w}, {w.dilation.h, w.dilation.w},
                    {w.padding.h, w.padding.w}, {w.stride.h, w.stride.w}));
  });
}

Tensor fold(const Tensor& input, IntList output_size, IntList kernel_size, IntList dilation, IntList padding,
            IntList stride) {
  check_defined(input, "fold");
  Windows w(kernel_size, dilation, padding, stride, "fold");
  Pair image = pair_of(output_size, "output_size", "fold", 1), blocks = w.blocks(image.h, image.w);
  if (input.dim() != 2 && input.dim() != 3)
    raise<ShapeError>(
        {"[fold] Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero "
         "dimensions for input, but got: ",
         IntList(input.sizes())});
  int64_t n = input.dim() == 3 ? input.size(0) : 1, patch = w.kernel.h * w.kernel.w,
          c = input.size(-2) / patch;
  if (input.size(-2) % patch != 0)
    raise<ShapeError>(
        {"[fold] Expected size of input's dimension 1 to be divisible by the product of kernel_size, but "
         "got input.size(1)=",
         input.size(-2), " and kernel_size=", IntList(kernel_size)});
  if (input.size(-1) != blocks.h * blocks.w)
    raise<ShapeError>(
        {"[fold] Given output_size=", IntList(output_size), ", kernel_size=", IntList(kernel_size),
         ", expected size of input's dimension 2 to match the calculated number of sliding blocks ", blocks.h,
         " * ", blocks.w, ", but got input.size(2)=", input.size(-1)});
  Tensor columns = reshape(input.detach(), {n, c, w.kernel.h, w.kernel.w, blocks.h, blocks.w});
  Tensor padded =
      zeros({n, c, image.h + 2 * w.padding.h, image.w + 2 * w.padding.w}, {.dtype = input.dtype()});
  for (int64_t i = 0; i < w.kernel.h; ++i)
    for (int64_t j = 0; j < w.kernel.w; ++j)
      at_place(padded, w, blocks, i, j).add_(select(select(columns, 2, i), 2, j));
  Tensor out = contiguous(narrow(narrow(padded, 2, w.padding.h, image.h), 3, w.padding.w, image.w));
  if (input.dim() == 2) out = reshape(out, {c, image.h, image.w});
  return record(std::move(out), "Col2ImBackward0", {&input}, {}, [w](Backward& b) {
    if (b.grad().defined())
      b.set(0, unfold(b.grad(), IntList({w.kernel.h, w.kernel.w}), {w.dilation.h, w.dilation.w},
                      {w.padding.h, w.padding.w}, {w.stride.h, w.stride.w}));
  });
}

namespace {

using Image = Tensor(const Tensor&, IntList, IntList, IntList, IntList);
constexpr OpInfo linear(std::string_view doc, std::array<std::string_view, 8> samples) {
  return {.doc = doc, .samples = samples, .derivative = Derivative::linear};
}

constinit const Op ops[] = {
    op<Tensor(const Tensor&, IntList, Scalar), &constant_pad_nd>(
        "constant_pad_nd(input, pad, value=0)",
        linear("grown by one value", {"T(2, 3), [1, 2]", "T(2, 3), [-1, 1, 1, 0], 2"})),
    op<Tensor(const Tensor&, IntList, std::string_view, std::optional<Scalar>), &pad>(
        "pad(input, pad, mode='constant', value=None)",
        linear("grown by a constant, reflections, repetition or around the end",
               {"T(2, 3), [1, 2]", "T(2, 3, 4), [1, 2], 'reflect'", "T(2, 3, 4), [1, 2], 'replicate'",
                "T(2, 3, 4), [1, 2], 'circular'", "T(1, 3, 4), [1, 1, 2, 0], 'reflect'"})),
    op<Tensor(const Tensor&, int64_t, int64_t, int64_t), &unfold>(
        "unfold(self, dimension, size, step)",
        linear("all windows along a dimension", {"T(5, 2), 0, 3, 1", "T(2, 6), 1, 2, 2"})),
    op<Image, &unfold>("unfold(input, kernel_size, dilation=1, padding=0, stride=1)",
                       linear("the patches of images as columns", {"T(1, 2, 4, 5), [2, 3], padding=1"})),
    op<Tensor(const Tensor&, IntList, IntList, IntList, IntList, IntList), &fold>(
        "fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)",
        linear("columns of patches added up to images", {"T(1, 8, 9), [4, 4], [2, 2]"})),
};

} // namespace

extern const Family pad_family;
constinit const Family pad_family{"pad", ops};

} // namespace talweg
