#include "rans.h"

bool rans_has_path(kernel_path path, unsigned lanes) {
  return path != KERNEL_SCALAR && (lanes == RANS_FEW_LANES || lanes == RANS_MANY_LANES);
}

uint8_t *rans_encode(kernel_path path, const rans_symbol symbols[256], unsigned bits,
                     const uint8_t *raw, size_t count, uint32_t *states, unsigned lanes,
                     uint8_t *end) {
#if defined(__x86_64__)
  if (rans_has_path(path, lanes)) {
    size_t whole = count - count % lanes;
    end = rans_encode_scalar(symbols, bits, raw + whole, count - whole, states, lanes, end);
    return (path == KERNEL_AVX2 ? rans_encode_avx2 : rans_encode_avx512)(symbols, bits, raw, whole,
                                                                         states, lanes, end);
  }
#endif
  return rans_encode_scalar(symbols, bits, raw, count, states, lanes, end);
}

const uint8_t *rans_decode(kernel_path path, const rans_decoder *decoder, uint8_t *raw,
                           size_t count, uint32_t *states, unsigned lanes, const uint8_t *words,
                           const uint8_t *end) {
  size_t done = 0;
#if defined(__x86_64__)
  if (rans_has_path(path, lanes) && decoder->slots) {
    done = count;
    words = (path == KERNEL_AVX2 ? rans_decode_avx2 : rans_decode_avx512)(
        decoder, raw, &done, states, lanes, words, end);
  }
#endif
  return rans_decode_scalar(decoder, raw + done, count - done, states, lanes, words, end);
}
