// Methods of Tensor that are no operations: what it is, its elements, what autograd knows of it.
#include <cstring>
#include <string>

#include "core/raise.h"
#include "core/shape.h"
#include "kernels/cast.h"
#include "ops/history.h"
#include "ops/products.h"
#include "talweg/create.h"
#include "talweg/errors.h"
#include "talweg/tensor.h"

namespace talweg {

namespace {

TensorObject* checked(const Tensor& t) {
  if (!t.defined())
    raise<TypeError>({"[Tensor] the Tensor is undefined: it was default-constructed or reset"});
  return object(t);
}

[[noreturn, gnu::cold]] void refuse_type(Dtype have, Dtype asked) {
  raise<TypeError>(
      {"the tensor holds ", name(have), ", not ", name(asked), "; use to(dtype), or the type that fits"});
}

} // namespace

const Tensor& Tensor::operator=(const Tensor& value) && {
  checked(*this);
  TensorObject* o = object(*this);
  if (o->is_root() && !(o->data != o->inside && o->owner.kind == Bytes::borrowed))
    raise<ValueError>(
        {"assigning to a temporary that is no view would be lost: a mask or a tensor of indices gives a "
         "copy. Use x.index_put_({...}, value), or give the tensor a name first"});
  return talweg::copy_(*this, value);
}
const Tensor& Tensor::operator=(Tensor&& value) && {
  return std::move(*this) = static_cast<const Tensor&>(value);
}
const Tensor& Tensor::operator=(Scalar value) && {
  return std::move(*this) = full({}, value, {.dtype = dtype()});
}

Dtype Tensor::dtype() const { return checked(*this)->dtype; }
int64_t Tensor::dim() const { return checked(*this)->rank; }
int64_t Tensor::numel() const { return checked(*this)->numel; }
IntList Tensor::sizes() const {
  auto* o = checked(*this);
  return {o->sizes(), o->rank};
}
IntList Tensor::strides() const {
  auto* o = checked(*this);
  return {o->strides(), o->rank};
}
int64_t Tensor::size(int64_t d) const {
  auto* o = checked(*this);
  if (o->rank == 0) raise<IndexError>({"[size] dimension specified as ", d, " but tensor has no dimensions"});
  return o->sizes()[wrap_dim(d, o->rank, "size")];
}
int64_t Tensor::stride(int64_t d) const {
  auto* o = checked(*this);
  if (o->rank == 0)
    raise<IndexError>({"[stride] dimension specified as ", d, " but tensor has no dimensions"});
  return o->strides()[wrap_dim(d, o->rank, "stride")];
}
int64_t Tensor::storage_offset() const {
  auto* o = checked(*this);
  return (static_cast<char*>(o->data) - storage_begin(o)) / itemsize(o->dtype);
}
bool Tensor::is_contiguous() const { return checked(*this)->has(contiguous_flag); }
int64_t Tensor::len() const {
  auto* o = checked(*this);
  if (o->rank == 0) raise<TypeError>({"iteration over a 0-d tensor: it has no rows"});
  return o->sizes()[0];
}

Scalar Tensor::item() const {
  auto* o = checked(*this);
  if (o->numel != 1)
    raise<ValueError>({"[item] a Tensor with ", o->numel, " elements cannot be converted to Scalar"});
  return with_type(o->dtype, [&]<class T>(T*) { return Scalar(*static_cast<const T*>(o->data)); });
}
void* Tensor::data_ptr() const { return checked(*this)->data; }
void* Tensor::data_ptr(Dtype expected) const {
  auto* o = checked(*this);
  if (o->dtype != expected) refuse_type(o->dtype, expected);
  return o->data;
}
void* Tensor::contiguous_ptr(Dtype expected) const {
  if (!is_contiguous())
    raise<ValueError>({"[span] the elements don't lie in one row: sizes ", IntList(sizes()), ", strides ",
                       IntList(strides()), "; use contiguous()"});
  return data_ptr(expected);
}
void* Tensor::element_ptr(Dtype expected, std::span<const int64_t> indices) const {
  auto* p = static_cast<char*>(data_ptr(expected));
  auto* o = object(*this);
  if (indices.size() != o->rank)
    raise<IndexError>({"[at] ", indices.size(), " indices for a tensor of sizes ", IntList(sizes())});
  for (size_t i = 0; i < indices.size(); ++i) {
    int64_t n = o->sizes()[i], at = indices[i] < 0 ? indices[i] + n : indices[i];
    if (at < 0 || at >= n)
      raise<IndexError>({"[at] index ", indices[i], " is out of bounds for dimension ", i, " with size ", n});
    p += at * o->strides()[i] * itemsize(o->dtype);
  }
  return p;
}

bool Tensor::requires_grad() const { return talweg::requires_grad(checked(*this)); }
const Tensor& Tensor::requires_grad_(bool value) const {
  auto* o = checked(*this);
  if (value && !talweg::is_floating_point(o->dtype))
    raise<DtypeError>(
        {"[requires_grad_] only Tensors of floating point dtype can require gradients; this one holds ",
         name(o->dtype)});
  if (!value && grad_fn_of(o))
    raise<AutogradError>(
        {"[requires_grad_] you can only change requires_grad flags of leaf variables; use detach() for a "
         "result without history"});
  if (value && o->has(inference_flag) && !(thread_state.modes & inference))
    raise<AutogradError>(
        {"[requires_grad_] Setting requires_grad=True on inference tensor outside InferenceMode is not "
         "allowed; "
         "make a clone() to get a normal tensor"});
  // With its meta at once: threads that only read it may be several.
  if (value) {
    if (!o->grad_fn) meta_of(o);
    o->set(requires_grad_flag);
  }
  if (!value) o->clear(requires_grad_flag);
  return *this;
}
bool Tensor::is_leaf() const { return grad_fn_of(checked(*this)) == nullptr; }
Tensor Tensor::grad() const {
  Meta* meta = find_meta(checked(*this));
  return meta ? meta->grad : Tensor();
}
void Tensor::set_grad(const Tensor& grad) const {
  auto* o = checked(*this);
  if (grad.defined()) {
    if (!(grad.sizes() == sizes()))
      raise<ShapeError>({"[set_grad] a gradient of sizes ", IntList(grad.sizes()), " for a tensor of sizes ",
                         IntList(sizes())});
    if (grad.dtype() != o->dtype)
      raise<DtypeError>(
          {"[set_grad] a gradient of ", name(grad.dtype()), " for a tensor of ", name(o->dtype)});
  }
  if (grad.defined() || o->meta) meta_of(o).grad = grad;
}
void Tensor::retain_grad() const {
  auto* o = checked(*this);
  if (!talweg::requires_grad(o))
    raise<AutogradError>({"[retain_grad] can't retain_grad on Tensor that has requires_grad=False"});
  Node* node = grad_fn_of(o);
  if (!node || meta_of(o).retains_grad) return;
  node->more().retained.emplace_back(talweg::output_nr(o), o);
  retain_memory(o);
  meta_of(o).retains_grad = true;
}
bool Tensor::retains_grad() const {
  Meta* meta = find_meta(checked(*this));
  return meta && meta->retains_grad;
}
const Tensor& Tensor::detach_() const {
  auto* o = checked(*this);
  if (o->has(view_flag)) raise<AutogradError>({"[detach_] can't detach views in-place: use detach()"});
  if (o->grad_fn) drop(std::exchange(o->grad_fn, nullptr));
  o->clear(requires_grad_flag);
  return *this;
}
Tensor Tensor::data() const {
  checked(*this);
  return new_borrower(*this);
}
void Tensor::set_data(const Tensor& value) const {
  auto* o = checked(*this);
  auto* v = checked(value);
  if (o == v) return;
  if (o->dtype != v->dtype && (o->has(requires_grad_flag) || o->grad_fn))
    raise<DtypeError>({"[set_data] a tensor that requires grad keeps its dtype ", name(o->dtype), ", got ",
                       name(v->dtype)});
  if (IntList(o->sizes(), o->rank) == IntList(v->sizes(), v->rank) && o->dtype == v->dtype) {
    // The same bytes stay; only their values change, unseen by autograd.
    data().copy_(value.detach());
    return;
  }
  raise<ShapeError>(
      {"[set_data] the new data must have sizes ", IntList(sizes()), ", got ", IntList(value.sizes())});
}
uint32_t Tensor::version() const {
  if (is_inference()) raise<AutogradError>({"[version] Inference tensors do not track version counter."});
  return object(*this)->version();
}
bool Tensor::is_inference() const { return checked(*this)->has(inference_flag); }
int64_t Tensor::output_nr() const { return talweg::output_nr(checked(*this)); }
bool Tensor::is_view() const { return checked(*this)->has(view_flag); }
Tensor Tensor::T() const {
  Dims order;
  for (int64_t d = dim(); d-- > 0;) order.push_back(d);
  return talweg::permute(*this, order);
}
const Tensor& Tensor::index_put_(std::initializer_list<Index> indices, Scalar value) const {
  return talweg::index_put_(*this, {indices.begin(), indices.size()}, full({}, value, {.dtype = dtype()}));
}

GradFn Tensor::grad_fn() const {
  Node* node = grad_fn_of(checked(*this));
  if (node) retain(node);
  return GradFn(node);
}
GradFn::GradFn(void* node) noexcept : node_(node) {}
GradFn::GradFn(const GradFn& other) noexcept : node_(other.node_) {
  retain_edge({static_cast<Node*>(node_), 0});
}
GradFn::~GradFn() { release_edge({static_cast<Node*>(node_), 0}); }
std::string_view GradFn::name() const {
  return node_ ? static_cast<Node*>(node_)->name() : std::string_view();
}
std::vector<GradFn> GradFn::next_functions() const {
  std::vector<GradFn> out;
  if (!node_) return out;
  const auto* node = static_cast<const Node*>(node_);
  const int transposed = transposed_input(node);
  for (const Edge& e : node->edge_span()) {
    retain_edge(e);
    if (e.node && static_cast<int>(out.size()) == transposed) {
      auto backward = [](Backward& b) { b.set(0, b.grad().t()); };
      out.emplace_back(make_node<FunctionNode<decltype(backward)>>("TBackward0", std::span<const Edge>(&e, 1),
                                                                   1u, std::move(backward)));
    } else {
      out.emplace_back(e.node);
    }
  }
  return out;
}

HookHandle Tensor::add_hook(detail::HookFn call, void* context, void (*end)(void*), bool after) const {
  Hook hook{new_hook_id(), 0, call, {context, end}};
  auto* o = checked(*this);
  if (after && grad_fn_of(o))
    raise<AutogradError>(
        {"[register_post_accumulate_grad_hook] post accumulate grad hooks cannot be registered on non-leaf "
         "tensors; register_hook sees the gradient of a result"});
  if (!talweg::requires_grad(o))
    raise<AutogradError>({after ? "[register_post_accumulate_grad_hook]" : "[register_hook]",
                          " cannot register a hook on a tensor that doesn't require gradient"});
  Node* node = grad_fn_of(o);
  hook.output = node ? talweg::output_nr(o) : 0;
  if (!node) node = &meta_of(o).leaf;
  NodeExtra& extra = node->more();
  const uint64_t id = hook.id;
  (after ? extra.post_hooks : extra.hooks).push_back(std::move(hook));
  return {node, id};
}

HookHandle GradFn::add_hook(detail::NodeHookFn call, void* context, void (*end)(void*), bool after) const {
  NodeHook hook{new_hook_id(), after, call, {context, end}};
  if (!node_) raise<AutogradError>({"[register_hook] there is no node here: a leaf has no grad_fn"});
  const uint64_t id = hook.id;
  static_cast<Node*>(node_)->more().node_hooks.push_back(std::move(hook));
  return {node_, id};
}

// Whatever a hook holds may itself end hooks: it is taken out of the list first.
template <class H>
static void remove_hook(std::vector<H>& hooks, uint64_t id) {
  for (size_t i = 0; i < hooks.size(); ++i)
    if (hooks[i].id == id) {
      H hook = std::move(hooks[i]);
      hooks.erase(hooks.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
}

HookHandle::HookHandle(void* node, uint64_t id) noexcept : node_(node), id_(id) {
  retain_edge({static_cast<Node*>(node_), 0});
}
HookHandle::~HookHandle() { release_edge({static_cast<Node*>(node_), 0}); }
void HookHandle::remove() {
  auto* node = static_cast<Node*>(node_);
  if (node && node->extra) {
    remove_hook(node->extra->hooks, id_);
    remove_hook(node->extra->post_hooks, id_);
    remove_hook(node->extra->node_hooks, id_);
  }
  node_ = nullptr;
  release_edge({node, 0});
}

} // namespace talweg
