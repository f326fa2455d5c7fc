// What the node of linear leaves out.
#pragma once

#include "graph/node.h"

namespace talweg {

/// The input of a node that PyTorch transposes by a node of its own (TBackward0), or -1. linear has one node
/// for both, which costs half as much; whoever looks at the graph is shown two.
int transposed_input(const Node* node);

} // namespace talweg
