/* Which instruction sets this machine has. Kernels are chosen by these flags; their results never depend on them. */
#ifndef HUNCH_BASE_CPU_H
#define HUNCH_BASE_CPU_H

/* The same bits as HUNCH_CPU_* in the public header. */
enum { CPU_AVX2 = 1, CPU_AVX512 = 2, CPU_NEON = 4 };

/* The flags of this machine. AVX512 means F, BW, DQ and VL. */
unsigned hunch_cpu_detect(void);

/* Processors online, at least 1. */
unsigned hunch_cpu_count(void);

#endif
