// Packing of weights into panels, and unpacking. The layouts are described in CKernels.h.

#include "CKernels.h"
#include "half.h"

enum {
    half_outputs = CK_PANEL / 2,
    halves = 2,
};

static size_t groups_of(size_t inputs) { return (inputs + CK_GROUP - 1) / CK_GROUP; }

static size_t code_bytes(int32_t format) {
    return format == CK_FORMAT_INT8 ? half_outputs * CK_GROUP : half_outputs * CK_GROUP / 2;
}

static size_t group_bytes(int32_t format) { return code_bytes(format) + 4 * half_outputs; }

size_t ck_packed_bytes(int32_t format, size_t outputs, size_t inputs) {
    const size_t panels = (outputs + CK_PANEL - 1) / CK_PANEL;
    switch (format) {
    case CK_FORMAT_FLOAT32: return panels * CK_PANEL * inputs * 4;
    case CK_FORMAT_BFLOAT16: return panels * CK_PANEL * ((inputs + 1) / 2) * 4;
    default: return panels * halves * groups_of(inputs) * group_bytes(format);
    }
}

/// Transposes in strips of 16 inputs, so that the 64 rows being read stay in the first-level cache.
static void pack_float(const float *x, size_t rows, size_t inputs, float *panel) {
    for (size_t strip = 0; strip < inputs; strip += 16) {
        const size_t end = inputs - strip < 16 ? inputs : strip + 16;
        for (size_t k = strip; k < end; k++) {
            for (size_t o = 0; o < rows; o++) panel[k * CK_PANEL + o] = x[o * inputs + k];
            for (size_t o = rows; o < CK_PANEL; o++) panel[k * CK_PANEL + o] = 0;
        }
    }
}

static void pack_bfloat(const float *x, size_t rows, size_t inputs, uint16_t *panel) {
    const size_t padded = (inputs + 1) / 2 * 2;
    for (size_t strip = 0; strip < padded; strip += 16) {
        const size_t end = padded - strip < 16 ? padded : strip + 16;
        for (size_t k = strip; k < end; k++) {
            uint16_t *pairs = panel + k / 2 * CK_PANEL * 2 + k % 2;
            for (size_t o = 0; o < CK_PANEL; o++)
                pairs[2 * o] = o < rows && k < inputs ? float_to_bfloat(x[o * inputs + k]) : 0;
        }
    }
}

/// Writes one half's group of 32 inputs from codes laid out row by row.
static void pack_group(
    int32_t format, const uint8_t codes[half_outputs][CK_GROUP],
    const uint16_t scales[half_outputs], const uint16_t offsets[half_outputs], uint8_t *group) {
    for (size_t quad = 0; quad < CK_GROUP / 4; quad++) {
        if (format == CK_FORMAT_INT8) {
            for (size_t o = 0; o < half_outputs; o++)
                memcpy(group + (quad * half_outputs + o) * 4, codes[o] + quad * 4, 4);
            continue;
        }
        for (size_t o = 0; o < half_outputs / 2; o++) {
            uint32_t low, high;
            memcpy(&low, codes[o] + quad * 4, 4);
            memcpy(&high, codes[o + half_outputs / 2] + quad * 4, 4);
            low = (low & 0x0f0f0f0f) | (high & 0x0f0f0f0f) << 4;
            memcpy(group + (quad * half_outputs / 2 + o) * 4, &low, 4);
        }
    }
    memcpy(group + code_bytes(format), scales, 2 * half_outputs);
    memcpy(group + code_bytes(format) + 2 * half_outputs, offsets, 2 * half_outputs);
}

void ck_pack_codes(
    int32_t format, const uint8_t *codes, const float *scales, const float *offsets, size_t rows,
    size_t inputs, uint8_t *panel) {
    const size_t groups = groups_of(inputs);
    for (size_t half = 0; half < halves; half++) {
        for (size_t group = 0; group < groups; group++) {
            uint8_t local[half_outputs][CK_GROUP] = {0};
            uint16_t scale[half_outputs] = {0}, offset[half_outputs] = {0};
            const size_t first = group * CK_GROUP;
            const size_t count = inputs - first < CK_GROUP ? inputs - first : CK_GROUP;
            for (size_t o = 0; o < half_outputs; o++) {
                const size_t row = half * half_outputs + o;
                if (row >= rows) break;
                memcpy(local[o], codes + row * inputs + first, count);
                scale[o] = float_to_half(scales[row * groups + group]);
                offset[o] = float_to_half(offsets[row * groups + group]);
            }
            pack_group(
                format, local, scale, offset,
                panel + (half * groups + group) * group_bytes(format));
        }
    }
}

/// Codes of one group of weights: the least becomes code 0, the greatest `top`.
static void quantise(
    const float *x, size_t count, float top, uint8_t *codes, uint16_t *scale, uint16_t *offset) {
    float least = x[0], greatest = x[0], probe = 0;
    for (size_t i = 0; i < count; i++) {
        least = x[i] < least ? x[i] : least;
        greatest = x[i] > greatest ? x[i] : greatest;
        probe += x[i] * 0.0f;
    }
    // A weight that is not finite makes the scale a NaN instead of becoming a code.
    *scale = float_to_half((greatest - least) / top + probe);
    *offset = float_to_half(least);
    const float step = half_to_float(*scale);
    const float base = half_to_float(*offset);
    const float inverse = step > 0 ? 1.0f / step : 0.0f;
    for (size_t i = 0; i < count; i++) {
        float code = (x[i] - base) * inverse + 0.5f;
        code = code > 0.0f ? code : 0.0f;
        code = code < top ? code : top;
        codes[i] = (uint8_t)code;
    }
}

static void pack_quantised(
    int32_t format, const float *x, size_t rows, size_t inputs, uint8_t *panel) {
    const size_t groups = groups_of(inputs);
    const float top = format == CK_FORMAT_INT8 ? 255.0f : 15.0f;
    for (size_t half = 0; half < halves; half++) {
        for (size_t group = 0; group < groups; group++) {
            uint8_t local[half_outputs][CK_GROUP] = {0};
            uint16_t scale[half_outputs] = {0}, offset[half_outputs] = {0};
            const size_t first = group * CK_GROUP;
            const size_t count = inputs - first < CK_GROUP ? inputs - first : CK_GROUP;
            for (size_t o = 0; o < half_outputs && half * half_outputs + o < rows; o++)
                quantise(
                    x + (half * half_outputs + o) * inputs + first, count, top, local[o],
                    scale + o, offset + o);
            pack_group(
                format, local, scale, offset,
                panel + (half * groups + group) * group_bytes(format));
        }
    }
}

void ck_pack_rows(int32_t format, const float *x, size_t rows, size_t inputs, uint8_t *panel) {
    switch (format) {
    case CK_FORMAT_FLOAT32: pack_float(x, rows, inputs, (float *)panel); break;
    case CK_FORMAT_BFLOAT16: pack_bfloat(x, rows, inputs, (uint16_t *)panel); break;
    default: pack_quantised(format, x, rows, inputs, panel); break;
    }
}

void ck_unpack_row(const ck_matrix *w, size_t output, float *x) {
    const size_t o = output % CK_PANEL;
    const size_t panel_bytes = ck_packed_bytes(w->format, CK_PANEL, w->inputs);
    const uint8_t *panel = w->panels + output / CK_PANEL * panel_bytes;
    if (w->format == CK_FORMAT_FLOAT32) {
        for (size_t k = 0; k < w->inputs; k++) x[k] = ((const float *)panel)[k * CK_PANEL + o];
        return;
    }
    if (w->format == CK_FORMAT_BFLOAT16) {
        const uint16_t *pairs = (const uint16_t *)panel;
        for (size_t k = 0; k < w->inputs; k++)
            x[k] = bfloat_to_float(pairs[k / 2 * CK_PANEL * 2 + 2 * o + k % 2]);
        return;
    }
    const size_t groups = groups_of(w->inputs);
    const size_t lane = o % half_outputs;
    for (size_t k = 0; k < w->inputs; k++) {
        const uint8_t *group = panel
            + (o / half_outputs * groups + k / CK_GROUP) * group_bytes(w->format);
        const size_t quad = k % CK_GROUP / 4;
        uint8_t code;
        if (w->format == CK_FORMAT_INT8) {
            code = group[(quad * half_outputs + lane) * 4 + k % 4];
        } else {
            code = group[(quad * half_outputs / 2 + lane % 16) * 4 + k % 4];
            code = lane < 16 ? code & 15 : code >> 4;
        }
        uint16_t scale, offset;
        memcpy(&scale, group + code_bytes(w->format) + 2 * lane, 2);
        memcpy(&offset, group + code_bytes(w->format) + 2 * half_outputs + 2 * lane, 2);
        x[k] = half_to_float(scale) * (float)code + half_to_float(offset);
    }
}
