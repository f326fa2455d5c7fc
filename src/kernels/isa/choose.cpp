// The loops of formulas/choose.h for one instruction set.
#include "formulas/choose.h"
