#include "CHTTP.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// The constants of libcurl's interface, as <curl/curl.h> has had them since 7.19.4; they never
// change. libcurl is loaded at run time: if it were linked, its two dozen libraries would cost
// every command 50 ms and 7 MB.
enum {
    global_default = 3,
    ok = 0,
    operation_timed_out = 28,
    // long
    option_no_signal = 99,
    option_connect_timeout_ms = 156,
    option_timeout_ms = 155,
    option_post = 47,
    option_protocols = 181,
    // off_t
    option_post_size = 30120,
    // pointers
    option_url = 10002,
    option_proxy = 10004,
    option_error_buffer = 10010,
    option_post_fields = 10015,
    option_headers = 10023,
    option_write_data = 10001,
    // functions
    option_write_function = 20011,
    info_response_code = 0x200002,
};

static const long http_and_https = 3;

static struct {
    int (*global_init)(long);
    void *(*init)(void);
    void (*reset)(void *);
    void (*cleanup)(void *);
    int (*setopt)(void *, int, ...);
    int (*perform)(void *);
    int (*getinfo)(void *, int, ...);
    const char *(*reason)(int);
    void *(*append)(void *, const char *);
    void (*free_list)(void *);
} curl;

static const struct {
    const char *name;
    void *place;
} symbols[] = {
    {"curl_global_init", &curl.global_init}, {"curl_easy_init", &curl.init},
    {"curl_easy_reset", &curl.reset},        {"curl_easy_cleanup", &curl.cleanup},
    {"curl_easy_setopt", &curl.setopt},      {"curl_easy_perform", &curl.perform},
    {"curl_easy_getinfo", &curl.getinfo},    {"curl_easy_strerror", &curl.reason},
    {"curl_slist_append", &curl.append},     {"curl_slist_free_all", &curl.free_list},
};

const char *taxod_http_open(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (!symbol) return dlerror();
        memcpy(symbols[i].place, &symbol, sizeof symbol);
    }
    return curl.global_init(global_default) == ok ? NULL : "libcurl cannot be initialised";
}

void *taxod_http_connection(void) { return curl.init(); }

void taxod_http_close(void *connection) { curl.cleanup(connection); }

struct body {
    struct taxod_http_reply *reply;
    size_t capacity;
    size_t longest;
};

// libcurl ends the transfer if this returns anything but the size it was given.
static size_t receive(const char *bytes, size_t one, size_t count, void *context) {
    struct body *body = context;
    struct taxod_http_reply *reply = body->reply;
    size_t size = one * count;
    if (size > body->longest - reply->length) {
        strcpy(reply->fault, "the answer is too long");
        return size + 1;
    }
    if (size > body->capacity - reply->length) {
        size_t capacity = 2 * (reply->length + size);
        char *larger = realloc(reply->body, capacity);
        if (!larger) return size + 1;
        reply->body = larger;
        body->capacity = capacity;
    }
    memcpy(reply->body + reply->length, bytes, size);
    reply->length += size;
    return size;
}

void taxod_http_send(
    void *connection, const char *url, const char *const *headers, const char *body, size_t length,
    long timeout_milliseconds, size_t longest, struct taxod_http_reply *reply) {
    memset(reply, 0, sizeof *reply);
    struct body answer = {.reply = reply, .longest = longest};
    char words[256] = ""; // CURL_ERROR_SIZE
    void *lines = NULL;
    for (; *headers; headers++) {
        void *longer = curl.append(lines, *headers);
        if (!longer) {
            curl.free_list(lines);
            strcpy(reply->fault, "out of memory");
            return;
        }
        lines = longer;
    }
    // This keeps the connection and drops the options of the last request.
    curl.reset(connection);
    int code = curl.setopt(connection, option_url, url);
    if (code == ok) code = curl.setopt(connection, option_protocols, http_and_https);
    if (code == ok) code = curl.setopt(connection, option_proxy, "");
    if (code == ok) code = curl.setopt(connection, option_headers, lines);
    if (code == ok) code = curl.setopt(connection, option_no_signal, 1L);
    if (code == ok) code = curl.setopt(connection, option_timeout_ms, timeout_milliseconds);
    if (code == ok) {
        long connecting = timeout_milliseconds < 10000 ? timeout_milliseconds : 10000;
        code = curl.setopt(connection, option_connect_timeout_ms, connecting);
    }
    if (code == ok) code = curl.setopt(connection, option_error_buffer, words);
    if (code == ok) code = curl.setopt(connection, option_write_function, receive);
    if (code == ok) code = curl.setopt(connection, option_write_data, &answer);
    if (code == ok && body) {
        code = curl.setopt(connection, option_post, 1L);
        if (code == ok) code = curl.setopt(connection, option_post_fields, body);
        if (code == ok) code = curl.setopt(connection, option_post_size, (long long)length);
    }
    if (code == ok) code = curl.perform(connection);
    if (code == ok) {
        curl.getinfo(connection, info_response_code, &reply->status);
    } else {
        reply->is_late = code == operation_timed_out;
        if (!*reply->fault) {
            strncpy(reply->fault, *words ? words : curl.reason(code), sizeof reply->fault - 1);
        }
    }
    // The options point into this stack frame.
    curl.reset(connection);
    curl.free_list(lines);
}
