#include "rans.h"

// Codes a byte with a state; returns where the words begin now.
static inline uint8_t *encode(const rans_symbol *symbol, unsigned bits, uint32_t *state,
                              uint8_t *words) {
  uint32_t x = *state, frequency = symbol->range >> 16, start = symbol->range & 0xFFFF;
  // The word is written always and kept when the state is too large: no branch to mispredict.
  words[-2] = (uint8_t)x;
  words[-1] = (uint8_t)(x >> 8);
  unsigned emits = x >= frequency << (RANS_STATE_BITS - bits);
  x >>= 16 * emits;
  unsigned log = 32 - (unsigned)__builtin_clz(2 * frequency - 1) - 1;
  uint32_t quotient = (uint32_t)((uint64_t)x * symbol->reciprocal >> (31 + log));
  *state = (quotient << bits) + (x - quotient * frequency) + start;
  return words - 2 * emits;
}

uint8_t *rans_encode_scalar(const rans_coder *coder, const uint8_t *raw, size_t count,
                            uint32_t *states, unsigned lanes, uint8_t *end) {
  const rans_symbol *symbols = coder->symbols;
  size_t index = count, step = rans_step(coder->next, count, lanes);
  for (unsigned lane = (unsigned)(count % lanes); lane > 0; lane--)
    end = encode(&symbols[raw[--index]], coder->bits, &states[lane - 1], end);
  for (const uint8_t *next = coder->next.bytes; index > 0; next += step) {
    rans_bring_near(next, step);
    for (unsigned lane = lanes; lane > 0; lane--)
      end = encode(&symbols[raw[--index]], coder->bits, &states[lane - 1], end);
  }
  return end;
}

// The state that follows one when the byte it tells is taken out of it.
static inline uint32_t advance(rans_decoder decoder, uint32_t state, uint8_t *byte) {
  uint32_t slot = state & ((1u << decoder.bits) - 1);
  uint8_t symbol = decoder.symbols[slot];
  uint32_t range = decoder.ranges[symbol];
  *byte = symbol;
  return (range >> 16) * (state >> decoder.bits) + slot - (range & 0xFFFF);
}

static inline uint32_t with_word(uint32_t state, const uint8_t *words) {
  return state << 16 | words[0] | (uint32_t)words[1] << 8;
}

const uint8_t *rans_decode_scalar(const rans_decoder *tables, uint8_t *restrict raw, size_t count,
                                  uint32_t *restrict states, unsigned lanes, const uint8_t *words,
                                  const uint8_t *end) {
  // A copy, which bytes that are written cannot change.
  rans_decoder decoder = *tables;
  const uint8_t *memory = decoder.next.bytes;
  size_t index = 0, step = rans_step(decoder.next, count, lanes);
  // Rounds that cannot run out of words need no look at how many are left.
  for (; count - index >= lanes && end - words >= 2 * (ptrdiff_t)lanes; index += lanes) {
    rans_bring_near(memory, step);
    memory += step;
    for (unsigned lane = 0; lane < lanes; lane++) {
      uint32_t next = advance(decoder, states[lane], &raw[index + lane]);
      bool needs = next < RANS_LOWEST;
      uint32_t longer = with_word(next, words);
      states[lane] = needs ? longer : next;
      words += 2 * needs;
    }
  }
  for (unsigned lane = 0; index < count; index++, lane = lane + 1 == lanes ? 0 : lane + 1) {
    uint32_t next = advance(decoder, states[lane], &raw[index]);
    if (next < RANS_LOWEST) {
      if (end - words < 2) return NULL;
      next = with_word(next, words);
      words += 2;
    }
    states[lane] = next;
  }
  return words;
}
