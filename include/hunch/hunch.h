/* hunch: learned compression. The one public header of the library.
 *
 * An archive is a sequence of blocks, each coded by a model and standing alone. Every function below gives the
 * same bytes for the same input, settings and library format version, whatever the machine, the instruction set
 * or the number of threads.
 *
 * Threads: functions that take a context may run on different contexts at the same time. One context belongs to
 * one thread at a time, except where a function says otherwise. The library has no global state to set up.
 *
 * Not promised: the archive bytes of a level may change between releases of the library (decoding never does);
 * the fields at the end of hunch_settings and hunch_block_info may grow.
 */
#ifndef HUNCH_HUNCH_H
#define HUNCH_HUNCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define HUNCH_API
#else
#define HUNCH_API __attribute__((visibility("default")))
#endif

#define HUNCH_VERSION "0.1.0"

/* What a function answers. Every code says who returns it and what the caller may do next. */
enum hunch_status {
    HUNCH_OK = 0,           /* Any: done as asked. */
    HUNCH_BAD_ARGUMENT = 1, /* Any: a setting out of range, or a NULL where none is allowed. Mend the call. */
    HUNCH_NO_MEMORY =
        2, /* Any: the allocator refused. Close the context; fewer threads or a lower level need less. */
    HUNCH_OUTPUT_FULL = 3, /* One-shot calls: the destination is too small. Call again with a larger one. */
    HUNCH_TRUNCATED = 4, /* Decoding: the archive ends before it says so. What was written so far is good. */
    HUNCH_NOT_ARCHIVE = 5, /* Decoding: the bytes are no hunch archive (or garbage follows one). */
    HUNCH_DAMAGED = 6,     /* Decoding: a check failed; the file has changed since it was written. */
    HUNCH_MISMATCH = 7, /* Decoding: the coded bytes are intact but decode to other content: a fault of this
                           machine or of this build. Try another machine; report it. */
    HUNCH_UNSUPPORTED =
        8, /* Decoding: a newer version of the format, or an unknown model. Update the library. */
    HUNCH_MEMORY_LIMIT =
        9, /* Decoding or encoding needs more memory than settings allow. Nothing was allocated. */
    HUNCH_SIZE_LIMIT = 10,    /* Decoding: the archive declares more output than settings allow. */
    HUNCH_MISSING_PRIOR = 11, /* Decoding: a prior named in the archive was not found. */
    HUNCH_READ_ERROR = 12     /* hunch_archive_*: the caller's read callback failed. */
};

/* A sentence in English for a status; never NULL, static. */
HUNCH_API const char *hunch_status_text(enum hunch_status status);

/* The version of the library that runs, like "0.1.0"; static. */
HUNCH_API const char *hunch_version(void);

/* A range of original bytes that could not be recovered; see hunch_settings.on_lost. */
struct hunch_range {
    uint64_t offset; /* bytes from the start of the original content */
    uint64_t length; /* bytes; 0 when unknown (the end of the archive is missing) */
};

/* Settings of encoders, decoders and archives. Fill with hunch_settings_default, then change fields. */
struct hunch_settings {
    size_t sizeof_settings; /* set by hunch_settings_default; lets old programs run with newer libraries */
    int level;              /* 1 (fastest) to 9 (smallest); default 5 */
    unsigned threads;       /* worker threads, 1 to 256; 0 = one per online CPU; default 1. Never changes the bytes. */
    uint64_t block_size;    /* most original bytes in a block, 1 KiB to 1 GiB; 0 = the level's own */
    uint64_t memory_limit;  /* bytes; default 1 GiB for all threads together (threads are reduced to fit). A prior that
                               was opened by hunch_prior_open keeps to the limit of that call, beside this one */
    uint64_t output_limit;  /* most original bytes a decoder will write; default UINT64_MAX */
    int use_formats;        /* recognise content (text, executables, ...) and transform it first; default 1 */
    int keep_going;         /* decoder: go on after damage; lost ranges become zeros and are told, and the end is
                               OK all the same; limits and missing memory still end it; default 0 */
    unsigned cpu_mask;      /* which instruction sets may be used, bits HUNCH_CPU_*; default all */
    /* Called by a decoder with keep_going, in order of offset, on the thread that drives the decoder. */
    void (*on_lost)(void *opaque, struct hunch_range lost, enum hunch_status why);
    /* allocate must return zeroed memory aligned for any type, or NULL; both NULL = the system's. Called from
     * any worker thread. */
    void *(*allocate)(void *opaque, size_t size);
    void (*release)(void *opaque, void *memory);
    void *opaque; /* handed to the three callbacks above */
    /* How many members share a block, so that one can be read without the rest: a member begins a new block when
     * the one in hand holds group_members of them, or would grow beyond group_size bytes. 0: no such bound. */
    uint64_t group_members; /* default 0 */
    uint64_t group_size;    /* bytes; default 0 */
    /* What bare content is, for encoders; NULL (default): what it looks like. Rows of numbers, "f32:768": f64
     * f32 f16 bf16 f8 i8 i16 i32 i64 and the numbers in a row; pictures, "rgb8:640x480" or, when rows follow
     * without end, "rgb8:640": gray8 rgb8 rgba8 gray16be rgb16be; sound, "pcm16:2": pcm8 pcm16 pcm24 pcm32
     * pcmf32 and the channels. A wrong word costs size, never content. With members, what each of them is.
     * Must live until the encoder is closed. */
    const char *as;
    /* Priors, see hunch_prior_open. */
    struct hunch_prior *prior; /* encoder: what members (or groups of them) are coded from, each alone; NULL:
                                  none. Content that it does not suit, and members of more than 1 MiB, are
                                  coded as without. Must live until the encoder is closed */
    int self_contained;        /* encoder: puts the prior into the archive; default 0 */
    /* Decoders: finds the prior that an archive names; NULL when there is none. It must live until the decoder or the
     * archive is closed. Not asked for a prior that the archive holds itself. Called on any thread; with `opaque`. */
    struct hunch_prior *(*find_prior)(void *opaque, uint64_t id, const char *name);
    /* Called by hunch_train and hunch_prior_open behind each sample, with `opaque`, on the thread that called them:
     * `done` of `total` bytes of the training streams. */
    void (*on_progress)(void *opaque, uint64_t done, uint64_t total);
};

enum {
    HUNCH_CPU_C = 0,
    HUNCH_CPU_AVX2 = 1,
    HUNCH_CPU_AVX512 = 2,
    HUNCH_CPU_NEON = 4,
    HUNCH_CPU_ALL = 7
};

/* Writes the defaults into *settings (must not be NULL). Cannot fail. */
HUNCH_API void hunch_settings_default(struct hunch_settings *settings);

/* ---- one call ------------------------------------------------------------------------------------------- */

/* The most bytes that encoding `length` bytes can give, for any level and block size >= 64 KiB;
 * SIZE_MAX when that does not fit a size_t. */
HUNCH_API size_t hunch_encode_bound(size_t length);

/* Encodes `length` bytes at `source` into one archive. On entry *written is the capacity of `target`, on success
 * the bytes written. `settings` NULL means defaults. Errors: BAD_ARGUMENT, NO_MEMORY, OUTPUT_FULL, MEMORY_LIMIT. */
HUNCH_API enum hunch_status hunch_encode(void *target, size_t *written, const void *source, size_t length,
                                         const struct hunch_settings *settings);

/* Decodes one or more concatenated archives. On entry *written is the capacity of `target`; on success, and on
 * TRUNCATED, DAMAGED and MISMATCH, the bytes of good content at its start. Any decoding error. */
HUNCH_API enum hunch_status hunch_decode(void *target, size_t *written, const void *source, size_t length,
                                         const struct hunch_settings *settings);

/* ---- streams -------------------------------------------------------------------------------------------- */

struct hunch_input {
    const void *data;
    size_t size;     /* bytes at data */
    size_t position; /* bytes already taken; advanced by the library */
};

struct hunch_output {
    void *data;
    size_t size;     /* capacity in bytes */
    size_t position; /* bytes already written; advanced by the library */
};

enum hunch_directive {
    HUNCH_CONTINUE = 0, /* more input will follow */
    HUNCH_FLUSH = 1,    /* encoder: end the block in hand and write all that was given so far */
    HUNCH_FINISH = 2    /* no more input follows */
};

typedef struct hunch_stream hunch_stream;

/* Open an encoder or a decoder. On success *stream is owned by the caller until hunch_stream_close; on failure it
 * is NULL. `settings` is copied; NULL means defaults. Errors: BAD_ARGUMENT, NO_MEMORY, MEMORY_LIMIT. */
HUNCH_API enum hunch_status hunch_encoder_open(hunch_stream **stream, const struct hunch_settings *settings);
HUNCH_API enum hunch_status hunch_decoder_open(hunch_stream **stream, const struct hunch_settings *settings);

/* Takes input and gives output, as much as both buffers allow; may block while worker threads are busy.
 * *done becomes 1 when the directive is carried out and all output was given, else 0: call again with more room
 * or more input. CONTINUE is carried out when all input is taken and nothing that is ready waits for room; FLUSH
 * when all that can be made of the input was given; do not give more input before a FLUSH is done.
 * After an error the stream can only be closed (the same error is returned again). An encoder takes no more input
 * when a FINISH is done: BAD_ARGUMENT.
 * For a decoder HUNCH_FINISH says that the input ends: an archive cut short is then TRUNCATED.
 *
 *     struct hunch_input in = {text, text_size, 0};
 *     int done = 0;
 *     while (!done) {
 *         struct hunch_output out = {buffer, sizeof buffer, 0};
 *         status = hunch_stream_run(stream, &in, &out, HUNCH_FINISH, &done);
 *         if (status != HUNCH_OK) break;
 *         fwrite(buffer, 1, out.position, file);
 *     }
 */
HUNCH_API enum hunch_status hunch_stream_run(hunch_stream *stream, struct hunch_input *in, struct hunch_output *out,
                                             enum hunch_directive directive, int *done);

/* A file or a sample in an archive: a stretch of its content with a name. */
struct hunch_member {
    size_t sizeof_member;       /* set by the caller to sizeof(struct hunch_member) */
    const char *name; /* not empty, at most 65536 bytes; as the encoder was told: see to it before you write
                         to a file of that name */
    uint64_t offset;            /* of its first byte in the content, bytes; not looked at when encoding */
    uint64_t length;            /* bytes; when encoding: as far as known, or 0. A guess does no harm */
    uint32_t mode;              /* st_mode of POSIX, kind and permissions; 0: unknown */
    int64_t mtime;              /* seconds since 1970 */
    uint32_t mtime_nanoseconds;
};

/* Tells an encoder that what is given from now on, up to the next member or the end, is this one. All content must
 * belong to a member: call it before the first hunch_stream_run, or never; and between runs when all input was taken.
 * *member is copied. Errors: BAD_ARGUMENT, NO_MEMORY. */
HUNCH_API enum hunch_status hunch_stream_member(hunch_stream *encoder, const struct hunch_member *member);

/* Frees the stream and writes NULL to *stream. NULL and pointers to NULL are allowed. */
HUNCH_API void hunch_stream_close(hunch_stream **stream);

/* ---- archives at rest: list, inspect, read any range ------------------------------------------------------ */

/* Reads exactly `length` bytes at `offset` of the archive into `buffer`; returns 0, or non-zero on failure.
 * Must allow calls from several threads at once. */
struct hunch_source {
    int (*read)(void *opaque, uint64_t offset, void *buffer, size_t length);
    void *opaque;
    uint64_t size; /* bytes of the archive */
};

struct hunch_block_info {
    size_t sizeof_info;       /* set by the caller to sizeof(struct hunch_block_info) */
    uint64_t archive_offset;  /* where the block's header begins in the archive, bytes */
    uint64_t header_length;   /* bytes */
    uint64_t coded_length;    /* bytes of payload */
    uint64_t offset;          /* where its content begins in the original, bytes */
    uint64_t length;          /* original bytes */
    uint64_t memory;          /* bytes a decoder needs for this block, buffers included */
    uint64_t check;           /* XXH3-64 of the original bytes */
    uint32_t model_parameter; /* the model's own setting, see doc/FORMAT.md */
    const char *model;        /* name, static; "unknown" if this library lacks it */
    const char *format;       /* name of the transform, static; "raw" for none */
};

typedef struct hunch_archive hunch_archive;

/* Opens an archive for reading at any place; reads headers or the index, decodes nothing. Several archives one
 * after another count as one. `source` and what it points to must live until the close. */
HUNCH_API enum hunch_status hunch_archive_open(hunch_archive **archive, const struct hunch_source *source,
                                               const struct hunch_settings *settings);

/* Number of blocks, and total original bytes. The archive must not be NULL. */
HUNCH_API uint64_t hunch_archive_blocks(const hunch_archive *archive);
HUNCH_API uint64_t hunch_archive_length(const hunch_archive *archive);

/* Describes block `index`. BAD_ARGUMENT when there is none. Threads: any. */
HUNCH_API enum hunch_status hunch_archive_block(const hunch_archive *archive, uint64_t index,
                                                struct hunch_block_info *info);

/* Reads `length` original bytes at `offset`; decodes only the blocks that hold them, and keeps the last few.
 * BAD_ARGUMENT when the range is not within the content. Threads: any. */
HUNCH_API enum hunch_status hunch_archive_read(hunch_archive *archive, uint64_t offset, void *buffer, size_t length);

/* Number of members; 0 when the archive is plain content. The archive must not be NULL. */
HUNCH_API uint64_t hunch_archive_count(const hunch_archive *archive);

/* Describes member `index`; its name lives as long as the archive. Its content is read by hunch_archive_read with its
 * offset and length. BAD_ARGUMENT when there is none. Threads: any.
 *
 *     struct hunch_member m = {.sizeof_member = sizeof m};
 *     if (hunch_archive_stat(archive, 7, &m) == HUNCH_OK)
 *         hunch_archive_read(archive, m.offset, buffer, m.length);
 */
HUNCH_API enum hunch_status hunch_archive_stat(const hunch_archive *archive, uint64_t index,
                                               struct hunch_member *member);

/* The number of the first member of this name; UINT64_MAX when there is none. Threads: any. */
HUNCH_API uint64_t hunch_archive_find(const hunch_archive *archive, const char *name);

/* Frees the archive and writes NULL to *archive. */
HUNCH_API void hunch_archive_close(hunch_archive **archive);

/* ---- priors: samples that are coded from what others have taught ----------------------------------------------

 * A prior is a file that holds training samples, coded by the models of a level. To open it is to decode it: then the
 * models know what the samples can teach, and small samples of the same sort shrink as if they stood behind them,
 * while each can be read alone. An archive names its prior by the hash of the prior's file. */

typedef struct hunch_prior hunch_prior;

struct hunch_prior_info {
    size_t sizeof_info; /* set by the caller to sizeof(struct hunch_prior_info) */
    uint64_t id;        /* XXH3-64 of the file behind its first 16 bytes */
    char name[65];
    uint64_t samples;
    uint64_t length;    /* bytes of the training streams */
    uint64_t memory;    /* bytes that an open prior takes at most, for one thread */
};

/* The most bytes that a prior of samples of `length` bytes in all can have; SIZE_MAX when that fits no size_t. */
HUNCH_API size_t hunch_train_bound(size_t length);

/* Trains a prior on `count` samples, which stand one behind another and have lengths[i] >= 1 bytes, in this
 * order. settings->level (3 to 9) says which models; `as`, use_formats and memory_limit count too. `name`, up
 * to 64 bytes, tells people what it is. On entry *written is the capacity of `target`, on success the bytes
 * written. Takes as long as encoding the samples. Errors: BAD_ARGUMENT (also for more than 512 MiB in one
 * kind of stream), NO_MEMORY, OUTPUT_FULL, MEMORY_LIMIT. */
HUNCH_API enum hunch_status hunch_train(void *target, size_t *written, const char *name, const void *samples,
                                        const size_t *lengths, size_t count, const struct hunch_settings *settings);

/* Reads what a prior's file says of itself. Errors: BAD_ARGUMENT, NOT_ARCHIVE (it is no prior), DAMAGED,
 * UNSUPPORTED. */
HUNCH_API enum hunch_status hunch_prior_describe(const void *data, size_t length, struct hunch_prior_info *info);

/* Opens a prior, which takes as long as decoding its samples. It may be used by several encoders, decoders
 * and archives at once, on any threads. `data` is copied. Errors: as above, NO_MEMORY, MEMORY_LIMIT. */
HUNCH_API enum hunch_status hunch_prior_open(hunch_prior **prior, const void *data, size_t length,
                                             const struct hunch_settings *settings);

/* What opening has computed, to be saved: *size bytes, many of them zeros in whole pages; valid while nothing else uses
 * the prior. */
HUNCH_API const void *hunch_prior_image(const hunch_prior *prior, size_t *size);

/* Opens a prior from such an image in no time: memory aligned to 64 bytes that is the prior's own until it is
 * closed (and not freed by it), say a private mapping of a file. The image must come from the very same build
 * of the library, and from a place as safe as the program itself: it is not checked. BAD_ARGUMENT when it is
 * not of this prior and version. */
HUNCH_API enum hunch_status hunch_prior_restore(hunch_prior **prior, const void *data, size_t length, void *image,
                                                size_t size, const struct hunch_settings *settings);

HUNCH_API uint64_t hunch_prior_id(const hunch_prior *prior);

/* Describes prior `index` of those that the archives of a file name, in their order: id and name, and the
 * rest where the archive holds the prior itself (*inside becomes 1; else 0, and the rest is 0). `inside` may
 * be NULL. That a prior is named does not say that a block needs it. BAD_ARGUMENT when there is none; else
 * what reading it may answer: DAMAGED, UNSUPPORTED, READ_ERROR, MEMORY_LIMIT, NO_MEMORY. Threads: any. */
HUNCH_API enum hunch_status hunch_archive_prior(const hunch_archive *archive, uint64_t index,
                                                struct hunch_prior_info *info, int *inside);

/* Frees the prior and writes NULL to *prior. */
HUNCH_API void hunch_prior_close(hunch_prior **prior);

/* ---- what content is ------------------------------------------------------------------------------------ */

/* Something that was recognised in content. */
struct hunch_finding {
    size_t sizeof_finding;
    const char *name;    /* of a format or a piece, static */
    const char *summary; /* static */
    uint64_t offset;     /* where it begins, bytes; with depth, in what the finding around it holds */
    uint64_t length;     /* bytes */
    unsigned depth;      /* 0: in the content itself; 1..: inside of the next finding that has one less */
};

/* Calls `found` for everything that the library recognises in a block's content and would take apart. Says nothing of
 * whether that will pay: encoding measures it. Errors: BAD_ARGUMENT, NO_MEMORY. */
HUNCH_API enum hunch_status hunch_recognise(const void *data, size_t length, const struct hunch_settings *settings,
                                            void (*found)(void *opaque, const struct hunch_finding *finding),
                                            void *opaque);

/* ---- registries ------------------------------------------------------------------------------------------ */

/* Describes the models and formats that this library knows, for `index` 0, 1, ...; NULL past the end. Static. */
struct hunch_entry {
    unsigned id;         /* as in the archive */
    const char *name;    /* one word */
    const char *summary; /* one sentence */
};
HUNCH_API const struct hunch_entry *hunch_model_entry(unsigned index);
HUNCH_API const struct hunch_entry *hunch_format_entry(unsigned index);

#ifdef __cplusplus
}
#endif
#endif
