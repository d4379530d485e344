#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Loops that need instructions a compiler does not find by itself. Each comes in several paths that
// give the same bytes; the scalar one runs everywhere.

/** The instructions that kernels may use. */
typedef enum { KERNEL_SCALAR, KERNEL_AVX2, KERNEL_AVX512 } kernel_path;

/** True when this machine has the instructions of a path. */
bool kernel_path_is_supported(kernel_path path);

/** The fastest path of this machine. */
kernel_path kernel_best_path(void);

// Range asymmetric numeral systems: schemas/encodings/coder-5-rans.md.
//
// States are in [2^15, 2^31) and take turns: byte i belongs to state i % lanes. `bits` is the
// exponent of the sum of all frequencies, at most 15; no frequency is that sum.

/** What the coder knows of a symbol. */
typedef struct {
  /** ceil(2^(31 + k) / frequency), where k = ceil(log2(frequency)): a state times it, without the
      low 31 + k bits, is the state divided by the frequency. Exact for states below 2^31 (Alverson,
      "Integer division using reciprocals", 1991). */
  uint32_t reciprocal;
  /** The frequency in the upper half, where the symbol's range begins in the lower. */
  uint32_t range;
} rans_symbol;

/** Memory that is written next: it is brought near meanwhile, because coding waits for none. */
typedef struct {
  const uint8_t *bytes;
  size_t size;
} next_memory;

/** The tables of a coder. */
typedef struct {
  unsigned bits;
  /** By symbol. */
  const rans_symbol *symbols;
  next_memory next;
} rans_coder;

/** The numbers of lanes that the vector paths code; streams with any other number are left to the
    scalar one. */
enum { RANS_FEW_LANES = 16, RANS_MANY_LANES = 64 };

/** True when a vector path codes streams of so many lanes. */
bool rans_has_path(kernel_path path, unsigned lanes);

/** The largest exponent of a total that `rans_decoder.slots` holds. */
enum { RANS_SLOT_BITS = 12 };

/** Codes `count` bytes backwards: words of two bytes end at `end`, states change.

    There must be room for `count` words and 16 bytes more, and all bytes must have frequencies.
    Returns where the words begin. */
uint8_t *rans_encode(kernel_path path, const rans_coder *coder, const uint8_t *raw, size_t count,
                     uint32_t *states, unsigned lanes, uint8_t *end);

/** The tables of a decoder. */
typedef struct {
  unsigned bits;
  /** The symbol of each of the 2^bits slots. */
  const uint8_t *symbols;
  /** The range of each symbol, as in `rans_symbol`. */
  const uint32_t *ranges;
  /** All of it by slot, for the vector paths: from the lowest bit 8 bits of symbol, 12 of frequency,
      12 of distance to the beginning of the range. Null when `bits` is over RANS_SLOT_BITS, or
      no vector path will use them. */
  const uint32_t *slots;
  next_memory next;
} rans_decoder;

/** Fills the tables that tell of slots from the ranges of symbols; `slots` may be null. */
void rans_fill(const uint32_t ranges[256], uint8_t *symbols, uint32_t *slots);

/** Decodes `count` bytes from the words between `words` and `end`; states change.

    Returns where the words that were not used begin, or null when there are too few. Never reads
    beyond `end`, whatever the words and states are. */
const uint8_t *rans_decode(kernel_path path, const rans_decoder *decoder, uint8_t *raw,
                           size_t count, uint32_t *states, unsigned lanes, const uint8_t *words,
                           const uint8_t *end);

// Byte planes: plane k holds byte k of each element, after a rotation to the left.

/** Cuts elements of 1, 2, 4, 8 or 16 bytes, which need no alignment, into as many planes. */
void planes_split(unsigned width, unsigned rotation, const uint8_t *elements,
                  size_t count, uint8_t *const *planes);

/** The way back from `planes_split`. */
void planes_merge(unsigned width, unsigned rotation,
                  const uint8_t *const *planes, size_t count, uint8_t *elements);

/** How many elements of 1, 2, 4, 8 or 16 bytes, which need no alignment, have no bit set. */
size_t count_zeros(unsigned width, const uint8_t *elements, size_t count);

/** Writes the `width` lowest bits of all bytes one after the other, the lowest first.

    Returns how many groups of eight bytes were written, which is none where the path has no way to do
    so; eight bytes are written for each. */
size_t packed_bits_pack(kernel_path path, unsigned width, const uint8_t *bytes, size_t count,
                        uint8_t *packed);

/** The way back from `packed_bits_pack`, from `size` packed bytes; never reads beyond them.

    Returns how many groups of eight bytes were filled. */
size_t packed_bits_unpack(kernel_path path, unsigned width, const uint8_t *packed, size_t size,
                          uint8_t *bytes, size_t count);

/** How floats are cut when the highest bits of each mantissa stand beside its exponent:
    schemas/encodings/10-float-joint.md. */
typedef struct {
  unsigned width;
  /** How many bits of a mantissa are in a symbol: 1 to 4. */
  unsigned bits;
  /** The smallest exponent but 0. */
  uint8_t base;
} joint_shape;

/** Cuts floats into symbols, the packed other bits of the mantissas' highest bytes, and the planes below,
    the lowest first.

    Returns how many floats were cut, from the first on, which is none where the path has no way to do
    so. Neither reads nor writes beyond what belongs to these. */
size_t joint_split(kernel_path path, joint_shape shape, const uint8_t *elements, size_t count,
                   uint8_t *symbols, uint8_t *rest, uint8_t *const *others);

/** The way back from `joint_split`.

    `farthest` becomes the greatest distance of an exponent from `base`, if it was less. */
size_t joint_merge(kernel_path path, joint_shape shape, const uint8_t *symbols, const uint8_t *rest,
                   const uint8_t *const *others, size_t count, uint8_t *elements,
                   uint8_t *farthest);

/** The smallest exponent but 0 less one, modulo 256, and the largest one, of floats of 2, 4 or 8 bytes,
    whose exponent is the highest byte after a rotation to the left. */
void exponent_range(kernel_path path, unsigned width, const uint8_t *elements, size_t count,
                    uint8_t *smallest, uint8_t *largest);

/** Adds how often each byte occurs. */
void byte_histogram(const uint8_t *bytes, size_t count, uint32_t counts[256]);

/** Adds how often each byte occurs in one part of 2^`bits` of a stream, 1 to 31, and once each that
    occurs elsewhere only; `counts` is zero before. */
void sampled_byte_histogram(kernel_path path, const uint8_t *bytes, size_t count, unsigned bits,
                            uint32_t counts[256]);

/** How many pieces of eight bytes, of those that begin at every fourth, stood before in a buffer of at
    most 64 KiB; only the last one of each hash is remembered. */
size_t repeated_pieces(const uint8_t *bytes, size_t count);

// Mixing: bits coded with probabilities that follow from those before: schemas/encodings/mixing.md.

enum { MIXING_INPUTS = 6, MIXING_LARGEST_KERNEL = 64 };

/** The value of a mean in the upper half, its count in the lower. */
typedef uint32_t running_mean;

/** The logistic function of the 4096 logits from -2048 on, and the logits of as many probabilities. */
typedef struct {
  const uint16_t *squash;
  const int16_t *stretch;
} logistic_tables;

/** How elements lie in rows: the kernel divides the length, the first column is below it. */
typedef struct {
  size_t length, kernel, first;
} row_geometry;

/** How many means a mask takes besides those of its channels. */
enum { MIXED_MASK_MEANS = 1 + (1 << 8) + (1 << 12) + MIXING_LARGEST_KERNEL * 3 * (1 << 7) };

/** How masks are coded, and memory that needs no contents before. */
typedef struct {
  logistic_tables tables;
  row_geometry rows;
  /** MIXED_MASK_MEANS of them. */
  running_mean *means;
  /** One for each kernel of a row. */
  running_mean *channels;
  /** One for each column, and one more. */
  uint8_t *above;
} mask_model;

/** Codes `count` bits, the lowest of each byte first; returns how many bytes they are.

    There must be room for two bytes a bit and four more. */
size_t mixed_mask_encode(kernel_path path, const mask_model *model, const uint8_t *mask,
                         size_t count, uint8_t *coded);

/** Sets those of `count` bits that are ones; false unless all bytes are used and no more.

    Never reads beyond them, whatever they are. */
bool mixed_mask_decode(kernel_path path, const mask_model *model, const uint8_t *coded,
                       size_t size, uint8_t *mask, size_t count);

/** A question that leads to symbols: whether the symbol is greater than `split`. */
typedef struct {
  /** Where no and yes lead: to another question, or below zero to the complement of a symbol. */
  int32_t next[2];
  /** The probability of yes to begin with, in parts of 2^16. */
  uint16_t probability;
  uint8_t split;
} symbol_question;

/** The weights of a question's inputs. */
typedef struct {
  int64_t weights[MIXING_INPUTS];
} question_weights;

/** How symbols are coded, and memory that needs no contents before. */
typedef struct {
  logistic_tables tables;
  row_geometry rows;
  const symbol_question *questions;
  size_t question_count;
  /** By symbol. */
  const uint8_t *levels;
  /** As many as `mixed_symbols_means` says. */
  running_mean *means;
  /** One for each question. */
  question_weights *weights;
  /** One for each kernel of a row. */
  running_mean *channels;
  /** One for each column, and one more. */
  uint8_t *above;
  /** Where the bytes stand in the chunk, in ascending order; null when they stand there from 0 on. */
  const uint32_t *places;
} symbol_model;

/** How many means a model takes, by its rows and the number of questions. */
size_t mixed_symbols_means(const symbol_model *model);

/** Codes bytes that the questions lead to; returns how many bytes that makes.

    There must be room for two bytes an answer and four more. */
size_t mixed_symbols_encode(kernel_path path, const symbol_model *model, const uint8_t *raw,
                            size_t count, uint8_t *coded);

/** Decodes `count` bytes; false unless all coded bytes are used and no more.

    Never reads beyond them, whatever they are. */
bool mixed_symbols_decode(kernel_path path, const symbol_model *model, const uint8_t *coded,
                          size_t size, uint8_t *raw, size_t count);

// Products of matrices of doubles, row after row.

/** result += op(left) * op(right), or -= when it subtracts. */
typedef struct {
  /** Of the result; `inner` is what the sums run over. */
  size_t rows, columns, inner;
  const double *left, *right;
  double *result;
  /** Elements from one row of a matrix to the next. */
  size_t left_stride, right_stride, result_stride;
  bool left_is_transposed, right_is_transposed;
  bool subtracts;
  /** Leaves out most of what lies above the diagonal: for results that are symmetric. */
  bool is_lower;
} matrix_product;

/** How many doubles of scratch `matrix_multiply` takes, at an address that 64 divides. */
size_t matrix_scratch_count(const matrix_product *product);

/** Multiplies; every path gives the same bits. */
void matrix_multiply(kernel_path path, const matrix_product *product, double *scratch);

#endif
