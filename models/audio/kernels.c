#include "models/audio/loops.h"

#include "base/cpu.h"

const struct audio_kernels hunch_audio_kernels_c = {loop_dot, loop_take, loop_learn};

struct audio_kernels hunch_audio_kernels(unsigned cpu) {
#if defined(HUNCH_KERNELS_X86)
    if (cpu & CPU_AVX512)
        return hunch_audio_kernels_avx512;
    if (cpu & CPU_AVX2)
        return hunch_audio_kernels_avx2;
#endif
    (void)cpu;
    return hunch_audio_kernels_c;
}
