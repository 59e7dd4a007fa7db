// What Swift needs of liburing and of the C library beyond what its importers can see: macros, and flags that are casts.
//
// features.h and sys/select.h stand before liburing.h, which defines _XOPEN_SOURCE: in the other order
// fd_set gets two definitions and the debug build breaks.
#pragma once
#include <features.h>
#include <sys/select.h>
#include <liburing.h>
#include <malloc.h>
#include <netinet/in.h>
#include <linux/sched.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline unsigned sluice_cq_tail(const struct io_uring *ring) {
    return io_uring_smp_load_acquire(ring->cq.ktail);
}

static inline unsigned sluice_cq_head(const struct io_uring *ring) {
    return *ring->cq.khead;
}

static inline struct io_uring_cqe *sluice_cqe_at(const struct io_uring *ring, unsigned head) {
    return &ring->cq.cqes[io_uring_cqe_index(ring, head, ring->cq.ring_mask)];
}

static const __u8 SLUICE_IOSQE_BUFFER_SELECT = IOSQE_BUFFER_SELECT;
static const __u8 SLUICE_IOSQE_CQE_SKIP_SUCCESS = IOSQE_CQE_SKIP_SUCCESS;
static const __u8 SLUICE_IOSQE_IO_LINK = IOSQE_IO_LINK;

// What the C library has for the cores of a thread it shows only with _GNU_SOURCE, which importers do not set.

// Gives how many bytes the kernel has written, or -1 with errno.
static inline long sluice_get_affinity(__u64 *words, unsigned long bytes) {
    return syscall(SYS_sched_getaffinity, 0, bytes, words);
}

static inline long sluice_set_affinity(const __u64 *words, unsigned long bytes) {
    return syscall(SYS_sched_setaffinity, 0, bytes, words);
}

// From now on the calling thread runs only where no other wants to.
static inline int sluice_yield_to_all(void) {
    const struct sched_param none = {0};
    return sched_setscheduler(0, SCHED_IDLE, &none);
}
