#include "lib/evaluate/knobs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/memory.h"

#define DAY 86400000.0

/* What is known of options by their names, whatever the scorer. An option that is not here is searched by its bounds. */
static const recs__knob known[] = {
    {.name = "k", .scale = RECS__SCALE_LOG, .low = 10, .high = 1000},
    {.name = "shrink", .scale = RECS__SCALE_LOG, .low = 0.5, .high = 100},
    {.name = "kernel", .scale = RECS__SCALE_NAMES, .choices = "cosine|jaccard|tfidf|bm25"},
    {.name = "window", .scale = RECS__SCALE_LOG, .low = 2, .high = 50},
    {.name = "distance", .scale = RECS__SCALE_LINEAR, .low = 0, .high = 1.5},
    {.name = "exponent_from", .scale = RECS__SCALE_LINEAR, .low = 0, .high = 1},
    {.name = "exponent_to", .scale = RECS__SCALE_LINEAR, .low = 0, .high = 1},
    {.name = "recency", .scale = RECS__SCALE_LINEAR, .low = 0.3, .high = 1},
    {.name = "half_life", .scale = RECS__SCALE_CLOCK, .low = DAY, .high = 365 * DAY},
    {.name = "max_age", .scale = RECS__SCALE_CLOCK, .low = DAY, .high = 365 * DAY},
    {.name = "gap", .scale = RECS__SCALE_CLOCK, .low = DAY / 48, .high = 7 * DAY},
    {.name = "match_decay", .scale = RECS__SCALE_LINEAR, .low = 0, .high = 0.5},
    {.name = "history_weight", .scale = RECS__SCALE_FIXED}, /* only the ratio to profile_weight counts */
    {.name = "profile_weight", .scale = RECS__SCALE_LOG, .low = 0.1, .high = 10},
    {.name = "max_share", .scale = RECS__SCALE_LOG, .low = 0.01, .high = 1},
    {.name = "min_documents", .scale = RECS__SCALE_LOG, .low = 1, .high = 20},
    {.name = "rrf_k", .scale = RECS__SCALE_LOG, .low = 5, .high = 200},
    {.name = "alpha", .scale = RECS__SCALE_LOG, .low = 0.1, .high = 100},
    {.name = "unobserved", .scale = RECS__SCALE_LOG, .low = 0.01, .high = 100},
    {.name = "regularization", .scale = RECS__SCALE_LOG, .low = 1e-4, .high = 1},
    {.name = "factors", .scale = RECS__SCALE_LOG, .low = 16, .high = 256},
    {.name = "iterations", .scale = RECS__SCALE_LOG, .low = 4, .high = 32},
    {.name = "lambda", .scale = RECS__SCALE_LOG, .low = 5, .high = 5000},
    {.name = "metric", .scale = RECS__SCALE_NAMES, .choices = "confidence|added-value|cosine|kulczynski|jaccard"},
    {.name = "lift_power", .scale = RECS__SCALE_LINEAR, .low = 0, .high = 1},
    {.name = "max_antecedent", .scale = RECS__SCALE_LOG, .low = 1, .high = 3},
    /* These say how something is computed, not what. */
    {.name = "block", .scale = RECS__SCALE_FIXED},
    {.name = "tolerance", .scale = RECS__SCALE_FIXED},
    {.name = "memory_mb", .scale = RECS__SCALE_FIXED},
    {.name = "max_itemsets", .scale = RECS__SCALE_FIXED},
    {.name = "method", .scale = RECS__SCALE_FIXED},
    {.name = "precision", .scale = RECS__SCALE_FIXED},
};

static const recs__knob *find_known(const char *name) {
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (strcmp(known[i].name, name) == 0)
      return &known[i];
  }
  return NULL;
}

/* By its bounds: shares evenly, other positive numbers up to eight times more and less than the default. */
static recs__knob knob_of_bounds(const recs_option_info *info) {
  recs__knob knob = {.name = info->name, .scale = RECS__SCALE_FIXED, .low = info->minimum, .high = info->maximum};
  if (info->minimum >= 0 && info->maximum <= 1) {
    knob.scale = RECS__SCALE_LINEAR;
  } else if (info->value > 0) {
    knob.scale = RECS__SCALE_LOG;
    knob.low = fmax(info->minimum, info->value / 8);
    knob.high = fmin(info->maximum, info->value * 8);
  }
  return knob;
}

/* The place of a name in a list, counted from 1; 0: it is not there. */
static int place_in(const char *choices, const char *name) {
  size_t length = strlen(name);
  for (int place = 1;; place++) {
    size_t size = strcspn(choices, "|");
    if (size == length && memcmp(choices, name, length) == 0)
      return place;
    if (choices[size] == 0)
      return 0;
    choices += size + 1;
  }
}

static int find_usual(const recs__knob *knob, const recs__field *field) {
  if (field->kind == RECS__FIELD_FLAG)
    return place_in(knob->choices, field->integer != 0 ? "1" : "0");
  for (const recs__choice *choice = field->choices; choice != NULL && choice->name != NULL; choice++) {
    if (choice->value == field->integer)
      return place_in(knob->choices, choice->name);
  }
  return 0;
}

static recs__knob knob_of(const recs_option_info *info, const recs__field *field) {
  const recs__knob *by_name = find_known(info->name);
  recs__knob knob = {.name = info->name, .scale = RECS__SCALE_FIXED};
  if (by_name != NULL)
    knob = *by_name;
  else if (info->type == RECS_OPTION_FLAG)
    knob = (recs__knob){.name = info->name, .scale = RECS__SCALE_NAMES, .choices = "0|1"};
  else if (info->type == RECS_OPTION_CHOICE)
    knob = (recs__knob){.name = info->name, .scale = RECS__SCALE_NAMES, .choices = info->choices};
  else if (info->type == RECS_OPTION_REAL || (info->type == RECS_OPTION_INT && field->kind != RECS__FIELD_U64))
    knob = knob_of_bounds(info); /* 64 bits without sign are seeds */
  if (info->type == RECS_OPTION_CHOICE && strchr(info->choices, '|') == NULL) /* there is nothing to choose */
    knob.scale = RECS__SCALE_FIXED;
  knob.whole = info->type == RECS_OPTION_INT;
  if (knob.scale == RECS__SCALE_NAMES)
    knob.usual = find_usual(&knob, field);
  if (knob.scale != RECS__SCALE_FIXED && knob.scale != RECS__SCALE_NAMES) {
    knob.low = fmax(knob.low, info->minimum);
    knob.high = fmin(knob.high, info->maximum);
  }
  return knob;
}

/* '-' and '_' are the same in settings. */
static int same_key(const char *text, size_t length, const char *key) {
  if (strlen(key) != length)
    return 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] != key[i] && !(text[i] == '-' && key[i] == '_') && !(text[i] == '_' && key[i] == '-'))
      return 0;
  }
  return 1;
}

/* Whether settings in text set "part.name" (part NULL: "name"). */
static int is_set(const char *given, const char *part, const char *name) {
  char key[128];
  snprintf(key, sizeof key, "%s%s%s", part == NULL ? "" : part, part == NULL ? "" : ".", name);
  for (const char *at = given; at != NULL && *at != 0;) {
    size_t length = strcspn(at, ";\n\r"), equals = strcspn(at, "=");
    if (equals < length && same_key(at, equals, key))
      return 1;
    at += length + (at[length] != 0);
  }
  return 0;
}

static void add_knobs(recs__knobs *out, const recs_schema *schema, const char *part, const char *given, int clock) {
  for (uint32_t i = 0, listed = 0; i < schema->count && out->count < RECS__MOST_KNOBS; i++) {
    recs_option_info info;
    recs__knob knob;
    if (schema->fields[i].kind == RECS__FIELD_RESERVED)
      continue;
    if (recs_schema_field(&info, schema, listed++) != RECS_OK)
      continue;
    knob = knob_of(&info, &schema->fields[i]);
    knob.part = part;
    if (knob.scale == RECS__SCALE_FIXED || (knob.scale == RECS__SCALE_CLOCK && !clock) || is_set(given, part, info.name))
      continue;
    out->list[out->count++] = knob;
  }
}

static int has_field(const recs_schema *schema, const char *name) {
  for (uint32_t i = 0; i < schema->count; i++) {
    if (strcmp(schema->fields[i].name, name) == 0)
      return 1;
  }
  return 0;
}

void recs__knobs_find(recs__knobs *out, const recs_scorer *scorer, const char *given, int clock) {
  const recs_schema *schema = recs_scorer_schema(recs_scorer_name(scorer));
  uint32_t parts = recs_scorer_parts(scorer);
  memset(out, 0, sizeof *out);
  if (schema == NULL)
    return;
  add_knobs(out, schema, NULL, given, clock);
  for (uint32_t p = 0; p < parts && p < 16; p++) {
    out->parts[p] = recs_scorer_name(recs_scorer_part(scorer, p));
    schema = recs_scorer_schema(out->parts[p]);
    if (schema != NULL)
      add_knobs(out, schema, out->parts[p], given, clock);
  }
  schema = recs_scorer_schema(recs_scorer_name(scorer));
  if (parts > 1 && parts <= 16 && has_field(schema, "weights") && !is_set(given, NULL, "weights"))
    out->weights = parts;
}

uint32_t recs__knobs_dimensions(const recs__knobs *knobs) {
  return knobs->count + knobs->weights;
}

static int is_name(const recs__knobs *knobs, uint32_t dimension) {
  return dimension < knobs->count && knobs->list[dimension].scale == RECS__SCALE_NAMES;
}

/* Of the knobs about three are turned, names a third as often, for there are few to try; weights one time in four, all of them or
 * none. Near a parent, what it turned moves at most half of the way to anywhere; a name that it chose may go back to the usual
 * one. */
void recs__knobs_draw(double *out, const recs__knobs *knobs, const double *parent, recs__random *random) {
  uint32_t dimensions = recs__knobs_dimensions(knobs), turned = 0;
  while (turned == 0) {
    double chance = 3.0 / (knobs->count > 3 ? knobs->count : 3);
    int weigh = recs__random_unit(random) < 0.25 && knobs->weights > 0;
    for (uint32_t i = 0; i < dimensions; i++) {
      int turn = i < knobs->count ? recs__random_unit(random) < (is_name(knobs, i) ? chance / 3 : chance) : weigh;
      double anywhere = recs__random_unit(random), step = 0.5 * recs__random_unit(random);
      out[i] = parent == NULL ? (double)NAN : parent[i];
      if (turn && !isnan(out[i]) && is_name(knobs, i) && step < 0.25)
        out[i] = (double)NAN;
      else if (turn)
        out[i] = isnan(out[i]) ? anywhere : out[i] + step * (anywhere - out[i]);
      else if (!isnan(out[i]) && recs__random_unit(random) < 0.5)
        out[i] += 0.2 * step * (anywhere - out[i]);
      turned += (uint32_t)turn;
    }
  }
}

/* Three digits, without an exponent, in every locale alike. */
static void print_short(char *out, size_t size, double value) {
  int digits = value > 0 ? 2 - (int)floor(log10(value)) : 0;
  double unit;
  long long scaled, whole;
  if (digits < 0)
    digits = 0;
  if (digits > 9)
    digits = 9;
  unit = pow(10, digits);
  scaled = llround(value * unit);
  whole = scaled / (long long)unit;
  if (digits == 0)
    snprintf(out, size, "%lld", whole);
  else
    snprintf(out, size, "%lld.%0*lld", whole, digits, scaled % (long long)unit);
}

/* One of the names but the usual one. */
static void print_choice(char *out, size_t size, const recs__knob *knob, double at) {
  const char *choices = knob->choices;
  int count = 1, chosen;
  for (const char *bar = choices; (bar = strchr(bar, '|')) != NULL; bar++)
    count += 1;
  count -= knob->usual > 0 && count > 1;
  chosen = (int)(at * count);
  chosen = chosen < count ? chosen : count - 1;
  chosen += knob->usual > 0 && chosen + 1 >= knob->usual;
  for (; chosen > 0 && strchr(choices, '|') != NULL; chosen--)
    choices = strchr(choices, '|') + 1;
  snprintf(out, size, "%.*s", (int)strcspn(choices, "|"), choices);
}

static void print_value(char *out, size_t size, const recs__knob *knob, double at) {
  double value;
  if (knob->scale == RECS__SCALE_NAMES) {
    print_choice(out, size, knob, at);
    return;
  }
  if (knob->scale == RECS__SCALE_LINEAR || knob->low <= 0)
    value = knob->low + at * (knob->high - knob->low);
  else
    value = knob->low * pow(knob->high / knob->low, at);
  value = fmin(fmax(value, knob->low), knob->high);
  print_short(out, size, knob->whole ? round(value) : value);
}

/* A growing text. */
typedef struct text {
  const recs_context *context;
  char *bytes;
  size_t used, room;
  int failed;
} text;

static void append(text *to, const char *more) {
  size_t length = strlen(more);
  if (to->failed || recs__grow(to->context, &to->bytes, &to->room, to->used + length + 1, 1) != RECS_OK) {
    to->failed = 1;
    return;
  }
  memcpy(to->bytes + to->used, more, length + 1);
  to->used += length;
}

static void append_weights(text *to, const recs__knobs *knobs, const double *at) {
  char value[RECS__KNOB_VALUE];
  if (knobs->weights == 0 || isnan(at[0]))
    return;
  append(to, to->used > 0 ? ";weights=" : "weights=");
  for (uint32_t p = 0; p < knobs->weights; p++) {
    print_short(value, sizeof value, 0.05 * pow(20, at[p]));
    append(to, p > 0 ? "," : "");
    append(to, value);
  }
}

char *recs__knobs_text(const recs__knobs *knobs, const double *at, const char *given, const recs_context *context) {
  text out = {.context = context};
  char value[RECS__KNOB_VALUE];
  append(&out, given == NULL ? "" : given);
  for (uint32_t i = 0; i < knobs->count; i++) {
    const recs__knob *knob = &knobs->list[i];
    if (isnan(at[i]))
      continue;
    append(&out, out.used > 0 ? ";" : "");
    append(&out, knob->part == NULL ? "" : knob->part);
    append(&out, knob->part == NULL ? "" : ".");
    append(&out, knob->name);
    append(&out, "=");
    print_value(value, sizeof value, knob, at[i]);
    append(&out, value);
  }
  append_weights(&out, knobs, at + knobs->count);
  if (out.failed) {
    recs__free(context, out.bytes);
    return NULL;
  }
  return out.bytes;
}
