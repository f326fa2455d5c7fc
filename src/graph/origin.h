// Where a node was made: anomaly mode remembers it, errors in backward tell it.
#pragma once

#include <string>

#include "graph/node.h"

namespace talweg {

/// Keeps the label scopes and callers of now with the node, unless it has some already.
void note_origin(Node* node);
void end_origin(Origin* origin) noexcept;
/// ", in label \"encoder/attention\", made by ..."; empty text if nothing is known.
std::string text_of_origin(const Node* node);

/// The names of the label scopes around, outermost first: "encoder/attention".
std::string current_labels();

} // namespace talweg
