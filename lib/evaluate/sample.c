#include "lib/evaluate/sample.h"

#include <string.h>

#include "lib/base/random.h"
#include "lib/data/events.h"

static void shuffle(recs__sample *sample) {
  recs__random random = recs__random_stream(sample->seed, 0);
  for (uint32_t i = 0; i < sample->stage->users; i++)
    sample->shuffled[i] = i;
  for (uint32_t i = sample->stage->users; i > 1; i--) {
    uint32_t other = (uint32_t)recs__random_below(&random, i), place = sample->shuffled[i - 1];
    sample->shuffled[i - 1] = sample->shuffled[other];
    sample->shuffled[other] = place;
  }
}

int32_t recs__sample_init(recs__sample *sample, const recs__stage *stage, uint64_t seed) {
  const recs_events *all = stage->training;
  recs_context *context = recs__context_of(all);
  *sample = (recs__sample){.context = context, .stage = stage, .seed = seed};
  sample->shuffled = recs__alloc(context, stage->users, sizeof *sample->shuffled);
  sample->chosen = recs__alloc(context, recs_ids_count(recs_events_users(all)), sizeof *sample->chosen);
  sample->marks = recs__alloc(context, (size_t)recs_events_count(all), sizeof *sample->marks);
  sample->places = recs__alloc(context, stage->users, sizeof *sample->places);
  if (sample->shuffled == NULL || sample->chosen == NULL || sample->marks == NULL || sample->places == NULL)
    return recs__fail_nomem();
  shuffle(sample);
  return RECS_OK;
}

void recs__sample_free(recs__sample *sample) {
  recs__release(sample->log);
  recs__free(sample->context, sample->places);
  recs__free(sample->context, sample->marks);
  recs__free(sample->context, sample->chosen);
  recs__free(sample->context, sample->shuffled);
}

static void choose_places(recs__sample *sample) {
  const recs__stage *stage = sample->stage;
  uint32_t count = 0;
  memset(sample->chosen, 0, recs_ids_count(recs_events_users(stage->training)));
  for (uint32_t i = 0; i < sample->users; i++)
    sample->chosen[stage->rows[sample->shuffled[i]]] = 1;
  for (uint32_t i = 0; i < stage->users; i++) {
    if (sample->chosen[stage->rows[i]])
      sample->places[count++] = i;
  }
}

/* Adds a share of all users to those who are asked about. */
static void choose_others(recs__sample *sample, double share) {
  uint32_t users = recs_ids_count(recs_events_users(sample->stage->training));
  for (uint32_t user = 0; user < users; user++) {
    recs__random random = recs__random_stream(sample->seed + 1, user);
    sample->chosen[user] |= recs__random_unit(&random) < share;
  }
}

static int32_t choose_log(recs__sample *sample, double share) {
  const recs_events *all = sample->stage->training;
  recs__event_view view;
  if (share >= 1) {
    sample->log = recs__hold(all);
    return RECS_OK;
  }
  choose_others(sample, share);
  for (size_t chunk = 0, event = 0; chunk < recs__events_chunks(all); chunk++) {
    recs__events_view(&view, all, chunk);
    for (size_t i = 0; i < view.count; i++, event++)
      sample->marks[event] = sample->chosen[view.users[i]]; /* what is in a training part has a user */
  }
  return recs__events_select(&sample->log, all, sample->marks, 1u << 1);
}

int32_t recs__sample_take(recs__sample *sample, uint32_t users, double share) {
  recs__release(sample->log);
  sample->log = NULL;
  sample->users = users;
  choose_places(sample);
  return choose_log(sample, share);
}
