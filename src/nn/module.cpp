// Walks over modules: what is found, under which names, and what is done with it.
#include "talweg/nn/module.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "core/raise.h"
#include "nn/near_miss.h"
#include "talweg/autograd.h"
#include "talweg/errors.h"

namespace talweg {

StateDict::StateDict(std::initializer_list<Item> items) {
  for (const Item& item : items) (*this)[item.first] = item.second;
}
StateDict::StateDict(const StateDict& other) {
  for (const Item& item : other) items_.push_back(new Item(item));
}
StateDict::~StateDict() {
  for (Item* item : items_) delete item;
}
const Tensor* StateDict::find(std::string_view key) const {
  for (const Item* item : items_)
    if (item->first == key) return &item->second;
  return nullptr;
}
const Tensor& StateDict::at(std::string_view key) const {
  if (const Tensor* t = find(key)) return *t;
  std::vector<std::string> keys;
  for (const Item* item : items_) keys.push_back(item->first);
  raise<KeyError>({"[StateDict] no key \"", key, "\"", nn::did_you_mean(key, keys)});
}
Tensor& StateDict::operator[](std::string_view key) {
  if (const Tensor* t = find(key)) return const_cast<Tensor&>(*t);
  items_.push_back(new Item(std::string(key), Tensor()));
  return items_.back()->second;
}
bool StateDict::erase(std::string_view key) {
  auto it = std::find_if(items_.begin(), items_.end(), [&](const Item* item) { return item->first == key; });
  if (it == items_.end()) return false;
  delete *it;
  items_.erase(it);
  return true;
}

namespace nn {

void Visitor::parameter(std::string_view, Parameter&) {}
void Visitor::buffer(std::string_view, Buffer&) {}
void Visitor::tensor(std::string_view, Tensor&) {}
void Visitor::module(std::string_view, ModuleRef) {}

namespace detail {

std::string_view index_name(char (&text)[24], size_t i) {
  auto end = std::to_chars(text, text + sizeof text, i).ptr;
  return {text, static_cast<size_t>(end - text)};
}

namespace {

std::string joined(const std::string& prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : prefix + "." + std::string(name);
}

// The modules among the members, once each.
struct Children final : Visitor {
  NamedModules list;
  void module(std::string_view name, ModuleRef m) override { list.emplace_back(std::string(name), m); }
};
NamedModules children_of(ModuleRef m) {
  Children children;
  m.type->walk(m.module, children);
  return std::move(children.list);
}

// Every module, outer ones first, with its full name.
template <class F>
void each_module(ModuleRef m, const std::string& prefix, F&& f) {
  f(prefix, m);
  for (const auto& [name, child] : children_of(m)) each_module(child, joined(prefix, name), f);
}

// What one module owns itself; C++ members keep the order parameters, then buffers, as PyTorch's dictionaries
// do.
struct Owned final : Visitor {
  std::string prefix;
  std::vector<std::pair<std::string, Parameter*>> parameters;
  std::vector<std::pair<std::string, Buffer*>> buffers;
  std::string type;
  explicit Owned(const std::string& prefix, ModuleRef m) : prefix(prefix), type(m.type->name) {
    m.type->walk(m.module, *this);
  }
  void parameter(std::string_view name, Parameter& p) override {
    if (p.defined()) parameters.emplace_back(joined(prefix, name), &p);
  }
  void buffer(std::string_view name, Buffer& b) override {
    if (b.defined()) buffers.emplace_back(joined(prefix, name), &b);
  }
  void tensor(std::string_view name, Tensor& t) override {
    if (!t.defined() || !t.requires_grad() || !t.is_leaf()) return;
    raise<TypeError>({"[parameters] ", joined(prefix, name), " of ", type,
                      " is a bare Tensor that requires grad: nobody would train or save it. Declare it as "
                      "nn::Parameter (trained and saved) or nn::Buffer (saved)"});
  }
};

std::string shape_text(IntList sizes) {
  std::string out = "torch.Size([";
  for (size_t i = 0; i < sizes.size(); ++i) out += (i ? ", " : "") + std::to_string(sizes[i]);
  return out + "])";
}

std::string quoted(const std::vector<std::string>& keys) {
  std::string out;
  for (const auto& k : keys) out += (out.empty() ? "\"" : ", \"") + k + "\"";
  return out;
}

} // namespace

NamedTensors named_parameters(ModuleRef m) {
  NamedTensors out;
  std::unordered_set<const void*> seen;
  each_module(m, "", [&](const std::string& prefix, ModuleRef module) {
    for (auto& [name, p] : Owned(prefix, module).parameters)
      if (seen.insert(p->handle()).second) out.emplace_back(std::move(name), *p);
  });
  return out;
}

NamedTensors named_buffers(ModuleRef m) {
  NamedTensors out;
  std::unordered_set<const void*> seen;
  each_module(m, "", [&](const std::string& prefix, ModuleRef module) {
    for (auto& [name, b] : Owned(prefix, module).buffers)
      if (seen.insert(b->handle()).second) out.emplace_back(std::move(name), *b);
  });
  return out;
}

NamedModules named_modules(ModuleRef m) {
  NamedModules out;
  each_module(m, "", [&](const std::string& prefix, ModuleRef module) {
    // An empty struct shares its address with what stands around it: only the types tell them apart.
    if (std::none_of(out.begin(), out.end(), [&](const auto& o) {
          return o.second.module == module.module && o.second.type == module.type;
        }))
      out.emplace_back(prefix, module);
  });
  return out;
}

NamedModules named_children(ModuleRef m) { return children_of(m); }

StateDict state_dict(ModuleRef m) {
  StateDict out;
  each_module(m, "", [&](const std::string& prefix, ModuleRef module) {
    Owned owned(prefix, module);
    for (auto& [name, p] : owned.parameters) out[name] = p->detach();
    for (auto& [name, b] : owned.buffers) out[name] = b->detach();
  });
  return out;
}

IncompatibleKeys load_state_dict(ModuleRef m, const StateDict& state, bool strict) {
  NamedTensors own;
  std::vector<std::string> own_keys, given_keys;
  each_module(m, "", [&](const std::string& prefix, ModuleRef module) {
    Owned owned(prefix, module);
    for (auto& [name, p] : owned.parameters) own.emplace_back(name, *p);
    for (auto& [name, b] : owned.buffers) own.emplace_back(name, *b);
  });
  for (const auto& [name, value] : own) own_keys.push_back(name);
  for (const auto& [name, value] : state) given_keys.push_back(name);

  IncompatibleKeys keys;
  std::string sizes;
  for (const auto& [name, value] : own) {
    const Tensor* given = state.find(name);
    if (!given || !given->defined()) {
      keys.missing_keys.push_back(name);
    } else if (!(given->sizes() == value.sizes())) {
      sizes += "\n\tsize mismatch for " + name + ": copying a param with shape " +
               shape_text(given->sizes()) + " from checkpoint, the shape in current model is " +
               shape_text(value.sizes()) + ".";
    }
  }
  for (const auto& name : given_keys)
    if (std::find(own_keys.begin(), own_keys.end(), name) == own_keys.end())
      keys.unexpected_keys.push_back(name);

  bool keys_differ = strict && (!keys.missing_keys.empty() || !keys.unexpected_keys.empty());
  if (keys_differ || !sizes.empty()) {
    std::string text = "Error(s) in loading state_dict for " + std::string(m.type->name) + ":";
    if (strict && !keys.unexpected_keys.empty())
      text += "\n\tUnexpected key(s) in state_dict: " + quoted(keys.unexpected_keys) + ". ";
    if (strict && !keys.missing_keys.empty())
      text += "\n\tMissing key(s) in state_dict: " + quoted(keys.missing_keys) + ". ";
    text += sizes;
    if (keys_differ) {
      for (const auto& name : keys.missing_keys) {
        std::string hint = nearest(name, keys.unexpected_keys);
        if (!hint.empty())
          text.append("\n\tIs \"").append(hint).append("\" meant for \"").append(name).append("\"?");
      }
      raise<KeyError>({text});
    }
    raise<ShapeError>({text});
  }

  NoGradGuard guard;
  for (const auto& [name, value] : own)
    if (const Tensor* given = state.find(name); given && given->defined()) value.copy_(*given);
  return keys;
}

void train(ModuleRef m, bool mode) {
  each_module(m, "", [&](const std::string&, ModuleRef module) {
    if (module.type->training)
      if (bool* training = module.type->training(module.module)) *training = mode;
  });
}

namespace {
struct Converter final : Visitor {
  Dtype dtype;
  explicit Converter(Dtype dtype) : dtype(dtype) {}
  void parameter(std::string_view, Parameter& p) override {
    if (p.defined() && p.is_floating_point() && p.dtype() != dtype)
      p = Parameter(p.detach().to(dtype), p.requires_grad());
  }
  void buffer(std::string_view, Buffer& b) override {
    if (b.defined() && b.is_floating_point() && b.dtype() != dtype) b = Buffer(b.detach().to(dtype));
  }
};
} // namespace

void to(ModuleRef m, Dtype dtype) {
  if (!is_floating_point(dtype))
    raise<TypeError>(
        {"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.",
         name(dtype)});
  Converter converter(dtype);
  each_module(m, "",
              [&](const std::string&, ModuleRef module) { module.type->walk(module.module, converter); });
}

void zero_grad(ModuleRef m) {
  for (const auto& [name, p] : named_parameters(m)) p.set_grad({});
}

void requires_grad(ModuleRef m, bool requires_grad) {
  for (const auto& [name, p] : named_parameters(m)) p.requires_grad_(requires_grad);
}

void apply(ModuleRef m, const ModuleType* type, void (*call)(void*, void*), void* f) {
  for (const auto& [name, child] : children_of(m)) apply(child, type, call, f);
  if (m.type == type) call(f, m.module);
}

std::vector<Tensor> second(const NamedTensors& list) {
  std::vector<Tensor> out;
  out.reserve(list.size());
  for (const auto& [name, t] : list) out.push_back(t);
  return out;
}

Tensor copy_of(const Tensor& t) {
  if (!t.defined()) return {};
  NoGradGuard guard;
  Tensor copy = talweg::clone(t.detach());
  if (t.requires_grad() && t.is_leaf()) copy.requires_grad_();
  return copy;
}
Parameter copy_of(const Parameter& p) {
  return p.defined() ? Parameter(copy_of(p.detach()), p.requires_grad()) : Parameter();
}
Buffer copy_of(const Buffer& b) { return Buffer(copy_of(static_cast<const Tensor&>(b))); }

namespace {

std::string indented(const std::string& text) {
  std::string out;
  for (char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out;
}

// The lines of one module's children. Neighbours in a ModuleList that read the same are folded.
std::vector<std::string> child_lines(ModuleRef m) {
  NamedModules children = children_of(m);
  std::vector<std::string> lines, texts;
  for (const auto& [name, child] : children) texts.push_back(repr(child));
  bool folds = m.type->contents == Contents::listed_modules;
  for (size_t i = 0; i < children.size();) {
    size_t end = i + 1;
    while (folds && end < children.size() && texts[end] == texts[i]) ++end;
    if (end - i > 1)
      lines.push_back("(" + std::to_string(i) + "-" + std::to_string(end - 1) +
                      "): " + std::to_string(end - i) + " x " + indented(texts[i]));
    else
      lines.push_back("(" + children[i].first + "): " + indented(texts[i]));
    i = end;
  }
  return lines;
}

// A list of parameters shows them itself.
struct ParameterLines final : Visitor {
  std::vector<std::string> lines;
  void parameter(std::string_view name, Parameter& p) override {
    if (!p.defined()) return;
    std::string sizes;
    for (int64_t n : p.sizes()) sizes += (sizes.empty() ? "" : "x") + std::to_string(n);
    lines.push_back("  (" + std::string(name) + "): Parameter containing: [torch." +
                    std::string(talweg::name(p.dtype())) + " of size " + sizes + "]");
  }
};

} // namespace

std::string repr(ModuleRef m) {
  std::string out(m.type->name);
  std::string extra = m.type->extra_repr ? m.type->extra_repr(m.module) : std::string();
  std::vector<std::string> lines = child_lines(m);
  if (m.type->contents == Contents::parameters) {
    ParameterLines parameters;
    m.type->walk(m.module, parameters);
    lines = std::move(parameters.lines);
  }
  out += "(";
  if (lines.empty()) return out + indented(extra) + ")";
  if (!extra.empty()) out += "\n  " + indented(extra);
  for (const auto& line : lines) out += "\n  " + line;
  return out + "\n)";
}

} // namespace detail
} // namespace nn
} // namespace talweg
