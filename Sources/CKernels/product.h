// Products with packed matrices: the loop over rows, panels and inputs around a level's tiles.

#ifndef CK_PRODUCT_H
#define CK_PRODUCT_H

#include "vector.h"

enum {
    /// Rows of one tile: at AVX-512 the 24 sums of 6 rows by 4 vectors, with 4 vectors of weights,
    /// fit into the 32 registers.
    tile_rows = 6,
    /// Bytes of prepared activations that are used with every panel before the next rows' turn.
    row_block_bytes = 384 << 10,
    /// Bytes of a panel that stay in the second-level cache while all rows use them.
    input_block_bytes = 256 << 10,
    /// Rows of a float panel (256 bytes each) that stay in the first-level cache while a tile passes
    /// over them once per strip of outputs.
    strip_depth = 64,
};

/// Adds the product of the inputs `first ..< end` to `y[rows][64]` (row stride `y_stride`), or
/// starts with it. Each output is one chain of additions in the order of the inputs, so that
/// neither the tile's rows nor the blocks of inputs show in the result.
typedef void tile_function(
    size_t rows, const ck_activations *x, size_t row, const uint8_t *panel, size_t first,
    size_t end, bool starts, float *y, size_t y_stride);

/// - `unit`: inputs that a tile takes at a time. `unit_bytes`: of a panel. `starts`: whether `y` is
///   overwritten rather than added to.
CK_INLINE void multiply_panels(
    tile_function *tile, const ck_matrix *w, const ck_activations *x, size_t first_panel,
    size_t end_panel, size_t unit, size_t unit_bytes, size_t row_bytes, bool starts, float *y,
    size_t y_stride) {
    const size_t units = (w->inputs + unit - 1) / unit;
    const size_t panel_bytes = units * unit_bytes;
    // Blocks of inputs only where whole panels exceed the cache by far.
    const size_t block =
        panel_bytes <= 2 * input_block_bytes ? units : input_block_bytes / unit_bytes;
    size_t row_block = row_block_bytes / row_bytes / tile_rows * tile_rows;
    if (row_block < tile_rows) row_block = tile_rows;

    for (size_t top = 0; top < x->rows; top += row_block) {
        const size_t bottom = x->rows - top < row_block ? x->rows : top + row_block;
        for (size_t p = first_panel; p < end_panel; p++) {
            const uint8_t *panel = w->panels + p * panel_bytes;
            const size_t left = w->outputs - p * CK_PANEL;
            const size_t outputs = left < CK_PANEL ? left : CK_PANEL;
            float *column = y + (p - first_panel) * CK_PANEL;
            for (size_t k = 0; k < units; k += block) {
                const size_t end = units - k < block ? units : k + block;
                for (size_t row = top; row < bottom; row += tile_rows) {
                    const size_t rows = bottom - row < tile_rows ? bottom - row : tile_rows;
                    float *target = column + row * y_stride;
                    if (outputs == CK_PANEL) {
                        tile(rows, x, row, panel, k, end, starts && k == 0, target, y_stride);
                        continue;
                    }
                    float whole[tile_rows * CK_PANEL];
                    for (size_t r = 0; r < rows && !(starts && k == 0); r++)
                        memcpy(whole + r * CK_PANEL, target + r * y_stride, outputs * 4);
                    tile(rows, x, row, panel, k, end, starts && k == 0, whole, CK_PANEL);
                    for (size_t r = 0; r < rows; r++)
                        memcpy(target + r * y_stride, whole + r * CK_PANEL, outputs * 4);
                }
            }
        }
    }
}

/// Calls `tile` with the number of rows as a constant, so that its loops unroll.
#define CK_SWITCH_ROWS(rows, tile, ...)                                                           \
    switch (rows) {                                                                               \
    case 1: tile(1, __VA_ARGS__); break;                                                          \
    case 2: tile(2, __VA_ARGS__); break;                                                          \
    case 3: tile(3, __VA_ARGS__); break;                                                          \
    case 4: tile(4, __VA_ARGS__); break;                                                          \
    case 5: tile(5, __VA_ARGS__); break;                                                          \
    default: tile(6, __VA_ARGS__); break;                                                         \
    }

/// `rows` times `vectors * CK_LANES` outputs in registers.
CK_INLINE void float_block(
    const size_t rows, const size_t vectors, const float *x, size_t x_stride, const float *w,
    size_t count, bool starts, float *y, size_t y_stride) {
    vfloat sum[tile_rows][8];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            sum[r][v] = starts ? (vfloat){} : load(y + r * y_stride + v * CK_LANES);
    for (size_t k = 0; k < count; k++, w += CK_PANEL) {
        __builtin_prefetch(w + 16 * CK_PANEL);
        vfloat weight[8];
        for (size_t v = 0; v < vectors; v++) weight[v] = load(w + v * CK_LANES);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sum[r][v] = fused(splat(x[r * x_stride + k]), weight[v], sum[r][v]);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++) store(y + r * y_stride + v * CK_LANES, sum[r][v]);
}

/// The vectors of outputs that one pass over the inputs takes; CK_VECTORS for several rows.
#define CK_VECTORS_OF(rows) ((rows) == 1 && CK_PANEL / CK_LANES >= 8 ? 8 : CK_VECTORS)

#define CK_FLOAT_BLOCKS(rows, ...)                                                                \
    for (size_t o = 0; o < CK_PANEL; o += CK_VECTORS_OF(rows) * CK_LANES)                         \
    float_block(rows, CK_VECTORS_OF(rows), __VA_ARGS__)

static void float_tile(
    size_t rows, const ck_activations *x, size_t row, const uint8_t *panel, size_t first,
    size_t end, bool starts, float *y, size_t y_stride) {
    for (size_t k = first, next; k < end; k = next) {
        next = end - k < strip_depth ? end : k + strip_depth;
        const float *source = (const float *)x->values + row * x->inputs + k;
        const float *w = (const float *)panel + k * CK_PANEL;
        CK_SWITCH_ROWS(
            rows, CK_FLOAT_BLOCKS, source, x->inputs, w + o, next - k, starts && k == first,
            y + o, y_stride)
    }
}

/// bfloat16 weights times activations in 32 bits: the pair of a lane is widened by a shift and a
/// mask.
CK_INLINE void wide_block(
    const size_t rows, const size_t vectors, const float *x, size_t x_stride, const int32_t *w,
    size_t pairs, bool starts, float *y, size_t y_stride) {
    vfloat sum[tile_rows][8];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++)
            sum[r][v] = starts ? (vfloat){} : load(y + r * y_stride + v * CK_LANES);
    for (size_t k = 0; k < pairs; k++, w += CK_PANEL) {
        vfloat weight[8];
        for (size_t v = 0; v < vectors; v++)
            weight[v] = (vfloat)(*(const vint_unaligned *)(w + v * CK_LANES) << 16);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sum[r][v] = fused(splat(x[r * x_stride + 2 * k]), weight[v], sum[r][v]);
        for (size_t v = 0; v < vectors; v++)
            weight[v] = (vfloat)(*(const vint_unaligned *)(w + v * CK_LANES)
                                 & (int32_t)0xffff0000);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sum[r][v] = fused(splat(x[r * x_stride + 2 * k + 1]), weight[v], sum[r][v]);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++) store(y + r * y_stride + v * CK_LANES, sum[r][v]);
}

#define CK_WIDE_BLOCKS(rows, ...)                                                                 \
    for (size_t o = 0; o < CK_PANEL; o += CK_VECTORS_OF(rows) * CK_LANES)                         \
    wide_block(rows, CK_VECTORS_OF(rows), __VA_ARGS__)

__attribute__((unused)) static void wide_tile(
    size_t rows, const ck_activations *x, size_t row, const uint8_t *panel, size_t first,
    size_t end, bool starts, float *y, size_t y_stride) {
    const size_t stride = (x->inputs + 1) / 2 * 2;
    for (size_t k = first, next; k < end; k = next) {
        next = end - k < strip_depth ? end : k + strip_depth;
        const float *source = (const float *)x->values + row * stride + 2 * k;
        const int32_t *w = (const int32_t *)panel + k * CK_PANEL;
        CK_SWITCH_ROWS(
            rows, CK_WIDE_BLOCKS, source, stride, w + o, next - k, starts && k == first, y + o,
            y_stride)
    }
}

enum {
    /// Outputs of one half of a panel in the integer formats.
    half_outputs = CK_PANEL / 2,
    int8_group_bytes = half_outputs * CK_GROUP + 4 * half_outputs,
    int4_group_bytes = half_outputs * CK_GROUP / 2 + 4 * half_outputs,
};

#endif
