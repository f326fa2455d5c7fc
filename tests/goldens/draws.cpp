// Family `rng`: what is drawn after a seed, in order, to the bit.
#include <algorithm>

#include "goldens/cases.h"
#include "talweg/create.h"
#include "talweg/random.h"

namespace goldens {

using namespace talweg;

void replay_draws(const Group& group, const json::Value& c) {
  if (c.find("script")) throw Absent("a script of Python");
  auto& draws = list(member(c, "draws"));
  for (const json::Value& draw : draws) record_of(text(member(draw, "op")));
  Decoder decoder(group.store.get());
  manual_seed(integer(member(c, "seed")));
  size_t i = 0;
  for (const json::Value& draw : draws) {
    const std::string& name = text(member(draw, "op"));
    ValueList arguments = decoder.values(member(draw, "args"));
    ValueList results = call(name, arguments, decoder.named(member(draw, "kwargs")));
    expect_same("draw " + std::to_string(i++) + " (" + name + ")", results.at(0), member(draw, "output"),
                decoder, Tolerance::of(c));
  }
  if (auto* state = c.find("state")) {
    Tensor got = tensor(default_generator().state_bytes());
    expect_same("the state after the draws", Value(got), *state, decoder, Tolerance());
  }
}

} // namespace goldens
