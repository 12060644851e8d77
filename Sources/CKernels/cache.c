// Writing and moving the keys and values of a cache. The layout is in CKernels.h.

#include "CKernels.h"

#include <string.h>

static size_t padded_head(const ck_cache *cache) { return (cache->head_size + 15) / 16 * 16; }

/// The first channel of a slot's key; its channels lie 16 floats apart.
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

static void copy_slot(const ck_cache *cache, size_t from, size_t to) {
    for (size_t head = 0; head < cache->heads; head++) {
        const float *source = key_of(cache, head, from);
        float *target = key_of(cache, head, to);
        for (size_t c = 0; c < cache->head_size; c++)
            target[c * CK_KEY_BLOCK] = source[c * CK_KEY_BLOCK];
        memmove(
            value_of(cache, head, to), value_of(cache, head, from),
            cache->head_size * sizeof(float));
    }
}

void ck_cache_copy(const ck_cache *cache, size_t from, size_t to, size_t count) {
    if (to < from)
        for (size_t i = 0; i < count; i++) copy_slot(cache, from + i, to + i);
    else
        for (size_t i = count; i > 0; i--) copy_slot(cache, from + i - 1, to + i - 1);
}

size_t ck_attention_scratch(size_t keys, size_t head_size) {
    const size_t tile_rows = 6;
    return tile_rows * (keys + (head_size + 15) / 16 * 16) + 16;
}
