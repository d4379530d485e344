// Means of contexts, which learn: schemas/encodings/mixing.md.
#ifndef RUNNING_MEANS_H
#define RUNNING_MEANS_H

#include "mixing.h"

enum { LOWER_HALF = 0xFFFF, MOST_SEEN = 255 };

typedef uint32_t mean_lanes __attribute__((vector_size(32)));
typedef uint16_t mean_halves __attribute__((vector_size(32)));
typedef uint32_t mean_products __attribute__((vector_size(64)));

// The share of its error that a mean is corrected by, after some numbers, in the upper half.
typedef struct {
  uint32_t after[MOST_SEEN + 1];
} mean_rates;

// The tables are filled a microsecond before their first use.
MIXING mean_rates all_rates(void) {
  mean_rates rates;
  for (uint32_t count = 0; count <= MOST_SEEN; count++)
    rates.after[count] = (1 << 17) / (2 * count + 3) << 16;
  return rates;
}

// The mean of numbers, with a value in the upper half, which count as so many.
MIXING running_mean mean_of(uint32_t value, uint32_t count) { return value << 16 | count; }

MIXING void fill_means(running_mean *means, size_t count, running_mean mean) {
  for (size_t index = 0; index < count; index++) means[index] = mean;
}

// Makes the next numbers count more, because they may be of another kind.
MIXING void forget(running_mean *mean, uint32_t most) {
  if ((*mean & LOWER_HALF) > most) *mean = mean_of(*mean >> 16, most);
}

// A mean learns a number from 0 to 65535.
MIXING void learn_number(running_mean *mean, const mean_rates *rates, uint32_t number) {
  uint32_t count = *mean & LOWER_HALF, rate = rates->after[count] >> 16;
  // What is lost above is the same in the sum: a value stays one of 16 bits.
  uint32_t change = (number - (*mean >> 16)) * rate & ~(uint32_t)LOWER_HALF;
  *mean += change + (count < MOST_SEEN);
}

// The means of a bit's contexts learn it: `learn_number` of 0 or ONE in each lane.
MIXING void learn_means(const mixed_bit *bit, const mean_rates *rates, bool is_one) {
  running_mean *const *means = bit->means;
#define EACH(what) {what(0), what(1), what(2), what(3), what(4), what(5)}
#define MEAN(input) *means[input]
#define RATE(input) rates->after[*means[input] & LOWER_HALF]
  mean_lanes old = EACH(MEAN), rate = EACH(RATE);
#undef EACH
#undef MEAN
#undef RATE
  // Rates have nothing in the lower halves, where this leaves counts alone.
  mean_halves value = (mean_halves)old, factor = (mean_halves)rate;
  mean_halves error = is_one ? ~value : value;
  mean_halves change = __builtin_convertvector(
      __builtin_convertvector(error, mean_products) *
              __builtin_convertvector(factor, mean_products) >> 16, mean_halves);
  // What is taken away is rounded up.
  mean_halves rest = (mean_halves)(error * factor != 0);
  value = is_one ? value + change : value - change + rest;
  mean_lanes learnt = (mean_lanes)value - (mean_lanes)((old & LOWER_HALF) < MOST_SEEN);
  for (int i = 0; i < INPUTS; i++) *means[i] = learnt[i];
}

#endif
