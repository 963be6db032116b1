/* What zlib makes of the tokens of a block: its type, and how the codes of a dynamic block are told. */
#ifndef HUNCH_FORMATS_DEFLATE_SHAPE_H
#define HUNCH_FORMATS_DEFLATE_SHAPE_H

#include "formats/deflate/block.h"
#include "formats/deflate/notes.h"

struct frequencies {
    uint32_t literal[LITERALS]; /* with one end */
    uint32_t distance[DISTANCES];
};

void hunch_frequencies_count(struct frequencies *f, const token *tokens, uint32_t n);

/* The shape that zlib gives to codes for these frequencies. */
void hunch_shape_predict(struct code_shape *shape, const struct frequencies *f);

/* The type of a block of `size` bytes that zlib chooses then. */
enum block_type hunch_shape_type(const struct code_shape *shape, const struct frequencies *f, size_t size);

/* Notes how the shape differs from the predicted one, or makes it from that and the notes; false: damaged. */
bool hunch_shape_note(struct code_shape *shape, const struct code_shape *predicted, struct notes *notes);

#endif
