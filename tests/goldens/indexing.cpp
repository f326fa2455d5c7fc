// Family `indexing`: x[index], and y[index] = value on a copy.
#include "core/tensor_object.h"
#include "goldens/cases.h"

namespace goldens {

using namespace talweg;

// Whether a tensor, a list or a truth value stands among the positions.
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
    const Tensor& source = *x.as<Tensor>();
    bool shared = storage_begin(object(*out)) == storage_begin(object(source));
    // The record calls a view what shares memory and begins where the tensor begins, or has no element.
    bool begins = out->data_ptr() == source.data_ptr() || out->numel() == 0;
    if ((shared && begins) != is_true(is_view))
      throw Failed(shared ? "a view, expected a copy" : "a copy, expected a view");
  }
  check_gradients(c, results, decoder, tolerance);
}

} // namespace goldens
