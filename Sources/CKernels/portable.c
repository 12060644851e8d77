// The portable level: plain C for any processor, and the reference for the other two.

#define CK_LANES 4
#define CK_FMA 0
#define CK_VECTORS 2

#include "attend.h"
#include "gradient.h"
#include "half.h"
#include "levels.h"
#include "peak.h"
#include "prepare.h"
#include "rows.h"

enum { bfloat_bytes = 4 };
#define bfloat_tile wide_tile
#define prepare_bfloat prepare_bfloat_wide

/// One half of a panel, `codes(group, quad, output, input)` read by `code`.
CK_INLINE void integer_half(
    const size_t bits, const ck_activations *x, size_t row, const uint8_t *half, size_t first,
    size_t end, bool starts, float *y) {
    const size_t groups = (x->inputs + CK_GROUP - 1) / CK_GROUP;
    const size_t code_bytes = half_outputs * CK_GROUP * bits / 8;
    float sum[half_outputs];
    for (size_t o = 0; o < half_outputs; o++) sum[o] = starts ? 0.0f : y[o];
    for (size_t group = first; group < end; group++) {
        const uint8_t *codes = half + group * (code_bytes + 4 * half_outputs);
        const int8_t *values = (const int8_t *)x->values + (row * groups + group) * CK_GROUP;
        const float scale = x->scales[row * groups + group];
        const float total = x->sums[row * groups + group];
        uint16_t scales[half_outputs], offsets[half_outputs];
        memcpy(scales, codes + code_bytes, sizeof scales);
        memcpy(offsets, codes + code_bytes + sizeof scales, sizeof offsets);
        int32_t dot[half_outputs] = {0};
        for (size_t quad = 0; quad < CK_GROUP / 4; quad++) {
            for (size_t o = 0; o < half_outputs; o++) {
                for (size_t i = 0; i < 4; i++) {
                    int32_t code;
                    if (bits == 8) {
                        code = codes[(quad * 32 + o) * 4 + i];
                    } else {
                        const uint8_t pair = codes[(quad * 16 + o % 16) * 4 + i];
                        code = o < 16 ? pair & 15 : pair >> 4;
                    }
                    dot[o] += code * values[quad * 4 + i];
                }
            }
        }
        for (size_t o = 0; o < half_outputs; o++) {
            const float shift = half_to_float(offsets[o]) * total;
            sum[o] += ((float)dot[o] * half_to_float(scales[o]) + shift) * scale;
        }
    }
    memcpy(y, sum, sizeof sum);
}

CK_INLINE void integer_tile(
    const size_t bits, size_t rows, const ck_activations *x, size_t row, const uint8_t *panel,
    size_t first, size_t end, bool starts, float *y, size_t y_stride) {
    const size_t groups = (x->inputs + CK_GROUP - 1) / CK_GROUP;
    const size_t half_bytes = groups * (bits == 8 ? int8_group_bytes : int4_group_bytes);
    for (size_t r = 0; r < rows; r++)
        for (size_t half = 0; half < 2; half++)
            integer_half(
                bits, x, row + r, panel + half * half_bytes, first, end, starts,
                y + r * y_stride + half * half_outputs);
}

static void int8_tile(
    size_t rows, const ck_activations *x, size_t row, const uint8_t *panel, size_t first,
    size_t end, bool starts, float *y, size_t y_stride) {
    integer_tile(8, rows, x, row, panel, first, end, starts, y, y_stride);
}

static void int4_tile(
    size_t rows, const ck_activations *x, size_t row, const uint8_t *panel, size_t first,
    size_t end, bool starts, float *y, size_t y_stride) {
    integer_tile(4, rows, x, row, panel, first, end, starts, y, y_stride);
}

static float peak_bfloat(size_t steps, double *operations) { return peak_float(steps, operations); }

static float peak_int(size_t steps, double *operations) { return peak_float(steps, operations); }

#include "table.h"

const ck_kernels ck_portable_kernels = CK_TABLE(CK_LEVEL_PORTABLE);
