#include "bit_coder.h"
#include "running_means.h"

// Encoding 11: schemas/encodings/11-mixed-mask.md.

enum {
  // What a row has learnt counts as so many bits in the next one.
  ROW_MEMORY = 10,
  MOST_IN_KERNEL = 7,
  FIRST_VALUE = 1 << 15,
};

enum { NEIGHBOURS = 1 << 8, DENSITIES = 1 << 12, KERNELS = 1 << 7, HISTORIES = 1 << 8 };

// Those of kernels and histories are for each place in a kernel, no more of which are used than there are.
typedef struct {
  running_mean row, by_neighbours[NEIGHBOURS], by_density[DENSITIES],
      by_kernel[MIXING_LARGEST_KERNEL * KERNELS], by_history[MIXING_LARGEST_KERNEL * HISTORIES];
} mask_means;

_Static_assert(sizeof(mask_means) == MIXED_MASK_MEANS * sizeof(running_mean), "");

// What was learnt, and where the next element stands.
typedef struct {
  mask_model model;
  mask_means *means;
  // Apart from this, most of which stays in registers.
  const mean_rates *rates;
  mixing_lanes weights;
  mixed_bit bit;
  size_t column, place, channel;
  uint32_t history, in_kernel, in_last_kernel;
  // The last two elements of this column, and of the one before it as they were.
  uint32_t above, above_left;
} mask_state;

MIXING void begin(mask_state *state, const mask_model *model, const mean_rates *rates) {
  row_geometry rows = model->rows;
  running_mean first = mean_of(FIRST_VALUE, 0);
  mask_means *means = (mask_means *)model->means;
  means->row = first;
  fill_means(means->by_neighbours, NEIGHBOURS, first);
  fill_means(means->by_density, DENSITIES, first);
  fill_means(means->by_kernel, rows.kernel * KERNELS, first);
  fill_means(means->by_history, rows.kernel * HISTORIES, first);
  fill_means(model->channels, rows.length / rows.kernel, first);
  memset(model->above, 0, rows.length + 1);
  state->rates = rates;
  state->model = *model;
  state->means = means;
  state->weights = first_weights();
  state->column = rows.first;
  state->place = rows.first % rows.kernel;
  state->channel = rows.first / rows.kernel;
  state->history = state->in_kernel = state->in_last_kernel = 0;
  state->above = state->above_left = 0;
}

MIXING uint32_t at_most(uint32_t number, uint32_t most) { return number < most ? number : most; }

MIXING uint32_t next_probability(mask_state *state) {
  const mask_model *model = &state->model;
  mask_means *means = state->means;
  running_mean *channel = &model->channels[state->channel];
  uint32_t right = model->above[state->column + 1];
  uint32_t around = state->above | (right & 1) << 2 | (state->above_left & 1) << 3;
  uint32_t densities = *channel >> 28 << 5 | means->row >> 27;
  uint32_t in_kernel = at_most(state->in_kernel, MOST_IN_KERNEL);
  running_mean **inputs = state->bit.means;
  inputs[0] = &means->row;
  inputs[1] = channel;
  inputs[2] = &means->by_history[state->place << 8 | (state->history & 255)];
  inputs[3] = &means->by_neighbours[around | (state->history & 15) << 4];
  inputs[4] = &means->by_kernel[state->place << 7 | (state->in_kernel & 15) << 3 |
                                state->in_last_kernel];
  inputs[5] = &means->by_density[densities << 3 | in_kernel];
  return predict(&state->bit, &state->weights, &model->tables);
}

MIXING void advance(mask_state *state) {
  const mask_model *model = &state->model;
  state->above_left = state->above;
  state->above = model->above[++state->column];
  if (++state->place == model->rows.kernel) {
    state->place = 0;
    state->channel++;
    state->in_last_kernel = at_most(state->in_kernel, MOST_IN_KERNEL);
    state->in_kernel = 0;
  }
  if (state->column == model->rows.length) {
    state->column = state->channel = 0;
    state->above = model->above[0];
    state->above_left = 0;
    forget(&state->means->row, ROW_MEMORY);
  }
}

MIXING void learn(mask_state *state, bool is_set) {
  learn_weights(&state->weights, &state->bit, is_set);
  learn_means(&state->bit, state->rates, is_set);
  state->history = state->history << 1 | is_set;
  state->in_kernel += is_set;
  state->model.above[state->column] = (uint8_t)((state->above << 1 | is_set) & 3);
  advance(state);
}

MIXING size_t encode(const mask_model *model, const uint8_t *mask, size_t count, uint8_t *coded) {
  mean_rates rates = all_rates();
  mask_state state;
  begin(&state, model, &rates);
  bit_encoder encoder = encoder_to(coded);
  for (size_t index = 0; index < count; index++) {
    bool is_set = mask[index >> 3] >> (index & 7) & 1;
    encode_bit(&encoder, next_probability(&state), is_set);
    learn(&state, is_set);
  }
  return (size_t)(finish_bits(&encoder) - coded);
}

MIXING bool decode(const mask_model *model, const uint8_t *coded, size_t size, uint8_t *mask,
                   size_t count) {
  mean_rates rates = all_rates();
  mask_state state;
  begin(&state, model, &rates);
  bit_decoder decoder = decoder_of(coded, size);
  for (size_t index = 0; index < count; index++) {
    uint32_t bound = bound_of(decoder.range, next_probability(&state));
    // The next bit is worked on before this one is certain, if the processor guesses well.
    if (decoder.code < bound) {
      take_bit(&decoder, bound, true);
      learn(&state, true);
      mask[index >> 3] |= (uint8_t)(1 << (index & 7));
    } else {
      take_bit(&decoder, bound, false);
      learn(&state, false);
    }
  }
  return is_used_up(&decoder);
}

MIXING_AVX2 static size_t encode_avx2(const mask_model *model, const uint8_t *mask, size_t count,
                                      uint8_t *coded) {
  return encode(model, mask, count, coded);
}

size_t mixed_mask_encode(kernel_path path, const mask_model *model, const uint8_t *mask,
                         size_t count, uint8_t *coded) {
  if (path != KERNEL_SCALAR) return encode_avx2(model, mask, count, coded);
  return encode(model, mask, count, coded);
}

MIXING_AVX2 static bool decode_avx2(const mask_model *model, const uint8_t *coded, size_t size,
                                    uint8_t *mask, size_t count) {
  return decode(model, coded, size, mask, count);
}

bool mixed_mask_decode(kernel_path path, const mask_model *model, const uint8_t *coded,
                       size_t size, uint8_t *mask, size_t count) {
  if (path != KERNEL_SCALAR) return decode_avx2(model, coded, size, mask, count);
  return decode(model, coded, size, mask, count);
}
