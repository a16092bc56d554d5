/* Features of when: hours, weekdays, trends, tenure; and of what kind: types. */
#include "lib/data/features/behaviour.h"
#include "lib/data/day.h"

#include <stdio.h>

enum { HOUR = 3600000, FIRST_PERIODS = 3 };

static const char *const weekdays[7] = {"weekday_mon", "weekday_tue", "weekday_wed", "weekday_thu",
                                        "weekday_fri", "weekday_sat", "weekday_sun"};

/* Places on the user's own clock. Times are never so far out that the difference matters. */
static size_t hour_of(int64_t time) {
  return (size_t)((time - recs__day_of(time) * RECS__DAY) / HOUR);
}

/* 1970 began on a Thursday. */
static size_t weekday_of(int64_t time) {
  int64_t day = (recs__day_of(time) + 3) % 7;
  return (size_t)(day < 0 ? day + 7 : day);
}

/* The shares of the events with a time that each of `count` places has. */
static void fill_profile(double *out, size_t count, size_t (*place_of)(int64_t time), const recs__behaviour *self,
                         const recs__behaviour_user *user) {
  size_t known = 0;
  for (size_t i = 0; i < count; i++)
    out[i] = 0;
  for (size_t i = 0; i < user->count; i++) {
    int64_t local;
    if (user->events[i].time == RECS_NO_TIME || __builtin_add_overflow(user->events[i].time, self->utc_offset, &local))
      continue;
    out[place_of(local)] += 1;
    known += 1;
  }
  for (size_t i = 0; i < count; i++)
    out[i] = recs__behaviour_share(self, out[i], known);
}

int32_t recs__add_hours(recs__behaviour *self) {
  for (int hour = 0; hour < 24; hour++) {
    char name[4];
    snprintf(name, sizeof name, "%02d", hour % 24);
    RECS_TRY(recs__behaviour_add(self, "hour_", name, "share", RECS__NEEDS_TIMES));
  }
  return RECS_OK;
}

void recs__fill_hours(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  fill_profile(out, 24, hour_of, self, user);
}

int32_t recs__add_weekdays(recs__behaviour *self) {
  for (int day = 0; day < 7; day++)
    RECS_TRY(recs__behaviour_add(self, "", weekdays[day], "share", RECS__NEEDS_TIMES));
  return RECS_OK;
}

void recs__fill_weekdays(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  fill_profile(out, 7, weekday_of, self, user);
}

int32_t recs__add_trend(recs__behaviour *self) {
  RECS_TRY(recs__behaviour_add(self, "", "event_trend", "events per period and period", RECS__NEEDS_TIMES));
  return recs__behaviour_add(self, "", "spend_trend", "money per period and period", RECS__NEEDS_TIMES | RECS__NEEDS_PRICES);
}

/* Whole periods from a time to now. */
static double periods_ago(const recs__behaviour *self, int64_t time) {
  return floor(recs__days_between(time, self->now) / self->options.trend_days);
}

/* The slope of sums by period over their numbers, from 0 for the first. With x centred, the sums of a period need not be known: each
 * event adds its own to sum(x y). */
void recs__fill_trend(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  double periods, middle, squares, events = 0, spend = 0;
  size_t first = 0, priced = 0;
  out[0] = out[1] = (double)NAN;
  while (first < user->count && user->events[first].time == RECS_NO_TIME)
    first += 1;
  if (first == user->count || user->events[first].time > self->now)
    return;
  periods = periods_ago(self, user->events[first].time) + 1;
  if (periods < FIRST_PERIODS)
    return;
  middle = (periods - 1) / 2;
  squares = periods * (periods * periods - 1) / 12; /* of x - middle */
  for (size_t i = first; i < user->count && user->events[i].time <= self->now; i++) {
    double x = periods - 1 - periods_ago(self, user->events[i].time) - middle;
    events += x;
    if (!isnan(user->events[i].price)) {
      spend += x * user->events[i].quantity * user->events[i].price;
      priced += 1;
    }
  }
  out[0] = events / squares;
  out[1] = priced > 0 ? spend / squares : (double)NAN;
}

int32_t recs__add_tenure(recs__behaviour *self) {
  RECS_TRY(recs__behaviour_add(self, "", "tenure", "days", RECS__NEEDS_TIMES));
  RECS_TRY(recs__behaviour_add(self, "", "age", "days", RECS__NEEDS_TIMES));
  RECS_TRY(recs__behaviour_add(self, "", "active_days", "days", RECS__NEEDS_TIMES));
  return recs__behaviour_add(self, "", "events", "events", 0);
}

void recs__fill_tenure(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  size_t first = 0, days = 0;
  out[0] = out[1] = out[2] = (double)NAN;
  out[3] = (double)user->count;
  while (first < user->count && user->events[first].time == RECS_NO_TIME)
    first += 1;
  if (first == user->count)
    return;
  for (size_t i = first; i < user->count; i++)
    days += (size_t)(i == first || recs__day_of(user->events[i].time) != recs__day_of(user->events[i - 1].time));
  out[0] = recs__days_between(user->events[first].time, user->events[user->count - 1].time);
  out[1] = recs__days_between(user->events[first].time, self->now);
  out[2] = (double)days;
}

int32_t recs__add_types(recs__behaviour *self) {
  const recs_ids *types = recs_events_types(self->events);
  for (uint32_t type = 0; type < recs_ids_count(types); type++) {
    const char *name;
    if (self->type_counts[type] == 0)
      continue;
    RECS_TRY(recs_ids_name(&name, NULL, types, type));
    RECS_TRY(recs__behaviour_add(self, "type:", name, "share", 0));
  }
  return RECS_OK;
}

void recs__fill_types(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  size_t counts[RECS__TYPE_COUNT] = {0};
  for (size_t i = 0; i < user->count; i++)
    counts[user->events[i].type] += 1;
  for (size_t type = 0; type < RECS__TYPE_COUNT; type++) {
    if (self->type_counts[type] > 0)
      *out++ = recs__behaviour_share(self, (double)counts[type], user->count);
  }
}
