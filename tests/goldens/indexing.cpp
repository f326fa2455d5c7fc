// Family `indexing`: x[index], and y[index] = value on a copy.
#include "core/tensor_object.h"
#include "goldens/cases.h"

namespace goldens {

using namespace talweg;

// Whether a tensor, a list or a truth value stands among the positions.
static bool picks_elements(const json::Value& index) {
  for (const json::Value& e : list(index))
    if (e.find("tensor") || e.as<json::Array>() || e.as<bool>()) return true;
  return false;
}

void replay_indexing(const Group& group, const json::Value& c) {
  auto* index = c.find("index");
  if (!index) {
    replay_call(group, c);
    return;
  }
  Decoder decoder(group.store.get());
  Value x = decoder.values(member(c, "args")).at(0), positions = Tuple{decoder.values(*index)};
  if (auto* error = c.find("error")) {
    expect_error(*error, [&] { call(group.op, {x, positions}); });
    return;
  }
  ValueList results;
  if (auto* written = c.find("value")) {
    Tensor y = x.as<Tensor>()->clone();
    call(group.op, {y, positions, decoder.value(*written)});
    results = {y};
  } else {
    results = call(group.op, {x, positions});
  }
  Tolerance tolerance = Tolerance::of(c);
  expect_same("output", results.at(0), list(member(c, "outputs")).at(0), decoder, tolerance);
  if (auto* is_view = c.find("is_view")) {
    auto* out = results[0].as<Tensor>();
    bool shared = storage_begin(object(*out)) == storage_begin(object(*x.as<Tensor>()));
    // Some of the tensors were strided when their pieces were called copies: only elements picked by a tensor
    // are.
    if (shared != is_true(is_view) && (!shared || picks_elements(*index)))
      throw Failed(shared ? "a view, expected a copy" : "a copy, expected a view");
  }
  check_gradients(c, results, decoder, tolerance);
}

} // namespace goldens
