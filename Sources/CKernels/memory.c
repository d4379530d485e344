#include "CKernels.h"

#if defined(__GLIBC__)
#include <malloc.h>

// What is larger than this is given back at once, and of what is smaller so much is kept.
enum { LARGEST_KEPT = 5 << 20, MOST_KEPT = 64 << 20 };

void keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT);
  mallopt(M_TRIM_THRESHOLD, MOST_KEPT);
}
#else
void keep_freed_memory(void) {}
#endif
