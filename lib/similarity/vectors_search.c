#include "lib/similarity/vectors_search.h"

#include <math.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/similarity/keys.h"

enum { ROWS = RECS__TILE_ROWS, QUERIES = RECS__TILE_QUERIES, ALIGNMENT = 64, AHEAD = 4, MOST_FETCHED = 512 };

/* What the steps of a search share. */
typedef struct search {
  const recs__vectors *vectors;
  recs__quest *quests;
  size_t count;
  void *room;
  recs__finish_fn finish;
  void *payload;
} search;

static size_t quads_of(const recs__vectors *vectors) {
  return ((size_t)vectors->dimension + 3) / 4;
}

size_t recs__vectors_packed(const recs__vectors *vectors) {
  return vectors->bytes != NULL ? 4 * quads_of(vectors) : sizeof(float) * vectors->columns;
}

void *recs__vectors_room(const recs__vectors *vectors, size_t count) {
  return recs__alloc(vectors->context, (count + QUERIES - 1) / QUERIES * QUERIES, recs__vectors_packed(vectors));
}

/* How far the place of a row may be off. */
static float error_of(const search *self, const recs__quest *quest, uint32_t id) {
  return self->vectors->bytes == NULL ? quest->slack : quest->slack * self->vectors->scales[id];
}

/* Calls for a row that will be wanted soon. */
static void fetch(const recs__vectors *vectors, uint32_t id) {
  uint32_t row = recs__vectors_row(vectors, id);
  const float *values = vectors->values + (size_t)row * vectors->dimension;
  for (uint32_t c = 0; c < vectors->dimension && c < MOST_FETCHED; c += ALIGNMENT / sizeof *values)
    __builtin_prefetch(values + c);
  if (vectors->beside != NULL)
    __builtin_prefetch(vectors->beside + row);
}

static void settle(const search *self, size_t number, uint32_t id) {
  recs__quest *quest = &self->quests[number];
  quest->level = fmaxf(quest->level, self->finish(self->payload, number, recs__vectors_row(self->vectors, id)));
}

/* Finishes the notes that may still be among the best, the most promising first: what is known of these sets the level
 * for the rest. */
static void finish_notes(const search *self, size_t number) {
  recs__quest *quest = &self->quests[number];
  if (quest->noted > quest->k)
    recs__keys_select(quest->notes, quest->noted, quest->k - 1);
  for (size_t i = 0; i < quest->noted; i++) {
    uint32_t id = recs__key_row(quest->notes[i]);
    if (i + AHEAD < quest->noted)
      fetch(self->vectors, recs__key_row(quest->notes[i + AHEAD]));
    if (recs__key_score(quest->notes[i]) + error_of(self, quest, id) >= quest->level)
      settle(self, number, id);
  }
  quest->noted = 0;
}

/* The level becomes what the first k have at least; notes that are below it at most are dropped. */
static void thin_notes(const search *self, recs__quest *quest) {
  size_t kept = quest->k;
  float least = INFINITY;
  if (quest->noted <= quest->k)
    return;
  recs__keys_select(quest->notes, quest->noted, quest->k - 1);
  for (size_t i = 0; i < quest->k; i++) {
    float place = recs__key_score(quest->notes[i]);
    least = fminf(least, place - error_of(self, quest, recs__key_row(quest->notes[i])));
  }
  quest->level = fmaxf(quest->level, least);
  for (size_t i = quest->k; i < quest->noted; i++) {
    uint64_t note = quest->notes[i];
    quest->notes[kept] = note;
    kept += recs__key_score(note) + error_of(self, quest, recs__key_row(note)) >= quest->level;
  }
  quest->noted = kept;
}

/* Room in the notes for a group. */
static void make_room(const search *self, size_t number) {
  recs__quest *quest = &self->quests[number];
  if (quest->noted + ROWS <= recs__quest_notes(quest->k))
    return;
  thin_notes(self, quest);
  if (quest->noted + ROWS > recs__quest_notes(quest->k)) /* so many are alike */
    finish_notes(self, number);
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

/* Takes the rows of a group that passed, by their coarse places. */
static void take(const search *self, size_t number, const float *places, uint64_t mask, uint64_t begin) {
  recs__quest *quest = &self->quests[number];
  mask &= ~left_out(quest, begin);
  if (quest->notes != NULL)
    make_room(self, number);
  for (; mask != 0; mask &= mask - 1) {
    uint32_t lane = (uint32_t)__builtin_ctzll(mask), id = (uint32_t)begin + lane;
    if (quest->notes != NULL)
      quest->notes[quest->noted++] = recs__key_of(places[lane], id);
    else if (places[lane] + error_of(self, quest, id) > quest->level)
      settle(self, number, id);
  }
}

/* Products of bytes as places. */
static void take_bytes(const search *self, size_t number, const int32_t *products, uint64_t mask, uint64_t begin) {
  const float *scales = self->vectors->scales + begin;
  float places[ROWS];
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    int lane = __builtin_ctzll(rest);
    places[lane] = (float)products[lane] * self->quests[number].unit * scales[lane];
  }
  take(self, number, places, mask, begin);
}

/* Nothing passes where coarse products cannot tell. */
static float float_level(const recs__quest *quest) {
  return quest->exact ? INFINITY : quest->level - quest->slack;
}

static recs__byte_level byte_level(const recs__quest *quest) {
  return (recs__byte_level){quest->exact ? INFINITY : quest->level * quest->per_unit, quest->width};
}

static void search_six_floats(const search *self, size_t first, size_t count, uint64_t begin, uint64_t bits) {
  const recs__vectors *vectors = self->vectors;
  const float *queries = (const float *)self->room + first * vectors->columns;
  float places[QUERIES * ROWS], levels[QUERIES];
  uint64_t masks[QUERIES];
  for (size_t q = 0; q < QUERIES; q++)
    levels[q] = q < count ? float_level(&self->quests[first + q]) : INFINITY;
  if (!vectors->tile->six(places, masks, queries, vectors->groups + begin * vectors->columns, vectors->columns, levels))
    return;
  for (size_t q = 0; q < count; q++) {
    if ((masks[q] & bits) != 0)
      take(self, first + q, places + q * ROWS, masks[q] & bits, begin);
  }
}

static void search_six_bytes(const search *self, size_t first, size_t count, uint64_t begin, uint64_t bits) {
  const recs__vectors *vectors = self->vectors;
  const uint8_t *group = vectors->bytes + begin / ROWS * recs__vectors_byte_group(vectors);
  const uint8_t *queries = (const uint8_t *)self->room + first * 4 * quads_of(vectors);
  int32_t products[QUERIES * ROWS];
  recs__byte_level levels[QUERIES];
  uint64_t masks[QUERIES];
  for (size_t q = 0; q < QUERIES; q++)
    levels[q] = q < count ? byte_level(&self->quests[first + q]) : (recs__byte_level){INFINITY, 0};
  if (!vectors->byte_tile->six(products, masks, queries, group, (uint32_t)quads_of(vectors), levels))
    return;
  for (size_t q = 0; q < count; q++) {
    if ((masks[q] & bits) != 0)
      take_bytes(self, first + q, products + q * ROWS, masks[q] & bits, begin);
  }
}

static void search_one(const search *self, uint64_t begin, uint64_t bits) {
  const recs__vectors *vectors = self->vectors;
  float places[ROWS];
  int32_t products[ROWS];
  uint64_t mask;
  if (vectors->bytes == NULL) {
    mask = vectors->tile->one(places, self->room, vectors->groups + begin * vectors->columns, vectors->columns,
                              float_level(self->quests));
    take(self, 0, places, mask & bits, begin);
    return;
  }
  mask = vectors->byte_tile->one(products, self->room,
                                 vectors->bytes + begin / ROWS * recs__vectors_byte_group(vectors),
                                 (uint32_t)quads_of(vectors), byte_level(self->quests));
  take_bytes(self, 0, products, mask & bits, begin);
}

/* Every candidate is finished. */
static void search_exactly(const search *self, size_t number, uint64_t begin, uint64_t bits) {
  bits &= ~left_out(&self->quests[number], begin);
  for (; bits != 0; bits &= bits - 1)
    settle(self, number, (uint32_t)begin + (uint32_t)__builtin_ctzll(bits));
}

/* Whether one of some quests may find anything in a group, or in those behind it. A level is a float, and so were the norms
 * that the rows were ordered by: hence a little more than |x| |y|. */
static int may_find(const search *self, size_t first, size_t count, uint64_t begin) {
  double reach;
  int open = 0;
  if (self->vectors->reaches == NULL)
    return 1;
  reach = self->vectors->reaches[begin / ROWS] * (1 + 1e-6);
  for (size_t q = first; q < first + count; q++)
    open |= (self->quests[q].norm * reach >= (double)self->quests[q].level) | self->quests[q].exact;
  return open;
}

/* A group stays in the nearest cache while all queries pass by. Returns 0 when no quest finds more here or further on. */
static int search_group(const search *self, uint64_t begin, uint64_t bits) {
  size_t width = self->count == 1 ? 1 : QUERIES;
  int found = 0;
  for (size_t q = 0; q < self->count; q += width) {
    size_t some = self->count - q < width ? self->count - q : width;
    if (!may_find(self, q, some, begin))
      continue;
    found = 1;
    if (self->count == 1)
      search_one(self, begin, bits);
    else if (self->vectors->bytes != NULL)
      search_six_bytes(self, q, some, begin, bits);
    else
      search_six_floats(self, q, some, begin, bits);
  }
  for (size_t q = 0; q < self->count; q++) {
    if (self->quests[q].exact)
      search_exactly(self, q, begin, bits);
  }
  return found;
}

/* Queries side by side, six by six; those that are missing are 0. One alone is a row. */
static void pack_floats(const search *self, size_t width) {
  const recs__vectors *vectors = self->vectors;
  float *packed = self->room;
  for (size_t q = 0; q < self->count; q++) {
    recs__quest *quest = &self->quests[q];
    float *own = packed + q / width * width * vectors->columns + q % width;
    double most = quest->norm * vectors->reach + fabs(quest->slope) * vectors->toll;
    if (quest->exact)
      continue;
    for (size_t c = 0; c < vectors->dimension; c++)
      own[c * width] = quest->query[c];
    if (vectors->columns > vectors->dimension)
      own[vectors->dimension * width] = (float)-quest->slope;
    quest->slack = (float)(1.1 * ((double)vectors->columns + 8) * 0x1p-24 * most);
  }
}

/* The product of what the steps stand for is off by no more than (rest x)(norm y) + (norm of steps x)(rest y), as Cauchy and
 * Schwarz have it; beyond that comes the rounding of floats. */
static void pack_bytes(const search *self, size_t width) {
  const recs__vectors *vectors = self->vectors;
  size_t quads = quads_of(vectors);
  double rounding = 2 + 4e-6 * 127 * 127 * vectors->dimension;
  for (size_t q = 0; q < self->count; q++) {
    recs__quest *quest = &self->quests[q];
    uint8_t *own = (uint8_t *)self->room + q / width * width * 4 * quads + q % width * 4;
    double norm, rest;
    int32_t sum;
    if (quest->exact)
      continue;
    quest->unit = recs__to_bytes((int8_t *)own, &norm, &rest, &sum, quest->query, vectors->dimension, 1,
                                 quest->norm > 0 ? 0.0F : 1.0F, 4 * width);
    for (size_t i = 0; i < 4 * quads; i++)
      own[i / 4 * 4 * width + i % 4] ^= 0x80;
    quest->per_unit = 1 / quest->unit;
    if (quest->norm > 0)
      quest->width = (float)(rest * vectors->norm + (norm + rest) * vectors->rest + rounding);
    quest->slack = quest->unit * quest->width;
  }
}

static void begin(const search *self) {
  const recs__vectors *vectors = self->vectors;
  size_t width = self->count == 1 ? 1 : QUERIES;
  memset(self->room, 0, (self->count + width - 1) / width * width * recs__vectors_packed(vectors));
  for (size_t q = 0; q < self->count; q++) {
    recs__quest *quest = &self->quests[q];
    quest->exact |= !recs__vectors_fits(quest->norm) || !recs__vectors_fits(vectors->reach);
    quest->noted = 0;
    quest->next = 0;
    quest->unit = 1;
    quest->per_unit = 1;
    quest->width = 0;
    quest->slack = 0;
  }
  if (vectors->bytes != NULL)
    pack_bytes(self, width);
  else
    pack_floats(self, width);
}

void recs__vectors_search(const recs__vectors *vectors, recs__quest *quests, size_t count, const recs__row_range *range,
                          void *room, recs__finish_fn finish, void *payload) {
  search self = {vectors, quests, count, room, finish, payload};
  begin(&self);
  for (uint64_t first = range->begin; first < range->end; first += ROWS) {
    uint64_t bits = range->bits == NULL ? UINT64_MAX : range->bits[first / ROWS];
    if (range->end - first < ROWS)
      bits &= (UINT64_C(1) << (range->end - first)) - 1;
    if (bits != 0 && !search_group(&self, first, bits))
      break;
  }
  for (size_t q = 0; q < count; q++) {
    thin_notes(&self, &quests[q]);
    finish_notes(&self, q);
  }
}
