// The list of optimizers, and making one by name.
#include <string>

#include "core/raise.h"
#include "optim/record.h"
#include "talweg/errors.h"

namespace talweg::optim {

extern const OptimizerRecord sgd_record, adam_record, adamw_record;

namespace {

constexpr const OptimizerRecord* records[] = {&sgd_record, &adam_record, &adamw_record};

bool number(const Value& v, Number& out) {
  if (auto* i = v.as<int64_t>())
    out = *i;
  else if (auto* d = v.as<double>())
    out = *d;
  else
    return false;
  return true;
}

} // namespace

std::span<const OptimizerRecord* const> optimizer_records() { return records; }

void refuse_option(std::string_view optimizer, std::string_view option) {
  raise<TypeError>({"[", optimizer, "] has no option '", option, "', or not with this kind of value"});
}

OptionValue option_of(std::string_view optimizer, std::string_view option, const OptionValue& before,
                      const Value& value) {
  Number first, second;
  if (std::get_if<bool>(&before)) {
    if (auto* b = value.as<bool>()) return *b;
  } else if (std::get_if<Number>(&before)) {
    if (number(value, first)) return first;
  } else if (auto* list = value.as<ValueList>();
             list && list->size() == 2 && number((*list)[0], first) && number((*list)[1], second)) {
    return std::pair(first, second);
  }
  refuse_option(optimizer, option);
}

std::unique_ptr<Optimizer> make_optimizer(std::string_view name, std::span<const BoxedGroup> groups,
                                          std::span<const NamedValue> keywords) {
  for (const OptimizerRecord* r : records)
    if (r->name() == name) return r->make(groups, keywords);
  raise<KeyError>({"there is no optimizer '", name, "'"});
}

} // namespace talweg::optim
