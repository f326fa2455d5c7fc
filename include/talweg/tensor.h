// Tensor: a handle to an array with dtype, shape and history.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "talweg/count.h"
#include "talweg/dtype.h"
#include "talweg/errors.h"
#include "talweg/int_list.h"
#include "talweg/ops/activations.h"
#include "talweg/ops/arithmetic.h"
#include "talweg/ops/arrange.h"
#include "talweg/ops/bits.h"
#include "talweg/ops/compare.h"
#include "talweg/ops/copies.h"
#include "talweg/ops/copy.h"
#include "talweg/ops/distances.h"
#include "talweg/ops/elementary.h"
#include "talweg/ops/exponential.h"
#include "talweg/ops/index.h"
#include "talweg/ops/join.h"
#include "talweg/ops/losses.h"
#include "talweg/ops/norms.h"
#include "talweg/ops/order.h"
#include "talweg/ops/predicates.h"
#include "talweg/ops/products.h"
#include "talweg/ops/random.h"
#include "talweg/ops/reduce.h"
#include "talweg/ops/rounding.h"
#include "talweg/ops/scan.h"
#include "talweg/ops/scatter.h"
#include "talweg/ops/search.h"
#include "talweg/ops/softmax.h"
#include "talweg/ops/special.h"
#include "talweg/ops/trigonometry.h"
#include "talweg/ops/views.h"
#include "talweg/scalar.h"

namespace talweg {

class HookHandle;
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
  HookHandle register_hook(F hook) const;
  /// Calls `hook(tensor)` whenever backward has added to this leaf's grad: an optimizer's step may stand
  /// there. Throws AutogradError for a tensor that isn't a leaf or requires no grad.
  template <class F>
  HookHandle register_post_accumulate_grad_hook(F hook) const;
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

  // Reductions, running sums and order.
  Tensor std() const { return talweg::std(*this); }
  Tensor std(IntList dim, Scalar correction = 1, bool keepdim = false) const {
    return talweg::std(*this, dim, correction, keepdim);
  }
  std::pair<Tensor, Tensor> var_mean() const;
  std::pair<Tensor, Tensor> var_mean(IntList dim, Scalar correction = 1, bool keepdim = false) const;
  std::pair<Tensor, Tensor> std_mean() const;
  std::pair<Tensor, Tensor> std_mean(IntList dim, Scalar correction = 1, bool keepdim = false) const;
  Tensor nansum(IntList dim = {}, bool keepdim = false, std::optional<Dtype> dtype = {}) const {
    return talweg::nansum(*this, dim, keepdim, dtype);
  }
  Tensor nanmean(IntList dim = {}, bool keepdim = false, std::optional<Dtype> dtype = {}) const {
    return talweg::nanmean(*this, dim, keepdim, dtype);
  }
  Tensor count_nonzero(IntList dim = {}) const { return talweg::count_nonzero(*this, dim); }
  Tensor trace() const { return talweg::trace(*this); }
  Tensor amin(IntList dim = {}, bool keepdim = false) const { return talweg::amin(*this, dim, keepdim); }
  std::pair<Tensor, Tensor> aminmax(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor min() const { return talweg::min(*this); }
  std::pair<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  Tensor min(const Tensor& other) const { return talweg::min(*this, other); }
  Tensor argmin(std::optional<int64_t> dim = {}, bool keepdim = false) const {
    return talweg::argmin(*this, dim, keepdim);
  }
  Tensor norm(Scalar p = 2, IntList dim = {}, bool keepdim = false, std::optional<Dtype> dtype = {}) const {
    return talweg::norm(*this, p, dim, keepdim, dtype);
  }
  Tensor norm(std::string_view p, IntList dim = {}, bool keepdim = false,
              std::optional<Dtype> dtype = {}) const {
    return talweg::norm(*this, p, dim, keepdim, dtype);
  }
  Tensor dist(const Tensor& other, Scalar p = 2) const { return talweg::dist(*this, other, p); }
  Tensor renorm(Scalar p, int64_t dim, Scalar maxnorm) const {
    return talweg::renorm(*this, p, dim, maxnorm);
  }
  const Tensor& renorm_(Scalar p, int64_t dim, Scalar maxnorm) const {
    return talweg::renorm_(*this, p, dim, maxnorm);
  }
  Tensor cumsum(int64_t dim, std::optional<Dtype> dtype = {}) const {
    return talweg::cumsum(*this, dim, dtype);
  }
  const Tensor& cumsum_(int64_t dim, std::optional<Dtype> dtype = {}) const {
    return talweg::cumsum_(*this, dim, dtype);
  }
  Tensor cumprod(int64_t dim, std::optional<Dtype> dtype = {}) const {
    return talweg::cumprod(*this, dim, dtype);
  }
  const Tensor& cumprod_(int64_t dim, std::optional<Dtype> dtype = {}) const {
    return talweg::cumprod_(*this, dim, dtype);
  }
  std::pair<Tensor, Tensor> cummax(int64_t dim) const;
  std::pair<Tensor, Tensor> cummin(int64_t dim) const;
  Tensor logcumsumexp(int64_t dim) const { return talweg::logcumsumexp(*this, dim); }
  Tensor diff(int64_t n = 1, int64_t dim = -1) const { return talweg::diff(*this, n, dim); }
  Tensor diff(int64_t n, int64_t dim, const Tensor& prepend, const Tensor& append) const {
    return talweg::diff(*this, n, dim, prepend, append);
  }
  std::pair<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false, bool stable = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false, bool stable = false) const {
    return talweg::argsort(*this, dim, descending, stable);
  }
  Tensor msort() const { return talweg::msort(*this); }
  std::pair<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true) const;
  std::pair<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;
  Tensor median() const { return talweg::median(*this); }
  std::pair<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;
  Tensor nanmedian() const { return talweg::nanmedian(*this); }
  std::pair<Tensor, Tensor> nanmedian(int64_t dim, bool keepdim = false) const;
  std::pair<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const;
  Tensor quantile(const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                  std::string_view interpolation = "linear") const {
    return talweg::quantile(*this, q, dim, keepdim, interpolation);
  }
  Tensor quantile(double q, std::optional<int64_t> dim = {}, bool keepdim = false,
                  std::string_view interpolation = "linear") const {
    return talweg::quantile(*this, q, dim, keepdim, interpolation);
  }
  Tensor nanquantile(const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                     std::string_view interpolation = "linear") const {
    return talweg::nanquantile(*this, q, dim, keepdim, interpolation);
  }
  Tensor nanquantile(double q, std::optional<int64_t> dim = {}, bool keepdim = false,
                     std::string_view interpolation = "linear") const {
    return talweg::nanquantile(*this, q, dim, keepdim, interpolation);
  }
  std::tuple<Tensor, Tensor, Tensor> unique(bool sorted = true, bool return_inverse = false,
                                            bool return_counts = false,
                                            std::optional<int64_t> dim = {}) const;
  std::tuple<Tensor, Tensor, Tensor> unique_consecutive(bool return_inverse = false,
                                                        bool return_counts = false,
                                                        std::optional<int64_t> dim = {}) const;
  Tensor nonzero() const { return talweg::nonzero(*this); }
  std::vector<Tensor> nonzero_numpy() const;
  Tensor argwhere() const { return talweg::argwhere(*this); }
  Tensor bincount(int64_t minlength = 0) const { return talweg::bincount(*this, minlength); }
  Tensor bincount(const Tensor& weights, int64_t minlength = 0) const {
    return talweg::bincount(*this, weights, minlength);
  }
  Tensor histc(int64_t bins = 100, Scalar min = 0, Scalar max = 0) const {
    return talweg::histc(*this, bins, min, max);
  }
  Tensor cov(int64_t correction = 1) const { return talweg::cov(*this, correction); }
  Tensor cov(int64_t correction, const Tensor& fweights, const Tensor& aweights) const {
    return talweg::cov(*this, correction, fweights, aweights);
  }
  Tensor corrcoef() const { return talweg::corrcoef(*this); }
  // Structure and products.
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce = {}) const {
    return talweg::scatter(*this, dim, index, src, reduce);
  }
  Tensor scatter(int64_t dim, const Tensor& index, Scalar value, std::string_view reduce = {}) const {
    return talweg::scatter(*this, dim, index, value, reduce);
  }
  const Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src,
                         std::string_view reduce = {}) const {
    return talweg::scatter_(*this, dim, index, src, reduce);
  }
  const Tensor& scatter_(int64_t dim, const Tensor& index, Scalar value, std::string_view reduce = {}) const {
    return talweg::scatter_(*this, dim, index, value, reduce);
  }
  Tensor scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                        bool include_self = true) const {
    return talweg::scatter_reduce(*this, dim, index, src, reduce, include_self);
  }
  const Tensor& scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                                bool include_self = true) const {
    return talweg::scatter_reduce_(*this, dim, index, src, reduce, include_self);
  }
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha = 1) const {
    return talweg::index_add(*this, dim, index, source, alpha);
  }
  const Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha = 1) const {
    return talweg::index_add_(*this, dim, index, source, alpha);
  }
  Tensor index_copy(int64_t dim, const Tensor& index, const Tensor& source) const {
    return talweg::index_copy(*this, dim, index, source);
  }
  const Tensor& index_copy_(int64_t dim, const Tensor& index, const Tensor& source) const {
    return talweg::index_copy_(*this, dim, index, source);
  }
  Tensor index_fill(int64_t dim, const Tensor& index, Scalar value) const {
    return talweg::index_fill(*this, dim, index, value);
  }
  Tensor index_fill(int64_t dim, const Tensor& index, const Tensor& value) const {
    return talweg::index_fill(*this, dim, index, value);
  }
  const Tensor& index_fill_(int64_t dim, const Tensor& index, Scalar value) const {
    return talweg::index_fill_(*this, dim, index, value);
  }
  const Tensor& index_fill_(int64_t dim, const Tensor& index, const Tensor& value) const {
    return talweg::index_fill_(*this, dim, index, value);
  }
  Tensor index_reduce(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                      bool include_self = true) const {
    return talweg::index_reduce(*this, dim, index, source, reduce, include_self);
  }
  const Tensor& index_reduce_(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                              bool include_self = true) const {
    return talweg::index_reduce_(*this, dim, index, source, reduce, include_self);
  }
  Tensor take(const Tensor& index) const { return talweg::take(*this, index); }
  Tensor put(const Tensor& index, const Tensor& source, bool accumulate = false) const {
    return talweg::put(*this, index, source, accumulate);
  }
  const Tensor& put_(const Tensor& index, const Tensor& source, bool accumulate = false) const {
    return talweg::put_(*this, index, source, accumulate);
  }
  Tensor take_along_dim(const Tensor& indices, std::optional<int64_t> dim = {}) const {
    return talweg::take_along_dim(*this, indices, dim);
  }
  Tensor masked_select(const Tensor& mask) const { return talweg::masked_select(*this, mask); }
  Tensor masked_scatter(const Tensor& mask, const Tensor& source) const {
    return talweg::masked_scatter(*this, mask, source);
  }
  const Tensor& masked_scatter_(const Tensor& mask, const Tensor& source) const {
    return talweg::masked_scatter_(*this, mask, source);
  }
  Tensor select_scatter(const Tensor& src, int64_t dim, int64_t index) const {
    return talweg::select_scatter(*this, src, dim, index);
  }
  Tensor slice_scatter(const Tensor& src, int64_t dim = 0, std::optional<int64_t> start = {},
                       std::optional<int64_t> end = {}, int64_t step = 1) const {
    return talweg::slice_scatter(*this, src, dim, start, end, step);
  }
  Tensor diagonal_scatter(const Tensor& src, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const {
    return talweg::diagonal_scatter(*this, src, offset, dim1, dim2);
  }
  Tensor repeat(IntList repeats) const { return talweg::repeat(*this, repeats); }
  Tensor tile(IntList dims) const { return talweg::tile(*this, dims); }
  Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = {},
                           std::optional<int64_t> output_size = {}) const {
    return talweg::repeat_interleave(*this, repeats, dim, output_size);
  }
  Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = {},
                           std::optional<int64_t> output_size = {}) const {
    return talweg::repeat_interleave(*this, repeats, dim, output_size);
  }
  Tensor flip(IntList dims) const { return talweg::flip(*this, dims); }
  Tensor fliplr() const { return talweg::fliplr(*this); }
  Tensor flipud() const { return talweg::flipud(*this); }
  Tensor roll(IntList shifts, IntList dims = {}) const { return talweg::roll(*this, shifts, dims); }
  Tensor rot90(int64_t k = 1, IntList dims = {0, 1}) const { return talweg::rot90(*this, k, dims); }
  Tensor tril(int64_t diagonal = 0) const { return talweg::tril(*this, diagonal); }
  Tensor triu(int64_t diagonal = 0) const { return talweg::triu(*this, diagonal); }
  const Tensor& tril_(int64_t diagonal = 0) const { return talweg::tril_(*this, diagonal); }
  const Tensor& triu_(int64_t diagonal = 0) const { return talweg::triu_(*this, diagonal); }
  Tensor diag(int64_t diagonal = 0) const { return talweg::diag(*this, diagonal); }
  Tensor diag_embed(int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) const {
    return talweg::diag_embed(*this, offset, dim1, dim2);
  }
  Tensor diagflat(int64_t offset = 0) const { return talweg::diagflat(*this, offset); }
  Tensor unfold(int64_t dimension, int64_t size, int64_t step) const {
    return talweg::unfold(*this, dimension, size, step);
  }
  Tensor sum_to_size(IntList size) const { return talweg::sum_to_size(*this, size); }
  const Tensor& resize_(IntList size) const { return talweg::resize_(*this, size); }
  const Tensor& resize_as_(const Tensor& the_template) const {
    return talweg::resize_as_(*this, the_template);
  }
  Tensor narrow_copy(int64_t dim, int64_t start, int64_t length) const {
    return talweg::narrow_copy(*this, dim, start, length);
  }
  std::vector<Tensor> unsafe_chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_split(int64_t split_size, int64_t dim = 0) const;
  Tensor conj() const { return talweg::conj(*this); }
  Tensor conj_physical() const { return talweg::conj_physical(*this); }
  Tensor resolve_conj() const { return talweg::resolve_conj(*this); }
  Tensor resolve_neg() const { return talweg::resolve_neg(*this); }
  std::vector<Tensor> tensor_split(int64_t indices_or_sections, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(IntList indices_or_sections, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(const Tensor& indices_or_sections, int64_t dim = 0) const;
  std::vector<Tensor> hsplit(int64_t indices_or_sections) const;
  std::vector<Tensor> hsplit(IntList indices_or_sections) const;
  std::vector<Tensor> vsplit(int64_t indices_or_sections) const;
  std::vector<Tensor> vsplit(IntList indices_or_sections) const;
  std::vector<Tensor> dsplit(int64_t indices_or_sections) const;
  std::vector<Tensor> dsplit(IntList indices_or_sections) const;
  Tensor bmm(const Tensor& mat2) const { return talweg::bmm(*this, mat2); }
  Tensor baddbmm(const Tensor& batch1, const Tensor& batch2, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::baddbmm(*this, batch1, batch2, beta, alpha);
  }
  const Tensor& baddbmm_(const Tensor& batch1, const Tensor& batch2, Scalar beta = 1,
                         Scalar alpha = 1) const {
    return talweg::baddbmm_(*this, batch1, batch2, beta, alpha);
  }
  Tensor addbmm(const Tensor& batch1, const Tensor& batch2, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::addbmm(*this, batch1, batch2, beta, alpha);
  }
  const Tensor& addbmm_(const Tensor& batch1, const Tensor& batch2, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::addbmm_(*this, batch1, batch2, beta, alpha);
  }
  Tensor addmv(const Tensor& mat, const Tensor& vec, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::addmv(*this, mat, vec, beta, alpha);
  }
  const Tensor& addmv_(const Tensor& mat, const Tensor& vec, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::addmv_(*this, mat, vec, beta, alpha);
  }
  Tensor addr(const Tensor& vec1, const Tensor& vec2, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::addr(*this, vec1, vec2, beta, alpha);
  }
  const Tensor& addr_(const Tensor& vec1, const Tensor& vec2, Scalar beta = 1, Scalar alpha = 1) const {
    return talweg::addr_(*this, vec1, vec2, beta, alpha);
  }
  Tensor outer(const Tensor& vec2) const { return talweg::outer(*this, vec2); }
  Tensor ger(const Tensor& vec2) const { return talweg::ger(*this, vec2); }
  Tensor inner(const Tensor& other) const { return talweg::inner(*this, other); }
  Tensor vdot(const Tensor& other) const { return talweg::vdot(*this, other); }
  Tensor kron(const Tensor& other) const { return talweg::kron(*this, other); }
  Tensor cross(const Tensor& other, std::optional<int64_t> dim = {}) const {
    return talweg::cross(*this, other, dim);
  }
  /// The last two dimensions swapped; numbers are real here, so nothing is conjugated.
  Tensor mH() const { return mT(); }
  Tensor new_empty_strided(IntList size, IntList stride) const;
  Tensor new_empty_strided(IntList size, IntList stride, const TensorOptions& options) const;
  // Elementwise, the rest.
  Tensor sin() const { return talweg::sin(*this); }
  const Tensor& sin_() const { return talweg::sin_(*this); }
  Tensor cos() const { return talweg::cos(*this); }
  const Tensor& cos_() const { return talweg::cos_(*this); }
  Tensor tan() const { return talweg::tan(*this); }
  const Tensor& tan_() const { return talweg::tan_(*this); }
  Tensor asin() const { return talweg::asin(*this); }
  const Tensor& asin_() const { return talweg::asin_(*this); }
  Tensor acos() const { return talweg::acos(*this); }
  const Tensor& acos_() const { return talweg::acos_(*this); }
  Tensor atan() const { return talweg::atan(*this); }
  const Tensor& atan_() const { return talweg::atan_(*this); }
  Tensor atan2(const Tensor& other) const { return talweg::atan2(*this, other); }
  const Tensor& atan2_(const Tensor& other) const { return talweg::atan2_(*this, other); }
  Tensor sinh() const { return talweg::sinh(*this); }
  const Tensor& sinh_() const { return talweg::sinh_(*this); }
  Tensor cosh() const { return talweg::cosh(*this); }
  const Tensor& cosh_() const { return talweg::cosh_(*this); }
  Tensor asinh() const { return talweg::asinh(*this); }
  const Tensor& asinh_() const { return talweg::asinh_(*this); }
  Tensor acosh() const { return talweg::acosh(*this); }
  const Tensor& acosh_() const { return talweg::acosh_(*this); }
  Tensor atanh() const { return talweg::atanh(*this); }
  const Tensor& atanh_() const { return talweg::atanh_(*this); }
  Tensor hypot(const Tensor& other) const { return talweg::hypot(*this, other); }
  const Tensor& hypot_(const Tensor& other) const { return talweg::hypot_(*this, other); }
  Tensor deg2rad() const { return talweg::deg2rad(*this); }
  const Tensor& deg2rad_() const { return talweg::deg2rad_(*this); }
  Tensor rad2deg() const { return talweg::rad2deg(*this); }
  const Tensor& rad2deg_() const { return talweg::rad2deg_(*this); }
  Tensor sinc() const { return talweg::sinc(*this); }
  const Tensor& sinc_() const { return talweg::sinc_(*this); }
  Tensor rsqrt() const { return talweg::rsqrt(*this); }
  const Tensor& rsqrt_() const { return talweg::rsqrt_(*this); }
  Tensor square() const { return talweg::square(*this); }
  const Tensor& square_() const { return talweg::square_(*this); }
  Tensor reciprocal() const { return talweg::reciprocal(*this); }
  const Tensor& reciprocal_() const { return talweg::reciprocal_(*this); }
  Tensor exp2() const { return talweg::exp2(*this); }
  const Tensor& exp2_() const { return talweg::exp2_(*this); }
  Tensor expm1() const { return talweg::expm1(*this); }
  const Tensor& expm1_() const { return talweg::expm1_(*this); }
  Tensor log2() const { return talweg::log2(*this); }
  const Tensor& log2_() const { return talweg::log2_(*this); }
  Tensor log10() const { return talweg::log10(*this); }
  const Tensor& log10_() const { return talweg::log10_(*this); }
  Tensor log1p() const { return talweg::log1p(*this); }
  const Tensor& log1p_() const { return talweg::log1p_(*this); }
  Tensor erf() const { return talweg::erf(*this); }
  const Tensor& erf_() const { return talweg::erf_(*this); }
  Tensor erfc() const { return talweg::erfc(*this); }
  const Tensor& erfc_() const { return talweg::erfc_(*this); }
  Tensor erfinv() const { return talweg::erfinv(*this); }
  const Tensor& erfinv_() const { return talweg::erfinv_(*this); }
  Tensor logit(std::optional<Scalar> eps = {}) const { return talweg::logit(*this, eps); }
  const Tensor& logit_(std::optional<Scalar> eps = {}) const { return talweg::logit_(*this, eps); }
  Tensor xlogy(const Tensor& other) const { return talweg::xlogy(*this, other); }
  const Tensor& xlogy_(const Tensor& other) const { return talweg::xlogy_(*this, other); }
  Tensor xlogy(Scalar other) const { return talweg::xlogy(*this, other); }
  const Tensor& xlogy_(Scalar other) const { return talweg::xlogy_(*this, other); }
  Tensor logaddexp(const Tensor& other) const { return talweg::logaddexp(*this, other); }
  Tensor logaddexp2(const Tensor& other) const { return talweg::logaddexp2(*this, other); }
  Tensor ldexp(const Tensor& other) const { return talweg::ldexp(*this, other); }
  const Tensor& ldexp_(const Tensor& other) const { return talweg::ldexp_(*this, other); }
  Tensor float_power(const Tensor& exponent) const { return talweg::float_power(*this, exponent); }
  const Tensor& float_power_(const Tensor& exponent) const { return talweg::float_power_(*this, exponent); }
  Tensor float_power(Scalar exponent) const { return talweg::float_power(*this, exponent); }
  const Tensor& float_power_(Scalar exponent) const { return talweg::float_power_(*this, exponent); }
  Tensor positive() const { return talweg::positive(*this); }
  Tensor sign() const { return talweg::sign(*this); }
  const Tensor& sign_() const { return talweg::sign_(*this); }
  Tensor sgn() const { return talweg::sgn(*this); }
  const Tensor& sgn_() const { return talweg::sgn_(*this); }
  Tensor signbit() const { return talweg::signbit(*this); }
  Tensor copysign(const Tensor& other) const { return talweg::copysign(*this, other); }
  const Tensor& copysign_(const Tensor& other) const { return talweg::copysign_(*this, other); }
  Tensor copysign(Scalar other) const { return talweg::copysign(*this, other); }
  const Tensor& copysign_(Scalar other) const { return talweg::copysign_(*this, other); }
  Tensor floor() const { return talweg::floor(*this); }
  const Tensor& floor_() const { return talweg::floor_(*this); }
  Tensor ceil() const { return talweg::ceil(*this); }
  const Tensor& ceil_() const { return talweg::ceil_(*this); }
  Tensor round(int64_t decimals = 0) const { return talweg::round(*this, decimals); }
  const Tensor& round_(int64_t decimals = 0) const { return talweg::round_(*this, decimals); }
  Tensor trunc() const { return talweg::trunc(*this); }
  const Tensor& trunc_() const { return talweg::trunc_(*this); }
  Tensor fix() const { return talweg::fix(*this); }
  const Tensor& fix_() const { return talweg::fix_(*this); }
  Tensor frac() const { return talweg::frac(*this); }
  const Tensor& frac_() const { return talweg::frac_(*this); }
  Tensor fmod(const Tensor& other) const { return talweg::fmod(*this, other); }
  const Tensor& fmod_(const Tensor& other) const { return talweg::fmod_(*this, other); }
  Tensor fmod(Scalar other) const { return talweg::fmod(*this, other); }
  const Tensor& fmod_(Scalar other) const { return talweg::fmod_(*this, other); }
  Tensor floor_divide(const Tensor& other) const { return talweg::floor_divide(*this, other); }
  const Tensor& floor_divide_(const Tensor& other) const { return talweg::floor_divide_(*this, other); }
  Tensor floor_divide(Scalar other) const { return talweg::floor_divide(*this, other); }
  const Tensor& floor_divide_(Scalar other) const { return talweg::floor_divide_(*this, other); }
  Tensor true_divide(const Tensor& other) const { return talweg::true_divide(*this, other); }
  const Tensor& true_divide_(const Tensor& other) const { return talweg::true_divide_(*this, other); }
  Tensor true_divide(Scalar other) const { return talweg::true_divide(*this, other); }
  const Tensor& true_divide_(Scalar other) const { return talweg::true_divide_(*this, other); }
  Tensor heaviside(const Tensor& values) const { return talweg::heaviside(*this, values); }
  const Tensor& heaviside_(const Tensor& values) const { return talweg::heaviside_(*this, values); }
  Tensor clamp_min(const Tensor& min) const { return talweg::clamp_min(*this, min); }
  const Tensor& clamp_min_(const Tensor& min) const { return talweg::clamp_min_(*this, min); }
  Tensor clamp_min(Scalar min) const { return talweg::clamp_min(*this, min); }
  const Tensor& clamp_min_(Scalar min) const { return talweg::clamp_min_(*this, min); }
  Tensor clamp_max(const Tensor& max) const { return talweg::clamp_max(*this, max); }
  const Tensor& clamp_max_(const Tensor& max) const { return talweg::clamp_max_(*this, max); }
  Tensor clamp_max(Scalar max) const { return talweg::clamp_max(*this, max); }
  const Tensor& clamp_max_(Scalar max) const { return talweg::clamp_max_(*this, max); }
  Tensor fmax(const Tensor& other) const { return talweg::fmax(*this, other); }
  Tensor fmin(const Tensor& other) const { return talweg::fmin(*this, other); }
  Tensor nan_to_num(std::optional<Scalar> nan = {}, std::optional<Scalar> posinf = {},
                    std::optional<Scalar> neginf = {}) const {
    return talweg::nan_to_num(*this, nan, posinf, neginf);
  }
  const Tensor& nan_to_num_(std::optional<Scalar> nan = {}, std::optional<Scalar> posinf = {},
                            std::optional<Scalar> neginf = {}) const {
    return talweg::nan_to_num_(*this, nan, posinf, neginf);
  }
  Tensor lerp(const Tensor& end, const Tensor& weight) const { return talweg::lerp(*this, end, weight); }
  const Tensor& lerp_(const Tensor& end, const Tensor& weight) const {
    return talweg::lerp_(*this, end, weight);
  }
  Tensor lerp(const Tensor& end, Scalar weight) const { return talweg::lerp(*this, end, weight); }
  const Tensor& lerp_(const Tensor& end, Scalar weight) const { return talweg::lerp_(*this, end, weight); }
  Tensor addcmul(const Tensor& tensor1, const Tensor& tensor2, Scalar value = 1) const {
    return talweg::addcmul(*this, tensor1, tensor2, value);
  }
  const Tensor& addcmul_(const Tensor& tensor1, const Tensor& tensor2, Scalar value = 1) const {
    return talweg::addcmul_(*this, tensor1, tensor2, value);
  }
  Tensor addcdiv(const Tensor& tensor1, const Tensor& tensor2, Scalar value = 1) const {
    return talweg::addcdiv(*this, tensor1, tensor2, value);
  }
  const Tensor& addcdiv_(const Tensor& tensor1, const Tensor& tensor2, Scalar value = 1) const {
    return talweg::addcdiv_(*this, tensor1, tensor2, value);
  }
  Tensor isnan() const { return talweg::isnan(*this); }
  Tensor isinf() const { return talweg::isinf(*this); }
  Tensor isfinite() const { return talweg::isfinite(*this); }
  Tensor isposinf() const { return talweg::isposinf(*this); }
  Tensor isneginf() const { return talweg::isneginf(*this); }
  Tensor isreal() const { return talweg::isreal(*this); }
  Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const {
    return talweg::isclose(*this, other, rtol, atol, equal_nan);
  }
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const {
    return talweg::allclose(*this, other, rtol, atol, equal_nan);
  }
  Tensor bitwise_and(const Tensor& other) const { return talweg::bitwise_and(*this, other); }
  const Tensor& bitwise_and_(const Tensor& other) const { return talweg::bitwise_and_(*this, other); }
  Tensor bitwise_and(Scalar other) const { return talweg::bitwise_and(*this, other); }
  const Tensor& bitwise_and_(Scalar other) const { return talweg::bitwise_and_(*this, other); }
  Tensor bitwise_or(const Tensor& other) const { return talweg::bitwise_or(*this, other); }
  const Tensor& bitwise_or_(const Tensor& other) const { return talweg::bitwise_or_(*this, other); }
  Tensor bitwise_or(Scalar other) const { return talweg::bitwise_or(*this, other); }
  const Tensor& bitwise_or_(Scalar other) const { return talweg::bitwise_or_(*this, other); }
  Tensor bitwise_xor(const Tensor& other) const { return talweg::bitwise_xor(*this, other); }
  const Tensor& bitwise_xor_(const Tensor& other) const { return talweg::bitwise_xor_(*this, other); }
  Tensor bitwise_xor(Scalar other) const { return talweg::bitwise_xor(*this, other); }
  const Tensor& bitwise_xor_(Scalar other) const { return talweg::bitwise_xor_(*this, other); }
  Tensor bitwise_not() const { return talweg::bitwise_not(*this); }
  const Tensor& bitwise_not_() const { return talweg::bitwise_not_(*this); }
  Tensor bitwise_left_shift(const Tensor& other) const { return talweg::bitwise_left_shift(*this, other); }
  const Tensor& bitwise_left_shift_(const Tensor& other) const {
    return talweg::bitwise_left_shift_(*this, other);
  }
  Tensor bitwise_left_shift(Scalar other) const { return talweg::bitwise_left_shift(*this, other); }
  const Tensor& bitwise_left_shift_(Scalar other) const { return talweg::bitwise_left_shift_(*this, other); }
  Tensor bitwise_right_shift(const Tensor& other) const { return talweg::bitwise_right_shift(*this, other); }
  const Tensor& bitwise_right_shift_(const Tensor& other) const {
    return talweg::bitwise_right_shift_(*this, other);
  }
  Tensor bitwise_right_shift(Scalar other) const { return talweg::bitwise_right_shift(*this, other); }
  const Tensor& bitwise_right_shift_(Scalar other) const {
    return talweg::bitwise_right_shift_(*this, other);
  }
  Tensor gcd(const Tensor& other) const { return talweg::gcd(*this, other); }
  const Tensor& gcd_(const Tensor& other) const { return talweg::gcd_(*this, other); }
  Tensor lcm(const Tensor& other) const { return talweg::lcm(*this, other); }
  const Tensor& lcm_(const Tensor& other) const { return talweg::lcm_(*this, other); }
  Tensor lgamma() const { return talweg::lgamma(*this); }
  const Tensor& lgamma_() const { return talweg::lgamma_(*this); }
  Tensor digamma() const { return talweg::digamma(*this); }
  const Tensor& digamma_() const { return talweg::digamma_(*this); }
  Tensor i0() const { return talweg::i0(*this); }
  const Tensor& i0_() const { return talweg::i0_(*this); }

 private:
  void* data_ptr(Dtype expected) const;
  void* contiguous_ptr(Dtype expected) const;
  void* element_ptr(Dtype expected, std::span<const int64_t> indices) const;
  HookHandle add_hook(detail::HookFn call, void* context, void (*end)(void*), bool after = false) const;

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
// The bits of integers; on bool the logic.
inline Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
inline Tensor operator&(const Tensor& a, Scalar b) { return bitwise_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
inline Tensor operator|(const Tensor& a, Scalar b) { return bitwise_or(a, b); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
inline Tensor operator^(const Tensor& a, Scalar b) { return bitwise_xor(a, b); }
inline Tensor operator~(const Tensor& a) { return bitwise_not(a); }
inline Tensor operator<<(const Tensor& a, const Tensor& b) { return bitwise_left_shift(a, b); }
inline Tensor operator>>(const Tensor& a, const Tensor& b) { return bitwise_right_shift(a, b); }
inline Tensor operator!(const Tensor& a) { return logical_not(a); }

inline std::pair<Tensor, Tensor> Tensor::max(int64_t dim, bool keepdim) const {
  return talweg::max(*this, dim, keepdim);
}
inline std::pair<Tensor, Tensor> Tensor::var_mean() const { return talweg::var_mean(*this); }
inline std::pair<Tensor, Tensor> Tensor::var_mean(IntList dim, Scalar correction, bool keepdim) const {
  return talweg::var_mean(*this, dim, correction, keepdim);
}
inline std::pair<Tensor, Tensor> Tensor::std_mean() const { return talweg::std_mean(*this); }
inline std::pair<Tensor, Tensor> Tensor::std_mean(IntList dim, Scalar correction, bool keepdim) const {
  return talweg::std_mean(*this, dim, correction, keepdim);
}
inline std::pair<Tensor, Tensor> Tensor::aminmax(std::optional<int64_t> dim, bool keepdim) const {
  return talweg::aminmax(*this, dim, keepdim);
}
inline std::pair<Tensor, Tensor> Tensor::min(int64_t dim, bool keepdim) const {
  return talweg::min(*this, dim, keepdim);
}
inline std::pair<Tensor, Tensor> Tensor::cummax(int64_t dim) const { return talweg::cummax(*this, dim); }
inline std::pair<Tensor, Tensor> Tensor::cummin(int64_t dim) const { return talweg::cummin(*this, dim); }
inline std::pair<Tensor, Tensor> Tensor::sort(int64_t dim, bool descending, bool stable) const {
  return talweg::sort(*this, dim, descending, stable);
}
inline std::pair<Tensor, Tensor> Tensor::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return talweg::topk(*this, k, dim, largest, sorted);
}
inline std::pair<Tensor, Tensor> Tensor::kthvalue(int64_t k, int64_t dim, bool keepdim) const {
  return talweg::kthvalue(*this, k, dim, keepdim);
}
inline std::pair<Tensor, Tensor> Tensor::median(int64_t dim, bool keepdim) const {
  return talweg::median(*this, dim, keepdim);
}
inline std::pair<Tensor, Tensor> Tensor::nanmedian(int64_t dim, bool keepdim) const {
  return talweg::nanmedian(*this, dim, keepdim);
}
inline std::pair<Tensor, Tensor> Tensor::mode(int64_t dim, bool keepdim) const {
  return talweg::mode(*this, dim, keepdim);
}
inline std::tuple<Tensor, Tensor, Tensor> Tensor::unique(bool sorted, bool return_inverse, bool return_counts,
                                                         std::optional<int64_t> dim) const {
  return talweg::unique(*this, sorted, return_inverse, return_counts, dim);
}
inline std::tuple<Tensor, Tensor, Tensor> Tensor::unique_consecutive(bool return_inverse, bool return_counts,
                                                                     std::optional<int64_t> dim) const {
  return talweg::unique_consecutive(*this, return_inverse, return_counts, dim);
}
inline std::vector<Tensor> Tensor::nonzero_numpy() const { return talweg::nonzero_numpy(*this); }
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
inline std::vector<Tensor> Tensor::unsafe_chunk(int64_t chunks, int64_t dim) const {
  return talweg::unsafe_chunk(*this, chunks, dim);
}
inline std::vector<Tensor> Tensor::unsafe_split(int64_t split_size, int64_t dim) const {
  return talweg::unsafe_split(*this, split_size, dim);
}
inline std::vector<Tensor> Tensor::tensor_split(int64_t indices_or_sections, int64_t dim) const {
  return talweg::tensor_split(*this, indices_or_sections, dim);
}
inline std::vector<Tensor> Tensor::tensor_split(IntList indices_or_sections, int64_t dim) const {
  return talweg::tensor_split(*this, indices_or_sections, dim);
}
inline std::vector<Tensor> Tensor::tensor_split(const Tensor& indices_or_sections, int64_t dim) const {
  return talweg::tensor_split(*this, indices_or_sections, dim);
}
inline std::vector<Tensor> Tensor::hsplit(int64_t indices_or_sections) const {
  return talweg::hsplit(*this, indices_or_sections);
}
inline std::vector<Tensor> Tensor::hsplit(IntList indices_or_sections) const {
  return talweg::hsplit(*this, indices_or_sections);
}
inline std::vector<Tensor> Tensor::vsplit(int64_t indices_or_sections) const {
  return talweg::vsplit(*this, indices_or_sections);
}
inline std::vector<Tensor> Tensor::vsplit(IntList indices_or_sections) const {
  return talweg::vsplit(*this, indices_or_sections);
}
inline std::vector<Tensor> Tensor::dsplit(int64_t indices_or_sections) const {
  return talweg::dsplit(*this, indices_or_sections);
}
inline std::vector<Tensor> Tensor::dsplit(IntList indices_or_sections) const {
  return talweg::dsplit(*this, indices_or_sections);
}

/// Prints as PyTorch prints; from <ostream> or anything with write(const char*, streamsize).
template <class Stream>
requires requires(Stream& s, const char* c) { s.write(c, 1); }
Stream& operator<<(Stream& stream, const Tensor& t) {
  std::string text = t.repr();
  stream.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
  return stream;
}

/// Removes a hook of a tensor or a node; returned by the functions that register one. Letting go of it keeps
/// the hook.
class HookHandle {
 public:
  HookHandle() = default;
  HookHandle(void* node, uint64_t id) noexcept;
  HookHandle(HookHandle&& other) noexcept : node_(std::exchange(other.node_, nullptr)), id_(other.id_) {}
  HookHandle& operator=(HookHandle&& other) noexcept {
    std::swap(node_, other.node_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~HookHandle();
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
  /// Calls `hook(grad_inputs, grad_outputs)` after the node has run in a backward: the gradients that it
  /// made, and those that it got. A returned vector replaces the former.
  template <class F>
  HookHandle register_hook(F hook) const {
    auto call = [](void* context, const std::vector<Tensor>& in, const std::vector<Tensor>& out) {
      auto& f = *static_cast<F*>(context);
      if constexpr (std::is_void_v<decltype(f(in, out))>) {
        f(in, out);
        return in;
      } else {
        return std::vector<Tensor>(f(in, out));
      }
    };
    return add_hook(
        call, new F(std::move(hook)), [](void* context) { delete static_cast<F*>(context); }, true);
  }
  /// Calls `hook(grad_outputs)` before the node runs; a returned vector replaces them.
  template <class F>
  HookHandle register_prehook(F hook) const {
    auto call = [](void* context, const std::vector<Tensor>&, const std::vector<Tensor>& out) {
      auto& f = *static_cast<F*>(context);
      if constexpr (std::is_void_v<decltype(f(out))>) {
        f(out);
        return out;
      } else {
        return std::vector<Tensor>(f(out));
      }
    };
    return add_hook(
        call, new F(std::move(hook)), [](void* context) { delete static_cast<F*>(context); }, false);
  }

 private:
  HookHandle add_hook(detail::NodeHookFn call, void* context, void (*end)(void*), bool after) const;
  void* node_ = nullptr;
};

template <class F>
HookHandle Tensor::register_post_accumulate_grad_hook(F hook) const {
  auto call = [](void* context, const Tensor& leaf) -> Tensor {
    (*static_cast<F*>(context))(leaf);
    return {};
  };
  return add_hook(
      call, new F(std::move(hook)), [](void* context) { delete static_cast<F*>(context); }, true);
}

template <class F>
HookHandle Tensor::register_hook(F hook) const {
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
