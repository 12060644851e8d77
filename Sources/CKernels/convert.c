// Whole runs of 16-bit floats.

#include "CKernels.h"
#include "half.h"

void ck_half_to_float(const uint16_t *x, size_t count, float *y) {
    for (size_t i = 0; i < count; i++) y[i] = half_to_float(x[i]);
}

void ck_bfloat_to_float(const uint16_t *x, size_t count, float *y) {
    for (size_t i = 0; i < count; i++) y[i] = bfloat_to_float(x[i]);
}

void ck_float_to_half(const float *x, size_t count, uint16_t *y) {
    for (size_t i = 0; i < count; i++) y[i] = float_to_half(x[i]);
}

void ck_float_to_bfloat(const float *x, size_t count, uint16_t *y) {
    for (size_t i = 0; i < count; i++) y[i] = float_to_bfloat(x[i]);
}
