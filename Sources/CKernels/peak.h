// Loops that keep the arithmetic units busy and touch no memory.

#include "vector.h"

static float peak_float(size_t steps, double *operations) {
    enum { chains = 12 };
    vfloat sum[chains];
    for (int i = 0; i < chains; i++) sum[i] = splat((float)i);
    volatile float factor = 0.999f;
    const vfloat a = splat(factor);
    for (size_t step = 0; step < steps; step++)
        for (int i = 0; i < chains; i++) sum[i] = fused(sum[i], a, a);
    for (int i = 1; i < chains; i++) sum[0] += sum[i];
    *operations = 2.0 * chains * CK_LANES;
    return sum_lanes(sum[0]);
}
