// The loops of formulas/elementary.h for one instruction set.
#include "formulas/elementary.h"
