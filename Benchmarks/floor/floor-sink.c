// floor-sink PORT|0: what receiving mail costs when nothing is done with it.
//
// A yardstick, not a server. One thread, one ring, 127.0.0.1 only. It reads no more of the dialogue than it
// needs to find where each content ends (RFC 5321 4.1.1.4, RFC 3030 2), accepts everything and keeps nothing.
// It offers PIPELINING, 8BITMIME, ENHANCEDSTATUSCODES and CHUNKING. Prints its port, and ends with its parent.
#define _GNU_SOURCE
#include "floor.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { RECEIVING = 0, SENDING = 1 };
enum { INPUT = 64 * 1024, OUTPUT = 64 * 1024 };

struct peer {
    int connection;
    enum { COMMANDS, CONTENT, CHUNK } expects;
    long chunk_left;
    size_t held, replies;           // bytes waiting in `input` and in `output`
    bool broken;
    char input[INPUT], output[OUTPUT];
};

static const char GREETING[] = "220 floor ESMTP\r\n";
static const char OFFER[] =
    "250-floor\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 CHUNKING\r\n";
static const char OK[] = "250 2.0.0 ok\r\n", GO_AHEAD[] = "354 go\r\n", GOODBYE[] = "221 2.0.0 bye\r\n";

static void receive(struct peer *peer) {
    struct io_uring_sqe *entry = request();
    io_uring_prep_recv(entry, peer->connection, peer->input + peer->held, INPUT - peer->held, 0);
    io_uring_sqe_set_data64(entry, label(peer, RECEIVING));
}

static void send_replies(struct peer *peer) {
    struct io_uring_sqe *entry = request();
    io_uring_prep_send(entry, peer->connection, peer->output, peer->replies, MSG_WAITALL | MSG_NOSIGNAL);
    io_uring_sqe_set_data64(entry, label(peer, SENDING));
}

static void answer(struct peer *peer, const char *reply, size_t length) {
    if (length > OUTPUT - peer->replies) {
        peer->broken = true;        // more commands in one write than any sender of mail has
        return;
    }
    memcpy(peer->output + peer->replies, reply, length);
    peer->replies += length;
}
#define ANSWER(peer, reply) answer(peer, reply, sizeof(reply) - 1)

static bool begins(const char *line, size_t length, const char *verb) {
    return length >= 4 && strncasecmp(line, verb, 4) == 0;
}

// The size of a chunk; `line` is "BDAT " and a number, up to the line feed.
static long chunk_size(const char *line, size_t length) {
    long size = 0;
    for (size_t at = 5; at < length && line[at] >= '0' && line[at] <= '9' && size < (1L << 40); at++)
        size = size * 10 + (line[at] - '0');
    return size;
}

static void obey(struct peer *peer, const char *line, size_t length) {
    if (begins(line, length, "BDAT")) {
        peer->expects = CHUNK;
        peer->chunk_left = chunk_size(line, length);
    } else if (begins(line, length, "DATA")) {
        peer->expects = CONTENT;
        ANSWER(peer, GO_AHEAD);
    } else if (begins(line, length, "EHLO")) {
        ANSWER(peer, OFFER);
    } else if (begins(line, length, "QUIT")) {
        ANSWER(peer, GOODBYE);
    } else {
        ANSWER(peer, OK);
    }
}

// Each of these takes what it can from the input, and returns where it stopped, or null when it needs more.
static const char *take_command(struct peer *peer, const char *from, const char *end) {
    const char *line_feed = memchr(from, '\n', (size_t)(end - from));
    if (!line_feed) return NULL;
    obey(peer, from, (size_t)(line_feed - from));
    // The end of the line is the start of a content that is nothing but its last line, a dot.
    return peer->expects == CONTENT && line_feed > from ? line_feed - 1 : line_feed + 1;
}

static const char *take_content(struct peer *peer, const char *from, const char *end) {
    const char *last_line = memmem(from, (size_t)(end - from), "\r\n.\r\n", 5);
    if (!last_line) return NULL;
    peer->expects = COMMANDS;
    ANSWER(peer, OK);
    return last_line + 5;
}

static const char *take_chunk(struct peer *peer, const char *from, const char *end) {
    long taken = end - from < peer->chunk_left ? end - from : peer->chunk_left;
    peer->chunk_left -= taken;
    if (peer->chunk_left == 0) {
        peer->expects = COMMANDS;
        ANSWER(peer, OK);
    }
    return from + taken;
}

static void read_input(struct peer *peer) {
    const char *from = peer->input, *end = peer->input + peer->held, *stopped = from;
    while (stopped && (stopped < end || (peer->expects == CHUNK && peer->chunk_left == 0))) {
        from = stopped;
        switch (peer->expects) {
        case COMMANDS: stopped = take_command(peer, from, end); break;
        case CONTENT: stopped = take_content(peer, from, end); break;
        case CHUNK: stopped = take_chunk(peer, from, end); break;
        }
    }
    if (stopped) from = stopped;
    else if (peer->expects == CONTENT && end - from > 4) from = end - 4;  // its end may be cut in two
    peer->held = (size_t)(end - from);
    memmove(peer->input, from, peer->held);
    if (peer->held == INPUT) peer->broken = true;                         // a command line without an end
}

static void greet(int connection) {
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer) errx(71, "out of memory");
    peer->connection = connection;
    send_at_once(connection);
    ANSWER(peer, GREETING);
    send_replies(peer);
}

static void advance(struct peer *peer, unsigned kind, int result) {
    if (result > 0 && kind == RECEIVING) {
        peer->held += (size_t)result;
        read_input(peer);
    } else if (result > 0) {
        peer->replies = 0;
    }
    if (result <= 0 || peer->broken) {
        close(peer->connection);
        free(peer);
    } else if (peer->replies) {
        send_replies(peer);
    } else {
        receive(peer);
    }
}

static int listener;

static void accept_all(void) {
    struct io_uring_sqe *entry = request();
    io_uring_prep_multishot_accept(entry, listener, NULL, NULL, 0);
    io_uring_sqe_set_data64(entry, 0);
}

static void listen_on(uint16_t port) {
    int yes = 1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = loopback(port);
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096)
        || getsockname(listener, (struct sockaddr *)&address, &length))
        err(69, "127.0.0.1:%u", port);
    accept_all();
    printf("%u\n", ntohs(address.sin_port));
    fflush(stdout);
}

int main(int count, char **words) {
    if (count != 2) errx(64, "usage: floor-sink PORT|0");
    uint16_t port = (uint16_t)number(words[1], 0, 65535, "PORT");
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    open_ring();
    listen_on(port);
    for (;;) {
        io_uring_submit_and_wait(&ring, 1);
        struct io_uring_cqe *completion;
        unsigned head, seen = 0;
        io_uring_for_each_cqe(&ring, head, completion) {
            seen++;
            struct peer *peer = owner_of(completion->user_data);
            if (peer) {
                advance(peer, kind_of(completion->user_data), completion->res);
            } else {
                if (completion->res < 0) errx(71, "accept: %s", strerror(-completion->res));
                greet(completion->res);
                if (!(completion->flags & IORING_CQE_F_MORE)) accept_all();
            }
        }
        io_uring_cq_advance(&ring, seen);
    }
}
