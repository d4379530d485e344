// Bits of known probability as bytes: after Martin, "Range encoding" (1979), for two symbols.
#ifndef BIT_CODER_H
#define BIT_CODER_H

#include "CKernels.h"
#include <string.h>

#define BIT_CODER static inline __attribute__((always_inline))

enum { LEAST_RANGE = 1 << 24 };

// How much of a range is that of a one, whose probability is in parts of 2^16.
BIT_CODER uint32_t bound_of(uint32_t range, uint32_t probability) {
  return (range >> 16) * probability;
}

typedef struct {
  uint8_t *next;
  // Where the interval begins; bit 32 is a carry into the bytes before.
  uint64_t low;
  uint32_t range;
} bit_encoder;

BIT_CODER bit_encoder encoder_to(uint8_t *coded) {
  return (bit_encoder){coded, 0, UINT32_MAX};
}

// There is a byte for a carry: the bytes together stay below one.
BIT_CODER void write_byte(bit_encoder *encoder) {
  if (encoder->low >> 32)
    for (uint8_t *byte = encoder->next - 1; ++*byte == 0;) byte--;
  *encoder->next++ = (uint8_t)(encoder->low >> 24);
  encoder->low = (encoder->low & (LEAST_RANGE - 1)) << 8;
}

BIT_CODER void encode_bit(bit_encoder *encoder, uint32_t probability, bool is_one) {
  uint32_t bound = bound_of(encoder->range, probability);
  encoder->low += is_one ? 0 : bound;
  encoder->range = is_one ? bound : encoder->range - bound;
  while (encoder->range < LEAST_RANGE) {
    encoder->range <<= 8;
    write_byte(encoder);
  }
}

// Writes what is left; returns where the bytes end.
BIT_CODER uint8_t *finish_bits(bit_encoder *encoder) {
  for (int byte = 0; byte < 4; byte++) write_byte(encoder);
  return encoder->next;
}

typedef struct {
  const uint8_t *next, *end;
  // How many bytes were read beyond the end.
  size_t missing;
  uint32_t code, range;
} bit_decoder;

// The next byte; after the last one zeros are read.
BIT_CODER uint32_t read_byte(bit_decoder *decoder) {
  if (decoder->next < decoder->end) return *decoder->next++;
  decoder->missing++;
  return 0;
}

BIT_CODER bit_decoder decoder_of(const uint8_t *coded, size_t size) {
  bit_decoder decoder = {coded, coded + size, 0, 0, UINT32_MAX};
  for (int byte = 0; byte < 4; byte++) decoder.code = decoder.code << 8 | read_byte(&decoder);
  return decoder;
}

BIT_CODER bool is_used_up(const bit_decoder *decoder) {
  return decoder->next == decoder->end && decoder->missing == 0;
}

// Takes a bit whose `bound` it was compared with.
BIT_CODER void take_bit(bit_decoder *decoder, uint32_t bound, bool is_one) {
  decoder->code -= is_one ? 0 : bound;
  decoder->range = is_one ? bound : decoder->range - bound;
  while (__builtin_expect(decoder->range < LEAST_RANGE, 0)) {
    decoder->range <<= 8;
    decoder->code = decoder->code << 8 | read_byte(decoder);
  }
}

#endif
