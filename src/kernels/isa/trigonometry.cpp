// The loops of formulas/trigonometry.h for one instruction set.
#include "formulas/trigonometry.h"
