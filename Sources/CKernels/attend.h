// Attention over the keys of a cache.
//
// A tile is up to six pairs of a row and a query head that read the same key-value head. The
// scores of one pair are chains over the channels, its output chains over its keys in logical
// order, and its softmax sums by logical index: so neither the tile nor the place of a key in the
// cache shows in the result.

#include "product.h"
#include "rows.h"

CK_INLINE size_t padded_head(const ck_cache *cache) { return (cache->head_size + 15) / 16 * 16; }

enum { block_vectors = CK_KEY_BLOCK / CK_LANES };

/// Scores of `blocks` blocks of 16 keys, to `out[r]`.
CK_INLINE void score_block(
    const size_t rows, const size_t blocks, const float *const *queries, size_t head_size,
    const float *keys, float *const *out) {
    enum { most = 2 * block_vectors };
    vfloat sum[tile_rows][most];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < most; v++) sum[r][v] = (vfloat){};
    for (size_t c = 0; c < head_size; c++) {
        for (size_t b = 0; b < blocks; b++)
            for (size_t v = 0; v < block_vectors; v++) {
                vfloat key =
                    load(keys + (b * head_size + c) * CK_KEY_BLOCK + v * CK_LANES);
                for (size_t r = 0; r < rows; r++) {
                    vfloat *s = &sum[r][b * block_vectors + v];
                    *s = fused(splat(queries[r][c]), key, *s);
                }
            }
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < blocks * block_vectors; v++)
            store(out[r] + v * CK_LANES, sum[r][v]);
}

/// Scores of the keys in slots `start ..< start + count`, to `out[r][0 ..< count]`.
CK_INLINE void score_run_rows(
    const size_t rows, const float *const *queries, size_t head_size, const float *keys,
    size_t start, size_t count, float *const *out) {
    const size_t end = start + count;
    for (size_t slot = start; slot < end;) {
        const size_t lane = slot % CK_KEY_BLOCK;
        const float *block = keys + (slot - lane) * head_size;
        float *target[tile_rows];
        for (size_t r = 0; r < rows; r++) target[r] = out[r] + (slot - start);
        if (lane == 0 && CK_LANES == 16 && end - slot >= 2 * CK_KEY_BLOCK) {
            score_block(rows, 2, queries, head_size, block, target);
            slot += 2 * CK_KEY_BLOCK;
            continue;
        }
        if (lane == 0 && end - slot >= CK_KEY_BLOCK) {
            score_block(rows, 1, queries, head_size, block, target);
            slot += CK_KEY_BLOCK;
            continue;
        }
        float whole[tile_rows][CK_KEY_BLOCK];
        float *wholes[tile_rows];
        for (size_t r = 0; r < rows; r++) wholes[r] = whole[r];
        score_block(rows, 1, queries, head_size, block, wholes);
        size_t n = CK_KEY_BLOCK - lane;
        if (n > end - slot) n = end - slot;
        for (size_t r = 0; r < rows; r++) memcpy(target[r], whole[r] + lane, n * sizeof(float));
        slot += n;
    }
}

static void score_run(
    size_t rows, const float *const *queries, size_t head_size, const float *keys, size_t start,
    size_t count, float *const *out) {
    CK_SWITCH_ROWS(rows, score_run_rows, queries, head_size, keys, start, count, out)
}

/// Adds `sum over j of weights[r][j] * values[j]` to `out[r]` for `vectors` vectors of channels.
CK_INLINE void value_block(
    const size_t rows, const size_t vectors, const float *const *weights, const float *values,
    size_t stride, size_t count, float *const *out, size_t channel) {
    vfloat sum[tile_rows][4];
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++) sum[r][v] = load(out[r] + channel + v * CK_LANES);
    for (size_t j = 0; j < count; j++) {
        vfloat value[4];
        for (size_t v = 0; v < vectors; v++)
            value[v] = load(values + j * stride + channel + v * CK_LANES);
        for (size_t r = 0; r < rows; r++)
            for (size_t v = 0; v < vectors; v++)
                sum[r][v] = fused(splat(weights[r][j]), value[v], sum[r][v]);
    }
    for (size_t r = 0; r < rows; r++)
        for (size_t v = 0; v < vectors; v++) store(out[r] + channel + v * CK_LANES, sum[r][v]);
}

CK_INLINE void value_run_rows(
    const size_t rows, const float *const *weights, const float *values, size_t padded,
    size_t count, float *const *out) {
    const size_t wide = CK_VECTORS * CK_LANES;
    size_t channel = 0;
    for (; channel + wide <= padded; channel += wide)
        value_block(rows, CK_VECTORS, weights, values, padded, count, out, channel);
    for (; channel < padded; channel += CK_LANES)
        value_block(rows, 1, weights, values, padded, count, out, channel);
}

static void value_run(
    size_t rows, const float *const *weights, const float *values, size_t padded, size_t count,
    float *const *out) {
    if (count == 0) return;
    CK_SWITCH_ROWS(rows, value_run_rows, weights, values, padded, count, out)
}

/// Up to six pairs of row and query head, all with the same prefix.
typedef struct {
    size_t count;
    const float *queries[tile_rows];
    float *outputs[tile_rows];
    const ck_span *spans[tile_rows];
} attention_tile;

static void attend_tile(
    const ck_cache *cache, size_t head, const attention_tile *tile, float scale, size_t reach,
    float *scratch) {
    const size_t size = cache->head_size;
    const size_t padded = padded_head(cache);
    const float *keys = cache->keys + head * cache->slots * size;
    const float *values = cache->values + head * cache->slots * padded;
    const size_t prefix = (size_t)tile->spans[0]->prefix_count;
    const size_t prefix_start = (size_t)tile->spans[0]->prefix_start;

    float *scores[tile_rows];
    float *own[tile_rows];
    const float *weights[tile_rows];
    float *sums[tile_rows];
    for (size_t r = 0; r < tile->count; r++) {
        scores[r] = scratch + r * reach;
        own[r] = scores[r] + prefix;
        sums[r] = scratch + tile_rows * reach + r * padded;
        memset(sums[r], 0, padded * sizeof(float));
    }

    score_run(tile->count, tile->queries, size, keys, prefix_start, prefix, scores);
    for (size_t r = 0, next; r < tile->count; r = next) {
        size_t most = 0;
        for (next = r; next < tile->count; next++) {
            if (tile->spans[next]->own_start != tile->spans[r]->own_start) break;
            const size_t count = (size_t)tile->spans[next]->own_count;
            most = count > most ? count : most;
        }
        score_run(
            next - r, tile->queries + r, size, keys, (size_t)tile->spans[r]->own_start, most,
            own + r);
    }

    float inverse[tile_rows];
    for (size_t r = 0; r < tile->count; r++) {
        const size_t count = prefix + (size_t)tile->spans[r]->own_count;
        const float top = greatest(scores[r], count);
        inverse[r] = 1.0f / exponentials(scores[r], count, top, scale, scores[r]);
        if (count == 0) inverse[r] = 0.0f;
        weights[r] = scores[r];
    }

    value_run(tile->count, weights, values + prefix_start * padded, padded, prefix, sums);
    for (size_t r = 0; r < tile->count; r++) weights[r] += prefix;
    for (size_t r = 0, next; r < tile->count; r = next) {
        const size_t start = (size_t)tile->spans[r]->own_start;
        size_t least = (size_t)tile->spans[r]->own_count;
        for (next = r; next < tile->count; next++) {
            if ((size_t)tile->spans[next]->own_start != start) break;
            const size_t count = (size_t)tile->spans[next]->own_count;
            least = count < least ? count : least;
        }
        value_run(next - r, weights + r, values + start * padded, padded, least, sums + r);
        // Keys that not all rows of the run see are added row by row: even with a weight of zero, a
        // NaN in a value that the row must not see would reach its result.
        for (size_t i = r; i < next; i++) {
            const float *rest = weights[i] + least;
            value_run(
                1, &rest, values + (start + least) * padded, padded,
                (size_t)tile->spans[i]->own_count - least, sums + i);
        }
    }
    for (size_t r = 0; r < tile->count; r++)
        for (size_t c = 0; c < size; c++) tile->outputs[r][c] = sums[r][c] * inverse[r];
}

static void attend(
    const ck_cache *cache, const float *queries, size_t rows, size_t query_heads,
    size_t query_stride, const ck_span *spans, float scale, float *output, size_t output_stride,
    float *scratch) {
    const size_t group = query_heads / cache->heads;
    size_t reach = 0;
    for (size_t row = 0; row < rows; row++) {
        const size_t count = (size_t)(spans[row].prefix_count + spans[row].own_count);
        reach = count > reach ? count : reach;
    }
    for (size_t head = 0; head < cache->heads; head++) {
        attention_tile tile = {.count = 0};
        for (size_t row = 0; row < rows; row++) {
            for (size_t g = 0; g < group; g++) {
                const size_t channel = (head * group + g) * cache->head_size;
                if (tile.count == tile_rows
                    || (tile.count > 0
                        && (tile.spans[0]->prefix_start != spans[row].prefix_start
                            || tile.spans[0]->prefix_count != spans[row].prefix_count))) {
                    attend_tile(cache, head, &tile, scale, reach, scratch);
                    tile.count = 0;
                }
                tile.queries[tile.count] = queries + row * query_stride + channel;
                tile.outputs[tile.count] = output + row * output_stride + channel;
                tile.spans[tile.count++] = spans + row;
            }
        }
        if (tile.count > 0) attend_tile(cache, head, &tile, scale, reach, scratch);
    }
}
