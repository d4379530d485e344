// What the paths of a coder share.
#ifndef RANS_H
#define RANS_H

#include "CKernels.h"

enum { RANS_LOWEST_BITS = 15, RANS_LOWEST = 1 << RANS_LOWEST_BITS, RANS_STATE_BITS = 31 };

// With smaller totals quotients have too many bits for the division of `rans_encode_avx512`.
enum { RANS_WIDE_BITS = 12 };

enum { RANS_LINE = 64, RANS_MOST_NEAR = 1 << 20 };

// How much of the memory that is written next is brought near with each round of so many lanes.
static inline size_t rans_step(next_memory next, size_t count, unsigned lanes) {
  size_t size = next.size < RANS_MOST_NEAR ? next.size : RANS_MOST_NEAR;
  return count < lanes ? 0 : size / (count / lanes) / RANS_LINE * RANS_LINE;
}

// Brings `step` bytes near; an address that is beyond the memory does no harm.
static inline void rans_bring_near(const uint8_t *memory, size_t step) {
  for (size_t line = 0; line < step; line += RANS_LINE) __builtin_prefetch(memory + line, 1, 2);
}

uint8_t *rans_encode_scalar(const rans_coder *coder, const uint8_t *raw, size_t count,
                            uint32_t *states, unsigned lanes, uint8_t *end);
const uint8_t *rans_decode_scalar(const rans_decoder *decoder, uint8_t *raw, size_t count,
                                  uint32_t *states, unsigned lanes, const uint8_t *words,
                                  const uint8_t *end);

// Whole rounds of RANS_FEW_LANES or RANS_MANY_LANES bytes. Decoding stops early where a round might run
// out of words; `count` becomes the number of bytes decoded.
uint8_t *rans_encode_avx2(const rans_coder *coder, const uint8_t *raw, size_t count,
                          uint32_t *states, unsigned lanes, uint8_t *end);
uint8_t *rans_encode_avx512(const rans_coder *coder, const uint8_t *raw, size_t count,
                            uint32_t *states, unsigned lanes, uint8_t *end);
const uint8_t *rans_decode_avx2(const rans_decoder *decoder, uint8_t *raw, size_t *count,
                                uint32_t *states, unsigned lanes, const uint8_t *words,
                                const uint8_t *end);
const uint8_t *rans_decode_avx512(const rans_decoder *decoder, uint8_t *raw, size_t *count,
                                  uint32_t *states, unsigned lanes, const uint8_t *words,
                                  const uint8_t *end);

// Makes a copy of a function for each number of lanes, which the compiler knows then.
#define RANS_FOR_EACH_NUMBER static inline __attribute__((always_inline))

#endif
