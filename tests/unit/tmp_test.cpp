#include "gtest/gtest.h"
#include "talweg/errors.h"
#include "talweg/dtype.h"
TEST(A, B) { EXPECT_EQ(talweg::promote_types(talweg::int8, talweg::float32), talweg::float32); EXPECT_THROW(throw talweg::ShapeError("x"), talweg::Error); }
