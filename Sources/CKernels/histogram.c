#include "CKernels.h"
#include <string.h>

enum { TABLES = 4 };

// Equal bytes in a row would wait for each other in a single table.
typedef struct {
  uint32_t counts[TABLES][256];
} tables;

static void add(const tables *tables, uint32_t counts[256]) {
  for (int symbol = 0; symbol < 256; symbol++)
    for (int table = 0; table < TABLES; table++) counts[symbol] += tables->counts[table][symbol];
}

// Counts whole words of eight bytes.
static inline void count_words(const uint8_t *bytes, size_t count, tables *tables) {
  for (size_t index = 0; index < count; index += sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, bytes + index, sizeof word);
    for (int byte = 0; byte < (int)sizeof word; byte++)
      tables->counts[byte % TABLES][word >> 8 * byte & UINT8_MAX]++;
  }
}

void byte_histogram(const uint8_t *bytes, size_t count, uint32_t counts[256]) {
  tables tables = {0};
  size_t words = count / sizeof(uint64_t) * sizeof(uint64_t);
  count_words(bytes, words, &tables);
  for (size_t index = words; index < count; index++) counts[bytes[index]]++;
  add(&tables, counts);
}

enum { RUN = 64 };

// Which run of a group of 2^`bits` is counted: that changes from group to group without a period, so that
// rows and columns of any length are met alike.
static size_t counted_run(size_t group, unsigned bits) {
  return (uint32_t)group * 0x9E3779B9u >> (32 - bits);
}

static void count_runs(const uint8_t *bytes, size_t groups, unsigned bits, uint32_t counts[256]) {
  tables tables = {0};
  for (size_t group = 0; group < groups; group++)
    count_words(bytes + RUN * ((group << bits) + counted_run(group, bits)), RUN, &tables);
  add(&tables, counts);
}

// Counts once what occurs and was not counted.
static void count_others(const uint8_t *bytes, size_t count, uint32_t counts[256]) {
  for (size_t index = 0; index < count; index++)
    if (counts[bytes[index]] == 0) counts[bytes[index]] = 1;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

enum { WIDTH = 32 };

// A bit for each byte: its lower four bits name the row, its upper four the bit, which is in `high` from
// the eighth on. Each half of the vectors is the same.
typedef struct {
  __m256i low, high;
} byte_set;

AVX2 static byte_set counted(const uint32_t counts[256]) {
  uint8_t rows[WIDTH] = {0};
  for (int byte = 0; byte < 256; byte++)
    if (counts[byte] > 0) rows[byte >> 7 << 4 | (byte & 15)] |= (uint8_t)(1 << (byte >> 4 & 7));
  __m128i low = _mm_loadu_si128((const __m128i *)rows);
  __m128i high = _mm_loadu_si128((const __m128i *)(rows + WIDTH / 2));
  return (byte_set){_mm256_broadcastsi128_si256(low), _mm256_broadcastsi128_si256(high)};
}

// For each byte its bit, or zero when the set does not hold it. A shuffle gives zero where the highest bit
// of the byte that names the row is set.
AVX2 static inline __m256i found(const byte_set *set, __m256i bytes) {
  __m256i low = _mm256_shuffle_epi8(set->low, bytes);
  __m256i high = _mm256_shuffle_epi8(set->high, _mm256_xor_si256(bytes, _mm256_set1_epi8(-128)));
  __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
  __m256i bit = _mm256_shuffle_epi8(_mm256_set1_epi64x((long long)0x8040201008040201u), upper);
  return _mm256_and_si256(_mm256_or_si256(low, high), bit);
}

AVX2 static inline bool holds_all(const byte_set *set, const uint8_t *bytes, size_t count) {
  __m256i least = _mm256_set1_epi8(-1);
  for (size_t place = 0; place < count; place += WIDTH) {
    __m256i vector = _mm256_loadu_si256((const __m256i *)(bytes + place));
    least = _mm256_min_epu8(least, found(set, vector));
  }
  return _mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256())) == 0;
}

AVX2 static void count_others_avx2(const uint8_t *bytes, size_t count, uint32_t counts[256]) {
  enum { BLOCK = 8 * WIDTH };
  byte_set set = counted(counts);
  size_t index = 0;
  for (; index + BLOCK <= count; index += BLOCK) {
    if (holds_all(&set, bytes + index, BLOCK)) continue;
    count_others(bytes + index, BLOCK, counts);
    set = counted(counts);
  }
  count_others(bytes + index, count - index, counts);
}
#endif

void sampled_byte_histogram(kernel_path path, const uint8_t *bytes, size_t count, unsigned bits,
                            uint32_t counts[256]) {
  count_runs(bytes, count / RUN >> bits, bits, counts);
#if defined(__x86_64__)
  if (path != KERNEL_SCALAR) return count_others_avx2(bytes, count, counts);
#endif
  count_others(bytes, count, counts);
}
