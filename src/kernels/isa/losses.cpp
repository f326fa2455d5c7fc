// The loops of formulas/losses.h for one instruction set.
#include "formulas/losses.h"
