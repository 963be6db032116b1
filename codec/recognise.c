/* What content is, as the formats see it. */
#include "codec/settings.h"
#include "formats/pieces.h"
#include "formats/registry.h"

enum { ROOM_RATIO = 16, ROOM_LEAST = 16 << 20 }; /* bytes that taking content apart may take */

struct asker {
    void (*found)(void *opaque, const struct hunch_finding *finding);
    void *opaque;
};

static void tell_piece(void *opaque, const struct finding *f) {
    const struct asker *asker = opaque;
    struct hunch_finding full = {sizeof full, f->piece->name, f->piece->summary, f->offset, f->length, f->depth};
    asker->found(asker->opaque, &full);
}

enum hunch_status hunch_recognise(const void *data, size_t length, const struct hunch_settings *settings,
                                  void (*found)(void *opaque, const struct hunch_finding *finding), void *opaque) {
    struct context context;
    struct asker asker = {found, opaque};
    const struct format *format;
    enum hunch_status status = hunch_context_fill(&context, settings);
    if (status != HUNCH_OK || (!data && length > 0) || !found)
        return HUNCH_BAD_ARGUMENT;
    for (unsigned i = 0; length > 0 && (format = hunch_format_at(i)) != NULL; i++)
        if (format->probe(data, length))
            found(opaque, &(struct hunch_finding){sizeof(struct hunch_finding), format->name, format->summary,
                                                  0, length, 0});
    struct streams streams = {.allocator = &context.allocator, .room = ROOM_LEAST + (uint64_t)ROOM_RATIO * length};
    hunch_pieces_find(&streams, data, length, tell_piece, &asker);
    hunch_streams_free(&streams);
    return streams.no_memory ? HUNCH_NO_MEMORY : HUNCH_OK;
}
