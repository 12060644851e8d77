// System calls that the Glibc module does not show to Swift.
#ifndef TAXOD_CPOSIX_H
#define TAXOD_CPOSIX_H

// Renames within a file system and fails with EEXIST instead of replacing.
// Returns 0, or -1 with errno.
int taxod_rename_noreplace(const char *_Nonnull from, const char *_Nonnull to);

// The magic number of the file system that holds `path` (statfs(2), f_type), or -1 with errno.
long taxod_filesystem_type(const char *_Nonnull path);

// Free bytes for an unprivileged writer on the file system of `path`, or -1 with errno.
long long taxod_free_bytes(const char *_Nonnull path);

// Lets the calling process get `signal` when its parent thread ends. Returns 0, or -1 with errno.
int taxod_set_parent_death_signal(int signal);

// Returns 1 if inotify works reliably on a file system of this magic number, 0 for network ones.
int taxod_filesystem_is_local(long type);

#endif
