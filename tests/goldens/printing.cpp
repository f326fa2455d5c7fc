// Family `printing`: tensors as text, as PyTorch and as NumPy print them.
#include "core/format_numpy.h"
#include "core/tensor_object.h"
#include "goldens/cases.h"
#include "talweg/create.h"
#include "talweg/print.h"

namespace goldens {

using namespace talweg;

namespace {

// Two texts; where they part, if they do.
void expect_text(const std::string& got, const std::string& want) {
  if (got != want) throw Failed("text\n" + got + "\n    expected\n" + want);
}

// An optimizer's text without the lines of PyTorch's options that only choose an implementation; talweg has
// none.
std::string without_implementation_choices(std::string text) {
  for (std::string_view option : {"capturable", "differentiable", "foreach", "fused"}) {
    std::string line = "\n    " + std::string(option) + ":";
    for (size_t at; (at = text.find(line)) != std::string::npos;)
      text.erase(at, text.find('\n', at + 1) - at);
  }
  return text;
}

PrintOptionChanges changes_of(const json::Value& v) {
  PrintOptionChanges out;
  for (const auto& [key, value] : object(v)) {
    if (key == "precision")
      out.precision = static_cast<int>(integer(value));
    else if (key == "threshold")
      out.threshold = integer(value);
    else if (key == "edgeitems")
      out.edgeitems = integer(value);
    else if (key == "linewidth")
      out.linewidth = static_cast<int>(integer(value));
    else if (key == "profile")
      out.profile = text(value);
    else if (key == "sci_mode")
      out.sci_mode = value.is_null() ? std::optional<bool>() : std::optional<bool>(is_true(&value));
    else
      throw Failed("unknown print option '" + key + "'");
  }
  return out;
}

ArrayView view_of(const Tensor& t) {
  TensorObject* o = talweg::object(t);
  return {o->data, o->dtype, {o->sizes(), o->rank}, {o->strides(), o->rank}};
}

} // namespace

void replay_printing(const Group& group, const json::Value& c) {
  Decoder decoder(group.store.get());
  if (auto* constructor = c.find("constructor")) {
    expect_text(repr(module_of(*constructor, decoder)), text(member(c, "repr")));
    return;
  }
  if (c.find("optimizer")) {
    std::vector<optim::BoxedGroup> groups;
    for (int64_t i = 0; i < integer(member(c, "groups")); ++i)
      groups.push_back({{zeros({2, 2}, {.requires_grad = true})}, {}});
    auto optimizer = optimizer_of(text(member(c, "optimizer")), groups, member(c, "kwargs"), decoder);
    expect_text(optimizer->repr(), without_implementation_choices(text(member(c, "repr"))));
    return;
  }
  Tensor x = decoder.tensor(list(member(c, "args")).at(0));
  const std::string& wanted = text(member(c, "repr"));
  if (group.variant == "numpy") {
    expect_text(numpy_repr(view_of(x)), wanted);
    expect_text(numpy_str(view_of(x)), text(member(c, "str")));
    return;
  }
  if (auto* recipe = c.find("recipe")) {
    ValueList arguments = decoder.values(*recipe);
    std::string name = *arguments.at(0).as<std::string>();
    arguments[0] = x;
    ValueList results = call(name, arguments);
    auto* first = results.at(0).as<Tensor>();
    if (!first) throw Failed("the result is no tensor");
    x = *first;
  }
  auto* options = c.find("printoptions");
  PrintOptionsGuard guard(options ? changes_of(*options) : PrintOptionChanges{});
  expect_text(x.repr(), wanted);
}

} // namespace goldens
