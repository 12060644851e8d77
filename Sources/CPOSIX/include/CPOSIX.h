// System calls that the Glibc module does not show to Swift.
#ifndef TAXOD_CPOSIX_H
#define TAXOD_CPOSIX_H

#include <stddef.h>

// Renames within a file system and fails with EEXIST instead of replacing.
// Returns 0, or -1 with errno.
int taxod_rename_noreplace(const char *_Nonnull from, const char *_Nonnull to);

// The magic number of the file system that holds `path` (statfs(2), f_type), or -1 with errno.
long taxod_filesystem_type(const char *_Nonnull path);

// Free bytes for an unprivileged writer on the file system of `path`, or -1 with errno.
long long taxod_free_bytes(const char *_Nonnull path);

// Returns 1 if inotify works reliably on a file system of this magic number, 0 for network ones.
int taxod_filesystem_is_local(long type);

// Raises the limit on open files to `wanted`, or as far as it may be raised.
// Returns the limit in force, or -1 with errno.
long taxod_raise_open_files(unsigned long long wanted);

// Gives memory that was freed back to the system, from within every thread's heap.
void taxod_return_memory(void);

// What a process takes from itself. Each returns 0, or -1 with errno.

// Ends the growth of the address space at `bytes`; a lower limit in force stays.
int taxod_limit_memory(unsigned long long bytes);

// Lets no regular file grow by this process, not even one that is open; pipes are none.
int taxod_forbid_file_growth(void);

// Lets no program run by the calling thread, and threads it makes, gain privileges.
int taxod_forbid_new_privileges(void);

// Lets the kernel end this process before others when memory runs out.
int taxod_offer_to_out_of_memory_killer(void);

// The version of Landlock that the kernel has; 0 without.
long taxod_landlock_version(void);

// Lets the calling thread, and threads it makes, change files only beneath `folder`, or nowhere,
// run no program, and open no TCP connection but to `port` and, for names, to 53 (none if it is 0);
// files may be read. Needs `taxod_forbid_new_privileges`. Does nothing where the kernel has no
// Landlock.
int taxod_confine_changes(const char *_Nullable folder, unsigned port);

// Lets the process say `message` on standard error and end with `status` when a file that it has
// mapped became shorter, or cannot be read, instead of dying by SIGBUS without a word.
int taxod_end_when_mapping_shrinks(const char *_Nonnull message, size_t length, int status);

#endif
