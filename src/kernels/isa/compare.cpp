// The loops of formulas/compare.h for one instruction set.
#include "formulas/compare.h"
