/* The wording of explanations. The scorer says what makes up a score; here the largest shares are put into words. */
#include "lib/data/profiles.h"
#include "lib/rank/rank.h"
#include "lib/recommend/scorer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One reason as it is told. */
typedef struct told {
  int32_t kind;
  uint32_t row;
  char *label; /* owned */
  double share;
} told;

struct recs_explanation {
  recs__object object;
  told *list;
  uint32_t count;
  char *text;
};

static void destroy(void *object) {
  recs_explanation *self = object;
  for (uint32_t i = 0; i < self->count; i++)
    recs__free(self->object.context, self->list[i].label);
  recs__free(self->object.context, self->list);
  recs__free(self->object.context, self->text);
}

/* Where the names of what is told come from; each may be NULL. */
typedef struct naming {
  const recs_ids *ids;
  const recs_profiles *profiles;
  uint32_t title; /* a text field, or RECS_NO_ROW */
} naming;

static int32_t check_naming(naming *out, uint32_t items, const recs_ids *ids, const recs_profiles *profiles,
                            const char *title_field) {
  int32_t type;
  out->ids = ids;
  out->profiles = profiles;
  out->title = RECS_NO_ROW;
  if (ids != NULL && recs_ids_count(ids) < items)
    return recs__fail(RECS_ERROR_INVALID, "the item ids have %" PRIu32 " rows, the catalogue has %" PRIu32,
                      recs_ids_count(ids), items);
  if (title_field == NULL)
    return RECS_OK;
  RECS_NOT_NULL(profiles);
  RECS_TRY(recs__profiles_find_field(&out->title, profiles, title_field));
  RECS_TRY(recs_profiles_field(NULL, &type, NULL, profiles, out->title));
  return type == RECS_FIELD_TEXT ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "the title field %s is no text", title_field);
}

/* The name of an item: its title, else its id; *length 0: it has none. */
static const char *name_of_item(const naming *names, uint32_t item, size_t *length) {
  const char *name = "";
  *length = 0;
  if (names->title != RECS_NO_ROW && item < recs_ids_count(recs_profiles_ids(names->profiles)) &&
      recs_profiles_text(&name, length, names->profiles, item, names->title) == RECS_OK && *length > 0)
    return name;
  if (names->ids != NULL && recs_ids_name(&name, length, names->ids, item) == RECS_OK)
    return name;
  return "";
}

static const char *name_of_field(const naming *names, uint32_t field, size_t *length) {
  const char *name;
  *length = 0;
  if (names->profiles == NULL || field >= recs_profiles_field_count(names->profiles) ||
      recs_profiles_field(&name, NULL, NULL, names->profiles, field) != RECS_OK)
    return "";
  *length = strlen(name);
  return name;
}

static const char *name_of(const naming *names, const recs__reason *reason, size_t *length) {
  if (reason->kind == RECS_REASON_ITEM)
    return name_of_item(names, reason->row, length);
  if (reason->kind == RECS_REASON_NUMBER)
    return name_of_field(names, reason->row, length);
  *length = reason->label == NULL ? 0 : strlen(reason->label);
  return reason->label == NULL ? "" : reason->label;
}

static int32_t tell(recs_explanation *self, const naming *names, const recs__reason *reason, double share) {
  told *next = &self->list[self->count];
  size_t length;
  const char *name = name_of(names, reason, &length);
  char number[32];
  if (length == 0 && reason->kind == RECS_REASON_ITEM) {
    length = (size_t)snprintf(number, sizeof number, "item %" PRIu32, reason->row);
    name = number;
  }
  next->label = recs__alloc(self->object.context, length + 1, 1);
  if (next->label == NULL)
    return recs__fail_nomem();
  memcpy(next->label, name, length);
  next->label[length] = 0;
  next->kind = reason->kind;
  next->row = reason->row;
  next->share = share;
  self->count += 1;
  return RECS_OK;
}

/* What speaks for an item; what speaks against it makes no recommendation. Shares are of the sum of what speaks for it. */
static int32_t tell_all(recs_explanation *self, const naming *names, const recs__reasons *reasons, size_t limit) {
  double total = 0;
  size_t count = 0;
  for (size_t i = 0; i < reasons->count; i++) {
    if (reasons->list[i].amount > 0) {
      total += reasons->list[i].amount;
      count += 1;
    }
  }
  count = count < limit ? count : limit;
  self->list = recs__alloc_zero(self->object.context, count, sizeof *self->list);
  if (self->list == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < reasons->count && self->count < count; i++) {
    if (reasons->list[i].amount > 0)
      RECS_TRY(tell(self, names, &reasons->list[i], reasons->list[i].amount / total));
  }
  return RECS_OK;
}

/* How a reason of each kind is put, around its label. */
static const char *const wordings[] = {
    [RECS_REASON_ITEM] = "%s%s (%.0f %%)",
    [RECS_REASON_TAG] = "%sthe tag %s (%.0f %%)",
    [RECS_REASON_WORD] = "%sthe word %s (%.0f %%)",
    [RECS_REASON_NUMBER] = "%sa close %s (%.0f %%)",
    [RECS_REASON_POPULARITY] = "%sits popularity%s (%.0f %%)",
};

static const char *joint(uint32_t place, uint32_t count) {
  return place == 0 ? "because of " : place + 1 < count ? ", " : " and ";
}

static int32_t write_text(recs_explanation *self) {
  size_t size = 1, used = 0;
  for (uint32_t i = 0; i < self->count; i++)
    size += strlen(self->list[i].label) + 64;
  self->text = recs__alloc(self->object.context, size, 1);
  if (self->text == NULL)
    return recs__fail_nomem();
  self->text[0] = 0;
  for (uint32_t i = 0; i < self->count; i++) {
    const told *reason = &self->list[i];
    int more;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    more = snprintf(self->text + used, size - used, wordings[reason->kind], joint(i, self->count), reason->label,
                    100 * reason->share);
#pragma GCC diagnostic pop
    used += more > 0 ? (size_t)more : 0;
  }
  return RECS_OK;
}

static int32_t explain(recs_explanation **out, const recs_scorer *scorer, const recs_history *history, uint32_t item,
                       const naming *names, size_t limit) {
  recs__reasons reasons = {.context = recs__context_of(scorer)};
  recs_explanation *self = recs__object_new(recs__context_of(scorer), sizeof *self, destroy);
  int32_t status;
  if (self == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__scorer_reasons(&reasons, scorer, history, item));
  recs__reasons_settle(&reasons);
  RECS_GO(tell_all(self, names, &reasons, limit));
  RECS_GO(write_text(self));
  *out = self;
  self = NULL;
cleanup:
  recs__reasons_free(&reasons);
  recs__release(self);
  return status;
}

int32_t recs_explain(recs_explanation **out, const recs_scorer *scorer, const recs_history *history, uint32_t item,
                     const recs_ids *item_ids, const recs_profiles *item_profiles, const char *title_field, size_t limit) {
  recs_history asked;
  naming names;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(scorer);
  RECS_TRY(recs__history_load(&asked, history, scorer->items));
  if (item >= scorer->items)
    return recs__fail(RECS_ERROR_INVALID, "item %" PRIu32 " of a catalogue of %" PRIu32, item, scorer->items);
  if (limit == 0)
    return recs__fail(RECS_ERROR_INVALID, "limit is 0: an explanation has at least one reason");
  RECS_TRY(check_naming(&names, scorer->items, item_ids, item_profiles, title_field));
  return explain(out, scorer, &asked, item, &names, limit);
}

uint32_t recs_explanation_count(const recs_explanation *explanation) {
  return explanation == NULL ? 0 : explanation->count;
}

int32_t recs_explanation_reason(int32_t *kind, uint32_t *row, const char **label, double *share,
                                const recs_explanation *explanation, uint32_t index) {
  const told *reason;
  recs__enter();
  RECS_NOT_NULL(explanation);
  if (index >= explanation->count)
    return recs__fail(RECS_ERROR_INVALID, "reason %" PRIu32 " of %" PRIu32, index, explanation->count);
  reason = &explanation->list[index];
  if (kind != NULL)
    *kind = reason->kind;
  if (row != NULL)
    *row = reason->row;
  if (label != NULL)
    *label = reason->label;
  if (share != NULL)
    *share = reason->share;
  return RECS_OK;
}

const char *recs_explanation_text(const recs_explanation *explanation) {
  return explanation == NULL ? "" : explanation->text;
}

void recs_explanation_free(recs_explanation *explanation) {
  recs__release(explanation);
}
