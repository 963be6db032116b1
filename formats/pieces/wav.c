/* WAV files (RIFF/WAVE, Microsoft and IBM 1991): the samples of the data chunk become typed sound; all chunks before
 * it, known or not, are kept as they are; what follows it is not of the piece.
 *
 * PCM of 8, 16, 24 and 32 bits and float of 32 bits. Recipe and streams: an array (array.h). */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum {
    RIFF_LENGTH = 12,
    CHUNK_LENGTH = 8,
    FORMAT_LEAST = 16, /* bytes of a chunk "fmt " */
    FORMAT_PCM = 1,
    FORMAT_FLOAT = 3,
    FORMAT_EXTENSIBLE = 0xFFFE
};

struct wav {
    size_t head;   /* bytes up to the samples */
    uint64_t size; /* bytes of samples, as the file says */
    unsigned channels, bits, flags;
};

static bool is_chunk(const uint8_t *chunk, const char name[4]) {
    return load_u32(chunk) == load_u32((const uint8_t *)name);
}

static bool read_format(struct wav *w, const uint8_t *body, uint32_t size) {
    if (size < FORMAT_LEAST)
        return false;
    unsigned format = load_u16(body), frame = load_u16(body + 12);
    w->channels = load_u16(body + 2);
    w->bits = load_u16(body + 14);
    if (format == FORMAT_EXTENSIBLE && size >= 26)
        format = load_u16(body + 24);
    w->flags = format == FORMAT_FLOAT ? AUDIO_FLOAT : 0;
    if (format == FORMAT_FLOAT ? w->bits != 32 : format != FORMAT_PCM)
        return false;
    return w->channels >= 1 && w->channels <= 255 && w->bits >= 8 && w->bits <= 32 && w->bits % 8 == 0 &&
           frame == w->channels * w->bits / 8;
}

/* Finds the samples: true when the format is known and stands before them. */
static bool find_samples(struct wav *w, const uint8_t *data, size_t length) {
    bool known = false;
    for (size_t at = RIFF_LENGTH; length - at >= CHUNK_LENGTH;) {
        uint32_t size = load_u32(data + at + 4);
        const uint8_t *body = data + at + CHUNK_LENGTH;
        size_t left = length - at - CHUNK_LENGTH;
        if (is_chunk(data + at, "data")) {
            w->head = at + CHUNK_LENGTH;
            w->size = size;
            return known;
        }
        if ((uint64_t)size + (size & 1) > left)
            return false;
        if (is_chunk(data + at, "fmt "))
            known = read_format(w, body, size);
        at += CHUNK_LENGTH + size + (size & 1);
    }
    return false;
}

static bool wav_probe(const uint8_t *data, size_t length) {
    return length > RIFF_LENGTH + CHUNK_LENGTH && is_chunk(data + 8, "WAVE");
}

static size_t wav_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    (void)most;
    struct wav w = {0};
    if (!find_samples(&w, data, length))
        return 0;
    uint64_t size = w.size ? w.size : UINT32_MAX; /* 0: who wrote it could not seek back */
    arrays[0] = hunch_array_audio(w.head, w.channels, w.bits, w.flags, size / (w.channels * w.bits / 8));
    return 1;
}

const struct piece hunch_piece_wav = {
    .name = "wav",
    .summary = "sound in a WAV file",
    .magic = "RIFF",
    .magic_length = 4,
    .anywhere = true,
    .probe = wav_probe,
    .outlook = wav_outlook,
};
