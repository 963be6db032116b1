/* Decodes what an encoder wrote and compares it with what the encoder read, by XXH3-64 and length.
 *
 * The verifier is fed coded bytes in pieces of any size, and needs the memory of one decoder whatever the
 * length. For a file the bytes are read back from disk after the encoder is closed; for a pipe they are fed
 * as they pass by. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

#include "hunch/hunch.h"

struct verifier {
    hunch_stream *decoder;
    XXH3_state_t *hash;
    unsigned char *buffer;
    uint64_t length;          /* bytes decoded so far */
    enum hunch_status status; /* of the decoder */
};

/* `settings` are those of the encoder. On failure `status` says why and only verifier_close may follow. */
bool verifier_open(struct verifier *verifier, const struct hunch_settings *settings);

/* Returns false once decoding fails; `status` says why. */
bool verifier_feed(struct verifier *verifier, const void *coded, size_t size);

/* After the last piece: whether decoding ended well, in content of this length and hash. A mere difference of
 * the content is HUNCH_MISMATCH in `status`. */
bool verifier_finish(struct verifier *verifier, uint64_t length, XXH64_hash_t hash);

void verifier_close(struct verifier *verifier);

#endif
