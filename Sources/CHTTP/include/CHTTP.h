// HTTP by the system's libcurl, opened by the process that needs it and by no other.
#ifndef TAXOD_CHTTP_H
#define TAXOD_CHTTP_H

#include <stddef.h>

// Opens libcurl. Returns NULL, or why it cannot be opened. Not to be called by two threads at once.
const char *_Nullable taxod_http_open(void);

// A connection that is kept for the next request to the same server; NULL without memory.
// One thread at a time may use it.
void *_Nullable taxod_http_connection(void);

void taxod_http_close(void *_Nonnull connection);

// What a server answered, or why it did not.
struct taxod_http_reply {
    // The status of HTTP; 0 if there was no whole answer.
    long status;
    // Whether the time was over.
    int is_late;
    // The answer's body; to be freed.
    char *_Nullable body;
    size_t length;
    // Why there was no answer, as libcurl words it.
    char fault[256];
};

// Sends a request and waits for the answer: a POST of `body`, or a GET without one.
//
// No redirection is followed and no proxy asked, so that nothing goes elsewhere than to `url`.
// `headers` are lines, ended by NULL. An answer beyond `longest` bytes is a fault.
void taxod_http_send(
    void *_Nonnull connection, const char *_Nonnull url,
    const char *_Nullable const *_Nonnull headers, const char *_Nullable body, size_t length,
    long timeout_milliseconds, size_t longest, struct taxod_http_reply *_Nonnull reply);

#endif
