// LibTorch's elementwise rows.
#pragma once

#include "rows.h"

/// Null if there is none of that name.
rows::Run elementwise_row(const char* name);
