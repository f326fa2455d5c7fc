// Transforms: each level differentiates with respect to tensors of its own, and leaves a graph only if
// somebody outside can ask for more.
#include "talweg/transforms.h"

#include <algorithm>
#include <unordered_set>

#include "core/raise.h"
#include "core/shape.h"
#include "ops/history.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg::func::detail {

namespace {

// An argument of this level: a leaf, or linked to what an outer level (or the user) differentiates.
Tensor own(const Tensor& x, std::string_view op) {
  if (!x.defined()) raise<TypeError>({"[", op, "] an argument is an undefined Tensor"});
  if (!is_floating_point(x.dtype()))
    raise<DtypeError>(
        {"[", op, "] an argument that is differentiated must be floating point; this one holds ", x.dtype()});
  Tensor t = x.detach();
  if (x.requires_grad()) {
    auto pass = [](Backward& b) { b.set(0, b.grad()); };
    return record(std::move(t), "AliasBackward0", {&x}, {}, pass);
  }
  t.requires_grad_();
  return t;
}

Tensors own_all(const Tensors& x, std::string_view op) {
  Tensors out;
  for (const Tensor& t : x) out.push_back(own(t, op));
  return out;
}

std::vector<int64_t> checked(const std::vector<int64_t>& argnums, size_t count, std::string_view op) {
  std::vector<int64_t> out;
  for (int64_t a : argnums) {
    const int64_t at = a < 0 ? a + static_cast<int64_t>(count) : a;
    if (at < 0 || at >= static_cast<int64_t>(count))
      raise<ValueError>({"[", op, "] Got argnum=", a, ", but only ", count, " positional inputs"});
    out.push_back(at);
  }
  if (out.empty()) raise<ValueError>({"[", op, "] argnums must name at least one argument"});
  return out;
}

// The arguments, those that are differentiated as tensors of this level.
Tensors with_own(const Tensors& x, const std::vector<int64_t>& argnums, std::string_view op) {
  Tensors out = x;
  for (int64_t a : argnums) out[static_cast<size_t>(a)] = own(x[static_cast<size_t>(a)], op);
  return out;
}
Tensors chosen(const Tensors& x, const std::vector<int64_t>& argnums) {
  Tensors out;
  for (int64_t a : argnums) out.push_back(x[static_cast<size_t>(a)]);
  return out;
}

// Whether the results have more behind them than the leaves of this level: an outer level, or a parameter
// that f captured. Then derivatives keep a graph.
bool reach_beyond(const Tensors& results, const Tensors& mine) {
  std::unordered_set<const Node*> seen;
  std::vector<Node*> open;
  auto visit = [&](Node* n) {
    if (n && seen.insert(n).second) open.push_back(n);
  };
  auto is_mine = [&](const TensorObject* leaf) {
    return std::any_of(mine.begin(), mine.end(), [&](const Tensor& t) { return object(t) == leaf; });
  };
  for (const Tensor& r : results) {
    if (!r.defined() || !requires_grad(object(r))) continue;
    if (Node* n = grad_fn_of(object(r)))
      visit(n);
    else if (!is_mine(object(r)))
      return true;
  }
  while (!open.empty()) {
    Node* n = open.back();
    open.pop_back();
    if (n->kind == NodeKind::leaf) {
      if (!is_mine(static_cast<LeafNode*>(n)->leaf)) return true;
      continue;
    }
    for (const Edge& e : n->edge_span()) visit(e.node);
  }
  return false;
}

// Gradients of those results that depend on something, zeros where nothing flows.
Tensors gradients(const Tensors& results, const Tensors& inputs, const Tensors& cotangents, bool keep,
                  bool create) {
  Tensors outs, grads;
  for (size_t i = 0; i < results.size(); ++i)
    if (results[i].requires_grad()) {
      outs.push_back(results[i]);
      grads.push_back(cotangents[i]);
    }
  Tensors out(inputs.size());
  if (!outs.empty())
    out = autograd::grad(
        outs, inputs,
        {.grad_outputs = grads, .retain_graph = keep, .create_graph = create, .allow_unused = true});
  for (size_t i = 0; i < out.size(); ++i)
    if (!out[i].defined()) out[i] = zeros_like(inputs[i]).detach();
  return out;
}

// A result as the outside sees it.
Tensor outside(const Tensor& t, bool keeps_history) { return keeps_history ? t : t.detach(); }
Tensors outside(Tensors list, bool keeps_history) {
  for (Tensor& t : list) t = outside(t, keeps_history);
  return list;
}

// One for element i, zero elsewhere.
Tensor unit(const Tensor& like, int64_t i) {
  Tensor e = zeros(like.sizes(), {.dtype = like.dtype()});
  e.view(-1)[i].fill_(1);
  return e;
}

// (rows..., columns...).
::talweg::Dims joined_sizes(const Tensor& rows, const Tensor& columns) {
  ::talweg::Dims out(rows.sizes());
  for (int64_t n : columns.sizes()) out.push_back(n);
  return out;
}

} // namespace

GradAndValue grad_and_value(Fn f, const Tensors& x, const std::vector<int64_t>& argnums) {
  const bool recorded = is_grad_enabled();
  EnableGradGuard enabled;
  const std::vector<int64_t> at = checked(argnums, x.size(), "grad");
  Tensors arguments = with_own(x, at, "grad"), mine = chosen(arguments, at);
  Tensors results = f.call(f.f, arguments);
  if (results.size() != 1 || !results[0].defined())
    raise<TypeError>({"[grad] Expected f to return one Tensor, got ", results.size()});
  if (results[0].dim() != 0)
    raise<ShapeError>({"[grad] Expected f to return a scalar tensor (0 dimensions), got sizes ",
                       IntList(results[0].sizes()), "; reduce it with sum() or mean()"});
  const bool more = recorded && reach_beyond(results, mine);
  Tensors grads = gradients(results, mine, {ones_like(results[0]).detach()}, more, more);
  return {outside(std::move(grads), more), outside(results[0], more)};
}

Pullback::Pullback(Fn f, const Tensors& x) {
  const bool recorded = is_grad_enabled();
  EnableGradGuard enabled;
  x_ = own_all(x, "vjp");
  Tensors inner = f.call(f.f, x_);
  outer_ = recorded && reach_beyond(inner, x_);
  results_ = std::move(inner);
}

Tensors Pullback::results() const { return outside(results_, outer_); }
Tensors Pushforward::results() const { return outside(results_, outer_); }

Tensors Pullback::operator()(const Tensors& cotangents) const {
  if (cotangents.size() != results_.size())
    raise<ValueError>({"[vjp] got ", cotangents.size(), " cotangents for ", results_.size(), " results"});
  const bool recorded = is_grad_enabled();
  bool more = outer_;
  for (size_t i = 0; i < cotangents.size(); ++i) {
    if (!cotangents[i].defined() || !(cotangents[i].sizes() == results_[i].sizes()))
      raise<ShapeError>({"[vjp] a cotangent has sizes ",
                         cotangents[i].defined() ? IntList(cotangents[i].sizes()) : IntList(),
                         ", the result ", IntList(results_[i].sizes())});
    more |= cotangents[i].requires_grad();
  }
  more &= recorded;
  return outside(gradients(results_, x_, cotangents, true, more), more);
}

Pushforward::Pushforward(Fn f, const Tensors& x) {
  const bool recorded = is_grad_enabled();
  EnableGradGuard enabled;
  x_ = own_all(x, "jvp");
  results_ = f.call(f.f, x_);
  outer_ = recorded && reach_beyond(results_, x_);
  for (const Tensor& r : results_) {
    cotangents_.push_back(zeros_like(r).detach());
    if (is_floating_point(r.dtype())) cotangents_.back().requires_grad_();
  }
  // Linear in the cotangents: its derivative with respect to them is what moves the results.
  pulled_ = gradients(results_, x_, cotangents_, true, true);
}

Tensors Pushforward::operator()(const Tensors& tangents) const {
  if (tangents.size() != x_.size())
    raise<ValueError>({"[jvp] got ", tangents.size(), " tangents for ", x_.size(), " arguments"});
  const bool recorded = is_grad_enabled();
  bool more = outer_;
  for (size_t i = 0; i < tangents.size(); ++i) {
    if (!tangents[i].defined() || !(tangents[i].sizes() == x_[i].sizes()))
      raise<ShapeError>({"[jvp] Expected the tangent of an argument of sizes ", IntList(x_[i].sizes()),
                         " to have the same, got ",
                         tangents[i].defined() ? IntList(tangents[i].sizes()) : IntList()});
    more |= tangents[i].requires_grad();
  }
  more &= recorded;
  return outside(gradients(pulled_, cotangents_, tangents, true, more), more);
}

std::vector<Tensors> jacobian(Fn f, const Tensors& x, const std::vector<int64_t>& argnums, bool forward) {
  const char* op = forward ? "jacfwd" : "jacrev";
  const bool recorded = is_grad_enabled();
  const std::vector<int64_t> at = checked(argnums, x.size(), op);
  EnableGradGuard enabled;
  Tensors arguments = with_own(x, at, op), mine = chosen(arguments, at);
  Tensors results = f.call(f.f, arguments);
  const bool more = recorded && reach_beyond(results, mine);
  std::vector<Tensors> out(results.size());
  if (forward) {
    Tensors cotangents;
    for (const Tensor& r : results) {
      cotangents.push_back(zeros_like(r).detach());
      cotangents.back().requires_grad_();
    }
    Tensors pulled = gradients(results, mine, cotangents, true, true);
    for (size_t a = 0; a < mine.size(); ++a) {
      std::vector<Tensors> columns(results.size());
      for (int64_t i = 0; i < mine[a].numel(); ++i) {
        Tensors moved = gradients({pulled[a]}, cotangents, {unit(mine[a], i)}, true, more);
        for (size_t r = 0; r < results.size(); ++r) columns[r].push_back(moved[r]);
      }
      for (size_t r = 0; r < results.size(); ++r) {
        auto sizes = joined_sizes(results[r], mine[a]);
        out[r].push_back(columns[r].empty() ? zeros(sizes, {.dtype = results[r].dtype()})
                                            : stack(columns[r], -1).reshape(sizes));
      }
    }
  } else {
    for (size_t r = 0; r < results.size(); ++r) {
      std::vector<Tensors> rows(mine.size());
      for (int64_t i = 0; i < results[r].numel(); ++i) {
        Tensors grads = gradients({results[r]}, mine, {unit(results[r], i)}, true, more);
        for (size_t a = 0; a < mine.size(); ++a) rows[a].push_back(grads[a]);
      }
      for (size_t a = 0; a < mine.size(); ++a) {
        auto sizes = joined_sizes(results[r], mine[a]);
        out[r].push_back(rows[a].empty() ? zeros(sizes, {.dtype = mine[a].dtype()})
                                         : stack(rows[a]).reshape(sizes));
      }
    }
  }
  for (Tensors& list : out) list = outside(std::move(list), more);
  return out;
}

Tensors vmap(Fn f, const Tensors& x, const Dims& in_dims, int64_t out_dim) {
  Dims dims = in_dims;
  if (dims.empty()) dims.assign(x.size(), 0);
  if (dims.size() != x.size())
    raise<ValueError>({"[vmap] in_dims has ", dims.size(), " entries for ", x.size(), " arguments"});
  std::optional<int64_t> size;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!dims[i]) continue;
    if (!x[i].defined()) raise<TypeError>({"[vmap] an argument is an undefined Tensor"});
    if (*dims[i] < -x[i].dim() || *dims[i] >= x[i].dim())
      raise<ValueError>({"[vmap] Got in_dim=", *dims[i], " for an input of dimensionality ", x[i].dim(),
                         ", but expected in_dim to satisfy -", x[i].dim(), " <= in_dim < ", x[i].dim()});
    const int64_t n = x[i].size(*dims[i]);
    if (size && *size != n)
      raise<ValueError>(
          {"[vmap] Expected all tensors to have the same size in the mapped dimension, got sizes ", *size,
           " and ", n});
    size = n;
  }
  if (!size) raise<ValueError>({"[vmap] at least one argument must be mapped: all in_dims are empty"});
  if (*size == 0)
    raise<ValueError>({"[vmap] the mapped dimension has size 0: there is no slice to call f with"});
  std::vector<Tensors> slices; // [result][slice]
  for (int64_t i = 0; i < *size; ++i) {
    Tensors arguments;
    for (size_t k = 0; k < x.size(); ++k) arguments.push_back(dims[k] ? x[k].select(*dims[k], i) : x[k]);
    Tensors results = f.call(f.f, arguments);
    slices.resize(results.size());
    for (size_t r = 0; r < results.size(); ++r) slices[r].push_back(std::move(results[r]));
  }
  Tensors out;
  for (const Tensors& s : slices) out.push_back(stack(s, out_dim));
  return out;
}

} // namespace talweg::func::detail
