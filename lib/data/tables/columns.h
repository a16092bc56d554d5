/* Which column of a table is what: names in messages, names in lists. */
#ifndef RECS_LIB_DATA_TABLES_COLUMNS_H
#define RECS_LIB_DATA_TABLES_COLUMNS_H

#include "lib/data/tables/records.h"

enum { RECS__LABEL_SIZE = 64 };

/* A column's name for a message: escaped and shortened, without quotes. */
const char *recs__column_label(char out[RECS__LABEL_SIZE], const char *name, size_t length);

/* RECS_ERROR_FORMAT: the table has no such column; names those that it has. */
int32_t recs__no_column(const recs__records *records, const char *name, size_t length);

/* Whether a list of names (NULL: an empty one) has this one. */
int recs__list_has(const char *list, const char *name, size_t length);

/* Refuses a cell of a record (see recs__intake_refuse()): "column quantity: "abc" is no number". */
int32_t recs__refuse_cell(const recs__records *records, const char *column, const char *reason, const recs__cell *cell,
                          const char *complaint);

/* A cell that is a finite number. Returns 1, or 0 with a complaint. */
int recs__cell_number(const recs__cell *cell, double *out, const char **complaint);

/* Why a cell is no id (or tag); NULL when it is one. */
const char *recs__id_complaint(const recs__cell *cell);

#endif
