#include "rans.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512cd,avx512vbmi2,popcnt")))

enum { WIDTH = 16, MOST_VECTORS = RANS_MANY_LANES / WIDTH };

// The upper 33 - log bits of 64-bit products, in all sixteen lanes: even ones apart from odd ones.
AVX512 static inline __m512i divide(__m512i state, __m512i reciprocal, __m512i frequency) {
  __m512i one = _mm512_set1_epi32(1), most = _mm512_set1_epi32(63);
  __m512i shift = _mm512_sub_epi32(most, _mm512_lzcnt_epi32(_mm512_sub_epi32(frequency, one)));
  __m512i even = _mm512_mul_epu32(state, reciprocal);
  __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(state, 32), _mm512_srli_epi64(reciprocal, 32));
  even = _mm512_srlv_epi64(even, _mm512_and_si512(shift, _mm512_set1_epi64(63)));
  odd = _mm512_srlv_epi64(odd, _mm512_srli_epi64(shift, 32));
  return _mm512_mask_blend_epi32(0xAAAA, even, _mm512_slli_epi64(odd, 32));
}

// Codes sixteen bytes with sixteen states; returns where the words begin now.
AVX512 static inline uint8_t *encode(const rans_symbol *symbols, __m128i counts, const uint8_t *raw,
                                     __m512i *state, uint8_t *words) {
  __m512i symbol = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)raw));
  __m512i reciprocal = _mm512_i32gather_epi32(symbol, &symbols->reciprocal, sizeof *symbols);
  __m512i range = _mm512_i32gather_epi32(symbol, &symbols->range, sizeof *symbols);
  __m512i frequency = _mm512_srli_epi32(range, 16);
  __m512i start = _mm512_and_si512(range, _mm512_set1_epi32(0xFFFF));
  __m512i limit = _mm512_sll_epi32(
      frequency, _mm_sub_epi32(_mm_cvtsi32_si128(RANS_STATE_BITS), counts));
  __mmask16 emits = _mm512_cmpge_epu32_mask(*state, limit);
  unsigned emitted = (unsigned)_mm_popcnt_u32(emits);
  words -= 2 * emitted;
  __m256i low = _mm256_maskz_compress_epi16(emits, _mm512_cvtepi32_epi16(*state));
  _mm256_mask_storeu_epi16(words, (__mmask16)((1u << emitted) - 1), low);
  __m512i x = _mm512_mask_srli_epi32(*state, emits, *state, 16);
  __m512i quotient = divide(x, reciprocal, frequency);
  __m512i rest = _mm512_sub_epi32(x, _mm512_mullo_epi32(quotient, frequency));
  *state = _mm512_add_epi32(_mm512_sll_epi32(quotient, counts), _mm512_add_epi32(rest, start));
  return words;
}

AVX512 RANS_FOR_EACH_NUMBER uint8_t *encode_rounds(const rans_symbol *symbols, unsigned bits,
                                                   const uint8_t *raw, size_t count,
                                                   uint32_t *states, unsigned lanes,
                                                   uint8_t *end) {
  __m512i x[MOST_VECTORS];
  int vectors = (int)lanes / WIDTH;
  for (int v = 0; v < vectors; v++) x[v] = _mm512_loadu_si512(states + WIDTH * v);
  __m128i counts = _mm_cvtsi32_si128((int)bits);
  for (size_t index = count; index > 0;) {
    index -= lanes;
    for (int v = vectors - 1; v >= 0; v--)
      end = encode(symbols, counts, raw + index + WIDTH * v, &x[v], end);
  }
  for (int v = 0; v < vectors; v++) _mm512_storeu_si512(states + WIDTH * v, x[v]);
  return end;
}

AVX512 uint8_t *rans_encode_avx512(const rans_symbol *symbols, unsigned bits, const uint8_t *raw,
                                   size_t count, uint32_t *states, unsigned lanes, uint8_t *end) {
  return lanes == RANS_FEW_LANES
             ? encode_rounds(symbols, bits, raw, count, states, RANS_FEW_LANES, end)
             : encode_rounds(symbols, bits, raw, count, states, RANS_MANY_LANES, end);
}

// Decodes sixteen bytes with sixteen states; returns where the words that are left begin.
AVX512 static inline const uint8_t *decode(const uint32_t *slots, __m128i counts, __m512i mask,
                                           uint8_t *raw, __m512i *state, const uint8_t *words) {
  __m512i slot = _mm512_i32gather_epi32(_mm512_and_si512(*state, mask), slots, 4);
  _mm_storeu_si128((__m128i *)raw, _mm512_cvtepi32_epi8(slot));
  __m512i frequency = _mm512_and_si512(_mm512_srli_epi32(slot, 8), _mm512_set1_epi32(0xFFF));
  __m512i x = _mm512_mullo_epi32(frequency, _mm512_srl_epi32(*state, counts));
  x = _mm512_add_epi32(x, _mm512_srli_epi32(slot, 20));
  __mmask16 needs = _mm512_cmplt_epu32_mask(x, _mm512_set1_epi32(RANS_LOWEST));
  __m512i word = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)words));
  word = _mm512_maskz_expand_epi32(needs, word);
  *state = _mm512_or_si512(_mm512_mask_slli_epi32(x, needs, x, 16), word);
  return words + 2 * _mm_popcnt_u32(needs);
}

AVX512 RANS_FOR_EACH_NUMBER const uint8_t *decode_rounds(const rans_decoder *decoder, uint8_t *raw,
                                                         size_t *count, uint32_t *states,
                                                         unsigned lanes, const uint8_t *words,
                                                         const uint8_t *end) {
  __m512i x[MOST_VECTORS];
  int vectors = (int)lanes / WIDTH;
  for (int v = 0; v < vectors; v++) x[v] = _mm512_loadu_si512(states + WIDTH * v);
  __m512i mask = _mm512_set1_epi32((1 << decoder->bits) - 1);
  __m128i counts = _mm_cvtsi32_si128((int)decoder->bits);
  size_t index = 0;
  for (; *count - index >= lanes && end - words >= 2 * (ptrdiff_t)lanes; index += lanes)
    for (int v = 0; v < vectors; v++)
      words = decode(decoder->slots, counts, mask, raw + index + WIDTH * v, &x[v], words);
  for (int v = 0; v < vectors; v++) _mm512_storeu_si512(states + WIDTH * v, x[v]);
  *count = index;
  return words;
}

AVX512 const uint8_t *rans_decode_avx512(const rans_decoder *decoder, uint8_t *raw, size_t *count,
                                         uint32_t *states, unsigned lanes, const uint8_t *words,
                                         const uint8_t *end) {
  return lanes == RANS_FEW_LANES
             ? decode_rounds(decoder, raw, count, states, RANS_FEW_LANES, words, end)
             : decode_rounds(decoder, raw, count, states, RANS_MANY_LANES, words, end);
}
#endif
