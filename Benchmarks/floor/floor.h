// What the two floor programs share: a ring, requests in it, and sockets that only know 127.0.0.1.
#ifndef FLOOR_H
#define FLOOR_H

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <liburing.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { REQUESTS = 4096, COMPLETIONS = 16384 };

static struct io_uring ring;

static void open_ring(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    struct io_uring_params params = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
        .cq_entries = COMPLETIONS,
    };
    int status = io_uring_queue_init_params(REQUESTS, &ring, &params);
    if (status < 0) errx(71, "io_uring: %s", strerror(-status));
}

// A request that is not submitted yet; a full queue is submitted to make room.
static struct io_uring_sqe *request(void) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
    if (entry) return entry;
    io_uring_submit(&ring);
    entry = io_uring_get_sqe(&ring);
    if (!entry) errx(71, "io_uring: no room for a request");
    return entry;
}

// What a completion belongs to: the owner's address, and in its lowest bit which of two kinds it is.
static uint64_t label(const void *owner, unsigned kind) { return (uint64_t)(uintptr_t)owner | kind; }
static void *owner_of(uint64_t label) { return (void *)(uintptr_t)(label & ~(uint64_t)1); }
static unsigned kind_of(uint64_t label) { return (unsigned)(label & 1); }

static struct sockaddr_in loopback(uint16_t port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void send_at_once(int connection) {
    int yes = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

// A whole number of the command line within its limits; anything else ends the program.
static long number(const char *text, long lowest, long highest, const char *what) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < lowest || value > highest)
        errx(64, "%s is a number from %ld to %ld", what, lowest, highest);
    return value;
}

#endif
