// Rounding of activations before a product.

#include "vector.h"

typedef int8_t vbyte __attribute__((vector_size(CK_LANES)));

/// One group of 32: scale = max |x| / 127, values rounded to nearest even, and their sum.
///
/// If an element is not finite, the scale is a NaN, so that every product is a NaN and not a
/// plausible number. All levels compute the same bits.
CK_INLINE void quantise_group(
    const float *x, size_t count, int8_t *values, float *scale, float *sum) {
    enum { parts = CK_GROUP / CK_LANES };
    vfloat v[parts];
    vint top = {};
    for (size_t i = 0; i < parts; i++) {
        const size_t first = i * CK_LANES;
        const size_t n = count <= first ? 0 : count - first;
        v[i] = n >= CK_LANES ? load(x + first) : load_part(x + first, n, 0.0f);
        // Magnitudes are ordered as their bits are, a NaN above all.
        top = __builtin_elementwise_max(top, (vint)v[i] & 0x7fffffff);
    }
    const int32_t bits = __builtin_reduce_max(top);
    float magnitude;
    memcpy(&magnitude, &bits, sizeof magnitude);
    const bool empty = magnitude < 1e-30f;
    *scale = empty ? 0.0f : isfinite(magnitude) ? magnitude / 127.0f : NAN;
    const float inverse = empty ? 0.0f : 127.0f / magnitude;
    const vfloat magic = splat(12582912.0f);
    vint total = {};
    for (size_t i = 0; i < parts; i++) {
        // The low bits of a float around 1.5 * 2^23 are the rounded integer.
        vint q = (vint)(v[i] * inverse + magic) - (vint)magic;
        vbyte bytes = __builtin_convertvector(q, vbyte);
        memcpy(values + i * CK_LANES, &bytes, sizeof bytes);
        total += q;
    }
    *sum = (float)__builtin_reduce_add(total);
}

static void prepare_int8(
    const float *x, size_t rows, size_t inputs, size_t stride, const ck_activations *out) {
    const size_t groups = (inputs + CK_GROUP - 1) / CK_GROUP;
    int8_t *values = out->values;
    for (size_t row = 0; row < rows; row++) {
        for (size_t group = 0; group < groups; group++) {
            const size_t first = group * CK_GROUP;
            const size_t index = row * groups + group;
            const float *source = x + row * stride + first;
            if (inputs - first >= CK_GROUP)
                quantise_group(
                    source, CK_GROUP, values + index * CK_GROUP, out->scales + index,
                    out->sums + index);
            else
                quantise_group(
                    source, inputs - first, values + index * CK_GROUP, out->scales + index,
                    out->sums + index);
        }
    }
}

static void prepare_float(
    const float *x, size_t rows, size_t inputs, size_t stride, const ck_activations *out) {
    float *values = out->values;
    for (size_t row = 0; row < rows; row++)
        memcpy(values + row * inputs, x + row * stride, inputs * sizeof(float));
}

/// Rounds to bfloat16 (nearest even) and leaves the result in 32 bits.
CK_INLINE vfloat round_to_bfloat(vfloat x) {
    vint bits = (vint)x;
    vint rounded = (bits + 0x7fff + ((bits >> 16) & 1)) & (int32_t)0xffff0000;
    return choose(x == x, (vfloat)rounded, (vfloat)(bits | 0x00400000));
}

/// Prepares bfloat16 activations for the levels without bfloat16 instructions.
CK_INLINE void prepare_bfloat_wide(
    const float *x, size_t rows, size_t inputs, size_t stride, const ck_activations *out) {
    const size_t padded = (inputs + 1) / 2 * 2;
    for (size_t row = 0; row < rows; row++) {
        float *values = (float *)out->values + row * padded;
        const float *source = x + row * stride;
        if (padded > inputs) values[inputs] = 0;
        for (size_t i = 0; i < inputs; i += CK_LANES) {
            const size_t n = inputs - i;
            if (n >= CK_LANES)
                store(values + i, round_to_bfloat(load(source + i)));
            else
                store_part(values + i, round_to_bfloat(load_part(source + i, n, 0)), n);
        }
    }
}
