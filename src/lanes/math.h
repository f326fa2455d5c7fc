#pragma once

// The mathematical functions of lanes: written once, generic over float and double, the same bits on every
// instruction set. Bounds in ulp stand beside each function and are tested by tests/lanes_ulp.cpp.

#include "lanes/erf.h"
#include "lanes/erfinv.h"
#include "lanes/exp.h"
#include "lanes/hyperbolic.h"
#include "lanes/inverse_trig.h"
#include "lanes/log.h"
#include "lanes/pow.h"
#include "lanes/trig.h"
