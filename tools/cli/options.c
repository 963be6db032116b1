#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "priors.h"
#include "report.h"

enum kind { SET, COUNT, SIZE, GROUP, THREADS, LEVEL, TEXT, PATTERN, VERB, HELP, VERSION };

/* One option. `field` is the offset in struct options of what it changes, `value` what SET, LEVEL and VERB
 * put there, `seen` the offset of a flag that tells that a SIZE was given, 0 for none. */
struct row {
    const char *name;
    char letter;
    unsigned char kind;
    unsigned value;
    size_t field, seen;
    const char *argument; /* its name in the help, NULL for none */
    const char *help;     /* NULL: another name for the row above it */
};

#define FIELD(name) offsetof(struct options, name)

static const struct row rows[] = {
    {"encode", 'z', VERB, VERB_ENCODE, 0, 0, NULL, "encode (what is done without a verb)"},
    {"compress", 0, VERB, VERB_ENCODE, 0, 0, NULL, NULL},
    {"decode", 'd', VERB, VERB_DECODE, 0, 0, NULL, "decode"},
    {"decompress", 0, VERB, VERB_DECODE, 0, 0, NULL, NULL},
    {"uncompress", 0, VERB, VERB_DECODE, 0, 0, NULL, NULL},
    {"test", 't', VERB, VERB_TEST, 0, 0, NULL, "decode and check, write nothing"},
    {"list", 'l', VERB, VERB_LIST, 0, 0, NULL, "list sizes, models and checks"},
    {"stdout", 'c', SET, 1, FIELD(to_stdout), 0, NULL, "write to standard output"},
    {"to-stdout", 0, SET, 1, FIELD(to_stdout), 0, NULL, NULL},
    {"output", 'o', TEXT, 0, FIELD(output), 0, "FILE", "write to FILE ('-' is standard output)"},
    {"force", 'f', SET, 1, FIELD(force), 0, NULL, "overwrite; encode *.hunch again; binary to a terminal"},
    {"keep", 'k', SET, 0, FIELD(remove_input), 0, NULL, "keep the input (the default)"},
    {"rm", 0, SET, 1, FIELD(remove_input), 0, NULL, "remove the input once its output is verified"},
    {"files-from", 0, TEXT, 0, FIELD(files_from), 0, "LIST", "encode the files that LIST names, one a line"},
    {"tar", 0, SET, 1, FIELD(tar), 0, NULL, "encode what a tar stream holds, member by member"},
    {"group", 0, GROUP, 0, 0, 0, "N", "members that share a block, or their bytes with K, M or G (1M)"},
    {"prior", 0, TEXT, 0, FIELD(prior), 0, "FILE", "members from this prior on, each alone; decode: use it if needed"},
    {"self-contained", 0, SET, 1, FIELD(self_contained), 0, NULL, "put the prior into the archive"},
    {"member", 'm', PATTERN, 0, 0, 0, "GLOB", "decode the members of such names only; may be repeated"},
    {"directory", 'C', TEXT, 0, FIELD(directory), 0, "DIR", "decode members into DIR"},
    {"fast", 0, LEVEL, 1, 0, 0, NULL, "same as -1"},
    {"best", 0, LEVEL, 9, 0, 0, NULL, "same as -9"},
    {"threads", 'T', THREADS, 0, FIELD(threads), 0, "N", "worker threads, 0 = one per processor (default 1)"},
    {"memlimit", 0, SIZE, 0, FIELD(memory_limit), 0, "SIZE", "most memory to use (default 1G)"},
    {"max-size", 0, SIZE, 0, FIELD(size_limit), 0, "SIZE", "most original bytes to decode"},
    {"block-size", 0, SIZE, 0, FIELD(block_size), 0, "SIZE", "original bytes per block, 1K to 1G"},
    {"as", 0, TEXT, 0, FIELD(as), 0, "WHAT", "what bare content is: f32:768, rgb8:640x480, pcm16:2, ..."},
    {"no-formats", 0, SET, 1, FIELD(raw), 0, NULL, "treat the content as plain bytes"},
    {"verify", 0, SET, 0, FIELD(skip_verify), 0, NULL, "decode what was encoded and compare (the default)"},
    {"no-verify", 0, SET, 1, FIELD(skip_verify), 0, NULL, "do not"},
    {"keep-going", 0, SET, 1, FIELD(keep_going), 0, NULL, "decode past damage, tell what is lost"},
    {"offset", 0, SIZE, 0, FIELD(offset), FIELD(has_offset), "N", "cat: first original byte to write"},
    {"length", 0, SIZE, 0, FIELD(length), FIELD(has_length), "N", "cat: original bytes to write"},
    {"json", 0, SET, 1, FIELD(json), 0, NULL, "report in JSON, one document per line"},
    {"quiet", 'q', SET, 1, FIELD(quiet), 0, NULL, "errors only, no progress"},
    {"verbose", 'v', COUNT, 0, FIELD(verbose), 0, NULL, "tell more"},
    {"help", 'h', HELP, 0, 0, 0, NULL, "this text"},
    {"version", 'V', VERSION, 0, 0, 0, NULL, "the version"},
};
enum { ROWS = sizeof rows / sizeof rows[0], LONG_BASE = 256 };

static const struct {
    const char *name, *help;
} verbs[VERB_COUNT] = {
    [VERB_ENCODE] = {"encode", "FILE to FILE.hunch; a directory to an archive of members"},
    [VERB_DECODE] = {"decode", "FILE.hunch to FILE, or its members to files"},
    [VERB_TEST] = {"test", "decode and check, write nothing"},
    [VERB_LIST] = {"list", "members, or sizes, models and checks; -v for every block"},
    [VERB_CAT] = {"cat", "original bytes to standard output: all, a range, or ARCHIVE MEMBER..."},
    [VERB_INFO] = {"info",
                   "an archive's blocks and memory; what another file holds; alone: models and formats"},
    [VERB_TRAIN] = {"train", "a prior from samples: -o NAME.prior FILE..."},
    [VERB_BENCH] = {"bench", "encode and decode in memory: size, speed, memory"},
};

static void print_help(void) {
    printf("Usage: hunch [VERB] [OPTION]... [FILE]...\n"
           "Learned lossless compression. Without FILE, or for '-', standard input to standard "
           "output.\n\nVerbs:\n");
    for (unsigned v = 0; v < VERB_COUNT; v++)
        printf("  %-26s%s\n", verbs[v].name, verbs[v].help);
    printf("\nOptions:\n  %-26s%s\n", "-1 ... -9", "fastest to smallest (default 5)");
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        if (!row->help)
            continue;
        char text[64], letter[4] = {'-', row->letter, ',', 0};
        snprintf(text, sizeof text, "%3s --%s%s%s", row->letter ? letter : "", row->name,
                 row->argument ? "=" : "", row->argument ? row->argument : "");
        printf("  %-26s%s\n", text, row->help);
    }
    printf("\nSIZE may end in K, M, G or T (powers of 1024). Exit codes: 0 done, 1 data or input/output,\n"
           "2 wrong call, 3 damaged archive, 4 a limit, 5 a prior is missing. More: man hunch\n");
}

static void *field_at(struct options *options, size_t offset) {
    return (char *)options + offset;
}

/* Decimal digits, then nothing or one of K, M, G, T, alone or as KiB and so on. */
static bool parse_size(const char *text, uint64_t *size) {
    static const char letters[] = "KMGT";
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno)
        return false;
    unsigned shift = 0;
    if (*end) {
        const char *letter = strchr(letters, *end >= 'a' ? *end - 32 : *end);
        if (!letter || (end[1] && strcmp(end + 1, "iB") && strcmp(end + 1, "B")))
            return false;
        shift = 10 * (unsigned)(letter - letters + 1);
    }
    if (number > UINT64_MAX >> shift)
        return false;
    *size = (uint64_t)number << shift;
    return true;
}

static int take_size(struct options *options, const struct row *row, const char *text) {
    if (!parse_size(text, field_at(options, row->field))) {
        report_error(NULL, "--%s: '%s' is no size; write digits and perhaps K, M, G or T", row->name, text);
        return CODE_USAGE;
    }
    if (row->seen)
        *(unsigned *)field_at(options, row->seen) = 1;
    return -1;
}

/* A bare number counts members, one with a suffix bytes. */
static int take_group(struct options *options, const char *text) {
    uint64_t size;
    if (!parse_size(text, &size) || !size) {
        report_error(NULL, "--group: '%s' is no number of members and no size; write 100 or 4M, say", text);
        return CODE_USAGE;
    }
    bool counts = !text[strspn(text, "0123456789")];
    options->group_members = counts ? size : 0;
    options->group_size = counts ? 0 : size;
    return -1;
}

static int take_threads(struct options *options, const char *text) {
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number > 256) {
        report_error(NULL, "--threads: '%s' is not 0 to 256; see hunch --help", text);
        return CODE_USAGE;
    }
    options->threads = number;
    return -1;
}

static void take_level(struct options *options, unsigned level) {
    options->level = level;
    options->levels |= 1u << level;
}

static int take_row(struct options *options, const struct row *row, const char *text, bool verb_named) {
    switch (row->kind) {
    case SET:
        *(unsigned *)field_at(options, row->field) = row->value;
        return -1;
    case COUNT:
        ++*(unsigned *)field_at(options, row->field);
        return -1;
    case SIZE:
        return take_size(options, row, text);
    case GROUP:
        return take_group(options, text);
    case PATTERN:
        options->patterns[options->pattern_count++] = text;
        return -1;
    case THREADS:
        return take_threads(options, text);
    case LEVEL:
        take_level(options, row->value);
        return -1;
    case TEXT:
        *(const char **)field_at(options, row->field) = text;
        return -1;
    case VERB:
        if (verb_named && options->verb != row->value) {
            report_error(NULL, "%s and --%s exclude each other; choose one", verbs[options->verb].name,
                         row->name);
            return CODE_USAGE;
        }
        options->verb = row->value;
        return -1;
    case HELP:
        print_help();
        return CODE_OK;
    default:
        printf("hunch %s\n", hunch_version());
        return CODE_OK;
    }
}

/* The tables that getopt_long wants, made from ours. The first ':' has it tell a missing argument apart. */
static void make_tables(struct option *longs, char *letters) {
    char *p = letters;
    *p++ = ':';
    for (char digit = '1'; digit <= '9'; digit++)
        *p++ = digit;
    for (size_t i = 0; i < ROWS; i++) {
        longs[i] = (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL,
                                   LONG_BASE + (int)i};
        if (rows[i].letter)
            *p++ = rows[i].letter;
        if (rows[i].letter && rows[i].argument)
            *p++ = ':';
    }
    *p = 0;
    longs[ROWS] = (struct option){0};
}

static const struct row *row_of(int answer) {
    if (answer >= LONG_BASE)
        return &rows[answer - LONG_BASE];
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].letter == answer)
            return &rows[i];
    return NULL;
}

/* Tells what getopt_long disliked. `word` is the argument it stopped at, optopt the letter, 0 for a long
 * name. */
static int refuse(int answer, const char *word) {
    const char letter[3] = {'-', optopt < LONG_BASE ? (char)optopt : 0, 0};
    const char *name = optopt && optopt < LONG_BASE ? letter : word;
    report_error(NULL,
                 answer == ':' ? "option %s needs an argument; see hunch --help"
                               : "option %s is unknown or takes no argument; see hunch --help",
                 name);
    return CODE_USAGE;
}

static int take_arguments(struct options *options, int argc, char **argv, bool verb_named) {
    struct option longs[ROWS + 1];
    char letters[2 * ROWS + 16];
    make_tables(longs, letters);
    opterr = 0;
    for (;;) {
        int at = optind;
        int answer = getopt_long(argc, argv, letters, longs, NULL);
        if (answer == -1)
            break;
        if (answer == '?' || answer == ':')
            return refuse(answer, argv[optind > at ? optind - 1 : at]);
        if (answer >= '1' && answer <= '9') {
            take_level(options, (unsigned)(answer - '0'));
            continue;
        }
        int code = take_row(options, row_of(answer), optarg, verb_named);
        if (code >= 0)
            return code;
    }
    options->files = argv + optind;
    options->file_count = (size_t)(argc - optind);
    return -1;
}

static int take_cpu(struct options *options) {
    static const struct {
        const char *name;
        unsigned mask;
    } cpus[] = {
        {"c", HUNCH_CPU_C},       {"avx2", HUNCH_CPU_AVX2}, {"avx512", HUNCH_CPU_AVX2 | HUNCH_CPU_AVX512},
        {"neon", HUNCH_CPU_NEON}, {"all", HUNCH_CPU_ALL},
    };
    const char *name = getenv("HUNCH_CPU");
    options->cpu_mask = HUNCH_CPU_ALL;
    if (!name || !*name)
        return -1;
    for (size_t i = 0; i < sizeof cpus / sizeof cpus[0]; i++)
        if (!strcmp(name, cpus[i].name)) {
            options->cpu_mask = cpus[i].mask;
            return -1;
        }
    report_error(NULL, "HUNCH_CPU: '%s' is unknown; use c, avx2, avx512, neon or all", name);
    return CODE_USAGE;
}

/* What is wrong with the options about members; NULL for nothing. */
static const char *find_member_conflict(const struct options *o) {
    bool encodes = o->verb == VERB_ENCODE, extracts = o->directory || o->pattern_count;
    if ((o->tar || o->group_members || o->group_size || (o->files_from && o->verb != VERB_TRAIN)) && !encodes)
        return "--files-from, --tar and --group belong to encode; leave them out";
    if (extracts && o->verb != VERB_DECODE)
        return "-C and -m belong to decode; use hunch decode ARCHIVE";
    if (extracts && (o->output || o->to_stdout))
        return "-C and -m write files and exclude -c and -o; or use hunch cat ARCHIVE MEMBER";
    if (o->files_from && (o->tar || o->file_count))
        return "--files-from names all that is encoded; leave out --tar and other names";
    if (o->files_from && encodes && !o->output && !o->to_stdout)
        return "--files-from needs a name for the archive; choose one with -o";
    if (o->remove_input && (o->files_from || o->tar || extracts))
        return "--rm removes an input that one output replaces; leave it out";
    return NULL;
}

/* What is wrong with these options together; NULL for nothing. */
static const char *find_conflict(const struct options *o) {
    bool trains = o->verb == VERB_TRAIN, writes = o->verb == VERB_ENCODE || o->verb == VERB_DECODE || trains;
    if ((o->has_offset || o->has_length) && o->verb != VERB_CAT)
        return "--offset and --length belong to cat; use hunch cat FILE";
    if (o->output && !writes)
        return "-o belongs to encode, decode and train; leave it out";
    if (o->output && o->to_stdout)
        return "-c and -o exclude each other; choose one";
    if (o->output && o->file_count > 1 && (o->verb == VERB_DECODE || o->tar))
        return "-o takes one input; leave it out, or use -c to join all in one stream";
    if (o->remove_input && (!writes || trains || o->to_stdout || (o->output && output_is_standard(o->output))))
        return "--rm needs an output file; leave it out";
    if (o->remove_input && o->verb == VERB_ENCODE && o->skip_verify)
        return "--rm needs verification; leave out --no-verify";
    if (trains && (!o->output || output_is_standard(o->output) || o->to_stdout))
        return "train needs a name for the prior; choose one with -o";
    if (trains && o->level < 3)
        return "train needs a level from -3 on";
    if (o->self_contained && (o->verb != VERB_ENCODE || !o->prior))
        return "--self-contained belongs to encode with --prior; leave it out";
    if (o->prior && (trains || o->verb == VERB_BENCH))
        return "--prior does not belong here; leave it out";
    if (o->block_size && (o->block_size < 1024 || o->block_size > (uint64_t)1 << 30))
        return "--block-size must be 1K to 1G";
    return find_member_conflict(o);
}

/* unhunch decodes, hunchcat decodes to standard output; any other name takes a verb first. */
static bool take_name(struct options *options, int *argc, char ***argv) {
    const char *slash = strrchr((*argv)[0] ? (*argv)[0] : "", '/');
    const char *name = slash ? slash + 1 : (*argv)[0] ? (*argv)[0] : "";
    if (!strcmp(name, "unhunch") || !strcmp(name, "hunchcat")) {
        options->verb = VERB_DECODE;
        options->to_stdout = name[0] == 'h';
        return false;
    }
    for (unsigned v = 0; *argc > 1 && v < VERB_COUNT; v++)
        if (!strcmp((*argv)[1], verbs[v].name)) {
            options->verb = v;
            ++*argv;
            --*argc;
            return true;
        }
    return false;
}

int options_parse(struct options *options, int argc, char **argv) {
    struct hunch_settings defaults;
    hunch_settings_default(&defaults);
    *options = (struct options){.level = (unsigned)defaults.level,
                                .threads = defaults.threads,
                                .memory_limit = defaults.memory_limit,
                                .size_limit = defaults.output_limit};
    options->patterns = calloc((size_t)argc + 1, sizeof *options->patterns);
    if (!options->patterns)
        return report_status(NULL, HUNCH_NO_MEMORY, "");
    bool verb_named = take_name(options, &argc, &argv);
    int code = take_arguments(options, argc, argv, verb_named);
    if (code < 0)
        code = take_cpu(options);
    if (code >= 0)
        return code;
    if (options->verb == VERB_CAT)
        options->to_stdout = 1;
    const char *conflict = find_conflict(options);
    if (conflict) {
        report_error(NULL, "%s", conflict);
        return CODE_USAGE;
    }
    return -1;
}

void options_free(struct options *options) {
    free(options->patterns);
    options->patterns = NULL;
}

void options_settings(const struct options *options, struct hunch_settings *settings) {
    hunch_settings_default(settings);
    settings->level = (int)options->level;
    settings->threads = (unsigned)options->threads;
    settings->block_size = options->block_size;
    settings->memory_limit = options->memory_limit;
    settings->output_limit = options->size_limit;
    settings->use_formats = !options->raw;
    settings->as = options->as;
    settings->keep_going = (int)options->keep_going;
    settings->cpu_mask = options->cpu_mask;
    priors_decoder(options, settings);
}
