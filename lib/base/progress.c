#include "lib/base/progress.h"

recs__progress recs__progress_of(recs_progress_fn report, void *payload) {
  recs__progress progress = {report, payload, 0.0, 1.0};
  return progress;
}

recs__progress recs__progress_part(const recs__progress *progress, double from, double to) {
  recs__progress part = {NULL, NULL, 0.0, 1.0};
  if (progress != NULL) {
    double span = progress->to - progress->from;
    part = *progress;
    part.from = progress->from + span * from;
    part.to = progress->from + span * to;
  }
  return part;
}

int32_t recs__progress_at(const recs__progress *progress, double fraction) {
  if (progress == NULL || progress->report == NULL)
    return RECS_OK;
  if (progress->report(progress->payload, progress->from + (progress->to - progress->from) * fraction) != 0)
    return recs__fail(RECS_ERROR_CANCELLED, "cancelled by the progress callback");
  return RECS_OK;
}

int32_t recs__progress_relay(void *progress, double fraction) {
  return recs__progress_at(progress, fraction);
}
