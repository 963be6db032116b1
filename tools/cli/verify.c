#include "verify.h"

#include <stdlib.h>

enum { BUFFER = 1 << 18 };

bool verifier_open(struct verifier *verifier, const struct hunch_settings *settings) {
    struct hunch_settings own = *settings;
    own.output_limit = UINT64_MAX;
    own.keep_going = 0;
    *verifier = (struct verifier){.buffer = malloc(BUFFER), .hash = XXH3_createState()};
    verifier->status =
        verifier->buffer && verifier->hash ? hunch_decoder_open(&verifier->decoder, &own) : HUNCH_NO_MEMORY;
    if (verifier->status != HUNCH_OK)
        return false;
    XXH3_64bits_reset(verifier->hash);
    return true;
}

static bool run(struct verifier *verifier, const void *coded, size_t size, enum hunch_directive directive) {
    struct hunch_input in = {coded, size, 0};
    struct hunch_output out;
    int done = 0;
    do {
        out = (struct hunch_output){verifier->buffer, BUFFER, 0};
        verifier->status = hunch_stream_run(verifier->decoder, &in, &out, directive, &done);
        XXH3_64bits_update(verifier->hash, verifier->buffer, out.position);
        verifier->length += out.position;
        if (verifier->status != HUNCH_OK)
            return false;
    } while (directive == HUNCH_FINISH ? !done : in.position < in.size || out.position == out.size);
    return true;
}

bool verifier_feed(struct verifier *verifier, const void *coded, size_t size) {
    return !size || run(verifier, coded, size, HUNCH_CONTINUE);
}

bool verifier_finish(struct verifier *verifier, uint64_t length, XXH64_hash_t hash) {
    if (!run(verifier, NULL, 0, HUNCH_FINISH))
        return false;
    if (verifier->length != length || XXH3_64bits_digest(verifier->hash) != hash)
        verifier->status = HUNCH_MISMATCH;
    return verifier->status == HUNCH_OK;
}

void verifier_close(struct verifier *verifier) {
    hunch_stream_close(&verifier->decoder);
    XXH3_freeState(verifier->hash);
    free(verifier->buffer);
    *verifier = (struct verifier){0};
}
