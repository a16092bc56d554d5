/* One kind of cell for cells.c. Included with
 *   CELL              its type,
 *   CELL_NAME(verb)   the names of its functions,
 *   CELL_ADD(x, y)    adds the product (and so on) of two values to *cell,
 *   CELL_EMPTY        true when *cell was not touched (or sums to 0),
 *   CELL_DOT          the dot as a number,
 *   CELL_READ         fills *overlap from *cell. */

static void CELL_NAME(add)(void *cells, const recs__rows *rows, const recs__row *query) {
  for (size_t i = 0; i < query->count; i++) {
    const int64_t *bounds = rows->offsets + query->columns[i];
    float x = query->values[i];
    (void)x;
    if (i + 1 < query->count)
      __builtin_prefetch(rows->ids + rows->offsets[query->columns[i + 1]]);
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
    if (i + 1 < query->count)
      __builtin_prefetch(rows->ids + rows->offsets[query->columns[i + 1]]);
    for (int64_t e = bounds[0]; e < bounds[1]; e++) {
      CELL *cell = (CELL *)cells + rows->ids[e];
      touched[count] = rows->ids[e];
      count += CELL_EMPTY;
      CELL_ADD(x, rows->values[e]);
    }
  }
  return count;
}

static void CELL_NAME(read)(recs__overlap *overlap, const void *cells, uint32_t id) {
  const CELL *cell = (const CELL *)cells + id;
  memset(overlap, 0, sizeof *overlap);
  CELL_READ;
}

static void CELL_NAME(finish)(const void *cells, uint32_t id, recs__selector *selector) {
  recs__overlap overlap;
  CELL_NAME(read)(&overlap, cells, id);
  recs__selector_offer(selector, id, &overlap);
}

static inline float CELL_NAME(place)(const CELL *cell, float gain, float toll, float slope) {
  (void)cell;
  return (float)CELL_DOT * gain - slope * toll;
}

/* Offers a cell, or notes it, if it passes the sieve. */
static inline void CELL_NAME(offer)(const CELL *cells, uint32_t id, recs__selector *selector) {
  const recs__rows *rows = selector->rows;
  const CELL *cell = cells + id;
  float place = CELL_NAME(place)(cell, rows->gains[id], rows->tolls[id], selector->slope);
  if (!(place > selector->level) || (!selector->apart && CELL_EMPTY))
    return;
  if (selector->noting)
    recs__selector_note(selector, id, place);
  else
    CELL_NAME(finish)(cells, id, selector);
}

/* Finishes what was noted and may be among the best. */
static void CELL_NAME(settle)(const CELL *cells, recs__selector *selector) {
  recs__selector_thin(selector);
  for (size_t i = 0; i < selector->noted; i++)
    CELL_NAME(finish)(cells, recs__key_row(selector->notes[i]), selector);
}

/* A block in which nothing passes costs a few vector instructions. */
static inline __attribute__((always_inline)) void CELL_NAME(scan)(CELL *cells, recs__selector *selector) {
  const recs__rows *rows = selector->rows;
  uint32_t whole = rows->count - rows->count % RECS__CELL_BLOCK;
  for (uint32_t begin = 0; begin < whole; begin += RECS__CELL_BLOCK) {
    const float *gains = rows->gains + begin, *tolls = rows->tolls + begin;
    const CELL *block = cells + begin;
    float slope = selector->slope, level = selector->level;
    int pass = 0;
    for (int i = 0; i < RECS__CELL_BLOCK; i++)
      pass |= CELL_NAME(place)(&block[i], gains[i], tolls[i], slope) > level;
    for (uint32_t id = begin; pass && id < begin + RECS__CELL_BLOCK; id++)
      CELL_NAME(offer)(cells, id, selector);
  }
  for (uint32_t id = whole; id < rows->count; id++)
    CELL_NAME(offer)(cells, id, selector);
}

static inline __attribute__((always_inline)) void CELL_NAME(select)(CELL *cells, recs__selector *selector) {
  CELL_NAME(scan)(cells, selector);
  if (selector->noting < 0) {
    recs__selector_restart(selector);
    CELL_NAME(scan)(cells, selector);
  }
  if (selector->noting)
    CELL_NAME(settle)(cells, selector);
  memset(cells, 0, selector->rows->count * sizeof *cells);
}

static void CELL_NAME(offer_all)(void *cells, recs__selector *selector) {
  CELL_NAME(select)(cells, selector);
}

#ifdef RECS__SIMD_X86
RECS__TARGET_AVX2 static void CELL_NAME(offer_all_avx2)(void *cells, recs__selector *selector) {
  CELL_NAME(select)(cells, selector);
}

RECS__TARGET_AVX512 static void CELL_NAME(offer_all_avx512)(void *cells, recs__selector *selector) {
  CELL_NAME(select)(cells, selector);
}
#endif

/* Without notes a cell is cleared at once: an id whose dot came back to 0 on the way is listed twice. */
static void CELL_NAME(offer_each)(CELL *cells, const uint32_t *touched, size_t count, recs__selector *selector) {
  for (size_t i = 0; i < count; i++) {
    CELL_NAME(offer)(cells, touched[i], selector);
    memset(&cells[touched[i]], 0, sizeof *cells);
  }
}

static void CELL_NAME(offer_touched)(void *cells, const uint32_t *touched, size_t count, recs__selector *selector) {
  for (size_t i = 0; i < count && selector->noting; i++)
    CELL_NAME(offer)(cells, touched[i], selector);
  if (selector->noting < 0)
    recs__selector_restart(selector);
  if (!selector->noting) {
    CELL_NAME(offer_each)(cells, touched, count, selector);
    return;
  }
  CELL_NAME(settle)(cells, selector);
  for (size_t i = 0; i < count; i++)
    memset((CELL *)cells + touched[i], 0, sizeof(CELL));
}

#undef CELL
#undef CELL_NAME
#undef CELL_ADD
#undef CELL_EMPTY
#undef CELL_DOT
#undef CELL_READ
