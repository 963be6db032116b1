/* PNM and PAM pictures (Netpbm): P5 and P6 of 8 or 16 bits, and P7. The header, comments and all, is kept as bytes.
 *
 * Recipe and streams: an array (array.h). */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum { HEADER_MOST = 4096, NUMBER_MOST = 1 << 30 };

struct reader {
    const uint8_t *data;
    size_t at, end;
};

static bool is_blank(uint8_t b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
}

/* Over blanks and comments. */
static void skip(struct reader *r) {
    while (r->at < r->end && (is_blank(r->data[r->at]) || r->data[r->at] == '#')) {
        if (r->data[r->at] == '#')
            while (r->at < r->end && r->data[r->at] != '\n')
                r->at++;
        r->at += r->at < r->end;
    }
}

static uint64_t number(struct reader *r) {
    uint64_t value = 0;
    skip(r);
    if (r->at == r->end || r->data[r->at] < '0' || r->data[r->at] > '9')
        return 0;
    while (r->at < r->end && r->data[r->at] >= '0' && r->data[r->at] <= '9' && value < NUMBER_MOST)
        value = value * 10 + (r->data[r->at++] - '0');
    return value < NUMBER_MOST ? value : 0;
}

static bool word_is(struct reader *r, const char *word) {
    size_t n = strlen(word);
    if (r->end - r->at < n || memcmp(r->data + r->at, word, n) != 0)
        return false;
    r->at += n;
    return true;
}

static void to_line_end(struct reader *r) {
    while (r->at < r->end && r->data[r->at] != '\n')
        r->at++;
}

struct picture {
    uint64_t width, height, samples, most;
};

static bool read_pnm(struct reader *r, struct picture *p, unsigned samples) {
    p->samples = samples;
    p->width = number(r);
    p->height = number(r);
    p->most = number(r);
    return r->at < r->end && is_blank(r->data[r->at++]);
}

static bool read_pam(struct reader *r, struct picture *p) {
    for (;;) {
        skip(r);
        if (word_is(r, "WIDTH"))
            p->width = number(r);
        else if (word_is(r, "HEIGHT"))
            p->height = number(r);
        else if (word_is(r, "DEPTH"))
            p->samples = number(r);
        else if (word_is(r, "MAXVAL"))
            p->most = number(r);
        else if (word_is(r, "TUPLTYPE"))
            to_line_end(r);
        else
            return word_is(r, "ENDHDR\n");
    }
}

static bool pnm_probe(const uint8_t *data, size_t length) {
    return length > 8 && data[1] >= '5' && data[1] <= '7' && is_blank(data[2]);
}

static size_t pnm_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    (void)most;
    struct reader r = {data, 2, length < HEADER_MOST ? length : HEADER_MOST};
    struct picture p = {0};
    bool good = data[1] == '7' ? read_pam(&r, &p) : read_pnm(&r, &p, data[1] == '5' ? 1 : 3);
    if (!good || p.samples < 1 || p.samples > 4 || p.most < 1 || p.most > 65535)
        return 0;
    arrays[0] = hunch_array_image(r.at, (unsigned)p.samples | (p.most > 255 ? 8 : 0), p.width, p.height, 1);
    return 1;
}

const struct piece hunch_piece_pnm = {
    .name = "pnm",
    .summary = "pictures of Netpbm: PGM, PPM, PAM",
    .magic = "P",
    .magic_length = 1,
    .anywhere = true,
    .probe = pnm_probe,
    .outlook = pnm_outlook,
};
