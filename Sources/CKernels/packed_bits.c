#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

// Eight bytes a time: one instruction takes their bits together, another spreads them again. It is slow
// on processors without AVX-512, some of which do it bit by bit.
#define BMI2 __attribute__((target("bmi2")))

BMI2 size_t packed_bits_pack(kernel_path path, unsigned width, const uint8_t *bytes, size_t count,
                             uint8_t *packed) {
  if (path != KERNEL_AVX512) return 0;
  uint64_t used = 0x0101010101010101u * ((1u << width) - 1);
  size_t groups = count / 8;
  for (size_t group = 0; group < groups; group++) {
    uint64_t word;
    memcpy(&word, bytes + 8 * group, 8);
    word = _pext_u64(word, used);
    memcpy(packed + width * group, &word, 8);
  }
  return groups;
}

BMI2 size_t packed_bits_unpack(kernel_path path, unsigned width, const uint8_t *packed, size_t size,
                               uint8_t *bytes, size_t count) {
  if (path != KERNEL_AVX512 || size < 8) return 0;
  uint64_t used = 0x0101010101010101u * ((1u << width) - 1);
  size_t readable = (size - 8) / width + 1, groups = count / 8 < readable ? count / 8 : readable;
  for (size_t group = 0; group < groups; group++) {
    uint64_t word;
    memcpy(&word, packed + width * group, 8);
    word = _pdep_u64(word, used);
    memcpy(bytes + 8 * group, &word, 8);
  }
  return groups;
}
#else
size_t packed_bits_pack(kernel_path path, unsigned width, const uint8_t *bytes, size_t count,
                        uint8_t *packed) {
  return 0;
}

size_t packed_bits_unpack(kernel_path path, unsigned width, const uint8_t *packed, size_t size,
                          uint8_t *bytes, size_t count) {
  return 0;
}
#endif
