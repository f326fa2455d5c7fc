// Replaying one case. Every function throws Absent or Failed, or returns: then the case has passed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "goldens/compare.h"
#include "goldens/decode.h"
#include "nn/record.h"
#include "optim/record.h"

namespace goldens {

/// One file of a family.
struct Group {
  std::string family, name, op, variant;
  json::Value document;
  std::unique_ptr<talweg::SafetensorsReader> store;
};

using Replay = void (*)(const Group& group, const json::Value& c);

void replay_call(const Group& group, const json::Value& c);
void replay_error(const Group& group, const json::Value& c);
void replay_promotion(const Group& group, const json::Value& c);
void replay_indexing(const Group& group, const json::Value& c);
void replay_printing(const Group& group, const json::Value& c);
void replay_draws(const Group& group, const json::Value& c);
void replay_init(const Group& group, const json::Value& c);
void replay_module(const Group& group, const json::Value& c);
void replay_optimizer(const Group& group, const json::Value& c);

/// What `{"module": NAME, "args", "kwargs"}` constructs. Throws Absent if there is no such module.
talweg::nn::AnyModule module_of(const json::Value& constructor, Decoder& decoder);
/// An optimizer by PyTorch's name; options that only choose an implementation are left out. Throws Absent.
std::unique_ptr<talweg::optim::Optimizer> optimizer_of(std::string_view name,
                                                       const std::vector<talweg::optim::BoxedGroup>& groups,
                                                       const json::Value& keywords, Decoder& decoder);

/// The record's name for a name of PyTorch. Throws Absent if there is no such record.
std::string record_of(std::string_view python_name);
/// Calls that record.
ValueList call(std::string_view python_name, const ValueList& arguments,
               const std::vector<talweg::NamedValue>& keywords = {});

/// Runs `f`, which must throw what `error` (`{"type", ...}` or a type's name) says. Throws Failed if it
/// doesn't.
template <class F>
void expect_error(const json::Value& error, F&& f);
void check_error_kind(const std::string& wanted, const talweg::Error& met);

template <class F>
void expect_error(const json::Value& error, F&& f) {
  auto* type = error.find("type");
  const std::string& wanted = text(type ? *type : error);
  try {
    f();
  } catch (const talweg::Error& met) {
    check_error_kind(wanted, met);
    return;
  }
  throw Failed("nothing was thrown, expected " + wanted);
}

/// Gradients of outputs, as a case states them: `vjp` and, if there, `vjp2`.
void check_gradients(const json::Value& c, const ValueList& outputs, Decoder& decoder, Tolerance tolerance);

} // namespace goldens
