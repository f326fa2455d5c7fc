// Sums of products by Einstein's convention.
#include <algorithm>
#include <string>

#include "core/shape.h"
#include "ops/checks.h"
#include "ops/record.h"
#include "talweg/ops/products.h"

namespace talweg {

namespace {

// A letter is its code; the dimensions of an ellipsis count from -1 for the last downwards.
using Labels = std::vector<int>;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The labels of one operand (rank >= 0) or of the result (rank < 0: the ellipsis has `ellipsis` dimensions).
Labels read(std::string_view text, int64_t rank, int64_t& ellipsis, std::string_view what) {
  Labels labels;
  int64_t letters = 0;
  for (char c : text) letters += is_letter(c);
  bool seen = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (text[i] == '.') {
      if (seen || text.substr(i, 3) != "...")
        raise<ValueError>({"[einsum] einsum(): found '.' for ", what,
                           " that is not part of any ellipsis or a second one in '", text, "'"});
      seen = true;
      i += 2;
      int64_t n = rank < 0 ? ellipsis : rank - letters;
      for (int64_t k = n; k > 0; --k) labels.push_back(static_cast<int>(-k));
      if (rank >= 0) ellipsis = std::max(ellipsis, n);
    } else if (is_letter(text[i])) {
      labels.push_back(text[i]);
    } else {
      raise<ValueError>({"[einsum] einsum(): invalid subscript given for ", what,
                         " in the equation string: '", text.substr(i, 1),
                         "', subscripts must be in [a-zA-Z]"});
    }
  }
  if (rank >= 0 && static_cast<int64_t>(labels.size()) != rank)
    raise<ShapeError>({"[einsum] einsum(): the number of subscripts in the equation (", labels.size(),
                       ") does not match the number of dimensions (", rank, ") for ", what});
  return labels;
}

struct Term {
  Tensor tensor;
  Labels labels;

  int64_t place(int label) const {
    auto found = std::find(labels.begin(), labels.end(), label);
    return found == labels.end() ? -1 : found - labels.begin();
  }
  bool has(int label) const { return place(label) >= 0; }
  int64_t size(int label) const { return tensor.size(place(label)); }
  void drop(int64_t place) { labels.erase(labels.begin() + place); }
};

// A label that repeats stands for a diagonal.
void take_diagonals(Term& t) {
  for (size_t i = 0; i < t.labels.size(); ++i)
    for (size_t j = i + 1; j < t.labels.size();) {
      if (t.labels[i] != t.labels[j]) {
        ++j;
        continue;
      }
      auto a = static_cast<int64_t>(i), b = static_cast<int64_t>(j);
      if (t.tensor.size(a) != t.tensor.size(b))
        raise<ShapeError>({"[einsum] einsum(): subscript ", std::string(1, static_cast<char>(t.labels[i])),
                           " is repeated for an operand but the sizes don't match, ", t.tensor.size(b),
                           " != ", t.tensor.size(a)});
      t.tensor = movedim(diagonal(t.tensor, 0, a, b), {-1}, {a});
      t.drop(b);
    }
}

void sum_out(Term& t, const Labels& gone) {
  Dims dims;
  for (int label : gone)
    if (int64_t p = t.place(label); p >= 0) dims.push_back(p);
  if (dims.empty()) return;
  t.tensor = sum(t.tensor, dims, false, t.tensor.dtype());
  for (int label : gone)
    if (int64_t p = t.place(label); p >= 0) t.drop(p);
}

// The term's dimensions in this order; those it lacks have size 1.
Tensor aligned(const Term& t, const Labels& order) {
  Dims places;
  for (int label : order)
    if (int64_t p = t.place(label); p >= 0) places.push_back(p);
  Tensor out = permute(t.tensor, places);
  for (size_t i = 0; i < order.size(); ++i)
    if (!t.has(order[i])) out = unsqueeze(out, static_cast<int64_t>(i));
  return out;
}

int64_t product_of(const Term& t, const Labels& labels) {
  int64_t n = 1;
  for (int label : labels) n *= t.size(label);
  return n;
}

Labels joined(std::initializer_list<const Labels*> lists) {
  Labels all;
  for (const Labels* l : lists) all.insert(all.end(), l->begin(), l->end());
  return all;
}

// The product of two terms, summed over `gone`.
Term multiplied(Term a, Term b, const Labels& gone) {
  // A size of 1 repeats: that dimension is the other's alone.
  for (Term* t : {&a, &b}) {
    Term& other = t == &a ? b : a;
    for (size_t i = 0; i < t->labels.size();) {
      int label = t->labels[i];
      if (other.has(label) && t->size(label) == 1 && other.size(label) != 1) {
        t->tensor = squeeze(t->tensor, static_cast<int64_t>(i));
        t->drop(static_cast<int64_t>(i));
      } else {
        ++i;
      }
    }
  }
  Labels shared, contracted, left, right, only_a, only_b;
  for (int label : a.labels) {
    bool ends = std::find(gone.begin(), gone.end(), label) != gone.end();
    if (b.has(label))
      (ends ? contracted : shared).push_back(label);
    else
      (ends ? only_a : left).push_back(label);
  }
  for (int label : b.labels) {
    if (a.has(label)) continue;
    bool ends = std::find(gone.begin(), gone.end(), label) != gone.end();
    (ends ? only_b : right).push_back(label);
  }
  sum_out(a, only_a);
  sum_out(b, only_b);
  Labels result = joined({&shared, &left, &right});
  if (contracted.empty()) return {aligned(a, result) * aligned(b, result), result};
  Dims sizes;
  for (int label : result) sizes.push_back(a.has(label) ? a.size(label) : b.size(label));
  const int64_t batch = product_of(a, shared), rows = product_of(a, left), columns = product_of(b, right),
                inner = product_of(a, contracted);
  Tensor x = reshape(aligned(a, joined({&shared, &left, &contracted})), {batch, rows, inner});
  Tensor y = reshape(aligned(b, joined({&shared, &contracted, &right})), {batch, inner, columns});
  return {view(bmm(x, y), sizes), result};
}

} // namespace

Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands) {
  if (operands.empty()) raise<ValueError>({"[einsum] einsum(): must provide at least one operand"});
  for (const Tensor& t : operands) check_defined(t, "einsum");
  size_t arrow = equation.find("->");
  std::string_view inputs = equation.substr(0, arrow);
  std::vector<Term> terms;
  int64_t ellipsis = 0;
  for (size_t start = 0; start <= inputs.size();) {
    size_t end = std::min(inputs.find(',', start), inputs.size());
    size_t i = terms.size();
    if (i == operands.size())
      raise<ValueError>({"[einsum] einsum(): more operands were provided in the equation than as arguments"});
    terms.push_back({operands[i], read(inputs.substr(start, end - start), operands[i].dim(), ellipsis,
                                       "operand " + std::to_string(i))});
    take_diagonals(terms.back());
    start = end + 1;
  }
  if (terms.size() < operands.size())
    raise<ValueError>({"[einsum] einsum(): more operands were provided than specified in the equation"});

  Labels all, output;
  for (const Term& t : terms)
    for (int label : t.labels)
      if (std::find(all.begin(), all.end(), label) == all.end()) all.push_back(label);
  auto size_of = [&](int label) {
    int64_t n = 1;
    for (const Term& t : terms) {
      if (!t.has(label) || t.size(label) == n || t.size(label) == 1) continue;
      if (n != 1)
        raise<ShapeError>(
            {"[einsum] einsum(): operands do not broadcast with remapped shapes: a subscript "
             "has sizes ",
             n, " and ", t.size(label), " in '", equation, "'"});
      n = t.size(label);
    }
    return n;
  };
  for (int label : all) size_of(label);
  if (arrow != std::string_view::npos) {
    output = read(equation.substr(arrow + 2), -1, ellipsis, "the output");
    for (size_t i = 0; i < output.size(); ++i) {
      std::string letter(1, static_cast<char>(output[i]));
      if (std::find(output.begin(), output.begin() + static_cast<std::ptrdiff_t>(i), output[i]) !=
          output.begin() + static_cast<std::ptrdiff_t>(i))
        raise<ValueError>(
            {"[einsum] einsum(): output subscript ", letter, " appears more than once in the output"});
      if (output[i] > 0 && std::find(all.begin(), all.end(), output[i]) == all.end())
        raise<ValueError>({"[einsum] einsum(): output subscript ", letter,
                           " does not appear in the equation for any input operand"});
    }
  } else {
    for (int64_t k = ellipsis; k > 0; --k) output.push_back(static_cast<int>(-k));
    Labels once;
    for (int label : all) {
      if (label < 0) continue;
      auto count = std::count(inputs.begin(), inputs.end(), static_cast<char>(label));
      if (count == 1) once.push_back(label);
    }
    std::sort(once.begin(), once.end());
    output.insert(output.end(), once.begin(), once.end());
  }

  // From left to right; a label is summed as soon as no later operand has it.
  Term result = terms[0];
  for (size_t i = 1; i <= terms.size(); ++i) {
    Labels gone;
    for (int label : all) {
      bool later = std::find(output.begin(), output.end(), label) != output.end();
      for (size_t k = i + 1; !later && k < terms.size(); ++k) later = terms[k].has(label);
      if (!later) gone.push_back(label);
    }
    if (i < terms.size())
      result = multiplied(result, terms[i], gone);
    else
      sum_out(result, gone);
  }
  return aligned(result, output);
}

namespace {

constinit const Op ops[] = {
    op<Tensor(std::string_view, const std::vector<Tensor>&), &einsum>(
        "einsum(equation, *operands)",
        {.doc = "products and sums by Einstein's convention",
         .samples = {"'ij,jk->ik', [T(2, 3), T(3, 4)]", "'bii->b', [T(2, 3, 3)]", "'i,j', [T(2), T(3)]",
                     "'...ij,...j->...i', [T(2, 2, 3), T(3)]", "'ij,ik,il->jkl', [T(2, 3), T(2, 4), T(2, 2)]",
                     "'ij->', [T(2, 3)]"},
         .takes = Takes::numbers}),
};

} // namespace

extern const Family einsum_family;
constinit const Family einsum_family{"einsum", ops};

} // namespace talweg
