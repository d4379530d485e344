#include "CKernels.h"

// Products of matrices in pieces that fit the caches, after Goto and van de Geijn, "Anatomy of
// High-Performance Matrix Multiplication" (2008). Every element of the result is a sum over `inner`
// in the same order with fused steps on every path, so all paths give the same bits.

enum { INNER = 256, ROWS = 96, COLUMNS = 512 };

/** Rows and columns of a tile: what the registers of a path hold. ROWS and COLUMNS are multiples. */
typedef struct {
  size_t rows, columns;
  /** sum[i * columns + j] of left[p * rows + i] * right[p * columns + j] over `inner`. */
  void (*multiply)(size_t inner, const double *left, const double *right, double *sum);
} tile;

enum { LARGEST_TILE = 8 * 16 };

static void multiply_scalar(size_t inner, const double *left, const double *right, double *sum) {
  for (size_t i = 0; i < 16; i++) sum[i] = 0;
  for (size_t p = 0; p < inner; p++, left += 4, right += 4) {
    for (size_t i = 0; i < 4; i++) {
      for (size_t j = 0; j < 4; j++) {
        sum[4 * i + j] = __builtin_fma(left[i], right[j], sum[4 * i + j]);
      }
    }
  }
}

static const tile scalar_tile = {4, 4, multiply_scalar};

#if defined(__x86_64__)

// The sums stay in registers only when the loops over them are unrolled.
#define DEFINE_TILE(name, instructions, vector, lanes, rows, vectors)                            \
  __attribute__((target(instructions))) static void multiply_##name(                             \
      size_t inner, const double *left, const double *right, double *sum) {                      \
    vector sums[rows][vectors] = {0};                                                            \
    for (size_t p = 0; p < inner; p++, left += rows, right += lanes * vectors) {                 \
      vector row[vectors];                                                                       \
      _Pragma("clang loop unroll(full)") for (size_t j = 0; j < vectors; j++) {                  \
        row[j] = *(const vector *)(right + lanes * j);                                           \
      }                                                                                          \
      _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                     \
        vector factor = (vector){0} + left[i];                                                   \
        _Pragma("clang loop unroll(full)") for (size_t j = 0; j < vectors; j++) {                \
          sums[i][j] = __builtin_elementwise_fma(factor, row[j], sums[i][j]);                    \
        }                                                                                        \
      }                                                                                          \
    }                                                                                            \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                       \
      _Pragma("clang loop unroll(full)") for (size_t j = 0; j < vectors; j++) {                  \
        *(vector *)(sum + lanes * (vectors * i + j)) = sums[i][j];                               \
      }                                                                                          \
    }                                                                                            \
  }                                                                                              \
  static const tile name##_tile = {rows, lanes * vectors, multiply_##name};

typedef double four_doubles __attribute__((vector_size(32), aligned(8)));
typedef double eight_doubles __attribute__((vector_size(64), aligned(8)));

DEFINE_TILE(avx2, "avx2,fma", four_doubles, 4, 6, 2)
DEFINE_TILE(avx512, "avx512f,fma", eight_doubles, 8, 8, 2)

static const tile *tile_of(kernel_path path) {
  if (path == KERNEL_AVX512) return &avx512_tile;
  if (path == KERNEL_AVX2) return &avx2_tile;
  return &scalar_tile;
}

#else

static const tile *tile_of(kernel_path path) {
  (void)path;
  return &scalar_tile;
}

#endif

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/** Of lines that lie across rows, this many elements are packed at once: the part of each row is read
    from one end to the other, and what is written stays in the nearest cache. */
enum { PACKED = 16 };

/** Copies `inner` elements of a group of lines; with constants for other sizes, in whole vectors. */
static inline __attribute__((always_inline)) void pack_group(
    const double *source, size_t line_step, size_t inner_step, size_t count, size_t inner,
    size_t group, double *packed) {
  for (size_t p = 0; p < inner; p++, packed += group) {
    for (size_t i = 0; i < count; i++) packed[i] = source[i * line_step + p * inner_step];
    for (size_t i = count; i < group; i++) packed[i] = 0;
  }
}

static inline __attribute__((always_inline)) void pack_groups(
    const double *matrix, size_t stride, bool is_across, size_t lines, size_t inner, size_t group,
    double *packed) {
  size_t piece = is_across ? PACKED : inner;
  for (size_t p = 0; p < inner; p += piece) {
    size_t length = smaller(piece, inner - p);
    for (size_t first = 0; first < lines; first += group) {
      size_t count = smaller(group, lines - first);
      double *target = packed + first * inner + p * group;
      if (!is_across) {
        pack_group(matrix + first * stride + p, stride, 1, count, length, group, target);
      } else if (count < group) {
        pack_group(matrix + p * stride + first, 1, stride, count, length, group, target);
      } else {
        pack_group(matrix + p * stride + first, 1, stride, group, length, group, target);
      }
    }
  }
}

/** Copies a piece of op(matrix), `lines` by `inner`, in groups of `group` lines, the lines of a group
    beside each other; lines that are missing from the last group are zero. */
static void pack(const double *matrix, size_t stride, bool is_across, size_t lines, size_t inner,
                 size_t group, double *packed) {
  switch (group) {
  case 16: return pack_groups(matrix, stride, is_across, lines, inner, 16, packed);
  case 8: return pack_groups(matrix, stride, is_across, lines, inner, 8, packed);
  default: return pack_groups(matrix, stride, is_across, lines, inner, group, packed);
  }
}

/** Adds the part of a tile that lies inside of the result. */
static void add_tile(const matrix_product *product, const double *sum, size_t width, size_t row,
                     size_t column, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    double *target = product->result + (row + i) * product->result_stride + column;
    const double *source = sum + i * width;
    if (product->subtracts) {
      for (size_t j = 0; j < columns; j++) target[j] -= source[j];
    } else {
      for (size_t j = 0; j < columns; j++) target[j] += source[j];
    }
  }
}

/** Multiplies packed pieces of both matrices into the result from `row` and `column` on. */
static void multiply_pieces(const matrix_product *product, const tile *tile, const double *left,
                            const double *right, size_t row, size_t column, size_t rows,
                            size_t columns, size_t inner) {
  double sum[LARGEST_TILE];
  for (size_t j = 0; j < columns; j += tile->columns) {
    for (size_t i = 0; i < rows; i += tile->rows) {
      size_t height = smaller(tile->rows, rows - i), width = smaller(tile->columns, columns - j);
      if (product->is_lower && column + j > row + i + height - 1) continue;
      tile->multiply(inner, left + i * inner, right + j * inner, sum);
      add_tile(product, sum, tile->columns, row + i, column + j, height, width);
    }
  }
}

size_t matrix_scratch_count(void) {
  // Groups may be rounded up by less than the largest tile.
  return INNER * (ROWS + 16) + INNER * (COLUMNS + 16);
}

void matrix_multiply(kernel_path path, const matrix_product *product, double *scratch) {
  const tile *tile = tile_of(path);
  double *packed_left = scratch, *packed_right = scratch + INNER * (ROWS + 16);
  for (size_t column = 0; column < product->columns; column += COLUMNS) {
    size_t columns = smaller(COLUMNS, product->columns - column);
    for (size_t p = 0; p < product->inner; p += INNER) {
      size_t inner = smaller(INNER, product->inner - p);
      const double *right = product->right
          + (product->right_is_transposed ? column * product->right_stride + p
                                          : p * product->right_stride + column);
      pack(right, product->right_stride, !product->right_is_transposed, columns, inner,
           tile->columns, packed_right);
      for (size_t row = 0; row < product->rows; row += ROWS) {
        size_t rows = smaller(ROWS, product->rows - row);
        if (product->is_lower && column > row + rows - 1) continue;
        const double *left = product->left
            + (product->left_is_transposed ? p * product->left_stride + row
                                           : row * product->left_stride + p);
        pack(left, product->left_stride, product->left_is_transposed, rows, inner, tile->rows,
             packed_left);
        multiply_pieces(product, tile, packed_left, packed_right, row, column, rows, columns,
                        inner);
      }
    }
  }
}
