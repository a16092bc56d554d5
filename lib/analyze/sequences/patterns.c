/* Sequential patterns: options, budgets, and the way from a store to patterns. */
#include "lib/analyze/sequences/patterns.h"

#include "lib/base/options.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MOST_LIMIT 9007199254740992.0 /* 2^53 */

static const recs__choice kinds[] = {
    {"all", RECS_PATTERNS_ALL},
    {"closed", RECS_PATTERNS_CLOSED},
    {"maximal", RECS_PATTERNS_MAXIMAL},
    {NULL, 0},
};

static const recs__field fields[] = {
    RECS__F64(recs_patterns_options, min_support, 1e-12, 1.0, 0.01, "Share of the non-empty sequences that a pattern must be in."),
    RECS__U64(recs_patterns_options, min_count, 0, UINT64_MAX, 0, "When not 0: the number of sequences, in place of the share."),
    RECS__U64(recs_patterns_options, top_k, 0, UINT64_MAX, 0, "Only so many, of the largest support; 0: all."),
    RECS__U64(recs_patterns_options, max_bytes, 0, UINT64_MAX, 1 << 30,
              "About how many bytes patterns may take before the least support rises; 0: any."),
    RECS__F64(recs_patterns_options, max_seconds, 0, 1e9, 0, "When to stop with a larger least support; 0: never."),
    RECS__I64(recs_patterns_options, min_gap, 0, MOST_LIMIT, 0, "Positions from an element to the next at least."),
    RECS__I64(recs_patterns_options, max_gap, -1, MOST_LIMIT, -1, "Positions from an element to the next at most; -1: any."),
    RECS__I64(recs_patterns_options, window, -1, MOST_LIMIT, -1, "Positions from the first element to the last at most; -1: any."),
    RECS__I64(recs_patterns_options, min_gap_time, 0, MOST_LIMIT, 0, "Time from an element to the next at least."),
    RECS__I64(recs_patterns_options, max_gap_time, -1, MOST_LIMIT, -1, "Time from an element to the next at most; -1: any."),
    RECS__I64(recs_patterns_options, window_time, -1, MOST_LIMIT, -1, "Time from the first element to the last at most; -1: any."),
    RECS__U32(recs_patterns_options, min_length, 1, UINT32_MAX, 1, "Items of the shortest pattern returned."),
    RECS__U32(recs_patterns_options, max_length, 0, UINT32_MAX, 0, "Items of the longest pattern returned; 0: any."),
    RECS__CHOICE(recs_patterns_options, kind, kinds, "all|closed|maximal", RECS_PATTERNS_ALL, "Which patterns are wanted."),
    RECS__RESERVED(recs_patterns_options, reserved),
    RECS__POINTER(recs_patterns_options, contain, "Items that a pattern must have."),
    RECS__U64(recs_patterns_options, contain_count, 0, UINT64_MAX, 0, "How many items a pattern must have."),
    RECS__POINTER(recs_patterns_options, exclude, "Items that a pattern must not have."),
    RECS__U64(recs_patterns_options, exclude_count, 0, UINT64_MAX, 0, "How many items a pattern must not have."),
};
static const recs_schema schema = RECS__SCHEMA("patterns", recs_patterns_options, fields);

const recs_schema *recs_patterns_schema(void) {
  return &schema;
}

int32_t recs_patterns_options_init(recs_patterns_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

static int32_t check_pair(const char *low_name, int64_t low, const char *high_name, int64_t high) {
  if (high >= 0 && low > high)
    return recs__fail(RECS_ERROR_INVALID, "%s is %" PRId64 ", above %s, which is %" PRId64, low_name, low, high_name, high);
  return RECS_OK;
}

static int32_t load(recs_patterns_options *out, const recs_patterns_options *options) {
  RECS_TRY(recs__options_load(out, &schema, options));
  RECS_TRY(check_pair("min_gap", out->min_gap, "max_gap", out->max_gap));
  RECS_TRY(check_pair("min_gap_time", out->min_gap_time, "max_gap_time", out->max_gap_time));
  if (out->max_length > 0)
    RECS_TRY(check_pair("min_length", out->min_length, "max_length", out->max_length));
  if (out->contain_count > 0)
    RECS_NOT_NULL(out->contain);
  if (out->exclude_count > 0)
    RECS_NOT_NULL(out->exclude);
  return RECS_OK;
}

/* At least 1, and at most one more than there are sequences. */
static uint64_t least_count(const recs_patterns_options *options, uint64_t sequences) {
  double count = ceil(options->min_support * (double)sequences - 1e-9);
  uint64_t least = options->min_count > 0 ? options->min_count : (uint64_t)count;
  least = least == 0 ? 1 : least;
  return least > sequences ? sequences + 1 : least;
}

static int32_t finish_list(recs__pattern_list *list, const recs__pattern_base *base, const recs_patterns_options *options) {
  unsigned char *marks;
  if (options->kind == RECS_PATTERNS_ALL)
    return RECS_OK;
  RECS_TRY(recs__pattern_list_thin(list, base->context, options));
  marks = recs__alloc_zero(base->context, (size_t)list->count, sizeof *marks);
  if (marks == NULL)
    return recs__fail_nomem();
  for (uint64_t i = 0; i < list->count; i++)
    marks[i] = !recs__pattern_wanted(base, options, list->words + list->offsets[i], (size_t)(list->offsets[i + 1] - list->offsets[i]));
  recs__pattern_list_drop(list, marks);
  recs__free(base->context, marks);
  return RECS_OK;
}

/* One search down to `floor`. The list and what it is complete for; `*late`: the time was up, and there is no list. */
static int32_t search_to(recs__pattern_list *list, uint64_t *complete, int *late, const recs__pattern_base *base,
                         const recs_patterns_options *options, uint64_t floor, double deadline, const recs__progress *progress) {
  recs__pattern_mining mining;
  int32_t status;
  RECS_GO(recs__pattern_mining_init(&mining, base, options, floor, options->kind == RECS_PATTERNS_ALL));
  mining.deadline = deadline;
  RECS_GO(recs__patterns_search(&mining, progress));
  *late = recs__pattern_late(&mining);
  if (*late)
    goto cleanup;
  *complete = recs__pattern_kept_floor(&mining);
  RECS_GO(recs__pattern_list_make(list, &mining, recs__pattern_floor(&mining)));
cleanup:
  recs__pattern_mining_free(&mining);
  return status;
}

/* Under a limit of time: searches for the least support halved again and again; what the last whole one found counts. */
static int32_t search_in_time(recs__pattern_list *list, uint64_t *complete, const recs__pattern_base *base,
                              const recs_patterns_options *options, uint64_t asked, const recs__progress *progress) {
  double deadline = recs__pattern_clock() + options->max_seconds;
  uint64_t floor = asked, kept;
  int late = 0;
  for (uint32_t code = 0; code < base->items; code++)
    floor = base->supports[code] > floor ? base->supports[code] : floor;
  *complete = floor + 1;
  for (;; floor = floor / 2 > asked ? floor / 2 : asked) {
    recs__pattern_list next = {0};
    int32_t status = search_to(&next, &kept, &late, base, options, floor, deadline, progress);
    if (status != RECS_OK || late) {
      recs__pattern_list_free(&next, base->context);
      return status;
    }
    recs__pattern_list_free(list, base->context);
    *list = next;
    *complete = kept;
    if (floor == asked || kept > floor)
      return RECS_OK;
  }
}

static int32_t mine(recs_patterns **out, const recs_sequence_store *store, const recs_patterns_options *options,
                    const recs__progress *progress) {
  uint64_t asked = least_count(options, store->used), complete = asked;
  recs__pattern_base base;
  recs__pattern_list list = {0};
  int32_t status;
  int late;
  RECS_GO(recs__pattern_base_make(&base, store, options, asked));
  if (options->max_seconds > 0)
    RECS_GO(search_in_time(&list, &complete, &base, options, asked, progress));
  else
    RECS_GO(search_to(&list, &complete, &late, &base, options, asked, 0, progress));
  RECS_GO(finish_list(&list, &base, options));
  RECS_GO(recs__patterns_create(out, &base, &list, options, asked, complete));
cleanup:
  recs__pattern_list_free(&list, base.context);
  recs__pattern_base_free(&base);
  return status;
}

int32_t recs_patterns_mine(recs_patterns **out, const recs_sequence_store *store, const recs_patterns_options *options,
                           recs_progress_fn progress, void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  recs_patterns_options chosen;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(store);
  RECS_TRY(load(&chosen, options));
  return mine(out, store, &chosen, &whole);
}

int32_t recs_patterns_each(const recs_sequence_store *store, const recs_patterns_options *options, recs_pattern_fn found,
                           void *payload) {
  recs_patterns_options chosen;
  recs__pattern_mining mining = {0};
  recs__pattern_base base;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(store);
  RECS_NOT_NULL(found);
  RECS_TRY(load(&chosen, options));
  if (chosen.kind != RECS_PATTERNS_ALL || chosen.top_k > 0 || chosen.max_seconds > 0)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "patterns are handed out as they are found only for kind all, without top_k and max_seconds");
  chosen.max_bytes = 0;
  RECS_GO(recs__pattern_base_make(&base, store, &chosen, least_count(&chosen, store->used)));
  mining.base = &base;
  RECS_GO(recs__pattern_mining_init(&mining, &base, &chosen, least_count(&chosen, store->used), 1));
  mining.found = found;
  mining.payload = payload;
  RECS_GO(recs__patterns_search(&mining, NULL));
cleanup:
  if (mining.base != NULL)
    recs__pattern_mining_free(&mining);
  recs__pattern_base_free(&base);
  return status;
}
