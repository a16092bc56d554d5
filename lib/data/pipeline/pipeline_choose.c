/* Which columns a step works on. */
#include "lib/data/pipeline/pipeline_table.h"

#include <string.h>

enum { QUOTED = 80 };

/* True when a pattern is the name, or its parts before and behind a '*' are the name's ends. */
static int fits(recs__piece pattern, const char *name, size_t length) {
  const char *star = pattern.length == 0 ? NULL : memchr(pattern.text, '*', pattern.length);
  size_t before, behind;
  if (star == NULL)
    return length == pattern.length && memcmp(name, pattern.text, length) == 0;
  before = (size_t)(star - pattern.text);
  behind = pattern.length - before - 1;
  return length >= before + behind && memcmp(name, pattern.text, before) == 0 && memcmp(name + length - behind, star + 1, behind) == 0;
}

/* Marks the columns that a name stands for. */
static int32_t mark_name(uint8_t *chosen, const recs__fitting *fit, recs__piece pattern, uint32_t number) {
  const recs_pipeline *pipeline = fit->pipeline;
  char quoted[QUOTED];
  int any = 0;
  for (uint32_t slot = 0; slot < pipeline->slots; slot++) {
    const char *name;
    size_t length;
    if (fit->columns[slot] == NULL)
      continue;
    RECS_TRY(recs_ids_name(&name, &length, pipeline->names, slot));
    if (fits(pattern, name, length))
      any = chosen[slot] = 1;
  }
  return any ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "step %u: no column %s%s", number,
                                    recs__quote(quoted, sizeof quoted, pattern.text, pattern.length),
                                    pattern.length == 0 ? " (an empty name)" : "");
}

/* What is not marked yet, of what steps work on unless told otherwise. */
static void mark_others(uint8_t *chosen, const recs__fitting *fit) {
  for (uint32_t slot = 0; slot < fit->pipeline->slots; slot++)
    chosen[slot] = fit->columns[slot] != NULL && !fit->made[slot] && !chosen[slot];
}

static int32_t mark_list(uint8_t *chosen, const recs__step *step, const recs__fitting *fit, uint32_t number) {
  recs__piece list = recs__piece_trim(step->columns_text);
  int others = list.length > 0 && list.text[0] == '!';
  const char *at = list.text + others, *end = list.text + list.length;
  for (int more = 1; more;) {
    const char *comma = memchr(at, ',', (size_t)(end - at));
    const char *stop = comma == NULL ? end : comma;
    RECS_TRY(mark_name(chosen, fit, recs__piece_trim((recs__piece){at, (size_t)(stop - at)}), number));
    more = comma != NULL;
    at = stop + more;
  }
  if (others)
    mark_others(chosen, fit);
  return RECS_OK;
}

static int32_t copy_marked(recs__step *step, const recs__fitting *fit, const uint8_t *chosen) {
  const recs_context *context = fit->pipeline->object.context;
  step->slots = recs__alloc(context, fit->pipeline->slots, sizeof *step->slots);
  if (step->slots == NULL)
    return recs__fail_nomem();
  for (uint32_t slot = 0; slot < fit->pipeline->slots; slot++) {
    if (chosen[slot])
      step->slots[step->count++] = slot;
  }
  step->found = recs__alloc_zero(context, step->count, sizeof *step->found);
  return step->found == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__step_choose(recs__step *step, const recs__fitting *fit) {
  const recs_context *context = fit->pipeline->object.context;
  uint8_t *chosen = recs__alloc_zero(context, fit->pipeline->slots, 1);
  int32_t status = RECS_OK;
  if (chosen == NULL)
    return recs__fail_nomem();
  if (step->columns_text.text == NULL)
    mark_others(chosen, fit);
  else
    status = mark_list(chosen, step, fit, (uint32_t)(step - fit->pipeline->steps) + 1);
  if (status == RECS_OK)
    status = copy_marked(step, fit, chosen);
  recs__free(context, chosen);
  return status;
}
