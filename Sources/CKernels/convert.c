// Whole runs of 16-bit floats, and the greatest element.

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

size_t ck_argmax(const float *x, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        // Also leaves an initial NaN behind as soon as there is a number.
        if (x[i] > x[best] || (x[best] != x[best] && x[i] == x[i])) best = i;
    return best;
}
