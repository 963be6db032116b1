#include "base/cpu.h"

#include <unistd.h>

unsigned hunch_cpu_detect(void) {
#if defined(__x86_64__)
    unsigned flags = 0;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2"))
        flags |= CPU_AVX2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        flags |= CPU_AVX512;
    return flags;
#elif defined(__aarch64__)
    return CPU_NEON; /* part of the architecture */
#else
    return 0;
#endif
}

unsigned hunch_cpu_count(void) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}
