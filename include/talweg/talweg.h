// Everything: `#include <talweg/talweg.h>`, then `tw::tensor({1, 2, 3})`.
#pragma once

#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/dtype.h"
#include "talweg/errors.h"
#include "talweg/io.h"
#include "talweg/nn/containers.h"
#include "talweg/nn/init.h"
#include "talweg/nn/layers.h"
#include "talweg/nn/losses.h"
#include "talweg/nn/module.h"
#include "talweg/optim.h"
#include "talweg/print.h"
#include "talweg/tensor.h"
#include "talweg/warnings.h"

namespace tw = talweg;
