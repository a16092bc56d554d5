/* The American flag sort (McIlroy, Bostic and McIlroy 1993): elements are brought together by byte after byte, the highest
 * first. */
#include "lib/base/keyed.h"

#include <string.h>

/* Fewer elements than this are sorted by insertion. */
enum { FEW = 32, BYTE_VALUES = 256 };

static void sort_few(recs__keyed *list, size_t count) {
  for (size_t i = 1; i < count; i++) {
    recs__keyed moved = list[i];
    size_t place = i;
    for (; place > 0 && list[place - 1].key > moved.key; place--)
      list[place] = list[place - 1];
    list[place] = moved;
  }
}

/* Hands every run of equal keys of a sorted list on. */
static void find_ties(recs__keyed *list, size_t count, recs__ties_fn ties, const void *payload) {
  for (size_t begin = 0, end; begin < count; begin = end) {
    uint64_t key = list[begin].key;
    for (end = begin + 1; end < count && list[end].key == key;)
      end += 1;
    if (end - begin > 1)
      ties(payload, list + begin, end - begin);
  }
}

/* Swaps elements until each stands between those of its byte; they end at ends[byte]. */
static void swap_home(recs__keyed *list, uint32_t shift, size_t *next, const size_t *ends) {
  for (size_t value = 0; value < BYTE_VALUES; value++) {
    while (next[value] < ends[value]) {
      recs__keyed moved = list[next[value]];
      size_t home = moved.key >> shift & 255;
      while (home != value) {
        recs__keyed found = list[next[home]];
        list[next[home]++] = moved;
        moved = found;
        home = moved.key >> shift & 255;
      }
      list[next[value]++] = moved;
    }
  }
}

static void part_by_byte(recs__keyed *list, size_t count, uint32_t shift, size_t *ends) {
  size_t next[BYTE_VALUES], begin = 0;
  memset(ends, 0, BYTE_VALUES * sizeof *ends);
  for (size_t i = 0; i < count; i++)
    ends[list[i].key >> shift & 255] += 1;
  for (size_t value = 0; value < BYTE_VALUES; value++) {
    next[value] = begin;
    begin += ends[value];
    ends[value] = begin;
  }
  swap_home(list, shift, next, ends);
}

/* Sorts keys that are equal but for the bits below `shift` + 8. */
static void sort_from(recs__keyed *list, size_t count, uint32_t shift, recs__ties_fn ties, const void *payload) {
  size_t ends[BYTE_VALUES], begin = 0;
  if (count <= FEW) {
    sort_few(list, count);
    find_ties(list, count, ties, payload);
    return;
  }
  part_by_byte(list, count, shift, ends);
  for (size_t value = 0; value < BYTE_VALUES; begin = ends[value++]) {
    if (ends[value] - begin < 2)
      continue;
    if (shift > 0)
      sort_from(list + begin, ends[value] - begin, shift - 8, ties, payload);
    else
      ties(payload, list + begin, ends[value] - begin);
  }
}

void recs__sort_keyed(recs__keyed *list, size_t count, recs__ties_fn ties, const void *payload) {
  uint64_t used = 0;
  uint32_t shift = 56;
  for (size_t i = 0; i < count; i++)
    used |= list[i].key;
  while (shift > 0 && used >> shift == 0)
    shift -= 8;
  sort_from(list, count, shift, ties, payload);
}
