#include "bit_coder.h"
#include "running_means.h"

// Coder 6: schemas/encodings/coder-6-mixed.md.

enum {
  // What a row has learnt counts as so many bytes in the next one; the last few are about so many;
  // what the frequencies say counts as so many bits.
  ROW_MEMORY = 2,
  RECENT_MEMORY = 3,
  FREQUENCY_MEMORY = 4,
  FIRST_LEVEL = 128,
};

// What was learnt, and where the byte stands.
typedef struct {
  symbol_model model;
  // Apart from this, most of which stays in registers.
  const mean_rates *rates;
  mixed_bit bit;
  // Where the means of each input begin, and those of the byte's contexts.
  running_mean *inputs[INPUTS], *contexts[INPUTS];
  running_mean row, recent;
  size_t position, column, channel;
  // The column behind the byte's kernel.
  size_t kernel_end;
  // One over the size of a kernel, in parts of 2^32 and rounded up: exact for what fits in a chunk.
  uint64_t reciprocal;
  uint32_t history, left;
} symbol_state;

static size_t context_count(const symbol_model *model, int input) {
  static const size_t counts[INPUTS] = {1 << 6, 1 << 6, 1 << 4, 1 << 9, 1 << 10, 1 << 10};
  return input == 2 ? counts[input] * model->rows.kernel : counts[input];
}

size_t mixed_symbols_means(const symbol_model *model) {
  size_t contexts = 0;
  for (int input = 0; input < INPUTS; input++) contexts += context_count(model, input);
  return contexts * model->question_count;
}

// Those of the first context, which are copied behind themselves.
static void fill_questions(const symbol_model *model) {
  size_t filled = model->question_count, count = mixed_symbols_means(model);
  for (size_t index = 0; index < filled; index++)
    model->means[index] = mean_of(model->questions[index].probability, FREQUENCY_MEMORY);
  while (filled < count) {
    size_t more = filled < count - filled ? filled : count - filled;
    memcpy(model->means + filled, model->means, more * sizeof *model->means);
    filled += more;
  }
}

MIXING void begin(symbol_state *state, const symbol_model *model, const mean_rates *rates) {
  row_geometry rows = model->rows;
  running_mean first = mean_of(1 << 15, 0);
  mixing_lanes weights = first_weights();
  fill_questions(model);
  fill_means(model->channels, rows.length / rows.kernel, first);
  memset(model->above, FIRST_LEVEL, rows.length + 1);
  for (size_t index = 0; index < model->question_count; index++)
    memcpy(&model->weights[index], &weights, sizeof weights);
  state->rates = rates;
  state->model = *model;
  running_mean *means = model->means;
  for (int input = 0; input < INPUTS; input++) {
    state->inputs[input] = means;
    means += context_count(model, input) * model->question_count;
  }
  state->row = state->recent = first;
  state->position = 0;
  state->column = rows.first;
  state->channel = rows.first / rows.kernel;
  state->kernel_end = (state->channel + 1) * rows.kernel;
  state->reciprocal = ((1ull << 32) + rows.kernel - 1) / rows.kernel;
  state->history = 0;
  state->left = FIRST_LEVEL;
}

MIXING uint32_t fine(running_mean mean) {
  int32_t level = (int32_t)(mean >> 24) - 64;
  level = level < 0 ? 0 : level;
  return (uint32_t)(level > 127 ? 127 : level) >> 1;
}

MIXING void find_contexts(symbol_state *state) {
  const symbol_model *model = &state->model;
  const uint8_t *above = model->above + state->column;
  size_t place = state->column + model->rows.kernel - state->kernel_end;
  uint32_t row = fine(state->row), channel = fine(model->channels[state->channel]);
  size_t contexts[INPUTS] = {
      row,
      channel,
      place << 4 | (state->history & 15),
      (size_t)above[0] >> 5 << 6 | state->left >> 5 << 3 | above[1] >> 5,
      state->recent >> 28 << 6 | place,
      row >> 1 << 5 | channel >> 1,
  };
  for (int input = 0; input < INPUTS; input++)
    state->contexts[input] = state->inputs[input] + contexts[input] * model->question_count;
}

// Finds the kernel of a column that may be in another row.
MIXING void enter_kernel(symbol_state *state) {
  row_geometry rows = state->model.rows;
  if (state->column >= rows.length) {
    state->column %= rows.length;
    forget(&state->row, ROW_MEMORY);
  }
  state->channel = state->column * state->reciprocal >> 32;
  state->kernel_end = (state->channel + 1) * rows.kernel;
  if (rows.kernel > 1) state->recent = mean_of(1 << 15, 0);
}

// Goes on to the byte at a place in the chunk, which is behind the last one.
MIXING void move(symbol_state *state, size_t index) {
  const uint32_t *places = state->model.places;
  size_t position = places ? places[index] : index;
  state->column += position - state->position;
  state->position = position;
  if (state->column >= state->kernel_end) enter_kernel(state);
  find_contexts(state);
}

MIXING uint32_t next_probability(symbol_state *state, size_t question) {
  const symbol_model *model = &state->model;
  for (int input = 0; input < INPUTS; input++)
    state->bit.means[input] = state->contexts[input] + question;
  mixing_lanes weights;
  memcpy(&weights, &model->weights[question], sizeof weights);
  return predict(&state->bit, &weights, &model->tables);
}

// Returns where the answer leads.
MIXING int32_t learn(symbol_state *state, size_t question, bool is_yes) {
  const symbol_model *model = &state->model;
  mixing_lanes weights;
  memcpy(&weights, &model->weights[question], sizeof weights);
  learn_weights(&weights, &state->bit, is_yes);
  memcpy(&model->weights[question], &weights, sizeof weights);
  learn_means(&state->bit, state->rates, is_yes);
  if (question == 0) state->history = state->history << 1 | is_yes;
  return model->questions[question].next[is_yes];
}

MIXING void remember(symbol_state *state, uint32_t level) {
  const symbol_model *model = &state->model;
  learn_number(&state->row, state->rates, level << 8);
  learn_number(&model->channels[state->channel], state->rates, level << 8);
  learn_number(&state->recent, state->rates, level << 8);
  forget(&state->recent, RECENT_MEMORY);
  model->above[state->column] = (uint8_t)level;
  state->left = level;
}

MIXING size_t encode(const symbol_model *model, const uint8_t *raw, size_t count, uint8_t *coded) {
  mean_rates rates = all_rates();
  symbol_state state;
  begin(&state, model, &rates);
  bit_encoder encoder = encoder_to(coded);
  for (size_t index = 0; index < count; index++) {
    move(&state, index);
    int32_t question = 0;
    do {
      bool is_yes = raw[index] > model->questions[question].split;
      encode_bit(&encoder, next_probability(&state, (size_t)question), is_yes);
      question = learn(&state, (size_t)question, is_yes);
    } while (question >= 0);
    remember(&state, model->levels[raw[index]]);
  }
  return (size_t)(finish_bits(&encoder) - coded);
}

MIXING bool decode(const symbol_model *model, const uint8_t *coded, size_t size, uint8_t *raw,
                   size_t count) {
  mean_rates rates = all_rates();
  symbol_state state;
  begin(&state, model, &rates);
  bit_decoder decoder = decoder_of(coded, size);
  for (size_t index = 0; index < count; index++) {
    move(&state, index);
    int32_t question = 0;
    do {
      uint32_t bound = bound_of(decoder.range, next_probability(&state, (size_t)question));
      if (decoder.code < bound) {
        take_bit(&decoder, bound, true);
        question = learn(&state, (size_t)question, true);
      } else {
        take_bit(&decoder, bound, false);
        question = learn(&state, (size_t)question, false);
      }
    } while (question >= 0);
    raw[index] = (uint8_t)~question;
    remember(&state, model->levels[raw[index]]);
  }
  return is_used_up(&decoder);
}

MIXING_AVX2 static size_t encode_avx2(const symbol_model *model, const uint8_t *raw, size_t count,
                                      uint8_t *coded) {
  return encode(model, raw, count, coded);
}

size_t mixed_symbols_encode(kernel_path path, const symbol_model *model, const uint8_t *raw,
                            size_t count, uint8_t *coded) {
  if (path != KERNEL_SCALAR) return encode_avx2(model, raw, count, coded);
  return encode(model, raw, count, coded);
}

MIXING_AVX2 static bool decode_avx2(const symbol_model *model, const uint8_t *coded, size_t size,
                                    uint8_t *raw, size_t count) {
  return decode(model, coded, size, raw, count);
}

bool mixed_symbols_decode(kernel_path path, const symbol_model *model, const uint8_t *coded,
                          size_t size, uint8_t *raw, size_t count) {
  if (path != KERNEL_SCALAR) return decode_avx2(model, coded, size, raw, count);
  return decode(model, coded, size, raw, count);
}
