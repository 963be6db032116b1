#include "hunch/hunch.h"

const char *hunch_status_text(enum hunch_status status) {
    switch (status) {
    case HUNCH_OK: return "done";
    case HUNCH_BAD_ARGUMENT: return "a setting or an argument is out of range";
    case HUNCH_NO_MEMORY: return "the system has no more memory";
    case HUNCH_OUTPUT_FULL: return "the destination is too small";
    case HUNCH_TRUNCATED: return "the archive is cut short";
    case HUNCH_NOT_ARCHIVE: return "not a hunch archive, or other bytes follow one";
    case HUNCH_DAMAGED: return "the archive is damaged";
    case HUNCH_MISMATCH: return "the archive is intact but decodes to other content on this machine or build";
    case HUNCH_UNSUPPORTED: return "the archive needs a newer version of hunch";
    case HUNCH_MEMORY_LIMIT: return "more memory is needed than the limit allows";
    case HUNCH_SIZE_LIMIT: return "the archive holds more than the size limit allows";
    case HUNCH_MISSING_PRIOR: return "a prior that the archive names was not found";
    case HUNCH_READ_ERROR: return "the archive could not be read";
    }
    return "unknown status";
}

const char *hunch_version(void) {
    return HUNCH_VERSION;
}
