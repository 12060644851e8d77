// Operations on rows of activations: norms, rotary embedding, activation functions, softmax.

#ifndef CK_ROWS_H
#define CK_ROWS_H

#include "vector.h"

/// Runs `body` over the columns, CK_LANES at a time: `i` is the column, `n` the lanes that count.
#define CK_FOR_COLUMNS(columns, body)                                                             \
    for (size_t i = 0; i < (columns); i += CK_LANES) {                                            \
        const size_t n = (columns) - i < CK_LANES ? (columns) - i : CK_LANES;                     \
        if (n == CK_LANES) {                                                                      \
            body(load, store)                                                                     \
        } else {                                                                                  \
            body(CK_LOAD_TAIL, CK_STORE_TAIL)                                                     \
        }                                                                                         \
    }
#define CK_LOAD_TAIL(p) load_part((p), n, 0.0f)
#define CK_STORE_TAIL(p, v) store_part((p), (v), n)

static void rms_norm(
    const float *x, size_t rows, size_t columns, size_t x_stride, const float *gain,
    float epsilon, float *y, size_t y_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        vfloat squares = {};
#define CK_BODY(LOAD, STORE)                                                                      \
    vfloat v = LOAD(x + i);                                                                       \
    squares = fused(v, v, squares);
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
        const float scale = 1.0f / sqrtf(sum_lanes(squares) / (float)columns + epsilon);
#define CK_BODY(LOAD, STORE) STORE(y + i, LOAD(x + i) * scale * LOAD(gain + i));
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
    }
}

static void layer_norm(
    const float *x, size_t rows, size_t columns, size_t x_stride, const float *gain,
    const float *bias, float epsilon, float *y, size_t y_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        vfloat sum = {};
#define CK_BODY(LOAD, STORE) sum += LOAD(x + i);
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
        const float mean = sum_lanes(sum) / (float)columns;
        // The mean has a rounding error in proportion to its size; the mean of the differences to
        // it is that error.
        vfloat rest = {}, squares = {};
        for (size_t i = 0; i < columns; i += CK_LANES) {
            const size_t n = columns - i < CK_LANES ? columns - i : CK_LANES;
            // The lanes past the end hold the mean, so that they add nothing.
            vfloat v = (n == CK_LANES ? load(x + i) : load_part(x + i, n, mean)) - mean;
            rest += v;
            squares = fused(v, v, squares);
        }
        const float shift = sum_lanes(rest) / (float)columns;
        const float variance = sum_lanes(squares) / (float)columns - shift * shift;
        const float scale = 1.0f / sqrtf((variance < 0 ? 0 : variance) + epsilon);
#define CK_BODY(LOAD, STORE)                                                                      \
    STORE(y + i, fused((LOAD(x + i) - mean - shift) * scale, LOAD(gain + i), LOAD(bias + i)));
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
    }
}

/// Rotates the pairs of one head; the channels of neighbouring pairs are `step` apart.
CK_INLINE void rotate_head(
    float *restrict first, float *restrict second, const size_t step, size_t pairs,
    const float *restrict cosine, const float *restrict sine) {
    for (size_t i = 0; i < pairs; i++) {
        const float a = first[i * step];
        const float b = second[i * step];
        first[i * step] = a * cosine[i] - b * sine[i];
        second[i * step] = a * sine[i] + b * cosine[i];
    }
}

static void rotate(
    float *x, size_t rows, size_t heads, size_t head_size, size_t stride, size_t rotated,
    bool half_split, const int32_t *positions, const float *cosine, const float *sine) {
    const size_t pairs = rotated / 2;
    for (size_t row = 0; row < rows; row++, x += stride) {
        const float *c = cosine + (size_t)positions[row] * pairs;
        const float *s = sine + (size_t)positions[row] * pairs;
        for (size_t head = 0; head < heads; head++) {
            float *v = x + head * head_size;
            if (half_split) rotate_head(v, v + pairs, 1, pairs, c, s);
            else rotate_head(v, v + 1, 2, pairs, c, s);
        }
    }
}

static void swiglu(
    const float *gate, const float *up, size_t rows, size_t columns, size_t gate_stride,
    size_t up_stride, float *y, size_t y_stride) {
    for (size_t row = 0; row < rows; row++, gate += gate_stride, up += up_stride, y += y_stride) {
#define CK_BODY(LOAD, STORE)                                                                      \
    vfloat g = LOAD(gate + i);                                                                    \
    STORE(y + i, g / (exponential(-g) + 1.0f) * LOAD(up + i));
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
    }
}

CK_INLINE vfloat gelu_exact(vfloat x) {
    return x * 0.5f * (error_function(x * 0.70710678f) + 1.0f);
}

CK_INLINE vfloat gelu_tanh(vfloat x) {
    vfloat u = x * fused(x * x, splat(0.79788456f * 0.044715f), splat(0.79788456f));
    // (1 + tanh u) / 2 = 1 / (1 + exp(-2u))
    return x / (exponential(u * -2.0f) + 1.0f);
}

static void gelu(
    const float *x, size_t rows, size_t columns, size_t x_stride, bool tanh_form, float *y,
    size_t y_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        if (tanh_form) {
#define CK_BODY(LOAD, STORE) STORE(y + i, gelu_tanh(LOAD(x + i)));
            CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
        } else {
#define CK_BODY(LOAD, STORE) STORE(y + i, gelu_exact(LOAD(x + i)));
            CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
        }
    }
}

static void add(
    float *x, const float *y, size_t rows, size_t columns, size_t x_stride, size_t y_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
#define CK_BODY(LOAD, STORE) STORE(x + i, LOAD(x + i) + LOAD(y + i));
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
    }
}

CK_INLINE float greatest(const float *x, size_t columns) {
    vfloat best = splat(-INFINITY);
    for (size_t i = 0; i < columns; i += CK_LANES) {
        const size_t n = columns - i < CK_LANES ? columns - i : CK_LANES;
        best = greater(n == CK_LANES ? load(x + i) : load_part(x + i, n, -INFINITY), best);
    }
    return greatest_lane(best);
}

/// The first column that holds the greatest element; 0 if there are only NaNs.
static size_t greatest_column(const float *x, size_t columns) {
    const float top = greatest(x, columns);
    for (size_t i = 0; i < columns; i += CK_LANES) {
        const size_t n = columns - i < CK_LANES ? columns - i : CK_LANES;
        if (n == CK_LANES && !__builtin_reduce_or(load(x + i) == top)) continue;
        for (size_t c = i; c < i + n; c++)
            if (x[c] == top) return c;
    }
    return 0;
}

/// Writes y = exp(scale * (x - top)), unless y is NULL, and returns the sum; lane l sums the
/// columns l, l + lanes, ….
CK_INLINE float exponentials(
    const float *x, size_t columns, float top, float scale, float *y) {
    vfloat sum = {};
    double total = 0;
    for (size_t i = 0; i < columns; i += CK_LANES) {
        const size_t n = columns - i < CK_LANES ? columns - i : CK_LANES;
        vfloat v = n == CK_LANES ? load(x + i) : load_part(x + i, n, -INFINITY);
        vfloat e = exponential((v - top) * scale);
        if (y) {
            if (n == CK_LANES) store(y + i, e);
            else store_part(y + i, e, n);
        }
        sum += e;
        // Summed in single precision alone, a vocabulary of 50,000 is off by 1e-5.
        if ((i & 1023) == 1024 - CK_LANES) {
            total += (double)sum_lanes(sum);
            sum = (vfloat){};
        }
    }
    return (float)(total + (double)sum_lanes(sum));
}

static void softmax(float *x, size_t rows, size_t columns, size_t stride) {
    for (size_t row = 0; row < rows; row++, x += stride) {
        const float scale = 1.0f / exponentials(x, columns, greatest(x, columns), 1.0f, x);
#define CK_BODY(LOAD, STORE) STORE(x + i, LOAD(x + i) * scale);
        CK_FOR_COLUMNS(columns, CK_BODY)
#undef CK_BODY
    }
}

static void log_softmax(
    const float *x, size_t rows, size_t columns, size_t stride, const int32_t *targets,
    float *out) {
    for (size_t row = 0; row < rows; row++, x += stride) {
        const float top = greatest(x, columns);
        const float sum = exponentials(x, columns, top, 1.0f, NULL);
        out[row] = (x[targets[row]] - top) - logf(sum);
    }
}

#endif
