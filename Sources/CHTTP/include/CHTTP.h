// HTTP by the system's libcurl, which only a process that needs it loads.
#ifndef TAXOD_CHTTP_H
#define TAXOD_CHTTP_H

#include <stddef.h>

// Loads libcurl. Returns NULL, or why it cannot be loaded. Not to be called by two threads at once.
const char *_Nullable taxod_http_open(void);

// Makes a connection, which can be used for several requests to the same server, by one thread at a
// time. Returns NULL if there is no memory.
void *_Nullable taxod_http_connection(void);

void taxod_http_close(void *_Nonnull connection);

// A server's answer, or why there was none.
struct taxod_http_reply {
    // The HTTP status; 0 if there was no complete answer.
    long status;
    // Whether the time limit was exceeded.
    int is_late;
    // The answer's body; the caller frees it.
    char *_Nullable body;
    size_t length;
    // Why there was no answer, in libcurl's words.
    char fault[256];
};

// Sends a request and waits for the answer: a POST of `body`, or a GET without one.
//
// Redirects are not followed and no proxy is used, so that nothing is sent anywhere but to `url`.
// `headers` are lines, ended by NULL. An answer of more than `longest` bytes is an error.
void taxod_http_send(
    void *_Nonnull connection, const char *_Nonnull url,
    const char *_Nullable const *_Nonnull headers, const char *_Nullable body, size_t length,
    long timeout_milliseconds, size_t longest, struct taxod_http_reply *_Nonnull reply);

#endif
