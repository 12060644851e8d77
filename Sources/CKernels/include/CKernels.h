// The numerical kernels of taxod, in C, at three levels of instruction set.
//
// Every function is thread-safe, runs on the calling thread alone and allocates nothing. Matrices
// are row-major; a stride counts elements from one row to the next. Within one level a row's
// result depends neither on the number of rows, nor on its place, nor on its neighbours, bit for
// bit. Shapes are checked by the Swift wrappers (module Tensor), not here.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Outputs in one panel of a packed matrix.
#define CK_PANEL 64
/// Inputs that share one scale and one offset (integer formats), and one activation scale.
#define CK_GROUP 32
/// Keys in one block of a key cache.
#define CK_KEY_BLOCK 16

enum {
    CK_LEVEL_PORTABLE = 0,
    /// AVX2, FMA and F16C.
    CK_LEVEL_AVX2 = 1,
    /// AVX-512 F, BW, DQ, VL, BF16 and VNNI.
    CK_LEVEL_AVX512 = 2,
};

enum {
    CK_FORMAT_FLOAT32 = 0,
    CK_FORMAT_BFLOAT16 = 1,
    CK_FORMAT_INT8 = 2,
    CK_FORMAT_INT4 = 3,
};

/// A packed weight matrix `[outputs, inputs]`: panels of 64 outputs, one after the other.
///
/// With k the input, o the output within the panel, and padding written as zero:
/// - FLOAT32: `float[inputs][64]`.
/// - BFLOAT16: `uint16[inputs / 2, rounded up][64][2]`; the two inputs of a pair lie together.
/// - INT8: for each half of 32 outputs, for every group of 32 inputs: codes
///   `uint8[8 quads][32][4]`, then `half[32]` scales, then `half[32]` offsets;
///   w = scale * code + offset.
/// - INT4: the same with codes `uint8[8 quads][16][4]`; the low nibble is output o of the half,
///   the high nibble output o + 16.
typedef struct {
    int32_t format;
    size_t outputs;
    size_t inputs;
    const uint8_t *panels;
} ck_matrix;

/// Rows prepared for a product.
///
/// - FLOAT32: `values` is `float[rows][inputs]`.
/// - BFLOAT16: at AVX512 `uint16[rows][inputs, rounded up to even]`; at the other levels
///   `float` of the same shape, rounded to bfloat16.
/// - INT8 and INT4: `values` is `int8[rows][32 * groups]`, `scales` and `sums` are
///   `float[rows][groups]`: x = scale * value, sums holds the sum of the group's values.
typedef struct {
    size_t rows;
    size_t inputs;
    void *values;
    float *_Nullable scales;
    float *_Nullable sums;
} ck_activations;

/// The keys one query row sees: two runs of cache slots, read as one sequence.
typedef struct {
    int32_t prefix_start;
    int32_t prefix_count;
    int32_t own_start;
    int32_t own_count;
} ck_span;

/// The keys and values of one layer.
///
/// Keys: `float[heads][slots / 16][head_size][16]`; values: `float[heads][slots][padded]` with
/// `padded` = `head_size` rounded up to 16. `slots` is a multiple of 16.
typedef struct {
    size_t heads;
    size_t head_size;
    size_t slots;
    float *keys;
    float *values;
} ck_cache;

/// The kernels of one level.
typedef struct {
    int32_t level;

    /// Prepares `rows` rows of `x` for products with weights of `format`.
    void (*prepare)(
        int32_t format, const float *x, size_t rows, size_t inputs, size_t stride,
        const ck_activations *out);

    /// y[r, o] = sum over k of x[r, k] * w[o, k], for the panels `first_panel ..< end_panel`; it
    /// is added to `y` unless `starts`. Column 0 of `y` is the first output of `first_panel`.
    void (*multiply)(
        const ck_matrix *w, const ck_activations *x, size_t first_panel, size_t end_panel,
        bool starts, float *y, size_t y_stride);

    /// Attention of the queries `[rows, query_heads * head_size]`, each over the span that it sees.
    /// `scratch` holds `ck_attention_scratch` floats.
    void (*attend)(
        const ck_cache *cache, const float *queries, size_t rows, size_t query_heads,
        size_t query_stride, const ck_span *spans, float scale, float *output,
        size_t output_stride, float *scratch);

    void (*rms_norm)(
        const float *x, size_t rows, size_t columns, size_t x_stride, const float *gain,
        float epsilon, float *y, size_t y_stride);
    void (*layer_norm)(
        const float *x, size_t rows, size_t columns, size_t x_stride, const float *gain,
        const float *bias, float epsilon, float *y, size_t y_stride);

    /// Rotates `heads` heads of every row in place. `cosine` and `sine` are
    /// `[positions, rotated / 2]`; `half_split` pairs c with c + rotated / 2, otherwise
    /// neighbours form a pair.
    void (*rotate)(
        float *x, size_t rows, size_t heads, size_t head_size, size_t stride, size_t rotated,
        bool half_split, const int32_t *positions, const float *cosine, const float *sine);

    /// y = silu(gate) * up
    void (*swiglu)(
        const float *gate, const float *up, size_t rows, size_t columns, size_t gate_stride,
        size_t up_stride, float *y, size_t y_stride);
    /// y = x * Phi(x), by the error function or by the tanh approximation.
    void (*gelu)(
        const float *x, size_t rows, size_t columns, size_t x_stride, bool tanh_form, float *y,
        size_t y_stride);
    /// x += y
    void (*add)(
        float *x, const float *y, size_t rows, size_t columns, size_t x_stride, size_t y_stride);
    /// Softmax of every row, in place; the greatest element is subtracted first.
    void (*softmax)(float *x, size_t rows, size_t columns, size_t stride);
    /// out[r] = log softmax(x[r])[targets[r]]
    void (*log_softmax)(
        const float *x, size_t rows, size_t columns, size_t stride, const int32_t *targets,
        float *out);

    /// The first column that holds the greatest element; a NaN is never the greatest.
    size_t (*greatest_column)(const float *x, size_t columns);

    /// c[m, n] = scale * sum over k of a[m * a_row + k * a_depth] * b[k * b_stride + n]; it is
    /// added to `c` unless `starts`.
    void (*product)(
        size_t rows, size_t columns, size_t depth, const float *a, size_t a_row, size_t a_depth,
        const float *b, size_t b_stride, float scale, bool starts, float *c, size_t c_stride);

    /// dx += the gradient of `rms_norm`'s input x, given the gradient dy of its output.
    void (*rms_norm_backward)(
        const float *x, size_t rows, size_t columns, size_t x_stride, const float *gain,
        float epsilon, const float *dy, size_t dy_stride, float *dx, size_t dx_stride);
    /// Gradients of `swiglu`'s inputs; `dgate` may be `gate` and `dup` may be `up`.
    void (*swiglu_backward)(
        const float *gate, const float *up, size_t rows, size_t columns, size_t gate_stride,
        size_t up_stride, const float *dy, size_t dy_stride, float *dgate, size_t dgate_stride,
        float *dup, size_t dup_stride);
    /// dp = p * (dp - sum over columns of p * dp), per row: the gradient of softmax' input.
    void (*softmax_backward)(
        const float *p, float *dp, size_t rows, size_t columns, size_t stride);
    /// y = factor * exp(x - top)
    void (*scaled_exponentials)(
        const float *x, size_t columns, float top, float factor, float *y);

    /// Loops of `steps` steps that touch no memory, to measure the peak rate. They write the
    /// operations of one step to `operations`, and return a value that depends on all of the work, so
    /// that the compiler keeps it.
    float (*peak_float)(size_t steps, double *operations);
    float (*peak_bfloat)(size_t steps, double *operations);
    float (*peak_int)(size_t steps, double *operations);
} ck_kernels;

/// The kernels of a level, or NULL if this processor or this build does not support it.
const ck_kernels *_Nullable ck_kernels_for(int32_t level);

/// Bytes of a packed matrix, a multiple of 64.
size_t ck_packed_bytes(int32_t format, size_t outputs, size_t inputs);

/// Packs up to 64 rows of `float[rows][inputs]` into one panel; FLOAT32 and BFLOAT16 round to
/// nearest even, INT8 and INT4 take the range of each group of 32 as its codes' range.
void ck_pack_rows(
    int32_t format, const float *x, size_t rows, size_t inputs, uint8_t *panel);

/// Packs up to 64 rows of codes `uint8[rows][inputs]` with scales and offsets
/// `float[rows][groups]`, rounded to half precision, into one panel of INT8 or INT4.
void ck_pack_codes(
    int32_t format, const uint8_t *codes, const float *scales, const float *offsets, size_t rows,
    size_t inputs, uint8_t *panel);

/// Unpacks one row of a packed matrix.
void ck_unpack_row(const ck_matrix *w, size_t output, float *x);

/// Writes row r of `keys` and `values` (`[rows, heads * head_size]`) to slot `slots[r]`.
void ck_cache_store(
    const ck_cache *cache, const float *keys, const float *values, size_t rows, size_t key_stride,
    size_t value_stride, const int32_t *slots);

/// Floats of scratch that `attend` needs when no row sees more than `keys` keys.
size_t ck_attention_scratch(size_t keys, size_t head_size);

/// Rounds to nearest even.
void ck_float_to_bfloat(const float *x, size_t count, uint16_t *y);

#pragma clang assume_nonnull end

#endif
