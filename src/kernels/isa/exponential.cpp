// The loops of formulas/exponential.h for one instruction set.
#include "formulas/exponential.h"
