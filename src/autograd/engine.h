// Walks the graph from results to leaves, later nodes first, without recursion, on the calling thread.
#pragma once

#include <span>

#include "graph/node.h"

namespace talweg {

/// A gradient that the caller wants instead of accumulation.
struct Capture {
  Edge edge;
  Tensor gradient;
};

struct EngineCall {
  bool keep_graph = false;
  bool create_graph = false;
  /// Empty: gradients are added to leaves. Else only what leads to these runs, and leaves stay as they are.
  std::span<Capture> captures = {};
};

/// Roots are edges to start from, with the gradient of each, which is taken over. Throws what a node throws;
/// no gradient is left in a node.
void run_engine(std::span<const Edge> roots, std::span<Tensor> gradients, const EngineCall& call);

} // namespace talweg
