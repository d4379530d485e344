#ifndef CMEMORYFILES_SHIM_H
#define CMEMORYFILES_SHIM_H

/** Linux's files that are nothing but memory: memfd_create(2), fcntl(2). */
int memfd_create(const char *name, unsigned int flags);

enum memory_file_flags { MEMORY_FILE_CLOSES = 1, MEMORY_FILE_HAS_SEALS = 2 };

/** What of fcntl adds seals to a file, and what tells of them. */
enum seal_commands { ADD_SEALS = 1033, GET_SEALS = 1034 };

enum seals { SEALS_ARE_FINAL = 1, SIZE_NEVER_SHRINKS = 2, SIZE_NEVER_GROWS = 4 };

#endif
