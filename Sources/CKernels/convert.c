// Whole runs of 16-bit floats.

#include "CKernels.h"
#include "half.h"

void ck_float_to_bfloat(const float *x, size_t count, uint16_t *y) {
    for (size_t i = 0; i < count; i++) y[i] = float_to_bfloat(x[i]);
}
