// Writing the keys and values of a cache. The layout is described in CKernels.h.

#include "CKernels.h"

#include <string.h>

static size_t padded_head(const ck_cache *cache) { return (cache->head_size + 15) / 16 * 16; }

/// The first channel of a slot's key; its channels are 16 floats apart.
static float *key_of(const ck_cache *cache, size_t head, size_t slot) {
    const size_t block = slot / CK_KEY_BLOCK * CK_KEY_BLOCK;
    return cache->keys + (head * cache->slots + block) * cache->head_size + slot % CK_KEY_BLOCK;
}

static float *value_of(const ck_cache *cache, size_t head, size_t slot) {
    return cache->values + (head * cache->slots + slot) * padded_head(cache);
}

void ck_cache_store(
    const ck_cache *cache, const float *keys, const float *values, size_t rows, size_t key_stride,
    size_t value_stride, const int32_t *slots) {
    const size_t size = cache->head_size;
    for (size_t row = 0; row < rows; row++) {
        const size_t slot = (size_t)slots[row];
        for (size_t head = 0; head < cache->heads; head++) {
            float *key = key_of(cache, head, slot);
            const float *source = keys + row * key_stride + head * size;
            for (size_t c = 0; c < size; c++) key[c * CK_KEY_BLOCK] = source[c];
            memcpy(
                value_of(cache, head, slot), values + row * value_stride + head * size,
                size * sizeof(float));
        }
    }
}

size_t ck_attention_scratch(size_t keys, size_t head_size) {
    const size_t tile_rows = 6; // as in product.h
    return tile_rows * (keys + (head_size + 15) / 16 * 16) + 16;
}
