/* The entropy-coded part of a scan, read or written by one walk over its blocks (ITU T.81, annexes F and G). */
#ifndef HUNCH_FORMATS_JPEG_SCAN_H
#define HUNCH_FORMATS_JPEG_SCAN_H

#include "formats/jpeg/image.h"

/* What a scan has beside its coefficients. */
struct jpeg_extra {
    /* (used blocks) of a band of a progressive file: length of the run of ended bands that begins at this block,
     * 0: none does. Read: told. Written: as hunch_jpeg_scan_run and exceptions say. NULL elsewhere. */
    uint16_t *runs;
    uint8_t *pads;   /* (stretches between restart markers) what hunch_jpeg_align gave or shall use; NULL: */
    uint8_t pad;     /* when writing, all are like this */
    size_t stretch;  /* in hand */
};

/* Where rows of blocks come from: row y of a component, in memory until the next call; NULL is trouble. */
struct jpeg_rows {
    int16_t *(*row)(struct jpeg_rows *r, const struct jpeg *j, unsigned component, uint32_t y);
    /* a row of MCUs has been read (scans of all components); false is trouble */
    bool (*done)(struct jpeg_rows *r, const struct jpeg *j, uint32_t mcu_row);
};

/* Stretches between restart markers in the scan j->scan. */
size_t hunch_jpeg_scan_stretches(const struct jpeg *j);
/* Reads or writes the scan j->scan; false: trouble. */
bool hunch_jpeg_scan_code(const struct jpeg *j, struct entropy *e, struct jpeg_extra *x, struct jpeg_rows *r);

/* Whether the scan has runs, and how its run at `block` is made by an encoder that makes them as long as it can and
 * holds back at most so many correction bits as libjpeg does. tails: (used blocks) from hunch_jpeg_scan_tails. */
bool hunch_jpeg_scan_has_runs(const struct jpeg *j);
uint32_t hunch_jpeg_scan_blocks(const struct jpeg *j);
bool hunch_jpeg_scan_tails(const struct jpeg *j, struct jpeg_rows *r, uint8_t *tails);
unsigned hunch_jpeg_scan_run(const struct jpeg *j, const uint8_t *tails, uint32_t block);
/* Whether the band of the block ends before its last coefficient: a run begins there or holds it. */
static inline bool jpeg_tail_ends(uint8_t tail) {
    return tail & 0x80;
}

#endif
