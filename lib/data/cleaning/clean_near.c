/* Near duplicates: the same user, item and type at nearly the same time. */
#include "lib/data/cleaning/cleaning.h"
#include "lib/data/user_events.h"

#include "lib/base/sort.h"

/* What can repeat what, then time, then arrival: no two are equal. */
static int compare(const void *a, const void *b) {
  const recs__user_event *x = a, *y = b;
  int x_returns = x->quantity < 0, y_returns = y->quantity < 0;
  if (x->item != y->item)
    return x->item < y->item ? -1 : 1;
  if (x->type != y->type)
    return x->type < y->type ? -1 : 1;
  if (x_returns != y_returns)
    return x_returns - y_returns;
  if (x->time != y->time)
    return x->time < y->time ? -1 : 1;
  return (x->number > y->number) - (x->number < y->number);
}

static int can_repeat(const recs__user_event *a, const recs__user_event *b) {
  return a->item == b->item && a->type == b->type && (a->quantity < 0) == (b->quantity < 0) && a->time != RECS_NO_TIME &&
         a->item != RECS_NO_ROW;
}

/* The stretch of the clock that a time lies in. */
static int64_t bucket_of(int64_t time, int64_t width) {
  return time / width - (time % width < 0);
}

static int is_near(int32_t kind, int64_t width, int64_t kept, int64_t time) {
  if (kind == RECS_NEAR_BUCKET)
    return bucket_of(kept, width) == bucket_of(time, width);
  return (uint64_t)time - (uint64_t)kept < (uint64_t)width; /* time is not before kept */
}

static int32_t drop_near(void *payload, uint32_t thread, uint32_t user, recs__user_event *events, size_t count) {
  recs__cleaning *cleaning = payload;
  int64_t width = (int64_t)(cleaning->options.near_seconds * 1000 + 0.5);
  size_t kept = 0;
  (void)thread;
  (void)user;
  recs__sort(events, count, sizeof *events, compare);
  for (size_t i = 1; i < count; i++) {
    if (can_repeat(&events[kept], &events[i]) && is_near(cleaning->options.near_duplicates, width, events[kept].time, events[i].time))
      cleaning->dropped[events[i].number] = cleaning->rule;
    else
      kept = i;
  }
  return RECS_OK;
}

int32_t recs__clean_near(recs__cleaning *cleaning) {
  recs__user_events by_user;
  int32_t status = recs__user_events_make(&by_user, cleaning->context, cleaning->views, cleaning->chunks,
                                          recs_ids_count(recs_events_users(cleaning->events)), cleaning->dropped);
  if (status == RECS_OK)
    status = recs__user_events_each(&by_user, drop_near, cleaning, NULL);
  recs__user_events_free(&by_user);
  return status;
}
