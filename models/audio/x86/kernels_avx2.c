#include "models/audio/loops.h"

const struct audio_kernels hunch_audio_kernels_avx2 = {loop_dot, loop_take, loop_learn};
