#include "ops/formula_trace.h"

#include "core/raise.h"
#include "talweg/errors.h"

namespace talweg {

namespace detail {

int operand_count(SymbolOp op) {
  switch (op) {
    case SymbolOp::input:
    case SymbolOp::constant:
      return 0;
    case SymbolOp::add:
    case SymbolOp::sub:
    case SymbolOp::mul:
    case SymbolOp::div:
    case SymbolOp::pow:
    case SymbolOp::maximum:
    case SymbolOp::minimum:
    case SymbolOp::equal:
    case SymbolOp::less:
    case SymbolOp::less_equal:
      return 2;
    case SymbolOp::where:
      return 3;
    default:
      return 1;
  }
}

int Trace::add(SymbolOp op, int a, int b, int c) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node& n = nodes[i];
    if (n.op == op && op != SymbolOp::constant && n.in[0] == a && n.in[1] == b && n.in[2] == c)
      return static_cast<int>(i);
  }
  nodes.push_back({op, {a, b, c}, {}});
  return static_cast<int>(nodes.size()) - 1;
}

int Trace::constant(Scalar number) {
  for (size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].op == SymbolOp::constant && nodes[i].number.kind() == number.kind() &&
        nodes[i].number.to<double>() == number.to<double>() && number.to<double>() != 0)
      return static_cast<int>(i);
  nodes.push_back({SymbolOp::constant, {-1, -1, -1}, number});
  return static_cast<int>(nodes.size()) - 1;
}

bool Trace::is_constant(int id, double value) const {
  const Node& n = nodes[static_cast<size_t>(id)];
  return n.op == SymbolOp::constant && n.number.to<double>() == value;
}

int Trace::id(const Symbol& s) {
  if (!s.trace_) return constant(s.number_);
  if (s.trace_ != this) raise<ValueError>({"[pointwise] a symbol of another formula was used"});
  return s.id_;
}

namespace {

// Joins the terms that arrive at each node; -1 is zero.
struct Chain {
  Trace& t;
  std::vector<int> adjoint;
  int op(SymbolOp o, int a, int b = -1, int c = -1) { return t.add(o, a, b, c); }
  int number(double v) {
    return t.constant(v == static_cast<int64_t>(v) ? Scalar(static_cast<int64_t>(v)) : Scalar(v));
  }
  int times(int a, int b) {
    if (t.is_constant(a, 1)) return b;
    if (t.is_constant(b, 1)) return a;
    return op(SymbolOp::mul, a, b);
  }
  int over(int a, int b) { return op(SymbolOp::div, a, b); }
  int neg(int a) { return op(SymbolOp::neg, a); }
  int where(int m, int a, int b) { return op(SymbolOp::where, m, a, b); }
  void send(int to, int term) {
    if (t.nodes[static_cast<size_t>(to)].op == SymbolOp::constant) return;
    int& sum = adjoint[static_cast<size_t>(to)];
    sum = sum < 0 ? term : op(SymbolOp::add, sum, term);
  }
  void pass(int id);
};

// The derivatives of one operation, as those of the built-in ones.
void Chain::pass(int y) {
  const Trace::Node n = t.nodes[static_cast<size_t>(y)];
  const int g = adjoint[static_cast<size_t>(y)], a = n.in[0], b = n.in[1], c = n.in[2];
  const double ln2 = 0.693147180559945309417, two_over_root_pi = 1.12837916709551257390;
  using O = SymbolOp;
  switch (n.op) {
    case O::add:
      send(a, g);
      return send(b, g);
    case O::sub:
      send(a, g);
      return send(b, neg(g));
    case O::mul:
      send(a, times(g, b));
      return send(b, times(g, a));
    case O::div:
      send(a, over(g, b));
      return send(b, times(neg(g), over(over(a, b), b)));
    case O::neg:
      return send(a, neg(g));
    case O::square:
      return send(a, times(g, op(O::mul, number(2), a)));
    case O::cube:
      return send(a, times(g, op(O::mul, number(3), op(O::mul, a, a))));
    case O::reciprocal:
      return send(a, times(neg(g), op(O::mul, y, y)));
    case O::pow: {
      const int less = op(O::sub, b, number(1));
      if (t.nodes[static_cast<size_t>(b)].op == O::constant) {
        const double p = t.nodes[static_cast<size_t>(b)].number.to<double>();
        return send(
            a, p == 0 ? op(O::mul, g, number(0)) : times(g, op(O::mul, b, op(O::pow, a, number(p - 1)))));
      }
      const int zero = number(0);
      send(a,
           where(op(O::equal, b, zero), op(O::mul, zero, g), times(g, op(O::mul, b, op(O::pow, a, less)))));
      const int flat = op(O::mul, op(O::equal, a, zero), op(O::less_equal, zero, b));
      return send(b, where(flat, op(O::mul, zero, g), times(g, op(O::mul, y, op(O::log, a)))));
    }
    case O::abs: {
      const int zero = number(0);
      return send(a, times(g, op(O::sub, op(O::less, zero, a), op(O::less, a, zero))));
    }
    case O::exp:
      return send(a, times(g, y));
    case O::log:
      return send(a, over(g, a));
    case O::sqrt:
      return send(a, over(g, op(O::mul, number(2), y)));
    case O::tanh:
      return send(a, times(g, op(O::sub, number(1), op(O::mul, y, y))));
    case O::sigmoid:
      return send(a, times(times(g, op(O::sub, number(1), y)), y));
    case O::relu:
      return send(a, where(op(O::less_equal, y, number(0)), number(0), g));
    case O::maximum:
    case O::minimum: {
      const int half = over(g, number(2)), same = op(O::equal, a, b), zero = number(0);
      const int less = op(O::less, a, b), more = op(O::less, b, a);
      const bool largest = n.op == O::maximum;
      send(a, where(same, half, where(largest ? less : more, zero, g)));
      return send(b, where(same, half, where(largest ? more : less, zero, g)));
    }
    case O::where:
      send(b, where(a, g, number(0)));
      return send(c, where(a, number(0), g));
    case O::sin:
      return send(a, times(g, op(O::cos, a)));
    case O::cos:
      return send(a, times(g, neg(op(O::sin, a))));
    case O::tan:
      return send(a, times(g, op(O::add, number(1), op(O::mul, y, y))));
    case O::exp2:
      return send(a, times(g, op(O::mul, y, number(ln2))));
    case O::expm1:
      return send(a, times(g, op(O::add, y, number(1))));
    case O::log2:
      return send(a, over(g, op(O::mul, a, number(ln2))));
    case O::log1p:
      return send(a, over(g, op(O::add, a, number(1))));
    case O::erf:
      return send(a, times(op(O::mul, number(two_over_root_pi), op(O::exp, neg(op(O::mul, a, a)))), g));
    case O::sinh:
      return send(a, times(g, op(O::cosh, a)));
    case O::cosh:
      return send(a, times(g, op(O::sinh, a)));
    case O::asin:
      return send(a, over(g, op(O::sqrt, op(O::sub, number(1), op(O::mul, a, a)))));
    case O::acos:
      return send(a, over(neg(g), op(O::sqrt, op(O::sub, number(1), op(O::mul, a, a)))));
    case O::atan:
      return send(a, over(g, op(O::add, op(O::mul, a, a), number(1))));
    default:
      return; // leaves, comparisons and steps: no gradient flows
  }
}

} // namespace

int Trace::differentiate(int result, int input) {
  // Of a constant 1, so that what multiplies it can be left out.
  Chain chain{*this, std::vector<int>(nodes.size(), -1)};
  const int one = constant(1);
  chain.adjoint.resize(nodes.size(), -1);
  chain.adjoint[static_cast<size_t>(result)] = one;
  for (int id = result; id >= 0; --id)
    if (chain.adjoint[static_cast<size_t>(id)] >= 0) chain.pass(id);
  for (int id = 0; id <= result; ++id)
    if (nodes[static_cast<size_t>(id)].op == SymbolOp::input && nodes[static_cast<size_t>(id)].in[0] == input)
      return chain.adjoint[static_cast<size_t>(id)];
  return -1;
}

namespace {

Trace& trace_of(const Symbol& a, const Symbol& b, const Symbol& c) {
  for (const Symbol* s : {&a, &b, &c})
    if (Trace* t = Trace::of(*s)) return *t;
  raise<ValueError>({"[pointwise] an operation on numbers alone: compute them before, with <cmath>"});
}

} // namespace

Symbol combine(SymbolOp op, const Symbol& a) {
  Trace& t = trace_of(a, a, a);
  return t.symbol(t.add(op, t.id(a)));
}
Symbol combine(SymbolOp op, const Symbol& a, const Symbol& b) {
  if (!Trace::of(a) && !Trace::of(b)) {
    // Sums of numbers that a formula starts from, as in `decltype(x) sum = 0`.
    const double x = Trace::scalar(a).to<double>(), y = Trace::scalar(b).to<double>();
    if (op == SymbolOp::add) return x + y;
    if (op == SymbolOp::sub) return x - y;
    if (op == SymbolOp::mul) return x * y;
  }
  Trace& t = trace_of(a, b, b);
  const int x = t.id(a), y = t.id(b);
  return t.symbol(t.add(op, x, y));
}
SymbolMask combine_mask(SymbolOp op, const Symbol& a, const Symbol& b) {
  return Trace::mask(combine(op, a, b));
}

} // namespace detail

using detail::SymbolOp;
using detail::Trace;

Symbol operator/(const Symbol& a, const Symbol& b) {
  if (Trace::of(a) || !Trace::of(b)) return detail::combine(SymbolOp::div, a, b);
  Symbol inverse = detail::combine(SymbolOp::reciprocal, b);
  return Trace::scalar(a).to<double>() == 1 ? inverse : inverse * a;
}

Symbol pow(const Symbol& a, const Symbol& b) {
  if (!Trace::of(b)) {
    const double p = Trace::scalar(b).to<double>();
    if (p == 2) return detail::combine(SymbolOp::square, a);
    if (p == 3) return detail::combine(SymbolOp::cube, a);
  }
  return detail::combine(SymbolOp::pow, a, b);
}

SymbolMask operator!(const SymbolMask& a) { return Trace::mask(1 - Trace::number(a)); }
SymbolMask operator&(const SymbolMask& a, const SymbolMask& b) {
  return Trace::mask(Trace::number(a) * Trace::number(b));
}
SymbolMask operator|(const SymbolMask& a, const SymbolMask& b) {
  return Trace::mask(maximum(Trace::number(a), Trace::number(b)));
}
Symbol where(const SymbolMask& mask, const Symbol& a, const Symbol& b) {
  Trace& t = *Trace::of(Trace::number(mask));
  const int m = t.id(Trace::number(mask)), x = t.id(a), y = t.id(b);
  return t.symbol(t.add(SymbolOp::where, m, x, y));
}

} // namespace talweg
