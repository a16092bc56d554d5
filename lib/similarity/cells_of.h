/* One kind of cell for cells.c. Included with
 *   CELL              its type,
 *   CELL_NAME(verb)   the names of its functions,
 *   CELL_ADD(x, y)    adds the product (and so on) of two values to *cell,
 *   CELL_EMPTY        true when *cell was not touched (or sums to 0),
 *   CELL_DOT          the dot as a number (its common columns where that is all there is),
 *   CELL_PUT          puts *cell in place `at` of *pairs,
 *   CELL_MOST         for cells that are nothing but counts: the largest. */

static void CELL_NAME(add)(void *cells, const recs__rows *rows, const recs__row *query) {
  for (size_t i = 0; i < query->count; i++) {
    const int64_t *bounds = rows->offsets + query->columns[i];
    float x = query->values[i];
    (void)x;
    fetch_column(rows, query, i + COLUMNS_AHEAD);
    for (int64_t e = bounds[0]; e < bounds[1]; e++) {
      CELL *cell = (CELL *)cells + rows->ids[e];
      CELL_ADD(x, rows->values[e]);
    }
  }
}

static size_t CELL_NAME(touch)(void *cells, uint32_t *touched, const recs__rows *rows, const recs__row *query) {
  size_t count = 0;
  for (size_t i = 0; i < query->count; i++) {
    const int64_t *bounds = rows->offsets + query->columns[i];
    float x = query->values[i];
    (void)x;
    fetch_column(rows, query, i + COLUMNS_AHEAD);
    for (int64_t e = bounds[0]; e < bounds[1]; e++) {
      CELL *cell = (CELL *)cells + rows->ids[e];
      touched[count] = rows->ids[e];
      count += CELL_EMPTY;
      CELL_ADD(x, rows->values[e]);
    }
  }
  return count;
}

static void CELL_NAME(put)(recs__pairs *pairs, size_t at, const void *cells, uint32_t id) {
  const CELL *cell = (const CELL *)cells + id;
  pairs->ids[at] = id;
  CELL_PUT;
}

/* Whether a cell passes the sieve. What is no number does: it is for `finish` to say. */
static inline int CELL_NAME(passes)(const CELL *cell, float gain, float toll, float slope, float level) {
  (void)cell;
  return !((float)CELL_DOT * gain - slope * toll <= level);
}

static inline int CELL_NAME(offered)(const CELL *cell, int apart) {
  (void)cell;
  return apart | !(CELL_EMPTY);
}

/* Flags the cells of a block that pass; not 0 if there are any. */
static inline __attribute__((always_inline)) uint64_t CELL_NAME(flag)(uint8_t *flags, const CELL *block,
                                                                      const recs__shortlist *list, uint32_t begin) {
  const float *gains = list->rows->gains + begin, *tolls = list->rows->tolls + begin;
  float slope = list->slope, level = list->level;
  int apart = list->apart;
  uint64_t any = 0;
  for (int i = 0; i < RECS__CELL_BLOCK; i++)
    flags[i] = (uint8_t)(CELL_NAME(passes)(&block[i], gains[i], tolls[i], slope, level) &
                         CELL_NAME(offered)(&block[i], apart));
  for (int i = 0; i < RECS__CELL_BLOCK; i += 8)
    any |= recs__word_of(flags + i);
  return any;
}

#ifdef CELL_MOST
static void CELL_NAME(add_counts)(void *cells, size_t begin, const uint8_t *counts, size_t count) {
  CELL *at = (CELL *)cells + begin;
  for (size_t i = 0; i < count; i++)
    at[i] = (CELL)(at[i] + counts[i]);
}

/* What a count of a block must be above to pass: count * gain > level + slope * toll for the block's largest gain and least
 * toll. A little lower, as floats round. Where that is no number, or below 0, it says nothing. */
static inline float CELL_NAME(need)(const recs__rows *rows, uint32_t block, float slope, float level) {
  return (level + slope * rows->block_tolls[block]) * rows->block_shares[block] * 0.999999F;
}

/* Of a few rows the block is asked for: its numbers are fewer, and lie nearer, than theirs. */
static inline int CELL_NAME(may_pass)(const CELL *cell, const recs__rows *rows, uint32_t id, float slope, float level) {
  return !((float)*cell <= CELL_NAME(need)(rows, id / RECS__ROW_BLOCK, slope, level));
}

/* Flags the counts of a block that may pass; where that says little, those that pass. */
static inline __attribute__((always_inline)) uint64_t CELL_NAME(sift)(uint8_t *flags, const CELL *block,
                                                                      const recs__shortlist *list, uint32_t begin) {
  enum { FEW = 6 };
  float need = CELL_NAME(need)(list->rows, begin / RECS__ROW_BLOCK, list->slope, list->level);
  CELL most = 0;
  uint8_t flagged = 0;
  if (need >= (float)CELL_MOST)
    return 0;
  if (need >= 0)
    most = (CELL)need;
  else if (list->apart)
    return CELL_NAME(flag)(flags, block, list, begin);
  for (int i = 0; i < RECS__CELL_BLOCK; i++)
    flags[i] = block[i] > most;
  for (int i = 0; i < RECS__CELL_BLOCK; i++)
    flagged = (uint8_t)(flagged + flags[i]);
  return flagged > FEW ? CELL_NAME(flag)(flags, block, list, begin) : flagged;
}
#else
static inline int CELL_NAME(may_pass)(const CELL *cell, const recs__rows *rows, uint32_t id, float slope, float level) {
  return CELL_NAME(passes)(cell, rows->gains[id], rows->tolls[id], slope, level);
}

static inline __attribute__((always_inline)) uint64_t CELL_NAME(sift)(uint8_t *flags, const CELL *block,
                                                                      const recs__shortlist *list, uint32_t begin) {
  return CELL_NAME(flag)(flags, block, list, begin);
}
#endif

/* Puts those of a block's cells in the list that are flagged, a byte of 1 each, and pass. */
static void CELL_NAME(put_flagged)(const CELL *cells, uint32_t begin, const uint8_t *flags, recs__shortlist *list) {
  const recs__rows *rows = list->rows;
  recs__shortlist_ready(list);
  for (uint32_t i = 0; i < RECS__CELL_BLOCK; i += 8) {
    for (uint64_t word = recs__word_of(flags + i); word != 0; word &= word - 1) {
      uint32_t id = begin + i + (uint32_t)__builtin_ctzll(word) / 8;
      if (id >= rows->count)
        return;
      CELL_NAME(put)(&list->pairs, list->waiting, cells, id);
      list->waiting +=
          (size_t)CELL_NAME(passes)(&cells[id], rows->gains[id], rows->tolls[id], list->slope, list->level);
    }
  }
}

/* A block in which nothing passes costs a few vector instructions. */
static inline __attribute__((always_inline)) void CELL_NAME(scan)(CELL *cells, recs__shortlist *list) {
  uint32_t count = list->rows->count;
  for (uint32_t begin = 0; begin < count; begin += RECS__CELL_BLOCK) {
    uint8_t flags[RECS__CELL_BLOCK];
    if (CELL_NAME(sift)(flags, cells + begin, list, begin) != 0)
      CELL_NAME(put_flagged)(cells, begin, flags, list);
  }
  memset(cells, 0, count * sizeof *cells);
}

static void CELL_NAME(offer_all)(void *cells, recs__shortlist *list) {
  CELL_NAME(scan)(cells, list);
}

#ifdef RECS__SIMD_X86
RECS__TARGET_AVX2 static void CELL_NAME(offer_all_avx2)(void *cells, recs__shortlist *list) {
  CELL_NAME(scan)(cells, list);
}

RECS__TARGET_AVX512 static void CELL_NAME(offer_all_avx512)(void *cells, recs__shortlist *list) {
  CELL_NAME(scan)(cells, list);
}
#endif

/* A cell is cleared at once: an id whose dot came back to 0 on the way is listed twice, and empty the second time. */
static void CELL_NAME(offer_listed)(CELL *cells, const uint32_t *touched, size_t count, recs__shortlist *list) {
  const recs__rows *rows = list->rows;
  for (size_t begin = 0; begin < count; begin += RECS__CHUNK) {
    size_t end = count - begin < RECS__CHUNK ? count : begin + RECS__CHUNK, waiting;
    float slope, level;
    int apart = list->apart;
    recs__shortlist_ready(list);
    slope = list->slope;
    level = list->level;
    waiting = list->waiting;
    for (size_t i = begin; i < end; i++) {
      uint32_t id = touched[i];
      CELL *cell = cells + id;
      int offered = CELL_NAME(may_pass)(cell, rows, id, slope, level) & CELL_NAME(offered)(cell, apart);
      CELL_NAME(put)(&list->pairs, waiting, cells, id);
      recs__shortlist_fetch(list, id);
      waiting += (size_t)offered;
      memset(cell, 0, sizeof *cell);
    }
    list->waiting = waiting;
  }
}

/* Where there are more than can be kept, and places tell which are the best, a look at the places leaves most out. */
static void CELL_NAME(offer_best)(CELL *cells, const uint32_t *touched, size_t count, recs__shortlist *list) {
  const recs__rows *rows = list->rows;
  int far = rows->far;
  int32_t *places = list->places, floor;
  uint32_t *best = list->best;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    const CELL *cell = cells + touched[i];
    float gain = far ? recs__rows_gain(rows, touched[i]) : rows->gains[touched[i]];
    places[i] = recs__number_of((float)CELL_DOT * gain);
  }
  floor = recs__shortlist_raise(list, places, count);
  for (size_t i = 0; i < count; i++) {
    best[kept] = touched[i];
    kept += places[i] > floor;
  }
  CELL_NAME(offer_listed)(cells, best, kept, list);
  for (size_t i = 0; i < count; i++)
    memset(cells + touched[i], 0, sizeof *cells);
}

static void CELL_NAME(offer_touched)(void *cells, const uint32_t *touched, size_t count, recs__shortlist *list) {
  int choose = count > list->k + RECS__CHUNK && recs__shortlist_ranks(list);
  for (size_t begin = 0; begin < count; begin += RECS__PLACES) {
    size_t some = count - begin < RECS__PLACES ? count - begin : RECS__PLACES;
    (choose ? CELL_NAME(offer_best) : CELL_NAME(offer_listed))(cells, touched + begin, some, list);
  }
}

#undef CELL
#undef CELL_MOST
#undef CELL_NAME
#undef CELL_ADD
#undef CELL_EMPTY
#undef CELL_DOT
#undef CELL_PUT
