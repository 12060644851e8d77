#define _GNU_SOURCE
#include "CPOSIX.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/statfs.h>

int taxod_rename_noreplace(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

long taxod_filesystem_type(const char *path) {
    struct statfs facts;
    return statfs(path, &facts) == 0 ? (long)facts.f_type : -1;
}

long long taxod_free_bytes(const char *path) {
    struct statfs facts;
    return statfs(path, &facts) == 0 ? (long long)facts.f_bavail * facts.f_bsize : -1;
}

int taxod_filesystem_is_local(long type) {
    switch ((unsigned long)type & 0xFFFFFFFFul) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case 0xFF534D42ul: // CIFS
    case 0xFE534D42ul: // SMB2
    case 0x65735546ul: // FUSE
    case V9FS_MAGIC:
    case AFS_SUPER_MAGIC:
    case 0x00C36400ul: // Ceph
        return 0;
    default:
        return 1;
    }
}

void taxod_return_memory(void) { malloc_trim(0); }
