// The AVX2 level: AVX2, FMA and F16C.

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#define CK_LANES 8
#define CK_FMA 1
#define CK_VECTORS 2

#include "attend.h"
#include "gradient.h"
#include "levels.h"
#include "peak.h"
#include "prepare.h"
#include "rows.h"

enum { bfloat_bytes = 4 };
#define bfloat_tile wide_tile
#define prepare_bfloat prepare_bfloat_wide

/// Sixteen outputs of a half: `column ..< column + 8` and the same 16 further on, for `rows` rows.
///
/// VPMADDUBSW saturates at 16 bits. Codes of 4 bits never get there, not even over the eight quads
/// of a group (8 * 2 * 15 * 127 = 30,480); codes of 8 bits are split into two of 4.
CK_INLINE void integer_block(
    const size_t bits, const size_t rows, const ck_activations *x, size_t row,
    const uint8_t *half, size_t column, size_t first, size_t end, bool starts, float *y,
    size_t y_stride) {
    const size_t groups = (x->inputs + CK_GROUP - 1) / CK_GROUP;
    const size_t code_bytes = half_outputs * CK_GROUP * bits / 8;
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i ones = _mm256_set1_epi16(1);
    const __m256i sixteens = _mm256_set1_epi16(16);
    const int8_t *source = (const int8_t *)x->values + row * groups * CK_GROUP;
    __m256 sum[3][2];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < 2; v++)
            sum[r][v] = starts ? _mm256_setzero_ps()
                               : _mm256_loadu_ps(y + r * y_stride + column + 16 * v);
    for (size_t group = first; group < end; group++) {
        const uint8_t *codes = half + group * (code_bytes + 4 * half_outputs);
        __m256i low[3][2], high[3][2];
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < 2; v++) low[r][v] = high[r][v] = _mm256_setzero_si256();
        for (size_t quad = 0; quad < CK_GROUP / 4; quad++) {
            if (bits == 4) {
                const __m256i pair =
                    _mm256_loadu_si256((const void *)(codes + (quad * 16 + column) * 4));
                const __m256i code[2] = {
                    _mm256_and_si256(pair, nibble),
                    _mm256_and_si256(_mm256_srli_epi16(pair, 4), nibble)};
                for (size_t r = 0; r < rows; r++) {
                    int32_t four;
                    memcpy(&four, source + (r * groups + group) * CK_GROUP + quad * 4, 4);
                    const __m256i value = _mm256_set1_epi32(four);
                    for (size_t v = 0; v < 2; v++)
                        low[r][v] = _mm256_add_epi16(
                            low[r][v], _mm256_maddubs_epi16(code[v], value));
                }
            } else {
                for (size_t v = 0; v < 2; v++) {
                    const __m256i code = _mm256_loadu_si256(
                        (const void *)(codes + (quad * 32 + column + 16 * v) * 4));
                    const __m256i under = _mm256_and_si256(code, nibble);
                    const __m256i over = _mm256_and_si256(_mm256_srli_epi16(code, 4), nibble);
                    for (size_t r = 0; r < rows; r++) {
                        int32_t four;
                        memcpy(&four, source + (r * groups + group) * CK_GROUP + quad * 4, 4);
                        const __m256i value = _mm256_set1_epi32(four);
                        low[r][v] = _mm256_add_epi16(
                            low[r][v], _mm256_maddubs_epi16(under, value));
                        high[r][v] = _mm256_add_epi16(
                            high[r][v], _mm256_maddubs_epi16(over, value));
                    }
                }
            }
        }
        for (size_t v = 0; v < 2; v++) {
            const uint8_t *ranges = codes + code_bytes + 2 * (column + 16 * v);
            const __m256 scales = _mm256_cvtph_ps(_mm_loadu_si128((const void *)ranges));
            const __m256 offsets = _mm256_cvtph_ps(
                _mm_loadu_si128((const void *)(ranges + 2 * half_outputs)));
            for (size_t r = 0; r < rows; r++) {
                const size_t index = (row + r) * groups + group;
                __m256i dot = _mm256_madd_epi16(low[r][v], ones);
                if (bits == 8)
                    dot = _mm256_add_epi32(dot, _mm256_madd_epi16(high[r][v], sixteens));
                const __m256 shift = _mm256_mul_ps(offsets, _mm256_set1_ps(x->sums[index]));
                const __m256 term = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot), scales, shift);
                sum[r][v] = _mm256_fmadd_ps(term, _mm256_set1_ps(x->scales[index]), sum[r][v]);
            }
        }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < 2; v++)
            _mm256_storeu_ps(y + r * y_stride + column + 16 * v, sum[r][v]);
}

/// Three rows at a time: six need more registers than there are.
CK_INLINE void integer_tile(
    const size_t bits, size_t rows, const ck_activations *x, size_t row, const uint8_t *panel,
    size_t first, size_t end, bool starts, float *y, size_t y_stride) {
    const size_t groups = (x->inputs + CK_GROUP - 1) / CK_GROUP;
    const size_t half_bytes = groups * (bits == 8 ? int8_group_bytes : int4_group_bytes);
    for (size_t half = 0; half < 2; half++)
        for (size_t column = 0; column < 16; column += 8)
            for (size_t r = 0; r < rows; r += 3) {
                const uint8_t *codes = panel + half * half_bytes;
                float *target = y + r * y_stride + half * half_outputs;
                switch (rows - r) {
                case 1:
                    integer_block(
                        bits, 1, x, row + r, codes, column, first, end, starts, target, y_stride);
                    break;
                case 2:
                    integer_block(
                        bits, 2, x, row + r, codes, column, first, end, starts, target, y_stride);
                    break;
                default:
                    integer_block(
                        bits, 3, x, row + r, codes, column, first, end, starts, target, y_stride);
                    break;
                }
            }
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

static float peak_int(size_t steps, double *operations) {
    enum { chains = 12 };
    __m256i sum[chains];
    volatile int32_t factor = 0x01010101;
    const __m256i a = _mm256_set1_epi32(factor);
    for (int i = 0; i < chains; i++) sum[i] = _mm256_set1_epi16((int16_t)i);
    for (size_t step = 0; step < steps; step++)
        for (int i = 0; i < chains; i++)
            sum[i] = _mm256_add_epi16(sum[i], _mm256_maddubs_epi16(sum[i], a));
    for (int i = 1; i < chains; i++) sum[0] = _mm256_add_epi16(sum[0], sum[i]);
    *operations = 2.0 * chains * 32;
    return (float)_mm256_extract_epi32(sum[0], 0);
}

static float peak_bfloat(size_t steps, double *operations) { return peak_float(steps, operations); }

#include "table.h"

const ck_kernels ck_avx2_kernels = CK_TABLE(CK_LEVEL_AVX2);

#pragma clang attribute pop

#endif
