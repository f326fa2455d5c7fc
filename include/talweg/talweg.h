// Everything: `#include <talweg/talweg.h>`, then `tw::tensor({1, 2, 3})`.
#pragma once

#include "talweg/autograd.h"
#include "talweg/create.h"
#include "talweg/dtype.h"
#include "talweg/errors.h"
#include "talweg/formula.h"
#include "talweg/io.h"
#include "talweg/legacy.h"
#include "talweg/nn.h"
#include "talweg/numpy.h"
#include "talweg/ops/dropout.h"
#include "talweg/ops/embedding.h"
#include "talweg/ops/more_losses.h"
#include "talweg/ops/normalization.h"
#include "talweg/optim.h"
#include "talweg/print.h"
#include "talweg/random.h"
#include "talweg/repr.h"
#include "talweg/tensor.h"
#include "talweg/transforms.h"
#include "talweg/warnings.h"

namespace tw = talweg;
