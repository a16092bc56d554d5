/* What all scorers share: how they are made, asked, explained, written and read. */
#include "lib/recommend/by_vectors.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void *recs__scorer_new(recs_context *context, const recs__scorer_kind *kind, size_t size, uint32_t items,
                       void (*destroy)(void *scorer)) {
  recs_scorer *scorer = recs__object_new(context, size, destroy);
  if (scorer == NULL) {
    recs__fail_nomem();
    return NULL;
  }
  scorer->kind = kind;
  scorer->items = items;
  return scorer;
}

int32_t recs__scorer_finish(recs_scorer **out, void *scorer, int32_t status) {
  if (status == RECS_OK)
    *out = scorer;
  else
    recs__release(scorer);
  return status;
}

void recs_scorer_free(recs_scorer *scorer) {
  recs__release(scorer);
}

const char *recs_scorer_name(const recs_scorer *scorer) {
  return scorer == NULL ? "" : scorer->kind->name;
}

uint32_t recs_scorer_items(const recs_scorer *scorer) {
  return scorer == NULL ? 0 : scorer->items;
}

int32_t recs__history_load(recs_history *out, const recs_history *history, uint32_t items) {
  RECS_NOT_NULL(history);
  if (history->struct_size < sizeof *history)
    return recs__fail(RECS_ERROR_INVALID, "struct_size of the history is %zu, not %zu", history->struct_size,
                      sizeof *history);
  *out = *history;
  if (history->reserved != 0)
    return recs__fail(RECS_ERROR_INVALID, "the history's reserved field must be 0");
  if (history->count > 0 && history->items == NULL)
    return recs__fail_null("history->items");
  for (size_t i = 0; i < history->count; i++) {
    if (history->items[i] >= items)
      return recs__fail(RECS_ERROR_INVALID, "item %zu of the history is row %" PRIu32 ", the catalogue has %" PRIu32,
                        i + 1, history->items[i], items);
    if (history->weights != NULL && !isfinite(history->weights[i]))
      return recs__fail(RECS_ERROR_NUMERIC, "weight %zu of the history is %g", i + 1, (double)history->weights[i]);
  }
  return RECS_OK;
}

int32_t recs__scorer_score_on(recs__board *board, const recs_scorer *scorer, const recs_history *history) {
  recs__board_see(board, history->items, history->count);
  return scorer->kind->score(scorer, history, board);
}

int32_t recs__scorer_similar_on(recs__board *board, const recs_scorer *scorer, uint32_t item) {
  if (scorer->kind->similar == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "%s knows no similar items", scorer->kind->name);
  recs__board_mark(board, item, RECS__SEEN);
  return scorer->kind->similar(scorer, item, board);
}

int32_t recs__scorer_reasons(recs__reasons *reasons, const recs_scorer *scorer, const recs_history *history,
                             uint32_t item) {
  return scorer->kind->reasons(scorer, history, item, reasons);
}

int32_t recs_scorer_score(double *out, const recs_scorer *scorer, const recs_history *history) {
  recs__board board;
  recs_history asked;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  RECS_NOT_NULL(scorer);
  RECS_TRY(recs__history_load(&asked, history, scorer->items));
  RECS_TRY(recs__board_init(&board, scorer->object.context, scorer->items));
  RECS_GO(recs__scorer_score_on(&board, scorer, &asked));
  for (uint32_t item = 0; item < scorer->items; item++)
    out[item] = recs__board_scored(&board, item) ? board.scores[item] : (double)NAN;
cleanup:
  recs__board_free(&board);
  return status;
}

static int32_t check_candidates(const recs_candidates *candidates, uint32_t items) {
  if (candidates != NULL && candidates->rows != items)
    return recs__fail(RECS_ERROR_INVALID, "the candidates are of %" PRIu32 " rows, the catalogue has %" PRIu32,
                      candidates->rows, items);
  return RECS_OK;
}

/* What both kinds of list check first. */
static int32_t begin_list(const uint32_t *out_items, const double *out_scores, size_t *out_count,
                          const recs_scorer *scorer, const recs_candidates *candidates, size_t n) {
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  RECS_NOT_NULL(out_items);
  RECS_NOT_NULL(out_scores);
  RECS_NOT_NULL(scorer);
  if (n == 0)
    return recs__fail(RECS_ERROR_INVALID, "n is 0: a list has at least one item");
  return check_candidates(candidates, scorer->items);
}

int32_t recs_scorer_top(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer,
                        const recs_history *history, const recs_candidates *candidates, size_t n) {
  recs__board board;
  recs_history asked;
  int32_t status;
  recs__enter();
  RECS_TRY(begin_list(out_items, out_scores, out_count, scorer, candidates, n));
  RECS_TRY(recs__history_load(&asked, history, scorer->items));
  if (recs__scorer_vectors(scorer) != NULL)
    return recs__lists_by_vectors(out_items, out_scores, out_count, scorer, &asked, 1, candidates, 1, n);
  RECS_TRY(recs__board_init(&board, scorer->object.context, scorer->items));
  RECS_GO(recs__scorer_score_on(&board, scorer, &asked));
  RECS_GO(recs__board_top(out_items, out_scores, out_count, &board, candidates, 0, n));
cleanup:
  recs__board_free(&board);
  return status;
}

int32_t recs_scorer_similar(uint32_t *out_items, double *out_scores, size_t *out_count, const recs_scorer *scorer,
                            uint32_t item, const recs_candidates *candidates, size_t n) {
  recs__board board;
  int32_t status;
  recs__enter();
  RECS_TRY(begin_list(out_items, out_scores, out_count, scorer, candidates, n));
  if (item >= scorer->items)
    return recs__fail(RECS_ERROR_INVALID, "item %" PRIu32 " of a catalogue of %" PRIu32, item, scorer->items);
  RECS_TRY(recs__board_init(&board, scorer->object.context, scorer->items));
  RECS_GO(recs__scorer_similar_on(&board, scorer, item));
  RECS_GO(recs__board_top(out_items, out_scores, out_count, &board, candidates, RECS__SEEN, n));
cleanup:
  recs__board_free(&board);
  return status;
}

static void copy_reasons(int32_t *out_kinds, uint32_t *out_rows, const char **out_labels, double *out_amounts,
                         const recs__reasons *reasons, size_t capacity) {
  for (size_t i = 0; i < reasons->count && i < capacity; i++) {
    out_kinds[i] = reasons->list[i].kind;
    out_rows[i] = reasons->list[i].row;
    out_amounts[i] = reasons->list[i].amount;
    if (out_labels != NULL)
      out_labels[i] = reasons->list[i].label;
  }
}

int32_t recs_scorer_contributions(int32_t *out_kinds, uint32_t *out_rows, const char **out_labels, double *out_amounts,
                                  size_t *out_count, const recs_scorer *scorer, const recs_history *history,
                                  uint32_t item, size_t capacity) {
  recs__reasons reasons = {0};
  recs_history asked;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_count);
  *out_count = 0;
  if (capacity > 0 && (out_kinds == NULL || out_rows == NULL || out_amounts == NULL))
    return recs__fail(RECS_ERROR_INVALID, "an output array is NULL, with a capacity of %zu", capacity);
  RECS_NOT_NULL(scorer);
  RECS_TRY(recs__history_load(&asked, history, scorer->items));
  if (item >= scorer->items)
    return recs__fail(RECS_ERROR_INVALID, "item %" PRIu32 " of a catalogue of %" PRIu32, item, scorer->items);
  reasons.context = scorer->object.context;
  RECS_GO(recs__scorer_reasons(&reasons, scorer, &asked, item));
  recs__reasons_settle(&reasons);
  copy_reasons(out_kinds, out_rows, out_labels, out_amounts, &reasons, capacity);
  *out_count = reasons.count;
cleanup:
  recs__reasons_free(&reasons);
  return status;
}

int32_t recs__scorer_write(const recs_scorer *scorer, recs__writer *writer) {
  RECS_TRY(recs__write_string(writer, "kind", scorer->kind->name));
  RECS_TRY(recs__write_u64(writer, "catalogue", scorer->items));
  return scorer->kind->write(scorer, writer);
}

int32_t recs__scorer_read(recs_scorer **out, recs__reader *reader) {
  const recs__scorer_kind *kind;
  const char *name;
  uint64_t items;
  *out = NULL;
  RECS_TRY(recs__read_string(reader, "kind", &name));
  if (recs__scorer_kind_find(&kind, name, strlen(name)) != RECS_OK)
    return recs__fail(RECS_ERROR_VERSION, "the file has a scorer of a kind that this version does not know");
  RECS_TRY(recs__read_u64(reader, "catalogue", 0, RECS_NO_ROW - 1, &items));
  RECS_TRY(kind->read(out, reader, (uint32_t)items));
  (*out)->kind = kind;
  return RECS_OK;
}
