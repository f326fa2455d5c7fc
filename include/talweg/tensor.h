// Tensor: a handle to an array with dtype, shape and history.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "talweg/count.h"
#include "talweg/dtype.h"
#include "talweg/errors.h"
#include "talweg/int_list.h"
#include "talweg/ops/arithmetic.h"
#include "talweg/ops/compare.h"
#include "talweg/ops/copy.h"
#include "talweg/ops/elementary.h"
#include "talweg/ops/index.h"
#include "talweg/ops/join.h"
#include "talweg/ops/losses.h"
#include "talweg/ops/products.h"
#include "talweg/ops/random.h"
#include "talweg/ops/reduce.h"
#include "talweg/ops/softmax.h"
#include "talweg/ops/views.h"
#include "talweg/scalar.h"

namespace talweg {

class TensorHook;
class GradFn;
struct TensorOptions;

namespace detail {
struct HandleCount {
  unsigned handles;
};
void end_handles(HandleCount* count) noexcept;
void drop_shared_handle(HandleCount* count) noexcept;
/// One handle less. Most tensors have just one, so that this is a comparison and a call.
[[gnu::always_inline]] inline void drop_handle(HandleCount* count) noexcept {
  if (__atomic_load_n(&count->handles, __ATOMIC_ACQUIRE) == 1)
    end_handles(count);
  else
    drop_shared_handle(count);
}
struct AdoptHandle {};
inline constexpr AdoptHandle adopt_handle{};
using HookFn = Tensor (*)(void* context, const Tensor& grad);
using NodeHookFn = std::vector<Tensor> (*)(void* context, const std::vector<Tensor>& grad_inputs,
                                           const std::vector<Tensor>& grad_outputs);
} // namespace detail

/// An array of one dtype with any number of dimensions, and, if it requires grad, the history of how it was
/// computed. A Tensor is a handle: copies share the array, and const means that the handle stays, not the
/// elements. A default-constructed Tensor is undefined; operations on it throw.
class Tensor {
 public:
  Tensor() noexcept : object_(nullptr) {}
  Tensor(const Tensor& other) noexcept : object_(other.object_) {
    if (object_) detail::count_up(object_->handles);
  }
  Tensor(Tensor&& other) noexcept : object_(other.object_) { other.object_ = nullptr; }
  Tensor(detail::AdoptHandle, detail::HandleCount* object) noexcept : object_(object) {}
  ~Tensor() {
    if (object_) detail::drop_handle(object_);
  }

  Tensor& operator=(const Tensor& other) & noexcept {
    Tensor copy(other);
    std::swap(object_, copy.object_);
    return *this;
  }
  Tensor& operator=(Tensor&& other) & noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  /// `x[0] = value`, `x.index({...}) = value`: writes the elements of the view on the left. Throws ValueError
  /// where the left side is no view (a mask or a tensor of indices gives a copy): use index_put_.
  const Tensor& operator=(const Tensor& value) &&;
  const Tensor& operator=(Tensor&& value) &&;
  const Tensor& operator=(Scalar value) &&;

  /// Lets go of the array.
  void reset() noexcept {
    if (object_) detail::drop_handle(object_);
    object_ = nullptr;
  }
  bool defined() const { return object_ != nullptr; }
  explicit operator bool() const = delete;
  /// Whether both are handles to one tensor.
  bool is_same(const Tensor& other) const { return object_ == other.object_; }
  detail::HandleCount* handle() const { return object_; }

  // What it is.
  /// The type of its elements.
  Dtype dtype() const;
  int64_t dim() const;
  int64_t ndim() const { return dim(); }
  int64_t numel() const;
  /// The size of each dimension. Borrowed: good as long as the tensor and its shape.
  IntList sizes() const;
  IntList shape() const { return sizes(); }
  /// For each dimension, the elements in memory from one index to the next. Borrowed as sizes() is.
  IntList strides() const;
  int64_t size(int64_t dim) const;
  int64_t stride(int64_t dim) const;
  /// Elements in memory before the first one: 0 unless it is a view.
  int64_t storage_offset() const;
  int64_t element_size() const { return itemsize(dtype()); }
  int64_t nbytes() const { return numel() * element_size(); }
  bool is_contiguous() const;
  bool is_floating_point() const { return talweg::is_floating_point(dtype()); }
  /// The number of rows: size(0). Throws TypeError for a 0-d tensor.
  int64_t len() const;

  // Its elements.
  /// The one element as T. Throws ValueError unless there is exactly one.
  template <class T>
  T item() const {
    return item().to<T>();
  }
  /// The one element, of its own kind.
  Scalar item() const;
  /// Where the elements begin; T must be the dtype's C++ type, else TypeError.
  template <class T>
  T* data_ptr() const {
    return static_cast<T*>(data_ptr(dtype_of<T>));
  }
  void* data_ptr() const;
  /// All elements, in order, without a copy. Throws unless contiguous and of dtype T.
  template <class T>
  std::span<T> span() const {
    return {static_cast<T*>(contiguous_ptr(dtype_of<T>)), static_cast<size_t>(numel())};
  }
  /// The element at these indices (negative ones count from the end), to read or write. Writing is not
  /// recorded.
  template <class T, class... I>
  requires(std::is_integral_v<I>&&...) T& at(I... indices) const {
    return *static_cast<T*>(
        element_ptr(dtype_of<T>, std::array<int64_t, sizeof...(I)>{static_cast<int64_t>(indices)...}));
  }
  /// The elements in order, converted to T.
  template <class T>
  std::vector<T> to_vector() const {
    Tensor dense = talweg::to(detach(), dtype_of<T>).contiguous();
    auto elements = dense.span<T>();
    return {elements.begin(), elements.end()};
  }
  /// "tensor([1., 2.])": the text that PyTorch prints.
  std::string repr() const;
  std::string str() const { return repr(); }

  // Autograd.
  bool requires_grad() const;
  const Tensor& requires_grad_(bool requires_grad = true) const;
  bool is_leaf() const;
  /// The accumulated gradient; undefined before the first backward.
  Tensor grad() const;
  /// Replaces the gradient; an undefined Tensor clears it. Throws if shape or dtype don't fit.
  void set_grad(const Tensor& grad) const;
  /// The node that computed this tensor; false for a leaf.
  GradFn grad_fn() const;
  /// Walks the graph from here and adds d self / d leaf into each leaf's grad. `gradient` may be left out for
  /// one element. With create_graph each leaf's grad has a history that holds the leaf: clear it with
  /// set_grad({}) when you are done, or use autograd::grad, which leaves no such circle.
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = {},
                bool create_graph = false) const;
  /// Makes grad() available on a tensor that isn't a leaf.
  void retain_grad() const;
  bool retains_grad() const;
  Tensor detach() const { return talweg::detach(*this); }
  const Tensor& detach_() const;
  /// Shares elements under a version of its own: writes aren't seen by autograd. `x.data() -= lr * x.grad()`.
  Tensor data() const;
  /// x.data = value: replaces elements, shape and dtype behind the same tensor.
  void set_data(const Tensor& value) const;
  /// How often its memory has been written in place; views share it. Throws AutogradError for a tensor of
  /// inference mode, whose writes aren't counted.
  uint32_t version() const;
  /// Which result of grad_fn() this is: 0 for most.
  int64_t output_nr() const;
  /// Whether it shares another's memory and history: a row, a slice, a transposition. detach() is none.
  bool is_view() const;
  /// Calls `hook(grad)` whenever the gradient of this tensor has been computed; a defined result replaces it.
  template <class F>
  TensorHook register_hook(F hook) const;
  /// Calls `hook(tensor)` whenever backward has added to this leaf's grad: an optimizer's step may stand there.
  /// Throws AutogradError for a tensor that isn't a leaf or requires no grad.
  template <class F>
  TensorHook register_post_accumulate_grad_hook(F hook) const;
  /// Whether it was made in inference mode: autograd can't save it, and it is written in place there only.
  bool is_inference() const;

  // Pieces.
  /// self[i]: one row.
  Tensor operator[](int64_t i) const { return talweg::select(*this, 0, i); }
  Tensor operator[](const Tensor& indices) const { return index({indices}); }
  Tensor index(std::initializer_list<Index> indices) const {
    return talweg::index(*this, {indices.begin(), indices.size()});
  }
  Tensor index(std::span<const Index> indices) const { return talweg::index(*this, indices); }
  const Tensor& index_put_(std::initializer_list<Index> indices, const Tensor& values,
                           bool accumulate = false) const {
    return talweg::index_put_(*this, {indices.begin(), indices.size()}, values, accumulate);
  }
  const Tensor& index_put_(std::span<const Index> indices, const Tensor& values,
                           bool accumulate = false) const {
    return talweg::index_put_(*this, indices, values, accumulate);
  }
  const Tensor& index_put_(std::initializer_list<Index> indices, Scalar value) const;
  Tensor index_put(std::initializer_list<Index> indices, const Tensor& values,
                   bool accumulate = false) const {
    return talweg::index_put(*this, {indices.begin(), indices.size()}, values, accumulate);
  }
  Tensor index_put(std::span<const Index> indices, const Tensor& values, bool accumulate = false) const {
    return talweg::index_put(*this, indices, values, accumulate);
  }
  /// Tensors of this one's dtype, unless options say otherwise.
  Tensor new_empty(IntList size) const;
  Tensor new_empty(IntList size, const TensorOptions& options) const;
  Tensor new_zeros(IntList size) const;
  Tensor new_zeros(IntList size, const TensorOptions& options) const;
  Tensor new_ones(IntList size) const;
  Tensor new_ones(IntList size, const TensorOptions& options) const;
  Tensor new_full(IntList size, Scalar fill_value) const;
  Tensor new_full(IntList size, Scalar fill_value, const TensorOptions& options) const;
  /// Rows, for `for (Tensor row : x)`.
  class Iterator {
   public:
    Iterator(const Tensor* tensor, int64_t i) : tensor_(tensor), i_(i) {}
    Tensor operator*() const { return (*tensor_)[i_]; }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return i_ != other.i_; }

   private:
    const Tensor* tensor_;
    int64_t i_;
  };
  Iterator begin() const& { return {this, 0}; }
  Iterator end() const& { return {this, len()}; }

  // Operations; documented at the free function of the same name.
  Tensor add(const Tensor& other, Scalar alpha = 1) const { return talweg::add(*this, other, alpha); }
  Tensor add(Scalar other, Scalar alpha = 1) const { return talweg::add(*this, other, alpha); }
  const Tensor& add_(const Tensor& other, Scalar alpha = 1) const {
    return talweg::add_(*this, other, alpha);
  }
  const Tensor& add_(Scalar other, Scalar alpha = 1) const { return talweg::add_(*this, other, alpha); }
  Tensor sub(const Tensor& other, Scalar alpha = 1) const { return talweg::sub(*this, other, alpha); }
  Tensor sub(Scalar other, Scalar alpha = 1) const { return talweg::sub(*this, other, alpha); }
  const Tensor& sub_(const Tensor& other, Scalar alpha = 1) const {
    return talweg::sub_(*this, other, alpha);
  }
  const Tensor& sub_(Scalar other, Scalar alpha = 1) const { return talweg::sub_(*this, other, alpha); }
  Tensor mul(const Tensor& other) const { return talweg::mul(*this, other); }
  Tensor mul(Scalar other) const { return talweg::mul(*this, other); }
  const Tensor& mul_(const Tensor& other) const { return talweg::mul_(*this, other); }
  const Tensor& mul_(Scalar other) const { return talweg::mul_(*this, other); }
  Tensor div(const Tensor& other, std::string_view rounding_mode = {}) const {
    return talweg::div(*this, other, rounding_mode);
  }
  Tensor div(Scalar other, std::string_view rounding_mode = {}) const {
    return talweg::div(*this, other, rounding_mode);
  }
  const Tensor& div_(const Tensor& other, std::string_view rounding_mode = {}) const {
    return talweg::div_(*this, other, rounding_mode);
  }
  const Tensor& div_(Scalar other, std::string_view rounding_mode = {}) const {
    return talweg::div_(*this, other, rounding_mode);
  }
  Tensor remainder(const Tensor& other) const { return talweg::remainder(*this, other); }
  Tensor remainder(Scalar other) const { return talweg::remainder(*this, other); }
  const Tensor& remainder_(const Tensor& other) const { return talweg::remainder_(*this, other); }
  const Tensor& remainder_(Scalar other) const { return talweg::remainder_(*this, other); }
  Tensor pow(const Tensor& exponent) const { return talweg::pow(*this, exponent); }
  Tensor pow(Scalar exponent) const { return talweg::pow(*this, exponent); }
  const Tensor& pow_(const Tensor& exponent) const { return talweg::pow_(*this, exponent); }
  const Tensor& pow_(Scalar exponent) const { return talweg::pow_(*this, exponent); }
  Tensor neg() const { return talweg::neg(*this); }
  const Tensor& neg_() const { return talweg::neg_(*this); }

  Tensor eq(const Tensor& other) const { return talweg::eq(*this, other); }
  Tensor eq(Scalar other) const { return talweg::eq(*this, other); }
  Tensor ne(const Tensor& other) const { return talweg::ne(*this, other); }
  Tensor ne(Scalar other) const { return talweg::ne(*this, other); }
  Tensor lt(const Tensor& other) const { return talweg::lt(*this, other); }
  Tensor lt(Scalar other) const { return talweg::lt(*this, other); }
  Tensor le(const Tensor& other) const { return talweg::le(*this, other); }
  Tensor le(Scalar other) const { return talweg::le(*this, other); }
  Tensor gt(const Tensor& other) const { return talweg::gt(*this, other); }
  Tensor gt(Scalar other) const { return talweg::gt(*this, other); }
  Tensor ge(const Tensor& other) const { return talweg::ge(*this, other); }
  Tensor ge(Scalar other) const { return talweg::ge(*this, other); }
  const Tensor& eq_(const Tensor& other) const { return talweg::eq_(*this, other); }
  const Tensor& eq_(Scalar other) const { return talweg::eq_(*this, other); }
  const Tensor& ne_(const Tensor& other) const { return talweg::ne_(*this, other); }
  const Tensor& ne_(Scalar other) const { return talweg::ne_(*this, other); }
  const Tensor& lt_(const Tensor& other) const { return talweg::lt_(*this, other); }
  const Tensor& lt_(Scalar other) const { return talweg::lt_(*this, other); }
  const Tensor& le_(const Tensor& other) const { return talweg::le_(*this, other); }
  const Tensor& le_(Scalar other) const { return talweg::le_(*this, other); }
  const Tensor& gt_(const Tensor& other) const { return talweg::gt_(*this, other); }
  const Tensor& gt_(Scalar other) const { return talweg::gt_(*this, other); }
  const Tensor& ge_(const Tensor& other) const { return talweg::ge_(*this, other); }
  const Tensor& ge_(Scalar other) const { return talweg::ge_(*this, other); }
  Tensor logical_and(const Tensor& other) const { return talweg::logical_and(*this, other); }
  Tensor logical_or(const Tensor& other) const { return talweg::logical_or(*this, other); }
  Tensor logical_xor(const Tensor& other) const { return talweg::logical_xor(*this, other); }
  Tensor logical_not() const { return talweg::logical_not(*this); }
  const Tensor& logical_and_(const Tensor& other) const { return talweg::logical_and_(*this, other); }
  const Tensor& logical_or_(const Tensor& other) const { return talweg::logical_or_(*this, other); }
  const Tensor& logical_xor_(const Tensor& other) const { return talweg::logical_xor_(*this, other); }
  const Tensor& logical_not_() const { return talweg::logical_not_(*this); }
  bool equal(const Tensor& other) const { return talweg::equal(*this, other); }

  Tensor abs() const { return talweg::abs(*this); }
  const Tensor& abs_() const { return talweg::abs_(*this); }
  Tensor exp() const { return talweg::exp(*this); }
  const Tensor& exp_() const { return talweg::exp_(*this); }
  Tensor log() const { return talweg::log(*this); }
  const Tensor& log_() const { return talweg::log_(*this); }
  Tensor sqrt() const { return talweg::sqrt(*this); }
  const Tensor& sqrt_() const { return talweg::sqrt_(*this); }
  Tensor tanh() const { return talweg::tanh(*this); }
  const Tensor& tanh_() const { return talweg::tanh_(*this); }
  Tensor sigmoid() const { return talweg::sigmoid(*this); }
  const Tensor& sigmoid_() const { return talweg::sigmoid_(*this); }
  Tensor softsign() const { return talweg::softsign(*this); }
  Tensor relu() const { return talweg::relu(*this); }
  const Tensor& relu_() const { return talweg::relu_(*this); }
  Tensor maximum(const Tensor& other) const { return talweg::maximum(*this, other); }
  Tensor minimum(const Tensor& other) const { return talweg::minimum(*this, other); }
  Tensor clamp(std::optional<Scalar> min, std::optional<Scalar> max = {}) const {
    return talweg::clamp(*this, min, max);
  }
  Tensor clamp(const Tensor& min, const Tensor& max) const { return talweg::clamp(*this, min, max); }
  const Tensor& clamp_(std::optional<Scalar> min, std::optional<Scalar> max = {}) const {
    return talweg::clamp_(*this, min, max);
  }
  const Tensor& clamp_(const Tensor& min, const Tensor& max) const { return talweg::clamp_(*this, min, max); }
  Tensor where(const Tensor& condition, const Tensor& other) const {
    return talweg::where(condition, *this, other);
  }
  Tensor where(const Tensor& condition, Scalar other) const { return talweg::where(condition, *this, other); }
  Tensor masked_fill(const Tensor& mask, Scalar value) const {
    return talweg::masked_fill(*this, mask, value);
  }
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const {
    return talweg::masked_fill(*this, mask, value);
  }
  const Tensor& masked_fill_(const Tensor& mask, Scalar value) const {
    return talweg::masked_fill_(*this, mask, value);
  }
  const Tensor& masked_fill_(const Tensor& mask, const Tensor& value) const {
    return talweg::masked_fill_(*this, mask, value);
  }

  Tensor sum(std::optional<Dtype> dtype = {}) const { return talweg::sum(*this, dtype); }
  Tensor sum(IntList dim, bool keepdim = false, std::optional<Dtype> dtype = {}) const {
    return talweg::sum(*this, dim, keepdim, dtype);
  }
  template <class Bool>
  requires std::is_same_v<Bool, bool> Tensor sum(Bool)
  const = delete; // write sum(dims, true)
  Tensor mean(std::optional<Dtype> dtype = {}) const { return talweg::mean(*this, dtype); }
  Tensor mean(IntList dim, bool keepdim = false, std::optional<Dtype> dtype = {}) const {
    return talweg::mean(*this, dim, keepdim, dtype);
  }
  template <class Bool>
  requires std::is_same_v<Bool, bool> Tensor mean(Bool)
  const = delete; // write mean(dims, true)
  Tensor prod(std::optional<Dtype> dtype = {}) const { return talweg::prod(*this, dtype); }
  Tensor prod(int64_t dim, bool keepdim = false, std::optional<Dtype> dtype = {}) const {
    return talweg::prod(*this, dim, keepdim, dtype);
  }
  Tensor var() const { return talweg::var(*this); }
  Tensor var(IntList dim, Scalar correction = 1, bool keepdim = false) const {
    return talweg::var(*this, dim, correction, keepdim);
  }
  Tensor logsumexp(IntList dim, bool keepdim = false) const { return talweg::logsumexp(*this, dim, keepdim); }
  Tensor amax(IntList dim = {}, bool keepdim = false) const { return talweg::amax(*this, dim, keepdim); }
  Tensor max() const { return talweg::max(*this); }
  std::pair<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  Tensor max(const Tensor& other) const { return talweg::max(*this, other); }
  Tensor argmax(std::optional<int64_t> dim = {}, bool keepdim = false) const {
    return talweg::argmax(*this, dim, keepdim);
  }
  Tensor all() const { return talweg::all(*this); }
  Tensor all(IntList dim, bool keepdim = false) const { return talweg::all(*this, dim, keepdim); }
  Tensor any() const { return talweg::any(*this); }
  Tensor any(IntList dim, bool keepdim = false) const { return talweg::any(*this, dim, keepdim); }

  Tensor mm(const Tensor& mat2) const { return talweg::mm(*this, mat2); }
  Tensor mv(const Tensor& vec) const { return talweg::mv(*this, vec); }
  Tensor dot(const Tensor& tensor) const { return talweg::dot(*this, tensor); }
  Tensor matmul(const Tensor& other) const { return talweg::matmul(*this, other); }
  Tensor addmm(const Tensor& mat1, const Tensor& mat2, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::addmm(*this, mat1, mat2, beta, alpha);
  }
  const Tensor& addmm_(const Tensor& mat1, const Tensor& mat2, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::addmm_(*this, mat1, mat2, beta, alpha);
  }

  Tensor view(IntList size) const { return talweg::view(*this, size); }
  Tensor reshape(IntList shape) const { return talweg::reshape(*this, shape); }
  Tensor transpose(int64_t dim0, int64_t dim1) const { return talweg::transpose(*this, dim0, dim1); }
  Tensor t() const { return talweg::t(*this); }
  const Tensor& transpose_(int64_t dim0, int64_t dim1) const { return talweg::transpose_(*this, dim0, dim1); }
  const Tensor& t_() const { return talweg::t_(*this); }
  /// All dimensions in reverse.
  Tensor T() const;
  /// The last two dimensions swapped.
  Tensor mT() const { return talweg::transpose(*this, -2, -1); }
  /// A matrix transposed; numbers are real here, so nothing is conjugated.
  Tensor H() const;
  Tensor swapaxes(int64_t axis0, int64_t axis1) const { return talweg::swapaxes(*this, axis0, axis1); }
  const Tensor& swapaxes_(int64_t axis0, int64_t axis1) const {
    return talweg::swapaxes_(*this, axis0, axis1);
  }
  Tensor swapdims(int64_t dim0, int64_t dim1) const { return talweg::swapdims(*this, dim0, dim1); }
  const Tensor& swapdims_(int64_t dim0, int64_t dim1) const { return talweg::swapdims_(*this, dim0, dim1); }
  Tensor view_as(const Tensor& other) const { return talweg::view_as(*this, other); }
  Tensor reshape_as(const Tensor& other) const { return talweg::reshape_as(*this, other); }
  Tensor ravel() const { return talweg::ravel(*this); }
  Tensor broadcast_to(IntList size) const { return talweg::broadcast_to(*this, size); }
  Tensor permute(IntList dims) const { return talweg::permute(*this, dims); }
  Tensor select(int64_t dim, int64_t index) const { return talweg::select(*this, dim, index); }
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const {
    return talweg::narrow(*this, dim, start, length);
  }
  Tensor narrow(int64_t dim, const Tensor& start, int64_t length) const {
    return talweg::narrow(*this, dim, start, length);
  }
  Tensor slice(int64_t dim = 0, int64_t start = 0, int64_t end = INT64_MAX, int64_t step = 1) const {
    return talweg::slice(*this, dim, start, end, step);
  }
  Tensor expand(IntList size) const { return talweg::expand(*this, size); }
  Tensor expand_as(const Tensor& other) const { return talweg::expand_as(*this, other); }
  Tensor squeeze() const { return talweg::squeeze(*this); }
  Tensor squeeze(IntList dim) const { return talweg::squeeze(*this, dim); }
  Tensor unsqueeze(int64_t dim) const { return talweg::unsqueeze(*this, dim); }
  const Tensor& squeeze_() const { return talweg::squeeze_(*this); }
  const Tensor& squeeze_(IntList dim) const { return talweg::squeeze_(*this, dim); }
  const Tensor& unsqueeze_(int64_t dim) const { return talweg::unsqueeze_(*this, dim); }
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const {
    return talweg::flatten(*this, start_dim, end_dim);
  }
  Tensor unflatten(int64_t dim, IntList sizes) const { return talweg::unflatten(*this, dim, sizes); }
  Tensor as_strided(IntList size, IntList stride) const { return talweg::as_strided(*this, size, stride); }
  Tensor as_strided(IntList size, IntList stride, int64_t storage_offset) const {
    return talweg::as_strided(*this, size, stride, storage_offset);
  }
  const Tensor& as_strided_(IntList size, IntList stride) const {
    return talweg::as_strided_(*this, size, stride);
  }
  const Tensor& as_strided_(IntList size, IntList stride, int64_t storage_offset) const {
    return talweg::as_strided_(*this, size, stride, storage_offset);
  }
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const {
    return talweg::diagonal(*this, offset, dim1, dim2);
  }
  Tensor movedim(IntList source, IntList destination) const {
    return talweg::movedim(*this, source, destination);
  }
  Tensor moveaxis(IntList source, IntList destination) const {
    return talweg::moveaxis(*this, source, destination);
  }
  std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> split(int64_t split_size, int64_t dim = 0) const;
  std::vector<Tensor> split(IntList split_size, int64_t dim = 0) const;
  std::vector<Tensor> split_with_sizes(IntList split_sizes, int64_t dim = 0) const;
  std::vector<Tensor> unbind(int64_t dim = 0) const;

  Tensor clone() const { return talweg::clone(*this); }
  Tensor contiguous() const { return talweg::contiguous(*this); }
  Tensor to(Dtype dtype, bool copy = false) const { return talweg::to(*this, dtype, copy); }
  Tensor to(const Tensor& other, bool copy = false) const { return talweg::to(*this, other, copy); }
  const Tensor& copy_(const Tensor& src) const { return talweg::copy_(*this, src); }
  const Tensor& fill_(Scalar value) const { return talweg::fill_(*this, value); }
  const Tensor& fill_(const Tensor& value) const { return talweg::fill_(*this, value); }
  const Tensor& zero_() const { return talweg::zero_(*this); }
  Tensor fill(Scalar value) const { return talweg::fill(*this, value); }
  Tensor fill(const Tensor& value) const { return talweg::fill(*this, value); }

  Tensor index_select(int64_t dim, const Tensor& index) const {
    return talweg::index_select(*this, dim, index);
  }
  Tensor gather(int64_t dim, const Tensor& index) const { return talweg::gather(*this, dim, index); }
  Tensor softmax(int64_t dim, std::optional<Dtype> dtype = {}) const {
    return talweg::softmax(*this, dim, dtype);
  }
  Tensor log_softmax(int64_t dim, std::optional<Dtype> dtype = {}) const {
    return talweg::log_softmax(*this, dim, dtype);
  }

  const Tensor& uniform_(double from = 0, double to = 1, std::optional<Generator> generator = {}) const {
    return talweg::uniform_(*this, from, to, std::move(generator));
  }
  const Tensor& normal_(double mean = 0, double std = 1, std::optional<Generator> generator = {}) const {
    return talweg::normal_(*this, mean, std, std::move(generator));
  }
  const Tensor& bernoulli_(double p = 0.5, std::optional<Generator> generator = {}) const {
    return talweg::bernoulli_(*this, p, std::move(generator));
  }
  const Tensor& bernoulli_(const Tensor& p, std::optional<Generator> generator = {}) const {
    return talweg::bernoulli_(*this, p, std::move(generator));
  }
  const Tensor& log_normal_(double mean = 1, double std = 2, std::optional<Generator> generator = {}) const {
    return talweg::log_normal_(*this, mean, std, std::move(generator));
  }
  const Tensor& exponential_(double lambd = 1, std::optional<Generator> generator = {}) const {
    return talweg::exponential_(*this, lambd, std::move(generator));
  }
  const Tensor& cauchy_(double median = 0, double sigma = 1, std::optional<Generator> generator = {}) const {
    return talweg::cauchy_(*this, median, sigma, std::move(generator));
  }
  const Tensor& geometric_(double p, std::optional<Generator> generator = {}) const {
    return talweg::geometric_(*this, p, std::move(generator));
  }
  const Tensor& random_() const { return talweg::random_(*this); }
  const Tensor& random_(int64_t to) const { return talweg::random_(*this, to); }
  const Tensor& random_(int64_t from, std::optional<int64_t> to,
                        std::optional<Generator> generator = {}) const {
    return talweg::random_(*this, from, to, std::move(generator));
  }
  Tensor bernoulli(std::optional<Generator> generator = {}) const {
    return talweg::bernoulli(*this, std::move(generator));
  }
  Tensor bernoulli(double p, std::optional<Generator> generator = {}) const {
    return talweg::bernoulli(*this, p, std::move(generator));
  }
  Tensor multinomial(int64_t num_samples, bool replacement = false,
                     std::optional<Generator> generator = {}) const {
    return talweg::multinomial(*this, num_samples, replacement, std::move(generator));
  }
  Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const {
    return talweg::scatter_add(*this, dim, index, src);
  }
  const Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& src) const {
    return talweg::scatter_add_(*this, dim, index, src);
  }

 private:
  void* data_ptr(Dtype expected) const;
  void* contiguous_ptr(Dtype expected) const;
  void* element_ptr(Dtype expected, std::span<const int64_t> indices) const;
  TensorHook add_hook(detail::HookFn call, void* context, void (*end)(void*), bool after = false) const;

  detail::HandleCount* object_;
};

// Arithmetic between tensors and numbers.
inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator+(const Tensor& a, Scalar b) { return add(a, b); }
inline Tensor operator+(Scalar a, const Tensor& b) { return add(b, a); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator-(const Tensor& a, Scalar b) { return sub(a, b); }
inline Tensor operator-(Scalar a, const Tensor& b) { return rsub(b, a); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator*(const Tensor& a, Scalar b) { return mul(a, b); }
inline Tensor operator*(Scalar a, const Tensor& b) { return mul(b, a); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator/(const Tensor& a, Scalar b) { return div(a, b); }
Tensor operator/(Scalar a, const Tensor& b);
inline Tensor operator%(const Tensor& a, const Tensor& b) { return remainder(a, b); }
inline Tensor operator%(const Tensor& a, Scalar b) { return remainder(a, b); }
inline Tensor operator%(Scalar a, const Tensor& b) { return remainder(a, b); }
inline Tensor operator-(const Tensor& a) { return neg(a); }
inline const Tensor& operator+=(const Tensor& a, const Tensor& b) { return add_(a, b); }
inline const Tensor& operator+=(const Tensor& a, Scalar b) { return add_(a, b); }
inline const Tensor& operator-=(const Tensor& a, const Tensor& b) { return sub_(a, b); }
inline const Tensor& operator-=(const Tensor& a, Scalar b) { return sub_(a, b); }
inline const Tensor& operator*=(const Tensor& a, const Tensor& b) { return mul_(a, b); }
inline const Tensor& operator*=(const Tensor& a, Scalar b) { return mul_(a, b); }
inline const Tensor& operator/=(const Tensor& a, const Tensor& b) { return div_(a, b); }
inline const Tensor& operator/=(const Tensor& a, Scalar b) { return div_(a, b); }

// Comparisons give bool tensors.
inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator==(const Tensor& a, Scalar b) { return eq(a, b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
inline Tensor operator!=(const Tensor& a, Scalar b) { return ne(a, b); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
inline Tensor operator<(const Tensor& a, Scalar b) { return lt(a, b); }
inline Tensor operator<(Scalar a, const Tensor& b) { return gt(b, a); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
inline Tensor operator<=(const Tensor& a, Scalar b) { return le(a, b); }
inline Tensor operator<=(Scalar a, const Tensor& b) { return ge(b, a); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
inline Tensor operator>(const Tensor& a, Scalar b) { return gt(a, b); }
inline Tensor operator>(Scalar a, const Tensor& b) { return lt(b, a); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }
inline Tensor operator>=(const Tensor& a, Scalar b) { return ge(a, b); }
inline Tensor operator>=(Scalar a, const Tensor& b) { return le(b, a); }
inline Tensor operator&(const Tensor& a, const Tensor& b) { return logical_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return logical_or(a, b); }
inline Tensor operator!(const Tensor& a) { return logical_not(a); }

inline std::pair<Tensor, Tensor> Tensor::max(int64_t dim, bool keepdim) const {
  return talweg::max(*this, dim, keepdim);
}
inline std::vector<Tensor> Tensor::chunk(int64_t chunks, int64_t dim) const {
  return talweg::chunk(*this, chunks, dim);
}
inline std::vector<Tensor> Tensor::split(int64_t split_size, int64_t dim) const {
  return talweg::split(*this, split_size, dim);
}
inline std::vector<Tensor> Tensor::split(IntList split_size, int64_t dim) const {
  return talweg::split(*this, split_size, dim);
}
inline std::vector<Tensor> Tensor::split_with_sizes(IntList split_sizes, int64_t dim) const {
  return talweg::split_with_sizes(*this, split_sizes, dim);
}
inline std::vector<Tensor> Tensor::unbind(int64_t dim) const { return talweg::unbind(*this, dim); }

/// Prints as PyTorch prints; from <ostream> or anything with write(const char*, streamsize).
template <class Stream>
requires requires(Stream& s, const char* c) { s.write(c, 1); }
Stream& operator<<(Stream& stream, const Tensor& t) {
  std::string text = t.repr();
  stream.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
  return stream;
}

/// Removes a hook; returned by register_hook.
class TensorHook {
 public:
  TensorHook() = default;
  TensorHook(Tensor tensor, uint64_t id) : tensor_(std::move(tensor)), id_(id) {}
  void remove();

 private:
  Tensor tensor_;
  uint64_t id_ = 0;
};

/// Removes a node's hook.
class NodeHookHandle {
 public:
  NodeHookHandle() = default;
  NodeHookHandle(void* node, uint64_t id) noexcept;
  NodeHookHandle(NodeHookHandle&& other) noexcept
      : node_(std::exchange(other.node_, nullptr)), id_(other.id_) {}
  NodeHookHandle& operator=(NodeHookHandle&& other) noexcept {
    std::swap(node_, other.node_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~NodeHookHandle();
  void remove();

 private:
  void* node_ = nullptr;
  uint64_t id_ = 0;
};

/// A node of the graph, for looking at it and listening to it.
class GradFn {
 public:
  GradFn() = default;
  explicit GradFn(void* node) noexcept;
  GradFn(const GradFn& other) noexcept;
  GradFn(GradFn&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  GradFn& operator=(GradFn other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~GradFn();
  explicit operator bool() const { return node_ != nullptr; }
  /// "MulBackward0".
  std::string_view name() const;
  /// The nodes its inputs came from; "AccumulateGrad" stands for a leaf, an empty one for an input without
  /// history.
  std::vector<GradFn> next_functions() const;
  /// Calls `hook(grad_inputs, grad_outputs)` after the node has run in a backward: the gradients that it made, and
  /// those that it got. A returned vector replaces the former.
  template <class F>
  NodeHookHandle register_hook(F hook) const {
    auto call = [](void* context, const std::vector<Tensor>& in, const std::vector<Tensor>& out) {
      auto& f = *static_cast<F*>(context);
      if constexpr (std::is_void_v<decltype(f(in, out))>) {
        f(in, out);
        return in;
      } else {
        return std::vector<Tensor>(f(in, out));
      }
    };
    return add_hook(call, new F(std::move(hook)), [](void* context) { delete static_cast<F*>(context); }, true);
  }
  /// Calls `hook(grad_outputs)` before the node runs; a returned vector replaces them.
  template <class F>
  NodeHookHandle register_prehook(F hook) const {
    auto call = [](void* context, const std::vector<Tensor>&, const std::vector<Tensor>& out) {
      auto& f = *static_cast<F*>(context);
      if constexpr (std::is_void_v<decltype(f(out))>) {
        f(out);
        return out;
      } else {
        return std::vector<Tensor>(f(out));
      }
    };
    return add_hook(call, new F(std::move(hook)), [](void* context) { delete static_cast<F*>(context); }, false);
  }

 private:
  NodeHookHandle add_hook(detail::NodeHookFn call, void* context, void (*end)(void*), bool after) const;
  void* node_ = nullptr;
};

template <class F>
TensorHook Tensor::register_post_accumulate_grad_hook(F hook) const {
  auto call = [](void* context, const Tensor& leaf) -> Tensor {
    (*static_cast<F*>(context))(leaf);
    return {};
  };
  return add_hook(call, new F(std::move(hook)), [](void* context) { delete static_cast<F*>(context); }, true);
}

template <class F>
TensorHook Tensor::register_hook(F hook) const {
  auto call = [](void* context, const Tensor& grad) -> Tensor {
    auto& f = *static_cast<F*>(context);
    if constexpr (std::is_void_v<decltype(f(grad))>) {
      f(grad);
      return {};
    } else {
      return f(grad);
    }
  };
  return add_hook(call, new F(std::move(hook)), [](void* context) { delete static_cast<F*>(context); });
}

} // namespace talweg
