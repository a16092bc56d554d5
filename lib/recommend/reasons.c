#include "lib/base/sort.h"
#include "lib/recommend/scorer.h"

#include <math.h>
#include <string.h>

int32_t recs__reasons_add(recs__reasons *reasons, int32_t kind, uint32_t row, const char *label, double amount) {
  recs__reason reason = {kind, row, label, amount};
  RECS_TRY(recs__grow(reasons->context, &reasons->list, &reasons->capacity, reasons->count + 1, sizeof *reasons->list));
  reasons->list[reasons->count++] = reason;
  return RECS_OK;
}

void recs__reasons_free(recs__reasons *reasons) {
  recs__free(reasons->context, reasons->list);
  reasons->list = NULL;
  reasons->count = 0;
  reasons->capacity = 0;
}

/* By what they are: tags of two fields may have the same row, but then not the same text. */
static int compare_things(const recs__reason *a, const recs__reason *b) {
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  if (a->row != b->row)
    return a->row < b->row ? -1 : 1;
  return a->label == NULL || b->label == NULL ? 0 : strcmp(a->label, b->label);
}

/* Of the same thing, the amounts decide: their sum must not depend on the order in which they came. */
static int by_thing(const void *first, const void *second) {
  const recs__reason *a = first, *b = second;
  int order = compare_things(a, b);
  return order != 0 ? order : (a->amount > b->amount) - (a->amount < b->amount);
}

static int by_amount(const void *first, const void *second) {
  const recs__reason *a = first, *b = second;
  double x = fabs(a->amount), y = fabs(b->amount);
  if (x != y)
    return x > y ? -1 : 1;
  return compare_things(a, b);
}

void recs__reasons_settle(recs__reasons *reasons) {
  size_t kept = 0;
  recs__sort(reasons->list, reasons->count, sizeof *reasons->list, by_thing);
  for (size_t i = 0; i < reasons->count;) {
    recs__reason merged = reasons->list[i++];
    for (; i < reasons->count && compare_things(&merged, &reasons->list[i]) == 0; i++)
      merged.amount += reasons->list[i].amount;
    if (merged.amount != 0)
      reasons->list[kept++] = merged;
  }
  reasons->count = kept;
  recs__sort(reasons->list, kept, sizeof *reasons->list, by_amount);
}
