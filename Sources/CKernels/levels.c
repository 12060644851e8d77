// Which levels this processor supports.

#include "levels.h"

const ck_kernels *ck_kernels_for(int32_t level) {
    if (level == CK_LEVEL_PORTABLE) return &ck_portable_kernels;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (level == CK_LEVEL_AVX2) {
        const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
            && __builtin_cpu_supports("f16c");
        return has ? &ck_avx2_kernels : NULL;
    }
    if (level == CK_LEVEL_AVX512) {
        const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni");
        return has ? &ck_avx512_kernels : NULL;
    }
#endif
    return NULL;
}
