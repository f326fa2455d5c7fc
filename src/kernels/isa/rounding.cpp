// The loops of formulas/rounding.h for one instruction set.
#include "formulas/rounding.h"
