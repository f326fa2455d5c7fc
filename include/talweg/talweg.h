// Everything: `#include <talweg/talweg.h>`, then `tw::tensor({1, 2, 3})`.
#pragma once

#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/dtype.h"
#include "talweg/errors.h"
#include "talweg/print.h"
#include "talweg/tensor.h"

namespace tw = talweg;
