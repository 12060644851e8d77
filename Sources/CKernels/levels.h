// The tables of the levels, one per source file.

#include "CKernels.h"

extern const ck_kernels ck_portable_kernels;
extern const ck_kernels ck_avx2_kernels;
extern const ck_kernels ck_avx512_kernels;
