#include "rans.h"
#include <string.h>

bool rans_has_path(kernel_path path, unsigned lanes) {
  return path != KERNEL_SCALAR && (lanes == RANS_FEW_LANES || lanes == RANS_MANY_LANES);
}

uint8_t *rans_encode(kernel_path path, const rans_coder *coder, const uint8_t *raw, size_t count,
                     uint32_t *states, unsigned lanes, uint8_t *end) {
#if defined(__x86_64__)
  if (rans_has_path(path, lanes)) {
    bool is_wide = path == KERNEL_AVX512 && coder->bits >= RANS_WIDE_BITS;
    rans_coder last = {coder->bits, coder->symbols, {NULL, 0}};
    size_t whole = count - count % lanes;
    end = rans_encode_scalar(&last, raw + whole, count - whole, states, lanes, end);
    return (is_wide ? rans_encode_avx512 : rans_encode_avx2)(coder, raw, whole, states, lanes, end);
  }
#endif
  return rans_encode_scalar(coder, raw, count, states, lanes, end);
}

void rans_fill(const uint32_t ranges[256], uint8_t *symbols, uint32_t *slots) {
  for (uint32_t symbol = 0; symbol < 256; symbol++) {
    uint32_t frequency = ranges[symbol] >> 16, start = ranges[symbol] & 0xFFFF;
    memset(symbols + start, (int)symbol, frequency);
    for (uint32_t distance = 0; slots && distance < frequency; distance++)
      slots[start + distance] = symbol | frequency << 8 | distance << 20;
  }
}

const uint8_t *rans_decode(kernel_path path, const rans_decoder *decoder, uint8_t *raw,
                           size_t count, uint32_t *states, unsigned lanes, const uint8_t *words,
                           const uint8_t *end) {
  rans_decoder rest = *decoder;
  size_t done = 0;
#if defined(__x86_64__)
  if (rans_has_path(path, lanes) && decoder->slots) {
    done = count;
    words = (path == KERNEL_AVX2 ? rans_decode_avx2 : rans_decode_avx512)(
        decoder, raw, &done, states, lanes, words, end);
    rest.next.size = 0;
  }
#endif
  return rans_decode_scalar(&rest, raw + done, count - done, states, lanes, words, end);
}
