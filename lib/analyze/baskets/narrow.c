#include "lib/analyze/baskets/narrow.h"

#include <inttypes.h>
#include <string.h>

/* What is to become of a column. */
enum { CONTAINED = 1, EXCLUDED = 2, RELATED = 4 };
#define NEVER (UINT32_MAX / 2)

typedef struct narrowing {
  const recs_context *context;
  const recs_matrix *matrix;
  const recs__taxonomy *taxonomy;
  float least; /* value */
  uint32_t columns;
  uint32_t needed; /* columns that are CONTAINED; NEVER when they cannot go together */
  unsigned char *fate;
  uint32_t *seen; /* by column: the row + 1 that had it last */
  uint32_t *kept; /* the columns of one row */
  uint32_t contained; /* of one row */
} narrowing;

int recs__narrows(const recs_apriori_options *options) {
  return options->contains_count > 0 || options->excludes_count > 0 || options->taxonomy_count > 0 ||
         options->min_value != 0;
}

void recs__narrowed_free(recs__narrowed *narrowed, const recs_context *context) {
  recs__release(narrowed->matrix);
  recs__free(context, narrowed->excluded);
}

/* Adds a column to the row, if it is the first time; returns whether it is kept. */
static uint32_t take_column(narrowing *self, uint32_t row, uint32_t column, uint32_t kept) {
  if (self->seen[column] == row + 1)
    return kept;
  self->seen[column] = row + 1;
  self->contained += (self->fate[column] & CONTAINED) != 0;
  if (self->fate[column] == 0)
    self->kept[kept++] = column;
  return kept;
}

/* Lists the columns of a row that stay; *any: it has a column at all. */
static uint32_t narrow_row(narrowing *self, uint32_t row, int *any) {
  const recs_matrix *matrix = self->matrix;
  const recs__taxonomy *above = self->taxonomy;
  uint32_t kept = 0;
  *any = 0;
  self->contained = 0;
  for (int64_t e = matrix->offsets[row]; e < matrix->offsets[row + 1]; e++) {
    uint32_t column = matrix->indices[e];
    if (matrix->values[e] == 0 || (self->least != 0 && matrix->values[e] < self->least))
      continue;
    *any = 1;
    kept = take_column(self, row, column, kept);
    for (size_t i = column < above->rows ? above->offsets[column] : 0; column < above->rows && i < above->offsets[column + 1]; i++)
      kept = take_column(self, row, above->above[i], kept);
  }
  return self->contained == self->needed ? kept : 0;
}

static void write_rows(narrowing *self, recs__narrowed *out) {
  recs_matrix *matrix = out->matrix;
  int64_t used = 0;
  memset(self->seen, 0, self->columns * sizeof *self->seen);
  for (uint32_t row = 0; row < self->matrix->rows; row++) {
    int any;
    uint32_t kept = narrow_row(self, row, &any);
    for (uint32_t i = 0; i < kept; i++, used++) {
      matrix->indices[used] = self->kept[i];
      matrix->values[used] = 1;
    }
    matrix->offsets[row + 1] = used;
  }
}

static int32_t copy_rows(narrowing *self, recs__narrowed *out) {
  uint64_t entries = 0;
  for (uint32_t row = 0; row < self->matrix->rows; row++) {
    int any;
    entries += narrow_row(self, row, &any);
    out->total += (uint64_t)any;
    out->whole += any && self->contained == self->needed;
  }
  RECS_TRY(recs__matrix_new(&out->matrix, recs__context_of(self->matrix), self->matrix->rows, self->columns, entries));
  write_rows(self, out);
  return RECS_OK;
}

static int32_t doom(narrowing *self, const uint32_t *items, size_t count, const char *name, unsigned char fate) {
  for (size_t i = 0; i < count; i++) {
    if (items[i] >= self->columns)
      return recs__fail(RECS_ERROR_INVALID, "%s[%zu] is %" PRIu32 ", not below %" PRIu32 " items", name, i, items[i],
                        self->columns);
    if (self->fate[items[i]] != 0 && self->fate[items[i]] != fate)
      return recs__fail(RECS_ERROR_INVALID, "item %" PRIu32 " is to be contained and excluded", items[i]);
    self->fate[items[i]] = fate;
  }
  return RECS_OK;
}

/* What stands above or below something that must be contained never goes with it. */
static void doom_relatives(narrowing *self) {
  for (uint32_t column = 0; column < self->columns; column++) {
    if ((self->fate[column] & CONTAINED) == 0)
      continue;
    for (uint32_t other = 0; other < self->columns; other++) {
      if (recs__taxonomy_related(self->taxonomy, column, other))
        self->fate[other] |= RELATED;
    }
  }
}

static int32_t judge_columns(narrowing *self, recs__narrowed *out, const recs_apriori_options *options) {
  RECS_TRY(doom(self, options->contains, options->contains_count, "contains", CONTAINED));
  RECS_TRY(doom(self, options->excludes, options->excludes_count, "excludes", EXCLUDED));
  doom_relatives(self);
  for (uint32_t column = 0; column < self->columns; column++) {
    self->needed += (self->fate[column] & CONTAINED) != 0;
    if (self->fate[column] == (CONTAINED | RELATED))
      self->needed = NEVER;
    if (self->fate[column] != EXCLUDED || options->kind == RECS_ITEMSETS_ALL)
      continue;
    self->fate[column] = 0;
    out->excluded[column] = 1;
  }
  return RECS_OK;
}

int32_t recs__narrow(recs__narrowed *out, const recs_matrix *matrix, const recs_apriori_options *options,
                     const recs__taxonomy *taxonomy) {
  narrowing self = {.context = matrix->object.context, .matrix = matrix, .taxonomy = taxonomy, .columns = matrix->columns};
  int32_t status;
  memset(out, 0, sizeof *out);
  self.least = (float)options->min_value;
  if (taxonomy->rows > self.columns)
    self.columns = taxonomy->rows;
  self.fate = recs__alloc_zero(self.context, self.columns, 1);
  self.seen = recs__alloc_zero(self.context, self.columns, sizeof *self.seen);
  self.kept = recs__alloc(self.context, self.columns, sizeof *self.kept);
  out->excluded = recs__alloc_zero(self.context, self.columns, 1);
  status = self.fate == NULL || self.seen == NULL || self.kept == NULL || out->excluded == NULL
               ? recs__fail_nomem()
               : judge_columns(&self, out, options);
  if (status == RECS_OK)
    status = copy_rows(&self, out);
  recs__free(self.context, self.fate);
  recs__free(self.context, self.seen);
  recs__free(self.context, self.kept);
  return status;
}
