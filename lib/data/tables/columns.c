#include "lib/data/tables/columns.h"

#include "lib/base/number.h"
#include "lib/data/names.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_ID = 65536, LONGEST_NUMBER = 64 };

const char *recs__column_label(char out[RECS__LABEL_SIZE], const char *name, size_t length) {
  recs__quote(out, RECS__LABEL_SIZE, name, length);
  out[strlen(out) - 1] = 0;
  return out + 1;
}

int32_t recs__no_column(const recs__records *records, const char *name, size_t length) {
  char found[RECS__MESSAGE_SIZE / 2] = "";
  char label[RECS__LABEL_SIZE], quoted[RECS__LABEL_SIZE];
  size_t used = 0;
  for (uint32_t row = 0; row < recs_ids_count(records->names); row++) {
    const char *other;
    size_t size;
    int more;
    RECS_TRY(recs_ids_name(&other, &size, records->names, row));
    more = snprintf(found + used, sizeof found - used, "%s%s", row == 0 ? "" : ", ",
                    recs__column_label(label, other, size));
    if (more < 0 || used + (size_t)more >= sizeof found - sizeof ", ...") {
      snprintf(found + used, sizeof found - used, ", ...");
      break;
    }
    used += (size_t)more;
  }
  return recs__fail(RECS_ERROR_FORMAT, "the %s has no column %s; found: %s", records->window.source->noun,
                    recs__quote(quoted, sizeof quoted, name, length), found);
}

int recs__list_has(const char *list, const char *name, size_t length) {
  recs__piece piece;
  while (recs__names_next(&piece, &list)) {
    if (piece.length == length && length > 0 && memcmp(piece.text, name, length) == 0)
      return 1;
  }
  return 0;
}

int32_t recs__refuse_cell(const recs__records *records, const char *column, const char *reason, const recs__cell *cell,
                          const char *complaint) {
  char label[RECS__LABEL_SIZE], quoted[RECS__LABEL_SIZE];
  return recs__intake_refuse(records->intake, reason, records->line, cell->text, cell->length, "column %s: %s %s",
                             recs__column_label(label, column, strlen(column)),
                             recs__quote(quoted, sizeof quoted, cell->text, cell->length), complaint);
}

/* Tells what is no number from what is one that no double holds. */
static int is_number(const recs__cell *cell) {
  char copy[LONGEST_NUMBER];
  char *end;
  if (cell->length >= sizeof copy)
    return 0;
  memcpy(copy, cell->text, cell->length);
  copy[cell->length] = 0;
  return isfinite(strtod(copy, &end)) == 0 && end == copy + cell->length;
}

int recs__cell_number(const recs__cell *cell, double *out, const char **complaint) {
  if (!cell->raw && recs__parse_double(cell->text, cell->length, out))
    return 1;
  *complaint = is_number(cell) ? "is not finite" : "is no number";
  return 0;
}

const char *recs__id_complaint(const recs__cell *cell) {
  if (cell->raw)
    return "is nested: no single value";
  if (cell->length > LONGEST_ID)
    return "has more than 65536 bytes";
  return cell->length > 0 && memchr(cell->text, 0, cell->length) != NULL ? "has a NUL byte inside" : NULL;
}
