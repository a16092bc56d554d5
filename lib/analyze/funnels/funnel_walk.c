/* One user's way through a funnel. Of the attempts that stand at the same step only the one that began last matters: what comes next
 * goes on with each of them alike, and its window closes last. So a walk holds one attempt a step. */
#include "lib/analyze/funnels/funnel.h"

#include <string.h>

typedef struct attempt {
  int alive;
  int64_t times[RECS__MOST_STEPS]; /* of the steps taken so far */
} attempt;

typedef struct walk {
  const recs__funnel_plan *plan;
  attempt at[RECS__MOST_STEPS]; /* the attempt whose last step was this one */
  uint32_t highest;             /* no attempt beyond this step is alive */
  uint32_t depth;
  int64_t *best;
} walk;

static int may_begin(const recs_funnel_options *options, int64_t time) {
  return (options->since == RECS_NO_TIME || time >= options->since) && (options->until == RECS_NO_TIME || time < options->until);
}

static int in_window(const recs_funnel_options *options, int64_t first, int64_t time) {
  return options->window == 0 || (uint64_t)time - (uint64_t)first <= (uint64_t)options->window;
}

/* True when the event takes step s: it is then at[s], with the times of those before it. */
static int take_step(walk *self, uint32_t s, int64_t time) {
  const recs_funnel_options *options = &self->plan->options;
  attempt *before = s == 0 ? NULL : &self->at[s - 1], *now = &self->at[s];
  if (s == 0 ? !may_begin(options, time) : !before->alive || !in_window(options, before->times[0], time))
    return 0;
  if (s > 0)
    memcpy(now->times, before->times, s * sizeof *now->times);
  now->times[s] = time;
  now->alive = 1;
  return 1;
}

static void note_depth(walk *self, uint32_t s) {
  if (s + 1 <= self->depth)
    return;
  self->depth = s + 1;
  memcpy(self->best, self->at[s].times, (s + 1) * sizeof *self->best);
}

/* Whether an attempt at a step outlives an event that does not carry it on. */
static int outlives(int32_t between, int is_that_step) {
  return between == RECS_BETWEEN_ANYTHING || (between == RECS_BETWEEN_OTHERS && is_that_step);
}

/* From the last step down, so that an event goes on with attempts as they were before it. */
static void meet(walk *self, const recs__funnel_event *event) {
  uint32_t last = self->plan->steps - 1, top = self->highest < last ? self->highest : last, highest = 0;
  for (uint32_t s = top + 1; s-- > 0;) {
    int is_step = event->steps >> s & 1;
    if (is_step && take_step(self, s, event->time))
      note_depth(self, s);
    else if (!outlives(self->plan->options.between, is_step))
      self->at[s].alive = 0;
    if (self->at[s].alive && s + 1 > highest)
      highest = s + 1;
  }
  self->highest = highest;
}

static void forget(walk *self) {
  for (uint32_t s = 0; s < self->plan->steps; s++)
    self->at[s].alive = 0;
  self->highest = 0;
}

uint32_t recs__funnel_walk(int64_t *times, const recs__funnel_plan *plan, const recs__funnel_event *events, size_t count) {
  walk self = {.plan = plan, .best = times};
  forget(&self);
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && events[i].key != events[i - 1].key)
      forget(&self);
    meet(&self, &events[i]);
    if (self.depth == plan->steps)
      break;
  }
  return self.depth;
}
