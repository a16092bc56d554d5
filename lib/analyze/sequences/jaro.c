#include "lib/analyze/sequences/jaro.h"

/* Winkler's constants. */
static const double BONUS_FROM = 0.7, BONUS = 0.1;
enum { LONGEST_BEGINNING = 4 };

/* Where each symbol of b stands, as lists of places not yet taken. */
typedef struct lists {
  uint32_t *first; /* by number; b->count: none */
  uint32_t *next;  /* by place */
  uint32_t *taken; /* by place: 1 when its like was found */
} lists;

static void list_places(lists *out, const recs__profile *b, uint32_t *room) {
  out->first = room;
  out->next = out->first + b->symbols.count;
  out->taken = out->next + b->count;
  for (uint32_t s = 0; s < b->symbols.count; s++)
    out->first[s] = b->count;
  for (uint32_t j = b->count; j-- > 0;) {
    out->next[j] = out->first[b->numbers[j]];
    out->first[b->numbers[j]] = j;
    out->taken[j] = 0;
  }
}

/* Takes the first place of a symbol that is no farther than `reach` from i. Places left behind are out of reach of what follows, too. */
static int take_place(lists *self, const recs__profile *b, uint32_t number, size_t i, size_t reach) {
  uint32_t j = self->first[number];
  int found;
  while (j < b->count && j + reach < i)
    j = self->next[j];
  found = j < b->count && j <= i + reach;
  if (found)
    self->taken[j] = 1;
  self->first[number] = found ? self->next[j] : j;
  return found;
}

double recs__jaro(const recs__profile *b, const uint32_t *a, size_t a_count, uint32_t *room) {
  lists places;
  size_t longer = a_count > b->count ? a_count : b->count, reach = longer / 2 > 0 ? longer / 2 - 1 : 0, common = 0, seen = 0;
  uint32_t *found = room + b->symbols.count + 2 * (size_t)b->count; /* the symbols of a that found their like, in order */
  uint32_t out_of_order = 0;
  double c;
  list_places(&places, b, room);
  for (size_t i = 0; i < a_count; i++) {
    uint32_t number = recs__profile_number(b, a[i]);
    if (number < b->symbols.count && take_place(&places, b, number, i, reach))
      found[common++] = number;
  }
  if (common == 0)
    return 0;
  for (uint32_t j = 0; j < b->count; j++) {
    if (places.taken[j])
      out_of_order += b->numbers[j] != found[seen++];
  }
  c = (double)common;
  return (c / (double)a_count + c / b->count + (c - out_of_order / 2) / c) / 3;
}

double recs__winkler(double jaro, const recs__profile *b, const uint32_t *a, size_t a_count) {
  uint32_t same = 0;
  if (!(jaro > BONUS_FROM))
    return jaro;
  while (same < LONGEST_BEGINNING && same < a_count && same < b->count && a[same] == b->sequence[same])
    same += 1;
  return jaro + BONUS * same * (1 - jaro);
}
