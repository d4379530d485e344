#include "rans.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,popcnt,prfchw")))

enum { WIDTH = 16, MOST_VECTORS = RANS_MANY_LANES / WIDTH };

// What coding needs in every lane.
typedef struct {
  __m512i bits, limit_bits, total;
} coding_scale;

// About one over a frequency: never more, and at most one part in 2^21 less. The approximation's 14
// bits are doubled by one step of Newton's, whose factor is 2 less 2^-22 to outweigh all rounding.
AVX512 static inline __m512 reciprocal(__m512 frequency) {
  __m512 first = _mm512_rcp14_ps(frequency);
  return _mm512_mul_ps(first, _mm512_fnmadd_ps(frequency, first, _mm512_set1_ps(0x1.fffffcp0f)));
}

// State over frequency, or one less: the quotient is below 2^19, so all that is lost is below a half.
AVX512 static inline __m512i quotient(__m512i state, __m512i frequency) {
  enum { DOWN = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC };
  __m512 x = _mm512_cvt_roundepi32_ps(state, DOWN);
  return _mm512_cvttps_epi32(
      _mm512_mul_round_ps(x, reciprocal(_mm512_cvtepi32_ps(frequency)), DOWN));
}

// Codes sixteen bytes; `emits` says which states give their lower half to the words.
AVX512 static inline __m512i encode(const rans_symbol *symbols, const coding_scale *scale,
                                    const uint8_t *raw, __m512i state, __mmask16 *emits) {
  __m512i symbol = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)raw));
  __m512i range = _mm512_i32gather_epi32(symbol, &symbols->range, sizeof *symbols);
  __m512i frequency = _mm512_srli_epi32(range, 16);
  __m512i start = _mm512_and_si512(range, _mm512_set1_epi32(0xFFFF));
  *emits = _mm512_cmpge_epu32_mask(state, _mm512_sllv_epi32(frequency, scale->limit_bits));
  __m512i x = _mm512_mask_srli_epi32(state, *emits, state, 16);
  __m512i whole = quotient(x, frequency);
  __m512i rest = _mm512_sub_epi32(x, _mm512_mullo_epi32(whole, frequency));
  __mmask16 is_less = _mm512_cmpge_epu32_mask(rest, frequency);
  x = _mm512_add_epi32(_mm512_sllv_epi32(whole, scale->bits), _mm512_add_epi32(rest, start));
  return _mm512_mask_add_epi32(x, is_less, x, _mm512_sub_epi32(scale->total, frequency));
}

// The lower halves of two vectors of states.
AVX512 static inline __m512i lower_halves(__m512i first, __m512i second) {
  __m512i even = _mm512_set_epi16(62, 60, 58, 56, 54, 52, 50, 48, 46, 44, 42, 40, 38, 36, 34, 32, 30,
                                  28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  return _mm512_permutex2var_epi16(first, even, second);
}

// Puts the words that are emitted before the others; returns where they begin.
AVX512 static inline uint8_t *emit(__m512i words, __mmask32 emits, uint8_t *end) {
  unsigned emitted = (unsigned)_mm_popcnt_u32(emits);
  end -= 2 * emitted;
  _mm512_mask_storeu_epi16(end, (__mmask32)((1ull << emitted) - 1),
                           _mm512_maskz_compress_epi16(emits, words));
  return end;
}

AVX512 RANS_FOR_EACH_NUMBER uint8_t *encode_rounds(const rans_coder *coder, const uint8_t *raw,
                                                   size_t count, uint32_t *states, unsigned lanes,
                                                   uint8_t *end) {
  const rans_symbol *symbols = coder->symbols;
  const uint8_t *next = coder->next.bytes;
  size_t step = rans_step(coder->next, count, lanes);
  __m512i x[MOST_VECTORS];
  int vectors = (int)lanes / WIDTH;
  for (int v = 0; v < vectors; v++) x[v] = _mm512_loadu_si512(states + WIDTH * v);
  coding_scale scale = {.bits = _mm512_set1_epi32((int)coder->bits),
                        .limit_bits = _mm512_set1_epi32(RANS_STATE_BITS - (int)coder->bits),
                        .total = _mm512_set1_epi32(1 << coder->bits)};
  for (size_t index = count; index > 0; next += step) {
    index -= lanes;
    rans_bring_near(next, step);
    __mmask16 first = 0, second = 0;
    for (int v = vectors - 2; v >= 0; v -= 2) {
      __m512i words = lower_halves(x[v], x[v + 1]);
      x[v] = encode(symbols, &scale, raw + index + WIDTH * v, x[v], &first);
      x[v + 1] = encode(symbols, &scale, raw + index + WIDTH * (v + 1), x[v + 1], &second);
      end = emit(words, _mm512_kunpackw(second, first), end);
    }
    if (vectors == 1) {
      __m512i words = lower_halves(x[0], x[0]);
      x[0] = encode(symbols, &scale, raw + index, x[0], &first);
      end = emit(words, first, end);
    }
  }
  for (int v = 0; v < vectors; v++) _mm512_storeu_si512(states + WIDTH * v, x[v]);
  return end;
}

AVX512 uint8_t *rans_encode_avx512(const rans_coder *coder, const uint8_t *raw, size_t count,
                                   uint32_t *states, unsigned lanes, uint8_t *end) {
  return lanes == RANS_FEW_LANES
             ? encode_rounds(coder, raw, count, states, RANS_FEW_LANES, end)
             : encode_rounds(coder, raw, count, states, RANS_MANY_LANES, end);
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
  const uint8_t *next = decoder->next.bytes;
  size_t index = 0, step = rans_step(decoder->next, *count, lanes);
  for (; *count - index >= lanes && end - words >= 2 * (ptrdiff_t)lanes;
       index += lanes, next += step) {
    rans_bring_near(next, step);
    for (int v = 0; v < vectors; v++)
      words = decode(decoder->slots, counts, mask, raw + index + WIDTH * v, &x[v], words);
  }
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
