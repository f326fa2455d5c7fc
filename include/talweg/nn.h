// All of nn.
#pragma once

#include "talweg/nn/containers.h"
#include "talweg/nn/init.h"
#include "talweg/nn/layers.h"
#include "talweg/nn/losses.h"
#include "talweg/nn/module.h"
#include "talweg/nn/parameter.h"
#include "talweg/nn/regularization.h"
