#include "rans.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,popcnt")))

enum { WIDTH = 8, MOST_VECTORS = RANS_MANY_LANES / WIDTH, SETS = 1 << WIDTH };

// What the number of a set of lanes says of their order, a byte for each lane: a table that is
// filled a microsecond before its first use.
typedef struct {
  uint64_t of_set[SETS];
} lane_orders;

// Byte `lane`: how many lanes of the set are below it, which is the word that it takes.
static void fill_ranks(lane_orders *orders) {
  for (unsigned set = 0; set < SETS; set++) {
    uint64_t order = 0;
    for (unsigned lane = 0, rank = 0; lane < WIDTH; rank += set >> lane++ & 1)
      order |= (uint64_t)rank << 8 * lane;
    orders->of_set[set] = order;
  }
}

// The way back: the last bytes name the lanes of the set, in ascending order.
static void fill_members(lane_orders *orders) {
  for (unsigned set = 0; set < SETS; set++) {
    uint64_t order = 0;
    unsigned place = WIDTH;
    for (unsigned lane = WIDTH; lane-- > 0;)
      if (set >> lane & 1) order |= (uint64_t)lane << 8 * --place;
    orders->of_set[set] = order;
  }
}

AVX2 static inline __m256i reordered(__m256i lanes, const lane_orders *orders, unsigned set) {
  __m128i order = _mm_loadl_epi64((const __m128i *)&orders->of_set[set]);
  return _mm256_permutevar8x32_epi32(lanes, _mm256_cvtepu8_epi32(order));
}

// In each lane all ones when `left` is not below `right`.
AVX2 static inline __m256i not_below(__m256i left, __m256i right) {
  return _mm256_cmpeq_epi32(_mm256_max_epu32(left, right), left);
}

AVX2 static inline unsigned set_of(__m256i lanes) {
  return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(lanes));
}

// ceil(log2(frequency)), from the exponent of twice the frequency less one as a float.
AVX2 static inline __m256i logarithm(__m256i frequency) {
  __m256i odd = _mm256_sub_epi32(_mm256_slli_epi32(frequency, 1), _mm256_set1_epi32(1));
  __m256i exponent = _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(odd)), 23);
  return _mm256_sub_epi32(exponent, _mm256_set1_epi32(127));
}

// State over frequency: 64-bit products of even lanes apart from those of odd ones.
AVX2 static inline __m256i divide(__m256i state, __m256i reciprocal, __m256i frequency) {
  __m256i shift = _mm256_add_epi32(logarithm(frequency), _mm256_set1_epi32(RANS_STATE_BITS));
  __m256i even = _mm256_mul_epu32(state, reciprocal);
  __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(state, 32), _mm256_srli_epi64(reciprocal, 32));
  even = _mm256_srlv_epi64(even, _mm256_and_si256(shift, _mm256_set1_epi64x(63)));
  odd = _mm256_srlv_epi64(odd, _mm256_srli_epi64(shift, 32));
  return _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
}

// Sixteen bits of each lane, next to each other.
AVX2 static inline __m128i narrowed(__m256i lanes) {
  __m256i pairs = _mm256_packus_epi32(lanes, lanes);
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(pairs, 0x08));
}

// Codes eight bytes with eight states; returns where the words begin now.
AVX2 static inline uint8_t *encode(const rans_symbol *symbols, const lane_orders *members,
                                   __m128i counts, const uint8_t *raw, __m256i *state,
                                   uint8_t *words) {
  __m256i symbol = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)raw));
  const int *table = (const int *)symbols;
  __m256i reciprocal = _mm256_i32gather_epi32(table, symbol, sizeof *symbols);
  __m256i range = _mm256_i32gather_epi32(table + 1, symbol, sizeof *symbols);
  __m256i frequency = _mm256_srli_epi32(range, 16);
  __m256i low = _mm256_set1_epi32(0xFFFF);
  __m256i limit = _mm256_sll_epi32(
      frequency, _mm_sub_epi32(_mm_cvtsi32_si128(RANS_STATE_BITS), counts));
  __m256i emits = not_below(*state, limit);
  unsigned set = set_of(emits);
  // The words stand last in the vector, so that those before are overwritten later.
  __m256i emitted = reordered(_mm256_and_si256(*state, low), members, set);
  _mm_storeu_si128((__m128i *)(words - 2 * WIDTH), narrowed(emitted));
  __m256i x = _mm256_blendv_epi8(*state, _mm256_srli_epi32(*state, 16), emits);
  __m256i quotient = divide(x, reciprocal, frequency);
  __m256i rest = _mm256_sub_epi32(x, _mm256_mullo_epi32(quotient, frequency));
  rest = _mm256_add_epi32(rest, _mm256_and_si256(range, low));
  *state = _mm256_add_epi32(_mm256_sll_epi32(quotient, counts), rest);
  return words - 2 * _mm_popcnt_u32(set);
}

AVX2 RANS_FOR_EACH_NUMBER uint8_t *encode_rounds(const rans_symbol *symbols, unsigned bits,
                                                 const uint8_t *raw, size_t count,
                                                 uint32_t *states, unsigned lanes, uint8_t *end) {
  lane_orders members;
  fill_members(&members);
  __m256i x[MOST_VECTORS];
  int vectors = (int)lanes / WIDTH;
  for (int v = 0; v < vectors; v++)
    x[v] = _mm256_loadu_si256((const __m256i *)(states + WIDTH * v));
  __m128i counts = _mm_cvtsi32_si128((int)bits);
  for (size_t index = count; index > 0;) {
    index -= lanes;
    for (int v = vectors - 1; v >= 0; v--)
      end = encode(symbols, &members, counts, raw + index + WIDTH * v, &x[v], end);
  }
  for (int v = 0; v < vectors; v++) _mm256_storeu_si256((__m256i *)(states + WIDTH * v), x[v]);
  return end;
}

AVX2 uint8_t *rans_encode_avx2(const rans_symbol *symbols, unsigned bits, const uint8_t *raw,
                               size_t count, uint32_t *states, unsigned lanes, uint8_t *end) {
  return lanes == RANS_FEW_LANES
             ? encode_rounds(symbols, bits, raw, count, states, RANS_FEW_LANES, end)
             : encode_rounds(symbols, bits, raw, count, states, RANS_MANY_LANES, end);
}

// The lowest byte of each lane, next to each other.
AVX2 static inline void store_bytes(__m256i lanes, uint8_t *bytes) {
  __m256i pick = _mm256_set1_epi32(0x0C080400);
  __m256i fours = _mm256_shuffle_epi8(lanes, pick);
  __m128i eight = _mm_unpacklo_epi32(_mm256_castsi256_si128(fours),
                                     _mm256_extracti128_si256(fours, 1));
  _mm_storel_epi64((__m128i *)bytes, eight);
}

// Decodes eight bytes with eight states; returns where the words that are left begin.
AVX2 static inline const uint8_t *decode(const uint32_t *slots, const lane_orders *ranks,
                                         __m128i counts, __m256i mask, uint8_t *raw,
                                         __m256i *state, const uint8_t *words) {
  __m256i slot = _mm256_i32gather_epi32((const int *)slots, _mm256_and_si256(*state, mask), 4);
  store_bytes(slot, raw);
  __m256i frequency = _mm256_and_si256(_mm256_srli_epi32(slot, 8), _mm256_set1_epi32(0xFFF));
  __m256i x = _mm256_mullo_epi32(frequency, _mm256_srl_epi32(*state, counts));
  x = _mm256_add_epi32(x, _mm256_srli_epi32(slot, 20));
  __m256i needs = not_below(_mm256_set1_epi32(RANS_LOWEST - 1), x);
  unsigned set = set_of(needs);
  __m256i word = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)words));
  __m256i longer = _mm256_or_si256(_mm256_slli_epi32(x, 16), reordered(word, ranks, set));
  *state = _mm256_blendv_epi8(x, longer, needs);
  return words + 2 * _mm_popcnt_u32(set);
}

AVX2 RANS_FOR_EACH_NUMBER const uint8_t *decode_rounds(const rans_decoder *decoder, uint8_t *raw,
                                                       size_t *count, uint32_t *states,
                                                       unsigned lanes, const uint8_t *words,
                                                       const uint8_t *end) {
  lane_orders ranks;
  fill_ranks(&ranks);
  __m256i x[MOST_VECTORS];
  int vectors = (int)lanes / WIDTH;
  for (int v = 0; v < vectors; v++)
    x[v] = _mm256_loadu_si256((const __m256i *)(states + WIDTH * v));
  __m256i mask = _mm256_set1_epi32((1 << decoder->bits) - 1);
  __m128i counts = _mm_cvtsi32_si128((int)decoder->bits);
  size_t index = 0;
  for (; *count - index >= lanes && end - words >= 2 * (ptrdiff_t)lanes; index += lanes)
    for (int v = 0; v < vectors; v++)
      words = decode(decoder->slots, &ranks, counts, mask, raw + index + WIDTH * v, &x[v], words);
  for (int v = 0; v < vectors; v++) _mm256_storeu_si256((__m256i *)(states + WIDTH * v), x[v]);
  *count = index;
  return words;
}

AVX2 const uint8_t *rans_decode_avx2(const rans_decoder *decoder, uint8_t *raw, size_t *count,
                                     uint32_t *states, unsigned lanes, const uint8_t *words,
                                     const uint8_t *end) {
  return lanes == RANS_FEW_LANES
             ? decode_rounds(decoder, raw, count, states, RANS_FEW_LANES, words, end)
             : decode_rounds(decoder, raw, count, states, RANS_MANY_LANES, words, end);
}
#endif
