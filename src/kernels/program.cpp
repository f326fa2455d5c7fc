#include "kernels/program.h"

#include <cstring>

#include "kernels/elements.h"
#include "kernels/isa.h"
#include "kernels/pointwise.h"

namespace talweg {

namespace {

constexpr int64_t lane_bytes = 64;
constexpr int64_t tile_lanes = 16;
constexpr int64_t tile_bytes = tile_lanes * lane_bytes;

// Constants follow the steps, aligned for doubles.
const unsigned char* constants_of(const Program& p) {
  size_t bytes = (p.steps * sizeof(ProgramStep) + 7) / 8 * 8;
  return reinterpret_cast<const unsigned char*>(p.step_list()) + bytes;
}

void splat(unsigned char* tile, Compute compute, const ProgramConstant& c, int64_t bytes) {
  auto fill = [&](auto value) {
    for (int64_t i = 0; i < bytes; i += static_cast<int64_t>(sizeof value))
      std::memcpy(tile + i, &value, sizeof value);
  };
  switch (compute) {
    case compute_int32:
      return fill(static_cast<int32_t>(c.integer));
    case compute_int64:
      return fill(c.integer);
    case compute_float32:
      return fill(static_cast<float>(c.number));
    default:
      return fill(c.number);
  }
}

// A Tile: what the driver of all formulas calls. The program comes through the numbers beside the tensors.
void run_program(void* out, const void* const* in, int64_t lanes, const Params* params) {
  const auto& program = *reinterpret_cast<const Program*>(params->integer[0]);
  const auto compute = static_cast<Compute>(params->integer[1]);
  const auto* operations = reinterpret_cast<const Tiles* const* const*>(params->integer[2]);
  const int isa = isa_index();
  alignas(64) unsigned char registers[Program::most_registers][tile_bytes];
  const int64_t widest = lanes < tile_lanes ? lanes : tile_lanes;
  const unsigned char* constant = constants_of(program);
  for (uint32_t i = 0; i < program.constants; ++i) {
    ProgramConstant c;
    std::memcpy(&c, constant + i * sizeof c, sizeof c);
    splat(registers[i], compute, c, widest * lane_bytes);
  }
  const ProgramStep* steps = program.step_list();
  for (int64_t done = 0; done < lanes; done += tile_lanes) {
    const int64_t n = lanes - done < tile_lanes ? lanes - done : tile_lanes;
    for (uint32_t s = 0; s < program.steps; ++s) {
      const ProgramStep& step = steps[s];
      const void* operands[most_inputs];
      for (int k = 0; k < most_inputs; ++k) {
        const int16_t from = step.in[k];
        operands[k] = from >= 0 ? static_cast<const void*>(registers[from])
                                : static_cast<const unsigned char*>(in[~from]) + done * lane_bytes;
      }
      void* to = s + 1 == program.steps ? static_cast<unsigned char*>(out) + done * lane_bytes
                                        : static_cast<void*>(registers[step.out]);
      if (step.op == ProgramStep::copy)
        std::memcpy(to, operands[0], static_cast<size_t>(n * lane_bytes));
      else
        operations[step.op][isa]->value[compute](to, operands, n, &no_params);
    }
  }
}

void run(std::span<const Buffer> buffers, const void* attributes) {
  const auto& call = *static_cast<const ProgramCall*>(attributes);
  PointwiseCall pointwise{&run_program, call.compute, false, {}};
  pointwise.params.integer[0] = reinterpret_cast<int64_t>(buffers.back().data);
  pointwise.params.integer[1] = call.compute;
  pointwise.params.integer[2] = reinterpret_cast<int64_t>(call.operations);
  pointwise_kernel.run(buffers.first(buffers.size() - 1), &pointwise);
}

} // namespace

const Kernel program_kernel{"program", &run};

} // namespace talweg
