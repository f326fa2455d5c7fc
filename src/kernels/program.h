// A formula of several operations, run tile by tile: each step is one of the library's own loops over 1 KB.
#pragma once

#include "formulas/formula.h"
#include "kernels/buffer.h"

namespace talweg {

/// One operation of a program. An operand is a register, or ~i for input i; the last step writes the result.
struct ProgramStep {
  static constexpr uint8_t copy = 255; // in place of an operation: its first operand as it is
  uint8_t op;
  int16_t in[most_inputs];
  int16_t out;
};

/// Steps, then constants as (double, int64_t): a plain block of bytes, so that a tensor may hold it.
struct Program {
  static constexpr int most_registers = 48;
  uint32_t steps;
  uint32_t constants; // the first registers
  const ProgramStep* step_list() const { return reinterpret_cast<const ProgramStep*>(this + 1); }
};
struct ProgramConstant {
  double number;
  int64_t integer;
};

struct ProgramCall {
  Compute compute;
  const Tiles* const* const* operations; // by ProgramStep::op, then by instruction set
};

/// buffers: the result, the inputs with its sizes, the bytes of the Program.
extern const Kernel program_kernel;

} // namespace talweg
