#include "lib/similarity/vectors.h"

#include <math.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/similarity/keys.h"

enum { ROWS = RECS__TILE_ROWS, QUERIES = RECS__TILE_QUERIES, ALIGNMENT = 64 };

/* Between these, floats neither overflow nor lose digits below their range. */
static const double LEAST = 1e-24, MOST = 1e30;

static int32_t allocate(recs__vectors *vectors) {
  size_t places = ((size_t)vectors->rows + ROWS - 1) / ROWS * ROWS, floats;
  if (vectors->columns < vectors->dimension || __builtin_mul_overflow(places, (size_t)vectors->columns, &floats) ||
      __builtin_add_overflow(floats, ALIGNMENT / sizeof(float), &floats))
    return recs__fail(RECS_ERROR_OVERFLOW, "%u rows of %u values are too many", vectors->rows, vectors->dimension);
  vectors->memory = recs__alloc(vectors->context, floats, sizeof *vectors->memory);
  vectors->known = recs__alloc_zero(vectors->context, recs__vectors_words(vectors), sizeof *vectors->known);
  if (vectors->memory == NULL || vectors->known == NULL)
    return recs__fail_nomem();
  vectors->groups = vectors->memory + (ALIGNMENT - (uintptr_t)vectors->memory % ALIGNMENT) % ALIGNMENT / sizeof(float);
  return RECS_OK;
}

/* A row into its lane; returns the square of its norm there. */
static double pack_row(recs__vectors *vectors, uint32_t id, float gain) {
  size_t lane = id % ROWS, columns = vectors->columns;
  float *group = vectors->groups + (id - lane) * columns;
  const float *row = vectors->values + (size_t)id * vectors->dimension;
  double squares = 0;
  for (size_t c = 0; c < vectors->dimension; c++) {
    float value = row[c] * gain;
    group[c * ROWS + lane] = value;
    squares += (double)value * (double)value;
  }
  return squares;
}

static void pack(recs__vectors *vectors, const float *gains, const float *tolls) {
  for (uint32_t id = 0; id < vectors->rows; id++) {
    double squares;
    if (id % ROWS == 0 && vectors->rows - id < ROWS)
      memset(vectors->groups + (size_t)id * vectors->columns, 0, ROWS * sizeof(float) * vectors->columns);
    squares = pack_row(vectors, id, gains == NULL ? 1 : gains[id]);
    vectors->reach = fmax(vectors->reach, squares);
    vectors->known[id / ROWS] |= (uint64_t)(squares > 0) << id % ROWS;
    if (tolls == NULL)
      continue;
    vectors->groups[(size_t)(id - id % ROWS) * vectors->columns + (size_t)vectors->dimension * ROWS + id % ROWS] =
        tolls[id];
    vectors->toll = fmax(vectors->toll, fabs((double)tolls[id]));
  }
  vectors->reach = sqrt(vectors->reach);
}

int32_t recs__vectors_init(recs__vectors *vectors, const recs_context *context, const float *values, uint32_t rows,
                           uint32_t dimension, const float *gains, const float *tolls) {
  int32_t status;
  memset(vectors, 0, sizeof *vectors);
  vectors->context = context;
  vectors->values = values;
  vectors->rows = rows;
  vectors->dimension = dimension;
  vectors->columns = dimension + (tolls != NULL);
  vectors->tile = recs__tile_for(context);
  status = allocate(vectors);
  if (status == RECS_OK)
    pack(vectors, gains, tolls);
  else
    recs__vectors_free(vectors);
  return status;
}

void recs__vectors_free(recs__vectors *vectors) {
  if (vectors->context == NULL)
    return;
  recs__free(vectors->context, vectors->memory);
  recs__free(vectors->context, vectors->known);
  memset(vectors, 0, sizeof *vectors);
}

float recs__vectors_slack(const recs__vectors *vectors, double norm, double slope) {
  double most = norm * vectors->reach + fabs(slope) * vectors->toll;
  if (most != 0 && !(most >= LEAST && most <= MOST))
    return INFINITY;
  return (float)(1.1 * ((double)vectors->columns + 8) * 0x1p-24 * most);
}

size_t recs__vectors_packed(const recs__vectors *vectors, size_t count) {
  return (count + QUERIES - 1) / QUERIES * QUERIES * vectors->columns;
}

/* What the steps of a search share. */
typedef struct search {
  const recs__vectors *vectors;
  recs__quest *quests;
  size_t count;
  const float *packed;
  recs__finish_fn finish;
  void *payload;
} search;

/* Finishes what is noted; what is known of the best then sets the level. */
static void finish_notes(const search *self, size_t number) {
  recs__quest *quest = &self->quests[number];
  float level = -INFINITY;
  for (size_t i = 0; i < quest->noted; i++)
    level = self->finish(self->payload, number, recs__key_row(quest->notes[i]));
  quest->level = fmaxf(quest->level, level - quest->slack);
  quest->noted = 0;
}

/* Keeps the notes that may be among the best. A place and that of the last of the best may both be off. */
static void thin_notes(recs__quest *quest) {
  size_t kept = quest->k;
  if (quest->noted <= kept)
    return;
  recs__keys_select(quest->notes, quest->noted, kept - 1);
  quest->level = fmaxf(quest->level, recs__key_score(quest->notes[kept - 1]) - 2 * quest->slack);
  for (size_t i = kept; i < quest->noted; i++) {
    quest->notes[kept] = quest->notes[i];
    kept += recs__key_score(quest->notes[i]) > quest->level;
  }
  quest->noted = kept;
}

/* The bits of the group's rows that the query leaves out. */
static uint64_t left_out(recs__quest *quest, uint64_t begin) {
  uint64_t out = 0;
  while (quest->next < quest->without_count && quest->without[quest->next] < begin)
    quest->next += 1;
  for (size_t i = quest->next; i < quest->without_count && quest->without[i] - begin < ROWS; i++)
    out |= UINT64_C(1) << (quest->without[i] - begin);
  return out;
}

/* Room in the notes for a group. */
static void make_room(const search *self, size_t number) {
  recs__quest *quest = &self->quests[number];
  if (quest->noted + ROWS <= recs__quest_notes(quest->k))
    return;
  thin_notes(quest);
  if (quest->noted + ROWS > recs__quest_notes(quest->k)) /* so many are alike */
    finish_notes(self, number);
}

/* Takes the rows of a group that passed. */
static void take(const search *self, size_t number, const float *places, uint64_t mask, uint64_t begin) {
  recs__quest *quest = &self->quests[number];
  mask &= ~left_out(quest, begin);
  if (quest->notes != NULL)
    make_room(self, number);
  for (; mask != 0; mask &= mask - 1) {
    uint32_t lane = (uint32_t)__builtin_ctzll(mask), row = (uint32_t)begin + lane;
    if (!(places[lane] > quest->level))
      continue;
    if (quest->notes != NULL)
      quest->notes[quest->noted++] = recs__key_of(places[lane], row);
    else
      quest->level = fmaxf(quest->level, self->finish(self->payload, number, row) - quest->slack);
  }
}

/* Queries side by side, six by six; those that are missing are 0. One alone is a row. */
static void pack_queries(const recs__vectors *vectors, const recs__quest *quests, size_t count, float *packed) {
  size_t width = count == 1 ? 1 : QUERIES;
  memset(packed, 0, recs__vectors_packed(vectors, count) * sizeof *packed);
  for (size_t q = 0; q < count; q++) {
    float *own = packed + q / width * width * vectors->columns + q % width;
    for (size_t c = 0; c < vectors->dimension; c++)
      own[c * width] = quests[q].query[c];
    if (vectors->columns > vectors->dimension)
      own[vectors->dimension * width] = -quests[q].slope;
  }
}

/* The rows of a group that are in the range and among the candidates. */
static uint64_t candidates_of(const recs__row_range *range, uint64_t begin) {
  uint64_t bits = range->bits == NULL ? UINT64_MAX : range->bits[begin / ROWS];
  return range->end - begin < ROWS ? bits & ((UINT64_C(1) << (range->end - begin)) - 1) : bits;
}

/* What a place must be above; nothing passes where places say nothing. */
static float level_of(const recs__quest *quest) {
  return isinf(quest->slack) ? INFINITY : quest->level;
}

static void search_six(const search *self, size_t first, uint64_t begin, uint64_t bits) {
  const recs__vectors *vectors = self->vectors;
  const float *group = vectors->groups + begin * vectors->columns;
  size_t count = self->count - first < QUERIES ? self->count - first : QUERIES;
  float places[QUERIES * ROWS], levels[QUERIES];
  uint64_t masks[QUERIES];
  for (size_t q = 0; q < QUERIES; q++)
    levels[q] = q < count ? level_of(&self->quests[first + q]) : INFINITY;
  if (!vectors->tile->six(places, masks, self->packed + first * vectors->columns, group, vectors->columns, levels))
    return;
  for (size_t q = 0; q < count; q++) {
    if ((masks[q] & bits) != 0)
      take(self, first + q, places + q * ROWS, masks[q] & bits, begin);
  }
}

static void search_one(const search *self, uint64_t begin, uint64_t bits) {
  const recs__vectors *vectors = self->vectors;
  const float *group = vectors->groups + begin * vectors->columns;
  float places[ROWS];
  uint64_t mask = vectors->tile->one(places, self->packed, group, vectors->columns, level_of(self->quests));
  if ((mask & bits) != 0)
    take(self, 0, places, mask & bits, begin);
}

/* Every candidate is finished. */
static void search_exactly(const search *self, size_t number, uint64_t begin, uint64_t bits) {
  bits &= ~left_out(&self->quests[number], begin);
  for (; bits != 0; bits &= bits - 1)
    self->finish(self->payload, number, (uint32_t)begin + (uint32_t)__builtin_ctzll(bits));
}

/* A group stays in the nearest cache while all queries pass by. */
static void search_group(const search *self, uint64_t begin, uint64_t bits) {
  if (self->count == 1)
    search_one(self, begin, bits);
  for (size_t q = 0; q < self->count && self->count > 1; q += QUERIES)
    search_six(self, q, begin, bits);
  for (size_t q = 0; q < self->count; q++) {
    if (isinf(self->quests[q].slack))
      search_exactly(self, q, begin, bits);
  }
}

void recs__vectors_search(const recs__vectors *vectors, recs__quest *quests, size_t count, const recs__row_range *range,
                          float *packed, recs__finish_fn finish, void *payload) {
  search self = {vectors, quests, count, packed, finish, payload};
  pack_queries(vectors, quests, count, packed);
  for (uint64_t begin = range->begin; begin < range->end; begin += ROWS) {
    uint64_t bits = candidates_of(range, begin);
    if (bits != 0)
      search_group(&self, begin, bits);
  }
  for (size_t q = 0; q < count; q++) {
    thin_notes(&quests[q]);
    finish_notes(&self, q);
  }
}
