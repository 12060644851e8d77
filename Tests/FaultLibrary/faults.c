// A library to preload into taxod: it counts the calls by which a process changes files, and kills
// the process at one of them or lets some of them fail. One counter for all threads.
//
// Built and driven by Tests/EndToEndTests/Durability; nothing of it is part of taxod. Variables:
//
//   FAULTS_COMMAND  only a process whose first argument is this word is touched
//   FAULTS_ROOT     only files below this folder count
//   FAULTS_MODE     count | kill (before the call) | tear (halfway through a write) | fail | short
//                   | stop (SIGTERM before the call)
//   FAULTS_ONLY     "NAME PART": only calls of this name on a path that holds this part count
//   FAULTS_AT       number of the first call at fault, from 1
//   FAULTS_CALLS    how many calls are at fault from there on; 1 unless told
//   FAULTS_ERRNO    what a failing call reports
//   FAULTS_LOG      a file that gets a line for each call: number, name, path, path, outcome;
//                   in the other modes for each call at fault. It is written through a shared
//                   mapping, as a worker lets no file grow; see `struct log`
//   FAULTS_ONCE     "yes": a process that finds a fault in the log is left alone
//   FAULTS_PIPES    "yes": reads of standard input and writes to standard output count, too
//   FAULTS_SPAWNS   how many children cannot be started (FAULTS_ERRNO) before the first one can
//   FAULTS_LIMIT    a limit that the process gets, "RESOURCE VALUE", by its number in
//                   sys/resource.h
//   FAULTS_NETWORK  "yes": every file system is one of the network (NFS)
//   FAULTS_CLOCK    "yes": the clock that may be set jumps by days and years, to and fro
//   FAULTS_SELF     what /proc/self/exe is said to be, so that children are another program
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum mode { OFF, COUNT, KILL, TEAR, FAIL, SHORT, STOP };

static enum mode mode = OFF;
static atomic_long counter;
static long first = 1, calls = 1;
static int code = EIO;
static const char *root, *self_path, *only;
static int counts_pipes, jumps, is_far;
static atomic_long spawns;

// The file of the log: how much of the text is taken, whether there was a fault, and the text.
struct log {
    atomic_long length;
    atomic_long faults;
    char text[(8 << 20) - 2 * sizeof(long)];
};

static struct log *records;

// The system's own call, past this library.
#define REAL(name)                                                                                 \
    ({                                                                                             \
        static __typeof__(&name) found;                                                            \
        if (!found) found = (__typeof__(&name))real(#name);                                        \
        found;                                                                                     \
    })

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

static int says_yes(const char *name) {
    const char *value = getenv(name);
    return value && strcmp(value, "yes") == 0;
}

static struct log *open_log(const char *path) {
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || syscall(SYS_ftruncate, file, sizeof(struct log)) != 0) abort();
    void *mapping = mmap(NULL, sizeof(struct log), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapping == MAP_FAILED) abort();
    syscall(SYS_close, file);
    return mapping;
}

__attribute__((constructor)) static void begin(void) {
    self_path = getenv("FAULTS_SELF");
    root = getenv("FAULTS_ROOT");
    const char *command = getenv("FAULTS_COMMAND");
    const char *word = getenv("FAULTS_MODE");
    if (!root || !command || !word) return;

    char line[4096];
    int file = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0);
    long length = file < 0 ? 0 : syscall(SYS_read, file, line, sizeof line - 1);
    if (file >= 0) syscall(SYS_close, file);
    if (length <= 0) return;
    line[length] = 0;
    size_t program = strlen(line) + 1;
    if ((long)program >= length || strcmp(line + program, command) != 0) return;
    if (getenv("FAULTS_LOG")) records = open_log(getenv("FAULTS_LOG"));
    if (says_yes("FAULTS_ONCE") && records && atomic_load(&records->faults) > 0) return;

    if (getenv("FAULTS_AT")) first = atol(getenv("FAULTS_AT"));
    if (getenv("FAULTS_CALLS")) calls = atol(getenv("FAULTS_CALLS"));
    if (getenv("FAULTS_ERRNO")) code = atoi(getenv("FAULTS_ERRNO"));
    if (getenv("FAULTS_SPAWNS")) atomic_store(&spawns, atol(getenv("FAULTS_SPAWNS")));
    only = getenv("FAULTS_ONLY");
    counts_pipes = says_yes("FAULTS_PIPES");
    jumps = says_yes("FAULTS_CLOCK");
    int resource;
    unsigned long value;
    const char *limit = getenv("FAULTS_LIMIT");
    if (limit && sscanf(limit, "%d %lu", &resource, &value) == 2) {
        struct rlimit both = {value, value};
        if (setrlimit(resource, &both) != 0) abort();
    }
    is_far = says_yes("FAULTS_NETWORK");
    mode = !strcmp(word, "kill") ? KILL
         : !strcmp(word, "tear") ? TEAR
         : !strcmp(word, "fail") ? FAIL
         : !strcmp(word, "short") ? SHORT
         : !strcmp(word, "stop") ? STOP
                                  : COUNT;
}

static int below_root(const char *path) {
    size_t length = strlen(root);
    // Commands that are given relative names run in the root.
    if (only && path && *path && *path != '/') return 1;
    return path && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

// The path of an open file, or an empty string for what is none.
static const char *path_of(int descriptor, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, buffer, PATH_MAX - 1);
    buffer[length < 0 ? 0 : length] = 0;
    return buffer;
}

static void note(long number, const char *name, const char *path, const char *other, int outcome) {
    if (!records) return;
    char line[2 * PATH_MAX + 128];
    int length = snprintf(
        line, sizeof line, "%ld\t%s\t%s\t%s\t%d\n", number, name, path, other ? other : "", outcome);
    long at = atomic_fetch_add(&records->length, length);
    if (at + length > (long)sizeof records->text) abort();
    memcpy(records->text + at, line, length);
}

// What is to be done with a call.
struct verdict {
    long number; // 0 for a call that does not count
    int fails;
    int halves;
};

static void kill_now(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static void fired(long number, const char *name, const char *path, const char *other) {
    note(number, name, path, other, code);
    if (records) atomic_fetch_add(&records->faults, 1);
}

static int is_pipe(const char *path) { return !strcmp(path, "input") || !strcmp(path, "output"); }

// Whether a call is of the name, and on the path, that alone count.
static int is_counted(const char *name, const char *path, const char *other) {
    if (!only) return 1;
    size_t length = strcspn(only, " ");
    if (!only[length] || strncmp(name, only, length) || name[length]) return 0;
    const char *part = only + length + 1;
    return (path && strstr(path, part)) || (other && strstr(other, part));
}

// Numbers a call on `path` and says what becomes of it; does not come back from a kill.
static struct verdict judge(const char *name, const char *path, const char *other, int is_write) {
    struct verdict verdict = {0, 0, 0};
    if (mode == OFF || !(below_root(path) || below_root(other) || is_pipe(path)))
        return verdict;
    if (!is_counted(name, path, other)) return verdict;
    long number = atomic_fetch_add(&counter, 1) + 1;
    verdict.number = number;
    if (mode == COUNT || number < first || number >= first + calls) return verdict;
    switch (mode) {
    case KILL:
        fired(number, name, path, other);
        kill_now();
        break;
    case TEAR:
        fired(number, name, path, other);
        if (!is_write) kill_now();
        verdict.halves = 1;
        break;
    case SHORT:
        if (is_write) fired(number, name, path, other);
        verdict.halves = is_write;
        break;
    case FAIL:
        fired(number, name, path, other);
        verdict.fails = 1;
        break;
    case STOP:
        fired(number, name, path, other);
        syscall(SYS_kill, getpid(), SIGTERM);
        break;
    default: break;
    }
    return verdict;
}

static long done(
    struct verdict verdict, const char *name, const char *path, const char *other, long outcome
) {
    if (verdict.number && mode == COUNT) {
        int saved = errno;
        note(verdict.number, name, path, other, outcome < 0 ? saved : 0);
        errno = saved;
    }
    return outcome;
}

// A call on one or two paths.
#define ON_PATHS(name, path, other, invocation)                                                    \
    do {                                                                                           \
        struct verdict verdict = judge(#name, path, other, 0);                                     \
        if (verdict.fails) {                                                                       \
            errno = code;                                                                          \
            return -1;                                                                             \
        }                                                                                          \
        return (int)done(verdict, #name, path, other, invocation);                                 \
    } while (0)

// A call on an open file.
#define ON_FILE(name, descriptor, invocation)                                                      \
    do {                                                                                           \
        char buffer[PATH_MAX];                                                                     \
        const char *path = mode == OFF ? "" : path_of(descriptor, buffer);                         \
        ON_PATHS(name, path, NULL, invocation);                                                    \
    } while (0)

// MARK: Opening

static int changes(int flags) { return (flags & (O_CREAT | O_TRUNC)) != 0; }

static mode_t permission(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t bits = permission(flags, arguments);
    va_end(arguments);
    if (!changes(flags)) return REAL(open)(path, flags, bits);
    ON_PATHS(open, path, NULL, REAL(open)(path, flags, bits));
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t bits = permission(flags, arguments);
    va_end(arguments);
    if (!changes(flags)) return REAL(open64)(path, flags, bits);
    ON_PATHS(open, path, NULL, REAL(open64)(path, flags, bits));
}

int openat(int folder, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t bits = permission(flags, arguments);
    va_end(arguments);
    if (!changes(flags)) return REAL(openat)(folder, path, flags, bits);
    ON_PATHS(open, path, NULL, REAL(openat)(folder, path, flags, bits));
}

int openat64(int folder, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t bits = permission(flags, arguments);
    va_end(arguments);
    if (!changes(flags)) return REAL(openat64)(folder, path, flags, bits);
    ON_PATHS(open, path, NULL, REAL(openat64)(folder, path, flags, bits));
}

int creat(const char *path, mode_t bits) {
    ON_PATHS(creat, path, NULL, REAL(creat)(path, bits));
}

// MARK: Writing

// A write of `size` bytes; `invocation` writes `part` of them.
#define ON_WRITE(name, descriptor, size, invocation)                                               \
    do {                                                                                           \
        if (mode == OFF) {                                                                         \
            size_t part = size;                                                                    \
            return invocation;                                                                     \
        }                                                                                          \
        char buffer[PATH_MAX];                                                                     \
        const char *path = descriptor == 1 && counts_pipes ? "output"                              \
                         : descriptor <= 2                  ? ""                                   \
                                                            : path_of(descriptor, buffer);         \
        struct verdict verdict = judge(#name, path, NULL, 1);                                      \
        if (verdict.fails) {                                                                       \
            errno = code;                                                                          \
            return -1;                                                                             \
        }                                                                                          \
        size_t part = verdict.halves && size > 1 ? size / 2 : size;                                \
        ssize_t written = invocation;                                                              \
        if (verdict.halves && mode == TEAR) kill_now();                                            \
        return done(verdict, #name, path, NULL, written);                                          \
    } while (0)

ssize_t write(int descriptor, const void *bytes, size_t size) {
    ON_WRITE(write, descriptor, size, REAL(write)(descriptor, bytes, part));
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t at) {
    ON_WRITE(pwrite, descriptor, size, REAL(pwrite)(descriptor, bytes, part, at));
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t at) {
    ON_WRITE(pwrite, descriptor, size, REAL(pwrite64)(descriptor, bytes, part, at));
}

// A worker reads queries; of files nobody counts what is read.
ssize_t read(int descriptor, void *bytes, size_t size) {
    if (mode == OFF || descriptor != 0 || !counts_pipes) return REAL(read)(descriptor, bytes, size);
    struct verdict verdict = judge("read", "input", NULL, 0);
    if (verdict.fails) {
        errno = code;
        return -1;
    }
    return done(verdict, "read", "input", NULL, REAL(read)(descriptor, bytes, size));
}

ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
    ON_FILE(writev, descriptor, REAL(writev)(descriptor, pieces, count));
}

int ftruncate(int descriptor, off_t size) {
    ON_FILE(ftruncate, descriptor, REAL(ftruncate)(descriptor, size));
}

int ftruncate64(int descriptor, off64_t size) {
    ON_FILE(ftruncate, descriptor, REAL(ftruncate64)(descriptor, size));
}

int truncate(const char *path, off_t size) {
    ON_PATHS(truncate, path, NULL, REAL(truncate)(path, size));
}

int posix_fallocate(int descriptor, off_t offset, off_t size) {
    ON_FILE(fallocate, descriptor, REAL(posix_fallocate)(descriptor, offset, size));
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t size) {
    ON_FILE(fallocate, descriptor, REAL(posix_fallocate64)(descriptor, offset, size));
}

int fsync(int descriptor) { ON_FILE(fsync, descriptor, REAL(fsync)(descriptor)); }

int fdatasync(int descriptor) { ON_FILE(fdatasync, descriptor, REAL(fdatasync)(descriptor)); }

int fchmod(int descriptor, mode_t bits) {
    ON_FILE(fchmod, descriptor, REAL(fchmod)(descriptor, bits));
}

int fchown(int descriptor, uid_t user, gid_t group) {
    ON_FILE(fchown, descriptor, REAL(fchown)(descriptor, user, group));
}

// MARK: Names

int rename(const char *from, const char *to) {
    ON_PATHS(rename, from, to, REAL(rename)(from, to));
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    ON_PATHS(rename, from, to, REAL(renameat)(from_folder, from, to_folder, to));
}

int renameat2(
    int from_folder, const char *from, int to_folder, const char *to, unsigned int flags
) {
    ON_PATHS(rename, from, to, REAL(renameat2)(from_folder, from, to_folder, to, flags));
}

int link(const char *from, const char *to) { ON_PATHS(link, from, to, REAL(link)(from, to)); }

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    ON_PATHS(link, from, to, REAL(linkat)(from_folder, from, to_folder, to, flags));
}

int symlink(const char *target, const char *path) {
    ON_PATHS(symlink, path, NULL, REAL(symlink)(target, path));
}

int symlinkat(const char *target, int folder, const char *path) {
    ON_PATHS(symlink, path, NULL, REAL(symlinkat)(target, folder, path));
}

int unlink(const char *path) { ON_PATHS(unlink, path, NULL, REAL(unlink)(path)); }

int unlinkat(int folder, const char *path, int flags) {
    ON_PATHS(unlink, path, NULL, REAL(unlinkat)(folder, path, flags));
}

int rmdir(const char *path) { ON_PATHS(rmdir, path, NULL, REAL(rmdir)(path)); }

int remove(const char *path) { ON_PATHS(remove, path, NULL, REAL(remove)(path)); }

int mkdir(const char *path, mode_t bits) { ON_PATHS(mkdir, path, NULL, REAL(mkdir)(path, bits)); }

int mkdirat(int folder, const char *path, mode_t bits) {
    ON_PATHS(mkdir, path, NULL, REAL(mkdirat)(folder, path, bits));
}

int chmod(const char *path, mode_t bits) { ON_PATHS(chmod, path, NULL, REAL(chmod)(path, bits)); }

// MARK: Where am I

int statfs(const char *path, struct statfs *facts) {
    int status = REAL(statfs)(path, facts);
    if (status == 0 && is_far) facts->f_type = 0x6969;
    return status;
}

ssize_t readlink(const char *path, char *buffer, size_t size) {
    if (self_path && strcmp(path, "/proc/self/exe") == 0) {
        size_t length = strlen(self_path);
        if (length > size) length = size;
        memcpy(buffer, self_path, length);
        return (ssize_t)length;
    }
    return REAL(readlink)(path, buffer, size);
}

// MARK: Children

int posix_spawn(
    pid_t *process, const char *path, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]
) {
    if (atomic_fetch_sub(&spawns, 1) > 0) return code;
    return REAL(posix_spawn)(process, path, actions, attributes, arguments, environment);
}

// MARK: Time

// Every few readings the clock that may be set goes back by two days, on by a year, or is right.
static long drift(clockid_t clock) {
    static atomic_long readings;
    static const long seconds[] = {0, -2 * 86400L, 400 * 86400L};
    if (mode == OFF || !jumps || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return 0;
    return seconds[atomic_fetch_add(&readings, 1) / 7 % 3];
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int status = REAL(clock_gettime)(clock, time);
    if (status == 0) time->tv_sec += drift(clock);
    return status;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int status = REAL(gettimeofday)(time, zone);
    if (status == 0) time->tv_sec += drift(CLOCK_REALTIME);
    return status;
}
