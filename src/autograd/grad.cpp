// backward and grad: from tensors to the engine and back; grad modes.
#include <string>

#include "autograd/engine.h"
#include "core/raise.h"
#include "ops/history.h"
#include "ops/lane64.h"
#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/errors.h"

namespace talweg {

bool is_grad_enabled() { return grad_enabled(); }

bool set_grad_enabled(bool enabled) {
  bool was = !(thread_state.modes & grad_off);
  if (enabled)
    thread_state.modes &= ~static_cast<uint32_t>(grad_off);
  else
    thread_state.modes |= grad_off;
  return was;
}

namespace autograd {

namespace {

// Edges that are given back whatever happens.
struct Roots {
  std::vector<Edge> edges;
  std::vector<Tensor> gradients;
  ~Roots() {
    for (const Edge& e : edges) release_edge(e);
  }
};

void add_root(Roots& roots, std::string_view op, const Tensor& t, const Tensor& gradient, bool create_graph) {
  std::string where = "[" + std::string(op) + "] ";
  if (!t.defined()) raise<TypeError>({where, "a tensor to differentiate is undefined"});
  // The list has a place before there is something to lose.
  Edge& edge = roots.edges.emplace_back();
  edge = gradient_edge(object(t));
  if (!edge.node)
    raise<AutogradError>({where,
                          "element 0 of tensors does not require grad and does not have a grad_fn; call "
                          "requires_grad_() on a leaf before computing from it"});
  Tensor start = gradient;
  if (!start.defined()) {
    if (t.numel() != 1)
      raise<AutogradError>({where,
                            "grad can be implicitly created only for scalar outputs; this one has sizes ",
                            IntList(t.sizes()), ": reduce it with sum() or mean(), or pass a gradient"});
    start = ones_like(t);
  } else {
    if (!(start.sizes() == t.sizes()))
      raise<ShapeError>({where, "Mismatch in shape: the gradient has sizes ", IntList(start.sizes()),
                         " and the output has ", IntList(t.sizes())});
    if (start.dtype() != t.dtype()) start = to(start, t.dtype());
    if (!create_graph) start = start.detach();
  }
  roots.gradients.push_back(std::move(start));
}

const Tensor& at(const std::vector<Tensor>& list, size_t i) {
  static const Tensor none;
  return i < list.size() ? list[i] : none;
}

void check_count(std::string_view op, size_t tensors, const std::vector<Tensor>& gradients) {
  if (!gradients.empty() && gradients.size() != tensors)
    raise<ValueError>({"[", op, "] got ", tensors, " tensors and ", gradients.size(), " gradients"});
}

} // namespace

void backward(const std::vector<Tensor>& tensors, const std::vector<Tensor>& grad_tensors,
              std::optional<bool> retain_graph, bool create_graph) {
  check_count("backward", tensors.size(), grad_tensors);
  Roots roots;
  for (size_t i = 0; i < tensors.size(); ++i)
    add_root(roots, "backward", tensors[i], at(grad_tensors, i), create_graph);
  run_engine(roots.edges, roots.gradients,
             {.keep_graph = retain_graph.value_or(create_graph), .create_graph = create_graph});
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options) {
  check_count("grad", outputs.size(), options.grad_outputs);
  Roots roots;
  for (size_t i = 0; i < outputs.size(); ++i)
    add_root(roots, "grad", outputs[i], at(options.grad_outputs, i), options.create_graph);
  struct Captures : std::vector<Capture> {
    ~Captures() {
      for (Capture& c : *this) release_edge(c.edge);
    }
  } captures;
  for (const Tensor& t : inputs) {
    if (!t.defined() || !requires_grad(object(t)))
      raise<AutogradError>({"[grad] One of the differentiated Tensors does not require grad"});
    captures.emplace_back();
    captures.back().edge = gradient_edge(object(t));
  }
  run_engine(roots.edges, roots.gradients,
             {.keep_graph = options.retain_graph.value_or(options.create_graph),
              .create_graph = options.create_graph,
              .captures = captures});
  std::vector<Tensor> out;
  for (size_t i = 0; i < captures.size(); ++i) {
    if (!captures[i].gradient.defined() && !options.allow_unused)
      raise<AutogradError>({"[grad] The differentiated Tensor at index ", i,
                            " appears to not have been used in the graph. Set allow_unused = true if this is "
                            "the desired behavior."});
    out.push_back(std::move(captures[i].gradient));
  }
  return out;
}

} // namespace autograd

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph) const {
  if (!defined()) raise<TypeError>({"[backward] the tensor is undefined"});
  TensorObject* o = object(*this);
  // The common call needs no lists.
  if (!gradient.defined() && o->numel == 1 && o->grad_fn && o->has(lane_flag) && !o->has(view_flag)) {
    Edge edge{node_of(o), talweg::output_nr(o)};
    Tensor start = adopt(new_lane_like(o, o->dtype));
    fill_elements(start, 1);
    // The graph must outlive its walk, also if a hook lets go of this tensor or of its history.
    retain_edge(edge);
    OwnedEdges kept({&edge, 1});
    run_engine({&edge, 1}, {&start, 1},
               {.keep_graph = retain_graph.value_or(create_graph), .create_graph = create_graph});
    return;
  }
  autograd::backward({*this}, {gradient}, retain_graph, create_graph);
}

} // namespace talweg
