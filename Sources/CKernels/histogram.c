#include "CKernels.h"
#include <string.h>

enum { TABLES = 4 };

// Blocks that pairs are counted in: fewer bytes do not pay for a table of all pairs.
enum { LEAST_PAIRED = 1 << 16, MOST_PAIRED = 1 << 18 };

// Equal bytes in a row would wait for each other in a single table.
static void count_bytes(const uint8_t *bytes, size_t count, uint32_t counts[256]) {
  uint32_t tables[TABLES][256] = {0};
  size_t index = 0;
  for (; index + TABLES <= count; index += TABLES)
    for (int table = 0; table < TABLES; table++) tables[table][bytes[index + table]]++;
  for (; index < count; index++) tables[0][bytes[index]]++;
  for (int symbol = 0; symbol < 256; symbol++)
    for (int table = 0; table < TABLES; table++) counts[symbol] += tables[table][symbol];
}

// The sums of the rows and of the columns of a table of pairs; returns the sum of all.
static size_t add_pairs(const uint16_t pairs[1 << 16], uint32_t rows[256], uint32_t columns[256]) {
  size_t total = 0;
  for (int symbol = 0; symbol < 256; symbol++) {
    const uint16_t *row = pairs + 256 * symbol;
    for (int other = 0; other < 256; other++) rows[symbol] += row[other];
    if (rows[symbol] == 0) continue;
    total += rows[symbol];
    for (int other = 0; other < 256; other++) columns[other] += row[other];
  }
  return total;
}

// Half as many additions; bytes of few kinds have few pairs, which stay in the cache. False when a
// counter has overflowed, by which the sum gets too small: one pair is half of all.
static bool count_pairs(const uint8_t *bytes, size_t count, uint32_t counts[256]) {
  uint16_t pairs[1 << 16];
  memset(pairs, 0, sizeof pairs);
  for (size_t index = 0; index < count; index += sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, bytes + index, sizeof word);
    pairs[word & UINT16_MAX]++;
    pairs[word >> 16 & UINT16_MAX]++;
    pairs[word >> 32 & UINT16_MAX]++;
    pairs[word >> 48]++;
  }
  uint32_t rows[256] = {0}, columns[256] = {0};
  if (add_pairs(pairs, rows, columns) != count / 2) return false;
  for (int symbol = 0; symbol < 256; symbol++) counts[symbol] += rows[symbol] + columns[symbol];
  return true;
}

void byte_histogram(const uint8_t *bytes, size_t count, uint32_t counts[256]) {
  while (count >= LEAST_PAIRED) {
    size_t block = count < MOST_PAIRED ? count / sizeof(uint64_t) * sizeof(uint64_t) : MOST_PAIRED;
    if (!count_pairs(bytes, block, counts)) count_bytes(bytes, block, counts);
    bytes += block;
    count -= block;
  }
  count_bytes(bytes, count, counts);
}
