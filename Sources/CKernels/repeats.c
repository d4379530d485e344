#include "CKernels.h"
#include <string.h>

// Pieces of eight bytes; the place where one of each hash stood last.
enum { PIECE = 8, STEP = 4, TABLE_BITS = 13 };

static inline uint64_t piece_at(const uint8_t *bytes, size_t place) {
  uint64_t piece;
  memcpy(&piece, bytes + place, PIECE);
  return piece;
}

static inline unsigned slot_of(uint64_t piece) {
  return (unsigned)(piece * 0x9E3779B97F4A7C15u >> (64 - TABLE_BITS));
}

size_t repeated_pieces(const uint8_t *bytes, size_t count) {
  uint16_t places[1 << TABLE_BITS] = {0};
  size_t found = 0, place = 0;
  for (; place + STEP - 1 + PIECE <= count; place += STEP) {
    uint64_t piece = piece_at(bytes, place);
    size_t last = places[slot_of(piece)];
    found += last < place && piece_at(bytes, last) == piece;
    for (size_t next = place; next < place + STEP; next++)
      places[slot_of(piece_at(bytes, next))] = (uint16_t)next;
  }
  if (place + PIECE > count) return found;
  uint64_t piece = piece_at(bytes, place);
  size_t last = places[slot_of(piece)];
  return found + (last < place && piece_at(bytes, last) == piece);
}
