// The kernels of the backward pass, besides the products with packed matrices: products of two
// matrices of activations, and the derivatives of norms, gates and softmax.

#ifndef CK_GRADIENT_H
#define CK_GRADIENT_H

#include "product.h"
#include "rows.h"

/// `rows` times `vectors * CK_LANES` columns in registers; the sum of one element is one chain over
/// the depth.
CK_INLINE void general_block(
    const size_t rows, const size_t vectors, const float *a, size_t a_row, size_t a_depth,
    const float *b, size_t b_stride, size_t depth, float scale, bool starts, float *c,
    size_t c_stride) {
    vfloat sum[tile_rows][CK_VECTORS];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++) sum[r][v] = (vfloat){};
    for (size_t k = 0; k < depth; k++, a += a_depth, b += b_stride) {
        vfloat other[CK_VECTORS];
        for (size_t v = 0; v < vectors; v++) other[v] = load(b + v * CK_LANES);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sum[r][v] = fused(splat(a[r * a_row]), other[v], sum[r][v]);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++) {
            float *target = c + r * c_stride + v * CK_LANES;
            store(target, starts ? sum[r][v] * scale : fused(sum[r][v], splat(scale), load(target)));
        }
}

static void general_wide(
    size_t rows, const float *a, size_t a_row, size_t a_depth, const float *b, size_t b_stride,
    size_t depth, float scale, bool starts, float *c, size_t c_stride) {
    CK_SWITCH_ROWS(
        rows, general_block, CK_VECTORS, a, a_row, a_depth, b, b_stride, depth, scale, starts, c,
        c_stride)
}

static void general_narrow(
    size_t rows, const float *a, size_t a_row, size_t a_depth, const float *b, size_t b_stride,
    size_t depth, float scale, bool starts, float *c, size_t c_stride) {
    CK_SWITCH_ROWS(
        rows, general_block, 1, a, a_row, a_depth, b, b_stride, depth, scale, starts, c, c_stride)
}

static void general_tail(
    size_t rows, size_t columns, const float *a, size_t a_row, size_t a_depth, const float *b,
    size_t b_stride, size_t depth, float scale, bool starts, float *c, size_t c_stride) {
    for (size_t r = 0; r < rows; r++)
        for (size_t n = 0; n < columns; n++) {
            float sum = 0;
            for (size_t k = 0; k < depth; k++)
                sum += a[r * a_row + k * a_depth] * b[k * b_stride + n];
            float *target = c + r * c_stride + n;
            *target = starts ? sum * scale : *target + sum * scale;
        }
}

static void product(
    size_t rows, size_t columns, size_t depth, const float *a, size_t a_row, size_t a_depth,
    const float *b, size_t b_stride, float scale, bool starts, float *c, size_t c_stride) {
    const size_t wide = CK_VECTORS * CK_LANES;
    for (size_t n = 0, width; n < columns; n += width) {
        const size_t left = columns - n;
        width = left >= wide ? wide : left >= CK_LANES ? CK_LANES : left;
        for (size_t m = 0; m < rows; m += tile_rows) {
            const size_t count = rows - m < tile_rows ? rows - m : tile_rows;
            const float *from = a + m * a_row;
            float *to = c + m * c_stride + n;
            if (width == wide)
                general_wide(
                    count, from, a_row, a_depth, b + n, b_stride, depth, scale, starts, to,
                    c_stride);
            else if (width == CK_LANES)
                general_narrow(
                    count, from, a_row, a_depth, b + n, b_stride, depth, scale, starts, to,
                    c_stride);
            else
                general_tail(
                    count, width, from, a_row, a_depth, b + n, b_stride, depth, scale, starts, to,
                    c_stride);
        }
    }
}

static void rms_norm_backward(
    const float *x, size_t rows, size_t columns, size_t x_stride, const float *gain, float epsilon,
    const float *dy, size_t dy_stride, float *dx, size_t dx_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, dy += dy_stride, dx += dx_stride) {
        vfloat squares = {}, products = {};
#define CK_BODY(LOAD, STORE)                                                                      \
    vfloat v = LOAD(x + i);                                                                       \
    squares = fused(v, v, squares);                                                               \
    products = fused(v * LOAD(gain + i), LOAD(dy + i), products);
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
        const float scale = 1.0f / sqrtf(sum_lanes(squares) / (float)columns + epsilon);
        const float pull = sum_lanes(products) * scale * scale * scale / (float)columns;
#define CK_BODY(LOAD, STORE)                                                                      \
    vfloat direct = LOAD(gain + i) * LOAD(dy + i) * scale;                                        \
    STORE(dx + i, LOAD(dx + i) + (direct - LOAD(x + i) * pull));
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
    }
}

static void swiglu_backward(
    const float *gate, const float *up, size_t rows, size_t columns, size_t gate_stride,
    size_t up_stride, const float *dy, size_t dy_stride, float *dgate, size_t dgate_stride,
    float *dup, size_t dup_stride) {
    for (size_t row = 0; row < rows; row++) {
#define CK_BODY(LOAD, STORE)                                                                      \
    vfloat g = LOAD(gate + i);                                                                    \
    vfloat d = LOAD(dy + i);                                                                      \
    vfloat share = 1.0f / (exponential(-g) + 1.0f);                                               \
    vfloat slope = share * (g * (1.0f - share) + 1.0f);                                           \
    vfloat u = LOAD(up + i);                                                                      \
    STORE(dgate + i, d * u * slope);                                                              \
    STORE(dup + i, d * g * share);
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
        gate += gate_stride;
        up += up_stride;
        dy += dy_stride;
        dgate += dgate_stride;
        dup += dup_stride;
    }
}

static void softmax_backward(
    const float *p, float *dp, size_t rows, size_t columns, size_t stride) {
    for (size_t row = 0; row < rows; row++, p += stride, dp += stride) {
        vfloat sum = {};
#define CK_BODY(LOAD, STORE) sum = fused(LOAD(p + i), LOAD(dp + i), sum);
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
        const float mean = sum_lanes(sum);
#define CK_BODY(LOAD, STORE) STORE(dp + i, (LOAD(dp + i) - mean) * LOAD(p + i));
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
    }
}

static void scaled_exponentials(
    const float *x, size_t columns, float top, float factor, float *y) {
#define CK_BODY(LOAD, STORE) STORE(y + i, exponential(LOAD(x + i) - top) * factor);
    CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
}

#endif
