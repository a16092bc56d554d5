#include "lib/recommend/by_vectors.h"

#include <math.h>
#include <string.h>

#include "lib/similarity/keys.h"
#include "lib/similarity/topk.h"

const recs__vectors *recs__scorer_vectors(const recs_scorer *scorer) {
  return scorer->kind->vectors == NULL ? NULL : scorer->kind->vectors(scorer);
}

void recs__board_add_products(recs__board *board, const recs__vectors *vectors, const float *query) {
  for (uint32_t row = 0; row < vectors->rows; row++) {
    if (recs__vectors_known(vectors, row))
      recs__board_add(board, row, recs__vectors_dot(vectors, query, row));
  }
}

int32_t recs__score_by_vectors(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const recs__vectors *vectors = scorer->kind->vectors(scorer);
  float *query = recs__alloc(scorer->object.context, vectors->dimension, sizeof *query);
  uint8_t known = 0;
  int32_t status;
  if (query == NULL)
    return recs__fail_nomem();
  status = scorer->kind->queries(query, &known, scorer, history, 1);
  if (status == RECS_OK && known)
    recs__board_add_products(board, vectors, query);
  recs__free(scorer->object.context, query);
  return status;
}

/* What some lists at once are made with. */
typedef struct desk {
  const recs_context *context;
  const recs__vectors *vectors;
  size_t count;
  recs__top *tops;
  recs__quest *quests;
  uint64_t *notes;
  float *queries;
  void *packed;
  uint8_t *known;
  uint64_t *order; /* room for sorting the longest history */
  uint32_t *seen; /* the histories' items by their ids, one history after the other, ascending in each */
  uint64_t *bits; /* the ids of the candidates that have a vector */
} desk;

static int32_t desk_init(desk *self, const recs_scorer *scorer, const recs_history *histories, size_t count,
                         size_t room) {
  const recs_context *context = scorer->object.context;
  size_t seen = 0, longest = 0;
  self->context = context;
  self->vectors = scorer->kind->vectors(scorer);
  for (size_t i = 0; i < count; i++) {
    seen += histories[i].count;
    longest = histories[i].count > longest ? histories[i].count : longest;
  }
  self->tops = recs__alloc_zero(context, count, sizeof *self->tops);
  self->quests = recs__alloc_zero(context, count, sizeof *self->quests);
  self->notes = recs__alloc(context, count * recs__quest_notes(room), sizeof *self->notes);
  self->queries = recs__alloc(context, count * self->vectors->dimension, sizeof *self->queries);
  self->packed = recs__vectors_room(self->vectors, count);
  self->known = recs__alloc_zero(context, count, sizeof *self->known);
  self->order = recs__alloc(context, longest, sizeof *self->order);
  self->seen = recs__alloc(context, seen, sizeof *self->seen);
  self->bits = recs__alloc(context, recs__vectors_words(self->vectors), sizeof *self->bits);
  if (self->tops == NULL || self->quests == NULL || self->notes == NULL || self->queries == NULL ||
      self->packed == NULL || self->known == NULL || self->order == NULL || self->seen == NULL || self->bits == NULL)
    return recs__fail_nomem();
  for (; self->count < count; self->count++)
    RECS_TRY(recs__top_init(&self->tops[self->count], context, room, room));
  return RECS_OK;
}

static void desk_free(desk *self) {
  for (size_t i = 0; i < self->count; i++)
    recs__top_free(&self->tops[i]);
  recs__free(self->context, self->tops);
  recs__free(self->context, self->quests);
  recs__free(self->context, self->notes);
  recs__free(self->context, self->queries);
  recs__free(self->context, self->packed);
  recs__free(self->context, self->known);
  recs__free(self->context, self->order);
  recs__free(self->context, self->seen);
  recs__free(self->context, self->bits);
}

/* Asks for the list of one history; `seen` has room for its items. */
static void ask(desk *self, size_t place, const recs_history *history, uint32_t *seen, int include_seen, size_t room) {
  const recs__vectors *vectors = self->vectors;
  const float *query = self->queries + place * vectors->dimension;
  recs__quest *quest = &self->quests[place];
  *quest = (recs__quest){.query = query,
                         .level = self->known[place] ? -INFINITY : INFINITY,
                         .notes = self->notes + place * recs__quest_notes(room),
                         .without = seen,
                         .without_count = include_seen || !self->known[place] ? 0 : history->count,
                         .k = room};
  if (!self->known[place]) {
    memset(self->queries + place * vectors->dimension, 0, vectors->dimension * sizeof *query);
    return;
  }
  quest->norm = sqrt(vectors->tile->dot(query, query, vectors->dimension));
  quest->exact = quest->norm == 0; /* all score the same: the first rows win, wherever they are packed */
  if (quest->without_count == 0)
    return;
  for (size_t i = 0; i < history->count; i++)
    self->order[i] = (uint64_t)~recs__vectors_id(vectors, history->items[i]) << 32 | (uint32_t)i;
  recs__keys_order(self->context, self->order, history->count);
  for (size_t i = 0; i < history->count; i++)
    seen[i] = ~(uint32_t)(self->order[i] >> 32);
}

static float finish(void *payload, size_t quest, uint32_t row) {
  const desk *self = payload;
  recs__top *top = &self->tops[quest];
  recs__top_offer(top, row, recs__vectors_dot(self->vectors, self->quests[quest].query, row));
  return top->count == top->room ? (float)top->picks[0].score : -INFINITY;
}

static int32_t list_all(desk *self, const recs_scorer *scorer, const recs_history *histories, size_t count,
                        const recs_candidates *candidates, int include_seen, size_t room) {
  recs__row_range all = {0, self->vectors->rows, self->bits};
  uint32_t *seen = self->seen;
  RECS_TRY(scorer->kind->queries(self->queries, self->known, scorer, histories, count));
  recs__vectors_choose(self->bits, self->vectors, candidates == NULL ? NULL : candidates->bits);
  for (size_t i = 0; i < count; seen += histories[i++].count)
    ask(self, i, &histories[i], seen, include_seen, room);
  recs__vectors_search(self->vectors, self->quests, count, &all, self->packed, finish, self);
  return RECS_OK;
}

int32_t recs__lists_by_vectors(uint32_t *out_items, double *out_scores, size_t *out_counts, const recs_scorer *scorer,
                               const recs_history *histories, size_t count, const recs_candidates *candidates,
                               int include_seen, size_t n) {
  size_t room = n < scorer->items ? n : scorer->items;
  desk self = {0};
  int32_t status;
  memset(out_counts, 0, count * sizeof *out_counts);
  RECS_GO(desk_init(&self, scorer, histories, count, room));
  RECS_GO(list_all(&self, scorer, histories, count, candidates, include_seen, room));
  for (size_t i = 0; i < count; i++)
    out_counts[i] = recs__top_take(&self.tops[i], out_items + i * n, out_scores + i * n);
cleanup:
  desk_free(&self);
  return status;
}
