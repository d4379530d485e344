#include "CKernels.h"
#include <string.h>

// Vectors of sixteen bytes, which every machine has. A lane that is zero compares as -1. Memory is read
// in several places in turn: processors fetch ahead in each.

enum { SIZE = 16, STREAMS = 4 };
typedef uint8_t bytes __attribute__((vector_size(SIZE)));
typedef uint16_t words2 __attribute__((vector_size(SIZE)));
typedef uint32_t words4 __attribute__((vector_size(SIZE)));
typedef uint64_t words8 __attribute__((vector_size(SIZE)));

// Counts in lanes for as many vectors as cannot overflow one.
#define ZEROS(vectors, lane, most)                                                                 \
  static size_t zeros_##vectors(const uint8_t *elements, size_t count) {                           \
    enum { LANES = SIZE / sizeof(lane) };                                                          \
    size_t zeros = 0, index = 0, part = count / (STREAMS * LANES) * SIZE;                          \
    while (index < part) {                                                                         \
      vectors counts = {0};                                                                        \
      for (size_t left = most / STREAMS; left > 0 && index < part; left--, index += SIZE)          \
        for (int stream = 0; stream < STREAMS; stream++) {                                         \
          vectors vector;                                                                          \
          memcpy(&vector, elements + part * stream + index, SIZE);                                 \
          counts -= (vectors)(vector == 0);                                                        \
        }                                                                                          \
      for (int lane_index = 0; lane_index < LANES; lane_index++) zeros += counts[lane_index];      \
    }                                                                                              \
    for (index = STREAMS * part; index < sizeof(lane) * count; index += sizeof(lane)) {            \
      lane element;                                                                                \
      memcpy(&element, elements + index, sizeof(lane));                                            \
      zeros += element == 0;                                                                       \
    }                                                                                              \
    return zeros;                                                                                  \
  }

ZEROS(bytes, uint8_t, UINT8_MAX)
ZEROS(words2, uint16_t, UINT16_MAX)
ZEROS(words4, uint32_t, UINT32_MAX)
ZEROS(words8, uint64_t, UINT32_MAX)

// Both halves of an element of sixteen bytes.
static size_t zeros_words16(const uint8_t *elements, size_t count) {
  size_t zeros = 0;
  for (size_t index = 0; index < count; index++) {
    uint64_t halves[2];
    memcpy(halves, elements + SIZE * index, SIZE);
    zeros += (halves[0] | halves[1]) == 0;
  }
  return zeros;
}

size_t count_zeros(unsigned width, const uint8_t *elements, size_t count) {
  switch (width) {
  case 1: return zeros_bytes(elements, count);
  case 2: return zeros_words2(elements, count);
  case 4: return zeros_words4(elements, count);
  case 8: return zeros_words8(elements, count);
  default: return zeros_words16(elements, count);
  }
}
