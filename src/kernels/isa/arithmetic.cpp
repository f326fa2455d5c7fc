// The loops of formulas/arithmetic.h for one instruction set.
#include "formulas/arithmetic.h"
