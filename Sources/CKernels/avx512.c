// The AVX-512 level: F, BW, DQ and VL, with BF16 and VNNI.

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#pragma clang attribute push(                                                                     \
    __attribute__((target(                                                                        \
        "avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni"))),            \
    apply_to = function)

#define CK_LANES 16
#define CK_FMA 1
#define CK_VECTORS 4

#include "attend.h"
#include "gradient.h"
#include "levels.h"
#include "peak.h"
#include "prepare.h"
#include "rows.h"

enum {
    bfloat_bytes = 2,
    /// How many bytes ahead of their use weights are prefetched.
    ahead = 4096,
};

static void prepare_bfloat(
    const float *x, size_t rows, size_t inputs, size_t stride, const ck_activations *out) {
    const size_t padded = (inputs + 1) / 2 * 2;
    for (size_t row = 0; row < rows; row++) {
        uint16_t *values = (uint16_t *)out->values + row * padded;
        const float *source = x + row * stride;
        if (padded > inputs) values[inputs] = 0;
        for (size_t i = 0; i < inputs; i += 16) {
            const __mmask16 mask =
                inputs - i >= 16 ? 0xffff : (__mmask16)((1u << (inputs - i)) - 1);
            const __m256bh rounded = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, source + i));
            _mm256_mask_storeu_epi16(values + i, mask, (__m256i)rounded);
        }
    }
}

CK_INLINE void bfloat_block(
    const size_t rows, const uint8_t *x, size_t x_stride, const uint8_t *w, size_t pairs,
    bool starts, float *y, size_t y_stride) {
    __m512 sum[tile_rows][4];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < 4; v++)
            sum[r][v] = starts ? _mm512_setzero_ps() : _mm512_loadu_ps(y + r * y_stride + 16 * v);
    for (size_t k = 0; k < pairs; k++, w += 4 * CK_PANEL) {
        __m512bh weight[4];
        for (size_t v = 0; v < 4; v++) {
            _mm_prefetch((const char *)w + ahead + 64 * v, _MM_HINT_T0);
            weight[v] = (__m512bh)_mm512_loadu_si512(w + 64 * v);
        }
        for (size_t r = 0; r < rows; r++) {
            int32_t pair;
            memcpy(&pair, x + r * x_stride + 4 * k, 4);
            const __m512bh value = (__m512bh)_mm512_set1_epi32(pair);
            for (size_t v = 0; v < 4; v++)
                sum[r][v] = _mm512_dpbf16_ps(sum[r][v], weight[v], value);
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < 4; v++) _mm512_storeu_ps(y + r * y_stride + 16 * v, sum[r][v]);
}

static void bfloat_tile(
    size_t rows, const ck_activations *x, size_t row, const uint8_t *panel, size_t first,
    size_t end, bool starts, float *y, size_t y_stride) {
    const size_t stride = (x->inputs + 1) / 2 * 4;
    const uint8_t *source = (const uint8_t *)x->values + row * stride + 4 * first;
    const uint8_t *w = panel + first * 4 * CK_PANEL;
    CK_SWITCH_ROWS(rows, bfloat_block, source, stride, w, end - first, starts, y, y_stride)
}

/// One half of a panel, 32 outputs: integer and float sums of six rows fit the registers.
CK_INLINE void integer_block(
    const size_t rows, const size_t bits, const ck_activations *x, size_t row,
    const uint8_t *half, size_t first, size_t end, bool starts, float *y, size_t y_stride) {
    const size_t groups = (x->inputs + CK_GROUP - 1) / CK_GROUP;
    const size_t code_bytes = half_outputs * CK_GROUP * bits / 8;
    const __m512i nibble = _mm512_set1_epi8(15);
    const int8_t *source = (const int8_t *)x->values + row * groups * CK_GROUP;
    __m512 sum[tile_rows][2];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < 2; v++)
            sum[r][v] = starts ? _mm512_setzero_ps() : _mm512_loadu_ps(y + r * y_stride + 16 * v);
    for (size_t group = first; group < end; group++) {
        const uint8_t *codes = half + group * (code_bytes + 4 * half_outputs);
        __m512i dot[tile_rows][2];
        for (size_t r = 0; r < rows; r++)
            dot[r][0] = dot[r][1] = _mm512_setzero_si512();
#pragma clang loop unroll(full)
        for (size_t quad = 0; quad < CK_GROUP / 4; quad++) {
            __m512i code[2];
            if (bits == 4) {
                _mm_prefetch((const char *)codes + ahead + 64 * quad, _MM_HINT_T0);
                const __m512i pair = _mm512_loadu_si512(codes + 64 * quad);
                code[0] = _mm512_and_si512(pair, nibble);
                code[1] = _mm512_and_si512(_mm512_srli_epi16(pair, 4), nibble);
            } else {
                for (size_t v = 0; v < 2; v++) {
                    _mm_prefetch((const char *)codes + ahead + 128 * quad + 64 * v, _MM_HINT_T0);
                    code[v] = _mm512_loadu_si512(codes + 128 * quad + 64 * v);
                }
            }
            for (size_t r = 0; r < rows; r++) {
                int32_t four;
                memcpy(&four, source + (r * groups + group) * CK_GROUP + quad * 4, 4);
                const __m512i value = _mm512_set1_epi32(four);
                dot[r][0] = _mm512_dpbusd_epi32(dot[r][0], code[0], value);
                dot[r][1] = _mm512_dpbusd_epi32(dot[r][1], code[1], value);
            }
        }
        const uint8_t *ranges = codes + code_bytes;
        _mm_prefetch((const char *)ranges + ahead, _MM_HINT_T0);
        _mm_prefetch((const char *)ranges + ahead + 64, _MM_HINT_T0);
        for (size_t v = 0; v < 2; v++) {
            const __m512 scales =
                _mm512_cvtph_ps(_mm256_loadu_si256((const void *)(ranges + 32 * v)));
            const __m512 offsets = _mm512_cvtph_ps(
                _mm256_loadu_si256((const void *)(ranges + 2 * half_outputs + 32 * v)));
            for (size_t r = 0; r < rows; r++) {
                const size_t index = (row + r) * groups + group;
                const __m512 shift = _mm512_mul_ps(offsets, _mm512_set1_ps(x->sums[index]));
                const __m512 term =
                    _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[r][v]), scales, shift);
                sum[r][v] = _mm512_fmadd_ps(term, _mm512_set1_ps(x->scales[index]), sum[r][v]);
            }
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < 2; v++) _mm512_storeu_ps(y + r * y_stride + 16 * v, sum[r][v]);
}

CK_INLINE void integer_tile(
    const size_t bits, size_t rows, const ck_activations *x, size_t row, const uint8_t *panel,
    size_t first, size_t end, bool starts, float *y, size_t y_stride) {
    const size_t groups = (x->inputs + CK_GROUP - 1) / CK_GROUP;
    const size_t half_bytes = groups * (bits == 8 ? int8_group_bytes : int4_group_bytes);
    for (size_t half = 0; half < 2; half++)
        CK_SWITCH_ROWS(
            rows, integer_block, bits, x, row, panel + half * half_bytes, first, end, starts,
            y + half * half_outputs, y_stride)
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

static float peak_bfloat(size_t steps, double *operations) {
    enum { chains = 16 };
    __m512 sum[chains];
    volatile int32_t factor = 0x3c003c00;
    const __m512bh a = (__m512bh)_mm512_set1_epi32(factor);
    for (int i = 0; i < chains; i++) sum[i] = _mm512_set1_ps((float)i);
    for (size_t step = 0; step < steps; step++)
        for (int i = 0; i < chains; i++) sum[i] = _mm512_dpbf16_ps(sum[i], a, a);
    for (int i = 1; i < chains; i++) sum[0] = _mm512_add_ps(sum[0], sum[i]);
    *operations = 4.0 * chains * 16;
    return sum_lanes((vfloat)sum[0]);
}

static float peak_int(size_t steps, double *operations) {
    enum { chains = 16 };
    __m512i sum[chains];
    volatile int32_t factor = 0x01010101;
    const __m512i a = _mm512_set1_epi32(factor);
    for (int i = 0; i < chains; i++) sum[i] = _mm512_set1_epi32(i);
    for (size_t step = 0; step < steps; step++)
        for (int i = 0; i < chains; i++) sum[i] = _mm512_dpbusd_epi32(sum[i], a, a);
    for (int i = 1; i < chains; i++) sum[0] = _mm512_add_epi32(sum[0], sum[i]);
    *operations = 8.0 * chains * 16;
    return (float)_mm512_reduce_add_epi32(sum[0]);
}

#include "table.h"

const ck_kernels ck_avx512_kernels = CK_TABLE(CK_LEVEL_AVX512);

#pragma clang attribute pop

#endif
