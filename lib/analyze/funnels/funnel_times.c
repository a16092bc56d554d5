/* How long the steps of a funnel took, by group. */
#include "lib/analyze/funnels/funnel.h"

#include "lib/data/features/quantile.h"

#include <math.h>

/* The users who came in at all, group by group. */
typedef struct members {
  uint64_t *begins; /* groups + 1 */
  uint32_t *users;
} members;

static int32_t sort_members(members *out, const recs__funnel_plan *plan, const recs__funnel_trips *trips, const uint64_t *reached,
                            const recs_context *context) {
  uint32_t groups = plan->options.group_count;
  out->begins = recs__alloc_zero(context, (size_t)groups + 2, sizeof *out->begins);
  if (out->begins == NULL)
    return recs__fail_nomem();
  for (uint32_t g = 0; g < groups; g++)
    out->begins[g + 2] = out->begins[g + 1] + reached[(size_t)g * plan->steps];
  out->users = recs__alloc(context, (size_t)out->begins[groups + 1], sizeof *out->users);
  if (out->users == NULL)
    return recs__fail_nomem();
  for (uint32_t user = 0; user < trips->users; user++) {
    if (trips->depths[user] > 0)
      out->users[out->begins[recs__funnel_group(&plan->options, user) + 1]++] = user;
  }
  return RECS_OK;
}

static recs__funnel_times summary(const double *times, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += times[i];
  return (recs__funnel_times){sum / (double)count, recs__quantile(times, count, 0.5), recs__quantile(times, count, 0.9)};
}

/* The times of one group from one step to a later one; room for as many as reached it. */
static size_t gather(double *out, const uint32_t *users, size_t count, const recs__funnel_trips *trips, uint32_t steps, uint32_t from,
                     uint32_t to) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    const int64_t *times = trips->times + (size_t)users[i] * steps;
    if (trips->depths[users[i]] > to)
      out[found++] = (double)times[to] - (double)times[from];
  }
  return found;
}

static void time_group(recs__funnel_times *out, double *scratch, const uint32_t *users, size_t count, const recs__funnel_trips *trips,
                       uint32_t steps) {
  for (uint32_t step = 1; step < steps; step++) {
    size_t found = gather(scratch, users, count, trips, steps, step - 1, step);
    if (found == 0)
      return;
    out[2 * step] = summary(scratch, found);
    gather(scratch, users, count, trips, steps, 0, step);
    out[2 * step + 1] = summary(scratch, found);
  }
}

int32_t recs__funnel_time(recs__funnel_times *out, const recs__funnel_plan *plan, const recs__funnel_trips *trips,
                          const uint64_t *users, recs_context *context) {
  uint32_t groups = plan->options.group_count, steps = plan->steps;
  members sorted = {NULL, NULL};
  double *scratch = NULL;
  int32_t status;
  for (size_t i = 0; i < (size_t)groups * steps * 2; i++)
    out[i] = (recs__funnel_times){(double)NAN, (double)NAN, (double)NAN};
  if (trips->times == NULL)
    return RECS_OK;
  RECS_GO(sort_members(&sorted, plan, trips, users, context));
  scratch = recs__alloc(context, (size_t)sorted.begins[groups], sizeof *scratch);
  if (scratch == NULL)
    RECS_GO(recs__fail_nomem());
  for (uint32_t g = 0; g < groups; g++)
    time_group(out + (size_t)g * steps * 2, scratch, sorted.users + sorted.begins[g],
               (size_t)(sorted.begins[g + 1] - sorted.begins[g]), trips, steps);
cleanup:
  recs__free(context, scratch);
  recs__free(context, sorted.users);
  recs__free(context, sorted.begins);
  return status;
}
