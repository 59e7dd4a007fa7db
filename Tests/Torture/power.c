/* Preloaded into the sender, keeps in mind which bytes of the ledger's files have been written and not synced yet, in
 * a file that outlives the process. Whoever kills the process can then take these bytes away, as a loss of power does.
 *
 * POWER_STATE  where to keep it: for the log two 64-bit numbers, the first unsynced byte and the end of the last, since
 *              it is written from front to back; for the database a byte for each 4 KiB, 1 where one is unsynced.
 * POWER_BREAKS_SYNC  1: syncing does nothing, as in a sender without it. Such a sender must be found out.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { NEITHER, LEDGER, WAL, BLOCK = 4096, MOST_BLOCKS = 65536, MOST_DESCRIPTORS = 65536 };

struct dirt {
    uint64_t low, high;
    unsigned char blocks[MOST_BLOCKS];
};

static struct dirt *state;
static int breaks_sync;
static signed char file_of[MOST_DESCRIPTORS];

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void clean(int file)
{
    if (file == LEDGER) memset(state->blocks, 0, MOST_BLOCKS);
    if (file == WAL) state->low = UINT64_MAX, state->high = 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("POWER_STATE");
    breaks_sync = getenv("POWER_BREAKS_SYNC") != NULL;
    if (!path) return;
    int descriptor = NEXT(open)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 || ftruncate(descriptor, sizeof(struct dirt)) != 0) abort();
    state = mmap(NULL, sizeof(struct dirt), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (state == MAP_FAILED) abort();
    clean(LEDGER);
    clean(WAL);
    close(descriptor);
}

static int ends_with(const char *path, const char *end)
{
    size_t length = strlen(path), count = strlen(end);
    return length >= count && strcmp(path + length - count, end) == 0;
}

static int note_open(int descriptor, const char *path)
{
    if (descriptor >= 0 && descriptor < MOST_DESCRIPTORS)
        file_of[descriptor] = ends_with(path, "/ledger.sqlite") ? LEDGER
                            : ends_with(path, "/ledger.sqlite-wal") ? WAL : NEITHER;
    return descriptor;
}

static int ledger_file(int descriptor)
{
    return state && descriptor >= 0 && descriptor < MOST_DESCRIPTORS ? file_of[descriptor] : NEITHER;
}

static void note_write(int descriptor, uint64_t offset, uint64_t count)
{
    int file = ledger_file(descriptor);
    if (count == 0 || file == NEITHER) return;
    if (file == LEDGER) {
        for (uint64_t block = offset / BLOCK; block <= (offset + count - 1) / BLOCK && block < MOST_BLOCKS; block++)
            state->blocks[block] = 1;
        return;
    }
    if (offset < state->low) state->low = offset;
    if (offset + count > state->high) state->high = offset + count;
}

static int note_sync(int descriptor, int status)
{
    if (status == 0) clean(ledger_file(descriptor));
    return status;
}

#define OPEN(name)                                                        \
    int name(const char *path, int flags, ...)                            \
    {                                                                     \
        va_list list;                                                     \
        va_start(list, flags);                                            \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
        va_end(list);                                                     \
        return note_open(NEXT(name)(path, flags, mode), path);            \
    }
OPEN(open)
OPEN(open64)

/* Room for what is written later: whether it is there or not after a loss of power makes no difference. It is longer
 * than any page of a database. */
static int is_room(const char *bytes, size_t count)
{
    return count > 65536 && bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

#define PWRITE(name, type)                                                \
    ssize_t name(int descriptor, const void *bytes, size_t count, type offset) \
    {                                                                     \
        if (!is_room(bytes, count)) note_write(descriptor, (uint64_t)offset, count); \
        return NEXT(name)(descriptor, bytes, count, offset);              \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define SYNC(name)                                                        \
    int name(int descriptor)                                              \
    {                                                                     \
        if (breaks_sync && ledger_file(descriptor) != NEITHER) return 0;  \
        return note_sync(descriptor, NEXT(name)(descriptor));             \
    }
SYNC(fsync)
SYNC(fdatasync)

int close(int descriptor)
{
    if (descriptor >= 0 && descriptor < MOST_DESCRIPTORS) file_of[descriptor] = 0;
    return NEXT(close)(descriptor);
}
