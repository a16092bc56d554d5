#include "lib/analyze/sequences/long_edit.h"

static inline int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* An edit without a swap: from the cells above left, left and above. */
static inline int64_t plain_edit(int64_t diagonal, int64_t left, int64_t above, int equal) {
  return least(diagonal + !equal, least(left, above) + 1);
}

int32_t recs__long_osa(uint64_t *out, const recs__profile *b, const uint32_t *a, size_t a_count) {
  size_t width = (size_t)b->count + 1;
  int64_t *cells = recs__alloc(b->context, 3 * width, sizeof *cells), *rows[3];
  if (cells == NULL)
    return recs__fail_nomem();
  for (size_t r = 0; r < 3; r++)
    rows[r] = cells + r * width; /* this row, the one before, and the one before that */
  for (size_t j = 0; j < width; j++)
    rows[0][j] = (int64_t)j;
  for (size_t i = 1; i <= a_count; i++) {
    int64_t *now = rows[2];
    rows[2] = rows[1];
    rows[1] = rows[0];
    rows[0] = now;
    now[0] = (int64_t)i;
    for (size_t j = 1; j < width; j++) {
      now[j] = plain_edit(rows[1][j - 1], now[j - 1], rows[1][j], a[i - 1] == b->sequence[j - 1]);
      if (i > 1 && j > 1 && a[i - 1] == b->sequence[j - 2] && a[i - 2] == b->sequence[j - 1])
        now[j] = least(now[j], rows[2][j - 2] + 1);
    }
  }
  *out = (uint64_t)rows[0][b->count];
  recs__free(b->context, cells);
  return RECS_OK;
}

/* The table's rows before and now, with a cell at -1 that is out of reach, and what swaps go on from. */
typedef struct damerau {
  const recs__profile *b;
  int64_t *before, *now;
  int64_t *swap_from; /* by column: the cell from which a swap with this column's last like symbol goes on */
  int64_t *last_rows; /* by b's number of a symbol: the last row with it, 0: none yet */
  int64_t far;
} damerau;

/* Row i, of a symbol of a. A swap that spans other edits is worth it only where it spans rows or columns alone, which is why one cell a
 * column and one a row are enough to remember. */
static void fill_row(damerau *self, int64_t i, uint32_t symbol) {
  int64_t last_column = 0, above = self->now[0], row_from = self->far;
  self->now[0] = i;
  for (int64_t j = 1; j <= (int64_t)self->b->count; j++) {
    int equal = symbol == self->b->sequence[j - 1];
    int64_t cell = plain_edit(self->before[j - 1], self->now[j - 1], self->before[j], equal);
    int64_t row = self->last_rows[self->b->numbers[j - 1]];
    if (equal) {
      last_column = j;
      self->swap_from[j] = self->before[j - 2];
      row_from = above;
    } else if (row > 0 && j - last_column == 1 && last_column > 0) {
      cell = least(cell, self->swap_from[j] + (i - row));
    } else if (last_column > 0 && row > 0 && i - row == 1) {
      cell = least(cell, row_from + (j - last_column));
    }
    above = self->now[j];
    self->now[j] = cell;
  }
}

int32_t recs__long_damerau(uint64_t *out, const recs__profile *b, const uint32_t *a, size_t a_count) {
  size_t width = (size_t)b->count + 2;
  damerau self = {.b = b, .far = (int64_t)(a_count + b->count + 2)};
  int64_t *cells = recs__alloc(b->context, 3 * width + b->symbols.count + 1, sizeof *cells);
  if (cells == NULL)
    return recs__fail_nomem();
  self.before = cells + 1;
  self.now = self.before + width;
  self.swap_from = self.now + width;
  self.last_rows = self.swap_from + width - 1;
  for (int64_t j = -1; j + 1 < (int64_t)width; j++) {
    self.before[j] = self.swap_from[j] = self.far;
    self.now[j] = j < 0 ? self.far : j;
  }
  for (uint32_t s = 0; s <= b->symbols.count; s++)
    self.last_rows[s] = 0;
  for (size_t i = 1; i <= a_count; i++) {
    int64_t *turned = self.before;
    self.before = self.now;
    self.now = turned;
    fill_row(&self, (int64_t)i, a[i - 1]);
    self.last_rows[recs__symbols_number(&b->symbols, a[i - 1])] = (int64_t)i;
  }
  *out = (uint64_t)self.now[b->count];
  recs__free(b->context, cells);
  return RECS_OK;
}
