// The loops of formulas/bits.h for one instruction set.
#include "formulas/bits.h"
