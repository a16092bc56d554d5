/* Funnels: options, steps, and what was found. */
#include "lib/analyze/funnels/funnel.h"

#include "lib/base/options.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct recs_funnel {
  recs__object object;
  uint32_t steps;
  uint32_t groups;
  uint64_t *users;  /* groups x steps */
  uint64_t *events; /* steps */
  recs__funnel_times *times; /* groups x steps x 2 */
  recs__funnel_trips trips;
};

static const recs__choice between_kinds[] = {{"anything", RECS_BETWEEN_ANYTHING},
                                             {"others", RECS_BETWEEN_OTHERS},
                                             {"nothing", RECS_BETWEEN_NOTHING},
                                             {NULL, 0}};
static const recs__choice hold_kinds[] = {
    {"nothing", RECS_HOLD_NOTHING}, {"session", RECS_HOLD_SESSION}, {"item", RECS_HOLD_ITEM}, {NULL, 0}};

static const recs__field funnel_fields[] = {
    RECS__POINTER(recs_funnel_options, groups, "The group of each user by row; NULL: all are one."),
    RECS__U64(recs_funnel_options, group_rows, 0, UINT64_MAX, 0, "How many users groups tells of."),
    RECS__I64(recs_funnel_options, window, 0, INT64_MAX, 0,
              "Longest time from the first step to each other, in milliseconds; 0: any."),
    RECS__I64(recs_funnel_options, since, INT64_MIN, INT64_MAX, RECS_NO_TIME, "Attempts begin at this time or later."),
    RECS__I64(recs_funnel_options, until, INT64_MIN, INT64_MAX, RECS_NO_TIME, "Attempts begin before this time."),
    RECS__U32(recs_funnel_options, group_count, 1, RECS__MOST_GROUPS, 1, "How many groups there are."),
    RECS__CHOICE(recs_funnel_options, between, between_kinds, "anything|others|nothing", RECS_BETWEEN_ANYTHING,
                 "What may happen between two steps."),
    RECS__CHOICE(recs_funnel_options, hold, hold_kinds, "nothing|session|item", RECS_HOLD_NOTHING,
                 "What all steps of one attempt have in common."),
    RECS__RESERVED(recs_funnel_options, reserved),
};
static const recs_schema funnel_schema = RECS__SCHEMA("funnel", recs_funnel_options, funnel_fields);

const recs_schema *recs_funnel_schema(void) {
  return &funnel_schema;
}

int32_t recs_funnel_options_init(recs_funnel_options *options, size_t struct_size) {
  return recs_options_init(options, &funnel_schema, struct_size);
}

int32_t recs__funnel_parse(recs__funnel_plan *plan, const recs_ids *types, const char *steps) {
  const char *rest = steps;
  recs__piece step, unknown;
  memset(plan->types, 0, sizeof plan->types);
  for (plan->steps = 0; recs__names_next(&step, &rest); plan->steps++) {
    if (plan->steps == RECS__MOST_STEPS)
      return recs__fail(RECS_ERROR_INVALID, "more than %d steps", RECS__MOST_STEPS);
    if (!recs__type_set_mark(plan->types, 1U << plan->steps, types, step, &unknown))
      return recs__fail(RECS_ERROR_INVALID, "step %" PRIu32 " names an empty event type", plan->steps + 1);
  }
  return RECS_OK;
}

static int32_t check_groups(const recs_funnel_options *options) {
  for (uint64_t user = 0; options->groups != NULL && user < options->group_rows; user++) {
    uint32_t group = options->groups[user];
    if (group != RECS_NO_ROW && group >= options->group_count)
      return recs__fail(RECS_ERROR_INVALID, "group of user %" PRIu64 " is %" PRIu32 "; there are %" PRIu32, user, group, options->group_count);
  }
  if (options->groups == NULL && options->group_count != 1)
    return recs__fail(RECS_ERROR_INVALID, "group_count is %" PRIu32 ", but groups is NULL", options->group_count);
  return RECS_OK;
}

/* What a log knows, and how often each step happens in it. */
static int32_t survey(recs_funnel *funnel, recs__funnel_plan *plan, const recs_events *events) {
  const recs_funnel_options *options = &plan->options;
  uint64_t by_type[RECS__TYPE_BYTES] = {0};
  recs__event_view view;
  int sessions = 0;
  for (size_t chunk = 0; chunk < recs__events_chunks(events); chunk++) {
    recs__events_view(&view, events, chunk);
    sessions |= view.sessions != NULL;
    for (size_t i = 0; i < view.count; i++)
      by_type[view.types[i]] += 1;
    for (size_t i = 0; !plan->timed && view.times != NULL && i < view.count; i++)
      plan->timed = view.times[i] != RECS_NO_TIME;
  }
  for (uint32_t step = 0; step < plan->steps; step++) {
    for (int type = 0; type < RECS__TYPE_BYTES; type++)
      funnel->events[step] += plan->types[type] >> step & 1 ? by_type[type] : 0;
  }
  if (recs_events_count(events) == 0)
    return RECS_OK;
  if (!plan->timed && (options->window != 0 || options->since != RECS_NO_TIME || options->until != RECS_NO_TIME))
    return recs__fail(RECS_ERROR_UNSUPPORTED, "window, since and until need times; no event of this log has one");
  if (options->hold == RECS_HOLD_SESSION && !sessions)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "hold is session; no event of this log has one");
  return RECS_OK;
}

static void destroy(void *object) {
  recs_funnel *funnel = object;
  const recs_context *context = funnel->object.context;
  recs__free(context, funnel->users);
  recs__free(context, funnel->events);
  recs__free(context, funnel->times);
  recs__free(context, funnel->trips.depths);
  recs__free(context, funnel->trips.times);
}

static int32_t make_room(recs_funnel **out, recs_context *context, const recs__funnel_plan *plan, uint32_t users) {
  recs_funnel *funnel = *out = recs__object_new(context, sizeof *funnel, destroy);
  if (funnel == NULL)
    return recs__fail_nomem();
  funnel->steps = plan->steps;
  funnel->groups = plan->options.group_count;
  funnel->trips.users = users;
  funnel->users = recs__alloc_zero(context, (size_t)funnel->groups * funnel->steps, sizeof *funnel->users);
  funnel->events = recs__alloc_zero(context, funnel->steps, sizeof *funnel->events);
  funnel->times = recs__alloc(context, (size_t)funnel->groups * funnel->steps * 2, sizeof *funnel->times);
  funnel->trips.depths = recs__alloc_zero(context, users, sizeof *funnel->trips.depths);
  if (funnel->users == NULL || funnel->events == NULL || funnel->times == NULL || funnel->trips.depths == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

static int32_t room_for_times(recs_funnel *funnel, const recs__funnel_plan *plan) {
  if (!plan->timed)
    return RECS_OK;
  funnel->trips.times = recs__alloc(funnel->object.context, (size_t)funnel->trips.users * plan->steps, sizeof *funnel->trips.times);
  return funnel->trips.times == NULL ? recs__fail_nomem() : RECS_OK;
}

static void count_users(recs_funnel *funnel, const recs_funnel_options *options) {
  for (uint32_t user = 0; user < funnel->trips.users; user++) {
    uint32_t group = recs__funnel_group(options, user);
    for (uint32_t step = 0; step < funnel->trips.depths[user]; step++)
      funnel->users[(size_t)group * funnel->steps + step] += 1;
  }
}

/* The times of single users have served. */
static void drop_times(recs_funnel *funnel) {
  recs__free(funnel->object.context, funnel->trips.times);
  funnel->trips.times = NULL;
}

int32_t recs_funnel_create(recs_funnel **out, const recs_events *events, const char *steps, const recs_funnel_options *options,
                           recs_progress_fn progress, void *payload) {
  recs__funnel_plan plan = {.timed = 0};
  recs__progress whole = recs__progress_of(progress, payload);
  recs_funnel *funnel = NULL;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_NOT_NULL(steps);
  RECS_TRY(recs__options_load(&plan.options, &funnel_schema, options));
  RECS_TRY(check_groups(&plan.options));
  RECS_TRY(recs__funnel_parse(&plan, recs_events_types(events), steps));
  RECS_GO(make_room(&funnel, recs__context_of(events), &plan, recs_ids_count(recs_events_users(events))));
  RECS_GO(survey(funnel, &plan, events));
  RECS_GO(room_for_times(funnel, &plan));
  RECS_GO(recs__funnel_travel(&funnel->trips, &plan, events, &whole));
  count_users(funnel, &plan.options);
  RECS_GO(recs__funnel_time(funnel->times, &plan, &funnel->trips, funnel->users, funnel->object.context));
  RECS_GO(recs__progress_at(&whole, 1));
  drop_times(funnel);
  *out = funnel;
  funnel = NULL;
cleanup:
  recs__release(funnel);
  return status;
}

uint32_t recs_funnel_steps(const recs_funnel *funnel) {
  return funnel == NULL ? 0 : funnel->steps;
}

uint32_t recs_funnel_groups(const recs_funnel *funnel) {
  return funnel == NULL ? 0 : funnel->groups;
}

const uint64_t *recs_funnel_users(const recs_funnel *funnel) {
  return funnel == NULL ? NULL : funnel->users;
}

const uint64_t *recs_funnel_events(const recs_funnel *funnel) {
  return funnel == NULL ? NULL : funnel->events;
}

const uint8_t *recs_funnel_depths(const recs_funnel *funnel) {
  return funnel == NULL ? NULL : funnel->trips.depths;
}

uint32_t recs_funnel_depth_rows(const recs_funnel *funnel) {
  return funnel == NULL ? 0 : funnel->trips.users;
}

static void put(double *out, double value) {
  if (out != NULL)
    *out = value;
}

int32_t recs_funnel_times(double *out_mean, double *out_median, double *out_p90, const recs_funnel *funnel, uint32_t group,
                          uint32_t step, int32_t from_first) {
  recs__funnel_times times;
  recs__enter();
  put(out_mean, (double)NAN);
  put(out_median, (double)NAN);
  put(out_p90, (double)NAN);
  RECS_NOT_NULL(funnel);
  if (group >= funnel->groups)
    return recs__fail(RECS_ERROR_INVALID, "group is %" PRIu32 "; there are %" PRIu32, group, funnel->groups);
  if (step == 0 || step >= funnel->steps)
    return recs__fail(RECS_ERROR_INVALID, "step is %" PRIu32 ", not 1 to %" PRIu32, step, funnel->steps - 1);
  if (from_first != 0 && from_first != 1)
    return recs__fail(RECS_ERROR_INVALID, "from_first is %" PRId32 ", not 0 or 1", from_first);
  times = funnel->times[((size_t)group * funnel->steps + step) * 2 + (size_t)from_first];
  put(out_mean, times.mean);
  put(out_median, times.median);
  put(out_p90, times.p90);
  return RECS_OK;
}

void recs_funnel_free(recs_funnel *funnel) {
  recs__release(funnel);
}
