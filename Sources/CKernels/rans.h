// What the paths of a coder share.
#ifndef RANS_H
#define RANS_H

#include "CKernels.h"

enum { RANS_LOWEST_BITS = 15, RANS_LOWEST = 1 << RANS_LOWEST_BITS, RANS_STATE_BITS = 31 };

uint8_t *rans_encode_scalar(const rans_symbol *symbols, unsigned bits, const uint8_t *raw,
                            size_t count, uint32_t *states, unsigned lanes, uint8_t *end);
const uint8_t *rans_decode_scalar(const rans_decoder *decoder, uint8_t *raw, size_t count,
                                  uint32_t *states, unsigned lanes, const uint8_t *words,
                                  const uint8_t *end);

// Whole rounds of RANS_FEW_LANES or RANS_MANY_LANES bytes. Decoding stops early where a round might run
// out of words; `count` becomes the number of bytes decoded.
uint8_t *rans_encode_avx2(const rans_symbol *symbols, unsigned bits, const uint8_t *raw,
                          size_t count, uint32_t *states, unsigned lanes, uint8_t *end);
uint8_t *rans_encode_avx512(const rans_symbol *symbols, unsigned bits, const uint8_t *raw,
                            size_t count, uint32_t *states, unsigned lanes, uint8_t *end);
const uint8_t *rans_decode_avx2(const rans_decoder *decoder, uint8_t *raw, size_t *count,
                                uint32_t *states, unsigned lanes, const uint8_t *words,
                                const uint8_t *end);
const uint8_t *rans_decode_avx512(const rans_decoder *decoder, uint8_t *raw, size_t *count,
                                  uint32_t *states, unsigned lanes, const uint8_t *words,
                                  const uint8_t *end);

// Makes a copy of a function for each number of lanes, which the compiler knows then.
#define RANS_FOR_EACH_NUMBER static inline __attribute__((always_inline))

#endif
