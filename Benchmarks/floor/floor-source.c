// floor-source PORT lockstep|grouped|chunked SESSIONS MESSAGES BYTES [DEPTH]: what sending mail costs at the least.
//
// A yardstick, not a sender. One thread, one ring, 127.0.0.1 only. Every byte is made before the clock starts,
// and of a reply only its first digit is looked at. What remains is the price of a grouping in the kernel:
//   lockstep   MAIL RCPT DATA in one write, then the content in another: two turns a message
//   grouped    a content and the next message's MAIL RCPT DATA in one write: one turn (RFC 2920 3.1)
//   chunked    DEPTH times RSET MAIL RCPT BDAT and the content in one write: a turn for DEPTH messages (RFC 3030)
// Prints one line of JSON.
#define _GNU_SOURCE
#include "floor.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { RECEIVING = 0, SENDING = 1, INPUT = 64 * 1024 };

struct text {
    char *bytes;
    size_t length;
};

struct session {
    int connection;
    enum { GREETED, IDLE, ENVELOPE_SENT, BYE } state;
    int owed, settles;              // replies still to come, and the messages that they accept
    size_t held;                    // bytes of a reply whose end is still to come
    char input[INPUT];
};

static enum { LOCKSTEP, GROUPED, CHUNKED } grouping;
static long depth = 1, unsent, accepted;
static int live;
static struct text envelope, content, content_and_envelope, batch;

static const char COMMANDS[] =
    "MAIL FROM:<bounces+1234@news.example.com>\r\nRCPT TO:<some.recipient@mail.example.net>\r\n";

static void add(struct text *text, const char *bytes, size_t length) {
    text->bytes = realloc(text->bytes, text->length + length);
    if (!text->bytes) errx(71, "out of memory");
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
}
static void add_string(struct text *text, const char *string) { add(text, string, strlen(string)); }

// A header and lines of at most 72 bytes, of exactly `size` bytes when there is room for a header.
static struct text message(size_t size) {
    struct text text = {0};
    add_string(&text, "From: <a@example.com>\r\nTo: <b@example.net>\r\nSubject: floor\r\n\r\n");
    char line[74];
    while (text.length + 2 <= size) {
        size_t left = size - text.length, width = left == 73 ? 70 : left < 72 ? left : 72;
        memset(line, 'x', width - 2);
        memcpy(line + width - 2, "\r\n", 2);
        add(&text, line, width);
    }
    return text;
}

static void prepare(size_t size) {
    struct text plain = message(size);
    char chunk[32];
    snprintf(chunk, sizeof chunk, "BDAT %zu LAST\r\n", plain.length);
    for (long index = 0; index < depth; index++) {
        add_string(&batch, "RSET\r\n");
        add_string(&batch, COMMANDS);
        add_string(&batch, chunk);
        add(&batch, plain.bytes, plain.length);
    }
    add_string(&envelope, COMMANDS);
    add_string(&envelope, "DATA\r\n");
    content = plain;
    add_string(&content, ".\r\n");
    add(&content_and_envelope, content.bytes, content.length);
    add(&content_and_envelope, envelope.bytes, envelope.length);
}

static void receive(struct session *session) {
    struct io_uring_sqe *entry = request();
    io_uring_prep_recv(entry, session->connection, session->input + session->held, INPUT - session->held, 0);
    io_uring_sqe_set_data64(entry, label(session, RECEIVING));
}

static void say(struct session *session, const char *bytes, size_t length, int replies) {
    struct io_uring_sqe *entry = request();
    io_uring_prep_send(entry, session->connection, bytes, length, MSG_WAITALL | MSG_NOSIGNAL);
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(entry, label(session, SENDING));
    session->owed = replies;
    receive(session);
}

static void say_batch(struct session *session) {
    long count = unsent < depth ? unsent : depth;
    unsent -= count;
    session->settles = (int)count;
    say(session, batch.bytes, batch.length / (size_t)depth * (size_t)count, (int)(4 * count));
}

static void say_content(struct session *session) {
    session->settles = 1;
    if (grouping == GROUPED && unsent > 0) {
        unsent--;
        say(session, content_and_envelope.bytes, content_and_envelope.length, 4);
    } else {
        session->state = IDLE;
        say(session, content.bytes, content.length, 1);
    }
}

// All replies to what was said have come.
static void take_turn(struct session *session) {
    accepted += session->settles;
    session->settles = 0;
    switch (session->state) {
    case ENVELOPE_SENT: say_content(session); return;
    case BYE: close(session->connection); live--; return;
    case GREETED:
    case IDLE: break;
    }
    if (unsent == 0) {
        session->state = BYE;
        say(session, "QUIT\r\n", 6, 1);
    } else if (grouping == CHUNKED) {
        say_batch(session);
    } else {
        unsent--;
        session->state = ENVELOPE_SENT;
        say(session, envelope.bytes, envelope.length, 3);
    }
}

static void count_replies(struct session *session, int received) {
    char *line = session->input, *end = session->input + session->held + received, *line_feed;
    while ((line_feed = memchr(line, '\n', (size_t)(end - line)))) {
        if (*line != '2' && *line != '3') errx(1, "refused: %.*s", (int)(line_feed - line), line);
        session->owed -= line_feed - line < 4 || line[3] != '-';
        line = line_feed + 1;
    }
    session->held = (size_t)(end - line);
    if (session->held) memmove(session->input, line, session->held);
}

static void open_session(uint16_t port) {
    struct session *session = calloc(1, sizeof *session);
    if (!session) errx(71, "out of memory");
    struct sockaddr_in address = loopback(port);
    session->connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (session->connection < 0) err(71, "socket");
    send_at_once(session->connection);
    if (connect(session->connection, (struct sockaddr *)&address, sizeof address)) err(69, "127.0.0.1:%u", port);
    live++;
    say(session, "EHLO floor.example\r\n", 20, 2);    // the greeting, and the reply to EHLO
}

static void run(void) {
    while (live) {
        io_uring_submit_and_wait(&ring, 1);
        struct io_uring_cqe *completion;
        unsigned head, seen = 0;
        io_uring_for_each_cqe(&ring, head, completion) {
            seen++;
            struct session *session = owner_of(completion->user_data);
            if (completion->res <= 0) errx(1, "a session was lost: %s", strerror(-completion->res));
            if (kind_of(completion->user_data) == SENDING) continue;
            count_replies(session, completion->res);
            if (session->owed > 0) receive(session);
            else take_turn(session);
        }
        io_uring_cq_advance(&ring, seen);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static void report(const char *name, long sessions, double wall) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    printf("{\"grouping\":\"%s\",\"sessions\":%ld,\"depth\":%ld,\"accepted\":%ld,\"seconds\":%.6f,"
           "\"messages_per_second\":%.1f,\"cpu_microseconds_per_message\":%.4f}\n",
           name, sessions, depth, accepted, wall, (double)accepted / wall, cpu * 1e6 / (double)accepted);
}

int main(int count, char **words) {
    if (count < 6 || count > 7)
        errx(64, "usage: floor-source PORT lockstep|grouped|chunked SESSIONS MESSAGES BYTES [DEPTH]");
    uint16_t port = (uint16_t)number(words[1], 1, 65535, "PORT");
    if (!strcmp(words[2], "lockstep")) grouping = LOCKSTEP;
    else if (!strcmp(words[2], "grouped")) grouping = GROUPED;
    else if (!strcmp(words[2], "chunked")) grouping = CHUNKED;
    else errx(64, "a grouping is lockstep, grouped or chunked");
    long sessions = number(words[3], 1, 15000, "SESSIONS");
    unsent = number(words[4], 1, 1000000000, "MESSAGES");
    long size = number(words[5], 1, 100000000, "BYTES");
    if (count == 7) depth = number(words[6], 1, 32, "DEPTH");
    prepare((size_t)size);
    open_ring();
    double begun = now();
    for (long index = 0; index < sessions; index++) open_session(port);
    run();
    report(words[2], sessions, now() - begun);
}
