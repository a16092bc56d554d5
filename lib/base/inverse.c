#include "lib/base/inverse.h"

#include <string.h>

#include "lib/base/parallel.h"

/* Blocks a task: a few milliseconds at most. */
enum { CACHE_LINE = 64, GRAIN = 4 };

static size_t block_size(const recs__inverse *inverse) {
  return inverse->block * inverse->block * inverse->kind.size;
}

/* The block in row `i` and column `j` of blocks, j <= i. */
static char *block_at(const recs__inverse *inverse, size_t i, size_t j) {
  return inverse->first + (i * (i + 1) / 2 + j) * block_size(inverse);
}

static size_t count_blocks(size_t count) {
  return count == 0 ? 1 : (count + RECS__BLOCK - 1) / RECS__BLOCK;
}

/* The smallest multiple of BLOCK_STEP of which that many blocks hold `count` rows. */
static size_t rows_of_block(size_t count, size_t blocks) {
  size_t rows = (count + blocks - 1) / blocks;
  return rows == 0 ? RECS__BLOCK_STEP : (rows + RECS__BLOCK_STEP - 1) / RECS__BLOCK_STEP * RECS__BLOCK_STEP;
}

static void set_element(const recs__inverse *inverse, char *block, size_t index, double value) {
  if (inverse->kind.size == sizeof(double))
    ((double *)(void *)block)[index] = value;
  else
    ((float *)(void *)block)[index] = (float)value;
}

static double get_element(const recs__inverse *inverse, const char *block, size_t index) {
  return inverse->kind.size == sizeof(double) ? ((const double *)(const void *)block)[index]
                                              : (double)((const float *)(const void *)block)[index];
}

/* The rows beyond the last: those of the unit matrix, on whose other rows they have no effect. */
static void fill_up(recs__inverse *inverse) {
  size_t last = inverse->blocks - 1, begin = inverse->count - last * inverse->block;
  size_t bytes = inverse->block * inverse->kind.size;
  for (size_t i = begin; i < inverse->block; i++) {
    for (size_t j = 0; j <= last; j++)
      memset(block_at(inverse, last, j) + i * bytes, 0, bytes);
    set_element(inverse, block_at(inverse, last, last), i * inverse->block + i, 1);
  }
}

/* Blocks of room for run(): both panels of each row of blocks, the pivot, and two for each thread. One block needs no panels. */
static size_t count_rooms(size_t blocks, uint32_t threads) {
  return (blocks == 1 ? 0 : 2 * blocks) + 1 + 2 * (size_t)threads;
}

static double elements(size_t blocks, size_t rows, uint32_t threads) {
  return ((double)blocks * (double)(blocks + 1) / 2 + (double)count_rooms(blocks, threads)) * (double)rows * (double)rows;
}

double recs__inverse_bytes(const recs_context *context, size_t count, int single) {
  size_t blocks = count_blocks(count);
  uint32_t threads = recs__parallel_threads(context, blocks, 1);
  double most = elements(blocks, rows_of_block(count, blocks), threads);
  /* A smaller matrix may have fewer, but larger blocks. */
  if (blocks > 1 && elements(blocks - 1, RECS__BLOCK, threads) > most)
    most = elements(blocks - 1, RECS__BLOCK, threads);
  return most * (double)(single ? sizeof(float) : sizeof(double)) + CACHE_LINE;
}

void recs__inverse_begin(recs__inverse *inverse, size_t count) {
  inverse->count = count;
  inverse->blocks = count_blocks(count);
  inverse->block = rows_of_block(count, inverse->blocks);
  inverse->rooms = block_at(inverse, inverse->blocks, 0);
  fill_up(inverse);
}

int32_t recs__inverse_init(recs__inverse *inverse, const recs_context *context, size_t count, int single) {
  double bytes = recs__inverse_bytes(context, count, single);
  inverse->context = context;
  inverse->kind = recs__block_kind_of(recs_context_cpu(context), single);
  inverse->alone = 0;
  inverse->memory = bytes < (double)(PTRDIFF_MAX / 2) ? recs__alloc(context, (size_t)bytes, 1) : NULL;
  if (inverse->memory == NULL)
    return recs__fail_nomem();
  inverse->first = (char *)(((uintptr_t)inverse->memory + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
  recs__inverse_begin(inverse, count);
  return RECS_OK;
}

void recs__inverse_free(recs__inverse *inverse) {
  recs__free(inverse->context, inverse->memory);
  inverse->memory = NULL;
}

void recs__inverse_put_row(recs__inverse *inverse, size_t row, const double *values) {
  size_t size = inverse->block, i = row / size;
  for (size_t j = 0; j <= i; j++) {
    char *block = block_at(inverse, i, j);
    for (size_t c = 0; c < size; c++) {
      size_t column = j * size + c;
      set_element(inverse, block, row % size * size + c, column <= row ? values[column] : 0);
    }
  }
}

double recs__inverse_diagonal(const recs__inverse *inverse, size_t row) {
  size_t size = inverse->block, place = row % size;
  return get_element(inverse, block_at(inverse, row / size, row / size), place * size + place);
}

/* Rows that lie in the blocks of row `i` of blocks are read where they are; beyond the diagonal they are columns of other blocks. */
void recs__inverse_rows(double *out, size_t stride, const recs__inverse *inverse, size_t first, size_t rows) {
  size_t size = inverse->block, i = first / size, begin = first % size;
  for (size_t j = 0; j < inverse->blocks; j++) {
    const char *block = j < i ? block_at(inverse, i, j) : block_at(inverse, j, i);
    size_t columns = inverse->count - j * size < size ? inverse->count - j * size : size;
    for (size_t c = 0; c < columns; c++) {
      for (size_t r = 0; r < rows; r++) {
        int below = j < i || (j == i && c <= begin + r);
        out[r * stride + j * size + c] = get_element(inverse, block, below ? (begin + r) * size + c : c * size + begin + r);
      }
    }
  }
}

/* One thread's room for two blocks. */
typedef struct desk {
  char *product;
  char *packed;
} desk;

typedef struct sweeping {
  const recs__inverse *inverse;
  size_t pivot; /* which row of blocks is swept */
  char *left;  /* V = W D^-1 of each row of blocks: W is what stands in the pivot's column, D the pivot */
  char *right; /* W */
  char *turn;  /* minus the inverse of the pivot, packed */
  char *desks;
} sweeping;

static desk desk_of(const sweeping *sweep, uint32_t thread) {
  size_t bytes = block_size(sweep->inverse);
  desk own = {sweep->desks + 2 * thread * bytes, sweep->desks + (2 * thread + 1) * bytes};
  return own;
}

static void pack_left(const recs__block_kind *kind, char *panel, const char *block, size_t stride, size_t rows, size_t depth,
                      int turned) {
  kind->pack(panel, block, stride, rows, depth, kind->left == 0 ? rows : kind->left, turned);
}

static void pack_right(const recs__block_kind *kind, char *panel, const char *block, size_t stride, size_t rows, size_t depth,
                       int turned) {
  kind->pack(panel, block, stride, rows, depth, kind->right == 0 ? rows : kind->right, turned);
}

/* product = W D^-1, where `packed` is W and `turn` is -D^-1. */
static void multiply(const recs__block_kind *kind, char *product, const char *packed, const char *turn, size_t rows, size_t depth) {
  memset(product, 0, rows * depth * kind->size);
  kind->update(product, depth, packed, turn, rows, depth, depth);
}

/* The sweep of BLOCK_STEP rows of the pivot over all of it, as sweep_blocks() does it with blocks. */
static int sweep_step(const sweeping *sweep, char *block, size_t begin) {
  const recs__block_kind *kind = &sweep->inverse->kind;
  desk own = desk_of(sweep, 0);
  size_t rows = sweep->inverse->block, step = RECS__BLOCK_STEP;
  size_t line = step * kind->size, stride = rows * kind->size;
  char *column = block + begin * kind->size, *row = block + begin * stride, *corner = row + begin * kind->size;
  char *right = own.packed + rows * line; /* two panels of BLOCK_STEP columns fit into the room of one block */
  if (!kind->sweep(corner, rows, step))
    return 0;
  if (rows == step)
    return 1;
  pack_right(kind, sweep->turn, corner, rows, step, step, 0);
  pack_left(kind, own.packed, column, rows, rows, step, 0);
  pack_right(kind, right, column, rows, rows, step, 0);
  multiply(kind, own.product, own.packed, sweep->turn, rows, step);
  pack_left(kind, own.packed, own.product, step, rows, step, 0);
  for (size_t i = 0; i < step; i++)
    memcpy(own.product + (begin + i) * line, corner + i * stride, line);
  kind->update(block, rows, own.packed, right, rows, rows, step);
  for (size_t i = 0; i < rows; i++)
    memcpy(column + i * stride, own.product + i * line, line);
  kind->pack(row, own.product, step, rows, step, rows, 0);
  return 1;
}

static int32_t sweep_pivot(const sweeping *sweep) {
  const recs__inverse *inverse = sweep->inverse;
  char *block = block_at(inverse, sweep->pivot, sweep->pivot);
  inverse->kind.mirror(block, inverse->block);
  for (size_t begin = 0; begin < inverse->block; begin += RECS__BLOCK_STEP) {
    if (!sweep_step(sweep, block, begin))
      return recs__fail(RECS_ERROR_NUMERIC, "the matrix to be inverted is not positive definite in %s precision",
                        inverse->kind.size == sizeof(double) ? "double" : "single");
  }
  return RECS_OK;
}

/* The pivot's column of some rows of blocks: W becomes V, and both are packed. */
static int32_t sweep_column(void *payload, uint32_t thread, size_t begin, size_t end) {
  const sweeping *sweep = payload;
  const recs__inverse *inverse = sweep->inverse;
  const recs__block_kind *kind = &inverse->kind;
  size_t rows = inverse->block, bytes = block_size(inverse);
  desk own = desk_of(sweep, thread);
  for (size_t i = begin; i < end; i++) {
    int above = i < sweep->pivot;
    char *block = above ? block_at(inverse, sweep->pivot, i) : block_at(inverse, i, sweep->pivot);
    if (i == sweep->pivot)
      continue;
    pack_right(kind, sweep->right + i * bytes, block, rows, rows, rows, above);
    pack_left(kind, own.packed, block, rows, rows, rows, above);
    multiply(kind, own.product, own.packed, sweep->turn, rows, rows);
    pack_left(kind, sweep->left + i * bytes, own.product, rows, rows, rows, 0);
    kind->pack(block, own.product, rows, rows, rows, above ? rows : 1, 0);
  }
  return RECS_OK;
}

/* All blocks but the pivot's row and column: A -= V W'. */
static int32_t sweep_blocks(void *payload, uint32_t thread, size_t begin, size_t end) {
  const sweeping *sweep = payload;
  const recs__inverse *inverse = sweep->inverse;
  size_t rows = inverse->block, bytes = block_size(inverse), i = 0;
  (void)thread;
  for (size_t b = begin; b < end; b++) {
    while ((i + 1) * (i + 2) / 2 <= b)
      i += 1;
    size_t j = b - i * (i + 1) / 2;
    if (i != sweep->pivot && j != sweep->pivot)
      inverse->kind.update(inverse->first + b * bytes, rows, sweep->left + i * bytes, sweep->right + j * bytes, rows, rows, rows);
  }
  return RECS_OK;
}

static int32_t run(sweeping *sweep, size_t count, size_t grain, recs__task_fn task, const recs__progress *progress) {
  if (sweep->inverse->alone)
    return task(sweep, 0, 0, count);
  return recs__parallel(sweep->inverse->context, count, grain, task, sweep, progress);
}

static int32_t sweep_all(sweeping *sweep, const recs__progress *progress) {
  const recs__inverse *inverse = sweep->inverse;
  const recs__block_kind *kind = &inverse->kind;
  size_t rows = inverse->block, blocks = inverse->blocks;
  for (sweep->pivot = 0; sweep->pivot < blocks; sweep->pivot++) {
    recs__progress part = recs__progress_part(progress, (double)sweep->pivot / (double)blocks,
                                              (double)(sweep->pivot + 1) / (double)blocks);
    RECS_TRY(sweep_pivot(sweep));
    if (blocks == 1)
      break;
    pack_right(kind, sweep->turn, block_at(inverse, sweep->pivot, sweep->pivot), rows, rows, rows, 0);
    RECS_TRY(run(sweep, blocks, 1, sweep_column, NULL));
    RECS_TRY(run(sweep, blocks * (blocks + 1) / 2, GRAIN, sweep_blocks, &part));
  }
  return RECS_OK;
}

int32_t recs__inverse_run(recs__inverse *inverse, const recs__progress *progress) {
  size_t bytes = block_size(inverse), panels = inverse->blocks == 1 ? 0 : inverse->blocks;
  sweeping sweep = {.inverse = inverse, .left = inverse->rooms};
  sweep.right = sweep.left + panels * bytes;
  sweep.turn = sweep.right + panels * bytes;
  sweep.desks = sweep.turn + bytes;
  return sweep_all(&sweep, progress);
}
