// The loops of formulas/activations.h for one instruction set.
#include "formulas/activations.h"
