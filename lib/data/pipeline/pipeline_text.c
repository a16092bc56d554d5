/* Steps from text. */
#include "lib/data/pipeline/pipeline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/number.h"

static const recs__step_kind *const kinds[] = {recs__column_kinds, recs__impute_kinds,  recs__knn_kinds,   recs__outlier_kinds,
                                               recs__scale_kinds,  recs__rank_kinds,    recs__onehot_kinds};
enum { LISTS = sizeof kinds / sizeof kinds[0], QUOTED = 80, KNOWN = 200 };

/* Where the reading stands. */
typedef struct reading {
  const char *text; /* the whole */
  recs__piece step; /* the step */
  uint32_t number;  /* of the step, from 1 */
} reading;

static const recs__step_kind *kind_at(uint32_t index) {
  for (size_t list = 0; list < LISTS; list++) {
    for (const recs__step_kind *kind = kinds[list]; kind->verb != NULL; kind++) {
      if (index-- == 0)
        return kind;
    }
  }
  return NULL;
}

int32_t recs_pipeline_kind(const char **form, const char **summary, uint32_t index) {
  const recs__step_kind *kind = kind_at(index);
  recs__enter();
  RECS_NOT_NULL(form);
  *form = kind == NULL ? NULL : kind->form;
  if (summary != NULL)
    *summary = kind == NULL ? NULL : kind->summary;
  return kind != NULL ? RECS_OK : recs__fail(RECS_ERROR_NOT_FOUND, "no step has number %u", index);
}

static int same(recs__piece piece, const char *word) {
  return piece.length == strlen(word) && memcmp(piece.text, word, piece.length) == 0;
}

/* What is wrong, with the step and its place before it. */
static int32_t refuse(const reading *at, const char *reason) {
  char quoted[QUOTED];
  return recs__fail(RECS_ERROR_INVALID, "step %u, %s at byte %zu: %s", at->number,
                    recs__quote(quoted, sizeof quoted, at->step.text, at->step.length), (size_t)(at->step.text - at->text), reason);
}

static void append_word(char known[KNOWN], const char *word) {
  size_t used = strlen(known);
  snprintf(known + used, KNOWN - used, "%s%s", used == 0 ? "" : ", ", word);
}

/* No step has this verb, or this method: which are there? */
static int32_t refuse_word(const reading *at, const char *what, recs__piece word, const char *verb) {
  char known[KNOWN] = "", quoted[QUOTED], reason[2 * KNOWN];
  const char *last = "";
  const recs__step_kind *kind;
  for (uint32_t i = 0; (kind = kind_at(i)) != NULL; i++) {
    if (verb == NULL && strcmp(kind->verb, last) != 0)
      append_word(known, kind->verb);
    if (verb != NULL && strcmp(kind->verb, verb) == 0)
      append_word(known, kind->method[0] == 0 ? "none" : kind->method);
    last = kind->verb;
  }
  snprintf(reason, sizeof reason, "unknown %s %s; known: %s", what, recs__quote(quoted, sizeof quoted, word.text, word.length), known);
  return refuse(at, reason);
}

static int32_t find_kind(const recs__step_kind **out, const reading *at, recs__piece verb, recs__piece method) {
  const recs__step_kind *kind, *other = NULL;
  for (uint32_t i = 0; (kind = kind_at(i)) != NULL; i++) {
    if (!same(verb, kind->verb))
      continue;
    other = kind;
    if (same(method, kind->method)) {
      *out = kind;
      return RECS_OK;
    }
  }
  return other == NULL ? refuse_word(at, "verb", verb, NULL) : refuse_word(at, "method", method, other->verb);
}

/* The part of a piece before a byte; the rest, without the byte, stays. The whole when it is not there. */
static recs__piece cut(recs__piece *rest, char byte) {
  const char *found = rest->length == 0 ? NULL : memchr(rest->text, byte, rest->length);
  recs__piece before = *rest;
  if (found == NULL) {
    *rest = (recs__piece){rest->text + rest->length, 0};
    return recs__piece_trim(before);
  }
  before.length = (size_t)(found - rest->text);
  *rest = (recs__piece){found + 1, rest->length - before.length - 1};
  return recs__piece_trim(before);
}

static int32_t parse_argument(double *out, const reading *at, const recs__argument *wanted, recs__piece text) {
  char reason[KNOWN], quoted[QUOTED];
  int is_number = recs__parse_double(text.text, text.length, out);
  if (is_number && *out >= wanted->minimum && *out <= wanted->maximum && (!wanted->whole || *out == floor(*out)))
    return RECS_OK;
  snprintf(reason, sizeof reason, "%s is %s, not a%s number from %g to %g", wanted->name,
           recs__quote(quoted, sizeof quoted, text.text, text.length), wanted->whole ? " whole" : "", wanted->minimum, wanted->maximum);
  return refuse(at, reason);
}

static int32_t parse_arguments(recs__step *step, const reading *at, recs__piece rest) {
  char reason[KNOWN];
  for (size_t i = 0; i < RECS__STEP_ARGUMENTS; i++) {
    const recs__argument *wanted = &step->kind->arguments[i];
    step->arguments[i] = wanted->value;
    if (wanted->name != NULL && rest.length > 0)
      RECS_TRY(parse_argument(&step->arguments[i], at, wanted, cut(&rest, ':')));
    if (wanted->name != NULL && isnan(step->arguments[i])) {
      snprintf(reason, sizeof reason, "%s is not given (%s)", wanted->name, step->kind->form);
      return refuse(at, reason);
    }
  }
  if (rest.length > 0) {
    snprintf(reason, sizeof reason, "too many arguments (%s)", step->kind->form);
    return refuse(at, reason);
  }
  if (step->kind->arguments[1].name != NULL && step->arguments[0] > step->arguments[1])
    return refuse(at, "the bounds are the wrong way round");
  return RECS_OK;
}

/* verb [ '[' columns ']' ] [ '=' method { ':' argument } ] */
static int32_t parse_step(recs__step *step, const reading *at) {
  recs__piece rest = at->step, verb, method = {"", 0};
  size_t end = 0;
  step->columns_text = (recs__piece){NULL, 0};
  while (end < rest.length && rest.text[end] != '[' && rest.text[end] != '=')
    end += 1;
  verb = recs__piece_trim((recs__piece){rest.text, end});
  rest = (recs__piece){rest.text + end, rest.length - end};
  if (rest.length > 0 && rest.text[0] == '[') {
    const char *close = memchr(rest.text, ']', rest.length);
    if (close == NULL)
      return refuse(at, "no ] after [");
    step->columns_text = (recs__piece){rest.text + 1, (size_t)(close - rest.text) - 1};
    rest = recs__piece_trim((recs__piece){close + 1, (size_t)(rest.text + rest.length - close) - 1});
  }
  if (rest.length > 0 && rest.text[0] != '=')
    return refuse(at, "a step is verb[columns]=method:argument");
  if (rest.length > 0) {
    rest = (recs__piece){rest.text + 1, rest.length - 1};
    method = cut(&rest, ':');
  }
  RECS_TRY(find_kind(&step->kind, at, verb, method));
  if (step->kind->lists && step->columns_text.text == NULL)
    return refuse(at, "name its columns, in []");
  return parse_arguments(step, at, rest);
}

/* The next step that is not blank; 0 at the end. */
static int next_step(recs__piece *out, const char **rest) {
  while (**rest != 0) {
    size_t length = strcspn(*rest, ";\n\r");
    *out = recs__piece_trim((recs__piece){*rest, length});
    *rest += length + ((*rest)[length] != 0);
    if (out->length > 0)
      return 1;
  }
  return 0;
}

int32_t recs__pipeline_parse(recs_pipeline *pipeline, const char *text) {
  recs_context *context = pipeline->object.context;
  const char *rest = text;
  reading at = {text, {NULL, 0}, 0};
  uint32_t count = 0;
  while (next_step(&at.step, &rest))
    count += count < UINT32_MAX;
  if (count > RECS__STEPS)
    return recs__fail(RECS_ERROR_INVALID, "a pipeline has at most %d steps, not %u", RECS__STEPS, count);
  pipeline->steps = recs__alloc_zero(context, count, sizeof *pipeline->steps);
  if (pipeline->steps == NULL)
    return recs__fail_nomem();
  for (rest = text; next_step(&at.step, &rest);) {
    at.number += 1;
    RECS_TRY(parse_step(&pipeline->steps[pipeline->step_count], &at));
    pipeline->step_count += 1;
  }
  return RECS_OK;
}
