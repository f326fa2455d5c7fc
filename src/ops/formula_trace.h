// What tracing a user's formula leaves: an expression, and its derivatives as expressions.
#pragma once

#include <string>
#include <vector>

#include "talweg/formula.h"

namespace talweg::detail {

/// An expression under construction: nodes in the order in which they can be computed, none twice.
struct Trace {
  struct Node {
    SymbolOp op;
    int in[3] = {-1, -1, -1}; // of an input: which one
    Scalar number;            // of a constant
  };
  std::vector<Node> nodes;

  int add(SymbolOp op, int a = -1, int b = -1, int c = -1);
  int constant(Scalar number);
  bool is_constant(int id, double value) const;

  /// The node of a symbol, numbers as constants.
  int id(const Symbol& s);
  Symbol symbol(int id) { return Symbol(this, id); }
  static SymbolMask mask(Symbol number) { return SymbolMask(number); }
  static const Symbol& number(const SymbolMask& mask) { return mask.number_; }
  static Trace* of(const Symbol& s) { return s.trace_; }
  static Scalar scalar(const Symbol& s) { return s.number_; }

  /// Appends d result / d input, by the chain rule from the result down; -1 if it is zero everywhere.
  int differentiate(int result, int input);
};

/// How many operands an operation has.
int operand_count(SymbolOp op);

} // namespace talweg::detail
