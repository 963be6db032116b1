/* Any model under any parameter, fed with strangers' bytes: byte 0 chooses the model, byte 1 the direction
 * and the length of the block. Then 4 bytes of parameter and a payload to decode; or a level and a block to
 * encode and get back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/cpu.h"
#include "models/registry.h"

enum { BLOCK_MOST = 1024, ROOM = 4 * BLOCK_MOST };

static size_t pass(const struct model *m, const struct model_params *p, enum coder_direction direction,
                   uint8_t *block, uint8_t *payload, size_t room) {
    const struct allocator system = {NULL, NULL, NULL};
    struct coder c;
    void *state = hunch_allocate(&system, m->size(p));
    if (!state)
        abort();
    hunch_coder_init(&c, direction, payload, room);
    m->init(state, p);
    m->code(state, &c, block, 0, p->length);
    hunch_release(&system, state);
    size_t length = hunch_coder_finish(&c);
    return c.trouble == CODER_FULL ? SIZE_MAX : length;
}

/* The model that byte `choice` means, never the one that codes nothing; NULL when there is no other. */
static const struct model *choose(uint8_t choice) {
    unsigned count = 0;
    while (hunch_model_at(count))
        count++;
    const struct model *m = count ? hunch_model_at(choice % count) : NULL;
    return m && m->id == 0 ? NULL : m;
}

static void decode(const struct model *m, const uint8_t *data, size_t size, unsigned length) {
    struct model_params p = {load_u32(data), 1 + length * (size_t)BLOCK_MOST / 128, hunch_cpu_detect()};
    data += 4;
    size -= 4;
    uint8_t *block = malloc(p.length), *payload = malloc(size + 1);
    memcpy(payload, data, size);
    if (m->size(&p) > 0 && pass(m, &p, CODER_DECODE, block, payload, size) > size)
        abort();
    free(block);
    free(payload);
}

static void round_trip(const struct model *m, uint32_t level, const uint8_t *data, size_t size) {
    struct model_params p = {level, size, hunch_cpu_detect()};
    if (size > BLOCK_MOST || m->size(&p) == 0) /* no level of this model */
        return;
    uint8_t *block = malloc(size), *payload = malloc(ROOM);
    memcpy(block, data, size);
    if (m->hint)
        p.parameter = level | m->hint((struct content){CONTENT_BYTES, 0}, data, size);
    size_t coded = pass(m, &p, CODER_ENCODE, block, payload, ROOM);
    if (memcmp(block, data, size) != 0)
        abort();
    if (coded != SIZE_MAX) {
        memset(block, 0, size);
        p.cpu = 0; /* written with the best kernels, read with plain C */
        if (pass(m, &p, CODER_DECODE, block, payload, coded) != coded || memcmp(block, data, size) != 0)
            abort();
    }
    free(block);
    free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 6)
        return -1;
    const struct model *m = choose(data[0]);
    if (!m)
        return -1;
    if (data[1] & 0x80)
        round_trip(m, data[2] & 15, data + 3, size - 3);
    else
        decode(m, data + 2, size - 2, data[1]);
    return 0;
}
