#include "CKernels.h"
#include <string.h>

// Sixteen elements at a time, as many vectors as an element has bytes: vectors of sixteen bytes, which
// every machine has, and shuffles that the compiler knows.

#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16, WIDEST = 16 };
typedef uint8_t bytes __attribute__((vector_size(LANES)));
typedef uint16_t words2 __attribute__((vector_size(LANES)));
typedef uint32_t words4 __attribute__((vector_size(LANES)));
typedef uint64_t words8 __attribute__((vector_size(LANES)));

#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b)                                                                                 \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define EVEN(a, b)                                                                                 \
  __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(a, b)                                                                                  \
  __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)

// Elements of `width` bytes, each rotated to the left.
INLINE bytes rotated(bytes vector, unsigned width, unsigned left) {
  unsigned right = 8 * width - left;
  if (left == 0 || right == 0) return vector;
  switch (width) {
  case 2: return (bytes)((words2)vector << left | (words2)vector >> right);
  case 4: return (bytes)((words4)vector << left | (words4)vector >> right);
  case 8: return (bytes)((words8)vector << left | (words8)vector >> right);
  default: return vector;
  }
}

// One step of the perfect shuffle that brings the bytes of elements together.
INLINE void interleave(bytes *vectors, unsigned width) {
  bytes next[WIDEST];
  for (unsigned pair = 0; pair < width / 2; pair++) {
    next[2 * pair] = LOW(vectors[pair], vectors[pair + width / 2]);
    next[2 * pair + 1] = HIGH(vectors[pair], vectors[pair + width / 2]);
  }
  for (unsigned index = 0; index < width; index++) vectors[index] = next[index];
}

// The way back from `interleave`.
INLINE void part(bytes *vectors, unsigned width) {
  bytes next[WIDEST];
  for (unsigned pair = 0; pair < width / 2; pair++) {
    next[pair] = EVEN(vectors[2 * pair], vectors[2 * pair + 1]);
    next[pair + width / 2] = ODD(vectors[2 * pair], vectors[2 * pair + 1]);
  }
  for (unsigned index = 0; index < width; index++) vectors[index] = next[index];
}

// Sixteen elements, from `elements` to `planes` and back.
INLINE void split_block(unsigned width, unsigned rotation, const uint8_t *elements,
                        uint8_t *const *planes, size_t index) {
  bytes vectors[WIDEST];
  memcpy(vectors, elements + width * index, LANES * width);
  for (unsigned byte = 0; byte < width; byte++)
    vectors[byte] = rotated(vectors[byte], width, rotation);
  for (unsigned step = 1; step < width; step *= 2) part(vectors, width);
  for (unsigned plane = 0; plane < width; plane++)
    memcpy(planes[plane] + index, &vectors[plane], LANES);
}

INLINE void merge_block(unsigned width, unsigned rotation, const uint8_t *const *planes,
                        uint8_t *elements, size_t index) {
  bytes vectors[WIDEST];
  for (unsigned plane = 0; plane < width; plane++)
    memcpy(&vectors[plane], planes[plane] + index, LANES);
  for (unsigned step = 1; step < width; step *= 2) interleave(vectors, width);
  for (unsigned byte = 0; byte < width; byte++)
    vectors[byte] = rotated(vectors[byte], width, 8 * width - rotation);
  memcpy(elements + width * index, vectors, LANES * width);
}

INLINE void split(unsigned width, unsigned rotation, const uint8_t *elements, size_t count,
                  uint8_t *const *planes) {
  size_t index = 0;
  for (; index + LANES <= count; index += LANES)
    split_block(width, rotation, elements, planes, index);
  if (index == count) return;
  uint8_t rest[LANES * WIDEST] = {0}, parts[WIDEST][LANES], *targets[WIDEST];
  for (unsigned plane = 0; plane < width; plane++) targets[plane] = parts[plane];
  memcpy(rest, elements + width * index, width * (count - index));
  split_block(width, rotation, rest, targets, 0);
  for (unsigned plane = 0; plane < width; plane++)
    memcpy(planes[plane] + index, parts[plane], count - index);
}

INLINE void merge(unsigned width, unsigned rotation, const uint8_t *const *planes, size_t count,
                  uint8_t *elements) {
  size_t index = 0;
  for (; index + LANES <= count; index += LANES)
    merge_block(width, rotation, planes, elements, index);
  if (index == count) return;
  uint8_t rest[LANES * WIDEST], parts[WIDEST][LANES] = {0};
  const uint8_t *sources[WIDEST];
  for (unsigned plane = 0; plane < width; plane++) {
    memcpy(parts[plane], planes[plane] + index, count - index);
    sources[plane] = parts[plane];
  }
  merge_block(width, rotation, sources, rest, 0);
  memcpy(elements + width * index, rest, width * (count - index));
}

// A loop of its own for each width.
#define FOR_WIDTH(loop, ...)                                                                       \
  switch (width) {                                                                                 \
  case 1: loop(1, __VA_ARGS__); break;                                                             \
  case 2: loop(2, __VA_ARGS__); break;                                                             \
  case 4: loop(4, __VA_ARGS__); break;                                                             \
  case 8: loop(8, __VA_ARGS__); break;                                                             \
  case 16: loop(16, __VA_ARGS__); break;                                                           \
  }

void planes_split(unsigned width, unsigned rotation, const uint8_t *elements, size_t count,
                  uint8_t *const *planes) {
  FOR_WIDTH(split, rotation, elements, count, planes)
}

void planes_merge(unsigned width, unsigned rotation, const uint8_t *const *planes, size_t count,
                  uint8_t *elements) {
  FOR_WIDTH(merge, rotation, planes, count, elements)
}
