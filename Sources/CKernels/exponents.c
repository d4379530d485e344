#include "CKernels.h"
#include <string.h>

// The order of floats without their sign is that of their exponents, and one less makes an exponent of
// 0 the largest. No branches: compilers make vectors of it.
#define RANGE(attributes, name, word)                                                              \
  attributes static void name(const uint8_t *elements, size_t count, uint8_t *smallest,            \
                              uint8_t *largest) {                                                  \
    enum { DOWN = 8 * sizeof(word) - 8 };                                                          \
    word least = (word)~(word)0, most = 0;                                                         \
    for (size_t index = 0; index < count; index++) {                                               \
      word element;                                                                                \
      memcpy(&element, elements + sizeof element * index, sizeof element);                         \
      element = (word)(element << 1);                                                              \
      most = element > most ? element : most;                                                      \
      element = (word)(element - ((word)1 << DOWN));                                               \
      least = element < least ? element : least;                                                   \
    }                                                                                              \
    *smallest = (uint8_t)(least >> DOWN);                                                          \
    *largest = (uint8_t)(most >> DOWN);                                                            \
  }

#define RANGES(attributes, name)                                                                   \
  RANGE(attributes, name##2, uint16_t)                                                             \
  RANGE(attributes, name##4, uint32_t)                                                             \
  RANGE(attributes, name##8, uint64_t)                                                             \
  attributes static void name(unsigned width, const uint8_t *elements, size_t count,               \
                              uint8_t *smallest, uint8_t *largest) {                               \
    switch (width) {                                                                               \
    case 2: return name##2(elements, count, smallest, largest);                                    \
    case 4: return name##4(elements, count, smallest, largest);                                    \
    default: return name##8(elements, count, smallest, largest);                                   \
    }                                                                                              \
  }

RANGES(, range)
#if defined(__x86_64__)
RANGES(__attribute__((target("avx2"))), range_avx2_)
#endif

void exponent_range(kernel_path path, unsigned width, const uint8_t *elements, size_t count,
                    uint8_t *smallest, uint8_t *largest) {
#if defined(__x86_64__)
  if (path != KERNEL_SCALAR) return range_avx2_(width, elements, count, smallest, largest);
#endif
  range(width, elements, count, smallest, largest);
}
