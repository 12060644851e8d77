// Vectors of CK_LANES floats in the compiler's generic vector types: the same source serves every
// level. The including file defines CK_LANES and CK_FMA (1 when the target multiplies and adds in
// one rounding) and sets the target.
//
// Contraction is off, so that the compiler never decides by itself where a multiplication and an
// addition are fused: it might decide differently for one row and for six, and rows would no
// longer be equal bit for bit.

#ifndef CK_VECTOR_H
#define CK_VECTOR_H

#include "CKernels.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define CK_INLINE static inline __attribute__((always_inline))

typedef float vfloat __attribute__((vector_size(4 * CK_LANES)));
typedef int32_t vint __attribute__((vector_size(4 * CK_LANES)));
typedef float vfloat_unaligned __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));
typedef int32_t vint_unaligned __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));

CK_INLINE vfloat load(const float *p) { return *(const vfloat_unaligned *)p; }
CK_INLINE void store(float *p, vfloat x) { *(vfloat_unaligned *)p = x; }
CK_INLINE vfloat splat(float x) { return x - (vfloat){}; }

CK_INLINE vfloat fused(vfloat a, vfloat b, vfloat c) {
#if CK_FMA
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

CK_INLINE vfloat choose(vint mask, vfloat a, vfloat b) {
    return (vfloat)((mask & (vint)a) | (~mask & (vint)b));
}

/// The greater of two; the second when either is a NaN.
CK_INLINE vfloat greater(vfloat a, vfloat b) { return choose(a > b, a, b); }

/// The first `count` elements at p, the rest `fill`.
CK_INLINE vfloat load_part(const float *p, size_t count, float fill) {
    vfloat x = splat(fill);
    memcpy(&x, p, count * sizeof(float));
    return x;
}

CK_INLINE void store_part(float *p, vfloat x, size_t count) {
    memcpy(p, &x, count * sizeof(float));
}

/// The sum of the lanes, halves first.
CK_INLINE float sum_lanes(vfloat x) {
    float lane[CK_LANES];
    memcpy(lane, &x, sizeof lane);
    for (int width = CK_LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lane[i] += lane[i + width];
    return lane[0];
}

CK_INLINE float greatest_lane(vfloat x) {
    float best = x[0];
    for (int i = 1; i < CK_LANES; i++) best = x[i] > best ? x[i] : best;
    return best;
}

/// e to the x, within 2 units in the last place; 0 below -87.33, saturated above 88.37, NaN for NaN.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by the polynomial of Cephes (expf), 2^n by its bits.
CK_INLINE vfloat exponential(vfloat x) {
    const vfloat magic = splat(12582912.0f);
    vint tiny = x < -87.33f;
    x = choose(x > 88.37f, splat(88.37f), x);
    x = choose(x < -87.33f, splat(-87.33f), x);
    vfloat shifted = fused(x, splat(1.44269504f), magic);
    vfloat n = shifted - magic;
    vfloat r = fused(n, splat(-0.693359375f), x);
    r = fused(n, splat(2.12194440e-4f), r);
    vfloat p = splat(1.9875691500e-4f);
    p = fused(p, r, splat(1.3981999507e-3f));
    p = fused(p, r, splat(8.3334519073e-3f));
    p = fused(p, r, splat(4.1665795894e-2f));
    p = fused(p, r, splat(1.6666665459e-1f));
    p = fused(p, r, splat(5.0000001201e-1f));
    p = fused(p * r, r, r) + 1.0f;
    vint power = ((vint)shifted - (vint)magic + 127) << 23;
    return choose(tiny, splat(0.0f), p * (vfloat)power);
}

/// The error function within 5e-7 (Abramowitz & Stegun 7.1.26: 1.5e-7 in exact arithmetic).
CK_INLINE vfloat error_function(vfloat x) {
    vfloat a = choose(x < 0.0f, -x, x);
    vfloat t = 1.0f / fused(splat(0.3275911f), a, splat(1.0f));
    vfloat p = splat(1.061405429f);
    p = fused(p, t, splat(-1.453152027f));
    p = fused(p, t, splat(1.421413741f));
    p = fused(p, t, splat(-0.284496736f));
    p = fused(p, t, splat(0.254829592f));
    vfloat y = fused(-(p * t), exponential(-(a * a)), splat(1.0f));
    return choose(x < 0.0f, -y, y);
}

#endif
