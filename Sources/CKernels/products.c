#include "CKernels.h"

// Products of matrices in pieces that fit the caches, after Goto and van de Geijn, "Anatomy of
// High-Performance Matrix Multiplication" (2008). Every element of the result is a sum over `inner`
// in the same order with fused steps on every path, so all paths give the same bits.

// Rows of the left factor are read where they lie, as a step takes one element of each; what lies
// across is packed, and so is the right factor, of which a step takes whole vectors.

enum { INNER = 256, ROWS = 96, COLUMNS = 960 };

/** Lines of a factor: element p of line i is start[i * line_step + p * inner_step]. */
typedef struct {
  const double *start;
  size_t line_step, inner_step;
} factor_lines;

/** Rows and columns of a tile: what the registers of a path hold. ROWS and COLUMNS are multiples, and
    `columns` is one of `rows`. */
typedef struct {
  size_t rows, columns;
  /** sum[i * columns + j] of left(i, p) * right[p * columns + j] over `inner`, for j below `width`. */
  void (*multiply)(size_t inner, factor_lines left, const double *right, double *sum,
                   size_t width);
  /** Adds the first rows and columns of the sums to the result, or takes them from it. */
  void (*add)(const double *sum, size_t rows, size_t columns, bool subtracts, double *result,
              size_t stride);
} tile;

enum { LARGEST_TILE = 4 * 32 };

static void multiply_scalar(size_t inner, factor_lines left, const double *right, double *sum,
                            size_t width) {
  (void)width;
  for (size_t i = 0; i < 16; i++) sum[i] = 0;
  for (size_t p = 0; p < inner; p++, left.start += left.inner_step, right += 4) {
    for (size_t i = 0; i < 4; i++) {
      for (size_t j = 0; j < 4; j++) {
        sum[4 * i + j] =
            __builtin_fma(left.start[i * left.line_step], right[j], sum[4 * i + j]);
      }
    }
  }
}

static void add_scalar(const double *sum, size_t rows, size_t columns, bool subtracts,
                       double *result, size_t stride) {
  for (size_t i = 0; i < rows; i++, sum += 4, result += stride) {
    for (size_t j = 0; j < columns; j++) result[j] += subtracts ? -sum[j] : sum[j];
  }
}

static const tile scalar_tile = {4, 4, multiply_scalar, add_scalar};

#if defined(__x86_64__)

// The sums stay in registers only when the loops over them are unrolled. A tile of which no more than
// `few` vectors of each row are asked for, at the edge of the result, leaves out the others.
#define DEFINE_TILE(name, instructions, vector, lanes, rows, vectors, few)                       \
  __attribute__((target(instructions), always_inline)) static inline void sum_##name(            \
      size_t inner, factor_lines left, const double *right, double *sum, size_t used) {          \
    vector sums[rows][vectors] = {0};                                                            \
    for (size_t p = 0; p < inner; p++, right += lanes * vectors) {                               \
      const double *line = left.start + p * left.inner_step;                                     \
      vector row[vectors];                                                                       \
      _Pragma("clang loop unroll(full)") for (size_t j = 0; j < used; j++) {                     \
        row[j] = *(const vector *)(right + lanes * j);                                           \
      }                                                                                          \
      _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                     \
        vector factor = (vector){0} + line[i * left.line_step];                                  \
        _Pragma("clang loop unroll(full)") for (size_t j = 0; j < used; j++) {                   \
          sums[i][j] = __builtin_elementwise_fma(factor, row[j], sums[i][j]);                    \
        }                                                                                        \
      }                                                                                          \
    }                                                                                            \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                       \
      _Pragma("clang loop unroll(full)") for (size_t j = 0; j < used; j++) {                     \
        *(vector *)(sum + lanes * (vectors * i + j)) = sums[i][j];                               \
      }                                                                                          \
    }                                                                                            \
  }                                                                                              \
  __attribute__((target(instructions))) static void multiply_##name(                             \
      size_t inner, factor_lines left, const double *right, double *sum, size_t width) {         \
    if (width <= lanes * few) {                                                                  \
      sum_##name(inner, left, right, sum, few);                                                  \
    } else {                                                                                     \
      sum_##name(inner, left, right, sum, vectors);                                              \
    }                                                                                            \
  }                                                                                              \
  __attribute__((target(instructions))) static void add_##name(                                  \
      const double *sum, size_t height, size_t width, bool subtracts, double *result,            \
      size_t stride) {                                                                           \
    for (size_t i = 0; i < height; i++, sum += lanes * vectors, result += stride) {              \
      size_t j = 0;                                                                              \
      for (; j + lanes <= width; j += lanes) {                                                   \
        vector *target = (vector *)(result + j), own = *(const vector *)(sum + j);               \
        *target += subtracts ? -own : own;                                                       \
      }                                                                                          \
      for (; j < width; j++) result[j] += subtracts ? -sum[j] : sum[j];                          \
    }                                                                                            \
  }                                                                                              \
  static const tile name##_tile = {rows, lanes * vectors, multiply_##name, add_##name};

typedef double four_doubles __attribute__((vector_size(32), aligned(8)));
typedef double eight_doubles __attribute__((vector_size(64), aligned(8)));

DEFINE_TILE(avx2, "avx2,fma", four_doubles, 4, 4, 3, 1)
DEFINE_TILE(avx512, "avx512f,fma", eight_doubles, 8, 4, 4, 2)
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

/** The lines from one on, their elements from one on. */
static factor_lines lines_from(factor_lines lines, size_t line, size_t element) {
  lines.start += line * lines.line_step + element * lines.inner_step;
  return lines;
}

/** The rows of a matrix, or its columns. */
static factor_lines lines_of(const double *matrix, size_t stride, bool are_columns) {
  return (factor_lines){matrix, are_columns ? 1 : stride, are_columns ? stride : 1};
}

/** Of lines that lie across rows, this many elements are packed at once: the part of each row is read
    from one end to the other, and what is written stays in the nearest cache. */
enum { PACKED = 16 };

/** Copies `inner` elements of a group of lines; with constants for other sizes, in whole vectors. */
static inline __attribute__((always_inline)) void pack_group(
    factor_lines lines, size_t count, size_t inner, size_t group, double *packed) {
  for (size_t p = 0; p < inner; p++, packed += group) {
    const double *line = lines.start + p * lines.inner_step;
    for (size_t i = 0; i < count; i++) packed[i] = line[i * lines.line_step];
    for (size_t i = count; i < group; i++) packed[i] = 0;
  }
}

static inline __attribute__((always_inline)) void pack_groups(
    factor_lines lines, size_t count, size_t inner, size_t group, double *packed) {
  size_t piece = lines.line_step == 1 ? PACKED : inner;
  for (size_t p = 0; p < inner; p += piece) {
    size_t length = smaller(piece, inner - p);
    for (size_t first = 0; first < count; first += group) {
      factor_lines part = lines_from(lines, first, p);
      size_t own = smaller(group, count - first);
      double *target = packed + first * inner + p * group;
      if (own < group) {
        pack_group(part, own, length, group, target);
      } else if (lines.line_step == 1) {
        part.line_step = 1;
        pack_group(part, group, length, group, target);
      } else {
        pack_group(part, group, length, group, target);
      }
    }
  }
}

/** Copies `inner` elements of `count` lines in groups of `group` lines, the lines of a group beside
    each other; lines that are missing from the last group are zero. */
static void pack(factor_lines lines, size_t count, size_t inner, size_t group, double *packed) {
  switch (group) {
  case 32: return pack_groups(lines, count, inner, 32, packed);
  case 12: return pack_groups(lines, count, inner, 12, packed);
  default: return pack_groups(lines, count, inner, 4, packed);
  }
}

/** A piece of the product: rows and columns of the result from these on. */
typedef struct {
  size_t row, column, rows, columns, inner;
} piece;

/** The left lines of a piece: the first as they lie, the others packed. */
typedef struct {
  factor_lines plain;
  size_t plain_count;
  const double *packed;
  size_t group;
} left_lines;

/** Packs the left lines of a piece, but for those that can be read as they lie. */
static left_lines prepare_left(const tile *tile, const piece *piece, factor_lines left,
                               double *packed) {
  bool lie_across = left.line_step == 1;
  size_t plain_count = lie_across ? 0 : piece->rows - piece->rows % tile->rows;
  pack(lines_from(left, plain_count, 0), piece->rows - plain_count, piece->inner, tile->rows,
       packed);
  return (left_lines){left, plain_count, packed, tile->rows};
}

/** The left lines of a tile. */
static factor_lines tile_lines(const left_lines *left, size_t inner, size_t line) {
  if (line < left->plain_count) return lines_from(left->plain, line, 0);
  line -= left->plain_count;
  const double *group = left->packed + (line - line % left->group) * inner;
  return (factor_lines){group + line % left->group, 1, left->group};
}

/** Multiplies the lines of a piece into the result. */
static void multiply_piece(const matrix_product *product, const tile *tile, const piece *piece,
                           const left_lines *left, const double *right) {
  double sum[LARGEST_TILE] __attribute__((aligned(64)));
  for (size_t j = 0; j < piece->columns; j += tile->columns) {
    size_t width = smaller(tile->columns, piece->columns - j), column = piece->column + j;
    for (size_t i = 0; i < piece->rows; i += tile->rows) {
      size_t height = smaller(tile->rows, piece->rows - i), row = piece->row + i;
      if (product->is_lower && column > row + height - 1) continue;
      tile->multiply(piece->inner, tile_lines(left, piece->inner, i), right + j * piece->inner,
                     sum, width);
      tile->add(sum, height, width, product->subtracts,
                product->result + row * product->result_stride + column,
                product->result_stride);
    }
  }
}

/** How many doubles the packed left lines of a piece take, whole vectors of them. */
static size_t packed_left_count(const matrix_product *product) {
  return smaller(INNER, product->inner) * ((smaller(ROWS, product->rows) + 7) & ~(size_t)7);
}

size_t matrix_scratch_count(const matrix_product *product) {
  // The last group of columns is rounded up by less than the largest tile.
  return packed_left_count(product)
      + smaller(INNER, product->inner) * (smaller(COLUMNS, product->columns) + 32);
}

/** Multiplies some columns over a part of `inner`; `left` and `right` begin there. */
static void multiply_columns(const matrix_product *product, const tile *tile, piece piece,
                             factor_lines left, factor_lines right, double *scratch) {
  double *packed_right = scratch + packed_left_count(product);
  pack(right, piece.columns, piece.inner, tile->columns, packed_right);
  // Of a matrix times itself the lines are packed already; ROWS divides COLUMNS.
  bool is_square = product->left == product->right
      && left.line_step == right.line_step && left.inner_step == right.inner_step;
  for (piece.row = 0; piece.row < product->rows; piece.row += ROWS) {
    piece.rows = smaller(ROWS, product->rows - piece.row);
    if (product->is_lower && piece.column > piece.row + piece.rows - 1) continue;
    size_t line = piece.row - piece.column;
    left_lines lines = is_square && piece.row >= piece.column && line < piece.columns
        ? (left_lines){left, 0, packed_right + line * piece.inner, tile->columns}
        : prepare_left(tile, &piece, lines_from(left, piece.row, 0), scratch);
    multiply_piece(product, tile, &piece, &lines, packed_right);
  }
}

void matrix_multiply(kernel_path path, const matrix_product *product, double *scratch) {
  factor_lines left =
      lines_of(product->left, product->left_stride, product->left_is_transposed);
  factor_lines right =
      lines_of(product->right, product->right_stride, !product->right_is_transposed);
  piece piece = {0};
  for (; piece.column < product->columns; piece.column += COLUMNS) {
    piece.columns = smaller(COLUMNS, product->columns - piece.column);
    for (size_t p = 0; p < product->inner; p += INNER) {
      piece.inner = smaller(INNER, product->inner - p);
      multiply_columns(product, tile_of(path), piece, lines_from(left, 0, p),
                       lines_from(right, piece.column, p), scratch);
    }
  }
}
