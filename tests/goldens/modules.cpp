// Families `init` and `optim`: what modules are born with, and what optimizers do with given gradients.
#include "goldens/cases.h"

namespace goldens {

void replay_init(const Group&, const json::Value&) { throw Absent("not there yet"); }
void replay_optimizer(const Group&, const json::Value&) { throw Absent("not there yet"); }

}  // namespace goldens
