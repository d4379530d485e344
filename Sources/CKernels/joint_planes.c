#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Floats of two and four bytes, sixty-four at a time: what would be eight passes over planes of bytes
// is one over the elements.

#define AVX512                                                                                     \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,popcnt"), always_inline))
#define AVX512_LOOP __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")))

enum { BLOCK = 64, WIDEST = 4 };

// Which byte goes where.
typedef union {
  uint8_t bytes[BLOCK];
  __m512i vector;
} order;

// What every block is worked on with.
typedef struct {
  __m512i below, bits, rest_bits, symbol_mask, distance_mask, high_mask, rest_mask;
  // Eight bytes of `rest_bits` bits and as many bytes of eight, side by side in a vector.
  __m512i pairs, fours, eights, gather, spread, shifts;
  __mmask64 packed;
} joint;

AVX512 static inline joint joint_of(joint_shape shape) {
  unsigned bits = shape.bits, rest = 8 - bits;
  order gather = {0}, spread = {0}, shifts;
  for (unsigned byte = 0; byte < 8 * rest; byte++)
    gather.bytes[byte] = (uint8_t)(byte / rest * 8 + byte % rest);
  for (unsigned byte = 0; byte < BLOCK; byte++) {
    spread.bytes[byte] = (uint8_t)(byte / 8 * rest + byte % 8) % BLOCK;
    shifts.bytes[byte] = (uint8_t)(byte % 8 * rest);
  }
  return (joint){
      .below = _mm512_set1_epi8((char)(shape.base - 1)),
      .bits = _mm512_set1_epi16((short)bits),
      .rest_bits = _mm512_set1_epi16((short)rest),
      .symbol_mask = _mm512_set1_epi8((char)((1 << bits) - 1)),
      .distance_mask = _mm512_set1_epi8((char)(0xFF >> bits)),
      .high_mask = _mm512_set1_epi8((char)(0xFF << bits)),
      .rest_mask = _mm512_set1_epi8((char)((1 << rest) - 1)),
      .pairs = _mm512_set1_epi16((short)(1 | 1 << (8 + rest))),
      .fours = _mm512_set1_epi32(1 | 1 << (16 + 2 * rest)),
      .eights = _mm512_set1_epi64(4 * rest),
      .gather = gather.vector,
      .spread = spread.vector,
      .shifts = shifts.vector,
      .packed = ((__mmask64)1 << 8 * rest) - 1,
  };
}

// The lowest bits of all bytes, one after the other from the lowest byte on.
AVX512 static inline __m512i packed(const joint *j, __m512i rest) {
  __m512i fours = _mm512_madd_epi16(_mm512_maddubs_epi16(j->pairs, rest), j->fours);
  __m512i low = _mm512_and_si512(fours, _mm512_set1_epi64(UINT32_MAX));
  __m512i high = _mm512_sllv_epi64(_mm512_srli_epi64(fours, 32), j->eights);
  return _mm512_permutexvar_epi8(j->gather, _mm512_or_si512(low, high));
}

// The way back from `packed`.
AVX512 static inline __m512i unpacked(const joint *j, __m512i packed) {
  __m512i eights = _mm512_permutexvar_epi8(j->spread, packed);
  return _mm512_and_si512(_mm512_multishift_epi64_epi8(j->shifts, eights), j->rest_mask);
}

AVX512 static inline __m512i load(const uint8_t *bytes) { return _mm512_loadu_si512(bytes); }

// Exchanges rows and columns of four vectors of four times sixteen bytes.
AVX512 static inline void transpose(__m512i *rows) {
  __m512i a = _mm512_shuffle_i64x2(rows[0], rows[1], 0x44);
  __m512i b = _mm512_shuffle_i64x2(rows[0], rows[1], 0xEE);
  __m512i c = _mm512_shuffle_i64x2(rows[2], rows[3], 0x44);
  __m512i d = _mm512_shuffle_i64x2(rows[2], rows[3], 0xEE);
  rows[0] = _mm512_shuffle_i64x2(a, c, 0x88);
  rows[1] = _mm512_shuffle_i64x2(a, c, 0xDD);
  rows[2] = _mm512_shuffle_i64x2(b, d, 0x88);
  rows[3] = _mm512_shuffle_i64x2(b, d, 0xDD);
}

// Byte `i` of the order: where byte `i` of the first of `width` planes stands in a vector of elements,
// then the second plane's, and so on.
AVX512 static inline __m512i by_plane(unsigned width) {
  order order;
  for (unsigned byte = 0; byte < BLOCK; byte++)
    order.bytes[byte] = (uint8_t)(byte % (BLOCK / width) * width + byte / (BLOCK / width));
  return order.vector;
}

AVX512 static inline __m512i by_element(unsigned width) {
  order order;
  for (unsigned byte = 0; byte < BLOCK; byte++)
    order.bytes[byte] = (uint8_t)(byte % width * (BLOCK / width) + byte / width);
  return order.vector;
}

// Vectors of elements become the planes of their rotated bytes, the lowest first.
AVX512 static inline void split(unsigned width, __m512i order, __m512i *vectors) {
  for (unsigned index = 0; index < width; index++) {
    __m512i x = vectors[index];
    x = width == 2 ? _mm512_shldi_epi16(x, x, 1) : _mm512_rol_epi32(x, 1);
    vectors[index] = _mm512_permutexvar_epi8(order, x);
  }
  if (width == 4) return transpose(vectors);
  __m512i low = _mm512_shuffle_i64x2(vectors[0], vectors[1], 0x44);
  vectors[1] = _mm512_shuffle_i64x2(vectors[0], vectors[1], 0xEE);
  vectors[0] = low;
}

// The way back from `split`.
AVX512 static inline void merge(unsigned width, __m512i order, __m512i *vectors) {
  if (width == 4) {
    transpose(vectors);
  } else {
    __m512i low = _mm512_shuffle_i64x2(vectors[0], vectors[1], 0x44);
    vectors[1] = _mm512_shuffle_i64x2(vectors[0], vectors[1], 0xEE);
    vectors[0] = low;
  }
  for (unsigned index = 0; index < width; index++) {
    __m512i x = _mm512_permutexvar_epi8(order, vectors[index]);
    vectors[index] = width == 2 ? _mm512_shrdi_epi16(x, x, 1) : _mm512_ror_epi32(x, 1);
  }
}

AVX512 static inline size_t split_all(unsigned width, joint_shape shape, const uint8_t *elements,
                                      size_t count, uint8_t *symbols, uint8_t *rest,
                                      uint8_t *const *others) {
  joint j = joint_of(shape);
  __m512i order = by_plane(width);
  size_t blocks = count / BLOCK, rest_size = 8 * (8 - shape.bits);
  for (size_t block = 0; block < blocks; block++) {
    __m512i planes[WIDEST];
    for (unsigned index = 0; index < width; index++)
      planes[index] = load(elements + BLOCK * (width * block + index));
    split(width, order, planes);
    __m512i distance = _mm512_subs_epu8(planes[width - 1], j.below), mantissa = planes[width - 2];
    __m512i upper = _mm512_and_si512(_mm512_sllv_epi16(distance, j.bits), j.high_mask);
    __m512i lower = _mm512_and_si512(_mm512_srlv_epi16(mantissa, j.rest_bits), j.symbol_mask);
    _mm512_storeu_si512(symbols + BLOCK * block, _mm512_or_si512(upper, lower));
    _mm512_mask_storeu_epi8(rest + rest_size * block, j.packed,
                            packed(&j, _mm512_and_si512(mantissa, j.rest_mask)));
    for (unsigned plane = 0; plane < width - 2; plane++)
      _mm512_storeu_si512(others[plane] + BLOCK * block, planes[plane]);
  }
  return BLOCK * blocks;
}

AVX512 static inline uint8_t largest(__m512i vector) {
  uint8_t bytes[BLOCK], largest = 0;
  _mm512_storeu_si512(bytes, vector);
  for (int lane = 0; lane < BLOCK; lane++) largest = bytes[lane] > largest ? bytes[lane] : largest;
  return largest;
}

AVX512 static inline size_t merge_all(unsigned width, joint_shape shape, const uint8_t *symbols,
                                      const uint8_t *rest, const uint8_t *const *others,
                                      size_t count, uint8_t *elements, uint8_t *farthest) {
  joint j = joint_of(shape);
  __m512i order = by_element(width), most = _mm512_set1_epi8((char)*farthest);
  size_t blocks = count / BLOCK, rest_size = 8 * (8 - shape.bits);
  for (size_t block = 0; block < blocks; block++) {
    __m512i symbol = load(symbols + BLOCK * block), planes[WIDEST];
    __m512i distance = _mm512_and_si512(_mm512_srlv_epi16(symbol, j.bits), j.distance_mask);
    most = _mm512_max_epu8(most, distance);
    __mmask64 counts = _mm512_test_epi8_mask(distance, distance);
    planes[width - 1] = _mm512_maskz_add_epi8(counts, distance, j.below);
    __m512i upper = _mm512_andnot_si512(j.rest_mask, _mm512_sllv_epi16(symbol, j.rest_bits));
    __m512i lower = unpacked(&j, _mm512_maskz_loadu_epi8(j.packed, rest + rest_size * block));
    planes[width - 2] = _mm512_or_si512(upper, lower);
    for (unsigned plane = 0; plane < width - 2; plane++)
      planes[plane] = load(others[plane] + BLOCK * block);
    merge(width, order, planes);
    for (unsigned index = 0; index < width; index++)
      _mm512_storeu_si512(elements + BLOCK * (width * block + index), planes[index]);
  }
  *farthest = largest(most);
  return BLOCK * blocks;
}

// A loop of its own for each width.
AVX512_LOOP static size_t split_avx512(joint_shape shape, const uint8_t *elements, size_t count,
                                       uint8_t *symbols, uint8_t *rest, uint8_t *const *others) {
  switch (shape.width) {
  case 2: return split_all(2, shape, elements, count, symbols, rest, others);
  case 4: return split_all(4, shape, elements, count, symbols, rest, others);
  default: return 0;
  }
}

AVX512_LOOP static size_t merge_avx512(joint_shape shape, const uint8_t *symbols,
                                       const uint8_t *rest, const uint8_t *const *others,
                                       size_t count, uint8_t *elements, uint8_t *farthest) {
  switch (shape.width) {
  case 2: return merge_all(2, shape, symbols, rest, others, count, elements, farthest);
  case 4: return merge_all(4, shape, symbols, rest, others, count, elements, farthest);
  default: return 0;
  }
}
#endif

size_t joint_split(kernel_path path, joint_shape shape, const uint8_t *elements, size_t count,
                   uint8_t *symbols, uint8_t *rest, uint8_t *const *others) {
#if defined(__x86_64__)
  if (path == KERNEL_AVX512) return split_avx512(shape, elements, count, symbols, rest, others);
#endif
  return 0;
}

size_t joint_merge(kernel_path path, joint_shape shape, const uint8_t *symbols, const uint8_t *rest,
                   const uint8_t *const *others, size_t count, uint8_t *elements,
                   uint8_t *farthest) {
#if defined(__x86_64__)
  if (path == KERNEL_AVX512)
    return merge_avx512(shape, symbols, rest, others, count, elements, farthest);
#endif
  return 0;
}
