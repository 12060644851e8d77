// The table of a level; the including file defines every function named here.

#define CK_TABLE(number)                                                                          \
    {                                                                                             \
        .level = (number), .prepare = prepare, .multiply = multiply, .attend = attend,            \
        .rms_norm = rms_norm, .layer_norm = layer_norm, .rotate = rotate, .swiglu = swiglu,       \
        .gelu = gelu, .add = add, .softmax = softmax, .log_softmax = log_softmax,                 \
        .greatest_column = greatest_column, .product = product,                                   \
        .rms_norm_backward = rms_norm_backward, .swiglu_backward = swiglu_backward,               \
        .softmax_backward = softmax_backward, .scaled_exponentials = scaled_exponentials,         \
        .peak_float = peak_float, .peak_bfloat = peak_bfloat, .peak_int = peak_int,               \
    }

static void prepare(
    int32_t format, const float *x, size_t rows, size_t inputs, size_t stride,
    const ck_activations *out) {
    switch (format) {
    case CK_FORMAT_FLOAT32: prepare_float(x, rows, inputs, stride, out); break;
    case CK_FORMAT_BFLOAT16: prepare_bfloat(x, rows, inputs, stride, out); break;
    default: prepare_int8(x, rows, inputs, stride, out); break;
    }
}

static void multiply(
    const ck_matrix *w, const ck_activations *x, size_t first_panel, size_t end_panel, bool starts,
    float *y, size_t y_stride) {
    switch (w->format) {
    case CK_FORMAT_FLOAT32:
        multiply_panels(
            float_tile, w, x, first_panel, end_panel, 1, 4 * CK_PANEL, 4 * w->inputs,
            starts, y, y_stride);
        break;
    case CK_FORMAT_BFLOAT16:
        multiply_panels(
            bfloat_tile, w, x, first_panel, end_panel, 2, 4 * CK_PANEL, bfloat_bytes * w->inputs,
            starts, y, y_stride);
        break;
    case CK_FORMAT_INT8:
        multiply_panels(
            int8_tile, w, x, first_panel, end_panel, CK_GROUP, 2 * int8_group_bytes, w->inputs,
            starts, y, y_stride);
        break;
    default:
        multiply_panels(
            int4_tile, w, x, first_panel, end_panel, CK_GROUP, 2 * int4_group_bytes, w->inputs,
            starts, y, y_stride);
        break;
    }
}
