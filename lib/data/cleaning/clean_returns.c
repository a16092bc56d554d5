/* Returns, and the purchases that they undo. What could be one or the other is sorted by user, item and quantity, and
 * then by time: so a stack of open purchases gives each return the latest one. */
#include "lib/data/cleaning/cleaning.h"
#include "lib/data/cleaning/lookup.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Who bought or brought back how much of what. */
typedef struct deal {
  uint32_t user;
  uint32_t item;
  double quantity; /* without its sign */
} deal;

/* An event of a deal that was returned at least once. */
typedef struct candidate {
  size_t deal; /* its number */
  int64_t time;
  size_t event;
  int is_return;
} candidate;

typedef struct matching {
  recs__cleaning *cleaning;
  deal *deals;
  size_t deal_count, deal_room;
  candidate *candidates;
  size_t candidate_count, candidate_room;
  recs__lookup known; /* the deals */
} matching;

static int same_deal(const void *payload, size_t number, const void *other) {
  const matching *self = payload;
  return memcmp(&self->deals[number], other, sizeof(deal)) == 0;
}

/* An event that names its user and item, and that has a quantity. */
static int deal_of(deal *out, const recs__event_view *view, size_t i) {
  *out = (deal){view->users[i], view->items[i], fabs(recs__quantity_of(view, i))};
  return out->user != RECS_NO_ROW && out->item != RECS_NO_ROW && out->quantity > 0;
}

/* Lists the deals of all returns; repeats do no harm. */
static int32_t list_returns(matching *self) {
  const recs__cleaning *cleaning = self->cleaning;
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    const recs__event_view *view = &cleaning->views[chunk];
    RECS__EACH_LEFT(i, cleaning->dropped + chunk * RECS__CHUNK, view->count) {
      deal one;
      if (!(recs__quantity_of(view, i) < 0) || !deal_of(&one, view, i))
        continue;
      RECS_TRY(recs__grow(cleaning->context, &self->deals, &self->deal_room, self->deal_count + 1, sizeof one));
      self->deals[self->deal_count++] = one;
    }
  }
  return RECS_OK;
}

static void index_returns(matching *self) {
  for (size_t i = 0; i < self->deal_count; i++)
    recs__lookup_add(&self->known, XXH3_64bits(&self->deals[i], sizeof(deal)), i, same_deal, self, &self->deals[i]);
}

static int is_cancelled(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  uint32_t session = recs__session_of(view, i);
  return session != RECS_NO_ROW && cleaning->flags[session];
}

/* Lists the events of those deals. A purchase in a cancelled order was never one; a return in one is still a return. */
static int32_t list_candidates(matching *self) {
  const recs__cleaning *cleaning = self->cleaning;
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    const recs__event_view *view = &cleaning->views[chunk];
    RECS__EACH_LEFT(i, cleaning->dropped + chunk * RECS__CHUNK, view->count) {
      candidate found = {.time = recs__time_of(view, i), .event = chunk * RECS__CHUNK + i, .is_return = recs__quantity_of(view, i) < 0};
      deal one;
      if (!deal_of(&one, view, i) || (!found.is_return && is_cancelled(cleaning, view, i)))
        continue;
      found.deal = recs__lookup_find(&self->known, XXH3_64bits(&one, sizeof one), same_deal, self, &one);
      if (found.deal == SIZE_MAX)
        continue;
      RECS_TRY(recs__grow(cleaning->context, &self->candidates, &self->candidate_room, self->candidate_count + 1,
                          sizeof found));
      self->candidates[self->candidate_count++] = found;
    }
  }
  return RECS_OK;
}

/* By deal, time and arrival: no two are equal. */
static int comes_before(const candidate *a, const candidate *b) {
  if (a->deal != b->deal)
    return a->deal < b->deal;
  return a->time != b->time ? a->time < b->time : a->event < b->event;
}

static void sift_down(candidate *heap, size_t root, size_t count) {
  candidate moving = heap[root];
  for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && comes_before(&heap[child], &heap[child + 1]))
      child += 1;
    if (!comes_before(&moving, &heap[child]))
      break;
    heap[root] = heap[child];
    root = child;
  }
  heap[root] = moving;
}

/* Heapsort: in place, and never slow. */
static void sort_candidates(candidate *list, size_t count) {
  for (size_t root = count / 2; root-- > 0;)
    sift_down(list, root, count);
  for (size_t end = count; end-- > 1;) {
    candidate last = list[0];
    list[0] = list[end];
    list[end] = last;
    sift_down(list, 0, end);
  }
}

/* The front of the list serves as the stack: it never overtakes what is still to be read. */
static void match(matching *self) {
  candidate *stack = self->candidates;
  size_t open = 0;
  for (size_t i = 0; i < self->candidate_count; i++) {
    candidate one = self->candidates[i];
    if (open > 0 && stack[open - 1].deal != one.deal)
      open = 0;
    if (!one.is_return) {
      stack[open++] = one;
    } else if (open > 0) {
      self->cleaning->dropped[stack[--open].event] = self->cleaning->rule;
      self->cleaning->dropped[one.event] = self->cleaning->rule;
    }
  }
}

int32_t recs__clean_returns(recs__cleaning *cleaning) {
  matching self = {.cleaning = cleaning, .known = {.context = cleaning->context}};
  int32_t status;
  RECS_TRY(recs__flag_cancelled(cleaning));
  RECS_GO(list_returns(&self));
  if (self.deal_count == 0)
    goto cleanup;
  RECS_GO(recs__lookup_create(&self.known, cleaning->context, self.deal_count));
  index_returns(&self);
  RECS_GO(list_candidates(&self));
  sort_candidates(self.candidates, self.candidate_count);
  match(&self);
cleanup:
  recs__free(cleaning->context, self.deals);
  recs__free(cleaning->context, self.candidates);
  recs__lookup_free(&self.known);
  return status;
}
