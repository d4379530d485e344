// What kernels of mixing share: schemas/encodings/mixing.md. The same code is compiled for each path.
#ifndef MIXING_H
#define MIXING_H

#include "CKernels.h"
#include <string.h>

#define MIXING static inline __attribute__((always_inline))

// More instructions than these gain nothing: there are six inputs.
#if defined(__x86_64__)
#define MIXING_AVX2 __attribute__((target("avx2")))
#else
#define MIXING_AVX2
#endif

enum { INPUTS = MIXING_INPUTS, PAIRS = INPUTS / 2, ONE = 65535, FIRST_WEIGHT = 13000 };

// Weights and logits are numbers of 32 bits in the lower halves of lanes, as products take them. A
// weight stays far below 2^31: a wrong probability pulls it back, a right one hardly changes it.
typedef int64_t pair __attribute__((vector_size(16)));
typedef int32_t halves __attribute__((vector_size(16)));
typedef int16_t logits __attribute__((vector_size(16)));

typedef struct {
  pair pairs[PAIRS];
} mixing_lanes;

// Says that the upper halves do not count.
MIXING pair lower(pair lanes) { return lanes << 32 >> 32; }

// The means of a bit's contexts, and what is made of them.
typedef struct {
  running_mean *means[INPUTS];
  mixing_lanes logits;
  uint32_t probability;
} mixed_bit;

MIXING mixing_lanes first_weights(void) {
  pair both = {FIRST_WEIGHT, FIRST_WEIGHT};
  return (mixing_lanes){{both, both, both}};
}

// The probability of a one, after Mahoney, "Adaptive weighing of context models" (2005).
MIXING uint32_t predict(mixed_bit *bit, const mixing_lanes *weights,
                        const logistic_tables *tables) {
  running_mean *const *means = bit->means;
#define LOGIT(input) tables->stretch[*means[input] >> 20]
  logits all = {LOGIT(0), LOGIT(1), LOGIT(2), LOGIT(3), LOGIT(4), LOGIT(5)};
#undef LOGIT
  pair *logit = bit->logits.pairs;
  logit[0] = __builtin_convertvector(__builtin_shufflevector(all, all, 0, 1), pair);
  logit[1] = __builtin_convertvector(__builtin_shufflevector(all, all, 2, 3), pair);
  logit[2] = __builtin_convertvector(__builtin_shufflevector(all, all, 4, 5), pair);
  pair sums = {0};
  for (int i = 0; i < PAIRS; i++) sums += lower(weights->pairs[i]) * lower(logit[i]);
  int64_t sum = (sums[0] + sums[1]) >> 16;
  // Branches, which are hardly ever taken, do not wait for the sum.
  if (__builtin_expect(sum < -2048, 0)) sum = -2048;
  if (__builtin_expect(sum > 2047, 0)) sum = 2047;
  bit->probability = tables->squash[sum + 2048];
  return bit->probability;
}

MIXING void learn_weights(mixing_lanes *weights, const mixed_bit *bit, bool is_one) {
  int32_t error = (is_one ? ONE : 0) - (int32_t)bit->probability;
  pair factor = (pair)(halves){error, error, error, error};
  for (int i = 0; i < PAIRS; i++) {
    halves product = (halves)(lower(bit->logits.pairs[i]) * lower(factor));
    weights->pairs[i] = (pair)((halves)weights->pairs[i] + ((product + (1 << 16)) >> 17));
  }
}

#endif
