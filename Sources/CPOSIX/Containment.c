#define _GNU_SOURCE
#include "CPOSIX.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Landlock as the kernel documents it (Documentation/userspace-api/landlock.rst). Spelt out here,
// because Debian 12's headers end at version 2 and glibc has no wrappers.
enum { create_ruleset = 444, add_rule = 445, restrict_self = 446 };
enum { version_flag = 1, path_beneath = 1, net_port = 2 };
enum { bind_tcp = 1, connect_tcp = 2 };

struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

struct beneath {
    uint64_t allowed;
    int32_t folder;
} __attribute__((packed));

struct port {
    uint64_t allowed;
    uint64_t number;
};

// Everything that runs a program, or changes files or names; reading stays free.
static uint64_t changes(long version) {
    uint64_t rights = 1 /* execute */ | 2 /* write */;
    for (int right = 4; right <= 12; right++) rights |= (uint64_t)1 << right; // remove, make
    if (version >= 2) rights |= (uint64_t)1 << 13;                            // move elsewhere
    if (version >= 3) rights |= (uint64_t)1 << 14;                            // truncate
    return rights;
}

static int limit(int resource, unsigned long long value) {
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) return -1;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value) value = now.rlim_max;
    now.rlim_cur = now.rlim_max = value;
    return setrlimit(resource, &now);
}

long taxod_raise_open_files(unsigned long long wanted) {
    struct rlimit now;
    if (getrlimit(RLIMIT_NOFILE, &now) != 0) return -1;
    if (now.rlim_cur < wanted && now.rlim_cur < now.rlim_max) {
        now.rlim_cur = now.rlim_max < wanted ? now.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &now) != 0) return -1;
    }
    return now.rlim_cur > LONG_MAX ? LONG_MAX : (long)now.rlim_cur;
}

int taxod_limit_memory(unsigned long long bytes) { return limit(RLIMIT_AS, bytes); }

int taxod_forbid_file_growth(void) { return limit(RLIMIT_FSIZE, 0); }

int taxod_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int taxod_offer_to_out_of_memory_killer(void) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, "900", 3);
    int code = errno;
    close(file);
    errno = code;
    return written == 3 ? 0 : -1;
}

long taxod_landlock_version(void) {
    long version = syscall(create_ruleset, NULL, 0, version_flag);
    return version > 0 ? version : 0;
}

static int let_connect(int set, uint64_t number) {
    struct port rule = {.allowed = connect_tcp, .number = number};
    return (int)syscall(add_rule, set, net_port, &rule, 0);
}

int taxod_confine_changes(const char *folder, unsigned port) {
    long version = taxod_landlock_version();
    if (version == 0) return 0;
    struct ruleset rules = {.files = changes(version)};
    size_t size = sizeof rules.files;
    if (version >= 4) {
        rules.network = bind_tcp | connect_tcp;
        size = sizeof rules.files + sizeof rules.network;
    }
    if (version >= 6) {
        rules.scopes = 3; // abstract sockets and signals
        size = sizeof rules;
    }
    int set = (int)syscall(create_ruleset, &rules, size, 0);
    if (set < 0) return -1;
    int result = 0;
    if (folder) {
        struct beneath rule = {.allowed = rules.files & ~(uint64_t)1};
        rule.folder = open(folder, O_PATH | O_CLOEXEC);
        result = rule.folder < 0 ? -1 : (int)syscall(add_rule, set, path_beneath, &rule, 0);
        int code = errno;
        if (rule.folder >= 0) close(rule.folder);
        errno = code;
    }
    if (result == 0 && rules.network && port) {
        result = let_connect(set, port);
        if (result == 0) result = let_connect(set, 53); // names whose answer is long
    }
    if (result == 0) result = (int)syscall(restrict_self, set, 0);
    int code = errno;
    close(set);
    errno = code;
    return result;
}

static const char *last_words;
static size_t last_words_length;
static int last_status;

static void on_bus_error(int signal, siginfo_t *information, void *context) {
    (void)context;
    if (information->si_code == BUS_ADRERR) {
        ssize_t ignored = write(2, last_words, last_words_length);
        (void)ignored;
        _exit(last_status);
    }
    // Anything else is a fault of the program: die of it as if there were no handler.
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(signal, &standard, NULL);
}

int taxod_end_when_mapping_shrinks(const char *message, size_t length, int status) {
    char *copy = malloc(length);
    if (!copy) return -1;
    for (size_t i = 0; i < length; i++) copy[i] = message[i];
    last_words = copy;
    last_words_length = length;
    last_status = status;
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    return sigaction(SIGBUS, &action, NULL);
}
