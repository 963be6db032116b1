/* The identity model: bytes as they are, for blocks that no model shrinks. It codes nothing: codec/ copies the
 * payload of its blocks and never opens a coder for them. State: none. */
#include "models/model.h"

static size_t stored_size(const struct model_params *params) {
    return params->parameter == 0 ? 1 : 0;
}

static void stored_init(void *state, const struct model_params *params) {
    (void)state;
    (void)params;
}

static void stored_code(void *state, struct coder *coder, uint8_t *data, size_t from, size_t to) {
    (void)state;
    (void)coder;
    (void)data;
    (void)from;
    (void)to;
}

const struct model hunch_model_stored = {
    .id = 0,
    .name = "stored",
    .summary = "bytes as they are",
    .size = stored_size,
    .init = stored_init,
    .code = stored_code,
};
